"""Reading the report notebook as text: its parameters, and the cells one design uses.

Plain JSON and ``ast``: planning must not pay for importing the notebook stack.
"""

import ast
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from whatworks.core.errors import InvalidParameters

DESIGN_TAG = "design-"
LANGUAGE_TAG = "lang-"
# Words that introduce what the code below them shows, and have nothing to say where it shows nothing.
SHOWN_TAG = "if-shown"


def read_notebook(path: Path) -> dict[str, Any]:
    """A notebook as plain dicts and lists, sources joined to one text each.

    Raises
    ------
    InvalidParameters
        If the file is no notebook.
    """
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        for cell in notebook["cells"]:
            cell["source"] = "".join(cell["source"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InvalidParameters(
            f"{path.name} cannot be read as a notebook ({type(error).__name__}). Open it in JupyterLab and save it again."
        ) from None
    return notebook


def tags(cell: dict[str, Any]) -> list[str]:
    """The tags of a cell."""
    return list(cell.get("metadata", {}).get("tags", []))


def for_design(cells: Sequence[Any], design: str) -> list[Any]:
    """The cells a report of this design is made of: those without a ``design-`` tag, and those tagged for it.

    Examples
    --------
    >>> cells = [{"metadata": {"tags": ["design-rollout"]}}, {"metadata": {"tags": ["design-matched"]}}, {"metadata": {}}]
    >>> len(for_design(cells, "matched"))
    2
    """
    return [cell for cell in cells if _kept(tags(cell), DESIGN_TAG, design)]


def for_language(cells: Sequence[Any], language: str) -> list[Any]:
    """The cells a page in this language shows: those without a ``lang-`` tag, and those tagged for it."""
    return [cell for cell in cells if _kept(tags(cell), LANGUAGE_TAG, language)]


def without_idle_words(cells: Sequence[Any]) -> list[Any]:
    """The cells without sections that show nothing: words tagged ``if-shown``, and the code up to the next words.

    Examples
    --------
    >>> words = {"cell_type": "markdown", "metadata": {"tags": ["if-shown"]}}
    >>> code = {"cell_type": "code", "outputs": []}
    >>> len(without_idle_words([words, code])), len(without_idle_words([words, {**code, "outputs": ["a figure"]}]))
    (0, 2)
    """
    sections: list[list[Any]] = [[]]
    for cell in cells:
        if cell["cell_type"] == "markdown":
            sections.append([])
        sections[-1].append(cell)
    return [cell for section in sections if not _idle(section) for cell in section]


def _idle(section: Sequence[Any]) -> bool:
    return bool(section) and SHOWN_TAG in tags(section[0]) and not any(cell.get("outputs") for cell in section)


def _kept(cell_tags: Sequence[str], prefix: str, wanted: str) -> bool:
    named = [tag.removeprefix(prefix) for tag in cell_tags if tag.startswith(prefix)]
    return not named or wanted in named


def default_parameters(notebook: dict[str, Any]) -> dict[str, Any]:
    """Names and default values of the cell tagged ``parameters``.

    Raises
    ------
    InvalidParameters
        If there is not exactly one such cell, or it holds anything but ``name = literal``.

    Examples
    --------
    >>> cell = {"cell_type": "code", "source": "outcome = 'earnings'\\nk: int = 5", "metadata": {"tags": ["parameters"]}}
    >>> default_parameters({"cells": [cell]})
    {'outcome': 'earnings', 'k': 5}
    """
    found = [cell for cell in notebook["cells"] if "parameters" in tags(cell)]
    if len(found) != 1:
        raise InvalidParameters(
            f"The report notebook has {len(found)} cells tagged 'parameters'; exactly one is needed. "
            "Tag the cell with the defaults."
        )
    try:
        return dict(_assignment(statement) for statement in ast.parse(found[0]["source"]).body)
    except (SyntaxError, ValueError):
        raise InvalidParameters(
            "The report notebook's 'parameters' cell must hold plain lines such as outcome = 'earnings' and nothing else."
        ) from None


def imported(notebook: dict[str, Any]) -> set[str]:
    """Modules that the code cells import, as far as they can be read.

    Examples
    --------
    >>> cell = {"cell_type": "code", "source": "from matplotlib import pyplot"}
    >>> sorted(imported({"cells": [cell, {"cell_type": "code", "source": "%matplotlib inline"}]}))
    ['matplotlib']
    """
    found: set[str] = set()
    for cell in notebook["cells"]:
        try:
            statements = ast.parse(cell["source"]).body if cell["cell_type"] == "code" else []
        except SyntaxError:
            # A cell with magics; its imports are paid for when it runs.
            continue
        for statement in statements:
            if isinstance(statement, ast.Import):
                found |= {alias.name for alias in statement.names}
            elif isinstance(statement, ast.ImportFrom) and statement.module and not statement.level:
                found.add(statement.module)
    return found


def _assignment(statement: ast.stmt) -> tuple[str, Any]:
    target = statement.targets[0] if isinstance(statement, ast.Assign) else getattr(statement, "target", None)
    if not isinstance(statement, (ast.Assign, ast.AnnAssign)) or not isinstance(target, ast.Name) or statement.value is None:
        raise ValueError(ast.dump(statement))
    return target.id, ast.literal_eval(statement.value)
