"""Imputation: against R's fits, against the variance formula written out with dense matrices, and against known truth."""

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
    NoComparisonGroup,
    NotIdentified,
    NoTreatedGroup,
    TooFewUnits,
    TreatmentReversal,
)

SPECIFICATIONS = {
    "none": ("panel", {}),
    "age_need_by_period": ("panel", {"covariates": ["age", "need"]}),
    "weighted": ("panel", {"weights": "weight"}),
    "unbalanced": ("panel_unbalanced", {}),
}


def after(result):
    return result.parts[result.parts["event_time"] >= 0]


def check(result, name):
    return next(check for check in result.checks if check.name == name)


@pytest.mark.parametrize("name", SPECIFICATIONS)
def test_effects_equal_r(answers, frames, columns, name):
    frame, options = SPECIFICATIONS[name]
    values = answers[f"imputation/{name}"]
    result = ww.did.imputation(frames[frame], **columns, **options)
    assert result.headline.estimate == pytest.approx(values["att"], rel=1e-9)
    assert result.statistics["n_treated_rows"] == values["n_treated_rows"]
    assert after(result)["event_time"].tolist() == values["by_event_time"]["at"]
    assert after(result)["estimate"].to_numpy() == pytest.approx(values["by_event_time"]["estimate"], rel=1e-9)


def test_effects_by_cohort_and_by_period_equal_r(answers, panel, columns):
    values = answers["imputation/none"]
    for by, at in (("first_treated", "by_cohort"), ("period", "by_period")):
        for key, estimate in zip(values[at]["at"], values[at]["estimate"], strict=True):
            # The treated rows of the others are left out; the untreated rows, and so the prediction, stay.
            other = (panel["first_treated"] > 0) & (panel["period"] >= panel["first_treated"]) & (panel[by] != key)
            result = ww.did.imputation(panel[~other], **columns)
            assert result.headline.estimate == pytest.approx(estimate, rel=1e-9)


def dense(frame, *, covariates=(), cluster="unit", weights=None, leave_out=False, leads=(), changing=()):
    """Theorem 3 with every matrix written out: (leads, averages by event time) and their covariance."""
    d = frame.dropna(subset=["outcome"]).reset_index(drop=True)
    event = (d["period"] - d["first_treated"]).where(d["first_treated"] > 0, -np.inf).to_numpy()
    on = event >= 0
    w = np.ones(len(d)) if weights is None else d[weights].to_numpy(float)
    pieces = [pd.get_dummies(d["unit"]), pd.get_dummies(d["period"]).iloc[:, 1:]]
    pieces += [pd.get_dummies(d["period"]).mul(d[name], axis=0).iloc[:, 1:] for name in covariates]
    pieces += [d[[name]] for name in changing]
    Z, y = np.hstack([np.asarray(piece, dtype=float) for piece in pieces]), d["outcome"].to_numpy()
    group = pd.factorize(d[cluster])[0]

    def untreated(X):
        inverse = np.linalg.pinv((X[~on] * w[~on, None]).T @ X[~on])
        return inverse, inverse @ X[~on].T @ (w[~on] * y[~on])

    scores, estimates = [], []
    if leads:
        X = np.hstack([Z, np.column_stack([event == lead for lead in leads]).astype(float)])
        inverse, beta = untreated(X)
        rows = (X[~on] * (w[~on] * (y[~on] - X[~on] @ beta))[:, None]) @ inverse[:, -len(leads) :]
        scores += [np.bincount(group[~on], row, group.max() + 1) for row in rows.T]
        estimates += list(beta[-len(leads) :])
    inverse, beta = untreated(Z)
    effect = y - Z @ beta
    for at in np.unique(event[on]):
        v = np.where(event == at, w, 0.0) / w[event == at].sum()
        estimates.append(v[on] @ effect[on])
        v[~on] = -w[~on] * (Z[~on] @ inverse @ Z[on].T @ v[on])
        residual = effect.copy()
        for cohort in np.unique(d["first_treated"][event == at]):
            cell = (event == at) & (d["first_treated"] == cohort).to_numpy()
            sums, products = (np.bincount(group[cell], x[cell], group.max() + 1) for x in (v, v * effect))
            top, bottom = sums @ products, sums @ sums
            if leave_out:
                top, bottom = (top - sums * products)[group[cell]], (bottom - sums**2)[group[cell]]
            residual[cell] -= top / bottom
        scores.append(np.bincount(group, v * residual, group.max() + 1))
    return np.array(estimates), np.array(scores) @ np.array(scores).T


@pytest.mark.parametrize("frame", ["panel", "panel_unbalanced"])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"leave_out": True},
        {"cluster": "municipality"},
        {"cluster": "municipality", "leave_out": True, "weights": "weight"},
        {"weights": "weight"},
        {"covariates": ["age", "need"]},
        {"covariates": ["age", "need"], "cluster": "municipality", "weights": "weight"},
    ],
    ids=str,
)
def test_the_covariance_of_all_parts_is_theorem_3_written_out(frames, columns, frame, options):
    some = frames[frame][frames[frame]["unit"] % 3 == 0]
    estimates, covariance = dense(some, **options, leads=(-2, -1))
    result = ww.did.imputation(some, **columns, **options, leads=2)
    assert result.parts["event_time"].tolist()[:2] == [-2, -1]
    assert result.parts["estimate"].to_numpy() == pytest.approx(estimates, abs=1e-9)
    assert result.vcov.to_numpy() == pytest.approx(covariance, abs=1e-9)
    assert result.parts["std_error"].to_numpy() == pytest.approx(np.sqrt(np.diag(covariance)), abs=1e-9)
    share = np.where(result.parts["event_time"] >= 0, result.parts["n_treated"], 0)
    if "weights" not in options:
        share = share / share.sum()
        assert result.headline.std_error == pytest.approx(np.sqrt(share @ covariance @ share), abs=1e-9)


def test_a_covariate_that_changes_over_time_gets_one_slope(panel, columns):
    rng = np.random.default_rng(5)
    some = panel[panel["unit"] % 3 == 0].reset_index(drop=True)
    some["load"] = rng.normal(size=len(some)) + some["period"] * 0.3
    some["outcome"] += 2 * some["load"]
    estimates, covariance = dense(some, covariates=["need"], changing=["load"], leads=(-1,))
    result = ww.did.imputation(some, **columns, covariates=["need", "load"], leads=1)
    assert result.parts["estimate"].to_numpy() == pytest.approx(estimates, abs=1e-9)
    assert result.vcov.to_numpy() == pytest.approx(covariance, abs=1e-9)


# diff-diff 3.13 (MIT) on tests/reference/panel.csv: ImputationDiD(), and with leave_one_out=True.
@pytest.mark.parametrize(
    ("leave_out", "overall", "at_start", "at_end"),
    [
        (False, 0.1971579907865494, 0.13615717463215063, 0.5184762551802818),
        (True, 0.19989833206463842, 0.13849391156896979, 0.53000996787428),
    ],
)
def test_standard_errors_equal_an_independent_package(panel, columns, leave_out, overall, at_start, at_end):
    result = ww.did.imputation(panel, **columns, leave_out=leave_out)
    assert result.headline.std_error == pytest.approx(overall, rel=1e-9)
    assert after(result)["std_error"].iloc[[0, -1]].to_numpy() == pytest.approx([at_start, at_end], rel=1e-9)


def test_the_joint_test_of_all_leads_does_not_depend_on_which_time_is_the_base(panel, columns):
    # diff-diff 3.13 with pretrends=True and the last time before the start as base: F = 0.5553707175937331 with the factor
    # (n-1)/(n-K) x G/(G-1) on the variance, which ours leaves out: n untreated rows, K slopes and periods, G units.
    statistic = check(ww.did.imputation(panel, **columns, leads=5), "parallel_pretrends").statistics
    untreated = int(((panel["first_treated"] == 0) | (panel["period"] < panel["first_treated"])).sum())
    assert statistic["df"] == 5
    ratio = statistic["statistic"] / 5 / 0.5553707175937331
    assert ratio == pytest.approx((untreated - 1) / (untreated - 5 - 8) * 300 / 299, rel=2e-3)


def test_a_trend_before_the_start_fails_the_check(panel, columns):
    drifting = panel["first_treated"].gt(0) * panel["period"] * 0.6
    result = ww.did.imputation(panel.assign(outcome=panel["outcome"] + drifting), **columns)
    assert check(result, "parallel_pretrends").passed is False
    assert check(ww.did.imputation(panel, **columns), "parallel_pretrends").passed is True


def test_no_leads_leaves_the_check_open(panel, columns):
    result = ww.did.imputation(panel, **columns, leads=0)
    assert (result.parts["event_time"] >= 0).all()
    assert check(result, "parallel_pretrends").passed is None


def test_treated_rows_without_prediction_are_counted_and_left_out(panel, columns):
    always = panel["unit"].isin(panel.loc[panel["first_treated"] == 3, "unit"].unique()[:4]) & (panel["period"] < 3)
    result = ww.did.imputation(panel[~always], **columns)
    # 4 units are seen from their start on only, in 6 periods each.
    assert result.statistics["n_unimputed"] == 24
    assert result.statistics["n_dropped"] == 24
    unimputed = check(result, "unimputed_rows")
    assert unimputed.passed is False
    assert unimputed.statistics == {"rows": 24.0, "of": 655.0}
    without = panel[~panel["unit"].isin(panel.loc[always, "unit"])]
    assert result.headline.estimate == pytest.approx(ww.did.imputation(without, **columns).headline.estimate, rel=1e-12)


def test_without_never_treated_nobody_is_imputed_from_the_last_start_on(panel, columns):
    staggered = panel[panel["first_treated"] > 0]
    result = ww.did.imputation(staggered, **columns)
    lost = ((staggered["period"] >= 7) & (staggered["period"] >= staggered["first_treated"])).sum()
    assert result.statistics["n_unimputed"] == lost
    assert check(result, "no_never_treated").passed is False
    until = staggered[staggered["period"] < 7]
    as_never = until.assign(first_treated=until["first_treated"].replace(7, 0))
    same = ww.did.imputation(as_never, **columns)
    assert after(result)["estimate"].to_numpy() == pytest.approx(after(same)["estimate"].to_numpy(), abs=1e-9)
    assert after(result)["std_error"].to_numpy() == pytest.approx(after(same)["std_error"].to_numpy(), abs=1e-9)


def test_units_and_times_that_hang_together_nowhere_are_not_imputed(panel, columns):
    # The cohort of period 6 is seen until period 4 only before, and its rows from 6 on; everybody else misses periods 6 to 8,
    # but for units that are seen in no other period: no untreated unit links the two spells.
    late = panel["period"] >= 6
    bridge = (panel["first_treated"] == 0) & (panel["unit"] % 2 == 0)
    parts = panel[(panel["first_treated"] == 6) | (panel["first_treated"] == 3) & ~late | bridge & late | ~bridge & ~late]
    parts = parts[~parts["first_treated"].isin([4, 7])]
    result = ww.did.imputation(parts, **columns)
    treated = (parts["first_treated"] > 0) & (parts["period"] >= parts["first_treated"])
    assert result.statistics["n_unimputed"] == (treated & (parts["period"] >= 6)).sum() > 0
    early = parts[parts["period"] < 6]
    assert result.headline.estimate == pytest.approx(ww.did.imputation(early, **columns).headline.estimate, abs=1e-9)


def test_a_covariate_value_that_no_untreated_row_has_is_not_extrapolated(panel, columns):
    special = panel["unit"].isin(panel.loc[panel["first_treated"] == 4, "unit"].unique()[:3])
    marked = panel.assign(special=(special & (panel["period"] >= 4)).astype(float), x=panel["need"])
    result = ww.did.imputation(marked, **columns, covariates=["special", "x"])
    assert result.statistics["n_unimputed"] == 15
    rest = ww.did.imputation(panel[~(special & (panel["period"] >= 4))], **columns, covariates="need")
    assert result.headline.estimate == pytest.approx(rest.headline.estimate, abs=1e-9)
    assert "special" in check(result, "collinear_covariates").message


@pytest.mark.parametrize(
    "more", [{"twice": lambda d: 2 * d["need"] + 1}, {"same": 3.0}, {"twice": lambda d: 2 * d["need"], "same": 1}]
)
def test_collinear_and_constant_covariates_are_named_and_change_nothing(panel, columns, more):
    result = ww.did.imputation(panel.assign(**more), **columns, covariates=["age", "need", *more])
    plain = ww.did.imputation(panel, **columns, covariates=["age", "need"])
    assert result.headline.estimate == pytest.approx(plain.headline.estimate, abs=1e-9)
    assert result.headline.std_error == pytest.approx(plain.headline.std_error, abs=1e-9)
    message = check(result, "collinear_covariates").message
    assert all(name in message for name in more)
    assert "need" not in message
    assert "age" not in message


def test_a_cohort_of_one_unit_leaves_the_rest_standing(panel, columns):
    lone = panel.loc[panel["first_treated"] == 3, "unit"].iloc[0]
    some = panel[(panel["first_treated"] != 3) | (panel["unit"] == lone)]
    result = ww.did.imputation(some, **columns)
    assert np.isfinite(result.headline.std_error)
    assert check(result, "small_cells").passed is False
    with pytest.raises(TooFewUnits, match="leave_out=False"):
        ww.did.imputation(some, **columns, leave_out=True)


@pytest.mark.parametrize("options", [{}, {"cluster": "municipality", "covariates": "need", "leave_out": True}], ids=str)
def test_units_taken_in_pieces_give_the_same(monkeypatch, panel, columns, options):
    whole = ww.did.imputation(panel, **columns, **options)
    monkeypatch.setattr("whatworks.did.imputation_data._CHUNK", 7)
    pieces = ww.did.imputation(panel, **columns, **options)
    assert pieces.effects["estimate"].to_numpy() == pytest.approx(whole.effects["estimate"].to_numpy(), rel=1e-10)
    assert pieces.vcov.to_numpy() == pytest.approx(whole.vcov.to_numpy(), abs=1e-12)


def test_row_order_and_labels_change_nothing_and_doubling_the_unit_doubles_the_effect(panel, columns):
    plain = ww.did.imputation(panel, **columns, cluster="municipality")
    mixed = panel.sample(frac=1, random_state=1)
    mixed["unit"] = "u" + mixed["unit"].astype(str)
    mixed["municipality"] = pd.Categorical(mixed["municipality"])
    mixed["outcome"] *= 2
    other = ww.did.imputation(mixed, **columns, cluster="municipality")
    for column in ("estimate", "std_error", "conf_low", "conf_high"):
        assert other.effects[column].to_numpy() == pytest.approx(2 * plain.effects[column].to_numpy(), rel=1e-9)
    assert other.effects["p_value"].to_numpy() == pytest.approx(plain.effects["p_value"].to_numpy(), abs=1e-9)


def quarters(d):
    """Times as pandas periods, NaT for never."""
    first = pd.Period("2020Q1", freq="Q")
    starts = [pd.NaT if start == 0 else first + start for start in d["first_treated"]]
    return d.assign(period=pd.PeriodIndex([first + t for t in d["period"]]), first_treated=starts)


def weeks(d):
    """Times as dates, NaT for never."""
    first = pd.Timestamp("2020-01-01")
    starts = [pd.NaT if start == 0 else first + pd.Timedelta(days=7 * start) for start in d["first_treated"]]
    return d.assign(period=first + pd.to_timedelta(7 * d["period"], unit="D"), first_treated=starts)


def nullable(d):
    """Pandas' own types, NA for never."""
    starts = d["first_treated"].astype("Int64").replace(0, pd.NA)
    return d.assign(first_treated=starts, outcome=d["outcome"].astype("Float64"), period=d["period"].astype("Int32"))


@pytest.mark.parametrize(
    "respell",
    [
        lambda d: d.assign(first_treated=d["first_treated"].replace(0, np.nan)),
        lambda d: d.assign(first_treated=d["first_treated"].astype(float).replace(0, np.inf)),
        lambda d: d.assign(unit=d["unit"].astype(str).astype("category")),
        nullable,
        quarters,
        weeks,
    ],
)
def test_never_and_time_may_be_spelt_in_many_ways(panel, columns, respell):
    plain, other = ww.did.imputation(panel, **columns), ww.did.imputation(respell(panel), **columns)
    assert other.effects["estimate"].to_numpy() == pytest.approx(plain.effects["estimate"].to_numpy(), rel=1e-12)
    assert other.parts["event_time"].tolist() == plain.parts["event_time"].tolist()


def test_missing_outcomes_are_the_same_as_missing_rows(panel, columns):
    hole = (panel["unit"] + panel["period"]) % 9 == 0
    gone = ww.did.imputation(panel[~hole], **columns)
    missing = ww.did.imputation(panel.assign(outcome=panel["outcome"].mask(hole)), **columns)
    assert missing.effects["estimate"].to_numpy() == pytest.approx(gone.effects["estimate"].to_numpy(), rel=1e-12)
    assert missing.statistics["n_dropped"] == hole.sum()
    assert check(missing, "dropped_rows").passed is False


def test_a_gap_in_time_is_bridged(panel, columns):
    result = ww.did.imputation(panel[panel["period"] != 5], **columns)
    estimates, covariance = dense(panel[panel["period"] != 5])
    assert after(result)["estimate"].to_numpy() == pytest.approx(estimates, abs=1e-9)
    assert after(result)["std_error"].to_numpy() == pytest.approx(np.sqrt(np.diag(covariance)), abs=1e-9)


def one_treated(d):
    """The never treated, and one unit of the second cohort."""
    return d[(d["first_treated"] == 0) | (d["unit"] == d.loc[d["first_treated"] == 4, "unit"].iloc[0])]


@pytest.mark.parametrize(
    ("spoil", "options", "error", "words"),
    [
        (lambda d: d.iloc[:0], {}, EmptyData, "no rows"),
        (lambda d: d, {"outcome": "income"}, MissingColumn, "income"),
        (lambda d: d, {"covariates": ["income"]}, MissingColumn, "income"),
        (lambda d: d.assign(outcome="much"), {}, InvalidColumn, "numbers are needed"),
        (lambda d: d.assign(weight=-d["weight"]), {"weights": "weight"}, InvalidColumn, "negative"),
        (lambda d: pd.concat([d, d.iloc[:3]]), {}, DuplicateRows, "more than one row"),
        (lambda d: d.assign(first_treated=d["first_treated"].where(d["period"] < 8, 0)), {}, TreatmentReversal, "stay on"),
        (lambda d: d[d["period"] == 4], {}, NotIdentified, "time"),
        (lambda d: d.assign(first_treated=0), {}, NoTreatedGroup, "first observed time"),
        (lambda d: d.assign(first_treated=d["first_treated"].gt(0) * 1), {}, NoTreatedGroup, "first observed time"),
        (lambda d: d.assign(first_treated=4), {}, NoComparisonGroup, "later or never"),
        (lambda d: d, {"conf_level": 95}, InvalidOption, "0.95"),
        (lambda d: d, {"leads": 9}, InvalidOption, "from 0 to 5"),
        (lambda d: d, {"leads": -1}, InvalidOption, "from 0 to 5"),
        (one_treated, {}, TooFewUnits, "conley_taber"),
        (lambda d: d.assign(area=d["first_treated"].gt(0)), {"cluster": "area"}, TooFewUnits, "synthetic"),
    ],
)  # fmt: skip
def test_bad_input_is_refused_with_the_way_out(panel, columns, spoil, options, error, words):
    with pytest.raises(error, match=words):
        ww.did.imputation(spoil(panel), **{**columns, **options})


@pytest.mark.slow
def test_the_interval_covers_the_truth_when_levels_select_and_effects_grow():
    rng = np.random.default_rng(20240717)
    n, T, draws = 150, 8, 250
    truth, estimates, covered = np.empty((3, draws))
    unit, period = np.repeat(np.arange(n), T), np.tile(np.arange(1, T + 1), n)
    for draw in range(draws):
        level = rng.normal(size=n)
        # Units with a high level start earlier; those with a low one never.
        start = np.select([level + rng.normal(size=n) > cut for cut in (1.0, 0.2, -0.6)], [4, 5, 7], 0)
        first = np.repeat(start, T)
        on = (first > 0) & (period >= first)
        effect = np.where(on, 1.0 + 0.3 * (period - first) * (first < 6), 0.0)
        noise = rng.normal(size=(n, T))
        noise[:, 1:] += 0.5 * noise[:, :-1]
        frame = pd.DataFrame(
            {"unit": unit, "period": period, "first": first, "y": level[unit] * 2 + 0.4 * period + effect + noise.ravel()}
        )
        headline = ww.did.imputation(frame, outcome="y", unit="unit", time="period", first_treated="first").headline
        truth[draw] = effect[on].mean()
        estimates[draw] = headline.estimate
        covered[draw] = headline.conf_low <= truth[draw] <= headline.conf_high
    off = estimates - truth
    assert abs(off.mean()) <= 2 * off.std(ddof=1) / np.sqrt(draws)
    assert 0.92 <= covered.mean() <= 0.98
