"""A turned scale turns how scores go with what else is known of the same people."""

import numpy as np
import pandas as pd
import pytest

from whatworks.documentation import companions


def people(seed, *, turned=None, units=8, n=25, level=0.0, slips=0):
    """Scores of two measures, and need, that go together; a turned unit's first measure is on a scale from 0 to 100."""
    rng = np.random.default_rng(seed)
    unit, episode = np.repeat(np.arange(units), n), np.arange(units * n)
    need = rng.normal(size=units * n) + level * (unit == 3)
    first = 50 - 12 * need + rng.normal(0, 10, units * n)
    second = 10 + 4 * need + rng.normal(0, 3, units * n)
    if turned is not None:
        first[unit == turned] = 100 - first[unit == turned]
    slipped = rng.choice(units * n, slips, replace=False)
    first[slipped] = 1e6
    rows = pd.DataFrame({"unit": unit, "episode": episode, "measure": "who5", "value": first, "better": 1.0})
    other = pd.DataFrame({"unit": unit, "episode": episode, "measure": "sdq", "value": second, "better": -1.0})
    return pd.concat([rows, other], ignore_index=True), pd.Series(np.concatenate([need, need]))


def mirrored(rows, *, need=None):
    told = companions.mirrored(rows, need=need)
    return told.loc[told["mirrored"], ["unit", "measure"]]


@pytest.mark.parametrize("seed", range(5))
def test_a_turned_unit_is_found_beside_need_and_only_the_measure_that_was_turned(seed):
    rows, need = people(seed, turned=3)
    assert mirrored(rows, need=need).to_dict("records") == [{"unit": 3, "measure": "who5"}]


@pytest.mark.parametrize("level", [0.0, 3.0])
def test_units_of_needier_people_are_not_named(level):
    rows, need = people(7, level=level)
    assert mirrored(rows, need=need).empty
    assert mirrored(rows).empty


def test_units_are_cleared_where_scores_go_as_everywhere_and_only_there():
    rows, need = people(4, turned=3)
    told = companions.mirrored(rows, need=need)
    who5 = told[told["measure"] == "who5"].set_index("unit")["mirrored"]
    assert who5.to_dict() == {unit: unit == 3 for unit in range(8)}
    # Half the scores of a unit turned: neither the one nor the other can be said.
    rows.loc[(rows["unit"] == 1) & (rows["measure"] == "who5") & (rows["episode"] % 2 == 0), "value"] *= -1
    rows.loc[(rows["unit"] == 1) & (rows["measure"] == "who5") & (rows["episode"] % 2 == 0), "value"] += 100
    told = companions.mirrored(rows, need=need)
    assert 1 not in told.loc[told["measure"] == "who5", "unit"].tolist()


def test_a_few_slips_of_the_pen_neither_hide_nor_turn_a_unit():
    rows, need = people(2, turned=5, slips=6)
    assert mirrored(rows, need=need).to_dict("records") == [{"unit": 5, "measure": "who5"}]


def test_without_need_two_measures_accuse_each_other_and_a_third_tells_which():
    rows, _ = people(1, turned=3)
    assert set(mirrored(rows)["measure"]) == {"who5", "sdq"}
    assert set(mirrored(rows)["unit"]) == {3}
    more = [rows.loc[rows["measure"] == "sdq"].assign(measure=name) for name in ("honos", "ors")]
    rng = np.random.default_rng(0)
    for each in more:
        each["value"] += rng.normal(0, 2, len(each))
    assert mirrored(pd.concat([rows, *more], ignore_index=True)).to_dict("records") == [{"unit": 3, "measure": "who5"}]


def test_where_need_is_known_of_some_people_the_others_are_compared_with_their_other_scores():
    rows, need = people(1, turned=3)
    part = need.where(rows["unit"] < 2)
    assert ("who5", 3) in {(one["measure"], one["unit"]) for one in mirrored(rows, need=part).to_dict("records")}


@pytest.mark.parametrize(("units", "n"), [(4, 25), (8, 9)])
def test_what_is_usual_is_not_known_from_few_units_or_few_people(units, n):
    rows, need = people(1, turned=3, units=units, n=n)
    assert mirrored(rows, need=need).empty


def test_a_measure_that_never_varies_or_goes_with_nothing_names_nobody():
    rows, need = people(1)
    assert mirrored(rows.assign(value=1.0), need=need).empty
    noise = pd.Series(np.random.default_rng(3).normal(size=len(rows)))
    assert mirrored(rows.iloc[:200], need=noise.iloc[:200]).empty
    assert mirrored(rows.iloc[:0], need=need.iloc[:0]).empty
