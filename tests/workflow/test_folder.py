"""The site's folder: one run at a time, swapped in at once, whole whatever happens."""

import os
import subprocess
import sys

import pytest

from whatworks.core.errors import SiteBusy, SiteNotWritable
from whatworks.workflow import folder
from whatworks.workflow.folder import (
    building_beside,
    carry_over,
    exchange,
    one_run_at_a_time,
    recover,
    refuse_unwritable,
    swap,
    write,
)


@pytest.fixture
def target(tmp_path):
    """A site with one page."""
    site = tmp_path / "reports"
    site.mkdir()
    (site / "index.html").write_text("old")
    return site


def test_the_new_site_takes_the_place_of_the_old(target):
    with building_beside(target) as building:
        (building / "site" / "index.html").write_text("new")
        swap(building, target)
    assert (target / "index.html").read_text() == "new"
    assert [path.name for path in target.parent.iterdir()] == ["reports"]


def test_the_first_site_needs_no_old_one(tmp_path):
    with building_beside(tmp_path / "reports") as building:
        (building / "site" / "index.html").write_text("new")
        swap(building, tmp_path / "reports")
    assert (tmp_path / "reports" / "index.html").read_text() == "new"


def test_a_swap_keeps_the_permissions_of_the_folder(target):
    target.chmod(0o750)
    with building_beside(target) as building:
        swap(building, target)
    assert target.stat().st_mode & 0o777 == 0o750


@pytest.mark.skipif(sys.platform != "linux", reason="renameat2 is Linux")
def test_two_folders_are_exchanged_in_one_step(target, tmp_path):
    (tmp_path / "other").mkdir()
    assert exchange(tmp_path / "other", target)
    assert (tmp_path / "other" / "index.html").read_text() == "old"


def test_without_an_exchange_two_renames_do(target, monkeypatch):
    monkeypatch.setattr(folder, "exchange", lambda one, other: False)
    with building_beside(target) as building:
        (building / "site" / "index.html").write_text("new")
        swap(building, target)
    assert (target / "index.html").read_text() == "new"
    assert [path.name for path in target.parent.iterdir()] == ["reports"]


def test_a_run_killed_between_two_renames_is_undone_at_the_next_start(target):
    left = target.parent / ".reports-building-abc"
    left.mkdir()
    target.rename(left / "old")
    recover(target)
    assert (target / "index.html").read_text() == "old"
    assert [path.name for path in target.parent.iterdir()] == ["reports"]


def test_a_swap_that_the_system_refuses_leaves_the_old_site(target, monkeypatch):
    def refuse(one, other):
        raise OSError(16, "Device or resource busy")

    monkeypatch.setattr(folder, "exchange", refuse)
    with pytest.raises(SiteNotWritable, match="busy"), building_beside(target) as building:
        swap(building, target)
    assert (target / "index.html").read_text() == "old"


def test_what_a_killed_run_left_is_removed(target):
    (target.parent / ".reports-building-dead" / "site").mkdir(parents=True)
    (target.parent / ".reports-lock").write_text("4711")
    recover(target)
    assert [path.name for path in target.parent.iterdir()] == ["reports"]


def test_what_a_running_run_builds_is_left_alone(target):
    with one_run_at_a_time(target), building_beside(target) as building:
        with pytest.raises(SiteBusy):
            recover(target)
        assert building.exists()


def test_a_second_run_is_refused_by_name(target):
    holder = (
        "import sys, time; from pathlib import Path; from whatworks.workflow.folder import one_run_at_a_time\n"
        "with one_run_at_a_time(Path(sys.argv[1])): print('held', flush=True); time.sleep(60)"
    )
    process = subprocess.Popen([sys.executable, "-c", holder, str(target)], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout.readline() == "held\n"
        with pytest.raises(SiteBusy, match=rf"process {process.pid}\) is writing .*reports"), one_run_at_a_time(target):
            pass
    finally:
        process.kill()
        process.wait()
    with one_run_at_a_time(target):
        assert (target.parent / ".reports-lock").read_text() == str(os.getpid())
    assert not (target.parent / ".reports-lock").exists()


def test_two_sites_in_one_folder_do_not_wait_for_each_other(tmp_path):
    with one_run_at_a_time(tmp_path / "one"), one_run_at_a_time(tmp_path / "two"):
        assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize("closed", ["reports", "."])
def test_a_read_only_folder_is_refused_even_for_root(target, closed):
    path = target.parent / closed
    path.chmod(0o555)
    try:
        with pytest.raises(SiteNotWritable, match="read-only"):
            refuse_unwritable(target)
    finally:
        path.chmod(0o755)


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path):
    (tmp_path / "reports").write_text("")
    with pytest.raises(SiteNotWritable, match="is a file"):
        refuse_unwritable(tmp_path / "reports")


def test_a_mount_point_is_refused(target, monkeypatch):
    monkeypatch.setattr(type(target), "is_mount", lambda path: True)
    with pytest.raises(SiteNotWritable, match="mount point"):
        refuse_unwritable(target)


def test_a_folder_that_does_not_exist_yet_is_fine(tmp_path):
    refuse_unwritable(tmp_path / "new" / "site")


def test_writing_over_a_carried_over_file_leaves_the_old_site_alone(target, tmp_path):
    carry_over(target / "index.html", tmp_path / "new" / "index.html")
    write(tmp_path / "new" / "index.html", "new")
    assert (target / "index.html").read_text() == "old"
    assert (tmp_path / "new" / "index.html").read_text() == "new"


def test_where_links_are_not_allowed_files_are_copied(target, tmp_path, monkeypatch):
    def refuse(*args, **options):
        raise OSError(1, "not permitted")

    monkeypatch.setattr(folder.os, "link", refuse)
    carry_over(target / "index.html", tmp_path / "copy.html")
    assert (tmp_path / "copy.html").read_text() == "old"
