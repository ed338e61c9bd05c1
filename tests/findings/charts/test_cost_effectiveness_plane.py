"""The plane: dots in corners, counts that agree with the shares, words instead of negative ratios."""

import pytest

from whatworks.findings import charts

CORNERS = [
    ((-4_000, -6_000, -2_000), 5.0, "dominant"),
    ((9_000, 6_000, 12_000), 5.0, "more_for_more"),
    ((-9_000, -12_000, -6_000), -5.0, "less_for_less"),
    ((9_000, 6_000, 12_000), -5.0, "dominated"),
]


def test_there_are_a_hundred_answers_and_the_estimate(make):
    data = charts.cost_effectiveness_plane_data(make.cost_answer())
    assert data["kind"].tolist() == ["answer"] * 100 + ["estimate"]
    assert data["cost"].iloc[-1] == make.cost_answer().headline.estimate


def test_counts_agree_with_the_shares_of_all_draws(make):
    result = make.cost_answer()
    counts = charts.cost_effectiveness_plane_data(result).query("kind == 'answer'")["quadrant"].value_counts()
    shares = result.parts[result.parts["quantity"] == "quadrant"].set_index("item")["estimate"]
    for name, share in shares.items():
        assert counts.get(name, 0) == pytest.approx(100 * share, abs=1.5)


@pytest.mark.parametrize(("cost", "estimate", "corner"), CORNERS)
def test_every_corner_has_words_and_nothing_overlaps(make, cost, estimate, corner, language):
    result = make.cost_answer(cost=cost, estimate=estimate)
    assert charts.cost_effectiveness_plane_data(result)["quadrant"].iloc[-1] == corner
    figure = charts.cost_effectiveness_plane_figure(result, unit=make.unit, language=language)
    assert make.faults(figure) == []
    assert make.unit[language] in figure


@pytest.mark.parametrize(("cost", "estimate", "corner"), CORNERS)
def test_a_ratio_is_said_only_where_it_means_something(make, cost, estimate, corner):
    told = charts.cost_effectiveness_plane_alt(make.cost_answer(cost=cost, estimate=estimate), language="en")
    assert ("Each unit" in told) is (corner in ("more_for_more", "less_for_less"))


def test_a_cheap_and_harmful_effort_is_never_called_a_gain(make):
    told = charts.cost_effectiveness_plane_alt(make.cost_answer(cost=CORNERS[2][0], estimate=-5.0), language="en")
    assert "worse and cheaper" in told
    assert "better and" not in told.split(".")[0]
