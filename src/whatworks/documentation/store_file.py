"""The file behind a store: opened by one writer or several readers, in one transaction, whole or not at all."""

import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb

from whatworks.core.errors import MissingData
from whatworks.core.version import __version__
from whatworks.documentation.store_errors import StoreBusy, StoreDamaged, StoreNotWritable, StoreTooNew

# Raised by one whenever older versions could misread what a newer one wrote.
FORMAT = 1
_POLL_SECONDS = 0.05
_NO_ROOM = ("no space left", "file too large", "disk quota", "read-only file system", "permission denied", "cannot open file")

_LAYOUT = """
CREATE TABLE _store (format INTEGER NOT NULL, version VARCHAR NOT NULL);
CREATE TABLE _delivery (
    delivery INTEGER PRIMARY KEY, source VARCHAR NOT NULL, fingerprint VARCHAR NOT NULL, received DATE NOT NULL,
    synthetic BOOLEAN NOT NULL, version VARCHAR NOT NULL);
CREATE TABLE _delivered (
    delivery INTEGER NOT NULL, name VARCHAR NOT NULL, n_rows BIGINT NOT NULL, n_quarantined BIGINT NOT NULL,
    n_overlapping BIGINT NOT NULL, columns VARCHAR[] NOT NULL, dtypes VARCHAR[] NOT NULL);
CREATE TABLE _quarantine (
    delivery INTEGER NOT NULL, name VARCHAR NOT NULL, rule VARCHAR NOT NULL, file_row BIGINT, content VARCHAR NOT NULL);
"""


@contextmanager
def reading(path: Path, *, wait: float) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that may read; other readers may be there, a writer may not.

    Raises
    ------
    MissingData, StoreBusy, StoreTooNew, StoreDamaged
    """
    if not path.is_file():
        raise MissingData(f"There is no store {path.name!r}. Make it with `whatworks ingest FILE --store {path.name}`.")
    # What a killed writer left in its log is put in order first, which takes a writer.
    unfinished = Path(f"{path}.wal").exists()
    with _held(path, exclusive=unfinished, wait=wait), _connected(path, read_only=not unfinished) as connection:
        yield connection


@contextmanager
def writing(path: Path, *, wait: float) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection inside one transaction: committed when the block ends, undone when it fails or the process dies.

    Raises
    ------
    StoreBusy, StoreTooNew, StoreDamaged, StoreNotWritable
    """
    with _room_named(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with _held(path, exclusive=True, wait=wait), _connected(path, read_only=False) as connection:
            connection.execute("BEGIN TRANSACTION")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                # After a failed write the connection may be beyond use; closing it undoes the transaction as well.
                with suppress(duckdb.Error):
                    connection.execute("ROLLBACK")
                raise


@contextmanager
def _held(path: Path, *, exclusive: bool, wait: float) -> Iterator[None]:
    """The store's lock. It ends with the process, however that ends."""
    try:
        descriptor = os.open(path.parent / f".{path.name}-lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError:
        if exclusive:
            raise
        # Where nobody may write, no writer can come in between.
        yield
        return
    try:
        _lock(descriptor, path, exclusive=exclusive, wait=wait)
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int, path: Path, *, exclusive: bool, wait: float) -> None:
    ends = time.monotonic() + wait
    while True:
        with suppress(BlockingIOError):
            fcntl.flock(descriptor, (fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH) | fcntl.LOCK_NB)
            return
        if time.monotonic() >= ends:
            raise StoreBusy(
                f"The store {path.name!r} is in use by another process. Nothing was changed. "
                f"Try again when it is done; this one waited {wait:g} seconds."
            )
        time.sleep(_POLL_SECONDS)


@contextmanager
def _connected(path: Path, *, read_only: bool) -> Iterator[duckdb.DuckDBPyConnection]:
    if not read_only:
        # Rows that a killed writer spilled to disk are personal data that nobody needs any more.
        shutil.rmtree(f"{path}.tmp", ignore_errors=True)
        if path.is_file() and path.stat().st_size == 0:
            path.unlink()
    connection = _opened(path, read_only=read_only)
    try:
        if not read_only:
            path.chmod(0o600)
        _check_layout(connection, path, read_only=read_only)
        yield connection
    finally:
        with suppress(duckdb.Error):
            connection.close()


def _opened(path: Path, *, read_only: bool) -> duckdb.DuckDBPyConnection:
    try:
        return duckdb.connect(str(path), read_only=read_only, config={"preserve_insertion_order": True})
    except duckdb.Error as error:
        said = str(error).casefold()
        if "newer" in said or "version number" in said:
            raise _too_new(path) from None
        if "could not set lock" in said or "conflicting lock" in said:
            raise StoreBusy(f"Another program has the store {path.name!r} open. Nothing was changed. Close it there.") from None
        if _is_no_room(error):
            raise
        raise StoreDamaged(
            f"{path.name!r} cannot be opened as a store ({type(error).__name__}). "
            "Give the path of a store, or bring it back from a copy."
        ) from None


def _check_layout(connection: duckdb.DuckDBPyConnection, path: Path, *, read_only: bool) -> None:
    names = {name for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
    if not names and not read_only:
        connection.execute("BEGIN TRANSACTION")
        connection.execute(_LAYOUT)
        connection.execute("INSERT INTO _store VALUES (?, ?)", [FORMAT, __version__])
        connection.execute("COMMIT")
        return
    if "_store" not in names:
        raise StoreDamaged(f"{path.name!r} is a database, but not a store of deliveries. Give the path of a store.")
    made = connection.execute("SELECT format FROM _store").fetchall()
    if not made or made[0][0] > FORMAT:
        raise _too_new(path)


def _too_new(path: Path) -> StoreTooNew:
    return StoreTooNew(
        f"The store {path.name!r} was made by a newer version than this one ({__version__}). "
        "Nothing was read or changed. Install the newer version."
    )


@contextmanager
def _room_named(path: Path) -> Iterator[None]:
    """Turn what the system says about a file that cannot be written into one named error."""
    try:
        yield
    except (duckdb.Error, OSError) as error:
        if not _is_no_room(error):
            raise
        raise StoreNotWritable(
            f"The store {path.name!r} cannot be written: {_reason(error)}. It is as it was before. "
            "Make room, or allow writing in its folder, and deliver again."
        ) from None


def _is_no_room(error: Exception) -> bool:
    said = str(error).casefold()
    return isinstance(error, OSError) or any(words in said for words in (*_NO_ROOM, "could not write", "failed to write"))


def _reason(error: Exception) -> str:
    said = str(error).casefold()
    return next((words for words in _NO_ROOM if words in said), "the disk refused it")
