"""What a newcomer gets from `make reports`: the answers, and pages that hold for every reader."""

import json
import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote, urldefrag

import pytest

import whatworks as ww

ROOT = Path(__file__).resolve().parents[2]
CPR = re.compile(r"(?<![\d.,])(?:0[1-9]|[12]\d|3[01]|6[1-9]|[78]\d|9[01])(?:0[1-9]|1[0-2])\d{2}-?\d{4}(?![\d.,])")
BANNER = {"da": "EKSEMPEL MED SIMULEREDE DATA", "en": "EXAMPLE WITH SIMULATED DATA"}


class Outline(HTMLParser):
    """What the tests need to know of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def all(self, name):
        return [attrs for tag, attrs in self.tags if tag == name]


@pytest.fixture(scope="module")
def texts(pages):
    return {path: path.read_text(encoding="utf-8") for path in pages}


@pytest.fixture(scope="module")
def findings(site):
    return {path.parent: ww.findings.load(path.parent) for path in site.rglob("results.json")}


def find(findings, target_group):
    return next(finding for finding in findings.values() if finding.target_group == target_group)


def test_supported_work_shows_four_designs_and_the_experiment(findings):
    finding = find(findings, "adults_outside_labour_market")
    estimates = {name: result.headline.estimate for name, result in finding.results.items()}
    assert estimates["raw_gap"] == pytest.approx(-8497.516, abs=5e-4)
    # MatchIt: logit, largest first, caliper 0.2, unadjusted.
    assert estimates["matched"] == pytest.approx(1684.287, abs=5e-4)
    assert estimates["experiment"] == pytest.approx(1794.34, abs=5e-3)
    assert abs(estimates["matched_did"] - estimates["experiment"]) < 1000
    assert round(finding.results["experiment"].headline.std_error) == 671
    rules = finding.tables["std_errors"].set_index("rule")["std_error"]
    assert rules.round().to_dict() == {"classical": 633, "HC1": 671}
    assert {"balance", "overlap"} <= set(finding.tables)
    assert not finding.synthetic


def test_the_words_under_the_readmes_picture_are_the_sites_own_numbers(findings):
    readme = (ROOT / "README.md").read_text()
    results = find(findings, "adults_outside_labour_market").results
    told = results["experiment"].headline
    assert f"{told.estimate:,.0f} dollars a year more ({told.conf_low:,.0f} to {told.conf_high:,.0f})" in readme
    for name in ("raw_gap", "matched", "matched_did", "experiment"):
        assert f"{results[name].headline.estimate:+,.0f}".replace("-", "\N{MINUS SIGN}") in readme, name


def test_nobody_can_count_the_few_participants_without_a_match(site):
    folder = site / "adults_outside_labour_market" / "supported_work"
    for path in folder.iterdir():
        # Outlines of figures and digests hold any digits.
        text = re.sub(r"<svg\b.*?</svg>|\b[0-9a-f]{16,}\b", " ", path.read_text(encoding="utf-8"), flags=re.S)
        assert not re.search(r"(?<![\d.,])183(?![\d.,])", text), path.name
    assert not json.loads((folder / "results.json").read_text())["tables"]["counts"]["columns"]["dropped"]["values"][0]


def test_at_least_eight_target_groups_have_published_reviews(findings):
    groups = {f.target_group for f in findings.values() if f.design == "reviews" and len(f.tables["reviews"])}
    assert len(groups) >= 8


def test_every_published_row_stands_on_its_page_and_rows_without_interval_say_so(texts, site):
    reviews = ww.evidence.load(ROOT / "evidence").reviews
    for group, rows in reviews.groupby("target_group"):
        for language, words in (("da", "interval ikke oplyst"), ("en", "interval not stated")):
            text = texts[site / str(group) / "published_reviews" / f"finding.{language}.html"]
            assert words in text.casefold() or not rows["conf_low"].isna().any()
            for authors in rows["authors"][rows["authors"] != ""]:
                assert authors.replace("&", "&amp;") in text


def test_a_group_without_evidence_gets_a_page_that_says_we_do_not_know(texts, site):
    folder = site / "acquired_brain_injury" / "published_reviews"
    assert "Vi ved det ikke" in texts[folder / "finding.da.html"]
    assert "We do not know" in texts[folder / "finding.en.html"]


def test_simulated_answers_come_near_the_truth_that_no_notebook_reads(findings):
    truth = json.loads((ROOT / "tests/reference/synthetic_truth.json").read_text())
    for folder, finding in findings.items():
        if finding.design == "rollout":
            known = truth[finding.target_group]["att_overall"]
            answer = finding.answering.headline
            assert abs(answer.estimate - known) < 3 * answer.std_error, folder.name


def test_every_page_made_from_simulated_data_says_so(texts, findings):
    for folder, finding in findings.items():
        for language in ("da", "en"):
            for kind in ("finding", "report"):
                said = BANNER[language] in texts[folder / f"{kind}.{language}.html"]
                assert said == finding.synthetic


def test_no_real_programme_stands_over_an_invented_result(findings):
    registry = ww.evidence.load(ROOT / "evidence")
    for finding in findings.values():
        if finding.design == "rollout":
            assert registry.methods[finding.method].fields["synthetic"] is True


def test_every_page_has_a_language_a_title_one_h1_and_headings_in_order(texts):
    for path, text in texts.items():
        outline = Outline(text)
        language = "en" if path.name.endswith(".en.html") or path.parent.name == "en" else "da"
        assert outline.all("html")[0]["lang"] == language, path
        assert len(outline.all("title")) >= 1
        levels = [int(tag[1]) for tag, _ in outline.tags if re.fullmatch("h[1-6]", tag)]
        assert levels.count(1) == 1, path
        assert levels[0] == 1
        assert all(after - before <= 1 for before, after in pairwise(levels)), (path, levels)


def test_no_page_loads_anything_and_only_the_front_page_has_a_script_named_by_its_hash(texts):
    for path, text in texts.items():
        outline = Outline(text)
        front = path.name == "index.html"
        assert [*outline.all("script")] == ([{}] if front else []), path
        assert ("script-src" in text) is front, path
        for tag, attrs in outline.tags:
            loaded = [attrs.get("src"), attrs.get("href") if tag in ("link", "use", "image") else None, attrs.get("xlink:href")]
            assert not [address for address in loaded if address and not address.startswith(("data:", "#"))], path
        assert "@import" not in text
        assert not re.search(r"url\((?!#|[\"']?data:)", text), path


def test_every_figure_has_words_and_a_table_twin(texts):
    for path, text in texts.items():
        outline = Outline(text)
        assert all((attrs.get("alt") or "").strip() for attrs in outline.all("img")), path
        for figure in re.findall(r"<figure\b.*?</figure>", text, re.S):
            assert re.search(r"<(desc|svg[^>]*aria-label)", figure), path
            assert "<table" in figure, path


def test_every_table_has_headers(texts):
    for path, text in texts.items():
        for table in re.findall(r"<table\b.*?</table>", text, re.S):
            assert re.search(r"<th\b[^>]*scope=", table), (path, table[:200])
            assert not re.search(r"<th\b[^>]*>\s*</th>", table), (path, table[:200])


def test_links_inside_the_site_lead_somewhere(texts):
    for path, text in texts.items():
        ids = set(re.findall(r'\bid="([^"]+)"', text))
        for attrs in Outline(text).all("a"):
            address, fragment = urldefrag(attrs.get("href") or "")
            if re.match(r"[a-z]+:", address):
                continue
            target = (path.parent / unquote(address)) if address else path
            assert target.exists(), (path, address)
            if not address and fragment:
                assert fragment in ids, (path, fragment)


def test_pages_are_light_and_hold_no_number_that_looks_like_a_person(texts):
    for path, text in texts.items():
        assert len(text.encode()) < 130_000, (path, len(text.encode()))
        words = re.sub(r"<svg\b.*?</svg>|<style\b.*?</style>", " ", text, flags=re.S)
        assert not CPR.search(words), path


def test_no_path_of_this_machine_is_left_in_what_is_published(site):
    for path in site.rglob("*"):
        if path.is_file():
            text = path.read_text(encoding="utf-8", errors="ignore")
            assert str(ROOT) not in text, path
            assert str(site.parent) not in text, path


def test_danish_pages_write_numbers_as_danes_do(texts, site):
    danish = texts[site / "adults_outside_labour_market" / "supported_work" / "finding.da.html"]
    english = texts[site / "adults_outside_labour_market" / "supported_work" / "finding.en.html"]
    assert "1.794" in danish
    assert "1,794" in english


def test_a_second_run_executes_nothing_and_touches_nothing(site, make_site):
    before = {path: path.stat().st_mtime_ns for path in site.rglob("*") if path.is_file()}
    again = make_site(site)
    assert again.returncode == 0, again.stderr
    assert {path: path.stat().st_mtime_ns for path in site.rglob("*") if path.is_file()} == before
