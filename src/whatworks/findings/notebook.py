"""Show something in a notebook in one language, and keep it in both: estimate once, render per language."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape, unescape
from inspect import Parameter, signature
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

import whatworks.findings.style as style
from whatworks.core.errors import InvalidOption, MissingAltText
from whatworks.core.options import one_of
from whatworks.findings.figures import table_html
from whatworks.findings.language import LANGUAGES, translator

FRAGMENTS = "application/vnd.whatworks.fragments+json"


def _declared(palette: Mapping[str, str]) -> str:
    return ";".join(f"{name}:{code}" for name, code in palette.items())


_LIGHT, _DARK = _declared(style.LIGHT), _declared(style.DARK)
# JupyterLab and VS Code say which theme is on; elsewhere the system's choice counts.
_STYLE = (
    f".whatworks{{{_LIGHT};background:var(--card);color:var(--ink);padding:12px 16px;max-width:600px;"
    'font:15px/1.5 "Source Sans 3","Segoe UI",system-ui,-apple-system,Roboto,"Helvetica Neue",Arial,sans-serif}'
    f'body[data-jp-theme-light="false"] .whatworks,body.vscode-dark .whatworks{{{_DARK}}}'
    f"@media(prefers-color-scheme:dark){{body:not([data-jp-theme-light]):not(.vscode-light) .whatworks{{{_DARK}}}}}"
    ".whatworks figure{margin:0}.whatworks figcaption{font-weight:600;margin-bottom:8px}"
    ".whatworks figcaption span,.whatworks .small{font-weight:400;color:var(--ink-2);font-size:.9rem}"
    ".whatworks .banner{background:var(--note);color:var(--note-ink);padding:6px 12px;border-radius:6px}"
    ".whatworks summary{cursor:pointer;color:var(--accent)}.whatworks .scroll{overflow-x:auto}"
    ".whatworks table{border-collapse:collapse;font-variant-numeric:tabular-nums}"
    ".whatworks caption{text-align:left;color:var(--ink-2)}.whatworks tr{background:none!important}"
    ".whatworks th,.whatworks td{text-align:left!important;padding:6px 12px 6px 0;border-bottom:1px solid var(--line)}"
)
_DESCRIPTION = re.compile(r"<desc[^>]*>(.*?)</desc>", re.DOTALL)
_TAGS = re.compile(r"<(style|title)[^>]*>.*?</\1>|<[^>]+>", re.DOTALL)


@dataclass(frozen=True)
class Shown:
    """Something to look at, in every language. JupyterLab shows the asked one; a report keeps them all.

    Attributes
    ----------
    language : the language shown
    fragments : language -> HTML
    texts : language -> plain text
    """

    language: str
    fragments: Mapping[str, str]
    texts: Mapping[str, str]

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        html = f'<div class="whatworks" lang="{self.language}"><style>{_STYLE}</style>{self.fragments[self.language]}</div>'
        return {"text/html": html, "text/plain": self.texts[self.language], FRAGMENTS: dict(self.fragments)}

    def __str__(self) -> str:
        return self.texts[self.language]


def show(function: Callable[..., Any], *args: Any, language: str = "da", **options: Any) -> Shown:
    """Call a function for each language and show what it says in one of them.

    Parameters
    ----------
    function : returns a figure's HTML (the ``*_figure`` functions), a sentence, a frame, or anything with ``_repr_html_``;
        it is called with ``language=`` if it takes one. Only markup marked as such (``markupsafe.Markup``) is shown as
        markup; any other text is escaped.
    args, options : handed on to it
    language : "da" or "en", the one to look at here

    Raises
    ------
    MissingAltText
        If the function returns a bare matplotlib figure.
    InvalidOption
        If it returns something else that cannot be shown, or the language is not known.

    Examples
    --------
    >>> from whatworks.findings.language import percent
    >>> str(show(percent, 0.18, language="en"))
    '18%'
    """
    one_of(language, LANGUAGES, name="language")
    fragments, texts = {}, {}
    speaks = _takes_language(function)
    for each in LANGUAGES:
        said = function(*args, language=each, **options) if speaks else function(*args, **options)
        fragments[each], texts[each] = _fragment(said, function, each)
    return Shown(language, fragments, texts)


def _takes_language(function: Callable[..., Any]) -> bool:
    parameters = signature(function).parameters
    return "language" in parameters or any(each.kind is Parameter.VAR_KEYWORD for each in parameters.values())


def _fragment(said: Any, function: Callable[..., Any], language: str) -> tuple[str, str]:
    """HTML and plain text of what a function returned."""
    name = getattr(function, "__name__", "the function")
    if isinstance(said, Figure):
        raise MissingAltText(
            f"{name} returned a bare figure, which a screen reader cannot read. "
            f"Show {name.removesuffix('_chart')}_figure instead, or wrap it in ww.findings.figures.figure_html."
        )
    if hasattr(said, "__html__"):
        html = str(said.__html__())
        return html, _text_of(html)
    if isinstance(said, str):
        return f"<p>{escape(said)}</p>", said
    if isinstance(said, pd.DataFrame):
        return str(table_html(said, caption=translator(language)("Table"), language=language)), said.to_string(index=False)
    if hasattr(said, "_repr_html_"):
        return str(said._repr_html_()), repr(said)
    raise InvalidOption(f"{name} returned {type(said).__name__}; a figure's HTML, a sentence or a frame is needed.")


def _text_of(html: str) -> str:
    """What a figure's description says, or the words between the tags."""
    described = _DESCRIPTION.search(html)
    return unescape(described.group(1) if described else " ".join(_TAGS.sub(" ", html).split()))
