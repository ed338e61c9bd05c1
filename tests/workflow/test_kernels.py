"""With real kernels, six in all: parameters arrive as they were written, and one bad report harms no other."""

import json
import os
import sys
from pathlib import Path

import nbformat.v4 as notebook_format
import pytest
from typer.testing import CliRunner

from whatworks.cli import app
from whatworks.workflow.questions import Question
from whatworks.workflow.report import Job, make_report

HOSTILE = "</pre><script>alert(1)</script>'\"\\n{braces} {{ 7*7 }} ${x} \N{NO-BREAK SPACE}æøå\u2028"


@pytest.fixture
def notebook(project):
    """Replace the notebook's last cells."""

    def write(*sources: str) -> Path:
        path = project / "notebooks" / "method_report.ipynb"
        content = json.loads(path.read_text())
        content["cells"] += [notebook_format.new_code_cell(source) for source in sources]
        path.write_text(json.dumps(content))
        return project

    return write


def job(project: Path, timeout: float = 60.0, **parameters) -> Job:
    given = {"target_group": "homelessness", "method": "published_reviews", "design": "reviews", "language": "en", **parameters}
    question = Question(target_group="homelessness", method="published_reviews", design="reviews", parameters=given)
    return Job(question=question, root=project, folder=project / "out", languages=("da", "en"), key="", timeout=timeout)


def test_parameters_arrive_as_they_were_written_and_appear_as_text(notebook):
    project = notebook(
        "import json, os; from pathlib import Path",
        "given = dict(title=title, k=k, data=data, cwd=os.getcwd(), threads=os.environ['OMP_NUM_THREADS'])\n"
        "Path(output, 'given.json').write_text(json.dumps(given))\ntitle",
    )
    written = {"title": HOSTILE, "k": 7, "data": {"a": [1, 2.5, None, True, "x'"], "b": HOSTILE}}
    before = dict(os.environ)
    os.environ["OMP_NUM_THREADS"] = "1"
    try:
        assert make_report(job(project, **written)).failure is None
    finally:
        os.environ.clear()
        os.environ.update(before)
    given = json.loads((project / "out" / "given.json").read_text())
    assert given == {**written, "cwd": str(project), "threads": "1"}
    for name in ("report.da.html", "report.en.html", "finding.da.html", "finding.en.html"):
        assert "<script>alert" not in (project / "out" / name).read_text()
    assert "&lt;script&gt;alert(1)" in (project / "out" / "report.en.html").read_text()
    executed = (project / "out" / "report.ipynb").read_text()
    assert str(project) not in executed
    assert sys.prefix not in executed


def test_a_kernel_that_dies_is_a_failure(notebook):
    outcome = make_report(job(notebook("import os", "os._exit(9)")))
    assert outcome.failure.type == "DeadKernelError"
    assert "memory" in outcome.failure.message


def test_a_cell_that_takes_too_long_is_a_failure(notebook):
    outcome = make_report(job(notebook("import time; time.sleep(300)"), timeout=1.0))
    assert outcome.failure.type == "CellTimeoutError"
    assert "longer than allowed" in outcome.failure.message


def test_one_failing_report_among_three_is_named_and_the_others_finish(notebook, monkeypatch):
    project = notebook("{'homelessness': 1, 'substance_use': 1}[target_group]")
    monkeypatch.chdir(project / "notebooks")
    result = CliRunner().invoke(app, ["reports"])
    assert result.exit_code == 1
    assert "3 reports to make" in result.stdout
    assert "FAILED schizophrenia/published_reviews: KeyError (code cell 5): The message may quote data" in result.stdout
    assert "2 made, 0 unchanged, 1 failed. Open" in result.stdout
    reports = project / "reports"
    assert sorted(path.name for path in (reports / "schizophrenia" / "published_reviews").iterdir()) == [
        "finding.da.html",
        "finding.en.html",
        "manifest.json",
        "report.da.html",
        "report.en.html",
    ]
    for language in ("da", "en"):
        assert "KeyError" in (reports / "schizophrenia" / "published_reviews" / f"finding.{language}.html").read_text()
        for group in ("homelessness", "substance_use"):
            assert (reports / group / "published_reviews" / f"report.{language}.html").is_file()
    for path in reports.rglob("report.ipynb"):
        assert str(project) not in path.read_text()
    again = CliRunner().invoke(app, ["reports", "--target-group", "homelessness"])
    assert again.exit_code == 0
    assert "Nothing has changed: 1 report is up to date. Open" in again.stdout
