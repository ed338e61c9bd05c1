"""Sensitivity of an event study: published numbers, what is refused, and what the result carries."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import whatworks as ww

REFERENCE = Path(__file__).parents[1] / "reference"


@pytest.fixture(scope="module")
def medicaid():
    """Insurance coverage of low-income childless adults by state, expansion in 2014 against later or never.

    The example of the HonestDiD package for R: years to 2015, states of the 2015 expansion left out. Regenerated from
    Mixtape-Sessions/Advanced-DID, Exercises/Data/ehec_data.csv (American Community Survey), one column per year.
    """
    wide = pd.read_csv(REFERENCE / "medicaid_coverage.csv")
    long = wide.melt(id_vars=["state", "first_treated"], var_name="year", value_name="insured").astype({"year": int})
    long["start"] = long["first_treated"].where(long["first_treated"] == 2014)
    return long


@pytest.fixture(scope="module")
def study(medicaid):
    return ww.did.event_study(medicaid, outcome="insured", unit="state", time="year", first_treated="start", method="twfe")


def check(result, name):
    return next(check for check in result.checks if check.name == name)


def ends(result):
    return result.parts[["conf_low", "conf_high"]].to_numpy()


def test_relative_magnitudes_on_medicaid_match_r(study):
    # R's README prints two runs, 0.0241 to 0.0673 and 0.0240 to 0.0672 at 0.5, and so on: 1000 places and 1000 simulated draws
    # for the first stage leave 0.0004. Ours are exact in both, so they lie a little outside its places.
    robust = ww.did.honest(study)
    published = np.array([[0.0240, 0.0672], [0.0170, 0.0720], [0.00824, 0.0797], [-0.000916, 0.0881]])
    assert ends(robust) == pytest.approx(published, abs=4e-4)
    assert robust.parts["bound"].tolist() == [0.5, 1.0, 1.5, 2.0]


def test_at_twice_the_largest_violation_the_medicaid_effect_may_be_zero(study):
    robust = ww.did.honest(study)
    low, high = ends(robust)[-1]
    assert low < 0 < high
    assert robust.statistics["breakdown"] == pytest.approx(1.95, abs=0.011)
    assert ww.did.honest(study, bounds=[1.94]).parts["conf_low"].item() > 0
    assert ww.did.honest(study, bounds=[1.95]).parts["conf_low"].item() <= 0
    assert check(robust, "robust_to_trends").passed is True


def test_smoothness_on_medicaid_matches_r(study):
    robust = ww.did.honest(study, restriction="smoothness", bounds=np.arange(6) / 100)
    published = np.array(
        [[0.0259, 0.0607], [0.0132, 0.0787], [0.00286, 0.0907], [-0.00714, 0.101], [-0.0171, 0.111], [-0.0271, 0.121]]
    )
    # R prints three digits, and chooses among 100 standard errors.
    assert ends(robust)[:, 0] == pytest.approx(published[:, 0], abs=1e-4)
    assert ends(robust)[:, 1] == pytest.approx(published[:, 1], abs=5e-4)
    assert 0.02 < robust.statistics["breakdown"] < 0.03


def test_an_average_over_times_is_asked_for_by_weights(study):
    average = ww.did.honest(study, event_time={0: 0.5, 1: 0.5}, bounds=[1])
    assert average.headline.estimate == pytest.approx(study.headline.estimate)
    assert average.headline.std_error == pytest.approx(study.headline.std_error)
    second = ww.did.honest(study, event_time=1, bounds=[1])
    assert second.headline.estimate == pytest.approx(study.parts["estimate"].iloc[-1])


def test_an_aggregated_event_study_against_one_base_gives_the_same_kind_of_answer(medicaid, study):
    asked = {"outcome": "insured", "unit": "state", "time": "year", "first_treated": "start"}
    cells = ww.did.att_gt(medicaid, **asked, base_period="universal")
    robust = ww.did.honest(ww.did.aggregate(cells, by="event"))
    # One cohort, balanced: the same estimates, and standard errors without the small-sample factor.
    assert ends(robust) == pytest.approx(ends(ww.did.honest(study)), abs=2e-3)


def test_a_varying_base_is_refused_with_the_way_out(medicaid):
    asked = {"outcome": "insured", "unit": "state", "time": "year", "first_treated": "start"}
    varying = ww.did.aggregate(ww.did.att_gt(medicaid, **asked), by="event")
    with pytest.raises(ww.errors.InvalidOption, match='base_period="universal"'):
        ww.did.honest(varying)


def test_a_result_without_event_times_is_refused(medicaid):
    asked = {"outcome": "insured", "unit": "state", "time": "year", "first_treated": "start"}
    with pytest.raises(ww.errors.InvalidOption, match="event_study"):
        ww.did.honest(ww.did.twfe(medicaid, **asked))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"restriction": "monotone"}, "relative_magnitude"),
        ({"bounds": [-1.0]}, "0 or more"),
        ({"bounds": []}, "one or more"),
        ({"event_time": -2}, "after the reference"),
        ({"event_time": {0: 0.0}}, "not 0"),
        ({"leads": 0}, "1 or more"),
        ({"conf_level": 1.0}, "between 0 and 1"),
        ({"restriction": "smoothness", "leads": 1}, "bounds="),
    ],
)
def test_options_that_cannot_be_used_are_refused(study, options, words):
    with pytest.raises(ww.errors.InvalidOption, match=words):
        ww.did.honest(study, **options)


def test_a_gap_among_the_times_before_is_refused_and_fewer_leads_are_the_way_out(medicaid):
    gap = medicaid[medicaid["year"] != 2010]
    study = ww.did.event_study(gap, outcome="insured", unit="state", time="year", first_treated="start", method="twfe")
    with pytest.raises(ww.errors.NotIdentified, match=r"-4 .* leads=2"):
        ww.did.honest(study)
    assert ww.did.honest(study, leads=2).statistics["leads"] == 2


def test_without_times_before_nothing_can_be_bounded(medicaid):
    late = medicaid[medicaid["year"] >= 2013]
    study = ww.did.event_study(late, outcome="insured", unit="state", time="year", first_treated="start", method="twfe")
    with pytest.raises(ww.errors.NotIdentified, match="earlier times"):
        ww.did.honest(study)


def test_an_effect_that_is_not_there_is_not_called_fragile(medicaid):
    shuffled = medicaid.assign(insured=np.random.default_rng(2).normal(size=len(medicaid)))
    study = ww.did.event_study(shuffled, outcome="insured", unit="state", time="year", first_treated="start", method="twfe")
    robust = ww.did.honest(study)
    assert check(robust, "robust_to_trends").passed is None
    assert robust.statistics["breakdown"] == 0


def test_many_leads_on_few_clusters_are_flagged_for_smoothness(study):
    # 43 states carry four effects before the start, not five.
    assert check(ww.did.honest(study, restriction="smoothness", bounds=[0.01]), "many_leads").passed is False
    assert check(ww.did.honest(study, restriction="smoothness", bounds=[0.01], leads=4), "many_leads").passed is True


def test_the_result_keeps_the_study_s_doubts_and_survives_json(study):
    robust = ww.did.honest(study, bounds=[1, 2])
    assert {check.name for check in study.checks} < {check.name for check in robust.checks}
    assert ww.EffectResult.from_json(robust.to_json()) == robust
    again = ww.did.honest(ww.EffectResult.from_json(study.to_json()), bounds=[1, 2])
    assert again.effects.equals(robust.effects)


def test_turning_the_outcome_round_turns_the_intervals_round(medicaid, study):
    turned = ww.did.event_study(
        medicaid.assign(insured=-100 * medicaid["insured"]),
        outcome="insured",
        unit="state",
        time="year",
        first_treated="start",
        method="twfe",
    )
    assert ends(ww.did.honest(turned)) == pytest.approx(-100 * ends(ww.did.honest(study))[:, ::-1], abs=1e-5)
    smooth = {"restriction": "smoothness"}
    assert ends(ww.did.honest(turned, **smooth)) == pytest.approx(-100 * ends(ww.did.honest(study, **smooth))[:, ::-1], abs=1e-4)
