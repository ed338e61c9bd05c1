"""Pseudonyms that give nobody away, stays that do not overlap, households and citizens that can be right."""

import hashlib

import numpy as np
import pandas as pd
import pytest

from whatworks.documentation.rules.people import overlapping_stays, readable_pseudonyms, too_many

LETTERS = list("abcdefghijklmnopqrstuvwxyz234567")


def drawn(n: int) -> list[str]:
    rng = np.random.default_rng(1)
    return ["b_" + "".join(row) for row in rng.choice(LETTERS, (n, 16))]


def people(pseudonyms: list[str]) -> dict[str, pd.DataFrame]:
    born = np.random.default_rng(2).integers(1940, 2005, len(pseudonyms))
    household = [f"h{place}" for place in range(len(pseudonyms))]
    frame = pd.DataFrame({"citizen_id": pseudonyms, "household_id": household}).astype("str")
    return {"citizen": frame.assign(birth_year=pd.array(born, dtype="Int64"))}


def test_pseudonyms_drawn_with_a_key_give_nobody_away():
    assert readable_pseudonyms(people(drawn(200))) == []


def test_numbered_pseudonyms_are_found():
    (found,) = readable_pseudonyms(people([f"b_{number:016d}" for number in range(200)]))
    assert found.rule == "V03"
    assert len(found.rows) == 200


@pytest.mark.parametrize("kind", ["md5", "sha1", "sha256"])
def test_plain_hashes_of_another_column_are_found(kind):
    tables = people(drawn(50))
    made = [f"b_{hashlib.new(kind, text.encode()).hexdigest()[:16]}" for text in tables["citizen"]["household_id"]]
    tables["citizen"]["citizen_id"] = pd.Series(made, dtype="str")
    (found,) = readable_pseudonyms(tables)
    assert found.places == {"other": "household_id"}


def test_pseudonyms_that_hold_the_birth_year_are_found():
    tables = people(drawn(50))
    year = tables["citizen"]["birth_year"].astype("str")
    tables["citizen"]["citizen_id"] = "b_" + year + tables["citizen"]["citizen_id"].str.slice(6)
    (found,) = readable_pseudonyms(tables)
    assert found.places == {"other": "birth_year"}


def stays(*each: tuple[str, str, str | None]) -> dict[str, pd.DataFrame]:
    who, start, end = zip(*each, strict=True)
    frame = pd.DataFrame({"citizen_id": who, "paragraph": "108"}).astype("str")
    dates = {"start": pd.to_datetime(list(start)), "end": pd.to_datetime(list(end))}
    return {"episode": frame.assign(**dates).astype({"start": "datetime64[s]", "end": "datetime64[s]"})}


def test_stays_that_overlap_for_more_than_14_days_are_found():
    tables = stays(("a", "2020-01-01", "2020-03-01"), ("a", "2020-02-16", None), ("b", "2020-02-16", None))
    assert overlapping_stays(tables) == []
    tables = stays(("a", "2020-01-01", "2020-03-01"), ("a", "2020-02-15", "2021-01-01"), ("a", "2020-12-01", None))
    (found,) = overlapping_stays(tables)
    assert found.rows.tolist() == [1, 2]


def test_the_first_stay_of_each_of_many_citizens_overlaps_with_nothing():
    one_each = stays(*[(f"c{place}", "2020-01-01", "2023-01-01") for place in range(50)])
    assert overlapping_stays(one_each) == []


def test_a_long_stay_around_a_short_one_still_counts_for_the_third():
    tables = stays(("a", "2020-01-01", None), ("a", "2020-02-01", "2020-02-05"), ("a", "2020-06-01", "2020-08-01"))
    (found,) = overlapping_stays(tables)
    assert found.rows.tolist() == [2]


def test_seven_episodes_at_once_are_too_many_and_one_after_the_other_they_are_not():
    at_once = stays(*[("a", f"2020-01-{day:02d}", None) for day in range(1, 9)])
    (found,) = too_many(at_once)
    assert (found.rule, found.rows.tolist()) == ("V26", [6, 7])
    assert too_many(stays(*[("a", f"20{year}-01-01", f"20{year}-12-31") for year in range(10, 20)])) == []


def test_a_household_of_sixteen_is_too_large():
    tables = people(drawn(40))
    tables["citizen"].loc[:15, "household_id"] = "h"
    (found,) = too_many(tables)
    assert len(found.rows) == 16
