"""Network meta-analysis against netmeta 3.3-1 on the reference contrasts (tests/reference/meta.json)."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import optimize

import whatworks as ww
from whatworks.core import EffectResult
from whatworks.core.errors import DuplicateRows, InvalidEffect, InvalidOption, InvalidResult, MissingValues, NotIdentified
from whatworks.synthesis.network_model import read_network

REFERENCE = Path(__file__).parents[1] / "reference"
COLUMNS = ("study", "treat1", "treat2", "te", "se")


@pytest.fixture(scope="module")
def contrasts():
    return pd.read_csv(REFERENCE / "network.csv")


@pytest.fixture(scope="module")
def results(contrasts):
    return {tau2: ww.synthesis.network(contrasts, reference="usual", tau2=tau2) for tau2 in ("EE", "DL", "REML")}


def pairs(answer, value):
    return {(a, b): x for a, b, x in zip(answer["treat1"], answer["treat2"], answer[value], strict=True)}


@pytest.mark.parametrize(("tau2", "kind"), [("EE", "common"), ("DL", "random")])
def test_every_comparison_is_that_of_netmeta(results, answers, tau2, kind):
    table = ww.synthesis.league(results[tau2]).set_index(["treatment", "reference"])
    answer = answers["network/DL"]
    for value, column in (("estimate", "estimate"), ("se", "std_error")):
        for pair, expected in pairs(answer, f"{kind}_{value}").items():
            assert table.loc[pair, column] == pytest.approx(expected, rel=1e-9)


def test_heterogeneity_intervals_and_predictions_are_those_of_netmeta(results, answers):
    result, answer = results["DL"], answers["network/DL"]
    for ours, theirs in (("tau2", "tau2"), ("q", "Q"), ("q_df", "Q_df"), ("q_pvalue", "Q_p"), ("q_within", "Q_within_designs")):
        assert result.statistics[ours] == pytest.approx(answer[theirs], rel=1e-9)
    assert result.statistics["i2"] == pytest.approx(100 * answer["I2"], rel=1e-9)
    ahead = result.effects[result.effects["kind"] == "prediction"].set_index("treatment")
    parts = result.parts.set_index("treatment")
    for (treatment, reference), low in pairs(answer, "prediction_lower").items():
        if reference == "usual":
            assert ahead.loc[treatment, "conf_low"] == pytest.approx(low, rel=1e-9)
            assert parts.loc[treatment, "conf_low"] == pytest.approx(
                pairs(answer, "random_lower")[treatment, reference], rel=1e-9
            )


def test_inconsistency_between_designs_is_that_of_netmeta(results, answers):
    statistics, answer = results["DL"].statistics, answers["network_decomposition/DL"]
    assert statistics["q_within_df"] == answer["df"][1]
    assert statistics["q_inconsistency"] == pytest.approx(answer["between_designs_random_Q"], rel=1e-9)
    assert statistics["q_inconsistency_df"] == answer["between_designs_random_df"]
    assert statistics["q_inconsistency_pvalue"] == pytest.approx(answer["between_designs_random_p"], rel=1e-9)


def test_direct_and_indirect_evidence_is_that_of_netmeta(contrasts, answers):
    answer = answers["network_split/DL"]
    found = ww.synthesis.node_split(contrasts, reference="usual").set_index(["treat1", "treat2"])
    names = {"direct": "direct_random", "direct_se": "direct_random_se", "indirect": "indirect_random", "p_value": "p_value"}
    names |= {"indirect_se": "indirect_random_se", "difference": "difference", "difference_se": "difference_se"}
    names |= {"proportion_direct": "proportion_direct"}
    for place, comparison in enumerate(answer["comparison"]):
        row = found.loc[tuple(comparison.split(":"))]
        for ours, theirs in names.items():
            expected = answer[theirs][place]
            assert row[ours] == pytest.approx(np.nan if expected is None else expected, rel=1e-8, nan_ok=True)


@pytest.mark.parametrize(("tau2", "kind"), [("EE", "p_score_common"), ("DL", "p_score_random")])
def test_p_scores_are_those_of_netmeta(results, answers, tau2, kind):
    table = ww.synthesis.rank(results[tau2]).set_index("treatment")
    for treatment, expected in answers["network/DL"][kind].items():
        assert table.loc[treatment, "p_score"] == pytest.approx(expected, rel=1e-9)


def test_the_restricted_likelihood_is_at_its_peak(contrasts, results, answers):
    # The stored 0.0119012 is the peak when the two contrasts of the three-arm study are taken as independent apart from the
    # variance between studies. They share an arm, and then the peak is at 0.0121398.
    net = read_network(contrasts, COLUMNS, "usual")
    stored = answers["network/REML"]["tau2"]
    assert peak(net, net.V) == pytest.approx(results["REML"].statistics["tau2"], rel=1e-6)
    assert results["REML"].statistics["tau2"] == pytest.approx(0.0121398, abs=5e-8)
    independent = np.diag(np.diag(net.V))
    assert peak(net, independent) == pytest.approx(stored, rel=1e-5)
    # The difference hardly moves the answers.
    table = ww.synthesis.league(results["REML"]).set_index(["treatment", "reference"])
    for pair, expected in pairs(answers["network/REML"], "random_estimate").items():
        assert table.loc[pair, "estimate"] == pytest.approx(expected, abs=2e-4)


def peak(net, V):
    def loss(tau2):
        W = np.linalg.inv(V + tau2 * net.shared)
        gram = net.X.T @ W @ net.X
        r = net.y - net.X @ np.linalg.solve(gram, net.X.T @ W @ net.y)
        return -0.5 * (np.linalg.slogdet(W)[1] - np.linalg.slogdet(gram)[1] - r @ W @ r)

    return optimize.minimize_scalar(loss, bounds=(0, 0.1), method="bounded", options={"xatol": 1e-12}).x


def test_with_two_treatments_the_network_is_the_pool(contrasts):
    pair = contrasts[(contrasts["treat1"] == "employment") & (contrasts["treat2"] == "usual")]
    whole = ww.synthesis.network(pair, reference="usual", tau2="REML")
    pooled = ww.synthesis.pool(pair.assign(vi=pair["se"] ** 2), yi="te", vi="vi", test="z")
    assert whole.statistics["tau2"] == pytest.approx(pooled.statistics["tau2"], rel=1e-7, abs=1e-12)
    assert whole.headline.estimate == pytest.approx(pooled.headline.estimate, rel=1e-9)
    assert whole.headline.std_error == pytest.approx(pooled.headline.std_error, rel=1e-9)


@pytest.mark.parametrize("reference", ["usual", "family", "coaching"])
def test_the_reference_and_the_order_of_rows_change_no_comparison(contrasts, results, reference):
    shuffled = contrasts.sample(frac=1, random_state=1)
    turned = shuffled.assign(treat1=shuffled["treat2"], treat2=shuffled["treat1"], te=-shuffled["te"])
    again = ww.synthesis.network(turned, reference=reference)
    here = ww.synthesis.league(again).set_index(["treatment", "reference"]).sort_index()
    there = ww.synthesis.league(results["DL"]).set_index(["treatment", "reference"]).sort_index()
    assert np.allclose(here, there, rtol=1e-9, atol=1e-12)
    assert again.statistics["tau2"] == pytest.approx(results["DL"].statistics["tau2"], rel=1e-9)


def test_the_headline_is_the_best_treatment_and_direction_decides(contrasts, results):
    assert results["DL"].headline.treatment == "employment"
    assert ww.synthesis.network(contrasts, reference="usual", good="down").headline.treatment == "family"


def test_ranks_and_the_league_can_be_read_from_a_saved_result(results):
    saved = EffectResult.from_json(results["DL"].to_json())
    assert ww.synthesis.rank(saved).equals(ww.synthesis.rank(results["DL"]))
    ranks = ww.synthesis.rank(saved)
    assert (ranks["rank_low"] <= ranks["rank_high"]).all()
    assert ranks["p_score"].mean() == pytest.approx(0.5)


def test_a_contradicting_study_fails_the_inconsistency_check(contrasts):
    odd = contrasts.assign(te=contrasts["te"] + 2.0 * (contrasts["study"] == "Net 10"))
    failed = {check.name for check in ww.synthesis.network(odd, reference="usual").failed_checks}
    assert "inconsistency" in failed


def test_treatments_that_never_met_the_reference_are_counted(contrasts):
    distant = contrasts[~((contrasts["treat1"] == "family") & (contrasts["treat2"] == "usual"))]
    check = next(c for c in ww.synthesis.network(distant, reference="usual").checks if c.name == "indirect_only")
    assert (check.passed, check.statistics["treatments"]) == (False, 1)


def test_a_disconnected_network_is_refused_and_its_parts_are_named(contrasts):
    apart = pd.concat([contrasts, pd.DataFrame([("Net 99", "art", "music", 0.1, 0.1)], columns=list(COLUMNS))])
    with pytest.raises(NotIdentified, match=r"2 parts that no study connects .*art, music"):
        ww.synthesis.network(apart, reference="usual")


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        (lambda es: es.assign(se=es["se"] * (es.index != 3)), InvalidEffect, "not above 0 in 1 rows"),
        (
            lambda es: es.assign(treat2=es["treat1"].where(es.index == 4, es["treat2"])),
            InvalidEffect,
            "compare a treatment with itself",
        ),
        (lambda es: es.drop(index=1), InvalidEffect, "3 treatments and 2 of their 3 comparisons"),
        (lambda es: es.assign(te=es["te"] * np.where(es.index == 2, -1, 1)), InvalidEffect, "do not add up"),
        (lambda es: pd.concat([es, es.iloc[[5]]]), DuplicateRows, "same comparison twice"),
        (lambda es: es.assign(study=es["study"].where(es.index != 2)), MissingValues, "lacks a name in 1 of 16"),
    ],
)
def test_contrasts_that_cannot_be_right_are_refused(contrasts, change, error, words):
    with pytest.raises(error, match=words):
        ww.synthesis.network(change(contrasts), reference="usual")


def test_options_that_do_not_exist_are_refused(contrasts, results):
    with pytest.raises(NotIdentified, match="reference='nothing' is not among"):
        ww.synthesis.network(contrasts, reference="nothing")
    with pytest.raises(InvalidOption, match="tau2"):
        ww.synthesis.network(contrasts, reference="usual", tau2="PM")
    with pytest.raises(InvalidResult, match=r"ww\.synthesis\.network is needed"):
        ww.synthesis.rank(ww.synthesis.pool(contrasts.assign(vi=contrasts["se"] ** 2), yi="te", vi="vi"))
