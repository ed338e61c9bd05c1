"""The site opened from the file system in a real browser."""

import shutil
import tempfile
from pathlib import Path

import pytest

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(BROWSER is None, reason="NO BROWSER: install chromium to run the browser tests"),
]
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]

# A comparison of services is as long as the services it compares.
NOT_ONE_PAGE = ("benchmark",)


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as home:
        launched = playwright.chromium.launch(executable_path=BROWSER, args=[*FLAGS, f"--crash-dumps-dir={home}"])
        yield launched
        launched.close()


def open_pages(browser, pages, *, width, scheme):
    """Every page in turn, in a window of that width; any request that leaves the file system fails the test."""
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    outside: list[str] = []
    context.on("request", lambda request: outside.append(request.url) if not request.url.startswith(("file:", "data:")) else None)
    page = context.new_page()
    for path in pages:
        page.goto(path.as_uri())
        yield path, page
    context.close()
    assert outside == []


@pytest.mark.parametrize("width", [320, 1280])
def test_no_page_scrolls_sideways(browser, pages, width):
    too_wide = [
        path.relative_to(pages[0].parents[0]).as_posix() if pages[0].parents[0] in path.parents else str(path.name)
        for path, page in open_pages(browser, pages, width=width, scheme="light")
        if page.evaluate("document.documentElement.scrollWidth") > width
    ]
    assert too_wide == []


# What follows from width and colours alone, beside everything there is.
SEEN = {
    "runOnly": ["color-contrast", "link-in-text-block", "scrollable-region-focusable", "target-size"],
    "resultTypes": ["violations"],
    # None of these looks into style sheets.
    "preload": False,
}
ALL = {"resultTypes": ["violations"]}


# Every page is seen in both widths and both colour schemes; a page and its translation see the four pairs of them together.
@pytest.mark.parametrize(
    ("language", "width", "scheme", "options"),
    [("da", 1280, "light", ALL), ("da", 320, "dark", SEEN), ("en", 320, "light", ALL), ("en", 1280, "dark", SEEN)],
)
def test_axe_finds_nothing_to_object_to(browser, pages, language, width, scheme, options):
    from axe_playwright_python.sync_playwright import Axe

    axe = Axe()
    found = {}
    # The front page has a folder for English, all others the language in their name.
    chosen = [path for path in pages if (path.name.endswith(".en.html") or path.parent.name == "en") == (language == "en")]
    for path, page in open_pages(browser, chosen, width=width, scheme=scheme):
        violations = axe.run(page, options=options).response["violations"]
        if violations:
            found[f"{path.parent.parent.name}/{path.parent.name}/{path.name}"] = [
                (each["id"], each["nodes"][0]["html"][:160]) for each in violations
            ]
    assert found == {}


def test_text_inside_figures_stays_readable_on_a_telephone(browser, pages):
    findings = [path for path in pages if path.name.startswith("finding")]
    measure = """() => Array.from(document.querySelectorAll('figure svg text')).map(t => {
        const box = t.getBoundingClientRect(); const scale = t.getScreenCTM().a;
        return [parseFloat(getComputedStyle(t).fontSize) * scale, box.width, t.textContent]; })
        .filter(([size, width]) => width > 0 && size < 11)"""
    small = {path: page.evaluate(measure) for path, page in open_pages(browser, findings, width=320, scheme="light")}
    assert {path.parent.name: texts[:3] for path, texts in small.items() if texts} == {}


def test_the_front_page_leads_to_a_finding_and_to_the_other_language(browser, site: Path):
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto((site / "index.html").as_uri())
    assert page.locator("html").get_attribute("lang") == "da"
    page.locator("a[hreflang=en], a[lang=en]").first.click()
    assert page.locator("html").get_attribute("lang") == "en"
    page.locator("a[href$='supported_work/finding.en.html']").first.click()
    assert page.locator("h1").count() == 1
    context.close()


def test_a_finding_prints_on_one_page_for_a_committees_agenda(browser, pages):
    findings = [path for path in pages if path.name.startswith("finding") and path.parent.name not in NOT_ONE_PAGE]
    findings = [path for path in findings if not path.parent.name.endswith("_investment")]
    sheets = {}
    for path, page in open_pages(browser, findings, width=1280, scheme="light"):
        pdf = page.pdf(prefer_css_page_size=True)
        sheets[f"{path.parent.parent.name}/{path.name}"] = pdf.count(b"/Type /Page") - pdf.count(b"/Type /Pages")
    assert sheets
    assert {name: count for name, count in sheets.items() if count != 1} == {}


def test_the_search_shortens_the_list_and_says_how_many_fit(browser, site: Path):
    context = browser.new_context()
    page = context.new_page()
    page.goto((site / "index.html").as_uri())
    lines = page.locator("#find li")
    assert lines.count() > 5
    page.fill("#search-words", "housing first")
    assert page.locator("#find li:visible").count() == 1
    assert page.inner_text("#search-found").startswith("1 af ")
    context.close()
