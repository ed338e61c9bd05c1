"""Power of roll-outs and samples: against closed forms, against estimators run on drawn outcomes, and at the edges."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import whatworks as ww
from whatworks.core.errors import DuplicateRows, InvalidOption, NotIdentified, TooFewUnits, TreatmentReversal
from whatworks.design import Noise, learn_noise, power, simulated_power
from whatworks.design.rollout import read_rollout
from whatworks.design.weights import outcome_weights

CALL = {"unit": "town", "time": "quarter", "first_treated": "start"}


def rollout(starts, times=8):
    """One row per town and quarter; ``starts`` by town."""
    n = len(starts)
    return pd.DataFrame(
        {"town": np.repeat(np.arange(n), times), "quarter": np.tile(np.arange(times), n), "start": np.repeat(starts, times)}
    )


STAGGERED = [3] * 6 + [5] * 6 + [0] * 12


# --- weights: the estimators themselves ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("estimator", "control", "estimated"),
    [
        ("group_time", "never", lambda df: ww.did.att_gt(df, outcome="days", control="never", **CALL).headline),
        ("group_time", "not_yet", lambda df: ww.did.att_gt(df, outcome="days", control="not_yet", **CALL).headline),
        ("imputation", "not_yet", lambda df: ww.did.imputation(df, outcome="days", **CALL).headline),
    ],
)
@pytest.mark.parametrize("starts", [STAGGERED, [2, 2, 4, 4, 6, 6, 6, 0, 0, 0, 4]])
def test_the_weights_give_the_estimate(estimator, control, estimated, starts):
    df = rollout(starts)
    df["days"] = np.random.default_rng(3).normal(size=len(df))
    read = read_rollout(df, **CALL)
    c, lost = outcome_weights(read, estimator=estimator, control=control)
    assert lost == 0
    assert (c * df["days"].to_numpy().reshape(c.shape)).sum() == pytest.approx(estimated(df).estimate, rel=1e-9)
    assert c.sum(axis=0) == pytest.approx(0, abs=1e-12)
    assert c.sum(axis=1) == pytest.approx(0, abs=1e-12)


def test_a_cohort_of_one_unit_is_left_out_as_the_estimator_leaves_it_out():
    df = rollout([2, 2, 4, 6, 6, 6, 0, 0, 0, 3])
    df["days"] = np.random.default_rng(3).normal(size=len(df))
    c, lost = outcome_weights(read_rollout(df, **CALL), estimator="group_time", control="never")
    found = ww.did.att_gt(df, outcome="days", control="never", **CALL).headline.estimate
    assert (c * df["days"].to_numpy().reshape(c.shape)).sum() == pytest.approx(found, rel=1e-9)
    assert lost == 4 + 5


def test_treated_times_without_anyone_waiting_are_left_out_and_told():
    found = power(rollout([2] * 10 + [5] * 10), noise=Noise(sd=1.0), **CALL)
    check = next(check for check in found.checks if check.name == "unestimated_cells")
    assert check.passed is False
    assert check.statistics["cells"] == 10 * 3 + 10 * 3


# --- numbers ---------------------------------------------------------------------------------------------------------------


def test_two_groups_and_two_times_have_the_textbook_error():
    df = rollout([1] * 10 + [0] * 15, times=2)
    found = power(df, noise=Noise(sd=6.0), people=4, **CALL)
    std_error = np.sqrt(6.0**2 / 4 * 2 * (1 / 10 + 1 / 15))
    assert found.std_error == pytest.approx(std_error, rel=1e-12)
    assert found.smallest == pytest.approx((stats.t.ppf(0.975, 24) + stats.t.ppf(0.8, 24)) * std_error, rel=1e-12)
    at_smallest = np.interp(found.smallest, found.curve["effect"], found.curve["power"])
    assert at_smallest == pytest.approx(0.8, abs=0.01)
    assert found.curve["power"].iloc[0] == pytest.approx(0.05, rel=1e-9)


def test_what_people_share_is_not_averaged_away_and_a_lasting_shock_is_taken_out_by_the_before():
    def error(people, **noise):
        return power(rollout(STAGGERED), noise=Noise(sd=10, **noise), people=people, **CALL).std_error

    assert error(400) == pytest.approx(error(4) / 10, rel=1e-9)
    assert error(4000, icc=0.05) > 0.9 * error(400, icc=0.05)
    assert error(100, icc=0.05, autocorrelation=0.9) < error(100, icc=0.05)


def test_the_error_is_what_the_estimator_spreads_by_on_drawn_outcomes():
    df, noise = rollout(STAGGERED * 2), Noise(sd=12, icc=0.04, autocorrelation=0.5)
    found = power(df, noise=noise, people=20, control="never", **CALL)
    drawn = []

    def keep(frame):
        result = ww.did.att_gt(frame, outcome="outcome", control="never", **CALL)
        drawn.append(result.headline.estimate)
        return result

    drawing = {"effects": [0, found.smallest], "noise": noise, "people": 20, "draws": 60, "seed": 4}
    curve = simulated_power(df, estimate=keep, **drawing, **CALL).curve
    assert np.std(drawn[:60]) == pytest.approx(found.std_error, rel=0.25)
    # 60 draws put a true 0.80 at 40 to 55, and a true 0.05 at 7 at most, in all but one case in a hundred.
    assert 40 / 60 <= curve["power"].iloc[1] <= 55 / 60
    assert curve["power"].iloc[0] <= 7 / 60


def test_a_sample_has_the_error_of_its_effective_sizes():
    rng = np.random.default_rng(8)
    people = pd.DataFrame({"treated": np.repeat([1, 0], [40, 160]), "need": rng.normal(size=200), "town": np.tile(range(10), 20)})
    sample = ww.matching.match(people, treatment="treated", covariates=["need"])
    found = power(sample, noise=Noise(sd=9.0, explained=0.25))
    assert found.std_error == pytest.approx(9 * np.sqrt(0.75) * np.sqrt(1 / 40 + 1 / 40), rel=1e-9)
    assert power(sample, noise=Noise(sd=9.0, icc=0.1), cluster="town").std_error > 0
    with pytest.raises(InvalidOption, match="needs cluster="):
        power(sample, noise=Noise(sd=9.0, icc=0.1))
    with pytest.raises(InvalidOption, match="unit cannot be used with a sample"):
        power(sample, noise=Noise(sd=9.0), unit="town")


def test_noise_is_learnt_from_the_time_before():
    rng, found = np.random.default_rng(6), []
    truth = Noise(sd=15.0, icc=0.05, autocorrelation=0.6)
    times, towns, people = 16, 60, 40
    root = np.linalg.cholesky(truth.between_times(np.arange(times)))
    for _ in range(20):
        y = rng.normal(size=(towns, times)) @ root.T + rng.normal(size=(towns, times)) * np.sqrt(truth.alone / people)
        df = rollout([0] * towns, times=times).assign(days=(y + rng.normal(size=(towns, 1)) * 9).ravel(), n=people)
        found.append(learn_noise(df, outcome="days", unit="town", time="quarter", people="n", sd=15.0))
    # What lasts through all the time observed goes with the town's level and is no longer seen: a little less than the truth.
    assert np.mean([noise.icc for noise in found]) == pytest.approx(0.05, rel=0.3)
    assert np.mean([noise.autocorrelation for noise in found]) == pytest.approx(0.6, abs=0.12)


# --- doubts and refusals ---------------------------------------------------------------------------------------------------


def test_few_treated_units_are_a_doubt():
    found = power(rollout([3] * 4 + [0] * 20), noise=Noise(sd=1.0), **CALL)
    assert next(check for check in found.checks if check.name == "few_treated_clusters").passed is False
    assert "Finds an effect of" in found._repr_html_()


@pytest.mark.parametrize(
    ("df", "error", "words"),
    [
        (rollout([0] * 6), NotIdentified, "None of 6 units starts"),
        (rollout([3] * 6), NotIdentified, "nobody waits"),
        (pd.concat([rollout(STAGGERED)] * 2), DuplicateRows, "pairs of 'town' and 'quarter'"),
        (rollout(STAGGERED).assign(start=range(24 * 8)), TreatmentReversal, "changes over time"),
    ],
)
def test_roll_outs_that_show_nothing_are_refused(df, error, words):
    with pytest.raises(error, match=words):
        power(df, noise=Noise(sd=1.0), **CALL)


def test_options_that_make_no_sense_are_refused():
    senseless = {"sd=0": {"sd": 0}, "icc=1.0": {"sd": 1, "icc": 1.0}, "autocorrelation=1": {"sd": 1, "autocorrelation": 1}}
    for words, options in senseless.items():
        with pytest.raises(InvalidOption, match=words):
            Noise(**options)
    df = rollout(STAGGERED)
    with pytest.raises(InvalidOption, match="target=80"):
        power(df, noise=Noise(sd=1), target=80, **CALL)
    with pytest.raises(InvalidOption, match="needs unit="):
        power(df, noise=Noise(sd=1))
    with pytest.raises(InvalidOption, match="people=0"):
        power(df, noise=Noise(sd=1), people=0, **CALL)
    with pytest.raises(InvalidOption, match="two different sizes"):
        simulated_power(df, estimate=lambda frame: None, effects=[1, 1], noise=Noise(sd=1), seed=1, **CALL)
    with pytest.raises(TooFewUnits, match="at least 5 and 4"):
        learn_noise(df.assign(days=1.0, n=3).query("quarter < 3"), outcome="days", unit="town", time="quarter", people="n", sd=1)


def test_an_analysis_that_refuses_most_draws_says_why():
    def refuse(frame):
        raise NotIdentified("no")

    with pytest.raises(NotIdentified):
        simulated_power(rollout(STAGGERED), estimate=refuse, effects=[0, 1], noise=Noise(sd=1), seed=1, **CALL)
