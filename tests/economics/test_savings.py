"""Did a promised saving happen, against whom, and at what price in quality?"""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ttest_1samp, ttest_ind

import whatworks as ww
from whatworks.core.errors import (
    InvalidColumn,
    InvalidOption,
    MissingValues,
    NoComparisonGroup,
    NoTreatedGroup,
    TooFewUnits,
)
from whatworks.economics.errors import ImplausibleAmount, MixedPriceLevels, UnknownPayer


def homes(*, units: int = 24, saved: float = 60.0, drift: float = 30.0, quality: float = 0.0, seed: int = 1, noise: float = 10.0):
    """Half of the units with the effort, two years before and two after; quality falls by as much as told."""
    rng = np.random.default_rng(seed)
    level = rng.normal(1000, 80, units)
    rows = []
    for place in range(units):
        treated = place % 2
        for year in range(2020, 2024):
            after = int(year >= 2022)
            cost = level[place] + after * (drift - saved * treated) + rng.normal(0, noise)
            score = 4.0 + quality * treated * after + rng.normal(0, 0.05)
            rows.append((f"u{place}", year, treated, after, cost, score))
    return pd.DataFrame(rows, columns=["home", "year", "treated", "after", "cost", "score"]).assign(price_level=2024)


def savings(df: pd.DataFrame, **options):
    return ww.economics.savings(
        df, **{"unit": "home", "after": "after", "cost": "cost", "promised": 40, "treated": "treated", **options}
    )


def checks(result) -> dict[str, bool | None]:
    return {each.name: each.passed for each in result.checks}


def test_the_change_against_others_is_welchs():
    df = homes()
    result = savings(df)
    means = df.groupby(["home", "treated", "after"])["cost"].mean().unstack()
    moved = (means[1] - means[0]).reset_index()
    with_effort, without = (moved.loc[moved["treated"] == arm, 0].to_numpy() for arm in (1, 0))
    welch = ttest_ind(with_effort, without, equal_var=False)
    low, high = welch.confidence_interval(0.95)
    line = result.headline
    assert line.estimate == pytest.approx(with_effort.mean() - without.mean(), rel=1e-12)
    assert (line.conf_low, line.conf_high, line.p_value) == pytest.approx((low, high, welch.pvalue), rel=1e-9)
    assert result.parts.set_index("term").loc["comparison", "estimate"] == pytest.approx(without.mean())


def test_it_is_the_same_number_as_a_difference_in_differences():
    df = homes()
    two = df.groupby(["home", "treated", "after"], as_index=False)["cost"].mean()
    did = ww.did.two_by_two(two, outcome="cost", unit="home", time="after", treated="treated")
    assert savings(df).headline.estimate == pytest.approx(did.headline.estimate, rel=1e-10)


def test_without_others_it_is_a_change_and_no_effect():
    df = homes().query("treated == 1")
    result = savings(df, treated=None)
    means = df.groupby(["home", "after"])["cost"].mean().unstack()
    paired = ttest_1samp((means[1] - means[0]).to_numpy(), 0)
    assert (result.headline.estimate, result.headline.p_value) == pytest.approx(
        ((means[1] - means[0]).mean(), paired.pvalue), rel=1e-9
    )
    assert "no effect" in result.estimand
    assert checks(result)["compared_saving"] is False
    # Costs drifted up by 30 anyway, so half of the saving of 60 is hidden.
    assert result.headline.estimate == pytest.approx(-30, abs=8)
    with pytest.raises(NoComparisonGroup, match="Name units to compare with in treated="):
        savings(df, treated=None, claim_effect=True)
    assert savings(homes(), claim_effect=True).estimand.startswith("Change against units without")


def test_a_promise_is_kept_broken_or_not_to_be_told():
    assert checks(savings(homes(), promised=40))["promised_saving"] is True
    assert checks(savings(homes(), promised=90))["promised_saving"] is False
    unclear = savings(homes(), promised=60)
    assert checks(unclear)["promised_saving"] is None
    assert 0.05 < unclear.statistics["probability_promised"] < 0.95
    assert unclear.statistics["share_delivered"] == pytest.approx(1, abs=0.15)
    assert unclear.parts.set_index("term").loc["promised", "estimate"] == -60


def test_a_saving_that_cost_quality_says_so():
    loss = savings(homes(quality=-0.5), quality="score")
    assert checks(loss)["quality_kept"] is False
    assert loss.parts.set_index("term").loc["quality", "estimate"] == pytest.approx(-0.5, abs=0.1)
    assert checks(savings(homes(quality=-0.5), quality="score", quality_margin=1.0))["quality_kept"] is True
    assert checks(savings(homes(quality=-0.5), quality="score", quality_good="down"))["quality_kept"] is True
    assert checks(savings(homes()))["quality_kept"] is None


def test_few_units_are_doubted():
    assert checks(savings(homes(units=8)))["few_units"] is False
    assert checks(savings(homes(units=10)))["few_units"] is True


def test_doubling_every_cost_doubles_the_answer():
    df = homes()
    once, twice = savings(df), savings(df.assign(cost=df["cost"] * 2), promised=80)
    assert twice.headline.estimate == pytest.approx(2 * once.headline.estimate)
    assert twice.statistics["probability_promised"] == pytest.approx(once.statistics["probability_promised"])


@pytest.mark.parametrize(
    ("changes", "options", "error", "words"),
    [
        ({"cost": 0.0}, {}, ImplausibleAmount, "'cost' is zero or negative in 96 of 96"),
        ({"cost": np.nan}, {}, MissingValues, "'cost' lacks a value"),
        ({"after": 2}, {}, InvalidColumn, "must hold 0/1"),
        ({"after": 1}, {}, MissingValues, "24 of 24 units have no cost before or none after"),
        ({"treated": 0}, {}, NoTreatedGroup, "No unit has the effort"),
        ({}, {"promised": 0}, InvalidOption, "must be above 0"),
        ({}, {"promised": float("nan")}, InvalidOption, "must be above 0"),
        ({}, {"quality_good": "better"}, InvalidOption, "quality_good='better'"),
        ({}, {"payer": "kommune"}, UnknownPayer, "neither a column"),
    ],
)
def test_what_cannot_be_a_saving_is_refused(changes, options, error, words):
    with pytest.raises(error, match=words):
        savings(homes().assign(**changes), **options)


def test_nominal_costs_and_single_units_are_refused():
    df = homes()
    with pytest.raises(MixedPriceLevels, match="costs mixes price levels"):
        savings(df.assign(price_level=df["year"]))
    with pytest.raises(TooFewUnits, match=r"ww\.did\.synthetic"):
        savings(df[df["home"].isin(["u0", "u1", "u2"])])
    with pytest.raises(InvalidOption, match="24 units are both with and without"):
        savings(df.assign(treated=df["after"]))


@pytest.mark.slow
def test_the_interval_covers_the_true_saving():
    covered = 0
    for seed in range(50):
        line = savings(homes(units=12, seed=seed, noise=30.0)).headline
        covered += line.conf_low <= -60 <= line.conf_high
    # 95 per cent of 50, less three standard errors.
    assert covered >= 43
