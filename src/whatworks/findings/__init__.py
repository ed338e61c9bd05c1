"""From results to words, charts and pages that people can act on, in Danish and English.

Names are loaded when they are first used, so that ``import whatworks.findings`` does not draw in matplotlib.
"""

from importlib import import_module
from typing import Any

from whatworks.findings.document import document
from whatworks.findings.finding import Finding, load, save
from whatworks.findings.language import interval, number, percent, sort_key, translator

_LAZY = {
    "check_sentence": "wording",
    "covariate_name": "wording",
    "design_name": "wording",
    "error_page": "index",
    "index_page": "index",
    "page": "pages",
    "sentence": "wording",
    "verdict": "wording",
}
# Where charts, tables for notebooks and the one style live; each lists its own public names.
_DRAWING = ("figures", "charts", "show", "style")

__all__ = [
    "Finding",
    "document",
    "interval",
    "load",
    "number",
    "percent",
    "save",
    "sort_key",
    "translator",
]


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    places = (_LAZY[name],) if name in _LAZY else _DRAWING
    for place in places:
        try:
            module = import_module(f"whatworks.findings.{place}")
        except ModuleNotFoundError as missing:
            if missing.name != f"whatworks.findings.{place}":
                raise
            continue
        if place == name:
            return module
        if hasattr(module, name):
            return getattr(module, name)
    raise AttributeError(f"whatworks.findings has no {name!r}; it has {', '.join(__all__)} and the charts' names.")
