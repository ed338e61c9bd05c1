"""CR2, its degrees of freedom and HTZ: against R's clubSandwich and robumeta, and against its own definition."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from whatworks.core.errors import InvalidOption, TooFewUnits
from whatworks.inference import TwoWayDesign, cr2_of_sums, cr2_vcov, fit_least_squares, htz_test, sum_by_cluster
from whatworks.inference import sum_two_way_by_cluster as two_way_sums

REFERENCE = Path(__file__).parents[1] / "reference"


@pytest.fixture(scope="module")
def answers():
    entries = json.loads((REFERENCE / "meta.json").read_text(encoding="utf-8"))
    return {entry["id"]: entry["values"] for entry in entries}


@pytest.fixture(scope="module")
def effects():
    return pd.read_csv(REFERENCE / "effects_multilevel.csv")


def design(effects, name):
    columns = {
        "none": [],
        "fidelity_months": [effects["fidelity"], effects["months"]],
        "domain": [effects["domain"] == "health", effects["domain"] == "housing", effects["fidelity"]],
    }[name]
    return np.column_stack([np.ones(len(effects)), *columns]).astype(float)


def working(effects, kind, sigma2):
    """Sampling covariance plus the study and the effect component."""
    same = np.equal.outer(effects["study"].to_numpy(), effects["study"].to_numpy())
    vi = effects["vi"].to_numpy()
    within = 0.6 * np.sqrt(np.outer(vi, vi)) * same if kind == "correlated_hierarchical" else np.zeros(same.shape)
    np.fill_diagonal(within, vi)
    return within + sigma2[0] * same + sigma2[1] * np.eye(len(vi))


def generalised(X, y, working):
    weights = np.linalg.inv(np.diag(working) if working.ndim == 1 else working)
    return np.linalg.solve(X.T @ weights @ X, X.T @ weights @ y)


@pytest.mark.parametrize("kind", ["CR0", "CR1", "CR2"])
@pytest.mark.parametrize("name", ["none", "fidelity_months", "domain"])
@pytest.mark.parametrize("model", ["three_level", "correlated_hierarchical"])
def test_standard_errors_and_degrees_of_freedom_equal_clubsandwich(answers, effects, model, name, kind):
    values = answers[f"{model}/{name}/REML/{kind}"]
    X, Phi = design(effects, name), working(effects, model, values["sigma2"])
    estimates = generalised(X, effects["yi"], Phi)
    robust = cr2_vcov(X, effects["yi"].to_numpy() - X @ estimates, effects["study"], working=Phi, kind=kind)
    assert estimates == pytest.approx(np.atleast_1d(values["estimate"]), rel=1e-9)
    assert robust.std_errors() == pytest.approx(np.atleast_1d(values["se"]), rel=1e-9)
    assert robust.satterthwaite() == pytest.approx(np.atleast_1d(values["df"]), rel=1e-9)


@pytest.mark.parametrize("name", ["fidelity_months", "domain"])
@pytest.mark.parametrize("model", ["three_level", "correlated_hierarchical"])
def test_the_joint_test_equals_clubsandwich_htz(answers, effects, model, name):
    values = answers[f"{model}/{name}/REML/wald_HTZ"]
    X, Phi = design(effects, name), working(effects, model, answers[f"{model}/{name}/REML/CR2"]["sigma2"])
    estimates = generalised(X, effects["yi"], Phi)
    robust = cr2_vcov(X, effects["yi"].to_numpy() - X @ estimates, effects["study"], working=Phi)
    test = htz_test(estimates, robust, np.eye(X.shape[1])[1:3])
    assert (test.statistic, test.df_num) == (pytest.approx(values["F"], rel=1e-9), values["df_num"])
    assert test.df_denom == pytest.approx(values["df_denom"], rel=1e-9)
    assert test.p_value == pytest.approx(values["p_value"], rel=1e-9)


def test_a_plain_random_effects_fit_equals_clubsandwich(answers, effects):
    values = answers["two_level_CR2"]
    variances = effects["vi"].to_numpy() + values["tau2"]
    X = design(effects, "none")
    estimates = generalised(X, effects["yi"], variances)
    robust = cr2_vcov(X, effects["yi"].to_numpy() - X @ estimates, effects["study"], working=variances)
    assert robust.std_errors()[0] == pytest.approx(values["se"], rel=1e-9)
    assert robust.satterthwaite()[0] == pytest.approx(values["df"], rel=1e-9)


@pytest.mark.parametrize("name", ["none", "fidelity_months"])
@pytest.mark.parametrize("model", ["HIER", "CORR"])
def test_small_sample_answers_equal_robumeta(answers, effects, model, name):
    values = answers[f"robumeta/{model}/{name}/small"]
    per_study = effects.groupby("study")["vi"]
    correlated = per_study.transform("size") * (per_study.transform("mean") + values["tau2"])
    variances = correlated if model == "CORR" else effects["vi"] + values["tau2"] + values["omega2"]
    X = design(effects, name)
    estimates = generalised(X, effects["yi"], variances.to_numpy())
    residuals = effects["yi"].to_numpy() - X @ estimates
    robust = cr2_vcov(X, residuals, effects["study"], weights=1 / variances.to_numpy())
    assert robust.std_errors() == pytest.approx(np.atleast_1d(values["se"]), rel=1e-9)
    assert robust.satterthwaite() == pytest.approx(np.atleast_1d(values["df"]), rel=1e-9)


@pytest.fixture
def clustered():
    rng = np.random.default_rng(5)
    cluster = rng.integers(0, 8, 90)
    X = np.column_stack([np.ones(90), rng.normal(size=(90, 2)), (cluster < 3).astype(float)])
    y = X @ np.array([1.0, 0.5, 0.0, 2.0]) + rng.normal(size=8)[cluster] + rng.normal(size=90)
    return X, y, cluster, rng.uniform(0.5, 2.0, 90)


def test_sums_by_cluster_give_the_same_as_whole_rows(clustered):
    X, y, cluster, _ = clustered
    robust = cr2_vcov(X, fit_least_squares(X, y).residuals, cluster)
    std_error, df = cr2_of_sums(sum_by_cluster(X, y, cluster, column=3))
    assert std_error == pytest.approx(robust.std_errors()[3], rel=1e-9)
    assert df == pytest.approx(robust.satterthwaite()[3], rel=1e-9)


def test_sampling_weights_leave_the_variance_unbiased_under_the_working_model(clustered):
    # E(e e') = (I - H) Phi (I - H)' for residuals e; CR2 of that expectation must be the true variance of the coefficients.
    X, _, cluster, weights = clustered
    phi = np.linspace(0.5, 2.0, len(X))
    bread = np.linalg.inv((X.T * weights) @ X)
    maker = np.eye(len(X)) - X @ bread @ (X.T * weights)
    expected = maker * phi @ maker.T
    values, vectors = np.linalg.eigh(expected)
    pieces = vectors * np.sqrt(np.maximum(values, 0))
    mean = sum(cr2_vcov(X, piece, cluster, weights=weights, working=phi).vcov for piece in pieces.T)
    truth = bread @ (X.T * weights**2 * phi) @ X @ bread
    assert mean == pytest.approx(truth, rel=1e-8, abs=1e-12)


def test_absorbed_unit_effects_change_nothing():
    rng = np.random.default_rng(6)
    units, T = 24, 5
    cluster = np.arange(units) // 3
    start = np.where(cluster < 3, 3 + cluster % 2, 99)
    treated = (np.arange(1, T + 1) >= start[:, None]).astype(float)
    seen = rng.random((units, T)) < 0.9
    y = rng.normal(size=(units, T)) + treated
    sums = two_way_sums(
        TwoWayDesign(
            outcome=np.where(seen, y, np.nan), regressors=treated[:, :, None], profile=np.arange(units),
            period_weights=seen.astype(float), unit_weights=np.ones(units), cluster=cluster,
        )
    )  # fmt: skip
    row, column = np.nonzero(seen)
    X = np.column_stack([treated[seen], np.eye(units)[row], np.eye(T)[column][:, 1:]])
    robust = cr2_vcov(X, fit_least_squares(X, y[seen]).residuals, cluster[row])
    std_error, df = cr2_of_sums(sums)
    assert sums.estimate == pytest.approx(fit_least_squares(X, y[seen]).coefficients[0], rel=1e-9)
    assert std_error == pytest.approx(robust.std_errors()[0], rel=1e-9)
    assert df == pytest.approx(robust.satterthwaite()[0], rel=1e-9)


def test_two_equal_groups_of_single_rows_have_welch_degrees_of_freedom():
    # Bell & McCaffrey: with one row per cluster and a two-group dummy, CR2 is the unequal-variance t-test's variance.
    y = np.array([1.0, 3, 4, 8, 2, 9, 5, 7])
    X = np.column_stack([np.ones(8), np.repeat([0.0, 1.0], 4)])
    robust = cr2_vcov(X, fit_least_squares(X, y).residuals, np.arange(8))
    welch = y[:4].var(ddof=1) / 4 + y[4:].var(ddof=1) / 4
    assert robust.vcov[1, 1] == pytest.approx(welch)
    assert robust.satterthwaite()[1] == pytest.approx(6.0)


def test_a_joint_test_of_one_contrast_is_the_t_test_squared(clustered):
    X, y, cluster, _ = clustered
    fit = fit_least_squares(X, y)
    robust = cr2_vcov(X, fit.residuals, cluster)
    test = htz_test(fit.coefficients, robust, np.eye(4)[3])
    assert test.statistic == pytest.approx(fit.coefficients[3] ** 2 / robust.vcov[3, 3])
    assert test.df_denom == pytest.approx(robust.satterthwaite()[3])


def test_too_many_contrasts_for_the_clusters_have_no_joint_test():
    rng = np.random.default_rng(7)
    X = np.column_stack([np.ones(12), rng.normal(size=(12, 4))])
    fit = fit_least_squares(X, rng.normal(size=12))
    assert np.isnan(htz_test(fit.coefficients, cr2_vcov(X, fit.residuals, np.repeat(range(3), 4)), np.eye(5)[1:]).p_value)


def test_bad_input_is_refused(clustered):
    X, y, cluster, _ = clustered
    with pytest.raises(InvalidOption, match="'CR9' is not known"):
        cr2_vcov(X, y, cluster, kind="CR9")
    with pytest.raises(TooFewUnits, match="found 1"):
        cr2_vcov(X, y, np.zeros(90))
    perfect = sum_by_cluster(np.eye(3)[:, [0, 1, 2]], np.ones(3), np.arange(3), column=2)
    with pytest.raises(TooFewUnits, match="leaves no residual"):
        cr2_of_sums(perfect)
