"""Models fitted with statsmodels and linearmodels become results of ours, number by number."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from linearmodels.panel import PanelOLS

import whatworks as ww
from whatworks.core.errors import InvalidOption, MissingColumn, NotIdentified
from whatworks.core.models import from_model

SAID = {"estimand": "Difference with visits", "unit": "days"}


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    rng = np.random.default_rng(3)
    x = pd.DataFrame({"const": 1.0, "visits": rng.integers(0, 2, 300).astype(float), "age": rng.normal(40, 9, 300)})
    return x.assign(days=2.0 * x["visits"] + 0.1 * x["age"] + rng.normal(0, 1, 300))


def test_least_squares_keeps_estimate_robust_error_interval_and_covariance(frame):
    fitted = sm.OLS(frame["days"], frame[["const", "visits", "age"]]).fit(cov_type="HC1")
    result = from_model(fitted, term="visits", **SAID)
    row, ends = result.headline, fitted.conf_int().loc["visits"]
    assert (row.estimate, row.std_error) == pytest.approx((fitted.params["visits"], fitted.bse["visits"]), rel=1e-12)
    assert (row.conf_low, row.conf_high, row.p_value) == pytest.approx((*ends, fitted.pvalues["visits"]), rel=1e-12)
    pd.testing.assert_frame_equal(result.vcov, fitted.cov_params(), check_names=False, check_index_type=False)
    assert result.parts["term"].tolist() == ["const", "visits", "age"]
    assert result.statistics["nobs"] == 300
    assert result.provenance.arguments["cov_type"] == "HC1"
    assert [check.passed for check in result.checks] == [None]
    assert ww.EffectResult.from_json(result.to_json()) == result


def test_another_level_asks_the_model_for_another_interval(frame):
    fitted = sm.OLS(frame["days"], frame[["const", "visits"]]).fit()
    row = from_model(fitted, term="visits", conf_level=0.9, **SAID).headline
    assert (row.conf_low, row.conf_high) == pytest.approx(tuple(fitted.conf_int(alpha=0.1).loc["visits"]), rel=1e-12)


def test_a_model_fitted_with_arrays_has_the_names_it_was_given(frame):
    fitted = sm.OLS(frame["days"].to_numpy(), frame[["const", "visits"]].to_numpy()).fit()
    assert from_model(fitted, term="x1", **SAID).headline.estimate == pytest.approx(fitted.params[1])


def test_a_logit_is_read_on_its_own_scale(frame):
    fitted = sm.Logit((frame["days"] > frame["days"].median()).astype(float), frame[["const", "visits"]]).fit(disp=False)
    result = from_model(fitted, term="visits", estimand="Log odds ratio", unit="times", measure="logOR", good="up")
    assert "odds are" in ww.findings.sentence(result, "en")


def test_a_panel_regression_of_linearmodels_keeps_its_clustered_covariance(frame):
    index = pd.MultiIndex.from_product([range(60), range(5)], names=["unit", "year"])
    panel = frame.set_index(index)
    fitted = PanelOLS(panel["days"], panel[["visits"]], entity_effects=True).fit(cov_type="clustered", cluster_entity=True)
    result = from_model(fitted, term="visits", conf_level=0.9, **SAID)
    low, high = fitted.conf_int(level=0.9).loc["visits"]
    row = result.headline
    assert (row.estimate, row.std_error) == pytest.approx((fitted.params["visits"], fitted.std_errors["visits"]), rel=1e-12)
    assert (row.conf_low, row.conf_high) == pytest.approx((low, high), rel=1e-12)
    assert result.provenance.arguments["model"] == "linearmodels.PanelOLS"


def test_the_fingerprint_follows_the_data(frame):
    first, again, other = (
        from_model(sm.OLS(data["days"], data[["const", "visits"]]).fit(), term="visits", **SAID).provenance.data_fingerprint
        for data in (frame, frame.copy(), frame.assign(days=frame["days"] + 1))
    )
    assert first == again != other


def test_an_event_study_fitted_elsewhere_goes_into_honest_intervals():
    rng = np.random.default_rng(5)
    panel = pd.DataFrame({"unit": np.repeat(range(80), 5), "time": np.tile(range(-3, 2), 80)})
    panel["arm"] = (panel["unit"] < 40).astype(float)
    panel["y"] = rng.normal(0, 1, 400) + 2 * panel["arm"] * (panel["time"] >= 0)
    terms = {f"lead{-t}" if t < 0 else f"lag{t}": t for t in (-3, -2, 0, 1)}
    x = pd.DataFrame({name: panel["arm"] * (panel["time"] == t) for name, t in terms.items()})
    x = x.assign(const=1.0, arm=panel["arm"], **{f"t{t}": (panel["time"] == t).astype(float) for t in (-3, -2, 0, 1)})
    fitted = sm.OLS(panel["y"], x).fit(cov_type="cluster", cov_kwds={"groups": panel["unit"]})
    result = from_model(fitted, event_time=terms, **SAID)
    assert result.parts["event_time"].tolist() == [-3, -2, -1, 0, 1]
    contrast = fitted.t_test([0.5 if name in ("lag0", "lag1") else 0.0 for name in x])
    assert result.headline.estimate == pytest.approx(float(contrast.effect[0]), rel=1e-10)
    assert result.headline.std_error == pytest.approx(float(np.squeeze(contrast.sd)), rel=1e-10)
    robust = ww.did.honest(result, bounds=(0.5,))
    usual = fitted.conf_int().loc["lag0"]
    assert (robust.headline.conf_low, robust.headline.conf_high) == pytest.approx(tuple(usual), rel=1e-6)
    assert robust.parts["conf_low"].iloc[0] < robust.headline.conf_low
    study = ww.did.event_study(
        panel.assign(start=np.where(panel["arm"] == 1, 1003, 0), year=panel["time"] + 1003),
        outcome="y", unit="unit", time="year", first_treated="start",
    )  # fmt: skip
    ours = study.parts.set_index("event_time")["estimate"]
    assert result.parts.set_index("event_time")["estimate"].to_numpy() == pytest.approx(ours.loc[-3:1].to_numpy(), abs=1e-8)


def test_what_is_no_such_model_is_refused_with_the_way_out(frame):
    fitted = sm.OLS(frame["days"], frame[["const", "visits"]]).fit()
    with pytest.raises(InvalidOption, match=r"Call \.fit\(\) first"):
        from_model(sm.OLS(frame["days"], frame[["const"]]), term="const", **SAID)
    with pytest.raises(MissingColumn, match="'visit'; it has const, visits"):
        from_model(fitted, term="visit", **SAID)
    with pytest.raises(InvalidOption, match="either term"):
        from_model(fitted, **SAID)
    with pytest.raises(InvalidOption, match="below 0"):
        from_model(fitted, event_time={"visits": -1}, **SAID)
    many = sm.MNLogit(np.arange(300) % 3, frame[["const", "visits"]]).fit(disp=False)
    with pytest.raises(InvalidOption, match="several numbers for each term"):
        from_model(many, term="visits", **SAID)
    flat = sm.OLS(pd.Series(np.zeros(300)), frame[["const", "visits"]]).fit()
    with pytest.raises(NotIdentified, match="'visits'"):
        from_model(flat, term="visits", **SAID)


def test_a_search_that_did_not_end_is_a_failed_check(frame):
    outcome = (frame["days"] > frame["days"].median()).astype(float)
    with pytest.warns(Warning, match="converge"):
        stopped = sm.Logit(outcome, frame[["const", "visits", "age"]]).fit(disp=False, maxiter=1)
    result = from_model(stopped, term="visits", estimand="Log odds ratio", unit="times", measure="logOR")
    assert [check.passed for check in result.checks] == [False]
