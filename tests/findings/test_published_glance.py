"""Published results at a glance: in people where that takes no guess, and never more than the ranges say."""

import pandas as pd
import pytest
from scipy.stats import norm

import whatworks as ww
from whatworks.findings.next_step import published_step
from whatworks.findings.published_glance import glance_note, glance_rows, people_figures


def row(measure, effect, low, high, good="up", **more):
    told = {"method": "m", "outcome": "o", "intervention": "M", "outcome_as_printed": "O", "method_en": "M", "outcome_en": "O"}
    numbers = {"measure": measure, "effect": effect, "conf_low": low, "conf_high": high, "direction_of_good": good}
    return {**told, **numbers, "k": 3, "confirmed": "yes", **more}


def told(*rows, language="en"):
    return glance_rows(pd.DataFrame(rows), language)[0]


def test_a_standardised_difference_is_told_as_the_share_above_the_typical_person_without_it():
    share = round(100 * norm.cdf(0.5))
    assert told(row("g", 0.5, 0.2, 0.8))["people"].startswith(
        f"{share} of 100 do better than the typical person without it (58 to 79)"
    )
    # Where less is better the same number the other way says the same.
    assert told(row("SMD", -0.5, -0.8, -0.2, "down"))["people"] == told(row("g", 0.5, 0.2, 0.8))["people"]
    assert told(row("SMD", -0.5, -0.8, -0.2, "down"))["size"] == "Moderate difference"


@pytest.mark.parametrize("measure", ["RR", "IRR"])
def test_a_ratio_is_told_for_every_hundred_and_odds_are_not(measure):
    assert (
        told(row(measure, 0.63, 0.48, 0.82, "down"))["people"] == "63 with it (48 to 82) for every 100 without; fewer is better"
    )
    odds = told(row("OR", 1.22, 1.01, 1.44))
    assert (odds["people"], odds["size"]) == ("", "1.22 (OR) (1.01 to 1.44)")


@pytest.mark.parametrize(
    ("measure", "effect", "low", "high"), [("OR", 1.68, 1.2, 2.36), ("RR", 1.42, 1.14, 1.72), ("RD", 0.114, 0.037, 0.197)]
)
def test_with_the_share_of_the_comparison_groups_a_difference_is_told_in_people(measure, effect, low, high):
    assert (
        told(row(measure, effect, low, high, "down", share_comparison=0.274))["people"]
        == "39 of 100 with it (31 to 47), 27 without; fewer is better"
    )


def test_a_difference_in_people_needs_a_range_and_a_share_that_can_be():
    unranged = told(row("OR", 1.68, float("nan"), float("nan"), share_comparison=0.274))
    assert (unranged["people"], unranged["size"]) == ("", "1.68 (OR) (range not stated)")
    # 2.5 times 60 of 100 is more than everyone: the ratio stands as it was printed.
    assert (
        told(row("RR", 2.5, 2.0, 3.0, share_comparison=0.6))["people"]
        == "250 with it (200 to 300) for every 100 without; more is better"
    )


def test_a_hundred_people_are_drawn_for_the_best_founded_result_of_each_method():
    harm = row("OR", 1.68, 1.2, 2.36, "down", share_comparison=0.274)
    smaller = row("OR", 3.0, 1.2, 9.0, "down", share_comparison=0.5, k=1)
    other = row("RR", 2.0, 1.5, 2.5, share_comparison=0.2, method="n", intervention="N", method_en="N")
    one = people_figures(pd.DataFrame([harm, smaller, row("g", 0.5, 0.2, 0.8)]), "en")
    assert len(one) == 1
    assert "39 of 100 instead of 27" in one[0]
    assert "comparison groups in the published studies" in one[0]
    two = people_figures(pd.DataFrame([harm, other]), "en")
    assert ["M: O" in two[0], "N: O" in two[1], "40 of 100 instead of 20" in two[1]] == [True, True, True]
    assert people_figures(pd.DataFrame([row("g", 0.5, 0.2, 0.8)]), "en") == []


def test_what_speaks_against_and_never_for_is_said_first():
    harms = told(row("OR", 1.68, 1.2, 2.36, "down"), row("d", 0.1, float("nan"), float("nan")))
    assert harms["found"] == "1 of 2 speak against, none for"
    mixed = told(row("OR", 1.68, 1.2, 2.36, "down"), row("OR", 0.5, 0.4, 0.6, "down"))
    assert mixed["found"] == "1 of 2 speak for"


def test_without_a_range_nothing_is_said_to_point_anywhere():
    silent = told(row("g", 0.21, float("nan"), float("nan")))
    assert silent["code"] == "unstated"
    assert "range not stated" in silent["people"]


def test_of_several_results_the_best_founded_tells_the_size_and_all_are_counted():
    small = row("g", 0.9, 0.8, 1.0, k=2)
    large = row("g", 0.2, 0.1, 0.3, k=40)
    unconfirmed = row("g", 1.5, 1.4, 1.6, k=90, confirmed="no")
    wide = row("g", 0.1, -0.2, 0.4, k=1)
    both = told(small, large, unconfirmed, wide)
    assert both["found"] == "3 of 4 speak for, 1 can go both ways"
    assert both["code"] == "both"
    assert both["basis"] == "40 studies"
    frame = pd.DataFrame([small, large])
    assert "best founded" in glance_note(glance_rows(frame, "en"), frame, "en")
    assert "best founded" not in glance_note(glance_rows(frame.head(1), "en"), frame.head(1), "en")


def test_a_result_told_again_is_not_counted_again():
    reviews = ww.findings.published(ww.evidence.load(), "schizophrenia")
    counted = sum(int(each["found"].split()[2]) if " of " in each["found"] else 1 for each in glance_rows(reviews, "en"))
    assert counted == len(reviews) - reviews["restates"].astype(str).ne("").sum() == len(reviews) - 1


def test_what_to_do_is_no_bolder_than_the_results():
    assert published_step(["against", "unstated"], "en").startswith("Do not start or expand it: no result speaks for it, and one")
    assert "and 2 speak against" in published_step(["against", "both", "against"], "en")
    assert published_step(["for", "against"], "en").startswith("Read the results one by one")
    assert published_step(["both", "unstated"], "en").startswith("Let these numbers decide nothing.")
    assert published_step(["for"], "da").startswith("Se først på det, resultaterne taler for.")
