"""Why spending grew."""

import pandas as pd
import pytest

import whatworks as ww
from whatworks.core.errors import MissingColumn
from whatworks.findings import charts


def grown(amounts: list[float]):
    stays = pd.DataFrame({"paragraph": "108", "year": [2022, 2023], "days": [3650, 3650], "amount": amounts})
    return ww.economics.budget(stays, base=2022, year=2023, by="paragraph", price_level=2023)


def test_parts_stand_in_order_and_add_up_to_the_last_row(make):
    data = charts.budget_growth_data(make.budget_grown())
    assert data["component"].tolist() == ["index", "volume", "price", "mix", "growth"]
    assert data["kroner"].iloc[:-1].sum() == pytest.approx(data["kroner"].iloc[-1])
    assert data["share"].iloc[-1] == pytest.approx(7.2 / 20)


def test_the_caption_names_what_did_most(make):
    said = charts.budget_growth_alt(make.budget_grown(), language="en").replace("\N{NO-BREAK SPACE}", " ")
    assert said.startswith("Spending of 20.0 million kr. grew by 7.2 million kr. Most of all: more people.")
    assert "Prices and wages in general: +400,000 kr." in said


def test_a_fall_and_a_standstill_have_words_of_their_own():
    fall = charts.budget_growth_alt(grown([2e6, 1.5e6]), language="da").replace("\N{NO-BREAK SPACE}", " ")
    assert fall.startswith("Udgiften på 2,0 mio. kr. faldt med 500.000 kr. Mest af alt: den samme plads blev billigere.")
    assert "did not change" in charts.budget_growth_alt(grown([2e6, 2e6]), language="en")


def test_a_standstill_and_a_fall_can_be_drawn(make):
    for amounts in ([2e6, 2e6], [2e6, 1.5e6]):
        assert make.faults(charts.budget_growth_figure(grown(amounts))) == []


def test_the_figure_says_price_level_and_payer(make):
    html = charts.budget_growth_figure(make.budget_grown(), language="da")
    assert "Mio. kr. om året, 2022 til 2023, 2023-priser; betalt af kommunen" in html


def test_other_results_are_refused(make):
    with pytest.raises(MissingColumn, match="budget has no column 'part_of'"):
        charts.budget_growth_data(make.rates_checked())
