"""An executed notebook as a page body, in each language."""

import nbformat.v4 as notebook_format
import pytest

from whatworks.core.errors import InvalidResult, MissingAltText
from whatworks.workflow.render import FRAGMENTS, report_body

code, text, output = notebook_format.new_code_cell, notebook_format.new_markdown_cell, notebook_format.new_output
PICTURE = "iVBORw0KGgo="


def body(*cells, language="da", design="matched"):
    return report_body(notebook_format.new_notebook(cells=list(cells)), language=language, design=design)


def shown(data, **metadata):
    return code("x", outputs=[output("display_data", data=data, metadata=metadata)])


def test_text_in_the_other_language_is_left_out():
    cells = [text("# Titel", metadata={"tags": ["lang-da"]}), text("# Title", metadata={"tags": ["lang-en"]}), text("fælles")]
    danish, english = body(*cells), body(*cells, language="en")
    assert "<h1>Titel</h1>" in danish
    assert "Title" not in danish
    assert "<h1>Title</h1>" in english
    assert "fælles" in danish
    assert "fælles" in english


def test_cells_of_another_design_are_left_out():
    cells = [text("rollout only", metadata={"tags": ["design-rollout"]}), text("both", metadata={"tags": ["design-matched"]})]
    assert "rollout only" not in body(*cells)
    assert "both" in body(*cells)


def test_an_output_in_both_languages_shows_the_right_one():
    cell = shown({FRAGMENTS: {"da": "<p>dansk</p>", "en": "<p>english</p>"}, "text/html": "<p>lab</p>", "text/plain": "lab"})
    assert "<p>dansk</p>" in body(cell)
    assert "<p>english</p>" in body(cell, language="en")
    assert "lab" not in body(cell) + body(cell, language="en")


def test_an_output_that_lacks_a_language_is_refused():
    with pytest.raises(InvalidResult, match="has no 'en' text; it has da"):
        body(shown({FRAGMENTS: {"da": "<p>dansk</p>"}}), language="en")


def test_rendering_leaves_the_notebook_as_it_was():
    notebook = notebook_format.new_notebook(cells=[shown({FRAGMENTS: {"da": "a", "en": "b"}}), text("x")])
    first = report_body(notebook, language="da", design="matched")
    report_body(notebook, language="en", design="matched")
    assert report_body(notebook, language="da", design="matched") == first


def test_code_is_folded_away_without_prompts():
    html = body(code("x = '<b>'", execution_count=3, outputs=[output("execute_result", {"text/html": "3"}, execution_count=3)]))
    assert (
        '<details class="code"><summary>Vis koden</summary><pre tabindex="0"><code>x = \'&lt;b&gt;\'</code></pre></details>'
        in html
    )
    assert "In [" not in html
    assert "Out[" not in html


@pytest.mark.parametrize("type_", ["image/png", "image/jpeg", "image/svg+xml"])
@pytest.mark.parametrize("place", ["alt", "inside"])
def test_a_figure_carries_its_alternative_text(type_, place):
    words = 'Effect 5 <to> "8"'
    metadata = {"alt": words} if place == "alt" else {type_: {"alt": words}}
    data = "<svg xmlns='http://www.w3.org/2000/svg'/>" if "svg" in type_ else PICTURE
    html = body(shown({type_: data, "text/plain": "<Figure>"}, **metadata))
    assert f'src="data:{type_};base64,' in html
    assert "Effect 5 &lt;to&gt;" in html
    assert "<to>" not in html


@pytest.mark.parametrize("type_", ["image/png", "image/jpeg", "image/svg+xml"])
def test_a_figure_without_alternative_text_is_refused(type_):
    with pytest.raises(MissingAltText):
        body(shown({type_: PICTURE, "text/plain": "<Figure>"}))


def test_text_outputs_and_warnings_appear_as_text():
    hostile = "<script>alert(1)</script>"
    cell = code("x", outputs=[output("stream", name=name, text=hostile) for name in ("stdout", "stderr")])
    cell.outputs.append(output("execute_result", {"text/plain": hostile}, execution_count=1))
    html = body(code(f'title = "{hostile}"'), cell)
    assert html.count("&lt;script&gt;") == 4
    assert "<script" not in html


def test_an_output_that_brings_a_script_is_refused():
    with pytest.raises(InvalidResult, match="<script>"):
        body(shown({"text/html": "<div></div><script>draw()</script>"}))


def test_nothing_is_loaded_from_elsewhere():
    html = body(
        text("# Titel\n\n$x^2$\n\n```python\nx = 1\n```\n\n|a|\n|-|\n|1|"), shown({"text/latex": "$x$", "text/plain": "x"})
    )
    assert "http" not in html
    assert "<script" not in html
    assert '<th scope="col">a</th>' in html


def test_what_a_cell_only_names_is_folded_away_with_its_code():
    html = body(code("question", outputs=[output("execute_result", {"text/plain": "Question()"}, execution_count=1)]))
    assert '<code>question</code></pre><pre class="output" tabindex="0">Question()</pre></details>' in html
    assert html.count("Question()") == 1


def test_of_an_output_that_is_alive_the_page_shows_what_else_it_has_and_of_a_script_nothing():
    widget = {"application/vnd.jupyter.widget-view+json": {"model_id": "1"}}
    assert "<b>table</b>" in body(shown({**widget, "text/html": "<b>table</b>", "text/plain": "Slider()"}))
    assert "Slider()" in body(shown({**widget, "text/plain": "Slider()"}))
    assert "hidden" not in body(shown({"application/javascript": "hidden", "text/plain": "hidden"}))
