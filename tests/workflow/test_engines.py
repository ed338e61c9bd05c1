"""Warm and plain: the same tables, figures and results from both, and a second chance where the first fails."""

import json
import sys
from dataclasses import replace
from pathlib import Path

import nbformat.v4 as notebook_format
import pytest
from bs4 import BeautifulSoup
from typer.testing import CliRunner

from whatworks.cli import app
from whatworks.workflow.jobs import Job
from whatworks.workflow.question import Question
from whatworks.workflow.run import in_processes

HOSTILE = "</pre><script>alert(1)</script>'\"\\n{braces} {{ 7*7 }} ${x} \N{NO-BREAK SPACE}æøå\u2028"
# Everything a cell can leave behind.
SHOWING = (
    "import json, os, warnings; from pathlib import Path; import pandas as pd; import matplotlib.pyplot as plt\n"
    "from IPython.display import clear_output, display, HTML",
    "given = dict(title=title, k=k, data=data, cwd=os.getcwd(), threads=os.environ['OMP_NUM_THREADS'])\n"
    "Path(output, 'given.json').write_text(json.dumps(given))\ntitle",
    "pd.DataFrame({'a': [1.5, 2.5], 'b': ['æ', '<b>']})",
    "print('one'); print('two')\nwarnings.warn('three')\nprint('four')",
    "print('gone'); clear_output(wait=True)\nfigure, axes = plt.subplots(); axes.plot([1, 3, 2])\n"
    "display(figure, metadata={'alt': 'open'}); plt.close()",
    "plt.figure().add_subplot().bar([1, 2], [3, 4])\ndisplay(plt.gcf(), metadata={'alt': 'shown'}); plt.close()",
    "place = display(HTML('<p>before</p>'), display_id='x')",
    "place.update(HTML('<p>after</p>'))",
    "%matplotlib inline\n!echo shell\n_ = await __import__('asyncio').sleep(0, 'x')\n_",
)
MISBEHAVING = """\
import os, sys, time
if title == "dies":
    os._exit(9)
if title == "sleeps":
    time.sleep(300)
if title == "has no room":
    raise OSError(28, "No space left on device")
if title == "fails warm" and "papermill" in sys.modules:
    raise ValueError("Jens Hansen")
"""


@pytest.fixture
def notebook(project):
    """Put cells into the notebook: after the parameters, or at its end."""

    def write(*sources: str, at: int | None = None) -> Path:
        path = project / "notebooks" / "method_report.ipynb"
        content = json.loads(path.read_text())
        at = len(content["cells"]) if at is None else at
        content["cells"][at:at] = [notebook_format.new_code_cell(source) for source in sources]
        path.write_text(json.dumps(content))
        return project

    return write


def job(project: Path, place: str = "out", timeout: float = 300.0, **parameters) -> Job:
    given = {"target_group": "homelessness", "method": "published_reviews", "design": "reviews", "language": "en", **parameters}
    question = Question(target_group="homelessness", method="published_reviews", design="reviews", parameters=given)
    return Job(question=question, root=project, folder=project / place, languages=("da", "en"), key="", timeout=timeout)


def test_both_engines_leave_the_same_tables_figures_and_results_byte_for_byte(notebook, snapshot):
    project = notebook(*SHOWING)
    written = {"title": HOSTILE, "k": 7, "data": {"a": [1, 2.5, None, True, "x'"], "b": HOSTILE}}
    for engine in ("plain", "warm"):
        (outcome,) = in_processes(engine=engine)([job(project, engine, **written)])
        assert (outcome.failure, outcome.earlier) == (None, None)
    plain, warm = snapshot(project / "plain"), snapshot(project / "warm")
    assert [json.loads(files.pop("manifest.json"))["engine"] for files in (plain, warm)] == ["plain", "warm"]
    assert warm == plain
    assert json.loads(warm["given.json"]) == {**written, "cwd": str(project), "threads": "1"}
    kinds = [list(output.get("data", {"stream": output.get("name")})) for output in outputs(warm["report.ipynb"])]
    assert sum("image/png" in kind for kind in kinds) == 2
    assert sum("text/html" in kind for kind in kinds) == 2
    said = "".join(output.get("text", "") for output in outputs(warm["report.ipynb"]))
    assert "one\ntwo\n" in said
    assert "UserWarning: three" in said
    assert "gone" not in said
    for name in ("report.da.html", "report.en.html", "finding.da.html", "finding.en.html"):
        page = BeautifulSoup(warm[name], "html.parser")
        assert page.find("script") is None
        assert [image["alt"] for image in page.find_all("img")] == (["open", "shown"] if name.startswith("report") else [])
    assert "&lt;script&gt;alert(1)" in warm["report.en.html"].decode()
    for trace in (str(project), sys.prefix):
        assert trace not in warm["report.ipynb"].decode()


def outputs(notebook: bytes) -> list:
    return [output for cell in json.loads(notebook)["cells"] for output in cell.get("outputs", [])]


def test_a_figure_that_nobody_shows_is_shown_by_both_engines_and_never_lost(notebook):
    project = notebook("import matplotlib.pyplot as plt\nplt.figure().add_subplot().plot([1, 2]);")
    for engine in ("plain", "warm"):
        # Without pages, as one with this figure would be refused: nobody gave it a text.
        (outcome,) = in_processes(engine=engine)([replace(job(project, engine), languages=())])
        assert outcome.failure is None
    plain, warm = ((project / engine / "report.ipynb").read_bytes() for engine in ("plain", "warm"))
    assert warm == plain
    assert ["image/png" in output.get("data", {}) for output in outputs(warm)] == [False, True]


def test_what_fails_warm_is_tried_once_more_with_a_kernel_of_its_own(notebook):
    project = notebook(MISBEHAVING, at=1)
    jobs = [
        job(project, title, timeout=2.0 if title == "sleeps" else 300.0, title=title)
        for title in ("dies", "sleeps", "fails warm")
    ]
    outcomes = [next(iter(in_processes()([each]))) for each in jobs]
    failures = [(outcome.earlier.type, outcome.failure and outcome.failure.type) for outcome in outcomes]
    assert failures == [("WorkerDied", "DeadKernelError"), ("CellTimeoutError", "CellTimeoutError"), ("ValueError", None)]
    assert "memory" in outcomes[0].failure.message
    assert "longer than allowed" in outcomes[1].failure.message
    manifest = json.loads((project / "fails warm" / "manifest.json").read_text())
    assert manifest["engine"] == "plain"
    assert manifest["first_try"].startswith("ValueError (code cell ")
    assert "Jens" not in manifest["first_try"]


def test_a_full_disk_stops_the_run_instead_of_filling_it_with_error_pages(notebook):
    project = notebook(MISBEHAVING, at=1)
    with pytest.raises(OSError, match="No space left") as raised:
        list(in_processes()([job(project, title="has no room")]))
    assert raised.value.errno == 28


def test_one_failing_report_among_three_is_named_and_the_others_finish(notebook, monkeypatch):
    project = notebook("{'homelessness': 1, 'substance_use': 1}[target_group]")
    monkeypatch.chdir(project / "notebooks")
    # Wherever the tests run, the run tells as it tells a person.
    monkeypatch.delenv("CI", raising=False)
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
