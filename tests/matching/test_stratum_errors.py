"""Standard errors of differences stratum by stratum."""

import numpy as np
import pandas as pd
import pytest

import whatworks as ww
from whatworks.core.errors import InvalidOption


@pytest.fixture
def rng():
    return np.random.default_rng(7)


def people(rng, n=600):
    """Effects that differ between strata, treatment that is likelier where outcomes are high; and the effect on the treated."""
    area, band = rng.integers(0, 4, n), rng.integers(0, 3, n)
    chance = 1 / (1 + np.exp(1.2 - 0.5 * (area - 1.5) - 0.3 * (band - 1)))
    treated = (rng.random(n) < chance).astype(int)
    days = 3 * area + 2 * band + (2 + 1.5 * (area - 1.5)) * treated + 2 * rng.normal(size=n)
    return pd.DataFrame({"area": area, "band": band, "treated": treated, "days": days})


def exact(df):
    return ww.matching.match(df, treatment="treated", covariates=["area", "band"], method="exact")


def test_the_error_is_that_within_strata_and_of_who_the_treated_are(rng):
    df = people(rng)
    result = ww.matching.estimate(exact(df), outcome="days")
    n_treated = df["treated"].sum()
    variance, effects = 0.0, []
    for _, cell in df.groupby(["area", "band"]):
        one, none = (cell.loc[cell["treated"] == arm, "days"] for arm in (1, 0))
        share = len(one) / n_treated
        variance += share**2 * (one.var() / len(one) + none.var() / len(none))
        effects += [one.mean() - none.mean()] * len(one)
    variance += np.var(effects) / n_treated
    assert result.headline.estimate == pytest.approx(np.mean(effects), rel=1e-9)
    # A treated person's own distance and that of her stratum are uncorrelated, so their squares add up.
    assert result.headline.std_error == pytest.approx(np.sqrt(variance), rel=1e-9)


def test_moving_whole_strata_apart_changes_nothing(rng):
    df = people(rng)
    apart = df.assign(days=df["days"] + 1000 * df["area"])
    there, here = (ww.matching.estimate(exact(frame), outcome="days").headline for frame in (apart, df))
    assert there.std_error == pytest.approx(here.std_error, rel=1e-9)


def test_somebody_alone_in_arm_and_stratum_adds_the_arm_s_typical_spread(rng):
    df = people(rng, n=200)
    alone = pd.DataFrame({"area": 9, "band": 9, "treated": [1, 0, 0], "days": [5.0, 4.0, 6.0]})
    result = ww.matching.estimate(exact(pd.concat([df, alone], ignore_index=True)), outcome="days")
    assert result.provenance.arguments["vcov"] == "stratified"
    assert result.headline.std_error > 0


def test_pairs_alone_in_their_strata_fall_back_on_errors_that_differ_between_people():
    df = pd.DataFrame({"need": [1, 1, 2, 2, 3, 3], "treated": [1, 0] * 3, "days": [3.0, 1, 6, 2, 7, 4]})
    sample = ww.matching.match(df, treatment="treated", covariates=["need"], method="exact")
    assert ww.matching.estimate(sample, outcome="days").provenance.arguments["vcov"] == "HC3"
    with pytest.raises(InvalidOption, match="somebody shares arm and stratum"):
        ww.matching.estimate(sample, outcome="days", vcov="stratified")


def test_it_is_refused_for_pairs_with_covariates_and_by_subgroup(rng):
    df = people(rng)
    pairs = ww.matching.match(df, treatment="treated", covariates=["area", "band"])
    with pytest.raises(InvalidOption, match="exact, cem and subclass"):
        ww.matching.estimate(pairs, outcome="days", vcov="stratified")
    for options in ({"covariates": ["area"]}, {"by": "band"}):
        with pytest.raises(InvalidOption, match="one plain difference"):
            ww.matching.estimate(exact(df), outcome="days", vcov="stratified", **options)


@pytest.mark.slow
def test_intervals_in_strata_cover_the_effect_as_often_as_they_say():
    area, band = np.meshgrid(np.arange(4), np.arange(3))
    chance = 1 / (1 + np.exp(1.2 - 0.5 * (area - 1.5) - 0.3 * (band - 1)))
    truth = (chance * (2 + 1.5 * (area - 1.5))).sum() / chance.sum()
    rng = np.random.default_rng(20)
    answers = [ww.matching.estimate(exact(people(rng)), outcome="days").headline for _ in range(120)]
    covered = np.mean([answer.conf_low <= truth <= answer.conf_high for answer in answers])
    spread = np.std([answer.estimate for answer in answers])
    assert covered >= 0.90
    # The former default was twice as long as it had to be.
    assert np.mean([answer.std_error for answer in answers]) == pytest.approx(spread, rel=0.2)
