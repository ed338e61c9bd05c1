"""What is left of an effect if trends were not quite parallel."""

import math

import pytest

from whatworks.core.errors import EmptyData, MissingColumn
from whatworks.findings import charts


def test_the_usual_interval_comes_first_and_bounds_follow_in_order(make):
    data = charts.honest_data(make.honest_result())
    assert math.isnan(data["bound"].iloc[0])
    assert data["bound"].iloc[1:].tolist() == [0.5, 1.0, 1.5, 2.0]
    assert data["conf_low"].is_monotonic_decreasing
    # A relative-magnitude interval has no middle of its own; the one for bends has.
    assert data["estimate"].notna().tolist() == [True, False, False, False, False]
    bends = charts.honest_data(make.honest_result(arguments={"restriction": "smoothness"}))
    assert bends["estimate"].notna().all()


def test_the_caption_says_where_the_interval_reaches_zero(make):
    assert "indtil udviklingen afviger 1,39 gange så meget som før start." in charts.honest_alt(
        make.honest_result(), language="da"
    )
    never = make.honest_result(statistics={"breakdown": math.inf})
    assert "for every departure from parallel trends that was tried" in charts.honest_alt(never, language="en")
    bends = make.honest_result(arguments={"restriction": "smoothness"}, statistics={"breakdown": 0.0123})
    assert "until trends bend by 0.012." in charts.honest_alt(bends, language="en")
    parts = make.honest_result().parts.to_dict("records")
    unclear = make.effect(1.5, 1.0, parts=parts, statistics={"breakdown": 0.0})
    assert "even if trends are parallel" in charts.honest_alt(unclear, language="en")


def test_an_interval_without_ends_is_told_not_drawn(make):
    part = {"term": "9", "kind": "part", "estimate": 1.0, "std_error": math.nan, "bound": 9.0}
    result = make.effect(1, 0.1, parts=[{**part, "conf_low": -math.inf, "conf_high": math.inf}])
    html = charts.honest_figure(result, language="en")
    assert "no bounds" in html
    assert make.faults(html) == []


def test_the_event_study_shows_them_beside_the_effect_they_are_of(make):
    plain = charts.event_study_figure(make.event_result(), language="en")
    robust = charts.event_study_figure(make.event_result(), honest=make.honest_result(), language="en")
    assert robust.count("<line") == plain.count("<line") + 4
    assert "(bound, from the left: 0.5; 1; 1.5; 2). The interval stays clear of zero until" in robust
    later = make.honest_result(arguments={"restriction": "relative_magnitude", "event_time": 3})
    assert "The thin lines beside +3" in charts.event_study_figure(make.event_result(), honest=later, language="en")


def test_other_results_are_refused(make):
    with pytest.raises(EmptyData, match="no bounds"):
        charts.honest_data(make.effect(1, 1))
    with pytest.raises(MissingColumn, match="'bound'"):
        charts.honest_data(make.event_result())
