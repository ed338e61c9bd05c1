"""Stacked sub-experiments: against group-time effects, against the stacked regression written out, and an independent package."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf

import whatworks as ww
from whatworks.core.errors import (
    DuplicateRows,
    InvalidOption,
    MissingColumn,
    NoComparisonGroup,
    NotIdentified,
    NoTreatedGroup,
    TooFewUnits,
    TreatmentReversal,
)

WINDOW = (2, 2)


def check(result, name):
    return next(check for check in result.checks if check.name == name)


@pytest.mark.parametrize("options", [{}, {"cluster": "municipality"}, {"weights": "weight"}], ids=str)
def test_effects_and_covariance_are_share_weighted_group_time_effects(panel, columns, options):
    result = ww.did.stacked(panel, **columns, **options, window=WINDOW, control="never")
    cells = ww.did.att_gt(panel, **columns, **options, base_period="universal")
    # Cohort 7 has no second time after its start.
    kept = cells.parts["group"].isin([3, 4, 6])
    weight = panel["weight"] if "weights" in options else pd.Series(1.0, panel.index)
    size = weight[panel["period"] == 1].groupby(panel["first_treated"]).sum()[[3, 4, 6]]
    averaging = np.array([
        (kept & (cells.parts["event_time"] == e)) * cells.parts["group"].map(size / size.sum()).fillna(0)
        for e in result.parts["event_time"]
    ]).astype(float)  # fmt: skip
    assert result.parts["estimate"].to_numpy() == pytest.approx(averaging @ cells.parts["estimate"], abs=1e-9)
    clusters = result.statistics["clusters"]
    covariance = averaging @ cells.vcov.fillna(0).to_numpy() @ averaging.T * clusters / (clusters - 1)
    assert result.vcov.to_numpy() == pytest.approx(covariance, abs=1e-9)
    assert result.headline.estimate == pytest.approx(result.parts.loc[result.parts["event_time"] >= 0, "estimate"].mean())


def stack_written_out(panel, window):
    """The stacked frame with corrective weights Q, as the paper defines them."""
    before, after = window
    pieces = []
    for cohort in (3, 4, 6):
        piece = panel[panel["period"].between(cohort - before, cohort + after)]
        first = piece["first_treated"]
        piece = piece[(first == cohort) | (first == 0) | (first > cohort + after)]
        pieces.append(piece.assign(stack=cohort, d=(piece["first_treated"] == cohort) * 1, event=piece["period"] - cohort))
    stack = pd.concat(pieces, ignore_index=True)
    units = stack.groupby(["stack", "d"])["unit"].nunique().unstack()
    share = units / units.sum()
    stack["q"] = np.where(stack["d"] == 1, 1.0, stack["stack"].map(share[1] / share[0]))
    return stack


def test_effects_equal_the_weighted_stacked_regression(panel, columns):
    stack = stack_written_out(panel, WINDOW)
    fit = smf.wls("outcome ~ d * C(event, Treatment(-1))", stack, weights=stack["q"]).fit(
        cov_type="cluster", cov_kwds={"groups": stack["unit"], "use_correction": False}
    )
    result = ww.did.stacked(panel, **columns, window=WINDOW)
    parts = result.parts.set_index("event_time")
    terms = {e: f"d:C(event, Treatment(-1))[T.{e}]" for e in (-2, 0, 1, 2)}
    assert parts.loc[list(terms), "estimate"].to_numpy() == pytest.approx(fit.params[list(terms.values())].to_numpy(), abs=1e-9)
    # That regression has one level and one trend for all sub-experiments, so their differences count as noise, about 2 per cent
    # here; ours takes residuals within sub-experiments.
    ratio = parts.loc[list(terms), "std_error"].to_numpy() / fit.bse[list(terms.values())].to_numpy()
    assert (ratio > 0.95).all()
    assert (ratio < 1).all()
    assert result.statistics["n_stacked"] == len(stack)
    assert result.statistics["nobs"] == len(stack.drop_duplicates(["unit", "period"]))


# diff-diff 3.13 (MIT) on tests/reference/panel.csv: StackedDiD(kappa_pre=2, kappa_post=2, weighting="aggregate").
@pytest.mark.parametrize(
    ("control", "overall", "at_start"),
    [("never", 2.1786291647658356, 1.8017420677463731), ("not_yet", 2.149865970878537, 1.76266352569669)],
)
def test_effects_equal_an_independent_package(panel, columns, control, overall, at_start):
    result = ww.did.stacked(panel, **columns, window=WINDOW, control=control)
    assert result.headline.estimate == pytest.approx(overall, rel=1e-9)
    assert result.parts.set_index("event_time").loc[0, "estimate"] == pytest.approx(at_start, rel=1e-9)


def test_cohorts_left_out_are_counted_and_named_with_the_reason(panel, columns):
    dropped = check(ww.did.stacked(panel, **columns, window=(2, 2)), "dropped_sub_experiments")
    assert dropped.passed is False
    assert dropped.statistics == {"cohorts": 1.0, "of": 4.0, "units": 35.0}
    assert "window not observed for 7" in dropped.message
    staggered = panel[panel["first_treated"] > 0]
    dropped = check(ww.did.stacked(staggered, **columns, window=(1, 1)), "dropped_sub_experiments")
    assert "no clean controls for 6, 7" in dropped.message
    assert check(ww.did.stacked(panel, **columns, window=(1, 0)), "dropped_sub_experiments").passed is True


def test_a_time_nobody_is_seen_in_breaks_the_windows_around_it(panel, columns):
    dropped = check(ww.did.stacked(panel[panel["period"] != 5], **columns, window=(1, 1)), "dropped_sub_experiments")
    assert "window not observed for 4, 6" in dropped.message


def test_units_not_seen_throughout_are_left_out_of_that_window_only(frames, columns):
    unbalanced = frames["panel_unbalanced"]
    result = ww.did.stacked(unbalanced, **columns, window=WINDOW)
    stack = stack_written_out(unbalanced, WINDOW)
    seen = stack.groupby(["stack", "unit"])["period"].transform("size") == 5
    incomplete = check(result, "incomplete_windows")
    assert incomplete.passed is False
    assert incomplete.statistics["units"] == len(stack[~seen].drop_duplicates(["stack", "unit"]))
    assert result.statistics["n_stacked"] == seen.sum()
    complete = stack[seen]
    mean = complete.groupby(["stack", "d", "event"])["outcome"].mean()
    change = mean - mean.xs(-1, level="event").reindex(mean.index.droplevel("event")).to_numpy()
    effect = change.xs(1, level="d") - change.xs(0, level="d")
    size = complete[complete["d"] == 1].groupby("stack")["unit"].nunique()
    expected = [np.average(effect.xs(e, level="event"), weights=size) for e in (-2, -1, 0, 1, 2)]
    assert result.parts["estimate"].to_numpy() == pytest.approx(expected, abs=1e-9)


def test_row_order_and_labels_change_nothing_and_doubling_the_unit_doubles_the_effect(panel, columns):
    mixed = panel.sample(frac=1, random_state=1)
    mixed["unit"] = "u" + mixed["unit"].astype(str)
    mixed["outcome"] *= 2
    plain, other = (ww.did.stacked(frame, **columns, window=WINDOW) for frame in (panel, mixed))
    for column in ("estimate", "std_error", "conf_low", "conf_high"):
        assert other.effects[column].to_numpy() == pytest.approx(2 * plain.effects[column].to_numpy(), abs=1e-11, nan_ok=True)


def test_weights_that_change_over_time_are_taken_before_the_start(panel, columns):
    moving = panel.assign(weight=panel["weight"] * np.where(panel["period"] % 2, 2.0, 1.0) + panel["period"] * 0.01)
    result = ww.did.stacked(moving, **columns, weights="weight", window=(1, 0), control="never")
    wide = moving.pivot(index="unit", columns="period", values=["outcome", "weight"])
    first = panel.drop_duplicates("unit").set_index("unit")["first_treated"]
    effects, sizes = [], []
    for cohort in (3, 4, 6, 7):
        change = wide["outcome"][cohort] - wide["outcome"][cohort - 1]
        weight = wide["weight"][cohort - 1]
        arms = [first == cohort, first == 0]
        treated, never = (np.average(change[arm], weights=weight[arm]) for arm in arms)
        effects.append(treated - never)
        sizes.append(weight[arms[0]].sum())
    assert result.headline.estimate == pytest.approx(np.average(effects, weights=sizes), abs=1e-9)


def one_treated(d):
    """The never treated, and one unit of the second cohort."""
    return d[(d["first_treated"] == 0) | (d["unit"] == d.loc[d["first_treated"] == 4, "unit"].iloc[0])]


@pytest.mark.parametrize(
    ("spoil", "options", "error", "words"),
    [
        (lambda d: d, {"window": (0, 2)}, InvalidOption, "the base"),
        (lambda d: d, {"window": (1.5, 2)}, InvalidOption, "whole numbers"),
        (lambda d: d, {"window": 2}, InvalidOption, "before, after"),
        (lambda d: d, {"window": (5, 5)}, NotIdentified, "window not observed for 3, 4, 6, 7"),
        (lambda d: d, {"control": "all"}, InvalidOption, "'not_yet'"),
        (lambda d: d, {"conf_level": 95}, InvalidOption, "0.95"),
        (lambda d: d, {"outcome": "income"}, MissingColumn, "income"),
        (lambda d: d[d["first_treated"] > 0], {"control": "never"}, NoComparisonGroup, "no clean controls"),
        (lambda d: d.assign(first_treated=0), {}, NoTreatedGroup, "observed times"),
        (lambda d: d[d["period"] == 4], {}, NotIdentified, "time"),
        (lambda d: pd.concat([d, d.iloc[:3]]), {}, DuplicateRows, "more than one row"),
        (lambda d: d.assign(first_treated=d["first_treated"].where(d["period"] < 8, 0)), {}, TreatmentReversal, "stay on"),
        (one_treated, {}, TooFewUnits, "conley_taber"),
        (lambda d: d.assign(area=d["first_treated"].gt(0)), {"cluster": "area"}, TooFewUnits, "synthetic"),
    ],
)
def test_bad_input_is_refused_with_the_way_out(panel, columns, spoil, options, error, words):
    with pytest.raises(error, match=words):
        ww.did.stacked(spoil(panel), **{**columns, "window": WINDOW, **options})
