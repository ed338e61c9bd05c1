"""Reports about single municipalities: asked with the one about all, made below it, gone when no longer asked."""

import json
import shutil
from pathlib import Path

import pytest

from whatworks import evidence
from whatworks.core.errors import InvalidParameters
from whatworks.workflow import build_site
from whatworks.workflow.keys import report_keys
from whatworks.workflow.project import Project
from whatworks.workflow.questions import read_questions

REPOSITORY = Path(__file__).parents[2]
GROUP = "youth_mental_difficulties"
ALL = f"{GROUP}/laerkemodellen"
QUESTION = f"""\
target_group: {GROUP}
questions:
  - design: rollout
    method: laerkemodellen
    outcome: who5
    data: evidence/documentation/{GROUP}
"""


@pytest.fixture
def ask(project: Path):
    """Ask about the roll-out with these lines more."""
    shutil.copy(REPOSITORY / "notebooks" / "one_municipality.ipynb", project / "notebooks" / "one_municipality.ipynb")
    folder = project / "notebooks" / "parameters"
    for path in folder.iterdir():
        path.unlink()

    def questions(line: str = "") -> list:
        (folder / f"{GROUP}.yml").write_text(QUESTION + (f"    {line}\n" if line else ""))
        return read_questions(Project(project), evidence.load(project / "evidence"))

    return questions


def test_each_municipality_gets_a_report_below_the_one_about_all_and_rests_on_it(ask, project):
    alone = ask()
    about_all, *single = ask('municipalities: ["550", 430]')
    assert [question.folder for question in single] == [f"{ALL}/430", f"{ALL}/550"]
    assert {question.effect for question in single} == {ALL} == {about_all.folder}
    assert [question.parameters["municipality"] for question in single] == ["430", "550"]
    assert "municipality" not in about_all.parameters
    assert about_all.places["550"]["da"] == "Opdigtet kommune 14"
    assert [question.folder for question in ask('municipality: "550"')] == [ALL, f"{ALL}/550"]
    # Everyone that has begun; the page about all leads to them, so its key is another.
    assert len(ask("municipalities: all")) == 1 + 31
    keys = [report_keys(Project(project), asked) for asked in (alone, [about_all, *single])]
    assert keys[0][ALL] != keys[1][ALL]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('municipalities: ["999"]', "'999' is not a known municipality in the data"),
        ("municipalities: some", "municipalities must be all, or a list of codes"),
        ("municipality: true", "municipality must be one code"),
        ('municipality: "430"\n    municipalities: all', "not both"),
    ],
)
def test_what_is_not_asked_rightly_is_told_with_file_and_line(ask, line, said):
    with pytest.raises(InvalidParameters, match=rf"{GROUP}\.yml:3: .*{said}"):
        ask(line)


def test_a_delivery_that_cannot_be_read_is_told_with_file_and_line_before_any_report_is_run(ask, project):
    (project / "evidence" / "documentation" / GROUP / "municipality.csv").write_bytes(b"municipality_code\n\x1b[2J\0\n")
    with pytest.raises(
        InvalidParameters, match=rf"{GROUP}\.yml:3: evidence/documentation/{GROUP}: .*\n.*municipality\.csv"
    ) as told:
        ask("municipalities: all")
    assert str(told.value).endswith("Save it as CSV UTF-8.")


def test_the_site_keeps_makes_and_forgets_each_report_by_itself(ask, project, runner):
    ask('municipalities: ["430", "550"]')
    build_site(project, runner=runner)
    assert runner.made == [ALL, f"{ALL}/430", f"{ALL}/550"]
    site = project / "reports"
    # A lost page of the one about all is made again; those below it stay, and none of their files counts as its own.
    before = (site / ALL / "430" / "manifest.json").stat().st_ino
    (site / ALL / "report.da.html").unlink()
    assert [report.status for report in build_site(project, runner=runner).reports] == ["made", "unchanged", "unchanged"]
    assert (site / ALL / "430" / "manifest.json").stat().st_ino == before
    # Where the one about all fails, its own files go and what stood below stays whole.
    runner.failing.add(ALL)
    (site / ALL / "report.da.html").unlink()
    assert build_site(project, runner=runner).reports[0].status == "failed"
    assert json.loads((site / ALL / "manifest.json").read_text())["status"] == "failed"
    assert (site / ALL / "550" / "results.json").is_file()
    runner.failing.clear()
    ask('municipality: "550"')
    build_site(project, runner=runner)
    assert sorted(path.name for path in (site / ALL).iterdir() if path.is_dir()) == ["550"]
    assert f"{ALL}/550" not in (site / "index.html").read_text()
