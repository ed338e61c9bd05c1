"""The treated and their synthetic comparison."""

import math

import numpy as np
import pytest

from whatworks.core.errors import EmptyData, MissingColumn
from whatworks.findings import charts


def test_gaps_before_the_start_and_endless_intervals_have_no_interval(make):
    data = charts.synthetic_data(make.synthetic_result()).set_index("event_time")
    assert data.loc[:-1, "conf_low"].isna().all()
    assert data.loc[0:, "conf_low"].notna().all()
    np.testing.assert_allclose(data["treated"] - data["synthetic"], data["estimate"])
    endless = make.synthetic_result().effects.assign(conf_low=-math.inf, conf_high=math.inf)
    result = make.effect(-4, 1, parts=endless.iloc[1:].to_dict("records"), arguments={"method": "control"})
    assert charts.synthetic_data(result)["conf_low"].isna().all()
    html = charts.synthetic_figure(result, language="en")
    assert "too few to compare with for an interval" in html
    assert "lifted to the level" not in html
    assert make.faults(html) == []


def test_both_paths_and_the_start_are_drawn(make):
    html = charts.synthetic_figure(make.synthetic_result(), language="en")
    drawing = html[html.index("<svg") : html.index("</svg>")]
    assert drawing.count("<path") == 2
    assert drawing.count("<circle") == 13
    assert ">start</text>" in drawing
    assert "those that started" in drawing
    assert "lifted to the level" in html


def test_the_caption_has_the_average_and_the_distance_before(make):
    assert charts.synthetic_alt(make.synthetic_result(), language="da").startswith(
        "Efter start er forskellen til den syntetiske sammenligning −4,00 (−5,96 til −2,04) i gennemsnit; "
        "før start lå de to 0,20 fra hinanden."
    )
    assert "At the last time, +4, those that started are at 42.0 and the synthetic comparison at 46.2." in charts.synthetic_alt(
        make.synthetic_result(), language="en"
    )


def test_a_hidden_gap_is_not_given_back_by_its_paths(make):
    parts = make.synthetic_result().effects.iloc[1:].copy()
    parts.loc[parts["event_time"] == 2, "estimate"] = np.nan
    result = make.effect(-4, 1, parts=parts.to_dict("records"))
    hidden = charts.synthetic_data(result).set_index("event_time").loc[2]
    assert hidden[["treated", "synthetic", "conf_low"]].isna().sum() >= 2
    html = charts.synthetic_figure(result, language="en")
    assert "not shown: too few people" in html
    assert html[html.index("<svg") : html.index("</svg>")].count("<circle") == 12


def test_other_results_are_refused(make):
    with pytest.raises(EmptyData, match="did.synthetic"):
        charts.synthetic_data(make.effect(1, 1))
    with pytest.raises(MissingColumn, match="'treated'"):
        charts.synthetic_data(make.event_result())
