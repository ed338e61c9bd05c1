"""One template environment for every page: autoescape on, undefined names refused, messages in the page's language."""

from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from whatworks.findings.language import number, percent, translator


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("whatworks.findings", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def stylesheet() -> Markup:
    """The one stylesheet, which every page carries inside itself."""
    text = (files("whatworks.findings") / "templates" / "style.css").read_text(encoding="utf-8")
    return Markup(text.strip())  # noqa: S704 (our own file)


def prepare() -> None:
    """Compile every template now; each process forked from this one then finds them ready."""
    for name in _environment().list_templates(extensions=["html"]):
        _environment().get_template(name)


def render(template: str, language: str, **values: Any) -> Markup:
    """Fill a template; text is escaped unless it already is ``Markup``."""
    html = (
        _environment()
        .get_template(template)
        .render(_=translator(language), language=language, number=number, percent=percent, **values)
    )
    return Markup(html)  # noqa: S704 (rendered with autoescape on)
