"""Estimators graded on simulated roll-outs whose truth is known.

The calibration of the design, on other draws (300 of them), gave these means as shares of the true effect: with selection on
level 0.765 for the raw gap, 0.937 for static two-way fixed effects, 1.000 for group-time effects; with effects that grow and
differ between cohorts 0.867, 0.532 and 1.000.
"""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import whatworks as ww
from whatworks.documentation.scenarios import SCENARIOS

pytestmark = pytest.mark.slow

FIRST_SEED = 20270101
SEEDS = {"S1": 50, "S3": 30, "AV": 100}
ASKED = {"unit": "municipality", "time": "quarter", "first_treated": "first_treated"}


def raw_gap(panel: pd.DataFrame, outcome: str) -> float:
    """Mean of all treated municipality-quarters less that of all others."""
    treated = (panel["quarter"] >= panel["first_treated"]).to_numpy()
    return panel.loc[treated, outcome].mean() - panel.loc[~treated, outcome].mean()


def one_draw(scenario: str, seed: int) -> dict[str, float]:
    tables, truth = ww.documentation.simulate(scenario=scenario, seed=seed)
    outcome = truth["outcome"]
    panel = ww.documentation.build_panel(tables, target_group=truth["target_group"], method=truth["method"], outcome=outcome)
    group_time = ww.did.att_gt(panel, outcome=outcome, **ASKED)
    overall = ww.did.aggregate(group_time, by="simple").headline
    return {
        "truth": truth["att_overall"],
        "truth_event": truth["att_event"],
        "naive": raw_gap(panel, outcome),
        "twfe": ww.did.twfe(panel, outcome=outcome, **ASKED).headline.estimate,
        "att": overall.estimate,
        "att_event": ww.did.aggregate(group_time, by="event").headline.estimate,
        "covered": overall.conf_low <= truth["att_overall"] <= overall.conf_high,
        "rejected": overall.p_value < 0.05,
    }


@pytest.fixture(scope="module")
def draws() -> dict[str, pd.DataFrame]:
    return {
        scenario: pd.DataFrame([one_draw(scenario, FIRST_SEED + number) for number in range(count)])
        for scenario, count in SEEDS.items()
    }


def share_of_truth(draws: pd.DataFrame, estimator: str) -> float:
    return draws[estimator].mean() / draws["truth"].mean()


@pytest.mark.parametrize("scenario", SEEDS)
@pytest.mark.parametrize(("estimate", "truth"), [("att", "truth"), ("att_event", "truth_event")])
def test_group_time_effects_are_right_within_two_monte_carlo_errors(draws, scenario, estimate, truth):
    error = draws[scenario][estimate] - draws[scenario][truth]
    assert abs(error.mean()) <= 2 * error.std() / np.sqrt(len(error))


def test_under_selection_on_level_the_raw_gap_misses_a_quarter_and_two_way_fixed_effects_come_close(draws):
    assert share_of_truth(draws["S1"], "naive") == pytest.approx(0.765, abs=0.10)
    assert share_of_truth(draws["S1"], "twfe") == pytest.approx(0.937, abs=0.08)


def test_when_effects_grow_and_differ_two_way_fixed_effects_miss_almost_half(draws):
    assert share_of_truth(draws["S3"], "naive") == pytest.approx(0.867, abs=0.05)
    assert share_of_truth(draws["S3"], "twfe") == pytest.approx(0.532, abs=0.05)


@pytest.mark.parametrize("scenario", SEEDS)
def test_95_percent_intervals_cover_the_truth_92_to_98_percent_of_the_time(draws, scenario):
    covered = draws[scenario]["covered"]
    low, high = stats.binom.ppf([0.01, 0.99], len(covered), [0.92, 0.98])
    assert low <= covered.sum() <= high


def test_a_method_without_effect_is_found_to_work_in_2_to_8_percent_of_draws(draws):
    rejected = draws["AV"]["rejected"]
    low, high = stats.binom.ppf([0.01, 0.99], len(rejected), [0.02, 0.08])
    assert low <= rejected.sum() <= high


def test_a_method_that_works_is_found_to_work_in_most_draws(draws):
    assert draws["S1"]["rejected"].mean() > 0.75
    assert draws["S3"]["rejected"].mean() == 1.0


@pytest.mark.parametrize("scenario", SEEDS)
@pytest.mark.parametrize("estimator", ["naive", "twfe", "att"])
def test_the_embedded_delivery_is_a_typical_draw(draws, scenario, estimator):
    error = draws[scenario][estimator] - draws[scenario]["truth"]
    embedded = one_draw(scenario, SCENARIOS[scenario].embedded_seed)
    assert abs(embedded[estimator] - embedded["truth"] - error.mean()) < 2 * error.std()
