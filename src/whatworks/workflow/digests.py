"""Digests of files, folders and lists of them: equal content, equal name."""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

# The package whose code, catalogues and templates make the pages.
SOURCE = Path(__file__).resolve().parents[1]
# What a run leaves behind or an editor drops; no report reads it.
_SKIPPED_FOLDERS = frozenset({"__pycache__", ".ipynb_checkpoints"})
# Longer text cannot be a file's name on any common file system, and asking would raise.
LONGEST_PATH = 255
_SKIPPED_SUFFIXES = (".pyc", ".pyo", "~", ".swp", ".tmp")


def tree(top: Path, *, skip: tuple[str, ...] = ()) -> Iterator[tuple[str, bytes]]:
    """Relative name and digest of a file, or of every file below a folder, in a fixed order.

    Parameters
    ----------
    top : a file or a folder
    skip : endings of names that do not count
    """
    if top.is_file():
        yield top.name, file_digest(top)
        return
    for path in sorted(top.rglob("*")):
        parts = path.relative_to(top).parts
        hidden = any(part.startswith(".") or part in _SKIPPED_FOLDERS for part in parts)
        if not hidden and not path.name.endswith((*_SKIPPED_SUFFIXES, *skip)) and path.is_file():
            yield "/".join(parts), file_digest(path)


def file_digest(path: Path) -> bytes:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def digest_of(parts: Iterable[tuple[str, bytes]]) -> str:
    """One name of 64 hexadecimal digits for named parts in their order."""
    whole = hashlib.sha256()
    for name, content in parts:
        # Lengths in front, so that no two different lists of parts read the same.
        whole.update(f"{len(name)}:{name}:{len(content)}:".encode())
        whole.update(content)
    return whole.hexdigest()
