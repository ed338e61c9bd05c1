"""What holds for every figure: words, numbers, colours, room."""

import hashlib
import re

import pytest

from whatworks.findings import charts, style


def test_every_chart_has_its_four_functions(make):
    kinds = {name.removesuffix("_figure") for name in charts.__all__ if name.endswith("_figure")}
    assert kinds == set(make.figures)
    for kind in kinds:
        assert {f"{kind}_{part}" for part in ("data", "chart", "alt", "figure")} <= set(charts.__all__)


def test_nothing_overlaps_or_leaves_the_sheet(drawn, make):
    assert make.faults(drawn) == []


def test_it_has_title_description_and_caption(drawn):
    assert re.search(r'<svg[^>]* role="img" aria-labelledby="(\S+) (\S+)"', drawn)
    for tag in ("title", "desc", "figcaption", "caption"):
        assert re.search(rf"<{tag}[^>]*>[^<]{{10,}}", drawn), tag


def test_description_states_numbers(drawn):
    assert re.search(r"\d", re.search(r"<desc[^>]*>(.*?)</desc>", drawn).group(1))


def test_it_refers_to_nothing_outside_itself(drawn):
    assert not re.search(r"https?:|//|<script|<image|<use|xlink|@import|url\((?!#)", drawn)


def test_every_color_is_a_variable_of_the_page(drawn):
    paints = set(re.findall(r'(?:fill|stroke)="([^"]+)"', drawn)) | set(re.findall(r"fill:([^;\"]+)", drawn))
    assert paints - {"none"} <= {f"var({name})" for name in style.LIGHT}


def test_it_shrinks_with_the_page(drawn):
    root = re.search(r"<svg[^>]*>", drawn).group(0)
    assert re.search(r'viewBox="0 0 348 \d', root)
    assert not re.search(r' (width|height)="', root)
    assert "width:100%" in root
    assert "height:auto" in root


def test_text_is_at_least_eleven_pixels(drawn):
    assert min(float(size) for size in re.findall(r"font-size:([\d.]+)px", drawn)) >= 11


def test_it_is_small(drawn):
    assert len(drawn[drawn.index("<svg") : drawn.index("</svg>")].encode()) < 15_000


def test_its_table_has_headings_with_scope(drawn):
    assert "<th>" not in drawn
    assert 'scope="col"' in drawn
    assert 'scope="row"' in drawn


def test_identifiers_are_unique_and_pointed_at(drawn):
    names = re.findall(r' id="([^"]+)"', drawn)
    assert len(names) == len(set(names))
    assert set(re.search(r'aria-labelledby="([^"]+)"', drawn).group(1).split()) <= set(names)


@pytest.mark.parametrize("kind", ["forest", "designs", "overlap"])
def test_equal_input_gives_equal_bytes(kind, make):
    digests = {hashlib.sha256(make.figures[kind]("da").encode()).hexdigest() for _ in range(2)}
    assert len(digests) == 1


def test_danish_figures_have_no_english_words(make):
    english = re.compile(r"\b(the|difference|better|studies|interval not|shown|start(ed)? in|quarters)\b", re.IGNORECASE)
    for kind, draw in make.figures.items():
        words = re.sub(r"<[^>]+>", " ", draw("da"))
        assert not english.search(words), (kind, english.search(words))


def test_numbers_follow_the_language(make):
    assert "2,46 (1,58 til 3,84)" in make.figures["forest"]("da")
    assert "2.46 (1.58 to 3.84)" in make.figures["forest"]("en")
    assert "−8.498" in make.figures["designs"]("da")
    assert "−8,498" in make.figures["designs"]("en")


def test_simulated_data_say_so_inside_the_figure(make):
    html = charts.designs_figure(make.design_results(), language="da", synthetic=True)
    words = "EKSEMPEL MED SIMULEREDE DATA"
    assert words in html[html.index("<figure") : html.index("<svg")]
    assert words in re.search(r"<desc[^>]*>(.*?)</desc>", html).group(1)
    assert words not in charts.designs_figure(make.design_results(), language="da")


def test_the_callers_matplotlib_settings_stay_out_and_come_back(make):
    import matplotlib as mpl

    plain = make.figures["love"]("da")
    with mpl.rc_context({"font.size": 40, "lines.linewidth": 9, "text.usetex": True}):
        assert make.figures["love"]("da") == plain
        assert mpl.rcParams["lines.linewidth"] == 9
