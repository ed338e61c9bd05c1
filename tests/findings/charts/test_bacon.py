"""Which comparisons a two-way estimate is made of."""

import pytest

from whatworks.core.errors import EmptyData, MissingColumn
from whatworks.findings import charts


def test_comparisons_with_those_already_treated_are_marked(make):
    data = charts.bacon_data(make.bacon_result())
    assert data["weight"].is_monotonic_decreasing
    assert data.loc[data["forbidden"], "comparison"].tolist() == ["later_vs_earlier", "later_vs_always"]


def test_every_comparison_has_a_mark_and_every_kind_its_own_key(make):
    html = charts.bacon_figure(make.bacon_result(), language="en")
    drawing = html[html.index("<svg") : html.index("</svg>")]
    assert drawing.count("<circle") == 2 + 1
    for words in ("started against never started", "not yet started", "already started", "always had it", "75%", "9%"):
        assert words in drawing
    assert "two-way estimate +1.94" in drawing


def test_the_caption_says_how_much_weight_is_misplaced(make):
    assert "14\N{NO-BREAK SPACE}% af tovejsresultatet på +1,94 bygger på sammenligning med dem" in charts.bacon_alt(
        make.bacon_result(), language="da"
    )
    clean = make.bacon_result().parts.query("comparison == 'treated_vs_never'")
    result = make.effect(2.3, 0.1, parts=clean.to_dict("records"))
    assert "compares only with those that had not started" in charts.bacon_alt(result, language="en")
    assert "orange" not in charts.bacon_figure(result, language="en")


def test_pairs_are_named_in_the_table_by_their_starts(make):
    html = charts.bacon_figure(make.bacon_result(), language="en")
    assert "start 2022 against 2021" in html
    assert "start 2021 against never" in html


def test_other_results_are_refused(make):
    with pytest.raises(EmptyData, match="did.bacon"):
        charts.bacon_data(make.effect(1, 1))
    with pytest.raises(MissingColumn, match="'comparison'"):
        charts.bacon_data(make.event_result())
