"""The panel on an invented body of studies: nothing here was ever published."""

import numpy as np
import pandas as pd
import pytest

import whatworks as ww
from whatworks.core.errors import InvalidEffect, InvalidEvidence, InvalidOption, MissingColumn
from whatworks.evidence.grading.panel import PANEL_COLUMNS
from whatworks.evidence.grading.rating import NOT_ASSESSABLE

JUDGED = ("confounding_factor", "invalid_outcome", "compromised")
BODY = {
    **dict.fromkeys(("match_population", "match_method", "match_comparator", "match_outcome", "match_setting"), "yes"),
    **dict.fromkeys(("manual_available", "independent_replication", "account_of_impact", "unit_cost_known"), "yes"),
    "documented_harm": "no",
    **dict.fromkeys(("emmie_mechanism", "emmie_moderator", "emmie_implementation", "emmie_economics"), "data"),
    **dict.fromkeys((f"emmie_q_{name}" for name in ("effect", "mechanism", "moderator", "implementation", "economics")), "0.8"),
}


def trial(name, effect=0.4, **more):
    row = {
        "study_id": name, "effect_id": "a", "design": "rct", "measure": "SMD", "effect": effect, "std_error": 0.08,
        "direction_of_good": "up", "assigned_treated": 160, "assigned_comparison": 160, "n_treated": 155, "n_comparison": 154,
        "sites": 2, "year": 2020, "country": "DK", "developer_involved": "no", "peer_reviewed": "yes", "validated_measure": "yes",
        "months_after_end": 12, "balance_smd": 0.1, "baseline_smd": 0.1, "baseline_adjusted": "yes",
    }  # fmt: skip
    return row | more


def judgements(names, **more):
    study = {**dict.fromkeys(JUDGED, "no"), "design_conditions": "met", "rob2_overall": "low"}
    rows = [{"study_id": name, "question": q, "answer": a} for name in names for q, a in study.items()]
    rows += [{"study_id": "", "question": q, "answer": a} for q, a in (BODY | more).items()]
    return pd.DataFrame(rows).assign(role="consensus", reason="as coded")


def panel(studies, **options):
    return ww.evidence.standards(studies, **options).set_index("standard")


@pytest.fixture
def body():
    return pd.DataFrame([trial(f"invented_{place}", effect) for place, effect in enumerate((0.35, 0.40, 0.45))])


@pytest.fixture
def whole(body):
    es = ww.evidence.standardise(body)
    pooled = ww.synthesis.pool(es, test="z", study="study_id", good="up")
    return panel(body, judgements=judgements(body["study_id"]), pooled=pooled, as_of=2026)


def test_a_strong_body_stands_at_the_top_of_every_standard(whole):
    assert whole["rating"].to_dict() == {
        "wwc": "tier_1", "maryland": "5", "grade": "high", "emmie_effect": "reliable_improvement", "emmie_coverage": "◑◑◑◑",
        "emmie_q_effect": "3", "emmie_q_mechanism": "3", "emmie_q_moderator": "3", "emmie_q_implementation": "3",
        "emmie_q_economics": "3", "majority": "consistently_positive", "locks": "2", "eif": "4", "cebc": "1",
        "blueprints": "model_plus", "social_programs": "top", "nesta": "5", "som": "1", "vidensdeklaration": "A",
    }  # fmt: skip
    assert whole.loc[["wwc", "grade", "eif", "nesta"], "lift_en"].tolist() == ["Already at the top."] * 4
    assert whole.loc["locks", "lift_en"] == "1 more solid study."


def test_every_row_speaks_both_languages_and_carries_the_date_of_its_rules(whole):
    assert tuple(whole.reset_index().columns) == PANEL_COLUMNS
    for column in ("name_en", "name_da", "label_en", "label_da", "lift_en", "lift_da"):
        assert whole[column].str.len().gt(0).all()
    assert set(whole["rule_version"]) == {"2026-11-22"}


def test_without_judgements_nothing_passes_that_needs_one(body):
    found = panel(body)
    waiting = ["wwc", "maryland", "grade", "emmie_coverage", "cebc", "blueprints"]
    assert set(found.loc[waiting, "rating"]) == {NOT_ASSESSABLE}
    assert {"confounding_factor", "invalid_outcome", "compromised"} <= set(found.loc["wwc", "judgement_required"])
    assert found.loc["wwc", "lift_en"] == "Needed: whether something else falls together with one group."
    # Lots were drawn, whatever a person judges; and signs and people need nobody's judgement.
    assert found.loc["som", "rating"] == "1"
    assert found.loc["majority", "rating"] == "consistently_positive"


def test_a_before_and_after_study_is_no_evidence_of_effect_and_a_comparison_would_lift_it():
    found = panel(pd.DataFrame([trial("invented", design="before_after")]), judgements=judgements(["invented"]))
    assert found.loc["wwc", "rating"] == "no_rating"
    assert found.loc["maryland", "rating"] == "2"
    assert found.loc["som", ["rating", "lift_en"]].tolist() == [
        "3",
        "One more study with a comparable group that finds a clear good effect.",
    ]
    assert found.loc["vidensdeklaration", "rating"] == "D"


def test_harm_is_rated_and_not_left_out(body):
    bad = body.assign(effect=-body["effect"])
    found = panel(bad, judgements=judgements(bad["study_id"]))
    assert found.loc["wwc", "rating"] == "negative"
    assert found.loc["cebc", "rating"] == "5"
    assert found.loc["majority", "rating"] == "consistently_negative"
    assert found.loc["eif", "rating"] == "NE"


def test_the_lift_of_grade_names_what_is_short(body):
    es = ww.evidence.standardise(body)
    pooled = ww.synthesis.pool(es, test="z", study="study_id", good="up")
    found = panel(body, judgements=judgements(body["study_id"], match_population="no"), pooled=pooled)
    assert found.loc["grade", ["rating", "reasons_en", "lift_en", "lift_da"]].tolist() == [
        "moderate",
        "the studies are not about quite our question (-1)",
        "Studies of citizens and services like ours.",
        "Undersøgelser af borgere og tilbud som vores.",
    ]


def test_the_worst_trials_at_high_risk_lower_certainty_by_their_weight(body):
    coded = judgements(body["study_id"])
    coded.loc[(coded["study_id"] == "invented_0") & (coded["question"] == "rob2_overall"), "answer"] = "high"
    pooled = ww.synthesis.pool(ww.evidence.standardise(body), test="z", study="study_id", good="up")
    found = panel(body, judgements=coded, pooled=pooled)
    assert found.loc["grade", "inputs"]["high_risk_share"] == pytest.approx(1 / 3, abs=0.01)
    assert found.loc["grade", "rating"] == "moderate"


def test_a_pooled_effect_where_down_is_good_gives_the_same_panel(body):
    down = body.assign(effect=-body["effect"], direction_of_good="down")
    es = ww.evidence.standardise(down)
    up, turned = ww.evidence.standardise(body), es.assign(yi=-es["yi"])
    coded = judgements(body["study_id"])
    first = panel(body, judgements=coded, pooled=ww.synthesis.pool(up, study="study_id", good="up"))
    second = panel(down, judgements=coded, pooled=ww.synthesis.pool(turned, study="study_id", good="down"))
    assert first["rating"].equals(second["rating"])


def test_the_order_of_studies_does_not_matter(body):
    coded = judgements(body["study_id"])
    backwards = panel(body.iloc[::-1], judgements=coded)
    assert backwards["rating"].equals(panel(body, judgements=coded)["rating"])


def test_no_study_at_all_is_an_answer():
    found = panel(pd.DataFrame())
    assert found.loc[["grade", "maryland", "wwc", "locks", "som"], "rating"].tolist() == [
        NOT_ASSESSABLE,
        NOT_ASSESSABLE,
        "no_rating",
        "0",
        "none",
    ]


def test_months_are_told_for_school_outcomes_only(body):
    one = body.iloc[[0]]
    assert "months" not in panel(one).index
    assert panel(one, school_outcome=True).loc["months", "rating"] == "4"


def test_several_effects_of_one_study_are_one_study(body):
    twice = pd.concat([body, body.assign(effect_id="b")], ignore_index=True)
    coded = judgements(body["study_id"])
    assert panel(twice, judgements=coded).loc["eif", "inputs"]["studies"] == 3
    assert panel(twice, judgements=coded)["rating"].equals(panel(body, judgements=coded)["rating"])


def test_effects_are_computed_from_what_is_printed():
    rows = [
        {"study_id": "means", "measure": "MD", "mean_treated": 6, "mean_comparison": 5, "sd_treated": 1,
         "sd_comparison": 1, "n_treated": 3, "n_comparison": 3},
        {"study_id": "events", "measure": "RR", "events_treated": 60, "n_treated": 100, "events_comparison": 50,
         "n_comparison": 100},
        {"study_id": "odds", "measure": "OR", "effect": 1.5, "conf_low": 1.0, "conf_high": 2.25},
        {"study_id": "rate", "measure": "IRR", "effect": 0.6, "conf_low": 0.5, "conf_high": 0.72},
        {"study_id": "empty_cell", "measure": "RR", "events_treated": 0, "n_treated": 20, "events_comparison": 5,
         "n_comparison": 20},
    ]  # fmt: skip
    es = ww.evidence.standardise(pd.DataFrame(rows).assign(design="rct", direction_of_good="up")).set_index("study_id")
    assert es.loc["means", "yi"] == pytest.approx(0.80)
    assert es.loc["events", "yi"] == pytest.approx(0.2448, abs=5e-5)
    assert es.loc["odds", ["yi", "vi"]].tolist() == pytest.approx(
        [np.log(1.5) / 1.65, (np.log(2.25) / (2 * 1.959964 * 1.65)) ** 2], rel=1e-6
    )
    assert es.loc["rate", ["yi", "vi"]].isna().all()
    assert es.loc["empty_cell", "yi"] < -1


def test_a_clustered_study_that_passed_over_its_clusters_gets_a_wider_error():
    rows = [
        {"study_id": "corrected", "cluster_adjusted": "no", "cluster_size": 20, "icc": 0.1},
        {"study_id": "right", "cluster_adjusted": "yes", "cluster_size": 20},
        {"study_id": "unknown", "cluster_adjusted": ""},
    ]
    common = {"design": "cluster_rct", "measure": "SMD", "effect": 0.25, "std_error": 0.1, "n_treated": 200, "n_comparison": 200}
    es = ww.evidence.standardise(pd.DataFrame(rows).assign(**common, direction_of_good="up")).set_index("study_id")
    # W8: t of 2.5 becomes 1.461 with 20 people per cluster and an intraclass correlation of 0.10.
    assert 0.25 / es.loc["corrected", "vi"] ** 0.5 == pytest.approx(1.461, abs=5e-4)
    assert es.loc["right", "vi"] == pytest.approx(0.01)
    assert np.isnan(es.loc["unknown", "vi"])


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        (lambda df: df.drop(columns="design"), MissingColumn, "studies has no column 'design'"),
        (lambda df: df.assign(measure="SMDD"), InvalidEffect, "measure 'SMDD' is not known; use one of SMD"),
        (lambda df: df.assign(outcome=["who5", "who5", "honos"]), InvalidEffect, "2 different values of outcome"),
        (lambda df: pd.concat([df, df.iloc[[0]]]), InvalidEffect, "1 rows repeat a study_id and effect_id; a study stands twice"),
        (lambda df: pd.concat([df, df.iloc[[0]].assign(effect_id="b", design="did")]), InvalidEffect, "stands with 2 designs"),
        (lambda df: df.assign(n_treated=200), InvalidEffect, "200 analysed of 160 assigned"),
    ],
)
def test_studies_that_are_no_body_are_refused(body, change, error, words):
    with pytest.raises(error, match=words):
        ww.evidence.standards(change(body))


def test_judgements_that_do_not_hold_are_all_told_at_once(body):
    coded = judgements(body["study_id"])
    coded.loc[0, "answer"], coded.loc[1, "role"], coded.loc[2, "reason"] = "perhaps", "Jane Roe", ""
    with pytest.raises(InvalidEvidence) as caught:
        ww.evidence.standards(body, judgements=coded)
    message = str(caught.value)
    assert "answer to confounding_factor 'perhaps' is not known" in message
    assert "role 'Jane Roe' is not known" in message
    assert "reason is empty" in message


def test_two_people_who_disagree_need_a_consensus(body):
    coded = judgements(body["study_id"]).assign(role="reviewer_1")
    other = coded.assign(role="reviewer_2")
    other.loc[other["question"] == "documented_harm", "answer"] = "yes"
    with pytest.raises(InvalidEvidence, match="documented_harm has 2 different answers .* role consensus"):
        ww.evidence.standards(body, judgements=pd.concat([coded, other]))


@pytest.mark.parametrize(
    ("options", "error"),
    [({"boundary": "brave"}, InvalidOption), ({"smallest_important": 0.0}, InvalidEffect)],
)
def test_options_that_do_not_exist_are_refused(body, options, error):
    with pytest.raises(error):
        ww.evidence.standards(body, **options)


def test_a_pooled_effect_in_another_measure_is_refused(body):
    pooled = ww.synthesis.pool(ww.evidence.standardise(body).assign(measure="MD"), study="study_id", good="up")
    with pytest.raises(InvalidEffect, match="pooled is in MD; the standards need standard deviations"):
        ww.evidence.standards(body, pooled=pooled)
    with pytest.raises(InvalidEffect, match="which direction is good"):
        ww.evidence.standards(body, pooled=ww.synthesis.pool(ww.evidence.standardise(body), study="study_id"))


def test_measures_that_cannot_share_a_scale_are_never_averaged(body):
    rates = [trial(f"rate_{place}", 1.5, measure="IRR", std_error=None, conf_low=1.2, conf_high=1.9) for place in range(2)]
    mixed = pd.concat([body, pd.DataFrame(rates)], ignore_index=True)
    found = panel(mixed, judgements=judgements(mixed["study_id"]))
    # Signs, people and clear findings can be counted; a mean effect, its tier and its certainty cannot be had.
    assert found.loc[["wwc", "grade", "emmie_effect", "locks"], "rating"].tolist() == [NOT_ASSESSABLE] * 4
    assert found.loc[["majority", "eif", "som"], "rating"].tolist() == ["consistently_positive", "4", "1"]


def test_studies_without_any_range_are_never_clear(body):
    bare = body.assign(std_error=None, n_treated=None, n_comparison=None)
    found = panel(bare, judgements=judgements(bare["study_id"]))
    assert set(found.loc[["wwc", "grade", "eif", "cebc", "blueprints", "social_programs"], "rating"]) == {NOT_ASSESSABLE}


def test_locks_wait_for_a_study_that_may_be_solid():
    study = {"study_id": "a", "design": "rct", "measure": "SMD", "effect": 0.3, "std_error": 0.1, "direction_of_good": "up"}
    found = ww.evidence.standards(pd.DataFrame([study])).set_index("standard")
    assert found.loc["locks", "rating"] == NOT_ASSESSABLE
    assert "design_conditions" in found.loc["locks", "missing"]
    weak = ww.evidence.standards(pd.DataFrame([{**study, "design": "before_after"}])).set_index("standard")
    assert weak.loc["locks", "rating"] == "0"


def test_what_is_not_known_is_told_in_words_in_both_languages():
    study = {"study_id": "a", "design": "rct", "measure": "SMD", "effect": 0.3, "std_error": 0.1, "direction_of_good": "up"}
    found = ww.evidence.standards(pd.DataFrame([study]))
    for language in ("en", "da"):
        said = " ".join([*found[f"reasons_{language}"], *found[f"lift_{language}"]])
        assert "_" not in said, said
