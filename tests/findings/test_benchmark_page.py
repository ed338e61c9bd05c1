"""Services side by side: alphabetical, no place without its range, a reason for everyone who is left out."""

import re

import numpy as np
import pandas as pd
import pytest

import whatworks as ww
from whatworks.findings import Finding, page, practices_table, services_table

LANGUAGES = ("da", "en")
NAMES = [f"Huset {letter}" for letter in "ÅCBADEFGHIJ"]
SIZES = [30, 30, 30, 30, 30, 30, 30, 30, 30, 7, 3]


@pytest.fixture(scope="module")
def compared():
    rng = np.random.default_rng(4)
    homes = np.repeat(NAMES, SIZES)
    own = np.repeat([0, 8, 0, 0, 0, 0, 0, 0, -8, 0, 0], SIZES)
    need = rng.normal(size=len(homes))
    stays = pd.DataFrame({"home": homes, "need": need, "score": 50 + own - 3 * need + rng.normal(0, 6, len(homes))})
    stays["owner"] = stays["home"].map(dict(zip(NAMES, ["municipal", "private", "regional"] * 4, strict=False)))
    return ww.benchmarking.compare(
        stays, provider="home", outcome="score", case_mix="need", ownership="owner", good="up", draws=200
    )


@pytest.fixture(scope="module")
def finding(compared):
    rng = np.random.default_rng(5)
    homes = pd.DataFrame({"home": NAMES, "staff_per_place": rng.uniform(0.8, 1.4, 11), "cost": rng.uniform(4, 9, 11) * 1e6})
    homes["citizen_years"] = homes["cost"] / 1e6 * rng.uniform(0.7, 1.1, 11)
    homes["quality"] = rng.uniform(3, 5, 11)
    efficiency = ww.benchmarking.frontier(homes, unit="home", inputs="cost", outputs=["citizen_years", "quality"], draws=200)
    practices = ww.benchmarking.practices(compared, homes, provider="home", columns=["staff_per_place", "quality"])
    labels = {
        "target_group": {"da": "Voksne med autisme", "en": "Adults with autism"},
        "method": {"da": "Metode", "en": "Method"},
        "outcome": {"name": {"da": "Trivsel", "en": "Well-being"}, "unit": {"da": "point", "en": "points"}, "decimals": 1},
    }
    return Finding(
        target_group="adults_autism", method="m", outcome="who5", design="benchmark", labels=labels, synthetic=True,
        results={"comparison": compared, "frontier": efficiency}, answer="comparison", tables={"practices": practices},
        source={"da": "Simulerede data.", "en": "Simulated data."},
    )  # fmt: skip


def test_services_stand_in_the_alphabet_of_the_language_never_by_result(compared):
    danish = services_table(compared, "da", unit="point")
    assert danish.iloc[:, 0].tolist() == [f"Huset {letter}" for letter in "ABCDEFGHIJÅ"]
    assert danish.iloc[0, 1] == "regionalt" or danish["Ejer"].isin(["kommunalt", "regionalt", "privat"]).all()


def test_no_place_is_told_without_its_range(compared):
    places = services_table(compared, "en", unit="points").set_index("Service")["Place among the compared"]
    told = places[places != "–"]
    assert len(told) == 9
    assert told.str.fullmatch(r"probably \d+ to \d+").all()


def test_those_that_cannot_be_compared_say_why_in_place_of_numbers(compared):
    table = services_table(compared, "en", unit="points").set_index("Service")
    assert table.loc["Huset I"].tolist()[1:] == ["7", "–", "–", "Cannot be compared: too few citizens"]
    # A service with three citizens is not counted: the number would tell of them.
    assert table.loc["Huset J"].tolist()[1] == "fewer than 5"


def test_services_outside_the_funnel_are_worth_a_look_and_no_more(compared):
    words = services_table(compared, "en", unit="points").set_index("Service").iloc[:, -1]
    assert {words["Huset C"], words["Huset H"]} <= {"Worth a look", "Look into it"}
    assert words["Huset A"] == "As expected"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_is_one_to_learn_from(finding, language):
    html = page(finding, language)
    told = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))
    words = {
        "da": [
            "Hvad kan tilbud lære af hinanden om hjælp til voksne med autisme?",
            "Det er ikke en liste over de bedste",
            "9 af 11",
        ],
        "en": ["What can services for adults with autism learn from each other?", "This is no list of the best", "9 of 11"],
    }
    for each in words[language]:
        assert each in told
    assert len(re.findall(r"<figure\b", html)) == 3
    banner = {"da": "EKSEMPEL MED SIMULEREDE DATA", "en": "EXAMPLE WITH SIMULATED DATA"}[language]
    assert all(banner in figure for figure in re.findall(r"<figure\b.*?</figure>", html, re.S))
    levels = [int(level) for level in re.findall(r"<h([1-6])\b", html)]
    assert levels[0] == 1
    assert levels.count(1) == 1


def test_what_goes_along_with_results_is_called_chance_unless_it_hardly_is():
    row = {"kind": "part", "estimate": 2.0, "std_error": 1.0, "conf_low": 0.1, "conf_high": 3.9, "p_value": 0.01}
    rows = [
        {**row, "term": "staff_per_place", "p_holm": p, "n_providers": 12, "per": "standard deviation"} for p in (0.01, 0.1, 0.9)
    ]
    table = practices_table(pd.DataFrame(rows), "en", unit="points")
    assert table["Could it be chance?"].tolist() == ["Hardly", "Yes", "Yes, easily"]
    assert table["Difference in the result (points)"].tolist() == ["2.0 (0.1 to 3.9)"] * 3


def test_a_saved_comparison_gives_the_same_page(finding, tmp_path):
    ww.findings.save(finding, tmp_path)
    assert page(ww.findings.load(tmp_path), "da") == page(finding, "da")
