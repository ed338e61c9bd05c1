"""Unit and period effects: against R's fixest, and against a regression with all dummies written out."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from whatworks.core.errors import NotIdentified, TooFewUnits
from whatworks.inference import TwoWayDesign, fit_two_way

REFERENCE = Path(__file__).parents[1] / "reference"


@pytest.fixture(scope="module")
def panel():
    return pd.read_csv(REFERENCE / "panel.csv").sort_values(["unit", "period"])


def design_of(df, regressors, *, weights=None, cluster="unit"):
    """Every unit its own profile: the general case."""
    units, periods = df["unit"].nunique(), np.sort(df["period"].unique())
    row, column = pd.factorize(df["unit"])[0], np.searchsorted(periods, df["period"])
    shape = (units, len(periods))
    outcome, w, X = np.full(shape, np.nan), np.zeros(shape), np.zeros((*shape, regressors.shape[1]))
    outcome[row, column] = df["outcome"]
    w[row, column] = 1.0 if weights is None else weights
    X[row, column] = regressors
    first = df.drop_duplicates("unit")[cluster]
    return TwoWayDesign(
        outcome=outcome, regressors=X, profile=np.arange(units), period_weights=w, unit_weights=np.ones(units),
        cluster=None if cluster == "unit" else pd.factorize(first)[0],
    )  # fmt: skip


def treated(df):
    return ((df["first_treated"] > 0) & (df["period"] >= df["first_treated"])).to_numpy(dtype=float)


@pytest.mark.parametrize("cluster", ["unit", "municipality"])
def test_covariates_by_period_equal_fixest(panel, cluster):
    entries = json.loads((REFERENCE / "did.json").read_text(encoding="utf-8"))
    values = next(entry["values"] for entry in entries if entry["id"] == f"twfe_static_covariates/{cluster}")
    columns = [treated(panel)]
    columns += [panel[name] * (panel["period"] == t) for name in ("need", "age") for t in range(2, 9)]
    fit = fit_two_way(design_of(panel, np.column_stack(columns), cluster=cluster))
    assert fit.coefficients == pytest.approx(values["estimate"], rel=1e-9)
    assert np.sqrt(np.diag(fit.vcov)) == pytest.approx(values["se"], rel=1e-9)
    assert np.sqrt(np.diag(fit.vcov_no_small_sample)) == pytest.approx(values["se_no_small_sample"], rel=1e-9)
    assert fit.nobs == values["nobs"]


def test_an_unbalanced_weighted_panel_equals_the_regression_with_all_dummies(panel):
    rng = np.random.default_rng(4)
    df = panel[panel["unit"] < 1060]
    df = df[rng.random(len(df)) < 0.8]
    w = rng.uniform(0.5, 2, len(df))
    x = np.column_stack([treated(df), rng.normal(size=len(df))])
    fit = fit_two_way(design_of(df, x, weights=w, cluster="municipality"))
    dummies = pd.get_dummies(df[["unit", "period"]].astype("category"), dtype=float).drop(columns="period_1")
    groups = pd.factorize(df["municipality"])[0]
    full = sm.WLS(df["outcome"].to_numpy(), np.column_stack([x, dummies]), weights=w).fit(
        cov_type="cluster", cov_kwds={"groups": groups, "use_correction": False}
    )
    assert fit.coefficients == pytest.approx(full.params[:2], rel=1e-9)
    assert fit.vcov_no_small_sample == pytest.approx(full.cov_params()[:2, :2], rel=1e-8)


def test_a_regressor_that_unit_effects_absorb_is_refused(panel):
    with pytest.raises(NotIdentified, match="positions 1"):
        fit_two_way(design_of(panel, np.column_stack([treated(panel), panel["age"]])))


def test_one_cluster_is_refused(panel):
    with pytest.raises(TooFewUnits, match="found 1"):
        fit_two_way(design_of(panel.assign(municipality=1), treated(panel)[:, None], cluster="municipality"))


@pytest.mark.parametrize("clustered", [False, True])
def test_units_that_share_a_profile_in_any_order_and_in_pieces_fit_as_units_on_their_own(monkeypatch, clustered):
    rng = np.random.default_rng(8)
    n, T = 200, 5
    period_weights = np.array([[1.0, 1, 1, 1, 1], [1, 0, 1, 1, 1], [1, 1, 1, 0.5, 0]])
    regressors = rng.normal(size=(3, T, 2))
    profile = rng.integers(0, 3, n)
    outcome = np.where(period_weights[profile] > 0, rng.normal(size=(n, T)) + regressors[profile] @ [1.0, 2.0], np.nan)
    unit_weights, cluster = rng.uniform(0.5, 2, n), rng.integers(0, 20, n) if clustered else None
    shared = TwoWayDesign(
        outcome=outcome, regressors=regressors, profile=profile, period_weights=period_weights, unit_weights=unit_weights,
        cluster=cluster,
    )  # fmt: skip
    alone = TwoWayDesign(
        outcome=outcome, regressors=regressors[profile], profile=np.arange(n), period_weights=period_weights[profile],
        unit_weights=unit_weights, cluster=cluster,
    )  # fmt: skip
    whole = fit_two_way(alone)
    monkeypatch.setattr("whatworks.inference.two_way._CHUNK", 7)
    for design in (shared, alone):
        fit = fit_two_way(design)
        assert fit.coefficients == pytest.approx(whole.coefficients, abs=1e-10)
        assert fit.vcov == pytest.approx(whole.vcov, abs=1e-10)
