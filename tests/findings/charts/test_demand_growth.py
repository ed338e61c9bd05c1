"""How many will need it."""

import pytest

from whatworks.core.errors import MissingColumn
from whatworks.findings import charts


def test_every_year_has_people_and_kroner_with_a_range(make):
    data = charts.demand_growth_data(make.demand_grown())
    assert data["year"].tolist() == list(range(2023, 2041))
    assert ((data["conf_low"] < data["people"]) & (data["people"] < data["conf_high"])).all()
    assert (data["cost"] / data["people"]).to_numpy() == pytest.approx(300_000)


def test_the_words_say_first_and_last_year_cause_and_cost(make):
    said = charts.demand_growth_alt(make.demand_grown(), people={"da": "voksne", "en": "adults"}, language="en")
    assert said.startswith("From 2023 to 2040 the number of adults goes from 83 to 163: +80 (range ")
    assert "comes from the number of inhabitants" in said
    assert "2023 prices" in said
    assert "koster det kommunen" in charts.demand_growth_alt(make.demand_grown(), language="da")


@pytest.mark.parametrize(
    ("follows", "words"), [("age", "keeps the share"), ("cohort", "for life"), ("trend", "past years goes on")]
)
def test_what_is_assumed_stands_below_the_figure(make, follows, words):
    assert words in charts.demand_growth_figure(make.demand_grown(prevalence_follows=follows), language="en")


def test_few_years_and_a_fall_can_be_drawn(make):
    for options in (
        {"horizon": 2024},
        {"horizon": 2025, "prevalence_follows": "age"},
        {"base": 2030, "prevalence_follows": "age"},
    ):
        assert make.faults(charts.demand_growth_figure(make.demand_grown(**options))) == []


def test_other_results_are_refused(make):
    with pytest.raises(MissingColumn, match="demand has no column"):
        charts.demand_growth_data(make.budget_grown())
