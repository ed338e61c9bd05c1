import pandas as pd
import pytest

import whatworks as ww
from whatworks.core.errors import InvalidOption, MissingValues, TooFewStudies


@pytest.fixture(scope="module")
def rated(effects, two_means):
    levels = pd.Categorical(two_means["rob"], ["low", "some", "high"])
    return effects["smd"].assign(rob=levels)


def test_every_group_and_the_test_between_them_is_that_of_metafor(rated, answers):
    result = ww.synthesis.subgroups(rated, by="rob", test="z")
    parts = result.parts.set_index("subgroup")
    for group in ("low", "some", "high"):
        answer = answers[f"subgroup/rob_{group}"]
        assert parts.loc[group, "estimate"] == pytest.approx(answer["estimate"], rel=1e-9)
        assert parts.loc[group, "std_error"] == pytest.approx(answer["se"], rel=1e-9)
        assert parts.loc[group, "tau2"] == pytest.approx(answer["tau2"], rel=1e-9, abs=1e-12)
    between = answers["subgroup_test/separate_tau2"]
    assert result.statistics["q_between"] == pytest.approx(between["Q_between"], rel=1e-9)
    assert result.statistics["q_between_df"] == between["df"]
    assert result.statistics["q_between_pvalue"] == pytest.approx(between["p_value"], rel=1e-9)


@pytest.mark.parametrize("test", ["z", "knha"])
def test_with_a_common_variance_the_test_between_groups_is_that_of_metafor(rated, answers, test):
    result = ww.synthesis.subgroups(rated, by="rob", variance="common", test=test)
    answer = answers[f"subgroup_test/rob/{test}"]
    assert result.statistics["q_between"] == pytest.approx(answer["QM"], rel=1e-9)
    assert result.statistics["q_between_pvalue"] == pytest.approx(answer["QM_p"], rel=1e-9)
    assert result.parts["tau2"].to_numpy() == pytest.approx(answer["tau2"], rel=1e-9)
    low = result.parts.set_index("subgroup").loc["low"]
    assert low["estimate"] == pytest.approx(answer["estimate"][0], rel=1e-9)
    assert low["std_error"] == pytest.approx(answer["se"][0], rel=1e-9)


def test_the_headline_is_all_studies_pooled(rated):
    result = ww.synthesis.subgroups(rated, by="rob")
    assert result.headline.estimate == ww.synthesis.pool(rated).headline.estimate


def test_small_groups_and_differences_are_said(rated):
    result = ww.synthesis.subgroups(rated, by="rob")
    checks = {check.name: check for check in result.checks}
    assert checks["few_studies"].passed is False
    assert checks["few_studies"].statistics["k"] == 4
    assert checks["subgroups_differ"].passed is True
    apart = rated.assign(yi=rated["yi"] + 2.0 * (rated["rob"] == "high"))
    assert {check.name for check in ww.synthesis.subgroups(apart, by="rob").failed_checks} == {"few_studies", "subgroups_differ"}


def test_one_group_is_refused(rated):
    with pytest.raises(InvalidOption, match="one group only"):
        ww.synthesis.subgroups(rated[rated["rob"] == "low"], by="rob")


def test_a_study_without_group_is_refused(rated):
    with pytest.raises(MissingValues, match="lacks a value in 1 of 14"):
        ww.synthesis.subgroups(rated.assign(rob=rated["rob"].where(rated.index != 3)), by="rob")


def test_as_many_groups_as_studies_leave_no_common_variance(rated):
    with pytest.raises(TooFewStudies, match="Merge groups"):
        ww.synthesis.subgroups(rated.head(2).assign(rob=["a", "b"]), by="rob", variance="common")


def test_a_common_variance_and_the_ad_hoc_rule_do_not_go_together(rated):
    with pytest.raises(InvalidOption, match="adhoc"):
        ww.synthesis.subgroups(rated, by="rob", variance="common", test="adhoc")
