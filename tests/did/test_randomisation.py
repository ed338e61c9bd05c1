"""Randomisation inference: statistics equal the estimators', the permutation loop written out, exactness."""

from itertools import permutations

import numpy as np
import pandas as pd
import pytest

import whatworks as ww
from whatworks.core.errors import InvalidColumn, InvalidOption, NoComparisonGroup, NotIdentified, NoTreatedGroup, TooFewUnits

COLUMNS = {"outcome": "days", "unit": "town", "time": "year", "first_treated": "start"}


def roll_out(starts, *, years=5, seed=0, effect=0.0):
    rng = np.random.default_rng(seed)
    start, year = np.asarray(starts), np.arange(1, years + 1)
    treated = (start[:, None] > 0) & (year >= start[:, None])
    days = rng.normal(size=(len(start), 1)) * year + rng.normal(size=(len(start), years)) + effect * treated
    return pd.DataFrame(
        {
            "town": np.repeat(np.arange(len(start)), years),
            "year": np.tile(year, len(start)),
            "start": np.repeat(start, years),
            "region": np.repeat(np.arange(len(start)) % 2, years),
            "days": days.ravel(),
        }
    )


@pytest.mark.parametrize("control", ["never", "not_yet"])
def test_the_att_is_that_of_att_gt(control):
    df = roll_out([3, 3, 4, 4, 5, 5, 0, 0, 0, 0])
    result = ww.did.randomisation_test(df, **COLUMNS, control=control, seed=1, draws=99)
    assert result.headline.estimate == pytest.approx(ww.did.att_gt(df, **COLUMNS, control=control).headline.estimate, rel=1e-10)


def test_the_two_way_statistic_is_that_of_twfe():
    df = roll_out([3, 3, 4, 4, 5, 0, 0, 0, 0])
    result = ww.did.randomisation_test(df, **COLUMNS, statistic="twfe", seed=1, draws=99)
    assert result.headline.estimate == pytest.approx(ww.did.twfe(df, **COLUMNS).headline.estimate, rel=1e-10)


@pytest.mark.parametrize(("statistic", "estimator"), [("att", ww.did.att_gt), ("twfe", ww.did.twfe)])
def test_p_value_and_interval_are_those_of_the_loop_over_all_ways(statistic, estimator):
    starts = (3, 3, 4, 4, 0, 0)
    df = roll_out(starts, effect=1.5)
    ways = sorted(set(permutations(starts)))
    result = ww.did.randomisation_test(df, **COLUMNS, statistic=statistic)
    assert (result.statistics["draws"], result.statistics["enumerated"]) == (len(ways), 1) == (90, 1)

    def over_all_ways(outcome):
        frames = (df.assign(days=outcome, start=np.repeat(way, 5)) for way in [*ways, starts])
        return np.array([estimator(frame, **COLUMNS).headline.estimate for frame in frames])

    # Estimates are linear in the outcome, so an effect taken off is taken off the estimate, whatever it is.
    now = (df["start"] > 0) & (df["year"] >= df["start"])
    of_days, of_effect = over_all_ways(df["days"]), over_all_ways(now.astype(float))

    def p_value(effect):
        *drawn, mine = of_days - effect * of_effect
        return np.mean(np.abs(drawn) >= abs(mine) * (1 - 1e-9))

    assert result.headline.p_value == p_value(0.0)
    for end, outwards in ((result.headline.conf_low, -1), (result.headline.conf_high, 1)):
        assert p_value(end - outwards * 1e-6) > 0.05 >= p_value(end + outwards * 1e-6)


def test_dates_stay_within_strata():
    df = roll_out([3, 4, 3, 4, 0, 0, 0, 0])
    wide, narrow = (ww.did.randomisation_test(df, **COLUMNS, strata=strata) for strata in (None, "region"))
    assert wide.statistics["draws"] == 8 * 7 // 2 * 6 * 5 // 2
    assert narrow.statistics["draws"] == (4 * 3 // 2) ** 2
    check = next(check for check in narrow.checks if check.name == "as_if_random")
    assert check.passed is None
    assert "within 'region'" in check.message
    assert "sharp null" in narrow.estimand


def test_random_draws_follow_the_seed_and_not_the_order_of_rows():
    df = roll_out([3, 3, 4, 4, *[0] * 12], effect=0.5)
    shuffled = df.sample(frac=1, random_state=4).assign(town=lambda d: 99 - d["town"])
    first, second, other = (
        ww.did.randomisation_test(d, **COLUMNS, draws=499, seed=seed) for d, seed in ((df, 1), (shuffled, 1), (df, 2))
    )
    assert first.statistics["enumerated"] == 0
    assert second.headline.p_value == first.headline.p_value
    assert second.headline.conf_low == pytest.approx(first.headline.conf_low)
    assert other.headline.conf_low != first.headline.conf_low


def test_one_treated_town_is_answered_with_enough_others():
    result = ww.did.randomisation_test(roll_out([3, *[0] * 19], effect=40), **COLUMNS)
    assert result.headline.p_value == 1 / 20
    assert result.headline.conf_low < 40 < result.headline.conf_high
    with pytest.raises(TooFewUnits, match="19 assignments are possible"):
        ww.did.randomisation_test(roll_out([3, *[0] * 18]), **COLUMNS)


def test_everybody_may_start_with_the_two_way_statistic():
    df = roll_out([3, 3, 3, 4, 4, 4, 5, 5])
    assert np.isfinite(ww.did.randomisation_test(df, **COLUMNS, statistic="twfe").headline.conf_low)
    assert np.isfinite(ww.did.randomisation_test(df, **COLUMNS, control="not_yet").headline.conf_low)
    with pytest.raises(NoComparisonGroup, match="not_yet"):
        ww.did.randomisation_test(df, **COLUMNS)


def test_row_order_and_labels_change_nothing_and_doubling_doubles():
    df = roll_out([3, 3, 4, 0, 0, 0, 0])
    other = df.sample(frac=1, random_state=4).assign(town=lambda d: "t" + d["town"].astype(str), days=lambda d: 2 * d["days"])
    first, second = (ww.did.randomisation_test(d, **COLUMNS).headline for d in (df, other))
    assert second.p_value == first.p_value
    assert second.conf_low == pytest.approx(2 * first.conf_low)


@pytest.mark.parametrize(
    ("spoil", "options", "error", "words"),
    [
        (lambda d: d, {"statistic": "ols"}, InvalidOption, "'ols' is not known"),
        (lambda d: d, {"statistic": "twfe", "control": "never"}, InvalidOption, "goes with statistic"),
        (lambda d: d, {"control": "always"}, InvalidOption, "'always' is not known"),
        (lambda d: d, {"draws": 99}, InvalidOption, "need seed="),
        (lambda d: d, {"strata": "town"}, NotIdentified, "nothing to hand out"),
        (lambda d: d, {"strata": "year"}, InvalidColumn, "changes within 8 units"),
        (lambda d: d.assign(start=np.nan), {}, NoTreatedGroup, "starts treatment"),
    ],
)
def test_bad_input_is_refused_with_the_way_out(spoil, options, error, words):
    with pytest.raises(error, match=words):
        ww.did.randomisation_test(spoil(roll_out([3, 3, 4, 4, 0, 0, 0, 0])), **COLUMNS, **options)


@pytest.mark.slow
def test_it_is_exact_when_dates_are_random_however_wild_the_outcomes():
    # 300 draws: 10 towns with trends of their own and heavy tails (t with 2 degrees of freedom); dates drawn anew each time. The
    # test rejects at most 5 % of the time by construction, and nearly 5 %: 2,520 ways leave no room between.
    rng = np.random.default_rng(1)
    rejected = 0
    base = roll_out([0] * 10)
    for _ in range(300):
        starts = rng.permutation([3, 3, 3, 4, 4, 0, 0, 0, 0, 0])
        days = rng.standard_t(2, size=50) + np.repeat(rng.normal(size=10), 5) * base["year"]
        result = ww.did.randomisation_test(base.assign(start=np.repeat(starts, 5), days=days), **COLUMNS)
        rejected += result.headline.p_value <= 0.05
    assert 0.03 < rejected / 300 < 0.07
