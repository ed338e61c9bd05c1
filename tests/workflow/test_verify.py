"""Running again and comparing: byte by byte, beside the site, which stays as it is."""

import json

import pytest

from whatworks.workflow.failures import Failure
from whatworks.workflow.folder import write
from whatworks.workflow.jobs import Outcome, PageJob
from whatworks.workflow.manifest import digest
from whatworks.workflow.site import build_site
from whatworks.workflow.verify import verify_site

FOLDERS = ["homelessness/published_reviews", "schizophrenia/published_reviews", "substance_use/published_reviews"]


@pytest.fixture
def finishing(runner):
    """A runner whose manifests hold the digest of every file."""

    def run(jobs):
        for job in jobs:
            for outcome in runner([job]):
                if isinstance(job, PageJob):
                    continue
                files = {path.name: digest(path) for path in job.folder.iterdir() if path.name != "manifest.json"}
                write(job.folder / "manifest.json", json.dumps({"key": job.key, "files": files}))
                yield outcome

    return run


def verdicts(project, runner, **options) -> dict[str, str]:
    return {verdict.folder.partition("/")[0]: verdict.status for verdict in verify_site(project, runner=runner, **options)}


def test_equal_bytes_are_the_same_and_the_site_stays_as_it_is(project, finishing, runner, snapshot):
    build_site(project, runner=finishing)
    before = snapshot(project)
    assert verdicts(project, finishing) == dict.fromkeys(("homelessness", "schizophrenia", "substance_use"), "same")
    assert snapshot(project) == before
    assert runner.made == [*FOLDERS, *FOLDERS]


def test_one_byte_of_a_result_is_a_difference(project, finishing):
    build_site(project, runner=finishing)

    def otherwise(jobs):
        for job in jobs:
            for outcome in finishing([job]):
                with (job.folder / "results.csv").open("a") as file:
                    file.write(" ")
                yield outcome

    (verdict,) = verify_site(project, runner=otherwise, target_groups=["homelessness"])
    assert (verdict.status, verdict.files, verdict.holds) == ("different", ("results.csv",), False)


def test_what_cannot_be_compared_says_why(project, finishing, runner):
    build_site(project, runner=finishing, target_groups=["homelessness", "schizophrenia"])
    (project / "reports" / FOLDERS[0] / "finding.da.html").write_text("someone wrote here")
    with (project / "notebooks" / "parameters" / "schizophrenia.yml").open("a") as file:
        file.write("    k: 6\n")
    found = {verdict.folder: verdict for verdict in verify_site(project, runner=finishing)}
    assert [found[folder].status for folder in FOLDERS] == ["altered", "changed", "missing"]
    assert [found[folder].holds for folder in FOLDERS] == [False, True, False]
    assert found[FOLDERS[0]].files == ("finding.da.html",)
    assert len(runner.made) == 2


def test_a_report_that_cannot_be_run_again_is_named(project, finishing):
    build_site(project, runner=finishing)
    failure = Failure(type="X", message="x")
    found = verify_site(project, runner=lambda jobs: (Outcome(folder=job.question.folder, failure=failure) for job in jobs))
    assert {(verdict.status, verdict.failure) for verdict in found} == {("failed", failure)}
