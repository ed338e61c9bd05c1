"""Pre-trend checks graded on simulated roll-outs: a drift of 0.08 a quarter is flagged, clean roll-outs are not.

On 200 other draws of each scenario, att_gt and its event study flagged 0.90 under the drift, and 0.02 to 0.06 of clean draws; the
limits below leave room for as few draws as are made here.
"""

import pytest
from scipy import stats

import whatworks as ww

pytestmark = pytest.mark.slow

FIRST_SEED = 20290101
ASKED = {"unit": "municipality", "time": "quarter", "first_treated": "first_treated"}


def flagged(scenario: str, draws: int) -> int:
    """Draws whose pre-trend check fails on the event study's result."""
    count = 0
    for number in range(draws):
        tables, truth = ww.documentation.simulate(scenario=scenario, seed=FIRST_SEED + number)
        outcome = truth["outcome"]
        panel = ww.documentation.build_panel(tables, target_group=truth["target_group"], method=truth["method"], outcome=outcome)
        result = ww.did.aggregate(ww.did.att_gt(panel, outcome=outcome, **ASKED), by="event")
        count += next(check for check in result.checks if check.name == "parallel_pretrends").passed is False
    return count


def test_adopters_that_drift_away_are_flagged_in_at_least_eight_of_ten_draws():
    assert flagged("S2", 10) >= stats.binom.ppf(0.01, 10, 0.8)


@pytest.mark.parametrize("scenario", ["S0", "S1", "S3", "AV"])
def test_clean_roll_outs_are_flagged_in_at_most_one_of_ten_draws(scenario):
    assert flagged(scenario, 24) <= stats.binom.ppf(0.99, 24, 0.1)
