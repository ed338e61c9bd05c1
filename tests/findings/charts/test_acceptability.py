"""The acceptability curve: its ends, and what it says about the values it shows."""

import pytest

from whatworks.findings import charts


def test_values_stand_in_order_and_chances_are_shares(make):
    data = charts.acceptability_data(make.cost_answer())
    assert data["threshold"].is_monotonic_increasing
    assert data["probability"].between(0, 1).all()
    assert data["threshold"].iloc[0] == 0


@pytest.mark.parametrize(
    ("cost", "estimate", "words"),
    [
        ((9_000, 6_000, 12_000), 5.0, "once one unit"),
        ((-9_000, -12_000, -6_000), 5.0, "to be worth it, at every value shown"),
        ((9_000, 6_000, 12_000), -5.0, "not worth it, at every value shown"),
        ((-9_000, -12_000, -6_000), -5.0, "as long as one unit"),
    ],
)
def test_it_says_from_or_up_to_which_value(make, cost, estimate, words):
    result = make.cost_answer(cost=cost, estimate=estimate)
    assert words in charts.acceptability_alt(result, language="en")
    for language in ("da", "en"):
        assert make.faults(charts.acceptability_figure(result, unit=make.unit, language=language)) == []


def test_one_value_is_a_curve_too(make):
    figure = charts.acceptability_figure(make.cost_answer(thresholds=[2_000.0]), language="en")
    assert "2,000" in figure
