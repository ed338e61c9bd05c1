"""What somebody writes into a catalogue, a table or a title is text on every page, and never markup, script or a path."""

import re
import shutil
from pathlib import Path

import pandas as pd
import pytest
import yaml
from bs4 import BeautifulSoup
from typer.testing import CliRunner

from whatworks.cli import app
from whatworks.core.errors import InvalidParameters, SiteNotWritable
from whatworks.findings import style
from whatworks.findings.page_frame import document
from whatworks.workflow.site import build_site

REPOSITORY = Path(__file__).parents[2]
# An element that runs, one that needs no closing, an attribute's end, two kinds of template, a comment, a style's end.
HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(2)>\"' onclick=alert(3) {{ 7*7 }} {% raw %} ${x} <!-- </style> %s"
    f" ]]> <svg onload=alert(4)> {'w' * 30}"
)
QUOTED = "alert(1)</script><img"


PLACES = """\
target_group: adults_autism
questions:
  - design: rollout
    method: klare_billeder
    outcome: who5
    data: evidence/documentation/adults_autism
    municipalities: ["440", "510"]
"""
BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
# What a browser makes of a page: what runs or loads, where links lead, what is wider than the page.
LOOK = """() => [
  ...[...document.querySelectorAll('*')].filter(e => [...e.attributes].some(a => /^on/i.test(a.name))).map(e => e.outerHTML),
  ...[...document.querySelectorAll('a')].filter(a => !/^(https?|mailto|file):$/.test(a.protocol)).map(a => a.outerHTML),
  ...(document.documentElement.scrollWidth > innerWidth ? ['wider: ' + document.documentElement.scrollWidth] : []),
  ...(/\\b49\\b/.test(document.title) ? [document.title] : []),
]"""


@pytest.fixture(scope="module")
def poisoned(tmp_path_factory):
    """The site of the repository's own notebooks over records in which every name and free text is hostile."""
    root = tmp_path_factory.mktemp("poisoned")
    (root / "notebooks" / "parameters").mkdir(parents=True)
    for name in ("method_report", "one_municipality"):
        shutil.copy(REPOSITORY / "notebooks" / f"{name}.ipynb", root / "notebooks" / f"{name}.ipynb")
    shutil.copy(REPOSITORY / "notebooks" / "parameters" / "homelessness.yml", root / "notebooks" / "parameters")
    (root / "notebooks" / "parameters" / "adults_autism.yml").write_text(PLACES)
    shutil.copytree(REPOSITORY / "evidence", root / "evidence", ignore=shutil.ignore_patterns("youth_*", "adults_social_*"))
    (root / "requirements.lock").write_text("numpy==2.4.0\n")
    _poison_catalogues(root / "evidence")
    _poison_deliveries(root / "evidence" / "documentation")
    run = build_site(root)
    assert [str(report.failure) for report in run.failed] == []
    return root / "reports"


def _poison_catalogues(evidence):
    for name in ("target_groups", "methods", "outcomes", "areas", "domains", "instruments"):
        path = evidence / f"{name}.yml"
        content = yaml.safe_load(path.read_text())
        for entry in content.values():
            for key in ("name", "description", "unit", "resembles", "population"):
                if key in entry:
                    entry[key] = {language: f"{text} {HOSTILE}" for language, text in entry[key].items()}
        if name == "methods":
            # Real places stand under their own names, which an invented method would hide.
            content["klare_billeder"].pop("synthetic")
        path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False))
    rows = evidence / "reviews.csv"
    quoted = HOSTILE.replace('"', '""')
    rows.write_text(re.sub(r"(homelessness,[a-z_]+,[a-z_]+,)homelessness,", rf'\1"{quoted}",', rows.read_text()))


def _poison_deliveries(folder):
    for path in folder.glob("*/*.csv"):
        table = pd.read_csv(path, dtype="str", keep_default_na=False)
        for column in {"municipality_name", "organisation_name", "service_name", "instrument_name"}.intersection(table):
            table[column] = [f"{text[:12]} {HOSTILE}" for text in table[column]]
        table.to_csv(path, index=False)
    for path in folder.glob("*/delivery.yml"):
        path.write_text("synthetic: false\n")


def test_hostile_words_in_the_evidence_are_text_on_every_page(poisoned):
    pages = sorted(poisoned.rglob("*.html"))
    assert len(pages) >= 16
    for path in pages:
        html = path.read_text()
        page = BeautifulSoup(html, "html.parser")
        assert not [element for element in page.find_all(True) if any(name.startswith("on") for name in element.attrs)], path
        assert not page.find_all(["iframe", "object", "embed", "link", "base", "form"]), path
        assert all(image["src"].startswith("data:") for image in page.find_all("img")), path
        policy = page.find("meta", attrs={"http-equiv": "Content-Security-Policy"})["content"]
        assert policy.startswith("default-src 'none'"), path
        scripts = page.find_all("script")
        assert len(scripts) == policy.count("'sha256-"), path
        assert not [script for script in scripts if "alert" in script.text], path
        # Pages about deliveries name no method and no review.
        assert QUOTED in page.get_text() or path.parent.name == "documentation", path
        assert "49" not in page.find("h1").get_text(), path


@pytest.mark.browser
@pytest.mark.skipif(BROWSER is None, reason="NO BROWSER: install chromium to run the browser tests")
def test_a_browser_runs_loads_and_follows_nothing_that_stands_in_a_name(poisoned):
    from playwright.sync_api import sync_playwright

    seen, told = {}, []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=["--no-sandbox", "--disable-gpu", "--no-first-run"])
        page = browser.new_page(viewport={"width": 320, "height": 900})
        page.on("dialog", lambda dialog: (told.append(dialog.message), dialog.dismiss()))
        page.on("console", lambda message: told.append(message.text))
        page.on("pageerror", lambda error: told.append(str(error)))
        page.on("request", lambda request: told.append(request.url) if not request.url.startswith(("file:", "data:")) else None)
        for path in sorted(poisoned.rglob("*.html")):
            page.goto(path.as_uri())
            if found := page.evaluate(LOOK):
                seen[path.relative_to(poisoned).as_posix()] = found
        page.goto(f'{(poisoned / "index.html").as_uri()}?q=<script>alert(1)</script>#"><img src=x onerror=alert(2)>')
        page.fill("#search-words", HOSTILE)
        assert page.inner_text("#search-found").startswith("2 ")
        page.fill("#search-words", "<img src=x onerror=alert(4)>{n}")
        assert page.inner_text("#search-found").startswith("0 ")
        browser.close()
    assert seen == {}
    assert told == []


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("    data: ../../../etc", "leads out of the project"),
        ("    data: /etc/passwd", "leads out of the project"),
        ("    data: ~/x", "leads out of the project"),
        ("    data: file:///etc", "leads out of the project"),
        ("    method: ../../up", "cannot name a folder"),
        ("    output: /tmp/elsewhere", "not a known parameter"),
        ("    target_group: ../x", "not a known parameter"),
        ("    title: !!python/object/apply:os.system [echo]", "not allowed"),
        ("    title: &a [*a]", "stands for something written elsewhere"),
    ],
)
def test_no_parameter_leads_out_of_the_project_or_builds_an_object(project, runner, line, told):
    path = project / "notebooks" / "parameters" / "homelessness.yml"
    path.write_text(path.read_text() + line + "\n")
    with pytest.raises(InvalidParameters, match=told):
        build_site(project, runner=runner)
    assert runner.made == []


def test_a_link_in_the_place_of_a_report_is_refused_and_not_followed(project, runner, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (project / "reports" / "homelessness").symlink_to(outside)
    with pytest.raises(SiteNotWritable, match="holds homelessness, which is not from an earlier run"):
        build_site(project, runner=runner)
    assert list(outside.iterdir()) == []


def test_an_option_that_names_no_question_is_repeated_as_text(project, monkeypatch):
    monkeypatch.chdir(project)
    result = CliRunner().invoke(app, ["reports", "--target-group", "[bold red]../x[/]"])
    assert result.exit_code == 2
    assert "'[bold red]../x[/]'" in result.stderr


# Sets the terminal's title, empties the screen, turns the letters after it round.
STEERING = "\x1b]0;owned\x07\x1b[2J\u202e"


@pytest.mark.parametrize(
    "arguments",
    [
        ("plan", f"p{STEERING}.yml"),
        ("collect", f"p{STEERING}.yml"),
        ("validate", "delivery", "--mapping", f"p{STEERING}.yml"),
        ("init", f"there{STEERING}"),
        ("reports", "--target-group", STEERING),
    ],
)
def test_the_name_of_a_file_does_not_steer_the_terminal(project, monkeypatch, arguments):
    monkeypatch.chdir(project)
    (project / f"p{STEERING}.yml").write_text("a: 1\n")
    (project / f"there{STEERING}").mkdir()
    (project / f"there{STEERING}" / "file").touch()
    result = CliRunner().invoke(app, list(arguments))
    assert result.exit_code != 0
    assert "\\x1b]0;owned\\x07\\x1b[2J\\u202e" in result.stderr
    assert not set("\x1b\x07\u202e").intersection(result.output)


def test_what_turns_the_letters_round_is_written_out_on_a_page():
    page = document(title="Virker \u202edet?", body="<p>Nul \0 og \u2066skjult</p>\r\n", language="da")
    assert not set("\0\u202e\u2066").intersection(page)
    assert "<h1>Virker \\u202edet?</h1>" in page
    assert "<p>Nul \\x00 og \\u2066skjult</p>\r\n" in page
    # A figure measures the words that the page will show.
    assert style.plain("over\u202e\nturned") == "over\\u202e turned"
    assert style.text_width("\u202e") == style.text_width("\\u202e") > 0
