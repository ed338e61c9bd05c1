"""The last look at a page's body before it is written: safe, readable aloud, complete in itself."""

import re
from typing import TypeGuard

from bs4 import BeautifulSoup, Tag

from whatworks.core.errors import InvalidResult, MissingAltText

# Elements that run, fetch or ask for input. A page is read; it does nothing.
_FORBIDDEN = (
    *("script", "iframe", "frame", "object", "embed", "applet", "link", "base", "meta", "form", "input"),
    *("button", "select", "textarea", "video", "audio", "source", "foreignobject"),
)
_ADDRESSES = ("src", "srcset", "poster", "data", "href", "xlink:href", "action", "formaction", "background")
_LOADED_STYLE = re.compile(r"@import|url\(\s*['\"]?(?!#|data:)", re.IGNORECASE)
_SAFE_LINK = re.compile(r"(https?:|mailto:|#|[^:]*$|[^:]*[/?#])", re.IGNORECASE)


def finished(html: str) -> str:
    """A body fit to publish.

    Tables get header cells with a scope, and a frame that scrolls by keyboard where they are wide. Headings are renumbered so
    that there is one h1 and no level is skipped.

    Raises
    ------
    InvalidResult
        If something in it would run, ask for input, or load from elsewhere.
    MissingAltText
        If a figure has no alternative text.

    Examples
    --------
    >>> finished("<h1>One</h1><h3>Two</h3><h1>Three</h1>")
    '<h1>One</h1><h2>Two</h2><h2>Three</h2>'
    """
    soup = BeautifulSoup(html, "html.parser")
    # pandas styles its tables for a notebook; the page has its own look.
    for style in soup.find_all("style", scoped=True):
        style.decompose()
    for element in soup.find_all(True):
        _refuse_active(element)
    _refuse_silent_figures(soup)
    for table in soup.find_all("table"):
        _name_headers(table)
        _let_scroll(soup, table)
    _order_headings(soup)
    _join_code(soup)
    return str(soup)


def _refuse_active(element: Tag) -> None:
    if element.name.lower() in _FORBIDDEN:
        raise InvalidResult(f"The report shows a <{element.name}>; a page must be readable without it. Show a table or a figure.")
    for name, value in element.attrs.items():
        text = " ".join(value) if isinstance(value, list) else str(value)
        if name.lower().startswith("on"):
            raise InvalidResult(f"The report shows a <{element.name}> with the script attribute {name!r}. Show it without.")
        if name.lower() in _ADDRESSES:
            _refuse_address(element, text.strip())
        if name.lower() == "style":
            _refuse_style(element, text)
    if element.name == "style":
        _refuse_style(element, element.get_text())


def _refuse_address(element: Tag, address: str) -> None:
    # Browsers ignore control characters inside a scheme, so they are taken out before looking.
    plain = re.sub(r"[\x00-\x20]", "", address)
    safe = _SAFE_LINK.match(plain) if element.name == "a" else plain.startswith(("data:image/", "#"))
    if not safe:
        raise InvalidResult(
            f"The report shows a <{element.name}> that points to {plain[:60]!r}; a page loads nothing from elsewhere. Embed it."
        )


def _refuse_style(element: Tag, text: str) -> None:
    if _LOADED_STYLE.search(text):
        raise InvalidResult(f"The style of a <{element.name}> loads something from elsewhere. Leave it out.")


def _refuse_silent_figures(soup: BeautifulSoup) -> None:
    for image in soup.find_all("img"):
        if not str(image.get("alt") or "").strip():
            raise_missing_text("A picture")
    for drawing in soup.find_all("svg"):
        if drawing.find_parent("svg") is None and not _has_name(drawing):
            raise_missing_text("A drawing")


def raise_missing_text(what: str) -> None:
    """Refuse a figure that says nothing to someone who cannot see it.

    Raises
    ------
    MissingAltText
    """
    raise MissingAltText(
        f"{what} in the report has no alternative text. Show it with ww.findings.show, or set 'alt' in the output's metadata."
    )


def _has_name(drawing: Tag) -> bool:
    if drawing.get("aria-hidden") == "true":
        return True
    title = drawing.find("title")
    named = drawing.get("aria-label") or drawing.get("aria-labelledby") or (title is not None and title.get_text(strip=True))
    return bool(named and str(named).strip())


def _name_headers(table: Tag) -> None:
    for cell in table.find_all("th"):
        if not cell.get_text(strip=True) and cell.find(True) is None:
            # An empty header names nothing; pandas leaves one over its index.
            cell.name = "td"
        elif not cell.get("scope"):
            cell["scope"] = "col" if cell.find_parent("thead") else "row"
    del table["border"]


def _let_scroll(soup: BeautifulSoup, table: Tag) -> None:
    if table.find_parent(class_="scroll") is None and table.find_parent("table") is None:
        frame = soup.new_tag("div", attrs={"class": "scroll", "tabindex": "0"})
        table.wrap(frame)


def _order_headings(soup: BeautifulSoup) -> None:
    headings = soup.find_all(re.compile(r"^h[1-6]$"))
    # Without a title of its own the body stands under the one that the frame writes.
    above = [1.0] if headings and headings[0].name != "h1" else []
    titled = False
    for heading in headings:
        level = float(heading.name[1])
        if level == 1 and titled:
            # A second title is a section of the first; what stood under it stays under it.
            level = 1.5
        titled = titled or level == 1
        while above and above[-1] >= level:
            above.pop()
        above.append(level)
        heading.name = f"h{min(len(above), 6)}"


def _join_code(soup: BeautifulSoup) -> None:
    """Code cells with nothing to see between them fold away as one."""
    for fold in soup.find_all("details", class_="code"):
        if fold.parent is None:
            continue
        while _folds_code(following := _next_element(fold)):
            for part in following.find_all("pre", recursive=False):
                fold.append(part.extract())
            following.decompose()


def _folds_code(element: object) -> TypeGuard[Tag]:
    return isinstance(element, Tag) and element.name == "details" and "code" in (element.get("class") or [])


def _next_element(element: Tag) -> object:
    """What follows, white space apart."""
    return next((each for each in element.next_siblings if isinstance(each, Tag) or str(each).strip()), None)
