"""Pages of the desk: each stands for the notebook of the same name and shows its words and calls, without running it."""

import json
from pathlib import Path

from sphinx.application import Sphinx

NOTEBOOKS = Path(__file__).parents[2]
_DESK = "desk/"


def setup(app: Sphinx) -> dict:
    app.connect("source-read", _read)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _read(app: Sphinx, page: str, source: list[str]) -> None:
    notebook = NOTEBOOKS / f"{page.removeprefix(_DESK)}.ipynb"
    if page.startswith(_DESK) and notebook.is_file():
        app.env.note_dependency(notebook)
        source[0] = as_markdown(notebook) + "\n\n" + source[0]


def as_markdown(notebook: Path) -> str:
    """A notebook's words and calls, without what it printed."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return "\n\n".join(_cell("".join(cell["source"]), cell["cell_type"]) for cell in cells)


def _cell(source: str, kind: str) -> str:
    return source if kind == "markdown" else f"```python\n{source}\n```"
