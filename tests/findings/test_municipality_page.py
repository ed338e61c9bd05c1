"""One municipality alone: an answer with a range from those that had not begun, or the reason why there is none."""

import pandas as pd
import pytest
from bs4 import BeautifulSoup

import whatworks as ww
from whatworks.core.errors import DisclosureRisk, InvalidOption
from whatworks.findings import Finding, local_question, own_place, page
from whatworks.findings.history import entry_of
from whatworks.findings.municipality_page import in_order
from whatworks.findings.one_place import places
from whatworks.findings.version_section import version_section

VERSION = {"verdict": "may_help", "date": "2026-11-22", "version": "0.1"}
ASKED = {"target_group": "youth_mental_difficulties", "method": "laerkemodellen", "outcome": "who5"}


@pytest.fixture(scope="module")
def panel() -> pd.DataFrame:
    """A roll-out in three waves, 41 municipalities, with 10 people behind every mean."""
    tables, _truth = ww.documentation.simulate(scenario="S1", seed=1)
    return ww.documentation.build_panel(tables, **ASKED).assign(n_citizens=10)


@pytest.fixture(scope="module")
def first_wave(panel) -> str:
    return panel.loc[panel["first_treated"] == panel["first_treated"].min(), "municipality"].iloc[0]


def finding_of(place) -> Finding:
    labels = {kind: {"da": code, "en": code} for kind, code in ASKED.items() if kind != "outcome"}
    outcome = {"name": {"da": "Trivsel", "en": "Well-being"}, "unit": {"da": "point", "en": "points"}, "good": "up"}
    together = Finding(**ASKED, design="rollout", labels={**labels, "outcome": outcome}, synthetic=True)
    question = local_question(together, place)
    finding = question.answered(results=place.results(together), answer=place.answer, tables=place.tables())
    return Finding.from_json(finding.to_json())


def test_its_effect_is_that_of_two_years_around_its_start_against_those_that_had_not_begun(panel, first_wave):
    place = own_place(panel, municipality=first_wave, outcome="who5", draws=999)
    start = panel.loc[panel["municipality"] == first_wave, "first_treated"].iloc[0]
    window = panel[(panel["quarter"] >= start - 8) & (panel["quarter"] < start + 8)]
    others = window[window["first_treated"].isna() | (window["first_treated"] >= start + 8)]
    own = window[window["municipality"] == first_wave]

    def change(rows: pd.DataFrame) -> float:
        return rows.loc[rows["quarter"] >= start, "who5"].mean() - rows.loc[rows["quarter"] < start, "who5"].mean()

    assert place.result.headline.estimate == pytest.approx(change(own) - change(others), abs=1e-9)
    assert place.result.statistics["n_comparison"] == others["municipality"].nunique()
    assert place.result.statistics["fewest_people"] == 10


def test_what_stands_in_the_way_of_an_answer_is_named(panel, first_wave):
    start = panel.loc[panel["municipality"] == first_wave, "first_treated"].iloc[0]
    last_wave = panel.loc[panel["first_treated"] == panel["first_treated"].max(), "municipality"].iloc[0]
    never = panel.loc[panel["first_treated"].isna(), "municipality"].iloc[0]
    small = panel.assign(n_citizens=panel["n_citizens"].mask(panel["municipality"] == first_wave, 4))
    asked = [
        (panel, never, "not_begun"),
        (panel, last_wave, "few_others"),
        (panel[panel["quarter"] >= start - 1], first_wave, "few_before"),
        (panel[panel["quarter"] <= start], first_wave, "few_after"),
        (panel.drop(columns="n_citizens"), first_wave, "not_counted"),
        (small, first_wave, "small_cells"),
    ]
    for data, municipality, reason in asked:
        place = own_place(data, municipality=municipality, outcome="who5", draws=999)
        assert (place.reason, place.result) == (reason, None)
        text = BeautifulSoup(page(finding_of(place), "da"), "html.parser").get_text(" ", strip=True)
        assert "Vi kan ikke afgøre det for denne kommune alene." in text
        assert "{" not in text
    with pytest.raises(InvalidOption, match="no municipality '000'"):
        own_place(panel, municipality="000", outcome="who5")
    # The course of few people is not drawn either.
    course = own_place(small, municipality=first_wave, outcome="who5").trends
    assert course.loc[course["cohort"].notna(), ["mean", "n"]].isna().all(axis=None)


def test_a_page_leads_back_and_an_invented_result_stands_under_no_real_name(panel, first_wave):
    place = own_place(panel, municipality=first_wave, outcome="who5", draws=999)
    soup = BeautifulSoup(page(finding_of(place), "da"), "html.parser")
    assert places(panel)[first_wave][1] not in soup.get_text()
    assert f"Opdigtet kommune {place.number}" in soup.get_text()
    addresses = {link["href"] for link in soup.find_all("a")}
    assert {"../finding.da.html", "../../index.da.html", "../../../index.html", "finding.en.html"} <= addresses
    assert soup.find("svg") is not None


def test_pages_of_municipalities_stand_in_alphabetical_order_below_the_one_about_all():
    names = {"1": {"da": "Aarhus", "en": "Aarhus"}, "2": {"da": "Viborg", "en": "Viborg"}}
    assert [name for name, _address in in_order(names, "da")] == ["Viborg", "Aarhus"]
    assert in_order(names, "en") == [("Aarhus", "1/finding.en.html"), ("Viborg", "2/finding.en.html")]


def test_numbers_about_fewer_than_five_people_are_no_finding(panel, first_wave):
    place = own_place(panel, municipality=first_wave, outcome="who5", draws=999)
    place.result.statistics["fewest_people"] = 4.0
    with pytest.raises(DisclosureRisk, match="fewer than 5 people"):
        finding_of(place)


def test_the_page_tells_the_answer_for_all_how_sure_it_is_and_what_it_said_before(panel, first_wave):
    finding = finding_of(own_place(panel, municipality=first_wave, outcome="who5", draws=199))
    html = page(finding, "en", registry=ww.evidence.load(), versions=version_section([VERSION], "en", rollout=True))
    text = BeautifulSoup(html, "html.parser").get_text(" ", strip=True)
    assert "How sure are we? Low ●●○○ It is one municipality, and lots were not drawn." in text
    assert "Version of 22 November 2026." in text
    assert "Version and changes" in text
    assert "What can you do?" in text
    assert entry_of(finding)["certainty"] == "low"
