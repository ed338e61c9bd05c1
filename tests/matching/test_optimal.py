"""Optimal pairs: R's optimum, every way tried on small examples, and the line beyond any matrix."""

import itertools

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linear_sum_assignment

import whatworks as ww
from whatworks.core.errors import InvalidOption, NoMatches, TooFewUnits
from whatworks.matching import optimal
from whatworks.matching.calipers import Caliper
from whatworks.matching.even_line import cheapest_on_line
from whatworks.matching.optimal import optimal_pairs

COVARIATES = ["age", "need", "prior_contacts", "sex", "living", "prior_outcome"]


def match_services(df, **options):
    return ww.matching.match(df, **{"treatment": "treated", "covariates": COVARIATES, "method": "optimal", **options})


def test_sum_of_distances_is_the_optimum_that_optmatch_reaches_at_a_tight_tolerance(services, answers):
    sample = match_services(services)
    assert sample.pairs["distance"].sum() == pytest.approx(answers["matchit/optimal"]["sum_of_distances"], rel=1e-9)
    assert sample.weights.sum() == 292
    assert sample.pairs["control"].is_unique
    assert sample.estimand == "ATT"


def test_supported_work_reaches_the_least_sum(supported_work):
    covariates = ["age", "educ", "black", "hisp", "marr", "nodegree", "re74", "re75"]
    sample = ww.matching.match(supported_work, treatment="treat", covariates=covariates, method="optimal")
    treated = supported_work["treat"] == 1
    score = sample.propensity.to_numpy()
    distances = np.abs(score[treated][:, None] - score[~treated])
    assert sample.pairs["distance"].sum() == pytest.approx(distances[linear_sum_assignment(distances)].sum(), rel=1e-10)


@pytest.mark.parametrize("copies", [1, 2])
def test_the_line_is_as_cheap_as_any_assignment(copies):
    rng = np.random.default_rng(5)
    for _ in range(200):
        m = rng.integers(1, 9)
        n = copies * m + rng.integers(0, 8)
        # Whole numbers make ties; a shift makes one side crowded.
        focal, pool = rng.normal(size=m), rng.normal(size=n) + rng.normal()
        if rng.random() < 0.5:
            focal, pool = np.rint(3 * focal), np.rint(3 * pool)
        left, right = cheapest_on_line(focal, pool, copies=copies)
        distances = np.abs(np.repeat(focal, copies)[:, None] - pool)
        assert len(set(right)) == copies * m
        assert np.bincount(left).tolist() == [copies] * m
        assert np.abs(focal[left] - pool[right]).sum() == pytest.approx(distances[linear_sum_assignment(distances)].sum())


def every_way(distances, ratio):
    """The best by trying all: most first places filled, then most second ones, then the least sum."""
    best = (0,) * ratio + (np.inf,)

    def go_on(row, used, counts, total):
        nonlocal best
        if row == len(distances):
            best = min(best, (*(-sum(count > place for count in counts) for place in range(ratio)), total))
            return
        free = [place for place in np.flatnonzero(np.isfinite(distances[row])) if place not in used]
        for number in range(ratio + 1):
            for chosen in itertools.combinations(free, number):
                go_on(row + 1, used | set(chosen), [*counts, number], total + distances[row, list(chosen)].sum())

    go_on(0, frozenset(), [], 0.0)
    return best


@pytest.mark.parametrize("most_cells", [10**6, 0])
def test_calipers_serve_as_many_as_can_be_served_at_the_least_sum(monkeypatch, most_cells):
    monkeypatch.setattr(optimal, "MOST_CELLS", most_cells)
    rng = np.random.default_rng(7)
    for _ in range(60):
        m, n, ratio = rng.integers(1, 4), rng.integers(1, 6), int(rng.integers(1, 3))
        where, limited = rng.normal(size=(m + n, 2)), rng.normal(size=m + n)
        caliper = Caliper("limited", limited, float(rng.uniform(0.2, 2)))
        pairs = optimal_pairs(where, np.arange(m + n) < m, np.zeros(m + n, dtype=int), [caliper], ratio=ratio)
        distances = np.linalg.norm(where[:m, None] - where[None, m:], axis=2)
        distances[np.abs(limited[:m, None] - limited[None, m:]) > caliper.width] = np.inf
        served = np.bincount(pairs.focal, minlength=m)
        reached = (*(-int((served > place).sum()) for place in range(ratio)), pairs.distance.sum())
        assert reached == pytest.approx(every_way(distances, ratio))


def test_no_pairing_of_nearest_neighbours_is_cheaper(services):
    for options in ({}, {"exact": "sex"}, {"distance": "mahalanobis"}, {"ratio": 2}):
        nearest = match_services(services, method="nearest", **options)
        best = match_services(services, **options)
        assert len(best.pairs) == len(nearest.pairs)
        assert best.pairs["distance"].sum() <= nearest.pairs["distance"].sum()


def test_pairs_keep_within_the_caliper_and_agree_exactly(services):
    sample = match_services(services, caliper={"propensity": 0.2, "age": ("raw", 5)}, exact="sex")
    treated, control = (services.loc[sample.pairs[arm]] for arm in ("treated", "control"))
    assert np.abs(treated["age"].to_numpy() - control["age"].to_numpy()).max() <= 5
    assert (treated["sex"].to_numpy() == control["sex"].to_numpy()).all()
    assert sample.pairs["distance"].max() <= 0.2 * sample.propensity.std()
    assert "of 146 treated who have a match" in sample.estimand


def test_matching_for_the_comparison_arm_mirrors_matching_for_the_treated(services):
    here = match_services(services, estimand="ATC")
    there = match_services(services.assign(treated=1 - services["treated"]))
    assert here.pairs["distance"].sum() == pytest.approx(there.pairs["distance"].sum())
    assert (here.counts["matched"] == 146).all()


def test_a_design_too_large_for_a_matrix_is_refused_with_the_way_out(services, monkeypatch):
    monkeypatch.setattr(optimal, "MOST_CELLS", 1000)
    with pytest.raises(InvalidOption, match="51,684 possible pairs.*exact="):
        match_services(services, distance="mahalanobis")
    assert len(match_services(services).pairs) == 146


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"estimand": "ATE"}, InvalidOption, "no estimand='ATE'"),
        ({"replace": True}, InvalidOption, "cannot use replace=True"),
        ({"order": "closest"}, InvalidOption, "cannot use order"),
        ({"ties": "average"}, InvalidOption, "cannot use ties"),
        ({"ratio": 400}, TooFewUnits, "354 people"),
        ({"exact": ["outcome", "age", "need"]}, NoMatches, "146 treated and 354"),
    ],
)
def test_what_cannot_be_done_is_refused(services, options, error, words):
    with pytest.raises(error, match=words):
        match_services(services, **options)


def test_people_without_enough_counterparts_in_a_stratum_share_what_is_there():
    df = pd.DataFrame({"treated": [1, 1, 1, 0, 0], "need": [1.0, 2, 3, 1.1, 2.9]})
    sample = ww.matching.match(df, treatment="treated", covariates="need", method="optimal", distance="mahalanobis")
    assert sample.pairs[["treated", "control"]].to_numpy().tolist() == [[0, 3], [2, 4]]
