"""Controls on the border: left out of the headline, and what reached them estimated."""

import numpy as np
import pandas as pd
import pytest

import whatworks as ww

COLUMNS = {"outcome": "y", "unit": "unit", "time": "time", "first_treated": "start"}
# Units 0-19 start at 5 or 7; 20-34 border on them, unit 20 + i on unit i; 35-59 do not.
PAIRS = pd.DataFrame({"unit": range(15), "neighbour": range(20, 35)})


def roll_out(rng, *, reach=0.0, units=60, times=8):
    unit, time = np.arange(units), np.arange(1, times + 1)
    start = np.where(unit < 20, np.where(unit % 2 == 0, 5, 7), 0)
    exposed = np.where((unit >= 20) & (unit < 35), np.where(unit % 2 == 0, 5, 7), 0)
    on = (start > 0)[:, None] * (time >= start[:, None]) * 3.0 + (exposed > 0)[:, None] * (time >= exposed[:, None]) * 3.0 * reach
    y = rng.normal(size=(units, 1)) + on + 0.3 * rng.normal(size=(units, times))
    return pd.DataFrame({"unit": np.repeat(unit, times), "time": np.tile(time, units), "y": y.ravel(),
                         "start": np.repeat(start, times)})  # fmt: skip


def by_term(result):
    return result.effects.set_index("term")


def check(result):
    return next(check for check in result.checks if check.name == "spillover")


def test_an_effect_that_reaches_over_the_border_is_flagged_and_taken_out_of_the_headline():
    result = ww.did.spillover(roll_out(np.random.default_rng(1), reach=0.3), neighbours=PAIRS, **COLUMNS)
    effects = by_term(result)
    assert effects.loc["ATT", "estimate"] == pytest.approx(3.0, abs=0.2)
    # With all controls the neighbours' 0.9 counts for 15 of 40.
    assert effects.loc["all controls", "estimate"] == pytest.approx(3.0 - 0.9 * 15 / 40, abs=0.2)
    assert effects.loc["spill-over on bordering controls", "estimate"] == pytest.approx(0.9, abs=0.2)
    assert check(result).passed is False
    assert effects["n_comparison"].tolist() == [25, 40, 25]
    assert result.statistics["n_bordering"] == 15


def test_an_effect_that_stays_at_home_passes():
    result = ww.did.spillover(roll_out(np.random.default_rng(2)), neighbours=PAIRS, **COLUMNS)
    assert check(result).passed is True
    assert by_term(result).loc["spill-over on bordering controls", "p_value"] > 0.05


def test_each_number_is_that_of_an_estimator_on_the_same_rows():
    df = roll_out(np.random.default_rng(3), reach=0.3)
    effects = by_term(ww.did.spillover(df, neighbours=PAIRS, **COLUMNS))
    far = df[~df["unit"].between(20, 34)]
    assert effects.loc["ATT", "estimate"] == pytest.approx(ww.did.att_gt(far, **COLUMNS).headline.estimate)
    assert effects.loc["all controls", "std_error"] == pytest.approx(ww.did.att_gt(df, **COLUMNS).headline.std_error)
    controls = df[df["unit"] >= 20]
    exposed = controls["unit"].map(dict(zip(PAIRS["neighbour"], np.where(PAIRS["unit"] % 2 == 0, 5, 7), strict=True))).fillna(0)
    reached = ww.did.imputation(controls.assign(start=exposed), **COLUMNS).headline
    assert effects.loc["spill-over on bordering controls", "estimate"] == pytest.approx(reached.estimate)


def test_pairs_may_be_turned_round_repeated_and_hold_others():
    df = roll_out(np.random.default_rng(4), reach=0.3)
    first = ww.did.spillover(df, neighbours=PAIRS, **COLUMNS)
    turned = PAIRS.rename(columns={"unit": "neighbour", "neighbour": "unit"})
    strangers = pd.DataFrame({"unit": [500, 40, 1], "neighbour": [2, 41, 3]})
    again = ww.did.spillover(df, neighbours=pd.concat([turned, PAIRS, strangers]), **COLUMNS)
    assert again.effects.equals(first.effects)


def test_without_bordering_controls_there_is_nothing_to_leave_out():
    df = roll_out(np.random.default_rng(5))
    far = pd.DataFrame({"unit": [40, 1], "neighbour": [41, 2]})
    result = ww.did.spillover(df, neighbours=far, **COLUMNS)
    assert check(result).passed is True
    effects = by_term(result)
    assert effects.loc["ATT", "estimate"] == effects.loc["all controls", "estimate"]
    assert len(effects) == 2


def test_one_bordering_control_is_left_out_but_not_judged():
    result = ww.did.spillover(roll_out(np.random.default_rng(6)), neighbours=PAIRS.iloc[:1], **COLUMNS)
    assert check(result).passed is None
    assert result.statistics["n_bordering"] == 1


def test_controls_that_all_border_leave_nobody_to_compare_with():
    df = roll_out(np.random.default_rng(7)).query("unit < 35")
    with pytest.raises(ww.errors.NoComparisonGroup, match="All 15 never treated"):
        ww.did.spillover(df, neighbours=PAIRS, **COLUMNS)


def test_an_empty_list_of_pairs_is_refused_as_a_mistake():
    with pytest.raises(ww.errors.EmptyData, match="neighbours has no rows"):
        ww.did.spillover(roll_out(np.random.default_rng(5)), neighbours=PAIRS.iloc[:0], **COLUMNS)


def test_pairs_without_their_columns_are_refused():
    with pytest.raises(ww.errors.MissingColumn, match="neighbours has no column 'neighbour'"):
        ww.did.spillover(roll_out(np.random.default_rng(8)), neighbours=PAIRS.rename(columns={"neighbour": "other"}), **COLUMNS)


def test_dates_and_starts_before_the_first_time_are_read_as_att_gt_reads_them():
    df = roll_out(np.random.default_rng(9), reach=0.3)
    quarters = pd.period_range("2020Q1", periods=8, freq="Q")
    dated = df.assign(time=quarters[df["time"] - 1], start=[quarters[s - 1] if s else pd.NaT for s in df["start"]])
    first, again = (ww.did.spillover(frame, neighbours=PAIRS, **COLUMNS) for frame in (df, dated))
    assert again.effects["estimate"].to_numpy() == pytest.approx(first.effects["estimate"].to_numpy())
