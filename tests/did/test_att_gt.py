"""Group-time effects and their averages: against R, under relabelling, on bad input, and in a simulation."""

import json
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import whatworks as ww
from whatworks.core.errors import (
    DuplicateRows,
    EmptyData,
    InvalidColumn,
    InvalidOption,
    MissingColumn,
    MissingValues,
    NoComparisonGroup,
    NotIdentified,
    NoTreatedGroup,
    TooFewUnits,
    TreatmentReversal,
)

CONTROL = {"nevertreated": "never", "notyettreated": "not_yet"}
DATA = {"att_gt_cross_sections": "cross_sections", "pairwise_complete": "panel_unbalanced"}
AGGREGATES = {
    "simple": ("simple", None),
    "group.1": ("group", None),
    "group_by_cohort": ("group", None),
    "calendar": ("calendar", None),
    "dynamic": ("event", None),
    "dynamic_balance_e_1": ("event", 1),
}
AT = {"event": "event_time", "group": "group", "calendar": "time"}
IDS = [
    entry["id"]
    for entry in json.loads((Path(__file__).parents[1] / "reference" / "did.json").read_text(encoding="utf-8"))
    if entry["id"].startswith(("att_gt", "pairwise_complete"))
]


def run(name, frames):
    kind, covariates, estimator, control, base = name.split("/")
    data = "panel_balanced_subset" if "balanced_subset" in kind else "panel"
    data = "cross_sections" if "cross_sections" in kind else DATA.get(kind, data)
    return ww.did.att_gt(
        frames[data],
        outcome="outcome",
        unit="unit",
        time="period",
        first_treated="first_treated",
        covariates=[] if covariates == "none" else ["age", "need"],
        estimator=estimator,
        control=CONTROL[control],
        base_period=base,
        anticipation=1 if "anticipation1" in kind else 0,
        weights="weight" if "weights" in kind else None,
        cluster="municipality" if "clustered" in kind else None,
        panel="cross_sections" not in kind,
    )


def numbers(values):
    return np.array([np.nan if value is None else value for value in np.atleast_1d(np.array(values, dtype=object))], dtype=float)


def agree(ours, theirs, name):
    # R's logit stops at its own tolerance. It moves weighting with not-yet-treated controls by up to 7e-9 (the smallest effects
    # there are 0.05, so 1.2e-7 of them); every other difference is below 1e-8 of the effect.
    exact = "/reg/" in name or "/none/" in name
    tolerance = {"rel": 1e-10, "abs": 1e-12} if exact else {"rel": 1e-8, "abs": 8e-9}
    assert np.asarray(ours, dtype=float) == pytest.approx(numbers(theirs), nan_ok=True, **tolerance)


@pytest.mark.parametrize("name", IDS)
def test_cells_and_all_averages_equal_r(name, answers, frames):
    values = answers[name]
    result = run(name, frames)
    assert result.parts["group"].tolist() == values["group"]
    assert result.parts["time"].tolist() == values["period"]
    agree(result.parts["estimate"], values["att"], name)
    agree(result.parts["std_error"], values["se_over_all_units" if "pairwise" in name else "se"], name)
    for key, (by, balance) in AGGREGATES.items():
        if key not in values:
            continue
        average = ww.did.aggregate(result, by=by, balance=balance)
        if "overall" in values[key]:
            agree(
                [average.headline.estimate, average.headline.std_error], [values[key]["overall"], values[key]["overall_se"]], name
            )
        if "at" in values[key]:
            assert average.parts[AT[by]].tolist() == np.atleast_1d(values[key]["at"]).tolist()
            agree(average.parts["estimate"], values[key]["estimate"], name)
            agree(average.parts["std_error"], values[key]["se"], name)


@pytest.mark.parametrize("name", [name for name in IDS if name.startswith("pairwise")])
def test_counts_of_pairs_equal_r(name, answers, frames):
    parts = run(name, frames).parts
    assert parts["n_treated"].tolist() == answers[name]["pairs_treated"]
    assert parts["n_comparison"].tolist() == answers[name]["pairs_control"]


@pytest.mark.parametrize("name", [name for name in IDS if name.startswith("att_gt/") and "/never" in name])
def test_pretrend_test_equals_r(name, answers, frames):
    # R rounds the p-value to five digits. Under anticipation R tests the anticipation periods too; we do not.
    statistics = check(run(name, frames), "parallel_pretrends").statistics
    assert statistics["statistic"] == pytest.approx(answers[name]["wald_pretrend"], rel=1e-7)
    assert statistics["p_value"] == pytest.approx(answers[name]["wald_pretrend_p"], abs=6e-6)


def check(result, name):
    return next(check for check in result.checks if check.name == name)


@pytest.mark.parametrize(("control", "data"), list(product(["never", "not_yet"], ["panel", "panel_unbalanced"])))
def test_row_order_and_unit_labels_change_nothing(frames, columns, control, data):
    df = frames[data]
    options = {**columns, "covariates": ["age"], "control": control, "cluster": "municipality"}
    first = ww.did.att_gt(df, **options)
    shuffled = df.sample(frac=1, random_state=1)
    shuffled["unit"] = [f"citizen {code * 7 % 1009}" for code in shuffled["unit"]]
    second = ww.did.att_gt(shuffled, **options)
    for column in ("estimate", "std_error", "n_treated"):
        assert second.effects[column].to_numpy(dtype=float, na_value=np.nan) == pytest.approx(
            first.effects[column].to_numpy(dtype=float, na_value=np.nan), rel=1e-9, nan_ok=True
        )


def test_doubling_the_outcome_doubles_effects_and_standard_errors(panel, columns):
    once = ww.did.att_gt(panel, **columns, covariates=["age", "need"])
    twice = ww.did.att_gt(panel.assign(outcome=2 * panel["outcome"]), **columns, covariates=["age", "need"])
    assert twice.effects["estimate"].to_numpy() == pytest.approx(2 * once.effects["estimate"].to_numpy(), rel=1e-9)
    assert twice.effects["std_error"].to_numpy() == pytest.approx(2 * once.effects["std_error"].to_numpy(), rel=1e-9)


def test_adding_a_level_per_unit_and_a_shock_per_period_changes_nothing(panel, columns):
    moved = panel.assign(outcome=panel["outcome"] + panel["unit"] % 17 + panel["period"] ** 2)
    assert ww.did.att_gt(moved, **columns).parts["estimate"].to_numpy() == pytest.approx(
        ww.did.att_gt(panel, **columns).parts["estimate"].to_numpy(), abs=1e-9
    )


def test_weights_of_two_equal_units_given_twice_up_to_standard_errors(panel, columns):
    weighted = ww.did.att_gt(panel.assign(times=np.where(panel["unit"] % 2, 1, 2)), **columns, weights="times")
    copies = panel[panel["unit"] % 2 == 0].assign(unit=lambda d: d["unit"] + 10**6)
    doubled = ww.did.att_gt(pd.concat([panel, copies]), **columns)
    assert weighted.parts["estimate"].to_numpy() == pytest.approx(doubled.parts["estimate"].to_numpy(), abs=1e-10)
    assert weighted.headline.estimate == pytest.approx(doubled.headline.estimate)


@pytest.mark.parametrize("never", [0, np.nan, np.inf])
def test_never_treated_may_be_zero_missing_or_infinite(panel, columns, never):
    coded = panel.assign(first_treated=panel["first_treated"].replace(0, never))
    assert ww.did.att_gt(coded, **columns).effects.equals(ww.did.att_gt(panel, **columns).effects)


def test_a_start_after_the_last_time_means_never(panel, columns):
    coded = panel.assign(first_treated=panel["first_treated"].replace(0, 99))
    assert ww.did.att_gt(coded, **columns).effects.equals(ww.did.att_gt(panel, **columns).effects)


def test_periods_and_dates_give_the_same_numbers_and_come_back_as_they_were(panel, columns):
    plain = ww.did.att_gt(panel, **columns)
    quarters = pd.PeriodIndex.from_ordinals(panel["period"] + 200, freq="Q")
    starts = pd.Series(pd.PeriodIndex.from_ordinals(panel["first_treated"] + 200, freq="Q")).where(panel["first_treated"] > 0)
    as_periods = ww.did.att_gt(panel.assign(period=quarters, first_treated=starts), **columns)
    as_dates = ww.did.att_gt(
        panel.assign(period=quarters.to_timestamp(), first_treated=starts.dt.to_timestamp() + pd.Timedelta(days=20)), **columns
    )
    for result in (as_periods, as_dates):
        assert result.effects["estimate"].equals(plain.effects["estimate"])
        assert result.effects["event_time"].equals(plain.effects["event_time"])
    assert str(as_periods.parts["group"].dtype) == "period[Q-DEC]"
    assert as_periods.parts["term"].iloc[0] == f"ATT({as_periods.parts['group'].iloc[0]}, {as_periods.parts['time'].iloc[0]})"
    assert ww.EffectResult.from_json(as_periods.to_json()).to_json() == as_periods.to_json()
    assert ww.EffectResult.from_json(as_dates.to_json()).to_json() == as_dates.to_json()


def test_nullable_categorical_and_text_columns_are_read(panel, columns):
    dressed = panel.assign(
        outcome=panel["outcome"].astype("Float64"),
        unit=panel["unit"].astype(str).astype("category"),
        first_treated=panel["first_treated"].replace(0, None).astype("Int64"),
        period=panel["period"].astype("Int16"),
        sex=np.where(panel["unit"] % 3 == 0, "man", "woman"),
    )
    plain = panel.assign(sex=(panel["unit"] % 3 != 0).astype(float))
    ours = ww.did.att_gt(dressed, **columns, covariates="sex")
    assert ours.effects["estimate"].to_numpy() == pytest.approx(
        ww.did.att_gt(plain, **columns, covariates="sex").effects["estimate"].to_numpy(), rel=1e-10
    )


def test_missing_outcomes_cost_only_the_pairs_they_belong_to(panel, columns):
    holes = panel.assign(outcome=panel["outcome"].mask(panel.index % 24 == 5))
    result = ww.did.att_gt(holes, **columns)
    removed = ww.did.att_gt(holes.dropna(), **columns)
    assert result.effects["estimate"].to_numpy() == pytest.approx(removed.effects["estimate"].to_numpy(), rel=1e-10)
    assert result.statistics["n_dropped"] == 100
    assert check(result, "dropped_rows").passed is False
    assert check(removed, "dropped_rows").passed is True
    assert result.statistics["n_incomplete_units"] == 100


@pytest.mark.parametrize("estimator", ["dr", "ipw", "reg"])
def test_a_collinear_or_constant_covariate_is_left_out_and_named(panel, columns, estimator):
    spoilt = panel.assign(twice_need=2 * panel["need"] + 1, same=3.0)
    result = ww.did.att_gt(spoilt, **columns, covariates=["need", "twice_need", "same"], estimator=estimator)
    clean = ww.did.att_gt(panel, **columns, covariates=["need"], estimator=estimator)
    assert result.parts["estimate"].to_numpy() == pytest.approx(clean.parts["estimate"].to_numpy(), rel=1e-10)
    message = check(result, "collinear_covariates").message
    assert "twice_need in 28 cells" in message
    assert "same in 28 cells" in message


def test_a_text_covariate_left_out_is_named_by_column_and_no_value_is_shown(panel, columns):
    contact = pd.cut(panel["need"].rank(), 3, labels=["Bodil Dam", "Ida Madsen", "Per Holm"]).astype(str)
    result = ww.did.att_gt(panel.assign(contact=contact, again=contact), **columns, covariates=["contact", "again"])
    doubt = check(result, "collinear_covariates")
    assert "again (some of its levels) in 28 cells" in doubt.message
    assert doubt.statistics == {"covariates": 1, "cells": 28}
    assert not any(value in result.to_json() for value in ("Bodil", "Ida", "Holm"))


def test_a_cohort_of_one_unit_has_no_estimate_but_a_reason_and_the_rest_goes_on(panel, columns):
    alone = panel["unit"].iloc[0]
    lonely = panel.assign(first_treated=panel["first_treated"].mask(panel["unit"] == alone, 5))
    result = ww.did.att_gt(lonely, **columns)
    rest = ww.did.att_gt(panel[panel["unit"] != alone], **columns)
    five = result.parts["group"] == 5
    assert result.parts.loc[five, "estimate"].isna().all()
    assert result.parts.loc[five, "reason"].str.contains("1 treated and 137 comparison units").all()
    assert result.parts.loc[~five, "estimate"].to_numpy() == pytest.approx(rest.parts["estimate"].to_numpy())
    assert result.headline.estimate == pytest.approx(rest.headline.estimate)
    assert check(result, "unestimated_cells").statistics["cells"] == 7
    assert "ATT(5, 2)" in check(result, "unestimated_cells").message
    assert ww.did.aggregate(result, by="group").parts["group"].tolist() == [3, 4, 6, 7]


def test_covariates_that_separate_one_cohort_cost_that_cohort_only(panel, columns):
    apart = panel.assign(flag=np.where(panel["first_treated"] == 6, panel["unit"] % 2 + 5, panel["unit"] % 2).astype(float))
    result = ww.did.att_gt(apart, **columns, covariates=["flag"])
    assert result.parts.groupby("group")["estimate"].apply(lambda e: e.isna().all()).tolist() == [False, False, True, False]
    assert "separate" in result.parts.loc[result.parts["group"] == 6, "reason"].iloc[0]


def test_without_never_treated_the_last_cohort_only_compares(panel, columns):
    staggered = panel[panel["first_treated"] > 0]
    with pytest.raises(NoComparisonGroup, match=r'control="not_yet"'):
        ww.did.att_gt(staggered, **columns)
    result = ww.did.att_gt(staggered, **columns, control="not_yet")
    assert sorted(result.parts["group"].unique()) == [3, 4, 6]
    assert result.parts["time"].max() == 6
    assert check(result, "no_never_treated").passed is False


def test_always_treated_units_are_left_out_and_counted(panel, columns):
    early = panel.assign(first_treated=panel["first_treated"].replace(7, 1))
    result = ww.did.att_gt(early, **columns)
    assert sorted(result.parts["group"].unique()) == [3, 4, 6]
    n_always = panel.loc[panel["first_treated"] == 7, "unit"].nunique()
    assert result.statistics["n_dropped"] == 8 * n_always
    assert f"{n_always} units" in check(result, "dropped_rows").message


def test_gaps_in_time_use_the_last_observed_base(panel, columns):
    gap = panel[panel["period"] != 5]
    full, holed = ww.did.att_gt(panel, **columns), ww.did.att_gt(gap, **columns)
    same = ["ATT(3, 8)", "ATT(4, 6)", "ATT(7, 8)"]
    with_five, without = (result.parts.set_index("term")["estimate"] for result in (full, holed))
    assert without[same].to_numpy() == pytest.approx(with_five[same].to_numpy())
    # Cohort 6 lost its base 5, so the last clean time is 4.
    long = ww.did.att_gt(panel, **columns, anticipation=1).parts.set_index("term").loc["ATT(6, 7)", "estimate"]
    assert holed.parts.set_index("term").loc["ATT(6, 7)", "estimate"] == pytest.approx(long)


def test_covariates_and_weights_that_change_are_taken_at_the_base_time(panel, columns):
    moving = panel.assign(
        need=panel["need"] + 0.1 * panel["period"] * (panel["unit"] % 3), weight=panel["weight"] + 0.05 * panel["period"]
    )
    result = ww.did.att_gt(moving, **columns, covariates=["need"], weights="weight", estimator="reg")
    pair = moving[moving["period"].isin([3, 6]) & moving["first_treated"].isin([0, 4])]
    at_base = pair[pair["period"] == 3].set_index("unit")[["need", "weight"]]
    frozen = pair.drop(columns=["need", "weight"]).merge(at_base, left_on="unit", right_index=True)
    alone = ww.did.two_by_two(
        frozen.assign(treated=frozen["first_treated"] > 0), outcome="outcome", unit="unit", time="period", treated="treated",
        covariates=["need"], weights="weight", estimator="reg",
    )  # fmt: skip
    cell = result.parts.set_index("term").loc["ATT(4, 6)"]
    assert cell["estimate"] == pytest.approx(alone.headline.estimate)
    assert cell["std_error"] == pytest.approx(alone.headline.std_error)


def test_a_large_sample_is_estimated_in_pieces_and_by_stages_to_the_same_numbers(panel, columns, monkeypatch):
    options = {**columns, "covariates": ["age", "need"], "weights": "weight"}
    whole = {control: ww.did.att_gt(panel, **options, control=control) for control in ("never", "not_yet")}
    monkeypatch.setattr("whatworks.did.arms._PIECE", 37)
    monkeypatch.setattr("whatworks.inference.influence._CHUNK", 41)
    monkeypatch.setattr("whatworks.core.layout._CHUNK", 7)
    monkeypatch.setattr("whatworks.did.cohort_effects._ENOUGH", 50)
    for name, value in (("_LARGE", 100), ("_LARGE_PART", 60), ("_STRIDE", 2), ("_LAST_STEP", 1e-7)):
        monkeypatch.setattr(f"whatworks.did.logit.{name}", value)
    for control, expected in whole.items():
        result = ww.did.att_gt(panel, **options, control=control)
        for column in ("estimate", "std_error"):
            assert result.effects[column].to_numpy() == pytest.approx(expected.effects[column].to_numpy(), rel=1e-9)


def test_the_units_of_a_covariate_do_not_matter_even_far_from_zero(panel, columns):
    plain = ww.did.att_gt(panel, **columns, covariates=["need"])
    far = ww.did.att_gt(panel.assign(need=1e8 + 1e3 * panel["need"]), **columns, covariates=["need"])
    assert far.effects["estimate"].to_numpy() == pytest.approx(plain.effects["estimate"].to_numpy(), rel=1e-8)
    assert far.effects["std_error"].to_numpy() == pytest.approx(plain.effects["std_error"].to_numpy(), rel=1e-8)


@pytest.mark.parametrize("estimator", ["dr", "reg"])
def test_several_outcomes_at_once_are_each_what_they_are_alone(panel, columns, estimator):
    names = {name: column for name, column in columns.items() if name != "outcome"}
    several = panel.assign(
        other=panel["outcome"] ** 2,
        holed=panel["outcome"].mask(panel.index % 31 == 0),
        holed_too=panel["need"].mask(panel.index % 7 == 2),
    )
    options = {**names, "covariates": ["age", "need"], "cluster": "municipality", "estimator": estimator}
    together = ww.did.att_gt_many(several, outcomes=["outcome", "other", "holed", "holed_too"], **options)
    assert list(together) == ["outcome", "other", "holed", "holed_too"]
    for outcome, result in together.items():
        alone = ww.did.att_gt(several, outcome=outcome, **options)
        assert result == alone
        assert (result.group_time.vcov == alone.group_time.vcov).all()


def test_several_outcomes_of_cross_sections_are_each_what_they_are_alone(frames, columns):
    df = frames["cross_sections"].assign(other=lambda d: 2 * d["outcome"].mask(d.index == 3))
    names = {"unit": None, "time": "period", "first_treated": "first_treated", "panel": False}
    for outcome, result in ww.did.att_gt_many(df, outcomes=["outcome", "other"], **names).items():
        assert result == ww.did.att_gt(df, outcome=outcome, **names)


def test_several_outcomes_are_named_once_each(panel):
    names = {"unit": "unit", "time": "period", "first_treated": "first_treated"}
    for outcomes in ([], ["outcome", "outcome"]):
        with pytest.raises(InvalidOption, match="each outcome once"):
            ww.did.att_gt_many(panel, outcomes=outcomes, **names)


def test_units_without_overlap_are_counted(panel, columns):
    far = panel.assign(need=panel["need"] + 40 * (panel["unit"] % 60 == 0))
    doubt = check(ww.did.att_gt(far, **columns, covariates=["need"]), "overlap")
    assert doubt.passed is (doubt.statistics["units"] == 0)
    clear = panel.assign(flag=np.where(panel["first_treated"] == 4, 6.0, 0.0) + (panel["unit"] % 9))
    doubt = check(ww.did.att_gt(clear, **columns, covariates=["flag"]), "overlap")
    assert doubt.passed is False
    assert f"{int(doubt.statistics['units'])} units" in doubt.message


def test_draws_of_many_units_come_from_the_limit_and_say_so(panel, columns, monkeypatch):
    few = ww.did.att_gt(panel, **columns, bootstrap=999, seed=1)
    assert (few.statistics["bootstrap_draws"], few.statistics["bootstrap_limit"]) == (999, 0)
    monkeypatch.setattr("whatworks.inference.influence.MANY_CLUSTERS", 100)
    many = ww.did.att_gt(panel, **columns, bootstrap=999, seed=1)
    assert many.statistics["bootstrap_limit"] == 1
    assert many == ww.did.att_gt(panel, **columns, bootstrap=999, seed=1)
    assert many.effects["std_error"].equals(ww.did.att_gt(panel, **columns).effects["std_error"])
    bands = [ww.did.aggregate(result, by="event", bands="simultaneous").statistics["critical_value"] for result in (few, many)]
    assert bands[1] == pytest.approx(bands[0], rel=0.08)
    assert (
        bands[1]
        != ww.did.aggregate(ww.did.att_gt(panel, **columns, bootstrap=999, seed=2), by="event", bands="simultaneous").statistics[
            "critical_value"
        ]
    )


def test_nullable_columns_with_missing_values_are_read(panel, columns):
    dressed = panel.assign(
        outcome=panel["outcome"].astype("Float64").mask(panel.index % 50 == 3),
        unit=panel["unit"].astype("string"),
        period=panel["period"].astype("Int64"),
        urban=(panel["unit"] % 2 == 0).astype("boolean"),
        age=panel["age"].astype("Int64"),
        living=pd.Categorical(np.where(panel["unit"] % 3 == 0, "own", "shared")),
        first_treated=panel["first_treated"].astype("Float64").replace(0, pd.NA),
    )
    plain = panel.assign(
        outcome=panel["outcome"].mask(panel.index % 50 == 3),
        urban=(panel["unit"] % 2 == 0) * 1.0,
        living=(panel["unit"] % 3 != 0) * 1.0,
    )
    first, second = (ww.did.att_gt(df, **columns, covariates=["urban", "age", "living"]) for df in (dressed, plain))
    assert first.effects["estimate"].to_numpy() == pytest.approx(second.effects["estimate"].to_numpy(), rel=1e-9)
    assert first.statistics == second.statistics
    assert first.statistics["n_dropped"] == 48


def test_dates_with_nat_for_never_and_gaps_between_them_are_read(panel, columns):
    dated = panel.assign(
        period=pd.to_datetime({"year": 2000 + panel["period"], "month": 1, "day": 1}),
        first_treated=pd.to_datetime({"year": 2000 + panel["first_treated"], "month": 1, "day": 1}).where(
            panel["first_treated"] > 0
        ),
    )
    dated, plain = dated[panel["period"] != 5], panel[panel["period"] != 5]
    first, second = ww.did.att_gt(dated, **columns), ww.did.att_gt(plain, **columns)
    assert first.effects["estimate"].equals(second.effects["estimate"])
    assert first.effects["event_time"].equals(second.effects["event_time"])
    assert str(first.parts["group"].dtype).startswith("datetime64")


def test_bootstrap_standard_errors_are_near_the_analytic_ones_and_repeat_with_the_seed(panel, columns):
    analytic = ww.did.att_gt(panel, **columns, cluster="municipality")
    drawn = ww.did.att_gt(panel, **columns, cluster="municipality", bootstrap=1999, seed=3)
    assert drawn.parts["std_error"].to_numpy() == pytest.approx(analytic.parts["std_error"].to_numpy(), rel=0.15)
    assert drawn == ww.did.att_gt(panel, **columns, cluster="municipality", bootstrap=1999, seed=3)


def test_json_of_equal_input_is_equal_and_holds_no_row_level_data(panel, columns):
    text = ww.did.att_gt(panel, **columns).to_json()
    assert text == ww.did.att_gt(panel, **columns).to_json()
    assert "influence" not in text
    with pytest.raises(InvalidOption, match="Run att_gt again"):
        ww.did.aggregate(ww.EffectResult.from_json(text))


def test_influence_functions_give_the_covariance(panel, columns):
    basis = ww.did.att_gt(panel, **columns).group_time
    dense = basis.influence.dense()
    assert dense.shape == (300, 28 + 4)
    assert dense.T @ dense == pytest.approx(basis.vcov, abs=1e-15)


@pytest.mark.parametrize(
    ("spoil", "options", "error", "words"),
    [
        (lambda d: d.drop(columns="outcome"), {}, MissingColumn, "'outcome'"),
        (lambda d: d.iloc[:0], {}, EmptyData, "no rows"),
        (lambda d: d.assign(outcome="many"), {}, InvalidColumn, "pd.to_numeric"),
        (lambda d: d.assign(outcome=d["outcome"].mask(d.index == 3, np.inf)), {}, InvalidColumn, "1 infinite"),
        (lambda d: pd.concat([d, d.iloc[:2]]), {}, DuplicateRows, "2 pairs"),
        (lambda d: d.assign(first_treated=np.where((d["period"] == 8) & (d["unit"] < 1005), 0, d["first_treated"])), {},
         TreatmentReversal, "must stay on"),
        (lambda d: d[d["period"] == 4], {}, NotIdentified, "one time only"),
        (lambda d: d.assign(first_treated=0), {}, NoTreatedGroup, "No unit starts"),
        (lambda d: d.assign(period=d["period"].astype(str)), {}, InvalidColumn, "PeriodIndex"),
        (lambda d: d.assign(period=d["period"] + 0.5), {}, InvalidColumn, "not whole"),
        (lambda d: d.assign(period=d["period"].astype("Int64").mask(d.index == 1)), {}, MissingValues, "1 of 2400"),
        (lambda d: d.assign(unit=d["unit"].astype("Int64").mask(d.index == 1)), {}, MissingValues, "1 of 2400"),
        (lambda d: d.assign(first_treated=pd.Timestamp("2020-01-01")), {}, InvalidColumn, "holds dates but"),
        (lambda d: d.assign(weight=-d["weight"]), {"weights": "weight"}, InvalidColumn, "2400 negative"),
        (lambda d: d.assign(weight=0), {"weights": "weight"}, InvalidColumn, "0 in all 2400"),
        (lambda d: d.assign(municipality=d["period"]), {"cluster": "municipality"}, InvalidColumn, "changes within 300"),
        (lambda d: d.assign(municipality=1), {"cluster": "municipality"}, TooFewUnits, "found 1"),
        (lambda d: d, {"control": "later"}, InvalidOption, "'not_yet'"),
        (lambda d: d, {"estimator": "ols"}, InvalidOption, "'ipw'"),
        (lambda d: d, {"base_period": "first"}, InvalidOption, "'universal'"),
        (lambda d: d, {"anticipation": -1}, InvalidOption, "whole number"),
        (lambda d: d, {"conf_level": 95}, InvalidOption, "0.95"),
        (lambda d: d, {"bootstrap": 10, "seed": 1}, InvalidOption, "999"),
        (lambda d: d, {"bootstrap": 999}, InvalidOption, "seed"),
        (lambda d: d, {"unit": None}, InvalidOption, "panel=False"),
    ],
)  # fmt: skip
def test_bad_input_is_refused_with_the_way_out(panel, columns, spoil, options, error, words):
    with pytest.raises(error, match=words):
        ww.did.att_gt(spoil(panel), **{**columns, **options})


WAYS_OUT = ("ww.did.conley_taber", "ww.did.ferman_pinto", "ww.did.randomisation_test", "ww.did.synthetic")


def test_one_treated_unit_is_refused_with_what_is_possible_instead(panel, columns):
    one = panel[(panel["first_treated"] == 0) | (panel["unit"] == panel.loc[panel["first_treated"] == 4, "unit"].iloc[0])]
    with pytest.raises(TooFewUnits, match="One treated unit has no normal interval") as refused:
        ww.did.att_gt(one, **columns)
    assert all(way in str(refused.value) for way in WAYS_OUT)


def test_treated_units_that_share_one_cluster_are_refused_whatever_their_cohorts(panel, columns):
    together = panel.assign(municipality=panel["municipality"].mask(panel["first_treated"] > 0, 99))
    for options in ({}, {"unit": None, "panel": False}):
        with pytest.raises(TooFewUnits, match="lie in one cluster") as refused:
            ww.did.att_gt(together, **{**columns, **options}, cluster="municipality")
        assert all(way in str(refused.value) for way in WAYS_OUT)


def test_cohorts_that_lie_in_one_cluster_each_are_estimated_but_doubted(panel, columns):
    apart = panel.assign(municipality=panel["municipality"].mask(panel["first_treated"] == 4, 99))
    doubt = check(ww.did.att_gt(apart, **columns, cluster="municipality"), "cohorts_of_one_cluster")
    assert doubt.passed is False
    assert doubt.statistics["cohorts"] == 1
    assert check(ww.did.att_gt(panel, **columns, cluster="municipality"), "cohorts_of_one_cluster").passed is True


def test_cohorts_of_one_unit_each_leave_nothing_to_estimate(panel, columns):
    first = panel[panel["first_treated"] > 0].drop_duplicates("first_treated")["unit"]
    with pytest.raises(TooFewUnits, match="None of 16 cells.*ww.did.conley_taber"):
        ww.did.att_gt(panel[(panel["first_treated"] == 0) | panel["unit"].isin(first)], **columns)


def staggered(rng, units=240, periods=8):
    """Effects grow with time and differ between cohorts; cohorts differ in level, so only differences tell the truth."""
    start = rng.choice([3, 5, 7, 0], size=units, p=[0.3, 0.25, 0.2, 0.25])
    time = np.arange(1, periods + 1)
    since = time - start[:, None]
    on = (start[:, None] > 0) & (since >= 0)
    effect = np.where(on, np.array([0, 0, 0, 3.0, 0, 1.5, 0, 0.5])[start][:, None] * (1 + since), 0)
    y = 0.5 * start[:, None] + rng.normal(size=(units, 1)) + 0.3 * time + effect + rng.normal(size=(units, periods))
    df = pd.DataFrame({"unit": np.repeat(np.arange(units), periods), "period": np.tile(time, units),
                       "first_treated": np.repeat(start, periods), "outcome": y.ravel()})  # fmt: skip
    return df, effect[on].mean()


@pytest.mark.slow
@pytest.mark.parametrize("control", ["never", "not_yet"])
def test_staggered_effects_are_unbiased_and_covered_where_the_two_way_regression_is_not(columns, control):
    rng = np.random.default_rng(20261122)
    errors, covered, regression = [], [], []
    for _ in range(100):
        df, truth = staggered(rng)
        result = ww.did.att_gt(df, **columns, control=control)
        errors.append(result.headline.estimate - truth)
        covered.append(result.headline.conf_low <= truth <= result.headline.conf_high)
        regression.append(ww.did.twfe(df, **columns).headline.estimate - truth)
    assert abs(np.mean(errors)) <= 2 * np.std(errors, ddof=1) / np.sqrt(len(errors))
    assert 0.91 <= np.mean(covered) <= 1.0
    assert np.mean(regression) < -10 * np.std(regression, ddof=1) / np.sqrt(len(regression))
