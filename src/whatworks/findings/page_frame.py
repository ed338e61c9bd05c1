"""The frame around every page: one file, readable without scripts, nothing loaded from elsewhere."""

import base64
import hashlib
import re
from collections.abc import Sequence

from markupsafe import Markup

from whatworks.core.errors import InvalidResult
from whatworks.core.options import one_of
from whatworks.core.unseen import spelt_out
from whatworks.core.version import __version__
from whatworks.documentation.last_door import refuse_people
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
    script: str = "",
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
    script : JavaScript of the page's own, for what the page can also do without; it holds nothing from data

    Returns
    -------
    HTML text. It asks for no other file, and its Content-Security-Policy forbids every script but this one, letter for letter.

    Raises
    ------
    DisclosureRisk
        If the page holds what looks like a civil registration number, or a citizen's pseudonym: the last door before a reader.
    InvalidResult
        If the script holds what would end it.

    Examples
    --------
    >>> html = document(title="Virker det?", body="<p>Måske.</p>", language="da")
    >>> '<html lang="da">' in html, "<h1>Virker det?</h1>" in html, "<script" in html
    (True, True, False)
    """
    one_of(language, LANGUAGES, name="language")
    refuse_people(body)
    refuse_people(f"{title} {description or ''} {' '.join(label for label, _address in (*breadcrumbs, *links))}")
    html = render(
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
        policy=content_security_policy(script),
        script=Markup(script),  # noqa: S704 (the page's own, and the policy names its hash)
        stylesheet=stylesheet(),
        version=__version__,
        simulated=simulated_banner(language),
    )
    return spelt_out(html, keep="\t\r")


def content_security_policy(script: str = "") -> str:
    """What a page with this script may do: show itself, and run this very script.

    Examples
    --------
    >>> content_security_policy("alert()").partition("script-src ")[2]
    "'sha256-S8S/VNmXuUuoIR6OhqBqwIiIkuCxXq31hCCHAHnicV8='"
    """
    if not script:
        return CONTENT_SECURITY_POLICY
    if "</script" in script.lower() or "<!--" in script:
        raise InvalidResult("The page's own script holds </script or <!--, which would end it. Write it without.")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return f"{CONTENT_SECURITY_POLICY}; script-src 'sha256-{digest}'"


def simulated_banner(language: str) -> str:
    """The words over everything made from simulated data."""
    _ = translator(language)
    return _("EXAMPLE WITH SIMULATED DATA - must not be used for decisions.")
