"""What is known of a method on an outcome: which sources there are, whether they may be put together, and the verdict."""

from dataclasses import replace

import pandas as pd
import pytest

import whatworks as ww
from whatworks.core import Check
from whatworks.findings.bodies import bodies_by_group, bodies_of
from whatworks.findings.gap_map_cells import domain_verdicts, gap_cells, own_frame
from whatworks.findings.verdicts import DISQUALIFYING

LARK = "youth_mental_difficulties"


@pytest.fixture(scope="module")
def registry():
    return ww.evidence.load()


@pytest.fixture
def lark(registry, samples):
    def body(**changes):
        return next(iter(bodies_of(registry, LARK, [samples.rollout(**changes)])))

    return body


@pytest.fixture(scope="module")
def real(registry, samples):
    """Every group's bodies, with a real finding and an invented one."""
    return bodies_by_group(registry, [samples.matched(), samples.rollout()])


def with_studies(registry, studies):
    return replace(registry, studies=studies.reset_index(drop=True))


def test_each_method_and_outcome_is_one_body(registry):
    bodies = bodies_of(registry, "homelessness")
    pairs = [(body.method, body.outcome) for body in bodies]
    assert len(pairs) == len(set(pairs)) == 4
    assert sum(len(body.reviews) for body in bodies) == len(registry.select(target_group="homelessness"))
    assert bodies_of(registry, "acquired_brain_injury") == []


def test_published_results_that_nobody_assessed_are_not_rated(registry):
    for body in bodies_of(registry, "mental_illness"):
        assert (body.headline.code, body.headline.reason) == ("unknown", "not_assessed")
        assert body.apart == "no_own"
        assert body.rated.empty


def test_our_own_and_the_studies_are_put_together_in_our_unit_with_the_weight_of_each(lark):
    body = lark()
    together = body.combined
    parts = together.parts.set_index("term")
    assert together.measure == "MD"
    assert parts["weight"].sum() == pytest.approx(100)
    low, high = sorted(parts["estimate"])
    assert low < together.headline.estimate < high
    assert {check.name for check in together.checks} >= {"conflict", "transport"}
    assert body.rated["study_id"].iloc[-1] == "our_own"


def test_several_effects_of_one_study_never_weigh_more_than_one(registry, lark):
    once = lark().published.headline
    doubled = pd.concat([registry.studies, registry.studies.assign(effect_id=registry.studies["effect_id"] + "_again")])
    twice = next(iter(bodies_of(with_studies(registry, doubled), LARK))).pooled
    assert len(twice.parts) == len(lark().pooled.parts)
    assert once.std_error > 0


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda studies: studies.iloc[:0], "no_published"),
        (lambda studies: studies[studies["study_id"] == "invented_1"], "too_few"),
        (lambda studies: studies.assign(measure="g", effect=0.2, std_error=0.1), "other_scale"),
    ],
)
def test_what_cannot_be_put_together_says_why(registry, samples, change, code):
    body = next(iter(bodies_of(with_studies(registry, change(registry.studies)), LARK, [samples.rollout()])))
    assert body.apart == code
    assert body.combined is None


def test_an_unreliable_comparison_is_put_together_with_nothing(registry, samples):
    body = next(iter(bodies_of(registry, LARK, [samples.rollout(pretrends=False)])))
    assert any(check.name in DISQUALIFYING for check in body.own.result.failed_checks)
    assert body.apart == "not_trusted"


def test_pooled_results_alone_cannot_be_weighed_against_ours(registry, samples):
    about = {"target_group": "homelessness", "method": "housing_first", "outcome": "hospitalisation"}
    finding = samples.matched(**about, labels={})
    body = next(body for body in bodies_of(registry, "homelessness", [finding]) if body.own is not None)
    assert body.apart == "only_pooled"
    assert not body.reviews.empty


def test_invented_studies_never_stand_beside_a_real_method(registry):
    moved = registry.studies.assign(method="peer_support")
    moved = moved[moved["synthetic"]]
    assert bodies_of(with_studies(registry, moved), LARK)[0].studies.empty


def test_two_sources_that_contradict_each_other_fail_the_check_of_conflict(lark):
    together = lark(answer=(-20.0, -22.0, -18.0)).combined
    assert [check.name for check in together.failed_checks if check.name == "conflict"] == ["conflict"]


def test_three_studies_that_happen_to_agree_get_no_shorter_interval_than_their_errors_give(registry):
    body = next(body for body in bodies_of(registry, "out_of_home_care") if body.outcome == "homelessness_episode")
    usual = ww.synthesis.pool(ww.evidence.standardise(body.studies), measure="SMD", good="up", study="study_id", test="t")
    assert body.pooled.headline.std_error >= usual.headline.std_error - 1e-12
    assert body.headline.reason == "very_low"


def test_a_promoted_result_is_our_own_until_a_finding_tells_the_same(registry, samples):
    finding = samples.matched(target_group="adults_outside_labour_market")
    local = ww.evidence.load().local_versions
    assert local == ()
    kept = type("Kept", (), {})()
    for name, value in {
        "target_group": "adults_outside_labour_market", "method": "supported_work", "outcome": "earnings", "design": "rct",
        "version": 1, "note": "", "file": "", "result": finding.results["experiment"],
    }.items():  # fmt: skip
        setattr(kept, name, value)
    base = replace(registry, local_versions=(kept,))
    assert bodies_of(base, "adults_outside_labour_market")[0].own.finding is None
    assert bodies_of(base, "adults_outside_labour_market", [finding])[0].own.finding is finding


def test_the_gap_map_counts_real_findings_and_no_invented_ones(registry, real):
    cells = gap_cells(registry, known=real).set_index(["target_group", "domain"])
    assert len(cells) == len(registry.target_groups) * len(registry.domains)
    work = cells.loc[("adults_outside_labour_market", "employment_and_income")]
    assert work[["verdict", "own", "n_studies"]].tolist() == ["not_rated", True, 0]
    assert cells.loc[(LARK, "wellbeing"), ["verdict", "own"]].tolist() == ["gap", False]
    assert cells.loc[("out_of_home_care", "housing"), ["verdict", "certainty", "n_studies"]].tolist() == [
        "unknown",
        "very_low",
        3,
    ]
    assert "no_clear_difference" not in set(cells["verdict"])


def test_a_part_of_life_where_one_method_helps_and_another_harms_is_a_trade_off(registry):
    first, second = bodies_of(registry, "homelessness")[:2]
    known = {"conf_low": 0.2, "conf_high": 0.4, "certainty": "moderate", "smallest_important": 0.2}
    good = ww.evidence.verdict([ww.evidence.OutcomeEvidence(outcome="x", **known)])
    bad = ww.evidence.verdict([ww.evidence.OutcomeEvidence(outcome="x", **{**known, "conf_low": -0.4, "conf_high": -0.2})])
    bodies = [replace(first), replace(second, outcome=first.outcome)]
    bodies[0].__dict__["headline"], bodies[1].__dict__["headline"] = good, bad
    assert [headline.code for headline in domain_verdicts(bodies).values()] == ["trade_off"]
    bodies[1].__dict__["headline"] = good
    assert [headline.code for headline in domain_verdicts(bodies).values()] == ["works"]


def test_own_frame_leaves_the_invented_out(real):
    bodies = [body for of_group in real.values() for body in of_group]
    assert own_frame(bodies)["method"].tolist() == ["supported_work"]


def test_a_failed_check_of_trust_is_said_by_the_own_result_itself(lark):
    own = lark().own
    doubted = replace(own, result=replace(own.result, checks=(Check(name="unadjusted", passed=False, message="x"),)))
    assert own.trusted
    assert not doubted.trusted


def test_from_ten_studies_on_small_study_effects_are_looked_for(registry):
    few = registry.studies[registry.studies["synthetic"]]
    more = few.assign(study_id=few["study_id"] + "_more", effect=few["effect"] + 0.5)
    body = next(iter(bodies_of(with_studies(registry, pd.concat([few, more])), LARK)))
    assert len(body.pooled.parts) == 16
    grade = body.panel.set_index("standard").loc["grade", "inputs"]
    assert 0 < grade["egger_p"] <= 1
    assert lark_alone(registry).panel.set_index("standard").loc["grade", "inputs"]["egger_p"] is None


def lark_alone(registry):
    return next(iter(bodies_of(registry, LARK)))
