"""Citations to take along: each publication once, in forms that reference managers read."""

import json
import re
from pathlib import Path

import pandas as pd
import pytest

import whatworks as ww
from whatworks.core.errors import InvalidOption, MissingColumn
from whatworks.evidence.method_papers import METHODS, PAPERS

ROOMS = Path(ww.__file__).parent
ROWS = pd.DataFrame(
    {
        "review_id": ["a", "b", "c", "d"],
        "authors": ["Sørensen & Vibe", "Sørensen & Vibe", "Sørensen et al.", ""],
        "year": pd.array([2019, 2019, 2019, None], dtype="Int64"),
        "source": ["Tidsskrift 1:2", "Tidsskrift 1:2", "Care & Cure 50%", "J Clin Med 11(17):5100"],
        "doi": ["10.1/x", "10.1/X", "", ""],
    }
)


def test_effects_of_one_publication_share_an_entry_and_keys_differ():
    text = ww.evidence.bibtex(ROWS)
    assert re.findall(r"@misc\{(\w+),", text) == ["sorensen2019", "sorensen2019b", "j"]
    assert "author = {{Sørensen} and {Vibe}}" in text
    assert "author = {{Sørensen} and others}" in text
    assert r"Care \& Cure 50\%" in text
    assert text.count("{") == text.count("}")


def test_csl_names_people_year_place_and_doi():
    items = json.loads(ww.evidence.csl_json(ROWS))
    assert [item["id"] for item in items] == ["sorensen2019", "sorensen2019b", "j"]
    assert items[0] == {
        "id": "sorensen2019",
        "type": "article",
        "author": [{"family": "Sørensen"}, {"family": "Vibe"}],
        "issued": {"date-parts": [[2019]]},
        "container-title": "Tidsskrift 1:2",
        "DOI": "10.1/x",
    }
    assert items[1]["author"] == [{"family": "Sørensen"}, {"literal": "et al."}]
    assert "author" not in items[2]
    assert "issued" not in items[2]


def test_every_review_of_the_evidence_base_can_be_cited():
    reviews = ww.evidence.load().reviews
    items = json.loads(ww.evidence.csl_json(reviews))
    dois = {item.get("DOI", "").casefold() for item in items} - {""}
    assert dois == set(reviews["doi"].str.casefold()) - {""}
    assert ww.evidence.bibtex(reviews).count("@misc{") == len(items) == len({item["id"] for item in items})


def test_rows_that_are_no_reviews_are_refused():
    with pytest.raises(MissingColumn, match="'authors'"):
        ww.evidence.bibtex(pd.DataFrame({"review_id": ["a"]}))


@pytest.fixture
def result():
    panel = pd.DataFrame({"unit": [1, 1, 2, 2, 3, 3, 4, 4], "year": [1, 2] * 4, "treated": [1] * 4 + [0] * 4})
    panel["y"] = [1.0, 3, 2, 5, 1, 2, 2, 2]
    return ww.did.two_by_two(panel, outcome="y", unit="unit", time="year", treated="treated")


def test_a_result_is_cited_with_version_fingerprint_and_paper(result):
    text = ww.cite(result)
    assert ww.__version__ in text.splitlines()[0]
    assert result.provenance.data_fingerprint in text.splitlines()[0]
    assert "doi:10.1016/j.jeconom.2020.06.003" in text.splitlines()[1]
    entries = ww.cite(result, format="bibtex")
    assert "@software{whatworks," in entries
    assert r"two\_by\_two" in entries
    assert "pages = {101--122}" in entries
    software, paper = json.loads(ww.cite(result, format="csl"))
    assert (software["type"], software["version"]) == ("software", ww.__version__)
    assert paper["author"][0] == {"family": "Sant'Anna", "given": "Pedro H. C."}
    assert paper["type"] == "article-journal"


def test_what_is_no_result_or_format_is_refused(result):
    with pytest.raises(InvalidOption, match="DataFrame"):
        ww.cite(pd.DataFrame())
    with pytest.raises(InvalidOption, match="'bibtex'"):
        ww.cite(result, format="ris")


def test_every_method_named_is_made_somewhere_and_every_paper_is_there():
    source = "".join(path.read_text(encoding="utf-8") for path in ROOMS.rglob("*.py") if path.name != "method_papers.py")
    made = set(re.findall(r'method="([a-z]+\.[a-z0-9_]+)"', source))
    assert set(METHODS) <= made
    assert {key for keys in METHODS.values() for key in keys} == set(PAPERS)
    for paper in PAPERS.values():
        assert re.fullmatch(r"10\.\d{4,9}/\S+", paper.doi)
        assert all(", " in name for name in paper.authors)


def test_a_paper_named_here_is_named_by_the_code_that_uses_it():
    """The year and first author of each paper stand in the sources, so that the two cannot part."""
    source = "".join(path.read_text(encoding="utf-8") for path in ROOMS.rglob("*.py") if path.name != "method_papers.py")
    flat = re.sub(r"\s+", " ", source)
    for paper in PAPERS.values():
        family = paper.authors[0].partition(",")[0]
        assert re.search(rf"{re.escape(family)}[^.]{{0,120}}\(?{paper.year}", flat) or family == "Rücker", family
