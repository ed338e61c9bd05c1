"""The guide: its calls run, its numbers agree with R's, and the site built from it is whole and loads nothing from elsewhere."""

import contextlib
import csv
import io
import os
import re
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from bs4 import BeautifulSoup

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "notebooks" / "guide"
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)
PAGES = [page for page in sorted(GUIDE.rglob("*.md")) if BLOCK.search(page.read_text(encoding="utf-8"))]


@pytest.fixture(scope="module")
def extensions():
    pytest.importorskip("sphinx", reason="the documentation site is an extra")
    sys.path.insert(0, str(GUIDE / "_ext"))
    yield
    sys.path.remove(str(GUIDE / "_ext"))


# --- sources --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(GUIDE).as_posix())
def test_every_call_on_a_page_runs(page, monkeypatch):
    monkeypatch.chdir(ROOT)
    names = {}
    for block in BLOCK.findall(page.read_text(encoding="utf-8")):
        exec(compile(block, page.name, "exec"), names)
    assert "ww" in names


@pytest.mark.parametrize("room", ["did", "matching", "synthesis"])
def test_every_number_beside_rs_is_rs(extensions, room):
    import validation

    rows = list(validation.TABLES[room]())
    assert len(rows) > 10
    for row in rows:
        # R's answers are stored with twelve digits.
        assert row["ours"] == pytest.approx(row["theirs"], rel=1e-9, abs=1e-11), row["what"]


def test_a_number_that_is_not_rs_would_be_seen(extensions):
    import validation

    rows = [{"what": "`x`", "number": "effect", "ours": 1.25, "theirs": 1.0, "by": "somewhere 1.0"}]
    assert validation.as_markdown(rows)[-1] == "| `x` | effect | 1.25 | 1 | 2e-01 | somewhere 1.0 |"


def test_every_notebook_of_the_desk_and_every_room_has_a_page():
    numbered = {notebook.stem for notebook in (ROOT / "notebooks").glob("[0-9]*.ipynb")}
    assert {page.stem for page in (GUIDE / "desk").glob("[0-9]*.md")} == numbered
    rooms = {room.parent.name for room in (ROOT / "src" / "whatworks").glob("*/__init__.py")} - {"cli"}
    assert {page.stem for page in (GUIDE / "reference").glob("*.rst")} == rooms


def test_the_glossary_has_two_words_in_every_row_and_no_word_twice():
    rows = list(csv.reader((GUIDE / "glossary.csv").read_text(encoding="utf-8").splitlines()))
    assert all(len(row) == 2 and all(row) for row in rows)
    assert len({danish for danish, _ in rows}) == len(rows)


def test_meanings_of_several_lines_stay_in_one_piece(extensions):
    import docstrings

    lines = [
        "Parameters",
        "----------",
        "df : one row per",
        "    person",
        "a, b,",
        "c : as above",
        "",
        "Returns",
        "-------",
        "A : b",
    ]
    assert docstrings.meaning_below_name(lines) == [
        *("Parameters", "----------", "df", "    one row per", "    person", "a, b, c", "    as above"),
        *("", "Returns", "-------", "A : b"),
    ]


def test_what_a_call_showed_stands_below_it_in_english_and_without_controls(extensions):
    import desk

    figure = {"data": {desk.FRAGMENTS: {"da": "<p>Figur</p>", "en": "<p>Figure</p>"}, "text/html": "<style>x</style>"}}
    control = {"data": {desk.WIDGET: {}, "text/plain": "IntSlider()"}}
    said = {"output_type": "stream", "name": "stdout", "text": "a < b"}
    cell = {"cell_type": "code", "source": "show()", "outputs": [figure, control, said]}
    page = desk.as_markdown([{"cell_type": "markdown", "source": "# Words"}, cell])
    assert page.startswith("# Words\n\n```python\nshow()\n```")
    assert '<div class="desk-output"><p>Figure</p></div>' in page
    assert "<pre>a &lt; b</pre>" in page
    assert "Figur<" not in page
    assert "IntSlider" not in page


# --- the site -------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The guide, built without a warning."""
    pytest.importorskip("furo", reason="the documentation site is an extra")
    from sphinx.cmd.build import build_main

    out = tmp_path_factory.mktemp("guide")
    said, before = io.StringIO(), list(sys.path)
    with contextlib.chdir(ROOT), contextlib.redirect_stderr(said):
        options = ["-W", "--keep-going", "-q", "-b", "html", "-d", str(out / "trees")]
        code = build_main([*options, str(GUIDE), str(out / "html")])
    sys.path[:] = before
    assert code == 0, said.getvalue()[-4000:]
    return {
        page.relative_to(out / "html").as_posix(): BeautifulSoup(page.read_text(encoding="utf-8"), "lxml")
        for page in sorted((out / "html").rglob("*.html"))
    } | {"": out / "html"}


def pages_of(site):
    return {name: page for name, page in site.items() if name}


@pytest.mark.slow
def test_every_link_and_anchor_leads_somewhere(site):
    anchors = {name: {tag["id"] for tag in page.find_all(id=True)} for name, page in pages_of(site).items()}
    lost = []
    for name, page in pages_of(site).items():
        for tag in page.find_all("a", href=True):
            to = urlsplit(tag["href"])
            if to.scheme or to.netloc:
                continue
            target = os.path.normpath(Path(name).parent / unquote(to.path)) if to.path else name
            known = target in anchors or (site[""] / target).is_file()
            if not known or (to.fragment and unquote(to.fragment) not in anchors.get(target, set())):
                lost.append(f"{name}: {tag['href']}")
    assert not lost


@pytest.mark.slow
def test_nothing_is_loaded_from_elsewhere(site):
    loaded = []
    for name, page in pages_of(site).items():
        for tag in page.find_all(["script", "img", "iframe", "source", "link"]):
            address = tag.get("src") or (tag.get("href") if tag.name == "link" else None)
            if address and (urlsplit(address).scheme not in ("", "data") or urlsplit(address).netloc):
                loaded.append(f"{name}: {address}")
    for sheet in site[""].rglob("*.css"):
        loaded += [
            f"{sheet.name}: {found}" for found in re.findall(r"url\(\s*['\"]?(?:https?:)?//[^)]*", sheet.read_text("utf-8"))
        ]
    assert not loaded


@pytest.mark.slow
def test_pages_hold_what_they_promise(site):
    formulas = site["methods/did.html"].find_all("math")
    assert len(formulas) > 10
    assert not site["methods/did.html"].find_all("merror")
    assert site["reference/did.html"].find(id="whatworks.did.att_gt")
    assert "1,000,000" in site["benchmarks.html"].get_text()
    assert "Shift and Enter" in site["desk/00_start.html"].get_text()
    assert len(site["validation.html"].find_all("tr")) > 40
