"""What rests on another report: asked with it, made after it, shown on its page, and gone where it fails."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from whatworks import evidence
from whatworks.core.errors import InvalidParameters
from whatworks.workflow import build_site, pages
from whatworks.workflow.keys import report_keys
from whatworks.workflow.manifest import digest
from whatworks.workflow.project import Project
from whatworks.workflow.questions import read_questions

REPOSITORY = Path(__file__).parents[2]
GROUP, METHOD = "adults_autism", "klare_billeder"
EFFECT, CASE, SERVICES = f"{GROUP}/{METHOD}", f"{GROUP}/{METHOD}_investment", f"{GROUP}/benchmark"
QUESTIONS = f"""\
target_group: {GROUP}
questions:
  - design: investment
    effect: {EFFECT}
    data: evidence/investments/{METHOD}
  - design: rollout
    method: {METHOD}
    outcome: who5
    data: evidence/documentation/{GROUP}
  - design: benchmark
    method: {METHOD}
    outcome: who5
    data: evidence/services/{GROUP}
"""


@pytest.fixture
def asked(project: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project that asks for an effect, what it costs, and how services fare."""
    for name in ("investment_case.ipynb", "benchmark.ipynb"):
        shutil.copy(REPOSITORY / "notebooks" / name, project / "notebooks" / name)
    folder = project / "notebooks" / "parameters"
    for path in folder.iterdir():
        path.unlink()
    (folder / f"{GROUP}.yml").write_text(QUESTIONS)

    def finding_page(finding, *, language, case=None, **_options):
        return f"<h1>{finding.method} {language} {'with costs' if case else 'alone'}</h1>"

    monkeypatch.setattr(pages, "finding_page", finding_page)
    return project


def questions_of(project: Path):
    return read_questions(Project(project), evidence.load(project / "evidence"))


def rewrite(project: Path, good: str, bad: str) -> None:
    path = project / "notebooks" / "parameters" / f"{GROUP}.yml"
    assert good in path.read_text()
    path.write_text(path.read_text().replace(good, bad, 1))


def test_each_design_has_a_folder_and_a_notebook_of_its_own(asked):
    found = {question.folder: question for question in questions_of(asked)}
    assert set(found) == {EFFECT, CASE, SERVICES}
    assert (found[CASE].effect, found[CASE].method) == (EFFECT, METHOD)
    assert found[EFFECT].effect is None
    project = Project(asked)
    used = {folder: project.notebook_of(question.design).name for folder, question in found.items()}
    assert used == {EFFECT: "method_report.ipynb", CASE: "investment_case.ipynb", SERVICES: "benchmark.ipynb"}


@pytest.mark.parametrize(
    ("good", "bad", "words"),
    [
        (
            f"effect: {EFFECT}",
            f"effect: {GROUP}/laerkemodellen",
            ["is no answer to a question of this file", f"allowed: {EFFECT}"],
        ),
        (f"effect: {EFFECT}", f"effect: {GROUP}/klare_bileder", ["did you mean 'klare_billeder'"]),
        (f"    effect: {EFFECT}\n", "", ["effect is missing; a 'investment' question needs it"]),
        (f"data: evidence/investments/{METHOD}", "data: evidence/investments/nowhere", ["there is no folder"]),
        (f"data: evidence/services/{GROUP}", "data: evidence/prices", ["evidence/prices"]),
        ("  - design: benchmark\n", "  - design: benchmark\n    k: 3\n", ["'k' is not a known parameter"]),
    ],
)
def test_a_fault_is_told_with_file_and_line(asked, good, bad, words):
    rewrite(asked, good, bad)
    with pytest.raises(InvalidParameters) as caught:
        questions_of(asked)
    assert f"notebooks/parameters/{GROUP}.yml:" in str(caught.value)
    for each in words:
        assert each in str(caught.value)


def test_amounts_of_real_programmes_do_not_stand_over_an_invented_one(asked):
    case = asked / "evidence" / "investments" / METHOD / "case.yml"
    case.write_text(case.read_text().replace("synthetic: true", "synthetic: false"))
    with pytest.raises(InvalidParameters, match="a method marked synthetic in the catalogue cannot stand over it"):
        questions_of(asked)


def test_a_fault_in_the_prices_is_told_before_the_effect_they_are_set_against_is_worked_out(asked):
    prices = asked / "evidence" / "prices" / "consequences.csv"
    prices.write_text(prices.read_text().replace("https://", "javascript:", 1))
    with pytest.raises(
        InvalidParameters, match=r"\.yml:\d+: evidence/investments/.*\n.*consequences\.csv:2: seen_at 'javascript:"
    ):
        questions_of(asked)


def test_what_changes_an_effect_changes_what_rests_on_it_and_not_the_other_way(asked):
    project = Project(asked)
    before = report_keys(project, questions_of(asked))
    rewrite(asked, "outcome: who5\n    data: evidence/documentation", "outcome: who5\n    k: 6\n    data: evidence/documentation")
    after = report_keys(project, questions_of(asked))
    assert {folder for folder in before if before[folder] != after[folder]} == {EFFECT, CASE}
    notebook = project.notebook_of("investment")
    notebook.write_text(notebook.read_text().replace("inputs = ww", "inputs  = ww"))
    last = report_keys(project, questions_of(asked))
    assert {folder for folder in after if last[folder] != after[folder]} == {CASE}


def test_the_case_is_made_after_its_effect_and_shown_on_its_page(asked, runner):
    build_site(asked, runner=runner)
    assert runner.made.index(EFFECT) < runner.made.index(CASE)
    page = asked / "reports" / EFFECT / "finding.da.html"
    assert page.read_text() == f"<h1>{METHOD} da with costs</h1>"
    manifest = json.loads((asked / "reports" / EFFECT / "manifest.json").read_text())
    assert manifest["files"]["finding.da.html"] == digest(page)


def test_a_second_run_has_nothing_to_do(asked, runner):
    build_site(asked, runner=runner)
    runner.made.clear()
    assert not build_site(asked, runner=runner).changed
    assert runner.made == []


def statuses(run) -> dict[str, str]:
    return {report.folder: report.status for report in run.reports}


def test_without_its_effect_a_case_fails_and_says_why(asked, runner):
    runner.failing = {EFFECT}
    run = build_site(asked, runner=runner)
    assert statuses(run) == {EFFECT: "failed", CASE: "failed", SERVICES: "made"}
    assert CASE not in runner.made
    assert f"It rests on {EFFECT}, which could not be made." in (asked / "reports" / CASE / "finding.en.html").read_text()


def test_a_case_that_fails_takes_its_amounts_off_the_page_of_the_effect(asked, runner):
    build_site(asked, runner=runner)
    runner.failing = {CASE}
    run = build_site(asked, runner=runner, force=True)
    assert statuses(run)[EFFECT] == "made"
    assert (asked / "reports" / EFFECT / "finding.en.html").read_text() == f"<h1>{METHOD} en alone</h1>"


def test_only_effects_are_told_on_the_front_page(asked, runner, monkeypatch):
    told: list[Sequence[str]] = []
    front = pages.front_page

    def front_page(findings, failed, **options):
        told.append([finding.method for finding in findings])
        return front(findings, failed, **options)

    monkeypatch.setattr(pages, "front_page", front_page)
    build_site(asked, runner=runner)
    assert told[0] == [METHOD]
