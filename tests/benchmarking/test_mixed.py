"""Random intercepts: statsmodels' mixed model, and the likelihood integrated by brute force."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import quad
from scipy.stats import norm, poisson

from whatworks.benchmarking.citizens import read_citizens
from whatworks.benchmarking.mixed import _marginal, fit_random_effects

REFERENCE = Path(__file__).parents[1] / "reference"


def read(frame, *, family, provider="home", outcome="y", case_mix=("need", "age")):
    return read_citizens(
        frame,
        provider=provider,
        outcome=outcome,
        case_mix=list(case_mix),
        family=family,
        exposure=None,
        ownership=None,
        period=None,
    )


def test_linear_model_is_that_of_statsmodels_on_the_reference_panel():
    import statsmodels.formula.api as smf

    last = pd.read_csv(REFERENCE / "panel.csv").query("period == 8")
    ours = fit_random_effects(read(last, family="linear", provider="municipality", outcome="outcome", case_mix=["age", "need"]))
    model = smf.mixedlm("outcome ~ age + need", last, groups="municipality")
    theirs = model.fit(reml=True, method="powell", ftol=1e-14)
    assert ours.tau2 > 0
    assert ours.sigma2 == pytest.approx(theirs.scale, rel=1e-5)
    assert ours.tau2 == pytest.approx(float(theirs.cov_re.iloc[0, 0]), rel=1e-4)
    assert ours.log_likelihood == pytest.approx(theirs.llf, abs=1e-6)
    # Our factors are centred, so the intercept is another one.
    assert ours.coefficients[1:] == pytest.approx(theirs.fe_params.to_numpy()[1:], rel=1e-5)
    names = sorted(map(str, last["municipality"].unique()))
    predicted = [float(theirs.random_effects[int(name)].iloc[0]) for name in names]
    assert ours.shrunken == pytest.approx(predicted, rel=1e-3, abs=1e-5)


def test_intercepts_without_spread_are_on_the_border(make_citizens):
    frame = make_citizens(12, 30, spread=0.0, seed=3)
    frame["y"] = frame["y"] - frame.groupby("home")["y"].transform("mean")
    found = fit_random_effects(read(frame, family="linear", case_mix=["age"]))
    assert found.tau2 == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize("family", ["logistic", "poisson"])
def test_the_marginal_likelihood_and_its_moments_are_those_of_brute_force_integration(make_citizens, family):
    citizens = read(make_citizens(6, 12, family=family, seed=2), family=family)
    parameters = np.array([0.1, 0.5, -0.01, np.log(0.7)])
    found = _marginal(citizens, citizens.X, parameters, np.zeros(citizens.count))
    eta, total = citizens.X @ parameters[:-1], 0.0
    for home in range(citizens.count):
        ours = citizens.codes == home

        def density(u, ours=ours):
            if family == "poisson":
                terms = poisson.pmf(citizens.y[ours], np.exp(eta[ours] + u))
            else:
                p = 1 / (1 + np.exp(-(eta[ours] + u)))
                terms = np.where(citizens.y[ours] == 1, p, 1 - p)
            return terms.prod() * norm.pdf(u, scale=0.7)

        whole = quad(density, -6, 6, epsabs=0, epsrel=1e-11, limit=400)[0]
        mean = quad(lambda u: u * density(u), -6, 6, epsabs=1e-16 * whole + 1e-300, epsrel=1e-10, limit=400)[0] / whole
        total += np.log(whole)
        assert found.mean[home] == pytest.approx(mean, abs=1e-6)
    assert -found.value == pytest.approx(total, abs=1e-7)


@pytest.mark.parametrize("family", ["logistic", "poisson"])
def test_the_fit_is_a_top_of_the_marginal_likelihood(make_citizens, family):
    citizens = read(make_citizens(25, 30, family=family, spread=0.6), family=family)
    fit = fit_random_effects(citizens)
    at = np.append(fit.coefficients, 0.5 * np.log(fit.tau2))

    def loss(parameters):
        return _marginal(citizens, citizens.X, parameters, np.zeros(citizens.count)).value

    slopes = [(loss(at + move) - loss(at - move)) / 2e-4 for move in 1e-4 * np.eye(len(at))]
    assert np.abs(slopes) == pytest.approx(np.zeros(len(at)), abs=0.02)
    assert np.sqrt(fit.tau2) == pytest.approx(0.6, abs=0.25)
