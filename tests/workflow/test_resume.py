"""What an interrupted run had finished is taken up, if it is whole and still the answer to the same question."""

import json
import os
import random
import resource
import signal
import time
from types import SimpleNamespace

import pytest

from whatworks.core.errors import SiteNotWritable
from whatworks.workflow.folder import left_behind, write
from whatworks.workflow.jobs import Job
from whatworks.workflow.manifest import digest, read_site
from whatworks.workflow.resume import longest_first
from whatworks.workflow.site import build_site

FOLDERS = ["homelessness/published_reviews", "schizophrenia/published_reviews", "substance_use/published_reviews"]


def finishing(runner):
    """The runner, with manifests as real reports have them: the digest of every file, written last."""

    def run(jobs):
        for job in jobs:
            for outcome in runner([job]):
                if isinstance(job, Job):
                    finish(job)
                yield outcome

    return run


def finish(job) -> None:
    files = {path.name: digest(path) for path in job.folder.iterdir() if path.name != "manifest.json"}
    content = {"key": job.key, "status": "done", "languages": job.languages, "seconds": {"execute": 1.0}, "files": files}
    write(job.folder / "manifest.json", json.dumps(content))


@pytest.fixture
def interrupted(project, runner):
    """A run that was killed after its second report."""

    def until_third(jobs):
        for count, outcome in enumerate(finishing(runner)(jobs)):
            yield outcome
            if count == 1:
                os.kill(os.getpid(), signal.SIGKILL)

    child = os.fork()
    if not child:
        try:
            build_site(project, runner=until_third)
        finally:
            os._exit(1)
    os.waitpid(child, 0)
    assert not (project / "reports" / "index.html").exists()
    (left,) = left_behind(project / "reports")
    return left


def test_only_what_was_not_finished_is_run(project, runner, interrupted):
    run = build_site(project, runner=finishing(runner))
    assert runner.made == FOLDERS[2:]
    assert [report.status for report in run.reports] == ["made"] * 3
    assert left_behind(project / "reports") == []
    assert not build_site(project, runner=runner).changed


@pytest.mark.parametrize("harm", ["a byte", "a file", "the manifest", "another question", "another language"])
def test_a_report_that_is_not_whole_or_not_asked_for_is_run_again(project, runner, interrupted, harm):
    languages = ["da", "en"]
    if harm == "a byte":
        (interrupted / "site" / FOLDERS[0] / "results.json").write_text("{}")
    elif harm == "a file":
        (interrupted / "site" / FOLDERS[0] / "report.da.html").unlink()
    elif harm == "the manifest":
        (interrupted / "site" / FOLDERS[0] / "manifest.json").write_text("[]")
    elif harm == "another question":
        with (project / "notebooks" / "parameters" / "homelessness.yml").open("a") as file:
            file.write("    k: 6\n")
    else:
        languages = ["da"]
    build_site(project, runner=finishing(runner), languages=languages)
    assert runner.made == (FOLDERS if harm == "another language" else [FOLDERS[0], FOLDERS[2]])


def test_a_run_that_is_stopped_leaves_what_it_finished_and_one_without_room_makes_it(project, runner):
    def stopped_by(error):
        def until_second(jobs):
            for count, outcome in enumerate(finishing(runner)(jobs)):
                yield outcome
                if count == 1:
                    raise error

        return until_second

    with pytest.raises(SiteNotWritable, match="No space left"):
        build_site(project, runner=stopped_by(OSError(28, "No space left on device")))
    assert left_behind(project / "reports") == []
    with pytest.raises(KeyboardInterrupt):
        build_site(project, runner=stopped_by(KeyboardInterrupt()))
    runner.made.clear()
    build_site(project, runner=finishing(runner))
    assert runner.made == FOLDERS[2:]
    assert left_behind(project / "reports") == []


def test_a_forced_run_takes_up_nothing(project, runner, interrupted):
    build_site(project, runner=finishing(runner), force=True)
    assert runner.made == FOLDERS


def test_what_an_interrupted_run_left_goes_where_nothing_is_to_be_done(project, runner):
    build_site(project, runner=runner)
    left = project / ".reports-building-dead" / "site" / FOLDERS[0]
    left.mkdir(parents=True)
    (left / "manifest.json").write_text("{}")
    assert not build_site(project, runner=runner).changed
    assert left_behind(project / "reports") == []


def test_the_longest_report_starts_first_and_new_ones_before_it(project, runner):
    for folder, seconds in zip(FOLDERS[1:], (1.0, 5.0), strict=True):
        write(project / "reports" / folder / "manifest.json", json.dumps({"seconds": {"execute": seconds}}))
    asked = []
    runner = longest_first(lambda jobs: asked.extend(job.name for job in jobs) or iter(()), project / "reports")
    build_jobs = [SimpleNamespace(name=folder) for folder in FOLDERS]
    list(runner(build_jobs))
    assert asked == [FOLDERS[0], FOLDERS[2], FOLDERS[1]]


def whole(site) -> bool:
    """Nothing half written: every file of the manifest is there in its size, and nothing else but what was there before."""
    manifest = read_site(site)
    names = {path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file()}
    sizes = all(size is None or (site / name).stat().st_size == size for name, size in manifest.files.items())
    return sizes and names == {*manifest.files, ".gitignore"} - ({".gitignore"} - names) | ({"manifest.json"} & names)


def test_a_run_killed_at_any_of_many_moments_leaves_a_whole_site(project, runner):
    """A dozen times, at a moment drawn by chance, over the whole length of a run; the site is one whole site each time."""
    build_site(project, runner=finishing(runner))
    started = time.monotonic()
    build_site(project, runner=finishing(runner), force=True)
    length = time.monotonic() - started
    chance = random.Random(1)
    for _ in range(12):
        child = os.fork()
        if not child:
            try:
                build_site(project, runner=finishing(runner), force=True)
            finally:
                os._exit(0)
        time.sleep(chance.uniform(0, 1.1 * length))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        assert whole(project / "reports")
    build_site(project, runner=finishing(runner))
    assert left_behind(project / "reports") == []
    assert sorted(path.name for path in project.iterdir()) == ["evidence", "notebooks", "reports", "requirements.lock"]


def test_a_disk_that_fills_at_any_of_many_sizes_leaves_the_old_site(project, runner, snapshot):
    build_site(project, runner=finishing(runner))
    before = snapshot(project)
    longest = max(len(content) for name, content in before.items() if name.startswith("reports/"))
    for room in (10, 100, 1_000, longest // 2, longest - 1):
        child = os.fork()
        if not child:
            code = 3
            try:
                # No file may grow beyond this: the system refuses the write as it does on a full disk.
                signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
                resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
                build_site(project, runner=finishing(runner), force=True)
            except SiteNotWritable as error:
                code = 0 if "old one is untouched" in str(error) else 4
            finally:
                os._exit(code)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert snapshot(project) == before
