"""The evidence base as reports read it: once, in the process that they are forked from, and again only where a file changed."""

from functools import lru_cache
from pathlib import Path

from whatworks.evidence import Registry, load

# A file, its size and when it was written: what tells one state of a folder from another without reading it.
_State = tuple[tuple[str, int, int], ...]


def evidence_base(folder: Path) -> Registry:
    """What is known, for the pages of one report.

    Parameters
    ----------
    folder : the evidence base

    Returns
    -------
    The registry; the same one for as long as no file of the folder changes, so it is only to be read.
    """
    return _read(folder, _state(folder))


@lru_cache(maxsize=1)
def _read(folder: Path, _as_it_stands: _State) -> Registry:
    return load(folder)


def _state(folder: Path) -> _State:
    files = [(path, path.stat()) for path in sorted(folder.rglob("*")) if path.is_file()]
    return tuple((str(path), stat.st_size, stat.st_mtime_ns) for path, stat in files)
