"""The last door: no page and no notebook with a person in it gets out."""

import nbformat
import pytest

from whatworks.core.errors import DisclosureRisk
from whatworks.documentation.last_door import refuse_people, refuse_people_in_notebook
from whatworks.findings.page_frame import document

# A day that no calendar has, as administrative numbers have them.
NUMBER = "610170" + "1234"
PSEUDONYM = "b_" + "a2b3c4d5e6f7g2h3"


@pytest.mark.parametrize("number", [NUMBER, f"{NUMBER[:6]}-{NUMBER[6:]}"])
@pytest.mark.parametrize("html", ["<td>{}</td>", "<pre>citizen {}\n</pre>", '<img alt="{}" src="x">', '<p title="{}">x</p>'])
def test_a_number_in_words_or_in_what_is_said_in_tags_is_refused_and_not_shown(html, number):
    with pytest.raises(DisclosureRisk, match="1 numbers that look like") as caught:
        refuse_people(html.format(number))
    assert number not in str(caught.value)
    assert number[-4:] not in str(caught.value)


def test_a_row_about_a_citizen_is_known_by_the_pseudonym():
    with pytest.raises(DisclosureRisk, match="rows about people") as caught:
        refuse_people(f"<tr><td>{PSEUDONYM}</td><td>44</td></tr>")
    assert PSEUDONYM not in str(caught.value)


@pytest.mark.parametrize(
    "html",
    [
        "<td>0.6101701234</td>",
        "<td>6101701234.5</td>",
        "<td>610170</td><td>1234</td>",
        f'<img src="data:image/png;base64,AA{NUMBER}AA=">',
        f"<code>3f{NUMBER}ab</code>",
        "<p>6.101.701.234 kr.</p>",
        "<td>^b_[0-9a-z]{16}$</td>",
    ],
)
def test_measured_numbers_pictures_fingerprints_and_patterns_are_let_through(html):
    refuse_people(html)


def test_no_page_is_made_around_a_person():
    with pytest.raises(DisclosureRisk, match="Nothing is published"):
        document(title="Virker det?", body=f"<p>{NUMBER}</p>", language="da")
    with pytest.raises(DisclosureRisk):
        document(title=f"Virker det? {NUMBER}", body="<p>Ja.</p>", language="da")


@pytest.mark.parametrize("place", ["source", "output", "metadata", "parameters"])
def test_a_notebook_is_looked_through_where_no_page_shows_it(place):
    cell = nbformat.v4.new_code_cell("1")
    notebook = nbformat.v4.new_notebook(cells=[cell])
    refuse_people_in_notebook(notebook)
    if place == "source":
        cell.source = f"citizen = '{NUMBER}'"
    elif place == "output":
        cell.outputs = [nbformat.v4.new_output("stream", text=f"{NUMBER}\n")]
    elif place == "metadata":
        cell.metadata["note"] = NUMBER
    else:
        notebook.metadata["papermill"] = {"parameters": {"citizen": int(NUMBER)}}
    with pytest.raises(DisclosureRisk):
        refuse_people_in_notebook(notebook)
