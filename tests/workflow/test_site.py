"""The site as a whole: what is made, what is carried over, and that a reader never meets half of it."""

import json
import os
import signal
import time
from pathlib import Path

import pytest

from whatworks.core.errors import InvalidOption, InvalidParameters, SiteBusy, SiteNotWritable, UnknownCode
from whatworks.workflow import assembly, folder, update
from whatworks.workflow.folder import write
from whatworks.workflow.jobs import Outcome, PageJob, make_pages
from whatworks.workflow.report import Failure
from whatworks.workflow.site import build_site

FOLDERS = ["homelessness/published_reviews", "schizophrenia/published_reviews", "substance_use/published_reviews"]


def statuses(run) -> list[str]:
    return [report.status for report in run.reports]


def touch_evidence(project: Path) -> None:
    with (project / "requirements.lock").open("a") as file:
        file.write("scipy==1.17.0\n")


def test_every_question_gets_its_report_and_the_site_its_front_pages(project, runner):
    run = build_site(project, runner=runner)
    assert runner.made == FOLDERS
    assert statuses(run) == ["made"] * 3
    assert not run.failed
    for place in ("index.html", "en/index.html", *(f"{report}/finding.en.html" for report in FOLDERS)):
        assert (project / "reports" / place).is_file()
    assert 'lang="da"' in (project / "reports" / "index.html").read_text()
    assert sorted(path.name for path in project.iterdir()) == ["evidence", "notebooks", "reports", "requirements.lock"]


def test_a_second_run_executes_nothing_and_touches_nothing(project, runner, snapshot):
    build_site(project, runner=runner)
    before = {path: path.stat().st_mtime_ns for path in (project, *project.rglob("*"))}
    run = build_site(project, runner=runner)
    assert not run.changed
    assert statuses(run) == ["unchanged"] * 3
    assert len(runner.made) == 3
    assert {path: path.stat().st_mtime_ns for path in (project, *project.rglob("*"))} == before


def test_equal_sites_have_equal_manifests(project, runner):
    build_site(project, runner=runner)
    first = (project / "reports" / "manifest.json").read_bytes()
    build_site(project, runner=runner, force=True)
    assert (project / "reports" / "manifest.json").read_bytes() == first


def test_only_the_changed_question_is_run_again(project, runner):
    build_site(project, runner=runner)
    changed = project / "notebooks" / "parameters" / "schizophrenia.yml"
    changed.write_text(changed.read_text() + "    k: 6\n")
    run = build_site(project, runner=runner)
    assert runner.made[3:] == FOLDERS[1:2]
    assert statuses(run) == ["unchanged", "made", "unchanged"]


def test_a_change_of_the_lock_runs_everything(project, runner):
    build_site(project, runner=runner)
    touch_evidence(project)
    assert statuses(build_site(project, runner=runner)) == ["made"] * 3


def test_force_runs_what_did_not_change(project, runner):
    build_site(project, runner=runner)
    build_site(project, runner=runner, force=True, target_groups=["homelessness"])
    assert runner.made[3:] == FOLDERS[:1]


def test_a_lost_page_is_made_again(project, runner):
    build_site(project, runner=runner)
    (project / "reports" / FOLDERS[0] / "report.da.html").unlink()
    run = build_site(project, runner=runner, target_groups=["schizophrenia"])
    assert {report.folder: report.status for report in run.reports} == {FOLDERS[0]: "made", FOLDERS[1]: "unchanged"}
    assert (project / "reports" / FOLDERS[0] / "report.da.html").is_file()


def test_a_lost_front_page_is_made_again_without_running_anything(project, runner):
    build_site(project, runner=runner)
    (project / "reports" / "en" / "index.html").unlink()
    assert build_site(project, runner=runner).changed
    assert len(runner.made) == 3
    assert (project / "reports" / "en" / "index.html").is_file()


def test_reports_that_are_not_asked_for_stay_as_they_are(project, runner):
    build_site(project, runner=runner)
    old = (project / "reports" / FOLDERS[0] / "manifest.json").read_bytes()
    touch_evidence(project)
    run = build_site(project, runner=runner, target_groups=["schizophrenia", "substance_use"])
    assert [report.folder for report in run.reports] == FOLDERS[1:]
    assert (project / "reports" / FOLDERS[0] / "manifest.json").read_bytes() == old
    assert statuses(build_site(project, runner=runner)) == ["made", "unchanged", "unchanged"]


def test_a_question_that_is_no_longer_asked_leaves_the_site(project, runner):
    build_site(project, runner=runner)
    (project / "notebooks" / "parameters" / "homelessness.yml").unlink()
    build_site(project, runner=runner)
    assert not (project / "reports" / "homelessness").exists()
    assert "homelessness/" not in (project / "reports" / "index.html").read_text()


def test_files_that_the_site_did_not_make_stay(project, runner):
    build_site(project, runner=runner)
    reports = project / "reports"
    (reports / "CNAME").write_text("example.org")
    (reports / FOLDERS[0] / "note.txt").write_text("mine")
    (reports / "link").symlink_to("index.html")
    runner.failing.add(FOLDERS[0])
    build_site(project, runner=runner, force=True)
    assert (reports / ".gitignore").read_text() == "*\n!.gitignore\n"
    assert (reports / "CNAME").read_text() == "example.org"
    assert (reports / FOLDERS[0] / "note.txt").read_text() == "mine"
    assert (reports / "link").readlink() == Path("index.html")
    assert "CNAME" not in (reports / "manifest.json").read_text()


def test_a_file_in_the_place_of_a_page_is_never_replaced(project, runner):
    (project / "reports" / "index.html").write_text("mine")
    with pytest.raises(SiteNotWritable, match=r"holds index\.html, which is not from an earlier run"):
        build_site(project, runner=runner)
    assert (project / "reports" / "index.html").read_text() == "mine"
    assert runner.made == []


def test_a_failed_report_gets_an_error_page_and_the_others_finish(project, runner, snapshot):
    build_site(project, runner=runner)
    runner.failing.add(FOLDERS[1])
    run = build_site(project, runner=runner, force=True)
    assert statuses(run) == ["made", "failed", "made"]
    assert [report.folder for report in run.failed] == [FOLDERS[1]]
    left = snapshot(project / "reports" / FOLDERS[1])
    assert sorted(left) == ["finding.da.html", "finding.en.html", "manifest.json", "report.da.html", "report.en.html"]
    for language in ("da", "en"):
        html = left[f"finding.{language}.html"].decode()
        assert "ValueError (code cell 3): &lt;b&gt;broken&lt;/b&gt;" in html
        assert f'lang="{language}"' in html
    assert json.loads(left["manifest.json"])["status"] == "failed"
    assert f"{FOLDERS[1]}/finding.da.html" in (project / "reports" / "index.html").read_text()


def test_a_failed_report_is_tried_again(project, runner):
    runner.failing.add(FOLDERS[1])
    build_site(project, runner=runner)
    runner.failing.clear()
    assert statuses(build_site(project, runner=runner)) == ["unchanged", "made", "unchanged"]
    assert (project / "reports" / FOLDERS[1] / "results.json").is_file()


@pytest.mark.parametrize(("only", "other"), [("da", "en"), ("en", "da")])
def test_a_site_in_one_language_has_no_link_to_the_other(project, runner, only, other):
    build_site(project, runner=runner, languages=[only])
    reports = project / "reports"
    assert (reports / FOLDERS[0] / f"finding.{only}.html").is_file()
    assert not list(reports.rglob(f"*.{other}.html"))
    top = (reports / "index.html").read_text()
    assert f'<html lang="{only}"' in top
    assert f'hreflang="{other}"' not in top
    assert f'href="{FOLDERS[0]}/finding.{only}.html"' in top


def test_a_new_language_is_rendered_without_running_the_notebook(project, runner):
    build_site(project, runner=runner, languages=["da"])
    run = build_site(project, runner=runner)
    assert statuses(run) == ["rendered"] * 3
    assert runner.rendered == FOLDERS
    assert len(runner.made) == 3
    assert (project / "reports" / FOLDERS[0] / "finding.en.html").is_file()
    assert not build_site(project, runner=runner).changed


def test_another_folder_holds_a_site_of_its_own(project, runner, tmp_path):
    run = build_site(project, runner=runner, output=tmp_path / "elsewhere" / "site")
    assert run.output == tmp_path / "elsewhere" / "site"
    assert (tmp_path / "elsewhere" / "site" / "index.html").is_file()
    assert not (project / "reports" / "index.html").exists()


@pytest.mark.parametrize("place", [".", ".."])
def test_a_folder_that_holds_the_project_is_refused(project, runner, place):
    with pytest.raises(InvalidOption, match="holds the project itself"):
        build_site(project, runner=runner, output=project / place)


def test_unknown_filters_list_what_exists(project, runner):
    with pytest.raises(UnknownCode, match="target group 'homeless'.*homelessness, schizophrenia, substance_use"):
        build_site(project, runner=runner, target_groups=["homeless"])
    with pytest.raises(UnknownCode, match="method 'x'.*published_reviews"):
        build_site(project, runner=runner, methods=["x"])


def test_faults_in_a_question_stop_the_run_before_it_starts(project, runner, snapshot):
    build_site(project, runner=runner)
    before = snapshot(project / "reports")
    (project / "notebooks" / "parameters" / "homelessness.yml").write_text("target_group: homeless\nquestion: []\n")
    with pytest.raises(InvalidParameters, match=r"homelessness\.yml:1"):
        build_site(project, runner=runner)
    assert snapshot(project / "reports") == before
    assert len(runner.made) == 3


def test_a_read_only_site_is_refused_before_anything_runs(project, runner):
    (project / "reports").chmod(0o555)
    try:
        with pytest.raises(SiteNotWritable, match="read-only"):
            build_site(project, runner=runner)
    finally:
        (project / "reports").chmod(0o755)
    assert runner.made == []


def test_a_run_beside_another_is_refused_before_anything_runs(project, runner):
    with folder.one_run_at_a_time(project / "reports"), pytest.raises(SiteBusy, match="Another run"):
        build_site(project, runner=runner)
    assert runner.made == []


def test_a_damaged_manifest_is_named(project, runner):
    build_site(project, runner=runner)
    (project / "reports" / "manifest.json").write_text("{")
    with pytest.raises(SiteNotWritable, match=r"manifest\.json is damaged"):
        build_site(project, runner=runner)


def test_a_full_disk_leaves_the_old_site(project, runner, snapshot):
    build_site(project, runner=runner)
    before = snapshot(project)

    def full(jobs):
        raise OSError(28, "No space left on device")

    with pytest.raises(SiteNotWritable, match="No space left"):
        build_site(project, runner=full, force=True)
    assert snapshot(project) == before


def test_a_stopped_run_leaves_the_old_site_and_nothing_beside(project, runner, snapshot):
    build_site(project, runner=runner)
    before = snapshot(project)

    def stopped(jobs):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build_site(project, runner=stopped, force=True)
    assert snapshot(project) == before


def hang(told: int) -> None:
    os.write(told, b"there")
    time.sleep(600)


def hanging(call, told: int, *, first: bool):
    """The same call, standing still before or after it."""

    def stopped(*args, **options):
        if first:
            hang(told)
        answer = call(*args, **options)
        hang(told)
        return answer

    return stopped


# Where a run is stopped: what stands still there, and whether before or after it.
MOMENTS = {
    "while a report is written": (None, "", False),
    "before the front pages": (assembly.Assembly, "_write_shared", True),
    "after the front pages": (assembly.Assembly, "_write_shared", False),
    "before the swap": (update, "swap", True),
    "between two renames": (Path, "rename", False),
    "after the swap": (update, "swap", False),
}


def run_until(moment: str, project: Path) -> int:
    """Start a run in a process of its own and give its id once it stands still at that moment."""
    ready, told = os.pipe()
    child = os.fork()
    if child:
        assert os.read(ready, 5) == b"there"
        return child
    try:
        owner, name, first = MOMENTS[moment]

        def half(jobs):
            for job in jobs:
                if isinstance(job, PageJob):
                    make_pages(job)
                    continue
                write(job.folder / "finding.da.html", "half")
                if owner is None:
                    hang(told)
                yield Outcome(folder=job.name, failure=Failure(type="X", message="x"))

        if moment == "between two renames":
            folder.exchange = lambda one, other: False
        if owner is not None:
            setattr(owner, name, hanging(getattr(owner, name), told, first=first))
        build_site(project, runner=half, force=True)
    finally:
        os._exit(1)


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_run_killed_at_any_point_leaves_a_whole_site(project, runner, snapshot, moment):
    build_site(project, runner=runner)
    before = snapshot(project / "reports")
    child = run_until(moment, project)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    swapped = moment == "after the swap"
    if swapped:
        assert json.loads((project / "reports" / "manifest.json").read_text())["reports"][FOLDERS[0]]["status"] == "failed"
    elif moment != "between two renames":
        assert snapshot(project / "reports") == before
    run = build_site(project, runner=runner)
    assert statuses(run) == ["made" if swapped else "unchanged"] * 3
    assert snapshot(project / "reports") == before
    assert sorted(path.name for path in project.iterdir()) == ["evidence", "notebooks", "reports", "requirements.lock"]
