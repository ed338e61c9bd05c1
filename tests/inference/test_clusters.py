"""Few clusters: one limit for every estimator."""

import numpy as np
import pandas as pd
import pytest

import whatworks as ww
from whatworks.inference import few_clusters


@pytest.mark.parametrize(("clusters", "passed"), [(39, False), (40, True)])
def test_forty_clusters_are_enough_and_the_numbers_stand_in_the_check(clusters, passed):
    check = few_clusters(clusters)
    assert check.passed is passed
    assert check.statistics == {"clusters": clusters, "limit": 40}
    assert f"{clusters} clusters" in check.message


def test_matching_and_did_hold_the_same_data_against_the_same_limit():
    rng = np.random.default_rng(3)
    people = pd.DataFrame({"town": np.repeat(np.arange(41), 4), "treated": np.tile([0, 1], 82), "late": rng.normal(size=164)})
    both_times = people.assign(unit=people.index, early=rng.normal(size=164)).melt(
        id_vars=["unit", "town", "treated"], value_vars=["early", "late"], var_name="time", value_name="days"
    )
    both_times["time"] = (both_times["time"] == "late").astype(int)
    raw = ww.matching.unmatched(people, treatment="treated")
    results = (
        ww.matching.estimate(raw, outcome="late", cluster="town"),
        ww.did.two_by_two(both_times, outcome="days", unit="unit", time="time", treated="treated", cluster="town"),
    )
    checks = [check for result in results for check in result.checks if check.name == "few_clusters"]
    assert checks == [few_clusters(41), few_clusters(41)]
