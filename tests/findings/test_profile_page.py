"""Pages about documentation: what they say, what they hide, and that they can be read by everybody."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from bs4 import BeautifulSoup

import whatworks as ww
from tests.documentation.profile_tables import dates, joined, make_tables
from whatworks.core.errors import InvalidOption, MissingColumn, UnknownCode
from whatworks.documentation import coverage_map, direction_check, missing_reasons, profile, status_report
from whatworks.findings import page_of_coverage, page_of_profile, page_of_status
from whatworks.findings.profile_words import measure_name

DAY = date(2023, 12, 31)


@pytest.fixture(scope="module")
def tables():
    aarhus = make_tables(before=[50.0] * 15 + [60.0] * 15, after=[70.0] * 12 + [40.0] * 18)
    few = make_tables(before=[50.0] * 3, after=[70.0] * 3, municipality="825", prefix="x")
    viborg = make_tables(before=[50.0, 60.0] * 15, after=[70.0] * 20 + [40.0] * 10, municipality="791", prefix="y")
    names = pd.DataFrame({"municipality_code": ["751", "825", "791"], "municipality_name": ["Aarhus", "Læsø", "Viborg"]})
    both = joined(aarhus, few, viborg)
    instrument = both["instrument"].assign(instrument_name="WHO-5")
    measurement = both["measurement"]
    without = measurement.head(12).assign(measurement_id=lambda of: "z" + of["measurement_id"], value=np.nan)
    asked = pd.concat([measurement, without.assign(missing_reason="declined")], ignore_index=True)
    return {**both, "instrument": instrument, "measurement": asked, "municipality": names}


@pytest.fixture(scope="module")
def rows(tables):
    return profile(tables, as_of=DAY)


def soup_of(html):
    return BeautifulSoup(html, "html.parser")


def cells(html, caption):
    """The rows of the table with this caption, as lists of text."""
    table = next(one for one in soup_of(html).find_all("table") if one.caption.get_text() == caption)
    return [[cell.get_text() for cell in row.find_all(["th", "td"])] for row in table.find_all("tr")]


@pytest.mark.parametrize("language", ["da", "en"])
def test_every_page_has_one_heading_its_language_and_tables_that_explain_themselves(tables, rows, language):
    service = pd.DataFrame({"service_id": ["s1"], "service_name": ["Fyrren"], "location_municipality": ["751"]})
    approval = pd.DataFrame({"service_id": ["s1"], "law": ["SEL"], "paragraph": ["107"], "places": [12],
                             "valid_from": dates(["2020-01-01"]), "target_group_codes": ["autism"]})  # fmt: skip
    now = status_report(tables, day=DAY, synthetic=True)
    mapped = coverage_map({**tables, "service": service, "approval": approval}, year=2023)
    pages = (
        page_of_profile(rows, unit="751", reasons=missing_reasons(tables, as_of=DAY), language=language, synthetic=True),
        page_of_profile(rows, unit="", language=language, synthetic=True),
        page_of_coverage(mapped, language=language, synthetic=True),
        page_of_status(now, before=now, language=language),
    )
    for html in pages:
        page = soup_of(html)
        assert page.html["lang"] == language
        assert len(page.find_all("h1")) == 1
        assert page.find(class_="banner")
        assert not page.find_all("script")
        for table in page.find_all("table"):
            assert table.caption.get_text()
            assert all(head.get("scope") for head in table.find_all("th"))


def test_the_page_about_all_has_a_row_for_each_municipality_in_alphabetical_order(rows):
    table = cells(page_of_profile(rows, unit="", language="en"), "In alphabetical order, not a ranking")
    assert table[0] == [
        "Municipality",
        "Score at the start",
        "Measured at the start and later",
        "Method and target group documented",
        "Citizens reached",
    ]
    assert [row[0] for row in table[1:]] == ["Aarhus", "Læsø", "Viborg"]
    assert table[2][1] == "hidden"
    assert table[3][1] == "100%"
    assert "Kommune for kommune" not in page_of_profile(rows, unit="751", language="da")
    danish = cells(page_of_profile(rows, unit="", language="da"), "I alfabetisk rækkefølge, ikke en rangliste")
    assert [row[0] for row in danish[1:]] == ["Læsø", "Viborg", "Aarhus"]


# Whether a number is small itself or hidden beside a small one is not told: that would tell about it.
TOO_FEW = "Not shown: too few people, here or in a number beside it"


def test_the_page_says_what_was_measured_here_and_everywhere(rows):
    html = page_of_profile(rows, unit="791", language="en")
    table = cells(html, "How much is measured?")
    assert table[0] == ["Indicator", "Here", "All together", "Out of", "What it means"]
    start = next(row for row in table if row[0] == "Score at the start")
    assert start[1:4] == ["100%", "100%", "30"]
    better = cells(html, "How did it go for those who were measured twice?")
    assert better[1][:2] == ["WHO-5 (told by the citizen)", "67%"]


def test_one_more_is_hidden_beside_the_few_so_that_they_cannot_be_found_by_subtraction(rows):
    table = cells(page_of_profile(rows, unit="751", language="en"), "How much is measured?")
    assert next(row for row in table if row[0] == "Score at the start")[1] == TOO_FEW


def test_what_is_hidden_is_said_and_its_number_stands_nowhere(rows):
    html = page_of_profile(rows, unit="825", language="da")
    better = cells(html, "Hvordan gik det dem, der er målt to gange?")
    assert better[1][1] == "Vises ikke: for få borgere, her eller i et tal ved siden af"
    assert better[1][-1] == "–"
    assert "100" not in better[1][1]


def test_a_development_is_never_called_an_effect(rows):
    text = soup_of(page_of_profile(rows, unit="751", language="da")).get_text()
    assert "Udvikling, ikke effekt" in text
    assert "der er ingen sammenligningsgruppe" in text.lower()


def test_what_was_not_delivered_is_said_once(rows):
    text = soup_of(page_of_profile(rows, unit="751", language="en")).get_text()
    assert "Nothing was delivered about: Targeted effort, Coordination, Staff." in text


def test_a_scale_that_may_be_turned_round_is_pointed_out_by_its_name(tables, rows):
    direction = direction_check(tables, as_of=DAY)
    calm = page_of_profile(rows, unit="751", direction=direction.assign(suspect=False), language="en")
    assert "no sign that a scale has been turned round" in calm
    loud = page_of_profile(rows, unit="751", direction=direction.assign(suspect=direction["unit"] == "751"), language="en")
    assert "WHO-5 (told by the citizen): the scores go the opposite way" in loud
    elsewhere = direction.assign(suspect=direction["unit"] == "791")
    assert "no sign" in page_of_profile(rows, unit="751", direction=elsewhere, language="en")


def test_names_in_the_data_cannot_write_markup(tables):
    odd = tables["municipality"].assign(municipality_name="<b>Aarhus</b>")
    html = page_of_profile(profile({**tables, "municipality": odd}, as_of=DAY), unit="751", language="en")
    assert "<b>Aarhus" not in html
    assert "&lt;b&gt;Aarhus" in html


def test_units_stand_in_alphabetical_order_with_aa_last(tables):
    html = page_of_status(status_report(tables, day=DAY, synthetic=False), language="da")
    table = cells(html, "Sådan dokumenteres arbejdet, enhed for enhed, i alfabetisk rækkefølge")
    assert [row[0] for row in table[1:]] == ["Læsø", "Viborg", "Aarhus"]
    assert "Dette er den første status." in html
    assert "SIMULEREDE" not in html


def test_a_status_tells_what_changed(tables):
    # A year before, nobody had been followed up.
    before = status_report(tables, day=date(2022, 12, 31), synthetic=True)
    html = page_of_status(status_report(tables, day=DAY, synthetic=True), before=before, language="en")
    follow_up = next(row for row in cells(html, "How much is measured?") if row[0] == "Follow-up")
    assert follow_up[1:] == ["100%", "0%", "+100 percentage points"]
    citizens = next(row for row in cells(html, "How many citizens were reached?") if row[0] == "Citizens reached")
    assert citizens[1:] == ["63", "63", "0"]


def test_gaps_have_a_sign_and_a_word():
    service = pd.DataFrame({"service_id": ["s1"], "service_name": ["Fyrren"], "location_municipality": ["751"]})
    approval = pd.DataFrame({"service_id": ["s1"], "law": ["SEL"], "paragraph": ["107"], "places": [12],
                             "valid_from": dates(["2020-01-01"]), "target_group_codes": ["autism"]})  # fmt: skip
    year = pd.DataFrame({"service_id": ["s1"], "year": pd.array([2023], dtype="Int64"), "occupancy_actual": [0.99]})
    people = make_tables(before=[50.0] * 12, after=[None] * 12, municipality="791")
    mapped = coverage_map(
        {"service": service, "approval": approval, "service_year": year, "episode": people["episode"]}, year=2023
    )
    table = cells(page_of_coverage(mapped, language="da"), "Pladser, belægning og borgere")
    found = {row[0]: row[-1] for row in table[1:]}
    assert found == {"751": "● Fuldt", "791": "○ Intet godkendt tilbud i området"}


def test_wrong_use_is_refused(rows):
    with pytest.raises(UnknownCode, match="no unit '999'; it has 751"):
        page_of_profile(rows, unit="999")
    with pytest.raises(InvalidOption, match="language"):
        page_of_profile(rows, unit="751", language="sv")
    with pytest.raises(MissingColumn, match="hidden"):
        page_of_profile(rows.drop(columns="hidden"), unit="751")


def test_pages_are_public():
    assert {"page_of_profile", "page_of_coverage", "page_of_status"} <= set(ww.findings.__all__)


def test_a_part_of_an_instrument_is_named_in_the_readers_language():
    measure = "vum_theme|self_care|staff"
    assert measure_name(measure, "da", named="VUM") == "VUM: egenomsorg (fortalt af personalet)"
    assert measure_name(measure, "en", named="VUM") == "VUM: self-care (told by staff)"
    assert measure_name("odd|of its own|citizen", "en") == "odd: of its own (told by the citizen)"
