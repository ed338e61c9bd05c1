"""The content key: what changes it, and what does not."""

import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from whatworks.documentation import Store
from whatworks.workflow.keys import report_keys
from whatworks.workflow.project import Project
from whatworks.workflow.question import Question


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A package to make reports with."""
    folder = tmp_path / "package"
    (folder / "findings").mkdir(parents=True)
    for name in ("code.py", "findings/words.po", "findings/page.html", "findings/style.css"):
        (folder / name).write_text("before")
    return folder


@pytest.fixture
def question() -> Question:
    parameters = {"target_group": "homelessness", "method": "published_reviews", "design": "reviews", "data": "deliveries"}
    return Question(target_group="homelessness", method="published_reviews", design="reviews", parameters=parameters)


@pytest.fixture
def key(project, source, question):
    return lambda asked=question: report_keys(Project(project), [asked], source=source)[asked.folder]


def change_notebook(project: Path, change) -> None:
    path = project / "notebooks" / "method_report.ipynb"
    notebook = json.loads(path.read_text())
    change(notebook["cells"])
    path.write_text(json.dumps(notebook))


@pytest.mark.parametrize("name", ["code.py", "findings/words.po", "findings/page.html", "findings/style.css"])
def test_any_file_of_the_package_counts(key, source, name):
    before = key()
    (source / name).write_text("after")
    assert key() != before


@pytest.mark.parametrize("name", ["evidence/reviews.csv", "evidence/new.yml", "requirements.lock"])
def test_evidence_and_the_lock_count(key, project, name):
    before = key()
    with (project / name).open("a") as file:
        file.write("#\n")
    assert key() != before


@pytest.mark.parametrize(
    "change",
    [
        lambda cells: cells[3].update(source="import whatworks"),
        lambda cells: cells[1].update(source="# Anden titel"),
        lambda cells: cells[3]["metadata"].update(tags=["design-reviews"]),
        lambda cells: cells.pop(),
    ],
)
def test_code_text_and_tags_of_the_notebook_count(key, project, change):
    before = key()
    change_notebook(project, change)
    assert key() != before


@pytest.mark.parametrize(
    "change",
    [
        lambda cells: cells[3].update(outputs=[{"output_type": "stream", "name": "stdout", "text": "x"}], execution_count=4),
        lambda cells: cells[3].update(id="other"),
        lambda cells: cells[3]["metadata"].update(collapsed=True),
        lambda cells: cells[3].update(source=["import whatworks", " as ww"]),
        lambda cells: cells[4].update(source="a cell of another design"),
    ],
)
def test_outputs_ids_and_other_designs_do_not_count(key, project, change):
    before = key()
    change_notebook(project, change)
    assert key() == before


def test_parameters_count_and_their_order_does_not(key, question):
    more = replace(question, parameters={**question.parameters, "k": 5})
    turned = replace(question, parameters=dict(reversed(question.parameters.items())))
    assert key(more) != key()
    assert key(turned) == key()


def test_files_that_a_parameter_names_count(key, project):
    before = key()
    (project / "deliveries").mkdir()
    (project / "deliveries" / "citizens.csv").write_text("a")
    first = key()
    (project / "deliveries" / "citizens.csv").write_text("b")
    assert len({before, first, key()}) == 3


def test_of_a_store_its_deliveries_count_and_the_same_again_does_not(key, project, question):
    asked = replace(question, parameters={**question.parameters, "data": "region.duckdb"})
    store = Store(project / "region.duckdb")
    method = pd.DataFrame({"method_id": ["m1"], "method_name": ["Opdigtet"]})
    store.append({"method": method}, source="methods", synthetic=True)
    before = key(asked)
    store.append({"method": method}, source="methods", synthetic=True)
    assert key(asked) == before
    store.append({"method": method.assign(method_name="Rettet")}, source="methods", synthetic=True)
    assert key(asked) != before


def test_what_a_run_leaves_behind_does_not_count(key, project, source):
    before = key()
    (source / "__pycache__").mkdir()
    (source / "__pycache__" / "code.pyc").write_text("x")
    (source / "code.py~").write_text("x")
    (project / "evidence" / "README.md").write_text("a codebook")
    assert key() == before


def test_moving_text_between_files_changes_the_key(key, source):
    before = key()
    (source / "code.py").write_text("befor")
    (source / "findings" / "page.html").write_text("ebefore")
    assert key() != before


def test_the_frozen_copy_of_a_plan_counts(key, project, question):
    asked = replace(question, parameters={**question.parameters, "plan": "plans/ours.yml"})
    (project / "plans").mkdir()
    (project / "plans" / "ours.yml").write_text("question: why\n")
    before = key(asked)
    (project / "plans" / "ours.frozen.json").write_text("{}")
    assert key(asked) != before
