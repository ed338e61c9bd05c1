"""An executed notebook as a page: one body per language, through our own template."""

import base64
import copy
from collections.abc import Mapping, MutableMapping
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import HTMLExporter, TemplateExporter
from traitlets.config import Config

from whatworks.core.errors import InvalidResult
from whatworks.findings.language import translator
from whatworks.workflow.markup import finished, raise_missing_text
from whatworks.workflow.notebooks import for_design, for_language, without_idle_words

FRAGMENTS = "application/vnd.whatworks.fragments+json"
_TEMPLATES = Path(__file__).parent / "template"
# nbconvert's own page would load these from the network; ours has no use for any of them.
_NETWORK_ADDRESSES = (
    *("mathjax_url", "require_js_url", "mermaid_js_url", "mermaid_layout_elk_js_url", "jquery_url"),
    *("jupyter_widgets_base_url", "widget_renderer_url"),
)
# What a page can show, best first: of an output that is alive, the words or the table that it also has; of a script, nothing.
_SHOWN = (
    *("application/javascript", "text/html", "text/markdown", "image/svg+xml", "text/latex", "image/png", "image/jpeg"),
    "text/plain",
)


def report_body(notebook: Any, *, language: str, design: str) -> str:
    """The body of a method report in one language.

    Parameters
    ----------
    notebook : an executed notebook; left as it is
    language : ``"da"`` or ``"en"``; cells tagged ``lang-`` for the other are left out, outputs made for both show this one, and
        words tagged ``if-shown`` are left out with their code where that shows nothing
    design : cells tagged ``design-`` for another are left out

    Returns
    -------
    HTML without a frame: code folded away, headings in order, nothing that runs or loads.

    Raises
    ------
    MissingAltText
        If a figure has no alternative text in its output's metadata (``alt``).
    InvalidResult
        If an output lacks this language, or holds something a page cannot.
    """
    shown = copy.deepcopy(notebook)
    shown.cells = without_idle_words(for_language(for_design(shown.cells, design), language))
    for cell in shown.cells:
        for output in cell.get("outputs", []):
            _speak(output, language)
    # The exporter of pages would read all that the templates wrote once more, for what ours say themselves.
    words = {"words": {"code": translator(language)("Show the code")}}
    body, _ = TemplateExporter.from_notebook_node(_exporter(), shown, resources=words)
    return finished(body)


def read_executed(path: Path) -> Any:
    """The executed notebook of a report."""
    return nbformat.read(path, as_version=4)


def _speak(output: MutableMapping[str, Any], language: str) -> None:
    """Of an output in several languages keep one, as plain HTML."""
    fragments = output.get("data", {}).get(FRAGMENTS)
    if fragments is None:
        return
    if language not in fragments:
        raise InvalidResult(f"An output of the report has no {language!r} text; it has {', '.join(fragments) or 'none'}.")
    output["data"] = {"text/html": fragments[language]}


@cache
def _exporter() -> HTMLExporter:
    return HTMLExporter(
        config=Config({"NbConvertBase": {"display_data_priority": list(_SHOWN)}}),
        # The others would do nothing here, but each has the whole notebook checked again.
        default_preprocessors=["nbconvert.preprocessors.coalescestreams.CoalesceStreamsPreprocessor"],
        template_name="report",
        extra_template_basedirs=[str(_TEMPLATES)],
        exclude_anchor_links=True,
        embed_images=True,
        filters={"alternative_text": _alternative_text, "image_address": _image_address},
        **dict.fromkeys(_NETWORK_ADDRESSES, ""),
    )


def _alternative_text(metadata: Mapping[str, Any], mime_type: str) -> str:
    """The text of a figure, escaped for an attribute."""
    text = str(metadata.get("alt") or metadata.get(mime_type, {}).get("alt") or "").strip()
    if not text:
        raise_missing_text("A figure")
    return escape(text, quote=True)


def _image_address(data: Mapping[str, Any], mime_type: str) -> str:
    """An image inside the page itself. Drawings go in as pictures too, so that nothing in them can run or clash."""
    content = data[mime_type]
    text = "".join(content) if isinstance(content, list) else content
    encoded = base64.b64encode(text.encode()).decode() if mime_type == "image/svg+xml" else text.replace("\n", "")
    return f"data:{mime_type};base64,{encoded}"
