"""The frame around every page: one file, readable without scripts, nothing loaded from elsewhere."""

import re
from collections.abc import Sequence

from markupsafe import Markup

from whatworks.core.columns import one_of
from whatworks.core.version import __version__
from whatworks.findings.language import LANGUAGES, translator
from whatworks.findings.rendering import render, stylesheet

# Nothing may be fetched and nothing may run. Styles stand in the page itself, figures may carry data: images.
CONTENT_SECURITY_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
_HEADING = re.compile(r"<h1[\s>]", re.IGNORECASE)
_FRONT_DOORS = {"da": "../../index.html", "en": "../../en/index.html"}


def document(
    *,
    title: str,
    body: str,
    language: str,
    breadcrumbs: Sequence[tuple[str, str | None]] = (),
    links: Sequence[tuple[str, str]] = (),
    other_language: str | None = None,
    synthetic: bool = False,
    home: str | None = None,
    description: str | None = None,
) -> str:
    """A whole HTML page around a body.

    Parameters
    ----------
    title : plain text; also the page's h1 where the body has none
    body : trusted HTML in the order h2, p, table, figure, details, pre; text from data must be escaped already
    language : ``"da"`` or ``"en"``
    breadcrumbs : (label, relative address or None) from the second step on; the first is the front page
    links : (label, relative address) shown at the top right
    other_language : relative address of the same page in the other language
    synthetic : True puts the warning about simulated data above everything else
    home : relative address of the front page; by default the one two folders up in the page's own language
    description : one plain sentence for search results

    Returns
    -------
    HTML text. It asks for no other file, and its Content-Security-Policy forbids scripts.

    Examples
    --------
    >>> html = document(title="Virker det?", body="<p>Måske.</p>", language="da")
    >>> '<html lang="da">' in html, "<h1>Virker det?</h1>" in html, "<script" in html
    (True, True, False)
    """
    one_of(language, LANGUAGES, name="language")
    return render(
        "document.html",
        language,
        title=title,
        body=Markup(body),  # noqa: S704 (trusted by contract)
        heading=None if _HEADING.search(body) else title,
        breadcrumbs=breadcrumbs,
        links=links,
        other_language=other_language,
        other="en" if language == "da" else "da",
        synthetic=synthetic,
        home=home or _FRONT_DOORS[language],
        description=description,
        policy=CONTENT_SECURITY_POLICY,
        stylesheet=stylesheet(),
        version=__version__,
        simulated=simulated_banner(language),
    )


def simulated_banner(language: str) -> str:
    """The words over everything made from simulated data."""
    _ = translator(language)
    return _("EXAMPLE WITH SIMULATED DATA - must not be used for decisions.")
