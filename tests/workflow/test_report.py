"""One report: what is told of an error, and what is taken out of an executed notebook."""

import json
import sys
from pathlib import Path

import nbformat
import nbformat.v4 as notebook_format
import pytest

from whatworks.core.errors import DisclosureRisk, InvalidResult, MissingAltText
from whatworks.findings import Finding, save
from whatworks.workflow import report
from whatworks.workflow.failures import failure_of
from whatworks.workflow.jobs import Job
from whatworks.workflow.question import Question
from whatworks.workflow.report import make_report
from whatworks.workflow.traces import without_traces

PARAMETERS = {"target_group": "homelessness", "method": "published_reviews", "design": "reviews"}


@pytest.fixture
def job(tmp_path):
    question = Question(target_group="homelessness", method="published_reviews", design="reviews", parameters=PARAMETERS)
    folder = tmp_path / ".reports-building-1" / "site" / "homelessness" / "published_reviews"
    # Pages are made beside the evidence base.
    (tmp_path / "evidence").symlink_to(Path(__file__).parents[2] / "evidence")
    return Job(question=question, root=tmp_path, folder=folder, languages=("da", "en"), key="k")


@pytest.fixture
def executed(job):
    """A notebook as papermill leaves it, with traces of the machine in every place."""
    inside = Path(sys.prefix) / "lib" / "x.py"
    streams = f"{inside}:1: UserWarning\n/tmp/ipykernel_4711/123.py:3: UserWarning\n{job.root}/evidence\n{job.root}-other"
    cells = [
        notebook_format.new_code_cell(
            f'# Parameters\ntarget_group = "a"\noutput = "{job.folder}"', metadata={"tags": ["injected-parameters"]}
        ),
        notebook_format.new_code_cell(
            "x",
            metadata={"papermill": {"start_time": "2026-01-01T00:00:00"}, "execution": {"iopub.execute_input": "2026"}},
            outputs=[
                notebook_format.new_output("stream", name="stderr", text=streams),
                notebook_format.new_output("execute_result", {"text/plain": f"PosixPath('{job.folder}/results.json')"}),
                notebook_format.new_output("display_data", {"image/png": f"{job.root}AAAA"}, metadata={"alt": "words"}),
            ],
        ),
    ]
    metadata = {"papermill": {"output_path": "/x", "parameters": {"output": str(job.folder)}, "start_time": "2026"}}
    return notebook_format.new_notebook(cells=cells, metadata=metadata)


def test_a_persons_number_in_an_output_stops_the_report(job, executed, monkeypatch):
    (job.root / "notebooks").mkdir()
    nbformat.write(notebook_format.new_notebook(), job.root / "notebooks" / "method_report.ipynb")
    monkeypatch.setattr("papermill.execute_notebook", lambda *_, **__: executed)
    assert report.execute(job) is executed
    executed.cells[1].outputs[0].text += "\n010190-1234"
    with pytest.raises(DisclosureRisk, match="1 numbers that look like civil registration") as caught:
        report.execute(job)
    assert "1234" not in str(caught.value)


def test_no_path_of_the_machine_and_no_clock_stays_in_the_notebook(job, executed):
    clean = without_traces(executed, job)
    picture = clean.cells[1].outputs[2].data.pop("image/png")
    text = json.dumps(clean)
    for trace in (str(job.folder), f"{job.root}/", sys.prefix, "ipykernel_", "2026", "papermill", "output ="):
        assert trace not in text
    assert "environment/lib/x.py:1: UserWarning" in text
    assert "PosixPath('output/results.json')" in text
    assert f"{job.root}-other" in text
    assert picture == f"{job.root}AAAA"
    assert clean.metadata.whatworks.parameters == PARAMETERS
    assert clean.cells[1].outputs[2].metadata.alt == "words"


class CellError(Exception):
    """As papermill raises it."""

    def __init__(self) -> None:
        super().__init__("a long text with a traceback and rows of data")
        self.ename, self.evalue, self.exec_count = "MissingColumn", "panel has no\n  column 'x'", 7


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (CellError(), "MissingColumn (code cell 7): panel has no column 'x'"),
        (MissingAltText("A figure has none."), "MissingAltText: A figure has none."),
    ],
)
def test_an_error_is_told_in_one_line(error, told):
    assert str(failure_of(error)) == told


@pytest.mark.parametrize("evalue", ["could not convert string to float: 'Jens Hansen'", "", None])
def test_a_message_of_another_library_may_hold_a_persons_value_and_is_not_repeated(evalue):
    error = ValueError(evalue or "")
    if evalue is not None:
        error.ename, error.evalue, error.exec_count = "ValueError", evalue, 3
    told = str(failure_of(error))
    assert told.startswith("ValueError")
    assert "Jens" not in told
    assert "Run the notebook" in told


def test_an_error_of_the_delivery_reader_is_ours_and_is_told():
    error = CellError()
    error.ename, error.evalue = "whatworks.documentation.faults.InvalidDelivery", "citizen.csv: 3 rows without citizen_id."
    assert str(failure_of(error)) == "InvalidDelivery (code cell 7): citizen.csv: 3 rows without citizen_id."


@pytest.mark.parametrize(
    ("name", "message", "told"),
    [
        ("NameError", "name 'panel' is not defined", "name 'panel' is not defined. Run the notebook's cells from the top"),
        ("ModuleNotFoundError", "No module named 'whatworks'", "No module named 'whatworks'. Install it where the reports run"),
        ("NameError", "0101011234 is not a name", "may quote data and is not repeated"),
    ],
)
def test_a_notebook_out_of_order_and_a_kernel_without_the_package_are_told_with_the_next_step(name, message, told):
    error = RuntimeError()
    error.ename, error.evalue = name, message
    assert told in str(failure_of(error))


def test_a_long_message_is_cut():
    message = failure_of(MissingAltText("row of figures " * 1000)).message
    assert len(message) == 300
    assert message.endswith("…")


def finding(**changes):
    labels = {"target_group": {"da": "<b>Gruppe</b>", "en": "<b>Group</b>"}, "method": {"da": "Metode", "en": "Method"}}
    content = {"target_group": "homelessness", "method": "published_reviews", "outcome": None, "design": "reviews"}
    return Finding(**{**content, **changes}, labels=labels)


@pytest.fixture
def executing(job, monkeypatch):
    """Stand in for the kernel: save this finding and leave this notebook."""

    def stand_in(saved, cells=()):
        def execute(job):
            if saved is not None:
                save(saved, job.folder)
            return notebook_format.new_notebook(cells=list(cells))

        monkeypatch.setattr(report, "execute", execute)

    return stand_in


def test_a_report_is_made_of_eight_files(job, executing):
    executing(finding(), [notebook_format.new_markdown_cell("## Del")])
    assert make_report(job).failure is None
    assert sorted(path.name for path in job.folder.iterdir()) == [
        "finding.da.html",
        "finding.en.html",
        "manifest.json",
        "report.da.html",
        "report.en.html",
        "report.ipynb",
        "results.csv",
        "results.json",
    ]
    manifest = json.loads((job.folder / "manifest.json").read_text())
    assert (manifest["key"], manifest["status"]) == ("k", "done")
    for language in ("da", "en"):
        html = (job.folder / f"report.{language}.html").read_text()
        assert f'<html lang="{language}">' in html
        assert html.count("<h1") == 1
        assert "<b>Gruppe</b>" not in html
        assert "<script" not in html


def test_a_notebook_that_saves_nothing_has_failed(job, executing):
    executing(None)
    assert "must call ww.findings.save" in make_report(job).failure.message


def test_a_finding_about_another_question_has_failed(job, executing):
    executing(finding(target_group="schizophrenia"))
    failure = make_report(job).failure
    assert failure.type == InvalidResult.__name__
    assert "schizophrenia, published_reviews, reviews; the question was homelessness" in failure.message


def test_a_figure_without_words_fails_its_report(job, executing):
    cell = notebook_format.new_code_cell("x", outputs=[notebook_format.new_output("display_data", {"image/png": "AAAA"})])
    executing(finding(), [cell])
    assert make_report(job).failure.type == MissingAltText.__name__


def test_pages_alone_need_no_kernel(job, executing, monkeypatch):
    executing(finding())
    make_report(job)
    monkeypatch.setattr(report, "execute", None)
    (job.folder / "report.en.html").unlink()
    again = Job(**{**vars(job), "execute": False})
    assert make_report(again).failure is None
    assert (job.folder / "report.en.html").is_file()
