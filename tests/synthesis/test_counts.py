import numpy as np
import pandas as pd
import pytest

import whatworks as ww
from whatworks.core.errors import InvalidEffect, InvalidOption, NotIdentified

ENTRIES = {"logOR": "OR", "logRR": "RR", "RD": "RD"}


@pytest.mark.parametrize("measure", ENTRIES)
def test_mantel_and_haenszels_pool_is_that_of_metafor(two_counts, answers, measure):
    result, answer = ww.synthesis.pool_counts(two_counts, measure=measure), answers[f"mantel_haenszel/{ENTRIES[measure]}"]
    head = result.headline
    assert head.estimate == pytest.approx(answer["estimate"], rel=1e-9)
    assert head.std_error == pytest.approx(answer["se"], rel=1e-9)
    assert head.conf_low == pytest.approx(answer["ci_lower"], rel=1e-9)
    assert head.p_value == pytest.approx(answer["p_value"], rel=1e-9)
    assert result.statistics["q"] == pytest.approx(answer["Q"], rel=1e-9)
    assert result.statistics["i2"] == pytest.approx(answer["I2"], rel=1e-9)


def test_petos_pool_is_that_of_metafor(two_counts, answers):
    result, answer = ww.synthesis.pool_counts(two_counts, method="peto"), answers["peto"]
    assert result.headline.estimate == pytest.approx(answer["estimate"], rel=1e-9)
    assert result.headline.std_error == pytest.approx(answer["se"], rel=1e-9)
    assert result.statistics["q"] == pytest.approx(answer["Q"], rel=1e-9)


def test_swapping_the_arms_turns_the_effect_round(two_counts):
    swapped = two_counts.rename(
        columns=lambda name: name.replace("treated", "x").replace("comparison", "treated").replace("x", "comparison")
    )
    for method, measure in (("mantel_haenszel", "logOR"), ("mantel_haenszel", "RD"), ("peto", "logOR")):
        there = ww.synthesis.pool_counts(two_counts, measure=measure, method=method).headline
        back = ww.synthesis.pool_counts(swapped, measure=measure, method=method).headline
        assert back.estimate == pytest.approx(-there.estimate, rel=1e-9)
        assert back.std_error == pytest.approx(there.std_error, rel=1e-9)


def test_studies_without_events_are_counted_and_change_no_ratio(two_counts):
    empty = pd.DataFrame({"events_treated": [0], "n_treated": [30], "events_comparison": [0], "n_comparison": [30]})
    more = pd.concat([two_counts, empty], ignore_index=True)
    before, after = (ww.synthesis.pool_counts(es) for es in (two_counts, more))
    assert after.headline.estimate == pytest.approx(before.headline.estimate)
    assert after.statistics["n_without_events"] == 1
    assert "empty_studies" in {check.name for check in after.failed_checks}


def test_what_cannot_be_pooled_is_refused(two_counts):
    with pytest.raises(InvalidOption, match="Peto"):
        ww.synthesis.pool_counts(two_counts, measure="RD", method="peto")
    with pytest.raises(InvalidEffect, match="impossible events"):
        ww.synthesis.pool_counts(two_counts.assign(events_treated=10_000))
    with pytest.raises(NotIdentified, match="everybody or nobody"):
        ww.synthesis.pool_counts(two_counts.assign(events_treated=0, events_comparison=0))
    with pytest.raises(InvalidOption, match="conf_level"):
        ww.synthesis.pool_counts(two_counts, conf_level=np.nan)


@pytest.mark.parametrize("measure", ["logOR", "logRR"])
@pytest.mark.parametrize("arm", ["treated", "comparison"])
def test_a_ratio_without_events_in_one_arm_is_refused_and_the_way_out_answers(two_counts, measure, arm):
    lone = two_counts.assign(**{f"events_{arm}": 0})
    with pytest.raises(NotIdentified, match=f"nobody in the {arm} arm.*measure='RD'"):
        ww.synthesis.pool_counts(lone, measure=measure)
    for options in ({"measure": "RD"}, {"method": "peto"}):
        assert np.isfinite(ww.synthesis.pool_counts(lone, **options).headline.p_value)


@pytest.mark.parametrize("treated", [0, 20])
def test_a_difference_without_any_spread_is_refused(treated):
    trials = pd.DataFrame({"events_treated": [treated] * 2, "n_treated": 20, "events_comparison": 0, "n_comparison": 20})
    with pytest.raises(NotIdentified, match="Report the counts"):
        ww.synthesis.pool_counts(trials, measure="RD")
