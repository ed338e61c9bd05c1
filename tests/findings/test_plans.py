"""A plan beside its analysis: read, refused, and every departure named."""

import pandas as pd
import pytest

import whatworks as ww
from whatworks.core.errors import InvalidParameters, PlanChanged
from whatworks.design.plan import EXAMPLE
from whatworks.findings.language import written_date
from whatworks.findings.question import Question


@pytest.fixture
def question():
    names = {"da": "Lærkemodellen", "en": "The Lark Model"}
    labels = {"target_group": {"da": "Unge", "en": "Young people"}, "method": names}
    about = {"target_group": "youth_mental_difficulties", "method": "laerkemodellen", "outcome": "who5", "design": "rollout"}
    return Question(**about, labels=labels, synthetic=True)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "plan.yml"
    path.write_text(EXAMPLE, encoding="utf-8")
    return path


def test_departures_stand_first():
    rows = [("outcome", "who5", "who5", "as_planned"), ("control", "never", "not_yet", "deviates")]
    departures = pd.DataFrame(rows, columns=["field", "planned", "done", "status"])
    table = ww.findings.plan_table(departures, language="da")
    assert table.index("Afviger fra planen") < table.index("Som planlagt")


def test_a_level_is_told_in_per_cent_and_a_small_difference_is_not_rounded_away():
    rows = [("conf_level", "0.95", "0.975", "deviates"), ("smallest_important", "0.2", "10.0", "deviates")]
    departures = pd.DataFrame(rows, columns=["field", "planned", "done", "status"])
    table = ww.findings.plan_table(departures, language="da")
    for said in ("95\N{NO-BREAK SPACE}%", "97,5\N{NO-BREAK SPACE}%", ">0,2<", ">10<"):
        assert said in table


def test_a_frozen_plan_stands_beside_the_analysis_and_survives_saving(question, file):
    frozen = ww.design.freeze(file)
    plan = ww.findings.plan_of(question, file)
    done = {"estimator": "group_time", "control": "never", "covariates": [], "exclusions": [], "subgroups": ["age"]}
    finding = ww.findings.beside_plan(question.answered(), plan, done)
    again = ww.findings.Finding.from_json(finding.to_json())
    said = ww.findings.plan_section(again, "en")
    assert frozen.fingerprint in said
    assert f"was frozen on {written_date(str(frozen.frozen_at)[:10], 'en')} (" in said
    assert "departs from it in 3 of" in said
    assert "compared with" in said
    assert "subgroups" in said
    assert "Those who have not started yet" in said
    assert "The Lark Model" in said


def test_without_a_plan_the_report_says_so(question):
    finding = ww.findings.beside_plan(question.answered(), ww.findings.plan_of(question, ""), {})
    assert ww.findings.plan_section(finding, "da") == "<p>Ingen plan for analysen blev låst, før tallene blev læst.</p>"


def test_a_plan_that_was_never_frozen_is_refused_with_the_command(question, file):
    with pytest.raises(InvalidParameters, match="whatworks plan"):
        ww.findings.plan_of(question, file)


def test_a_plan_changed_since_is_refused_by_field(question, file):
    ww.design.freeze(file)
    file.write_text(EXAMPLE.replace("outcome: who5", "outcome: honos"), encoding="utf-8")
    with pytest.raises(PlanChanged, match="outcome"):
        ww.findings.plan_of(question, file)


def test_another_questions_plan_is_refused(question, file):
    file.write_text(EXAMPLE.replace("method: laerkemodellen", "method: klare_billeder"), encoding="utf-8")
    ww.design.freeze(file)
    with pytest.raises(InvalidParameters, match="klare_billeder"):
        ww.findings.plan_of(question, file)
