"""Rates against their ceilings."""

from dataclasses import replace

import pandas as pd
import pytest

import whatworks as ww
from whatworks.core.errors import EmptyData, MissingColumn
from whatworks.findings import charts


def test_the_rate_furthest_above_stands_first(make):
    data = charts.rate_against_ceiling_data(make.rates_checked())
    assert data["label"].tolist()[:3] == ["Vestbo", "Højbo", "Bøgely"]
    assert data["deviation"].is_monotonic_decreasing
    assert data.set_index("label")["status"].to_dict() == {
        "Vestbo": "changed_content", "Højbo": "later_adjustment", "Bøgely": "exceeds", "Lindely": "complies",
        "Engvej": "complies", "Solsiden": "complies",
    }  # fmt: skip


def test_the_caption_counts_only_what_has_no_explanation(make):
    check = make.rates_checked()
    said = charts.rate_against_ceiling_alt(check, language="da")
    # (2,058 - 2,040) x 3,000 days.
    assert said.startswith(
        "Takster over loftet: 1 af 6. Tilsammen er det 54.000\N{NO-BREAK SPACE}kr. i året. Højest ligger Vestbo: +17,6"
    )
    assert "(ceiling +2.0)" in charts.rate_against_ceiling_alt(check, language="en")


def test_labels_name_the_rates(make):
    labels = {"Vestbo": {"da": "Vestbos takst", "en": "Rate of Vestbo"}}
    data = charts.rate_against_ceiling_data(make.rates_checked(), labels=labels, language="en")
    assert data["label"].iloc[0] == "Rate of Vestbo"


def test_many_rates_are_drawn_in_part_and_stand_in_the_table(make):
    rates = pd.DataFrame(
        [{"service_id": f"Hjem {place}", "year": year, "amount": 2000.0 + 5 * place * (year == 2024), "days": 100.0}
         for place in range(40) for year in (2023, 2024)]
    )  # fmt: skip
    check = ww.economics.rate_check(
        rates, year=2024, key=["service_id"], index=ww.evidence.prices()["price_index"], series="synthetic"
    )
    html = charts.rate_against_ceiling_figure(check)
    drawing, table = html[html.index("<svg") : html.index("</svg>")], html[html.index("<table") :]
    assert "De 14 højeste er tegnet; alle står i tabellen." in html
    assert ">Hjem 39<" in drawing
    assert ">Hjem 3<" not in drawing
    assert ">Hjem 3<" in table
    assert make.faults(html) == []


def test_hostile_names_stay_text(make):
    html = charts.rate_against_ceiling_figure(make.rates_checked(), labels={"Vestbo": make.hostile})
    assert "<script" not in html


def test_other_results_are_refused(make):
    with pytest.raises(MissingColumn, match="rate check has no column"):
        charts.rate_against_ceiling_data(make.budget_grown())
    check = make.rates_checked()
    with pytest.raises(EmptyData, match="No rate has a ceiling"):
        charts.rate_against_ceiling_data(replace(check, effects=check.effects.assign(deviation=float("nan"))))


def test_a_figure_with_an_invented_index_says_so_and_another_does_not(make):
    warning = "Nogle af priserne bag svaret er opfundet til eksemplet."
    figures = [
        charts.rate_against_ceiling_figure(make.rates_checked()),
        charts.budget_growth_figure(make.budget_grown()),
        charts.demand_growth_figure(make.demand_grown()),
    ]
    assert all(warning in html for html in figures)
    check = make.rates_checked()
    read = replace(check, checks=tuple(replace(each, passed=True) for each in check.checks))
    assert warning not in charts.rate_against_ceiling_figure(read)
