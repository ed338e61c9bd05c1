"""Parameter files: what is read, and what is refused with file and line."""

import json
from pathlib import Path

import pandas as pd
import pytest

from whatworks.core.errors import InvalidParameters
from whatworks.documentation import Store
from whatworks.workflow import question_data
from whatworks.workflow.project import Project
from whatworks.workflow.questions import read_questions


@pytest.fixture
def ask(project: Path, catalogues, monkeypatch):
    """Replace the parameter files by one, and read it; the open data are about anything here."""
    monkeypatch.setattr(question_data, "OPEN_DATA", {"supported_work": {}})

    def read(text: str, name: str = "young_people.yml"):
        folder = project / "notebooks" / "parameters"
        for path in folder.iterdir():
            path.unlink()
        (folder / name).write_text(text, encoding="utf-8")
        return read_questions(Project(project), catalogues)

    return read


GOOD = """\
target_group: young_people
questions:
  - design: matched
    method: housing_first
    outcome: days_housed
    data: supported_work
    k: 7
  - design: reviews
"""


def test_a_question_carries_every_parameter_it_was_given(ask):
    first, second = ask(GOOD)
    assert first.folder == "young_people/housing_first"
    assert dict(first.parameters) == {
        "target_group": "young_people",
        "method": "housing_first",
        "outcome": "days_housed",
        "design": "matched",
        "data": "supported_work",
        "language": "da",
        "k": 7,
    }
    assert first.where == "notebooks/parameters/young_people.yml:3"
    assert second.folder == "young_people/published_reviews"
    assert second.parameters["outcome"] is None


def refusal(ask, text: str, **options) -> str:
    with pytest.raises(InvalidParameters) as caught:
        ask(text, **options)
    return str(caught.value)


@pytest.mark.parametrize(
    ("good", "bad", "line", "words"),
    [
        ("method: housing_first", "methd: housing_first", 4, ["'methd'", "did you mean 'method'", "allowed:"]),
        ("method: housing_first", "method: housing_frist", 4, ["did you mean 'housing_first'", "supported_work"]),
        ("outcome: days_housed", "outcome: days_hosed", 5, ["did you mean 'days_housed'"]),
        ("design: matched", "design: match", 3, ["did you mean 'matched'", "reviews, rollout"]),
        ("target_group: young_people", "target_group: young_peple", 1, ["did you mean 'young_people'"]),
        ("target_group: young_people", "target_group: homelessness", 1, ["young_people.yml", "make them equal"]),
        ("questions:", "question:", 2, ["'question'", "did you mean 'questions'"]),
        ("k: 7", "k: seven", 7, ["'seven'", "default is 5"]),
        ("k: 7", "title: no", 7, ["False", "put it in quotes"]),
        ("k: 7", "title: 2024-01-01", 7, ["date", "text, numbers"]),
        ("k: 7", "output: elsewhere", 7, ["'output'", "parameter of the report notebook"]),
        ("k: 7", "target_group: young_people", 7, ["'target_group'"]),
        ("k: 7", "language: de", 7, ["'de'", "da, en"]),
        ("data: supported_work", "data: ../secret.csv", 6, ["leads out of the project"]),
        ("data: supported_work", "data: /etc/passwd", 6, ["leads out of the project"]),
        ("data: supported_work", "data: ~/deliveries", 6, ["leads out of the project"]),
        ("data: supported_work", "data: https://example.org/x.csv", 6, ["leads out of the project"]),
        ("data: supported_work", "data: 'C:\\x.csv'", 6, ["leads out of the project"]),
        ("    data: supported_work\n", "", 3, ["data is missing"]),
        ("  - design: reviews", "  - {design: reviews, method: housing_first}", 8, ["leave method out"]),
        ("  - design: reviews", "  - homelessness", 8, ["block of keys"]),
        ("k: 7", "k: 7\n    k: 8", 8, ["stands twice"]),
        ("k: 7", "k: !!python/object:os.system x", 7, ["not allowed"]),
        ("k: 7", "k: [", 8, ["not valid YAML"]),
    ],
)
def test_a_fault_is_named_with_file_and_line(ask, good, bad, line, words):
    message = refusal(ask, GOOD.replace(good, bad, 1))
    place = f"notebooks/parameters/young_people.yml:{line}:"
    assert any(place in fault and all(word in fault for word in words) for fault in message.splitlines()), message


def test_all_faults_of_all_files_come_at_once(ask, project):
    (project / "notebooks" / "parameters").mkdir(exist_ok=True)
    message = refusal(ask, GOOD.replace("housing_first", "housing").replace("days_housed", "days").replace("k: 7", "kk: 7"))
    assert message.startswith("3 faults")
    assert [line.split(":")[1] for line in message.splitlines()[1:]] == ["7", "4", "5"]


def test_the_same_target_group_and_method_twice_is_refused(ask):
    message = refusal(ask, GOOD + "  - design: reviews\n")
    assert "young_people.yml:9" in message
    assert "twice (first notebooks/parameters/young_people.yml:8)" in message


def test_a_link_that_leaves_the_project_is_refused(ask, project, tmp_path):
    (tmp_path / "outside").mkdir()
    (project / "inside").symlink_to(tmp_path / "outside")
    assert "leads out of the project" in refusal(ask, GOOD.replace("data: supported_work", "data: inside/x.csv"))


def test_files_that_are_no_questions_are_named(ask):
    assert "Rename it" in refusal(ask, GOOD, name="young_people.yaml")
    assert "at least one question" in refusal(ask, "target_group: young_people\nquestions: []\n")
    assert "must hold the keys" in refusal(ask, "- a\n")


def test_text_in_another_encoding_is_named(project, catalogues):
    (project / "notebooks" / "parameters" / "young_people.yml").write_bytes("target_group: børn".encode("latin-1"))
    with pytest.raises(InvalidParameters, match=r"young_people\.yml: .*cannot be read"):
        read_questions(Project(project), catalogues)


def test_a_code_that_cannot_name_a_folder_is_refused(ask, catalogues):
    catalogues.methods["../../etc"] = None
    assert "cannot name a folder" in refusal(ask, GOOD.replace("housing_first", "../../etc"))


def test_a_project_without_questions_says_how_to_ask_one(project, catalogues):
    for path in (project / "notebooks" / "parameters").iterdir():
        path.unlink()
    with pytest.raises(InvalidParameters, match="Add a file"):
        read_questions(Project(project), catalogues)


def test_open_data_answer_only_the_question_they_are_about(ask, monkeypatch):
    about = {"target_group": "young_people", "method": "supported_work", "outcome": "earnings"}
    monkeypatch.setattr(question_data, "OPEN_DATA", {"supported_work": about})
    told = refusal(ask, GOOD)
    assert "young_people.yml:6: supported_work is about method 'supported_work'; method 'housing_first' cannot" in told
    assert "outcome 'days_housed' cannot be answered with it" in told
    assert "is not a known source of matched data; allowed: supported_work" in refusal(
        ask, GOOD.replace("data: supported_work", "data: evidence/documentation/adults_autism")
    )


def delivery(project, synthetic):
    folder = project / "delivery"
    folder.mkdir()
    (folder / "delivery.yml").write_text(f"synthetic: {synthetic}\n")
    return GOOD.replace("design: matched", "design: rollout").replace("data: supported_work", "data: delivery")


def test_a_real_method_never_stands_over_simulated_people(ask, project):
    assert "delivery is simulated; only a method marked synthetic" in refusal(ask, delivery(project, "true"))


def test_an_invented_method_never_stands_over_real_people(ask, project, catalogues):
    catalogues.methods["housing_first"].fields["synthetic"] = True
    assert "about real people" in refusal(ask, delivery(project, "false"))


def test_a_delivery_that_is_there_and_fits_is_accepted(ask, project):
    assert ask(delivery(project, "false"))[0].design == "rollout"


@pytest.mark.parametrize("manifest", [None, "synthetic: maybe\n"])
def test_a_delivery_that_is_missing_or_does_not_say_what_it_is_names_file_and_line(ask, project, manifest):
    text = GOOD.replace("design: matched", "design: rollout").replace("data: supported_work", "data: delivery")
    if manifest:
        (project / "delivery").mkdir()
        (project / "delivery" / "delivery.yml").write_text(manifest)
    assert "young_people.yml:6:" in refusal(ask, text)


def test_a_misspelt_design_key_is_told_once(ask):
    told = refusal(ask, GOOD.replace("design: matched", "desing: matched"))
    assert "did you mean 'design'" in told
    assert "design is missing" not in told


# Told apart, so that no line of this file looks like one.
CPR = "010190" + "-1234"


@pytest.mark.parametrize(
    ("good", "bad", "line"),
    [
        ("data: supported_work", f"data: own/{CPR}.csv", ":6"),
        ("outcome: days_housed", f"outcome: {CPR}", ":5"),
        ("k: 7", f"k: {CPR.replace('-', '')}", ":7"),
        ("k: 7", f"{CPR}: 7", ":7"),
        ("k: 7", f"k: 7  # asked by {CPR}", ":7"),
        ("outcome: days_housed", 'outcome: "' + "".join(f"\\x{ord(sign):02x}" for sign in CPR) + '"', ""),
    ],
    ids=["data", "code", "number", "key", "comment", "escaped"],
)
def test_a_number_of_a_person_in_a_parameter_file_is_refused_and_never_shown(ask, good, bad, line):
    told = refusal(ask, GOOD.replace(good, bad))
    assert f"young_people.yml{line}: " in told
    assert "looks like a civil registration number" in told
    assert CPR not in told
    assert CPR.replace("-", "") not in told


def test_a_number_of_a_person_in_a_parameter_files_name_is_not_shown(ask):
    told = refusal(ask, GOOD, name=f"{CPR}.yml")
    assert "looks like a civil registration number" in told
    assert CPR not in told


def test_a_store_is_asked_whose_people_it_holds(ask, project, catalogues):
    text = GOOD.replace("design: matched", "design: rollout").replace("data: supported_work", "data: region.duckdb")
    assert "there is no store 'region.duckdb'" in refusal(ask, text)
    method = pd.DataFrame({"method_id": ["m1"], "method_name": ["Opdigtet"]})
    Store(project / "region.duckdb").append({"method": method}, source="methods", synthetic=True)
    assert "region.duckdb is simulated; only a method marked synthetic" in refusal(ask, text)
    catalogues.methods["housing_first"].fields["synthetic"] = True
    assert ask(text)[0].parameters["data"] == "region.duckdb"
    (project / "region.duckdb").write_bytes(b"no store at all")
    assert "cannot be opened as a store" in refusal(ask, text)


ROLLOUT = """\
target_group: young_people
questions:
  - design: rollout
    method: housing_first
    outcome: days_housed
    data: deliveries
    estimator: {estimator}
    plan: plans/ours.yml
"""


def test_a_design_that_does_not_exist_and_another_questions_plan_are_told_before_anything_runs(ask, project, monkeypatch):
    from whatworks.design.plan import EXAMPLE

    monkeypatch.setattr("whatworks.workflow.questions.data_faults", lambda *_: [])
    _let_roll_out(project)
    told = refusal(ask, ROLLOUT.format(estimator="imputaton"))
    assert "young_people.yml:7: 'imputaton' is not a known design of a roll-out; did you mean 'imputation'?" in told
    assert "young_people.yml:8: plans/ours.yml does not exist" in told
    (project / "plans").mkdir()
    (project / "plans" / "ours.yml").write_text(EXAMPLE, encoding="utf-8")
    told = refusal(ask, ROLLOUT.format(estimator="auto"))
    assert "plans/ours.yml is not frozen. Freeze it before outcomes are read: whatworks plan plans/ours.yml" in told
    assert "about target_group 'youth_mental_difficulties'" in told


def test_a_plan_changed_after_freezing_is_refused_by_field(ask, project, monkeypatch):
    from whatworks.design.plan import EXAMPLE, freeze

    monkeypatch.setattr("whatworks.workflow.questions.data_faults", lambda *_: [])
    _let_roll_out(project)
    file = project / "plans" / "ours.yml"
    file.parent.mkdir()
    ours = EXAMPLE.replace("youth_mental_difficulties", "young_people").replace("laerkemodellen", "housing_first")
    file.write_text(ours, encoding="utf-8")
    freeze(file)
    (question,) = ask(ROLLOUT.format(estimator="auto"))
    assert question.parameters["plan"] == "plans/ours.yml"
    file.write_text(ours.replace("outcome: who5", "outcome: honos"), encoding="utf-8")
    told = refusal(ask, ROLLOUT.format(estimator="auto"))
    assert "young_people.yml:8: plans/ours.yml was changed after it was frozen" in told
    assert ": outcome." in told


def _let_roll_out(project: Path) -> None:
    """Give the project's notebook the parameters of a roll-out."""
    path = project / "notebooks" / "method_report.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    notebook["cells"][0]["source"] += 'estimator = "auto"\nplan = ""\n'
    path.write_text(json.dumps(notebook), encoding="utf-8")
