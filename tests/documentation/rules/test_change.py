"""Reversed scores, missing baselines, uneven follow-up."""

import numpy as np
import pandas as pd
import pytest

import whatworks as ww
from whatworks.documentation.rules.change import missing_baselines, reversed_scores, uneven_follow_up


@pytest.fixture(scope="module")
def simulated():
    return ww.documentation.simulate(scenario="S1", seed=3)[0]


def delivered(unit, first, last):
    """An episode for each place in ``unit``, scored twice."""
    ids = pd.Series([f"e{place}" for place in range(len(unit))], dtype="str")
    measurement = pd.DataFrame(
        {
            "episode_id": pd.concat([ids, ids], ignore_index=True),
            "date": pd.to_datetime(["2020-01-01"] * len(unit) + ["2020-07-01"] * len(unit)).astype("datetime64[s]"),
            "value": np.concatenate([first, last]),
            "instrument": pd.Series(["who5"] * 2 * len(unit), dtype="str"),
            "informant": pd.Series(["citizen"] * 2 * len(unit), dtype="str"),
        }
    )
    return pd.DataFrame({"episode_id": ids, "acting_municipality": pd.Series(unit.astype(str), dtype="str")}), measurement


def test_clean_scores_are_not_called_reversed(simulated):
    assert reversed_scores(simulated) == []


def test_a_unit_that_swapped_high_and_low_is_found_and_no_other(simulated):
    rng = np.random.default_rng(5)
    n, units = 40, 12
    unit = np.repeat(np.arange(units), n)
    first = rng.normal(40, 10, units * n)
    last = first + 10 + rng.normal(0, 6, units * n)
    first[unit == 3], last[unit == 3] = 100 - first[unit == 3], 100 - last[unit == 3]
    episode = pd.DataFrame(
        {"episode_id": [f"e{place}" for place in range(units * n)], "acting_municipality": unit.astype(str)}
    ).astype("str")
    rows = [(episode["episode_id"], "2020-01-01", first), (episode["episode_id"], "2021-01-01", last)]
    measurement = pd.concat(
        [
            pd.DataFrame(
                {"episode_id": ids, "date": pd.Timestamp(day), "value": value, "instrument": "who5", "informant": "citizen"}
            )
            for ids, day, value in rows
        ],
        ignore_index=True,
    ).astype({"episode_id": "str", "instrument": "str", "informant": "str", "date": "datetime64[s]"})
    (found,) = reversed_scores({"episode": episode, "measurement": measurement})
    assert found.rule == "V11"
    assert found.places == {"n": 1}
    of = measurement["episode_id"].loc[found.rows].str.slice(1).astype(int) // n
    assert set(of) == {3}
    assert len(found.rows) == 2 * n


def test_a_municipality_without_services_is_checked_beside_services():
    rng = np.random.default_rng(7)
    unit = np.repeat(np.arange(12), 30)
    first = rng.normal(50, 15, 360)
    last = np.where(unit == 4, 100 - first, first) + rng.normal(0, 5, 360)
    episode, measurement = delivered(unit, first, last)
    service = pd.Series(np.where(unit < 6, None, [f"t_{code}" for code in unit]), dtype="str")
    (found,) = reversed_scores({"episode": episode.assign(service_id=service), "measurement": measurement})
    assert found.places == {"n": 1}
    assert set(measurement["episode_id"].loc[found.rows]) == set(episode.loc[unit == 4, "episode_id"])


def test_a_unit_whose_follow_ups_mirror_its_baselines_is_found():
    rng = np.random.default_rng(6)
    unit = np.repeat(np.arange(3), 30)
    first = rng.normal(50, 15, 90)
    last = np.where(unit == 1, 100 - first, first) + rng.normal(0, 5, 90)
    episode, measurement = delivered(unit, first, last)
    (found,) = reversed_scores({"episode": episode, "measurement": measurement})
    assert len(found.rows) == 60


def test_a_unit_whose_changes_look_like_others_is_known_by_how_its_scores_go_with_need():
    rng = np.random.default_rng(9)
    unit = np.repeat(np.arange(8), 30)
    need = rng.integers(0, 5, 240)
    first = 70 - 9 * need + rng.normal(0, 8, 240)
    first = np.where(unit == 2, 100 - first, first)
    episode, measurement = delivered(unit, first, first + rng.normal(0, 8, 240))
    assert reversed_scores({"episode": episode, "measurement": measurement}) == []
    (found,) = reversed_scores(
        {"episode": episode.assign(baseline_support_need=pd.array(need, dtype="Int64")), "measurement": measurement}
    )
    assert set(measurement["episode_id"].loc[found.rows]) == set(episode.loc[unit == 2, "episode_id"])


def test_a_unit_that_two_signs_tell_of_is_counted_once():
    rng = np.random.default_rng(12)
    unit = np.repeat(np.arange(8), 30)
    need = rng.integers(0, 5, 240)
    first = 70 - 9 * need + rng.normal(0, 8, 240)
    last = first + 10 + rng.normal(0, 8, 240)
    first[unit == 2], last[unit == 2] = 100 - first[unit == 2], 100 - last[unit == 2]
    episode, measurement = delivered(unit, first, last)
    known = episode.assign(baseline_support_need=pd.array(need, dtype="Int64"))
    for each in (episode, known):
        (found,) = reversed_scores({"episode": each, "measurement": measurement})
        assert found.places == {"n": 1}


def test_a_unit_that_gets_worse_is_not_called_turned_where_its_scores_go_with_need_as_elsewhere():
    rng = np.random.default_rng(10)
    unit = np.repeat(np.arange(8), 30)
    need = rng.integers(0, 5, 240)
    first = 70 - 9 * need + rng.normal(0, 8, 240)
    last = first + np.where(unit == 2, -10, 10) + rng.normal(0, 8, 240)
    episode, measurement = delivered(unit, first, last)
    (found,) = reversed_scores({"episode": episode, "measurement": measurement})
    assert found.places == {"n": 1}
    known = episode.assign(baseline_support_need=pd.array(need, dtype="Int64"))
    assert reversed_scores({"episode": known, "measurement": measurement}) == []


def test_episodes_without_a_value_within_60_days_are_counted(tables):
    assert missing_baselines(tables) == []
    tables["measurement"].loc[0, "date"] = pd.Timestamp("2020-03-02")
    tables["measurement"].loc[1, "value"] = np.nan
    (found,) = missing_baselines(tables)
    assert (found.rule, found.rows.tolist()) == ("V20", [0, 1])


def test_follow_up_that_is_lost_in_one_arm_is_found(simulated):
    assert uneven_follow_up(simulated) == []
    with_method = simulated["adoption"]["unit_id"]
    episode = simulated["episode"]
    lost = episode.loc[episode["acting_municipality"].isin(with_method), "episode_id"].iloc[::3]
    start = simulated["measurement"]["episode_id"].map(episode.set_index("episode_id")["start"])
    late = simulated["measurement"]["date"] - start >= pd.Timedelta(days=90)
    gone = simulated["measurement"]["episode_id"].isin(lost) & late
    (found,) = uneven_follow_up({**simulated, "measurement": simulated["measurement"][~gone]})
    assert found.rule == "V21"
    assert found.places["treated"] < found.places["others"] - 10


@pytest.mark.parametrize(("turned", "found"), [(True, [3]), (False, [])])
def test_a_turned_unit_is_known_by_its_level_where_changes_are_small_and_differ(turned, found):
    rng = np.random.default_rng(11)
    n, units = 40, 12
    unit = np.repeat(np.arange(units), n)
    # Difficulties of 16 on a scale to 40 fall by 2, more in some units than in others; unit 3 is as bad off as a turned one.
    first = rng.normal(16, 5, units * n) + rng.normal(0, 1.5, units)[unit] + np.where((unit == 3) & (not turned), 8, 0)
    last = first - 2 + rng.normal(0, 1.8, units)[unit] + rng.normal(0, 5, units * n)
    if turned:
        first[unit == 3], last[unit == 3] = 40 - first[unit == 3], 40 - last[unit == 3]
    ids = pd.Series([f"e{place}" for place in range(units * n)], dtype="str")
    episode = pd.DataFrame({"episode_id": ids, "acting_municipality": pd.Series(unit.astype(str), dtype="str")})
    measurement = pd.DataFrame(
        {"episode_id": pd.concat([ids, ids], ignore_index=True), "value": np.concatenate([first, last]),
         "date": pd.to_datetime(["2020-01-01"] * len(ids) + ["2021-01-01"] * len(ids)).astype("datetime64[s]")}
    ).assign(instrument="sdq", informant="parent")  # fmt: skip
    instrument = pd.DataFrame({"instrument": ["sdq"], "min": [0.0], "max": [40.0]})
    said = reversed_scores({"episode": episode, "measurement": measurement, "instrument": instrument})
    rows = [row for one in said for row in one.rows]
    assert sorted({row % len(ids) // n for row in rows}) == found
