"""Logit and probit: against statsmodels, and what they refuse."""

import numpy as np
import pytest
import statsmodels.api as sm

from whatworks.core.errors import InvalidOption, NotConverged, NotIdentified
from whatworks.inference import fit_binary

LINKS = {"logit": sm.families.links.Logit(), "probit": sm.families.links.Probit()}


@pytest.fixture
def people():
    rng = np.random.default_rng(11)
    X = np.column_stack([np.ones(400), rng.normal(45, 12, 400), rng.normal(size=400)])
    p = 1 / (1 + np.exp(-(-3 + 0.05 * X[:, 1] + X[:, 2])))
    return X, (rng.random(400) < p).astype(float), rng.uniform(0.5, 2, 400)


@pytest.mark.parametrize("link", LINKS)
@pytest.mark.parametrize("weighted", [False, True])
def test_coefficients_equal_those_of_statsmodels(people, link, weighted):
    X, y, w = people
    weights = w if weighted else np.ones(len(y))
    theirs = sm.GLM(y, X, family=sm.families.Binomial(LINKS[link]), freq_weights=weights).fit(tol=1e-15, maxiter=500)
    ours = fit_binary(X, y, link=link, weights=weights if weighted else None)
    assert ours.coefficients == pytest.approx(theirs.params, rel=1e-7)
    assert ours.fitted == pytest.approx(theirs.fittedvalues, rel=1e-7)


@pytest.mark.parametrize("link", LINKS)
def test_gradient_is_zero_at_the_optimum(people, link):
    X, y, _ = people
    fit = fit_binary(X, y, link=link)
    nudged = [fit_loglik(X, y, link, fit.coefficients + step) for step in np.vstack([np.eye(3), -np.eye(3)]) * 1e-3]
    assert max(nudged) < fit.log_likelihood
    assert fit.converged


def fit_loglik(X, y, link, coefficients):
    p = LINKS[link].inverse(X @ coefficients)
    return float((y * np.log(p) + (1 - y) * np.log(1 - p)).sum())


def test_rows_with_weight_zero_change_nothing(people):
    X, y, w = people
    w[:100] = 0
    assert fit_binary(X, y, weights=w).coefficients == pytest.approx(fit_binary(X[100:], y[100:], weights=w[100:]).coefficients)


@pytest.mark.parametrize("link", LINKS)
def test_perfect_separation_is_refused_with_the_number_of_rows(people, link):
    X, _, _ = people
    with pytest.raises(NotIdentified, match=r"separate yes from no perfectly: \d+ of 400 rows"):
        fit_binary(X, (X[:, 2] > 0.3).astype(float), link=link)


@pytest.mark.parametrize("link", LINKS)
def test_separation_by_one_category_alone_is_refused(people, link):
    X, y, _ = people
    rare = (np.arange(400) < 20).astype(float)
    y[:20] = 1
    with pytest.raises(NotIdentified, match="separate"):
        fit_binary(np.column_stack([X, rare]), y, link=link)


def test_collinear_columns_are_named_by_position(people):
    X, y, _ = people
    with pytest.raises(NotIdentified, match="positions 3"):
        fit_binary(np.column_stack([X, 2 * X[:, 1] + 1]), y)


def test_an_outcome_that_never_varies_is_refused(people):
    X, y, _ = people
    with pytest.raises(NotIdentified, match="0 no"):
        fit_binary(X, np.ones(len(y)))


def test_an_unknown_link_lists_the_known_ones(people):
    X, y, _ = people
    with pytest.raises(InvalidOption, match="'logit', 'probit'"):
        fit_binary(X, y, link="cauchit")


@pytest.mark.parametrize("link", ["logit", "probit"])
def test_a_separated_fit_is_never_called_converged_however_its_steps_come_to_rest(link):
    # Among these designs of very different scales some likelihoods become flat to the last digit, so that steps end there.
    for seed in (*range(60), 1099, 1470, 2185, 2382):
        X, y = separated(seed)
        with pytest.raises((NotIdentified, NotConverged)):
            fit_binary(X, y, link=link)


def separated(seed):
    """A design whose first covariate tells yes from no at its median, on scales from 1e-4 to e^20."""
    rng = np.random.default_rng(seed)
    n, k = int(rng.integers(6, 60)), int(rng.integers(1, 4))
    x = rng.normal(size=(n, k)) * 10.0 ** rng.integers(-4, 5, size=k)
    if rng.random() < 0.5:
        x = np.exp(np.clip(x, -20, 20))
    if rng.random() < 0.5:
        x = x.round(1)
    return np.column_stack([np.ones(n), x]), (x[:, 0] > np.median(x[:, 0])).astype(float)
