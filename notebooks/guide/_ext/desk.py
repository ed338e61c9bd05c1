"""Pages of the desk: each stands for the notebook of the same name and shows its words and calls; what they show, where asked.

``-D desk_show=1`` runs the notebooks while the page is written (`make guide` does). Nothing of that is kept in the repository.
"""

import json
import os
import re
import tempfile
import traceback
from html import escape
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

NOTEBOOKS = Path(__file__).parents[2]
FRAGMENTS = "application/vnd.whatworks.fragments+json"
WIDGET = "application/vnd.jupyter.widget-view+json"
_DESK = "desk/"
# A notebook brings its own look; the page has one.
_STYLE = re.compile(r"<style.*?</style>", re.DOTALL)


def setup(app: Sphinx) -> dict:
    app.add_config_value("desk_show", False, "env")
    app.connect("source-read", _read)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _read(app: Sphinx, page: str, source: list[str]) -> None:
    notebook = NOTEBOOKS / f"{page.removeprefix(_DESK)}.ipynb"
    if page.startswith(_DESK) and notebook.is_file():
        app.env.note_dependency(notebook)
        cells = executed(notebook) if app.config.desk_show in (True, "1") else _cells(notebook)
        source[0] = as_markdown(cells) + "\n\n" + source[0]


def _cells(notebook: Path) -> list[dict]:
    return json.loads(notebook.read_text(encoding="utf-8"))["cells"]


def executed(notebook: Path) -> list[dict]:
    """The cells of a notebook after it ran from the top in a process of its own; what it saves is thrown away."""
    with tempfile.TemporaryDirectory() as place:
        child = os.fork()
        if child == 0:
            # Forked with everything imported, so that ten notebooks do not pay for ten starts.
            code = 1
            try:
                _execute(notebook, Path(place))
                code = 0
            except Exception:
                traceback.print_exc()
            finally:
                os._exit(code)
        _pid, status = os.waitpid(child, 0)
        if status:
            raise ExtensionError(f"{notebook.name} stopped before its end. Open it with make lab and run it from the top.")
        return [cell for cell in _cells(Path(place) / notebook.name) if "injected-parameters" not in _tags(cell)]


def _execute(notebook: Path, place: Path) -> None:
    import papermill

    from whatworks.workflow.engines import register

    own = {"output": str(place / "finding")} if '"output = ' in notebook.read_text(encoding="utf-8") else {}
    papermill.execute_notebook(
        str(notebook), str(place / notebook.name), own, engine_name=register("warm"), cwd=str(NOTEBOOKS), progress_bar=False
    )


def _tags(cell: dict) -> list[str]:
    return cell["metadata"].get("tags", [])


def as_markdown(cells: list[dict]) -> str:
    """A notebook's words and calls, and below each call what it showed."""
    return "\n\n".join(_cell(cell) for cell in cells)


def _cell(cell: dict) -> str:
    source = "".join(cell["source"])
    if cell["cell_type"] == "markdown":
        return source
    shown = [html for output in cell.get("outputs", []) if (html := _shown(output))]
    frames = "\n\n".join(f'```{{raw}} html\n<div class="desk-output">{html}</div>\n```' for html in shown)
    return f"```python\n{source}\n```" + (f"\n\n{frames}" if frames else "")


def _shown(output: dict) -> str:
    """An output as HTML in English; empty for a control, which a page cannot have."""
    data = output.get("data", {})
    if WIDGET in data or output.get("name") == "stderr":
        return ""
    if FRAGMENTS in data:
        return data[FRAGMENTS]["en"]
    if "text/html" in data:
        return _STYLE.sub("", "".join(data["text/html"]))
    text = "".join(data.get("text/plain", output.get("text", "")))
    return f"<pre>{escape(text)}</pre>" if text else ""
