"""Several designs beside the yardstick."""

import math

import pytest

from whatworks.core.errors import EmptyData, InvalidOption
from whatworks.findings import charts


def test_distance_is_measured_from_the_yardstick(make):
    data = charts.designs_data(make.design_results(), benchmark="experiment").set_index("name")
    assert data["distance"].tolist() == [-10292, -144, 96, 0]
    assert data["inside"].tolist() == [False, True, True, True]


def test_without_a_yardstick_there_is_no_distance(make):
    data = charts.designs_data({"matched": make.effect(1650, 900)})
    assert data["distance"].isna().all()
    assert data["role"].tolist() == ["design"]


def test_the_caption_says_how_far_the_farthest_misses(make):
    results = make.design_results()
    assert charts.designs_alt(results, benchmark="experiment", language="en").startswith(
        "2 of 3 comparisons land within the interval of “Randomised trial”; “Raw gap” misses by 10,292."
    )
    assert charts.designs_alt(results, benchmark="experiment", language="da").startswith(
        "2 af 3 sammenligninger ligger inden for intervallet for »Lodtrækningsforsøg«; »Rå forskel« rammer 10.292 ved siden af."
    )


def test_the_unit_is_spoken_in_the_language(make):
    results = {"matched": make.effect(1650, 900, unit="dollars a year")}
    assert "dollars om året" in charts.designs_figure(
        results, unit={"da": "dollars om året", "en": "dollars a year"}, language="da"
    )
    assert "dollars a year" in charts.designs_alt(results, language="en")


def test_log_ratios_are_shown_as_ratios(make):
    results = {"a": make.effect(math.log(2), 0.1, measure="logRR"), "b": make.effect(math.log(4), 0.1, measure="logRR")}
    data = charts.designs_data(results, benchmark="b")
    assert data["estimate"].tolist() == pytest.approx([2, 4])
    assert data["distance"].tolist() == pytest.approx([0.5, 1])
    assert "misses by a factor of 2.00" in charts.designs_alt(results, benchmark="b", language="en")
    assert make.faults(charts.designs_figure(results, benchmark="b", language="en")) == []


def test_drawing_caption_and_table_have_the_same_decimals(make):
    results = {
        "a": make.effect(math.log(20), 0.1, measure="logRR"),
        "b": make.effect(math.log(43), 0.1, measure="logRR"),
    }
    html = charts.designs_figure(results, benchmark="b", language="en")
    drawing, table = html[html.index("<svg") : html.index("</svg>")], html[html.index("<table") :]
    assert "0.47 times" in drawing
    assert "<td>0.47</td>" in table
    for decimals, gap, estimate in ((0, "144", "1,650"), (1, "144.0", "1,650.0")):
        html = charts.designs_figure(make.design_results(), benchmark="experiment", decimals=decimals, language="en")
        drawing, table = html[html.index("<svg") : html.index("</svg>")], html[html.index("<table") :]
        assert f">{gap} below" in drawing
        assert f"<td>−{gap}</td>" in table
        assert f"+{estimate} (" in drawing
        assert f"<td>+{estimate}</td>" in table


@pytest.mark.parametrize(("good", "words"), [("up", "bedre for borgeren →"), ("down", "← bedre for borgeren")])
def test_the_better_side_is_written_out(make, good, words):
    assert words in charts.designs_figure(make.design_results(), good=good, language="da")


def test_a_direction_nobody_knows_is_not_written(make):
    assert "bedre for borgeren" not in charts.designs_figure({"a": make.effect(1, 1, good=None)}, language="da")


def test_the_yardsticks_band_runs_through_the_others(make):
    html = charts.designs_figure(make.design_results(), benchmark="experiment")
    assert html.count('fill="var(--muted-fill)"') == 3
    assert 'fill="var(--muted-fill)"' not in charts.designs_figure(make.design_results())


def test_a_result_without_interval_is_said_to_lack_it(make):
    assert "(interval not stated)" in charts.designs_figure({"a": make.effect(1.0, float("nan"))}, language="en")


def test_wrong_calls_are_refused(make):
    with pytest.raises(EmptyData, match="no result"):
        charts.designs_data({})
    with pytest.raises(InvalidOption, match="benchmark='lottery' is not among the results: a"):
        charts.designs_data({"a": make.effect(1, 1)}, benchmark="lottery")
    with pytest.raises(InvalidOption, match="different measures"):
        charts.designs_data({"a": make.effect(1, 1), "b": make.effect(1, 1, measure="logRR")})


def test_hostile_labels_are_text(make):
    html = charts.designs_figure({"a": make.effect(1, 1)}, labels={"a": make.hostile}, unit=make.hostile, language="en")
    assert "<script" not in html
    assert make.faults(html) == []
