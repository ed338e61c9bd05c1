"""One call, every language."""

import pandas as pd
import pytest
from markupsafe import Markup
from matplotlib.figure import Figure

from whatworks.core.errors import InvalidOption, MissingAltText
from whatworks.findings import charts
from whatworks.findings.notebook import FRAGMENTS, Shown, show


def _sentence(count: int, *, language: str) -> str:
    return {"da": f"{count} < flere", "en": f"{count} < more"}[language]


def test_every_language_is_kept_and_the_asked_one_shown():
    shown = show(_sentence, 3, language="en")
    bundle = shown._repr_mimebundle_()
    assert isinstance(shown, Shown)
    assert bundle[FRAGMENTS] == {"da": "<p>3 &lt; flere</p>", "en": "<p>3 &lt; more</p>"}
    assert bundle["text/plain"] == "3 < more" == str(shown)
    assert "<p>3 &lt; more</p>" in bundle["text/html"]
    assert 'lang="en"' in bundle["text/html"]


def test_danish_is_the_default():
    assert str(show(_sentence, 3)) == "3 < flere"


def test_a_figure_is_shown_as_markup_and_read_as_its_description():
    frame = pd.DataFrame({"covariate": ["age"] * 2, "stage": ["before", "after"], "smd": [0.5, 0.0]})
    shown = show(charts.love_figure, frame, language="en")
    assert shown.fragments["en"].startswith("<figure")
    assert str(shown).startswith("After matching the groups are alike on 1 of 1 characteristics.")
    assert shown.fragments["da"] != shown.fragments["en"]
    assert "<style" not in shown.fragments["da"]


def test_the_notebook_view_has_both_colour_schemes_and_loads_nothing():
    html = show(_sentence, 3)._repr_mimebundle_()["text/html"]
    assert 'data-jp-theme-light="false"' in html
    assert "prefers-color-scheme:dark" in html
    assert "http" not in html
    assert "<script" not in html


def test_a_frame_becomes_a_table_in_each_language():
    shown = show(lambda frame: frame, pd.DataFrame({"x": ["a"], "y": [0.5]}))
    assert "<td>0,50</td>" in shown.fragments["da"]
    assert "<td>0.50</td>" in shown.fragments["en"]


def test_text_that_looks_like_markup_is_text_unless_vouched_for():
    assert show(lambda: "<img src=x onerror=alert(1)>").fragments["da"] == "<p>&lt;img src=x onerror=alert(1)&gt;</p>"
    assert show(lambda: Markup("<b>ok</b>")).fragments["da"] == "<b>ok</b>"
    assert str(show(lambda: Markup("<style>p{}</style><b>a &lt; b</b>"))) == "a < b"


def test_something_with_its_own_view_is_shown_by_it():
    class Thing:
        def _repr_html_(self) -> str:
            return "<b>thing</b>"

    assert show(Thing).fragments["en"] == "<b>thing</b>"


def test_a_bare_figure_is_refused_with_the_way_out():
    def love_chart(*, language: str) -> Figure:
        return Figure()

    with pytest.raises(MissingAltText, match="Show love_figure instead"):
        show(love_chart)


def test_what_cannot_be_shown_is_refused():
    with pytest.raises(InvalidOption, match="returned int"):
        show(lambda: 3)
    with pytest.raises(InvalidOption, match="language='de'"):
        show(_sentence, 3, language="de")
