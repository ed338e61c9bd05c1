"""Full matching: R's optimum, every set tried on small examples, limits, weights."""

import numpy as np
import pandas as pd
import pytest

import whatworks as ww
from whatworks.core.errors import InvalidOption
from whatworks.matching.calipers import Caliper
from whatworks.matching.full import full_pairs

COVARIATES = ["age", "need", "prior_contacts", "sex", "living", "prior_outcome"]
LIMITS = {
    "none": ({}, (1, 99, 99)),
    "at most two": ({"max_controls": 2}, (1, 2, 99)),
    "shared by two": ({"min_controls": 1 / 2}, (1, 99, 2)),
    "one or two": ({"min_controls": 1, "max_controls": 2}, (1, 2, 1)),
}


def match_services(df, **options):
    return ww.matching.match(df, **{"treatment": "treated", "covariates": COVARIATES, "method": "full", **options})


def test_sum_of_distances_is_the_optimum_that_optmatch_reaches_at_a_tight_tolerance(services, answers):
    sample = match_services(services)
    assert sample.pairs["distance"].sum() == pytest.approx(answers["matchit/full"]["sum_of_distances"], rel=1e-9)
    assert sample.estimand == "ATT"
    assert (sample.counts["dropped"] == 0).all()


def test_limits_that_bind_nobody_change_nothing(services):
    # Two different algorithms.
    free, limited = match_services(services), match_services(services, max_controls=500)
    assert limited.pairs["distance"].sum() == pytest.approx(free.pairs["distance"].sum(), rel=1e-9)


def every_way(distances, least, most, sharing):
    """The best by trying all sets of links: fewest people left out (treated count three times), then the least sum."""
    links = [(row, column) for row, column in np.argwhere(np.isfinite(distances))]
    best = (np.inf, np.inf)
    for number in range(1 << len(links)):
        chosen = [link for place, link in enumerate(links) if number >> place & 1]
        ours = np.bincount([row for row, _ in chosen], minlength=distances.shape[0])
        theirs = np.bincount([column for _, column in chosen], minlength=distances.shape[1])
        if ours.max() > most or theirs.max() > sharing or ((ours > 0) & (ours < least)).any():
            continue
        best = min(best, (3 * (ours == 0).sum() + (theirs == 0).sum(), sum(distances[link] for link in chosen)))
    return best


@pytest.mark.parametrize("limits", LIMITS)
def test_sets_are_the_cheapest_that_leave_out_as_few_as_possible(limits):
    options, (least, most, sharing) = LIMITS[limits]
    rng = np.random.default_rng(2)
    for m, n in [(1, 4), (2, 4), (3, 3), (2, 2), (3, 1), (3, 2)] * 2:
        where, limited = rng.normal(size=(m + n, 2)), rng.normal(size=m + n)
        caliper = Caliper("limited", limited, float(rng.uniform(0.5, 3)))
        treated = np.arange(m + n) < m
        pairs, sets = full_pairs(where, treated, np.zeros(m + n, dtype=int), [caliper], estimand="ATT", **options)
        distances = np.linalg.norm(where[:m, None] - where[None, m:], axis=2)
        distances[np.abs(limited[:m, None] - limited[None, m:]) > caliper.width] = np.inf
        reached = (3 * (sets[:m] == 0).sum() + (sets[m:] == 0).sum(), pairs.distance.sum())
        assert reached == pytest.approx(every_way(distances, least, most, sharing))


def test_every_set_is_around_one_person(services):
    sample = match_services(services)
    arms = services["treated"].groupby(sample.subclass).agg(["sum", "size"])
    assert ((arms["sum"] == 1) | (arms["size"] - arms["sum"] == 1)).all()
    assert (arms["sum"] > 0).all()


@pytest.mark.parametrize("estimand", ["ATT", "ATC", "ATE"])
def test_weights_make_the_sets_as_large_as_among_those_the_effect_is_about(services, estimand):
    sample = match_services(services, estimand=estimand)
    treated = services["treated"] == 1
    meant = {"ATT": treated, "ATC": ~treated, "ATE": treated | ~treated}[estimand]
    size = meant.groupby(sample.subclass).sum() / meant.sum()
    for member in (treated, ~treated):
        share = sample.weights[member].groupby(sample.subclass[member]).sum() / sample.weights[member].sum()
        assert share.to_numpy() == pytest.approx(size.to_numpy())
        assert sample.weights[member].sum() == pytest.approx(member.sum())


def test_no_set_has_more_than_asked_for_and_those_left_out_are_told(services):
    sample = match_services(services, max_controls=2, min_controls=1)
    sizes = services["treated"].groupby(sample.subclass).agg(["sum", "size"])
    assert (sizes["sum"] == 1).all()
    assert sizes["size"].max() <= 3
    dropped = sample.counts.set_index("arm")["dropped"]
    assert dropped.to_dict() == {"treated": 0, "comparison": 354 - 292}


def test_sets_keep_within_the_caliper_and_agree_exactly(services):
    sample = match_services(services, caliper={"age": ("raw", 4)}, exact="sex", distance="mahalanobis")
    treated, control = (services.loc[sample.pairs[arm]] for arm in ("treated", "control"))
    assert np.abs(treated["age"].to_numpy() - control["age"].to_numpy()).max() <= 4
    assert (treated["sex"].to_numpy() == control["sex"].to_numpy()).all()


def test_row_order_changes_no_sum(services):
    here, there = match_services(services), match_services(services.sample(frac=1, random_state=1))
    assert there.pairs["distance"].sum() == pytest.approx(here.pairs["distance"].sum(), rel=1e-12)


@pytest.mark.parametrize(
    "options", [{}, {"max_controls": 3}, {"distance": "mahalanobis"}], ids=["score", "at most three", "covariates"]
)
def test_of_several_optima_one_is_taken_whatever_the_order_of_rows(services, options):
    """On a score two links may cross or not at the same sum, so optima are many."""
    here, there = match_services(services, **options), match_services(services.sample(frac=1, random_state=1), **options)
    assert there.weights.loc[services.index].to_numpy() == pytest.approx(here.weights.to_numpy(), abs=1e-9)
    ties = next(check for check in here.checks if check.name == "ties_broken")
    assert (ties.passed, ties.statistics["n_ties"]) == (True, 0)


def test_links_on_a_score_do_not_cross():
    pairs, _ = full_pairs(
        np.array([[0.0], [1.0], [2.0], [3.0]]), np.array([True, True, False, False]), np.zeros(4, dtype=int), [], estimand="ATT",
        max_controls=1,
    )  # fmt: skip
    assert sorted(zip(pairs.focal.tolist(), pairs.neighbour.tolist(), strict=True)) == [(0, 2), (1, 3)]


@pytest.mark.parametrize(
    ("method", "distance", "ties"),
    [("optimal", "propensity", 1), ("optimal", "mahalanobis", 1), ("full", "propensity", 0), ("full", "mahalanobis", 1)],
)
def test_people_equally_near_are_counted_as_ties(method, distance, ties):
    # The first treated has two people just like her: one pair can be made of either, a set of all three is made in one way. The
    # last person is half way between both treated, though not on the score.
    df = pd.DataFrame({"treated": [1, 1, 0, 0, 0, 0], "need": [1.0, 4, 1, 1, 4, 2.5]})
    sample = ww.matching.match(df, treatment="treated", covariates="need", method=method, distance=distance)
    check = next(check for check in sample.checks if check.name == "ties_broken")
    assert (check.statistics["n_ties"], check.passed) == (ties, ties == 0)


def test_sets_with_a_cap_are_those_of_the_linear_programme(services):
    capped = match_services(services, max_controls=3)
    # min_controls below the number of treated per comparison person binds nobody, and leads to the programme.
    programme = match_services(services, max_controls=3, min_controls=1 / 100)
    assert capped.pairs["distance"].sum() == pytest.approx(programme.pairs["distance"].sum(), rel=1e-9)
    assert capped.pairs["distance"].sum() > match_services(services).pairs["distance"].sum()


def test_strata_too_large_for_an_optimum_are_refused_with_the_way_out(services, monkeypatch):
    monkeypatch.setattr("whatworks.matching.full.MOST_IN_PROGRAMME", 400)
    with pytest.raises(InvalidOption, match="500 people.*exact="):
        match_services(services, min_controls=1, max_controls=2)
    monkeypatch.setattr("whatworks.matching.capped_cover.MOST_CELLS", 1000)
    with pytest.raises(InvalidOption, match="103,368 possible pairs.*exact="):
        match_services(services, max_controls=2)
    monkeypatch.setattr("whatworks.matching.reach.MOST_LOOKS", 1000)
    with pytest.raises(InvalidOption, match="51,684 possible pairs"):
        match_services(services)


def test_three_rows_make_one_set():
    df = pd.DataFrame({"treated": [1, 0, 0], "need": [2.0, 1.0, 3.5]})
    sample = ww.matching.match(df, treatment="treated", covariates="need", method="full", distance="mahalanobis")
    assert sample.subclass.tolist() == [1, 1, 1]
    assert sample.weights.tolist() == [1, 1, 1]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"min_controls": 3, "max_controls": 2}, "above max_controls"),
        ({"min_controls": 0.4}, "one over a whole number"),
        ({"min_controls": -1}, "positive number"),
        ({"max_controls": 1.5}, "whole number"),
        ({"min_controls": 3}, "cannot be kept"),
        ({"ratio": 2}, "cannot use ratio=2"),
        ({"replace": True}, "cannot use replace=True"),
        ({"tolerance": 0.1}, "cannot use tolerance=0.1"),
    ],
)
def test_limits_that_cannot_be_kept_are_refused(services, options, words):
    with pytest.raises(InvalidOption, match=words):
        match_services(services, **options)
