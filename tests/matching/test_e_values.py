"""E-values: the published examples, R's answers, refusals."""

import numpy as np
import pandas as pd
import pytest

import whatworks as ww
from whatworks.core.errors import InvalidOption
from whatworks.matching.e_values import needed_strength

COVARIATES = ["age", "need", "prior_contacts", "sex", "living", "prior_outcome"]


def result(measure, estimate, low, high, std_error=np.nan):
    row = ("effect", "headline", estimate, std_error, low, high, np.nan)
    columns = ["term", "kind", "estimate", "std_error", "conf_low", "conf_high", "p_value"]
    return ww.EffectResult(
        method="published",
        estimand="effect",
        measure=measure,
        unit=measure,
        effects=pd.DataFrame([row], columns=columns),
        provenance=ww.Provenance(data_fingerprint="0"),
    )


def ends(*args, **options):
    headline = ww.matching.e_value(result(*args), **options).headline
    return round(headline.estimate, 2), round(headline.conf_low, 2)


def test_published_examples_are_reached():
    # VanderWeele & Ding (2017), Annals of Internal Medicine 167:268-274: breast-feeding and deaths from infection.
    assert ends("RR", 3.9, 1.8, 8.7) == (7.26, 3.00)
    # The same paper, ovarian cancer: a risk ratio below 1.
    assert ends("RR", 0.5, 0.3, 0.8) == (3.41, 1.81)
    # Ding & VanderWeele (2016), Epidemiology 27:368-377: smoking and lung cancer 10.73 (8.02 to 14.36).
    assert ends("RR", 10.73, 8.02, 14.36) == (20.95, 15.52)


def test_the_answers_are_those_of_r(services, answers):
    expected = answers["e_value"]
    assert [needed_strength(ratio) for ratio in expected["risk_ratio"]] == pytest.approx(expected["e_value"], rel=1e-9)
    effect = ww.matching.omitted_variable_bias(services, outcome="outcome", treatment="treated", covariates=COVARIATES)
    found = ww.matching.e_value(effect, outcome_sd=expected["pooled_sd"])
    assert found.statistics["risk_ratio"] == pytest.approx(expected["approximate_risk_ratio"], rel=1e-9)
    assert found.headline.estimate == pytest.approx(expected["e_value_estimate"], rel=1e-9)
    assert found.headline.conf_low == pytest.approx(expected["e_value_limit"], rel=1e-9)


def test_every_measure_is_first_turned_into_a_risk_ratio():
    assert ends("logRR", np.log(3.9), np.log(1.8), np.log(8.7)) == (7.26, 3.00)
    assert ends("OR", 3.9, 1.8, 8.7, common=False) == (7.26, 3.00)
    assert ends("logOR", np.log(3.9**2), np.log(1.8**2), np.log(8.7**2), common=True) == (7.26, 3.00)
    assert ends("HR", 3.9, 1.8, 8.7, common=False) == (7.26, 3.00)
    common = ww.matching.e_value(result("HR", 2.0, 1.5, 2.7), common=True).statistics["risk_ratio"]
    assert common == pytest.approx((1 - 0.5 ** np.sqrt(2)) / (1 - 0.5 ** np.sqrt(0.5)), rel=1e-12)
    assert ends("SMD", 0.5, np.nan, np.nan, 0.1) == ends("MD", 5.0, np.nan, np.nan, 1.0, outcome_sd=10)
    assert ends("RD", 0.29, 0.08, 0.77, comparison_risk=0.1) == (7.26, 3.00)


def test_a_ratio_and_its_inverse_need_the_same_factor():
    assert ends("RR", 0.25, 0.2, 0.5) == ends("RR", 4.0, 2.0, 5.0)
    assert ends("RD", -0.3, -0.35, -0.2, comparison_risk=0.4) == ends("RR", 0.25, 0.125, 0.5)


def test_an_interval_that_holds_no_effect_needs_no_factor():
    assert ends("RR", 1.4, 0.9, 2.2) == (2.15, 1.0)
    assert ends("RR", 1.0, 0.5, 2.0) == (1.0, 1.0)


def test_another_truth_than_none_can_be_asked_for():
    assert ends("RR", 3.0, 2.0, 4.5, true=1.5) == (round(2 + np.sqrt(2), 2), round(4 / 3 + np.sqrt(4 / 9), 2))


def test_an_interval_of_another_level_is_used_as_it_is_stated():
    wide = ww.matching.e_value(result("SMD", 0.5, 0.3, 0.7, 0.1))
    narrow = ww.matching.e_value(
        ww.EffectResult(
            method="published", estimand="effect", measure="SMD", unit="SD", conf_level=0.8,
            effects=result("SMD", 0.5, 0.3, 0.7, 0.1).effects, provenance=ww.Provenance(data_fingerprint="0"),
        )
    )  # fmt: skip
    assert narrow.headline.conf_low > wide.headline.conf_low
    assert narrow.headline.estimate == wide.headline.estimate


def test_a_missing_interval_leaves_its_strength_missing():
    assert np.isnan(ww.matching.e_value(result("RR", 2.0, np.nan, np.nan)).headline.conf_low)


def test_the_doubts_come_along_and_the_result_reads_back(services):
    sample = ww.matching.match(services, treatment="treated", covariates=COVARIATES)
    effect = ww.matching.estimate(sample, outcome="outcome")
    strength = ww.matching.e_value(effect, outcome_sd=7.5)
    assert strength.checks == effect.checks
    assert ww.EffectResult.from_json(strength.to_json()) == strength


@pytest.mark.parametrize(
    ("measure", "options", "words"),
    [
        ("MD", {}, "outcome_sd"),
        ("RD", {}, "comparison_risk"),
        ("OR", {}, "common"),
        ("money", {}, "money"),
        ("RR", {"common": True}, "common is not used"),
        ("MD", {"outcome_sd": -1.0}, "outcome_sd"),
        ("RD", {"comparison_risk": 1.2}, "comparison_risk"),
        ("RD", {"comparison_risk": 0.9}, "outside 0 to 1"),
        ("RR", {"true": 0}, "true"),
    ],
)
def test_what_is_missing_or_not_used_is_named(measure, options, words):
    with pytest.raises(InvalidOption, match=words):
        ww.matching.e_value(result(measure, 0.3, 0.1, 0.5, 0.1), **options)
