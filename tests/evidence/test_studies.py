"""Study tables, with invented studies that no one ever published."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

import whatworks as ww
from whatworks.core.errors import InvalidEvidence, UnknownCode
from whatworks.evidence.questions import QUESTIONS, ROB2_DOMAINS, ROBINS_DOMAINS, ROLES
from whatworks.evidence.study_files import PROVENANCE
from whatworks.evidence.study_table import COLUMNS, REQUIRED

PROJECT = Path(__file__).parents[2]
PROVENANCE_TEXT = """citation: Invented for a test
licence: CC0
seen_on: 2026-11-22
synthetic: true
about:
  da: Opdigtede studier
  en: Invented studies
"""
ROW = {
    "study_id": "invented_a", "effect_id": "who5", "citation": "Invented A (2020)", "year": "2020", "country": "DK",
    "target_group": "adults_social_psychiatry", "method": "peer_support", "outcome": "who5", "outcome_as_printed": "WHO-5",
    "design": "rct", "measure": "g", "effect": "0.30", "conf_low": "0.10", "conf_high": "0.50", "direction_of_good": "up",
    "confirmed": "no", "assigned_treated": "100", "n_treated": "90", "assigned_comparison": "100", "n_comparison": "91",
}  # fmt: skip
JUDGEMENT = {
    "study_id": "invented_a",
    "question": "compromised",
    "answer": "no",
    "role": "consensus",
    "reason": "The list was kept closed.",
}


def table(*changes: dict[str, str]) -> pd.DataFrame:
    rows = [ROW | {"study_id": f"invented_{place}"} | change for place, change in enumerate(changes or ({},))]
    return pd.DataFrame(rows).fillna("")


@pytest.fixture
def put(base: Path) -> Callable[..., Path]:
    """Write a table, its provenance and its judgements into a copy of the base."""

    def write(frame: pd.DataFrame, *, provenance: str | None = PROVENANCE_TEXT, judgements: pd.DataFrame | None = None) -> Path:
        folder = base / "studies"
        folder.mkdir(exist_ok=True)
        frame.to_csv(folder / "invented.csv", index=False)
        if provenance is not None:
            (folder / "invented.yml").write_text(provenance, encoding="utf-8")
        if judgements is not None:
            judgements.to_csv(folder / "invented.judgements.csv", index=False)
        return base

    return write


def faults(base: Path) -> str:
    with pytest.raises(InvalidEvidence) as caught:
        ww.evidence.load(base)
    return str(caught.value)


def test_every_embedded_table_says_under_which_licence_it_stands(registry):
    assert set(registry.sources) == set(registry.studies["review"]) == {"taylor_2024_care_leavers", "simulated_laerkemodellen"}
    assert registry.sources["taylor_2024_care_leavers"].fields["licence"].startswith("CC BY 4.0")
    assert registry.under_way.empty


def test_invented_studies_stand_under_invented_methods_and_real_ones_under_real_ones(registry):
    invented = registry.studies["method"].map(lambda code: bool(registry.methods[code].fields.get("synthetic")))
    assert (invented == registry.studies["synthetic"]).all()
    names = registry.studies.loc[registry.studies["synthetic"], "citation"]
    assert names.str.match(r"Invented study \d \(simulated\)").all()


def test_care_leavers_pool_to_what_the_review_prints(registry):
    # Taylor et al. (2024), supplementary GRADE tables: current employment -0.06 [-0.21, 0.09], 819 people in 3 studies.
    studies = ww.evidence.standardise(registry.select_studies("out_of_home_care", outcome="current_employment"))
    pooled = ww.synthesis.pool(studies, measure="SMD", good="up", study="study_id", test="z").headline
    assert [pooled.estimate, pooled.conf_low, pooled.conf_high] == pytest.approx([-0.06, -0.21, 0.09], abs=0.005)
    assert int((studies["n_treated"] + studies["n_comparison"]).sum()) == 819


def test_the_certainty_that_a_reviews_authors_gave_is_used_where_ours_cannot_be_worked_out(registry):
    question = ("out_of_home_care", "independent_living_programmes", "current_employment")
    studies, judgements = registry.select_studies(*question), registry.judgements_on(*question)
    panel = ww.evidence.standards(studies, judgements=judgements).set_index("standard")
    assert panel.loc["grade", ["rating", "reason_codes"]].tolist() == ["very_low", ("judged_by_review",)]
    without = ww.evidence.standards(studies, judgements=judgements[judgements["question"] != "grade_by_review"])
    assert without.set_index("standard").loc["grade", "rating"] == "not_assessable"


def test_a_table_is_read_with_where_it_comes_from(put):
    registry = ww.evidence.load(put(table({}, {"effect": "0.31"})))
    assert registry.studies["review"].tolist() == ["invented", "invented"]
    assert registry.studies["synthetic"].all()
    assert registry.studies["effect"].tolist() == [0.30, 0.31]
    assert registry.studies["icc"].isna().all()
    assert registry.sources["invented"].fields["licence"] == "CC0"
    assert len(registry.select_studies(method="peer_support", outcome="who5")) == 2
    with pytest.raises(UnknownCode, match="did you mean 'peer_support'"):
        registry.select_studies(method="peer_suport")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"method": "peer_suport"}, r"method 'peer_suport' is not known; did you mean 'peer_support'\?"),
        ({"outcome": "<b>who5</b>"}, r"outcome '<b>who5</b>' is not known. Use one of"),
        ({"instrument": "who6"}, r"instrument 'who6' is not known; did you mean 'who5'"),
        ({"design": "rkt"}, r"design 'rkt' is not known; did you mean 'rct'\?"),
        ({"measure": "SMDD"}, r"measure 'SMDD' is not known"),
        ({"conf_low": "0.4"}, r"the interval 0.4 to 0.5 does not hold its estimate 0.3"),
        ({"conf_low": ""}, r"conf_high is given and conf_low is not"),
        ({"effect": "0,3"}, r"effect needs a number with a decimal point"),
        ({"effect": "", "conf_low": "", "conf_high": ""}, r"there is no effect, and nothing to compute one from"),
        ({"n_treated": "101"}, r"n_treated is 101, more than assigned_treated 100"),
        ({"events_treated": "95"}, r"events_treated is 95, more than n_treated 90"),
        ({"std_error": "-0.1"}, r"std_error is -0.1; it must be above 0"),
        ({"std_error": "0"}, r"std_error is 0; it must be above 0"),
        ({"icc": "1.2"}, r"icc is 1.2; it must lie from 0 to 1"),
        ({"country": "Denmark"}, r"country 'Denmark' needs two capital letters"),
        ({"year": "1492"}, r"year 1492 is out of range"),
        ({"registered": "maybe"}, r"registered 'maybe' is not known. Use one of: yes, no"),
        ({"study_id": "Bad Name"}, r"study_id 'Bad Name' needs lower-case"),
        ({"citation": ""}, r"citation is empty. Required: study_id"),
        ({"doi": "https://doi.org/10.1/x"}, r"doi .* needs the form"),
        ({"direction_of_good": "down"}, r"direction_of_good is down, but up is good for the outcome who5"),
        ({"measure": "OR", "effect": "-0.2", "conf_low": "", "conf_high": ""}, r"effect is -0.2, but a ratio \(OR\) is above 0"),
    ],
)
def test_a_fault_in_a_row_names_file_and_line(put, change, words):
    base = put(table({}, change))
    with pytest.raises(InvalidEvidence, match=rf"evidence/studies/invented\.csv:3: .*{words}"):
        ww.evidence.load(base)


def test_a_study_that_stands_twice_is_refused(put):
    same = {"study_id": "invented_x"}
    assert "were used on line 2; each effect needs its own" in faults(put(table(same, same | {"effect": "0.31"})))
    assert "duplicate of line 2: the same study stands twice" in faults(put(table({}, {})))


def test_any_title_passes_through_as_text(put):
    title = "<script>alert('x')</script>" + "x" * 5000
    registry = ww.evidence.load(put(table({"citation": title, "note": title})))
    assert registry.studies["citation"].iloc[0] == title


@pytest.mark.parametrize(
    ("provenance", "words"),
    [
        (None, r"invented\.yml: the file is missing; a study table needs its provenance"),
        (
            "citation: x\n",
            r"invented\.yml:1: the field licence is missing. Required fields: citation, licence, seen_on, synthetic, about",
        ),
        (
            PROVENANCE_TEXT.replace("2026-11-22", "lately"),
            r"invented\.yml:3: seen_on needs a date such as 2026-11-22; it holds 'lately'",
        ),
        (PROVENANCE_TEXT.replace("true", "perhaps"), r"invented\.yml:4: synthetic needs true or false"),
        (PROVENANCE_TEXT + "lisence: x\n", r"invented\.yml:8: key 'lisence' is not known; did you mean 'licence'"),
        ("a: [1\n", r"invented\.yml:\d+: not valid YAML"),
        ("- a\n", r"invented\.yml:1: needs the fields"),
    ],
)
def test_a_table_without_sound_provenance_is_refused(put, provenance, words):
    with pytest.raises(InvalidEvidence, match=words):
        ww.evidence.load(put(table(), provenance=provenance))


def test_provenance_without_a_table_is_told(put, base):
    put(table())
    (base / "studies" / "other.yml").write_text(PROVENANCE_TEXT, encoding="utf-8")
    assert "studies/other.yml: there is no table other.csv beside it" in faults(base)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"question": "compromized"}, r"question 'compromized' is not known; did you mean 'compromised'"),
        ({"answer": "perhaps"}, r"answer to compromised 'perhaps' is not known. Use one of: yes, no"),
        ({"role": "Jane Roe"}, r"role 'Jane Roe' is not known. Use one of: reviewer_1"),
        ({"reason": ""}, r"reason is empty"),
        ({"study_id": "invented_b"}, r"study_id 'invented_b' is not known"),
        ({"question": "documented_harm"}, r"documented_harm is about all studies together; leave study_id empty"),
        ({"study_id": "", "question": "emmie_q_effect", "answer": "4"}, r"needs a share from 0 to 1; it holds '4'"),
        ({"method": "nothing"}, r"method 'nothing' is not known"),
    ],
)
def test_a_judgement_that_does_not_hold_names_its_line(put, change, words):
    rows = pd.DataFrame(
        [JUDGEMENT | {"study_id": "invented_0", "method": ""}, JUDGEMENT | {"study_id": "invented_0"} | change]
    ).fillna("")
    rows.loc[0, "question"] = "invalid_outcome"
    with pytest.raises(InvalidEvidence, match=rf"invented\.judgements\.csv:3: .*{words}"):
        ww.evidence.load(put(table(), judgements=rows))


def bias(domains, answer="low", **more):
    return pd.DataFrame(
        [JUDGEMENT | {"study_id": "invented_0", "question": domain, "answer": answer} | more for domain in domains]
    )


def test_risk_of_bias_has_five_domains_for_trials_and_six_for_others():
    assert (len(ROB2_DOMAINS), len(ROBINS_DOMAINS)) == (5, 6)
    assert not any("deviation" in domain for domain in ROBINS_DOMAINS)


def test_the_worst_domain_decides_where_all_are_judged(put):
    rows = bias(ROB2_DOMAINS)
    rows.loc[2, "answer"] = "some_concerns"
    registry = ww.evidence.load(put(table(), judgements=rows))
    judged = registry.judgements_on("adults_social_psychiatry", "peer_support", "who5")
    assert ww.evidence.judgements.answer_of(judged, "rob2_overall", "invented_0") == "some_concerns"
    assert ww.evidence.judgements.answer_of(judged.iloc[1:], "rob2_overall", "invented_0") is None


def test_the_overall_risk_is_never_milder_than_a_domain(put):
    rows = pd.concat([bias(["robins_confounding"], "serious"), bias(["robins_overall"], "moderate")])
    text = faults(put(table({"design": "did"}), judgements=rows))
    assert "invented.judgements.csv:3: robins_overall is moderate, but a domain is serious" in text


def test_the_same_question_is_answered_once_in_a_role(put):
    rows = pd.concat([bias(["rob2_missing_data"]), bias(["rob2_missing_data"], "high")])
    assert "the same question is answered twice in the same role (line 2)" in faults(put(table(), judgements=rows))


def test_all_faults_of_tables_and_catalogues_are_told_at_once(put, replace):
    base = put(table({"design": "rkt"}), provenance=None, judgements=bias(["rob2_reporting"], "fine"))
    replace("outcomes.yml", "  good: up", "  good: sideways")
    text = faults(base)
    assert text.startswith("4 faults in the evidence base:")


def test_judgements_reach_the_standards(put):
    rows = pd.concat([bias(ROB2_DOMAINS), bias(["confounding_factor", "invalid_outcome", "compromised"], "no")])
    registry = ww.evidence.load(put(table(), judgements=rows))
    question = ("adults_social_psychiatry", "peer_support", "who5")
    panel = ww.evidence.standards(registry.select_studies(*question), judgements=registry.judgements_on(*question))
    assert panel.set_index("standard").loc["wwc", "inputs"]["studies"] == {"mwor": 1}


def test_the_codebook_names_every_column_question_role_and_field():
    codebook = (PROJECT / "evidence" / "README.md").read_text(encoding="utf-8")
    words = {
        *COLUMNS,
        *QUESTIONS,
        *ROLES,
        *PROVENANCE,
        *(answer for question in QUESTIONS.values() for answer in question.answers),
    }
    assert sorted(word for word in words if f"`{word}`" not in codebook) == []
    assert set(REQUIRED) <= set(COLUMNS)


def test_every_question_speaks_both_languages():
    for question in QUESTIONS.values():
        assert question.en.strip() != question.da.strip()
