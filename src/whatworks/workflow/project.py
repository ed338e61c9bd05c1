"""Where things stand in a project: the notebook, the questions, the evidence, the lock."""

import os
from dataclasses import dataclass
from pathlib import Path

from whatworks.core.errors import MissingData
from whatworks.core.unseen import spelt_out

NOTEBOOK = Path("notebooks") / "method_report.ipynb"
# Designs with a notebook of their own; the method report answers all others.
NOTEBOOKS = {"investment": "investment_case.ipynb", "benchmark": "benchmark.ipynb", "municipality": "one_municipality.ipynb"}


@dataclass(frozen=True)
class Project:
    """A folder with ``notebooks/method_report.ipynb`` in it.

    Examples
    --------
    >>> Project(Path("/srv/bench")).parameters.as_posix()
    '/srv/bench/notebooks/parameters'
    """

    root: Path

    @property
    def notebook(self) -> Path:
        """The parameterised report."""
        return self.root / NOTEBOOK

    def notebook_of(self, design: str) -> Path:
        """The notebook that answers a question of this design."""
        return self.notebook.with_name(NOTEBOOKS[design]) if design in NOTEBOOKS else self.notebook

    @property
    def notebooks(self) -> tuple[Path, ...]:
        """Every notebook that answers questions, of those that are there."""
        found = (self.notebook, *map(self.notebook_of, NOTEBOOKS))
        return tuple(path for path in found if path.is_file())

    @property
    def parameters(self) -> Path:
        """The folder with one file of questions per target group."""
        return self.root / "notebooks" / "parameters"

    @property
    def evidence(self) -> Path:
        """What is known: catalogues, published effects, example deliveries."""
        return self.root / "evidence"

    @property
    def lock(self) -> Path:
        """Versions and hashes of the whole environment."""
        return self.root / "requirements.lock"

    def relative(self, path: Path) -> str:
        """A path as messages show it: from the project's root."""
        return spelt_out(Path(os.path.relpath(path, self.root)).as_posix()).replace("\n", "\\n")


def find_project(start: str | Path = ".") -> Project:
    """The project that ``start`` lies in.

    Raises
    ------
    MissingData
        If neither the folder nor any above it holds the report notebook.
    """
    folder = Path(start).resolve()
    for candidate in (folder, *folder.parents):
        if (candidate / NOTEBOOK).is_file():
            return Project(candidate)
    raise MissingData(f"{folder} is not in a project: no {NOTEBOOK.as_posix()} here or above. Go to the project's folder first.")
