"""A copy of the real evidence base that a test may spoil."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

import whatworks as ww

PROJECT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def registry() -> ww.evidence.Registry:
    return ww.evidence.load(PROJECT / "evidence")


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """The catalogues and reviews of the project, copied to a folder of their own."""
    folder = tmp_path / "evidence"
    folder.mkdir()
    for path in (PROJECT / "evidence").iterdir():
        if path.suffix in (".yml", ".csv"):
            (folder / path.name).write_bytes(path.read_bytes())
    return folder


@pytest.fixture
def change(base: Path) -> Callable[..., int]:
    """Change cells of the review in a given place (from 0); returns the line it stands on."""

    def change_row(place: int, **cells: str) -> int:
        path = base / "reviews.csv"
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        rows[place].update(cells)
        write_rows(path, rows)
        return place + 2

    return change_row


@pytest.fixture
def replace(base: Path) -> Callable[[str, str, str], int]:
    """Replace the first occurrence of a text in a file of the base; returns the line it stood on."""

    def replace_text(name: str, old: str, new: str) -> int:
        path = base / name
        text = path.read_text(encoding="utf-8")
        before, found, after = text.partition(old)
        assert found, f"{name} does not hold {old!r}"
        path.write_text(before + new + after, encoding="utf-8")
        return before.count("\n") + 1

    return replace_text


def write_rows(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
