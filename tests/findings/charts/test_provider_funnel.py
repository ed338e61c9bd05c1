"""The funnel of providers: what it draws, and what it says."""

import numpy as np
import pytest

import whatworks as ww
from whatworks.core.errors import EmptyData, MissingColumn
from whatworks.findings import charts


def test_size_is_the_number_of_citizens_and_the_order_is_alphabetical(make):
    data = charts.provider_funnel_data(make.services_compared())
    shown = data[data["comparable"]]
    assert shown["size"].to_numpy() == pytest.approx(shown["n"].to_numpy())
    assert data["label"].tolist()[-4:] == ["Æblehaven", "Ørehus", "Ådalen", "Aagården"]


def test_those_that_cannot_be_compared_have_no_numbers_and_a_reason(make):
    row = charts.provider_funnel_data(make.services_compared()).set_index("label").loc["Lindely"]
    assert np.isnan(row["estimate"])
    html = charts.provider_funnel_figure(make.services_compared(), language="da")
    assert "kan ikke sammenlignes: for få borgere" in html


def test_the_caption_names_who_lies_outside_and_the_note_refuses_a_ranking(make):
    said = charts.provider_funnel_alt(make.services_compared(), language="en")
    assert "Of 9 services, 1 lie clearly outside what chance and their citizens explain: Engvej; 1 cannot be compared." in said
    html = charts.provider_funnel_figure(make.services_compared(), language="en")
    assert "This is no ranking" in html
    assert "not different from what is expected" in html


def test_log_ratios_are_read_as_ratios(make):
    stays = make.stays_of_services().assign(fell=lambda frame: (frame["score"] > 50).astype(float))
    result = ww.benchmarking.compare(stays, provider="home", outcome="fell", case_mix="need", model="random", max_difference=9)
    data = charts.provider_funnel_data(result)
    shown = data[data["comparable"]]
    assert (shown["estimate"] > 0).all()
    assert (shown["limit_low_998"] < 1).all()
    charts.provider_funnel_chart(result)


def test_results_without_providers_are_refused(make):
    with pytest.raises(MissingColumn, match="'level'"):
        charts.provider_funnel_data(make.services_frontier())
    stays = make.stays_of_services()
    nobody = ww.benchmarking.compare(stays[stays["home"].isin(["Bøgely", "Vestbo"])], provider="home", outcome="score")
    with pytest.raises(EmptyData, match="None of 2 providers"):
        charts.provider_funnel_chart(nobody)
    assert "Ingen af de 2 tilbud" in charts.provider_funnel_alt(nobody)
