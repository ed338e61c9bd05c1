"""Pages that rest on several reports are written by workers as reports are, and whole or not at all."""

import json
import os
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest

from whatworks.workflow.cluster import make_here, sent_along
from whatworks.workflow.failures import Failure
from whatworks.workflow.folder import write
from whatworks.workflow.jobs import Job, Outcome, PageJob, make_pages
from whatworks.workflow.manifest import digest
from whatworks.workflow.project import Project
from whatworks.workflow.resume import resuming
from whatworks.workflow.run import in_processes
from whatworks.workflow.shared_pages import front_places, outcomes_of_reports
from whatworks.workflow.unchanged import inputs


def two_pages(words: str) -> dict[str, str]:
    return {"a.html": words, "b.html": str(os.getpid())}


def no_pages(_words: str) -> dict[str, str]:
    raise ZeroDivisionError("the page's own error")


def report(job: Job) -> Outcome:
    return Outcome(folder=job.name)


def job(folder: Path, pages=two_pages, **options) -> PageJob:
    return PageJob(name="pages", root=folder, folder=folder / "made", pages=partial(pages, "words"), **options)


def test_a_worker_writes_them_beside_the_reports_and_only_reports_are_told_of(tmp_path):
    question = SimpleNamespace(folder="g/m", design="reviews")
    asked = Job(question=question, root=tmp_path, folder=tmp_path / "g", languages=(), key="")
    told = list(outcomes_of_reports(in_processes(workers=2, make=report), [asked, job(tmp_path)]))
    assert [outcome.folder for outcome in told] == ["g/m"]
    assert (tmp_path / "made" / "a.html").read_text() == "words"
    assert int((tmp_path / "made" / "b.html").read_text()) != os.getpid()


def test_what_no_worker_could_write_is_written_here(tmp_path):
    def dying(jobs):
        yield from (Outcome(folder=each.name, failure=Failure(type="WorkerDied", message="x")) for each in jobs)

    assert list(outcomes_of_reports(dying, [job(tmp_path)])) == []
    assert int((tmp_path / "made" / "b.html").read_text()) == os.getpid()


def test_a_page_that_cannot_be_written_stops_the_run_with_its_own_error(tmp_path):
    with pytest.raises(ZeroDivisionError, match="own error"):
        list(outcomes_of_reports(in_processes(workers=1, make=report), [job(tmp_path, no_pages)]))


def test_a_machine_with_other_content_writes_none(project):
    made_from = inputs(Project(project))
    told = {"engine": "warm", "make": report, "files": sent_along(job(project))}
    (project / "requirements.lock").write_text("numpy==1.0\n")
    delivery = make_here(job(project, made_from=made_from), **told)
    assert delivery.outcome.failure.type == "InvalidResult"
    assert delivery.files == {}


@pytest.mark.parametrize("written", [True, False])
@pytest.mark.parametrize("follow", [True, False])
def test_a_finding_without_its_page_is_taken_up_only_where_the_page_is_still_to_follow(tmp_path, follow, written):
    question = SimpleNamespace(folder="g/m")
    left = tmp_path / ".reports-building-dead" / "site" / "g" / "m"
    write(left / "results.json", "{}")
    if written:
        write(left / "finding.da.html", "<h1>x</h1>")
    files = {path.name: digest(path) for path in left.iterdir()}
    content = {"key": "k", "status": "done", "languages": ["da"], "seconds": {}, "files": files}
    write(left / "manifest.json", json.dumps(content))
    asked = Job(
        question=question, root=tmp_path, folder=tmp_path / "new" / "g" / "m", languages=("da",), key="k", costs_follow=follow
    )
    again = []
    list(resuming(lambda jobs: again.extend(jobs) or iter(()), tmp_path / "reports")([asked]))
    assert again == ([] if follow or written else [asked])


def test_the_folder_opens_at_a_front_page_in_any_language():
    assert front_places(("da", "en")) == [("da", "index.html"), ("en", "en/index.html")]
    assert front_places(("en",)) == [("en", "en/index.html"), ("en", "index.html")]


def test_pages_are_written_in_the_folder_of_their_job(tmp_path):
    assert make_pages(job(tmp_path)).folder == "pages"
    assert sorted(path.name for path in (tmp_path / "made").iterdir()) == ["a.html", "b.html"]
