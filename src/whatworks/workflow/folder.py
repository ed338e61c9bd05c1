"""The site's folder: written beside, swapped in at once, by one run at a time.

At every moment the folder holds one whole site. A run that is killed leaves the old one and a folder beside it; the next run
takes what was finished from there and removes the rest.
"""

import ctypes
import errno
import fcntl
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from whatworks.core.errors import SiteBusy, SiteNotWritable

# Linux: linux/fs.h RENAME_EXCHANGE and fcntl.h AT_FDCWD. macOS: sys/stdio.h RENAME_SWAP.
_RENAME_EXCHANGE = _RENAME_SWAP = 2
_AT_FDCWD = -100
# What a kernel or file system answers that cannot exchange two folders.
_CANNOT_EXCHANGE = (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP)


def refuse_unwritable(target: Path) -> None:
    """Refuse a folder that cannot be replaced, before any report runs.

    Mode bits count even for the superuser, whom the system would let through: who made a folder read-only meant it.

    Raises
    ------
    SiteNotWritable
    """
    if target.exists() and not target.is_dir():
        raise SiteNotWritable(f"{target} is a file; a folder is needed. Move it, or choose another folder with --output.")
    if target.is_mount():
        raise SiteNotWritable(f"{target} is a mount point and cannot be swapped. Choose a folder inside it with --output.")
    existing = next(folder for folder in (target.parent, *target.parent.parents) if folder.exists())
    for folder in (target, existing):
        if folder.exists() and not (folder.stat().st_mode & 0o222 and os.access(folder, os.W_OK | os.X_OK)):
            raise SiteNotWritable(
                f"{folder} is read-only, so the site cannot be written. Allow writing, or choose another folder with --output."
            )


@contextmanager
def one_run_at_a_time(target: Path) -> Iterator[None]:
    """Hold the site for this run. The hold ends with the process, however it ends.

    Raises
    ------
    SiteBusy
        If another run holds it.
    """
    path = _lock_of(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    descriptor = _locked(path, target)
    try:
        os.truncate(descriptor, 0)
        os.write(descriptor, str(os.getpid()).encode())
        yield
    finally:
        path.unlink(missing_ok=True)
        os.close(descriptor)


def _lock_of(target: Path) -> Path:
    return target.parent / f".{target.name}-lock"


def _locked(path: Path, target: Path) -> int:
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(descriptor, 20).decode() or "just started"
            os.close(descriptor)
            raise SiteBusy(
                f"Another run (process {holder}) is writing {target}. "
                "Wait until it is done, or choose another folder with --output."
            ) from None
        # The last holder removes the file; whoever opened it just before holds a file that is no longer there.
        if path.exists() and os.fstat(descriptor).st_ino == path.stat().st_ino:
            return descriptor
        os.close(descriptor)


@contextmanager
def building_beside(target: Path) -> Iterator[Path]:
    """A new, empty folder beside the site, removed at the end; to be called while holding the site.

    A run that is stopped leaves the reports it finished to the next, as one that is killed does; one that finds no room makes it.

    Yields
    ------
    Folder with ``site`` (to be filled and swapped in) and ``scratch`` in it.
    """
    building = target.parent / f".{target.name}-building-{uuid4().hex[:12]}"
    (building / "site").mkdir(parents=True)
    (building / "scratch").mkdir()
    stopped = False
    try:
        yield building
    except SiteNotWritable:
        raise
    except BaseException:
        stopped = _has_finished(building)
        raise
    finally:
        if not stopped:
            shutil.rmtree(building, ignore_errors=True)


def _has_finished(building: Path) -> bool:
    """Whether a report was finished there."""
    return any((building / "site").glob("*/*/manifest.json"))


def recover(target: Path) -> None:
    """Undo what a killed run left: bring back a site that was moved aside, remove half-built ones with no report finished.

    Raises
    ------
    SiteBusy
        If what lies there belongs to a run that is still going.
    """
    if not left_behind(target) and not _lock_of(target).exists():
        return
    refuse_unwritable(target)
    with one_run_at_a_time(target):
        for left in left_behind(target):
            if (left / "old").exists() and not target.exists():
                (left / "old").rename(target)
            if not _has_finished(left):
                shutil.rmtree(left, ignore_errors=True)


def left_behind(target: Path) -> list[Path]:
    """Folders beside the site in which runs build, or were building when they were killed."""
    return sorted(target.parent.glob(f".{target.name}-building-*"))


def forget(target: Path) -> None:
    """Remove what killed runs left beside the site; only while holding it."""
    for left in left_behind(target):
        shutil.rmtree(left, ignore_errors=True)


def swap(building: Path, target: Path) -> None:
    """Put ``building/site`` in the place of the site, in one step where the system can.

    Raises
    ------
    SiteNotWritable
        If the system refuses.
    """
    new = building / "site"
    try:
        if not target.exists():
            new.rename(target)
            return
        shutil.copymode(target, new)
        if not exchange(new, target):
            _swap_in_two_steps(building, target)
    except OSError as error:
        raise SiteNotWritable(f"{target} could not be replaced ({error.strerror}). The old site is untouched.") from error


def exchange(one: Path, other: Path) -> bool:
    """Exchange two folders in one step; False where the system has no such step."""
    system = ctypes.CDLL(None, use_errno=True)
    names = os.fsencode(one), os.fsencode(other)
    if sys.platform == "darwin" and hasattr(system, "renamex_np"):
        failed = system.renamex_np(*names, ctypes.c_uint(_RENAME_SWAP))
    elif hasattr(system, "renameat2"):
        failed = system.renameat2(_AT_FDCWD, names[0], _AT_FDCWD, names[1], ctypes.c_uint(_RENAME_EXCHANGE))
    else:
        return False
    code = ctypes.get_errno()
    if failed and code not in _CANNOT_EXCHANGE:
        raise OSError(code, os.strerror(code), str(other))
    return not failed


def _swap_in_two_steps(building: Path, target: Path) -> None:
    target.rename(building / "old")
    try:
        (building / "site").rename(target)
    except OSError:
        (building / "old").rename(target)
        raise


def carry_over(source: Path, destination: Path) -> None:
    """The same file at a new place: as a second name where the file system allows it, else as a copy."""
    destination.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, destination, follow_symlinks=False)
    except OSError:
        shutil.copy2(source, destination, follow_symlinks=False)


def write(path: Path, text: str) -> None:
    """Write a file anew. A carried-over file shares its content with the old site, so it is never written into."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.new")
    beside.write_text(text, encoding="utf-8", newline="")
    beside.replace(path)
