"""Inline SVG: small, safe, in the page's colours."""

import re

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from markupsafe import Markup
from matplotlib.figure import Figure

from whatworks.core.errors import InvalidOption, MissingAltText
from whatworks.findings import figures, style

HOSTILE = '</title><script>alert("1")</script>'


def _figure(words: str = "a") -> Figure:
    page = style.sheet(40)
    style.write(page, 0, 20, words)
    style.mark(page, 100, 20)
    return page.figure


def test_a_figure_needs_words():
    for title, description in (("", "words"), ("words", " ")):
        with pytest.raises(MissingAltText, match="both a title and a description"):
            figures.svg(_figure(), title=title, description=description)


def test_every_text_is_escaped():
    table = pd.DataFrame({HOSTILE: [HOSTILE]})
    html = figures.figure_html(
        _figure(HOSTILE), caption=HOSTILE, alt=HOSTILE, table=table, language="en", unit=HOSTILE, note=HOSTILE, source=HOSTILE
    )
    assert isinstance(html, Markup)
    assert "<script" not in html
    assert html.count("&lt;script&gt;") >= 8


def test_equal_figures_have_equal_bytes_and_different_ones_different_names():
    one, same, other = (figures.svg(_figure(words), title="t", description="d") for words in ("a", "a", "b"))
    assert one == same
    assert re.search(r'id="(\w+)-t"', one).group(1) != re.search(r'id="(\w+)-t"', other).group(1)


def test_colors_are_the_pages_variables():
    drawn = figures.svg(_figure(), title="t", description="d")
    assert "var(--ink)" in drawn
    assert "var(--accent)" in drawn
    assert not re.search(r"#[0-9a-f]{6}", drawn)


def test_a_foreign_figure_keeps_its_own_colors_and_its_resolution():
    figure = Figure(dpi=150)
    figure.subplots().plot([0, 1], [0, 1], color="#123456")
    drawn = figures.svg(figure, title="t", description="d")
    assert 'stroke="#123456"' in drawn
    assert 'viewBox="0 0 460.8 345.6"' in drawn
    assert figure.dpi == 150


def test_what_leaves_its_axes_is_clipped():
    figure = Figure()
    axes = figure.subplots()
    axes.plot([0, 10], [0, 10])
    axes.set_xlim(0, 5)
    drawn = figures.svg(figure, title="t", description="d")
    clip = re.search(r'clip-path="url\(#(\S+?)\)"', drawn).group(1)
    assert f'<clipPath id="{clip}">' in drawn
    assert "\x00" not in drawn


def test_a_bitmap_is_refused():
    figure = Figure()
    figure.subplots().imshow(np.eye(2))
    with pytest.raises(InvalidOption, match="bitmap"):
        figures.svg(figure, title="t", description="d")


def test_turned_text_and_curves_are_drawn():
    figure = Figure()
    axes = figure.subplots()
    axes.set_ylabel("up")
    axes.add_patch(mpl.patches.Ellipse((0.5, 0.5), 0.2, 0.4))
    drawn = figures.svg(figure, title="t", description="d")
    assert "rotate(-90" in drawn
    assert re.search(r'd="M[^"]*C', drawn)


def test_the_table_twin_speaks_the_language():
    table = pd.DataFrame({"Mål": ["a"], "Andel": [0.5], "Antal": [1234], "Tom": [np.nan], "Ja": [True]})
    danish = figures.table_html(table, caption="Tal", language="da")
    assert "<td>0,50</td><td>1.234</td><td>–</td><td>True</td>" in danish
    assert "<td>0.50</td><td>1,234</td>" in figures.table_html(table, caption="Tal", language="en")
    assert '<th scope="row">a</th>' in danish
    assert "<caption>Tal</caption>" in danish


def test_the_palette_is_the_stylesheets():
    from importlib.resources import files

    css = (files("whatworks.findings") / "templates" / "style.css").read_text(encoding="utf-8")
    light, dark = (dict(re.findall(r"(--[\w-]+):(#\w+)", block)) for block in re.findall(r":root\{([^}]*)\}", css)[:2])
    short = {"#fff": "#ffffff"}
    assert {name: short.get(light[name], light[name]) for name in style.LIGHT} == style.LIGHT
    assert {name: short.get(dark[name], dark[name]) for name in style.DARK} == style.DARK


def _luminance(code: str) -> float:
    channels = np.array([int(code[place : place + 2], 16) / 255 for place in (1, 3, 5)])
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


@pytest.mark.parametrize("palette", [style.LIGHT, style.DARK], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("ink", "least"),
    [("--ink", 4.5), ("--ink-2", 4.5), ("--accent", 4.5), ("--good", 4.5), ("--warn", 3.0), ("--line-strong", 3.0)],
)
def test_contrast_inside_figures_meets_wcag(palette, ink, least):
    # WCAG 2.1: 4.5 for text (1.4.3), 3 for what must be seen to understand a graphic (1.4.11).
    for ground in ("--paper", "--card"):
        light, dark = sorted((_luminance(palette[ink]), _luminance(palette[ground])), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= least
