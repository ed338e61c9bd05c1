import dataclasses

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import whatworks as ww
from whatworks.core.errors import InvalidEffect, InvalidOption, MissingColumn


@pytest.fixture(scope="module")
def published():
    rng = np.random.default_rng(1)
    vi = np.full(12, 0.01)
    yi = 0.3 + rng.normal(0, np.sqrt(vi + 0.02))
    return ww.synthesis.pool(pd.DataFrame({"yi": yi, "vi": vi}), measure="SMD", good="up", test="z")


def own(estimate, std_error, **changes):
    result = ww.synthesis.pool(pd.DataFrame({"yi": [estimate], "vi": [std_error**2]}), measure="SMD", good="up")
    return dataclasses.replace(result, method="did.aggregate", **changes)


def test_weights_are_inverse_variances_where_the_variance_between_places_is_given(published):
    both = ww.synthesis.combine(own(0.2, 0.1), published, tau2=0.02)
    theirs = published.headline.std_error**2 + 0.02
    share = theirs / (theirs + 0.01)
    assert both.statistics["weight_local"] == pytest.approx(100 * share)
    assert both.headline.estimate == pytest.approx(share * 0.2 + (1 - share) * published.headline.estimate)
    assert both.headline.std_error == pytest.approx((1 / (1 / 0.01 + 1 / theirs)) ** 0.5)
    assert both.headline.conf_high - both.headline.estimate == pytest.approx(1.959964 * both.headline.std_error, rel=1e-6)
    assert both.parts["weight"].sum() == pytest.approx(100)


def by_quadrature(yi, vi, ours, s2):
    """The posterior of the effect here by the definition: every study's effect, ours and their spread integrated out."""
    tau, here = np.linspace(1e-4, 4, 4000), np.linspace(-3, 3, 1201)
    likelihood = np.zeros((len(tau), len(here)))
    for row, t in enumerate(tau):
        w = 1 / (np.asarray(vi) + t**2)
        mean, total = (w * yi).sum() / w.sum(), w.sum()
        evidence = np.sqrt(w.prod() / total) * np.exp(-0.5 * (w * (yi - mean) ** 2).sum())
        likelihood[row] = evidence * stats.norm.pdf(here, mean, np.sqrt(1 / total + t**2))
    density = likelihood.sum(axis=0) * stats.norm.pdf(ours, here, np.sqrt(s2))
    density /= density.sum()
    return here @ density, np.interp([0.025, 0.975], density.cumsum(), here)


@pytest.mark.parametrize("yi", [[0.1, 0.5, 0.35], [0.3, 0.32, 0.28, 0.31]])
def test_the_answer_is_averaged_over_every_spread_the_places_may_have(yi):
    vi = [0.01, 0.02, 0.01, 0.015][: len(yi)]
    both = ww.synthesis.combine(own(0.05, 0.15), ww.synthesis.pool(pd.DataFrame({"yi": yi, "vi": vi}), measure="SMD", good="up"))
    mean, ends = by_quadrature(np.array(yi), vi, 0.05, 0.15**2)
    assert both.headline.estimate == pytest.approx(mean, abs=0.003)
    assert [both.headline.conf_low, both.headline.conf_high] == pytest.approx(ends, abs=0.01)


def test_studies_held_to_differ_by_chance_alone_leave_nothing_to_average_over():
    es = pd.DataFrame({"yi": [0.2, 0.3, 0.25, 0.35], "vi": [0.01, 0.01, 0.02, 0.02]})
    both = ww.synthesis.combine(own(0.1, 0.1), ww.synthesis.pool(es, measure="SMD", tau2="EE", test="z"))
    assert both.statistics["weight_local"] == pytest.approx(25)


@pytest.mark.slow
@pytest.mark.parametrize(("k", "between"), [(2, 0.1), (3, 0.2), (10, 0.2)])
def test_the_combination_covers_where_few_studies_show_how_places_differ(k, between):
    rng = np.random.default_rng(k)
    covered = 0
    for _ in range(100):
        place = rng.normal(0.3, between)
        es = pd.DataFrame({"yi": rng.normal(0.3, between, k) + rng.normal(0, 0.1, k), "vi": np.full(k, 0.01)})
        head = ww.synthesis.combine(own(rng.normal(place, 0.15), 0.15), ww.synthesis.pool(es, measure="SMD", good="up")).headline
        covered += head.conf_low <= place <= head.conf_high
    # Two Monte Carlo errors of 2.2 points below 93; taken as known, the spread gave 66 to 90 per cent.
    assert 0.886 <= covered / 100 <= 1


def test_both_sources_stand_beside_the_combination(published):
    both = ww.synthesis.combine(own(0.2, 0.1), published)
    parts = both.parts.set_index("term")
    assert parts.loc["ours", "estimate"] == pytest.approx(0.2)
    assert parts.loc["published", "estimate"] == published.headline.estimate
    assert parts.loc["published", "std_error"] > published.headline.std_error


def test_few_studies_and_few_clusters_enter_with_intervals_as_wide_as_their_own():
    es = pd.DataFrame({"yi": [0.1, 0.5, 0.35], "vi": [0.01, 0.02, 0.01]})
    few = ww.synthesis.pool(es, measure="SMD", good="up")
    bare = own(0.2, 0.1)
    # Students' t with 4 degrees of freedom, as five clusters give.
    clustered = dataclasses.replace(bare, effects=bare.effects.assign(conf_low=0.2 - 0.27764, conf_high=0.2 + 0.27764))
    both = ww.synthesis.combine(clustered, few)
    parts = both.parts.set_index("term")
    expected = few.effects[few.effects["kind"] == "prediction"].iloc[0]
    assert parts.loc["published", ["conf_low", "conf_high"]].tolist() == pytest.approx(
        [expected["conf_low"], expected["conf_high"]]
    )
    assert parts.loc["ours", ["conf_low", "conf_high"]].tolist() == pytest.approx([-0.07764, 0.47764])
    given = ww.synthesis.combine(bare, few, tau2=0.04).parts.set_index("term").loc["published", "std_error"]
    widening = (few.headline.conf_high - few.headline.estimate) / (1.959964 * few.headline.std_error)
    assert given == pytest.approx(np.sqrt(0.04 + (widening * few.headline.std_error) ** 2), rel=1e-6)


def test_a_precise_estimate_of_ours_counts_nearly_alone_and_a_vague_one_hardly(published):
    assert ww.synthesis.combine(own(0.2, 0.001), published).statistics["weight_local"] > 99
    assert ww.synthesis.combine(own(0.2, 10.0), published).statistics["weight_local"] < 1


def test_contradiction_fails_the_check_and_says_not_to_average(published):
    check = ww.synthesis.combine(own(-1.0, 0.1), published).failed_checks[0]
    assert check.name == "conflict"
    assert "do not average" in check.message
    assert ww.synthesis.combine(own(0.3, 0.1), published).checks[0].passed


def test_the_combination_covers_places_drawn_like_the_published_ones():
    rng = np.random.default_rng(8)
    covered = 0
    for _ in range(120):
        place = rng.normal(0.3, 0.2)
        vi = np.full(30, 0.01)
        es = pd.DataFrame({"yi": rng.normal(0.3, 0.2, 30) + rng.normal(0, 0.1, 30), "vi": vi})
        head = ww.synthesis.combine(own(rng.normal(place, 0.15), 0.15), ww.synthesis.pool(es, measure="SMD", good="up")).headline
        covered += head.conf_low <= place <= head.conf_high
    # Monte Carlo standard error 2.0 points.
    assert 0.91 <= covered / 120 <= 0.99


def test_how_our_citizens_differ_is_named(published):
    people = pd.DataFrame({"covariate": ["age", "need"], "ours": [41.0, 6.0], "studies": [40.0, 4.0], "sd": [10.0, 2.0]})
    both = ww.synthesis.combine(own(0.2, 0.1), published, transport=people)
    check = next(check for check in both.checks if check.name == "transport")
    assert check.passed is False
    assert "need: 1.00 standard deviations" in check.message
    unknown = next(c for c in ww.synthesis.combine(own(0.2, 0.1), published).checks if c.name == "transport")
    assert unknown.passed is None


def test_probability_beyond_the_threshold_looks_in_the_good_direction(published):
    up = ww.synthesis.combine(own(0.3, 0.1), published, threshold=0.1)
    assert up.statistics["prob_above_threshold"] > 0.5
    down = dataclasses.replace(published, good="down")
    assert ww.synthesis.combine(own(0.3, 0.1, good="down"), down, threshold=0.1).statistics["prob_above_threshold"] < 0.5


def test_one_study_needs_an_assumption_about_how_places_differ():
    one = ww.synthesis.pool(pd.DataFrame({"yi": [0.4], "vi": [0.01]}), measure="SMD")
    with pytest.raises(InvalidOption, match="One published study"):
        ww.synthesis.combine(own(0.2, 0.1), one)
    assert ww.synthesis.combine(own(0.2, 0.1), one, tau2=0.04).statistics["tau2"] == 0.04


@pytest.mark.parametrize(
    ("changes", "options", "error", "words"),
    [
        ({"measure": "MD"}, {}, InvalidOption, "no average of the two means anything"),
        ({"good": "down"}, {}, InvalidOption, "Good is 'down'"),
        ({}, {"tau2": -1.0}, InvalidOption, "0 or more"),
        ({}, {"conf_level": 95}, InvalidOption, "conf_level"),
        ({}, {"transport": pd.DataFrame({"covariate": ["age"]})}, MissingColumn, "ours"),
    ],
)
def test_what_cannot_be_combined_is_refused(published, changes, options, error, words):
    with pytest.raises(error, match=words):
        ww.synthesis.combine(own(0.2, 0.1, **changes), published, **options)


def test_an_own_result_without_standard_error_is_refused(published):
    bare = own(0.2, 0.1)
    with pytest.raises(InvalidEffect, match="cannot be weighed"):
        ww.synthesis.combine(dataclasses.replace(bare, effects=bare.effects.assign(std_error=np.nan)), published)
    with pytest.raises(InvalidOption, match="must come from"):
        ww.synthesis.combine(bare, bare)
