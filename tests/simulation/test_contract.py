"""The grading contract in a small form: what is wrong is flagged, what is right is not, what cannot be answered is refused.

benchmarks/grade.py --scenarios measures it on as many draws as one likes. Here counts pass that the contract's limits bring 99
times in 100.
"""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import whatworks as ww

pytestmark = pytest.mark.slow

DRAWS = 5
EVENT = {pd.Period("2020Q2", freq="Q-DEC"): "event"}


def panels(grade, scenario, count=DRAWS):
    return [grade.simulated(scenario, grade.FIRST_SEEDS[scenario] + number) for number in range(count)]


def often(hits, at_least=0.8):
    return sum(hits) >= stats.binom.ppf(0.01, len(hits), at_least)


def seldom(hits, at_most=0.1):
    return sum(hits) <= stats.binom.ppf(0.99, len(hits), at_most)


def test_informative_attrition_is_flagged_and_ordinary_attrition_is_not(grade):
    def flagged(world):
        return ww.did.composition(world.panel, weights="n_citizens", **grade.ASKED).passed is False

    assert often([flagged(world) for world in panels(grade, "S4", 4)])
    assert seldom([flagged(world) for world in panels(grade, "S1", 4)])


def test_a_drop_before_the_start_is_flagged_as_anticipation(grade):
    studies = [ww.did.event_study(world.panel, **grade.ASKED) for world in panels(grade, "S5", 2)]
    assert often([ww.did.anticipation(study).passed is False for study in studies])


def test_an_event_that_hits_adopters_harder_is_flagged(grade):
    found = [ww.did.national_event(world.panel, events=EVENT, **grade.ASKED) for world in panels(grade, "S8", 2)]
    assert often([check.passed is False for check in found])


def test_what_spills_over_is_flagged_and_left_out_of_the_effect(grade):
    neighbours = ww.documentation.simulated_neighbours()
    flagged, errors = [], []
    for world in panels(grade, "S6", 2):
        result = ww.did.spillover(world.panel, neighbours=neighbours, **grade.ASKED)
        flagged.append(next(check for check in result.checks if check.name == "spillover").passed is False)
        errors.append(result.headline.estimate - world.truth["overall"])
    assert any(flagged)
    assert abs(np.mean(errors)) < 1.5


def test_one_treated_municipality_has_no_normal_interval_but_other_ways(grade):
    world = panels(grade, "S7", 1)[0]
    with pytest.raises(ww.errors.TooFewUnits, match="conley_taber"):
        ww.did.att_gt(world.panel, **grade.ASKED)
    head = ww.did.conley_taber(world.panel, **grade.ASKED).headline
    assert head.conf_low < world.truth["overall"] < head.conf_high


def test_the_method_that_harms_is_found_to_harm(grade):
    estimates = [ww.did.att_gt(world.panel, **grade.ASKED).headline.estimate for world in panels(grade, "XX", 2)]
    assert all(estimate < 0 for estimate in estimates)


@pytest.mark.parametrize("scenario", ["S9", "S10"])
def test_with_mergers_mapped_and_one_instrument_at_a_time_the_effect_is_found(grade, scenario):
    from grading.contract import world_of

    worlds = [world_of(scenario, number) for number in range(8 if scenario == "S9" else 4)]
    results = [ww.did.att_gt(world.panel, **grade.ASKED).headline for world in worlds]
    errors = np.array([head.estimate - world.truth["overall"] for head, world in zip(results, worlds, strict=True)])
    assert abs(errors.mean()) < max(1.0, 3 * errors.std(ddof=1) / np.sqrt(len(errors)))
    covered = [head.conf_low <= world.truth["overall"] <= head.conf_high for head, world in zip(results, worlds, strict=True)]
    assert often(covered, 0.92)


def test_followed_to_their_successors_nine_services_are_three_units(grade):
    from grading.contract import world_of

    panel = world_of("S9", 0).panel
    assert panel["municipality"].nunique() == 35
    assert panel.drop_duplicates("municipality")["first_treated"].value_counts()[pd.Period("2017Q3", "Q-DEC")] == 6


@pytest.mark.parametrize("scenario", ["M1", "M2"])
def test_a_matched_comparison_tells_what_a_hidden_factor_could_do(grade, scenario):
    from grading import individuals

    each = individuals.graded(scenario, 2)
    # In both: no analysis can see whether there is one.
    assert (each["hidden_factor"] > 0).all()
    assert each["gamma_tolerated"].between(1, 2).all()


def test_the_region_is_answered_pair_by_pair(grade):
    from grading import region

    each = region.graded(1)
    assert list(each["pair"]) == ["BH", "UF", "UP", "AV", "SP", "HL", "SM", "OM", "XX"]
    assert each["covered"].mean() >= 7 / 9


def test_planted_faults_are_found_and_the_clean_delivery_is_not_refused(grade):
    from grading import deliveries

    each = deliveries.graded(1, "AV")
    assert not each.loc[each["rule"] == "-", "refused"].any()
    assert (each["found"] >= each["planted"]).all()
    assert each.loc[each["rule"] == "V01", "refused"].all()


def test_the_table_of_the_contract_says_what_is_required_measured_and_met(grade):
    table = grade.contract(["AV"], 2)
    assert list(table.columns) == ["scenario", "required", "measured", "mc_error", "met", "draws"]
    assert {"rejections 2-8 %", "coverage 92-98 %", "composition: flagged <= 10 %"} <= set(table["required"])
