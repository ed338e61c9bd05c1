"""A target group's page: published, our own, both together, the standards, the verdict with its reason."""

import re
from dataclasses import replace

import pytest

import whatworks as ww
from whatworks.findings import page_of_group
from whatworks.findings.bodies import Body
from whatworks.findings.standards_panel import ASKS, COUNTING, panel_rows, unrated_rows

LARK = "youth_mental_difficulties"
BANNER = "EXAMPLE WITH SIMULATED DATA"


@pytest.fixture(scope="module")
def registry():
    return ww.evidence.load()


@pytest.fixture(scope="module")
def homeless(registry):
    return page_of_group(registry, "homelessness", language="en")


@pytest.fixture(scope="module")
def care(registry):
    return page_of_group(registry, "out_of_home_care", language="en")


@pytest.fixture(scope="module")
def lark_page(registry, samples):
    return page_of_group(registry, LARK, [samples.rollout()], language="en")


def words(html):
    return re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", re.sub(r"<style.*?</style>|<svg.*?</svg>", " ", html, flags=re.S)))


def sections(html):
    return [words(text).strip() for text in re.findall(r"<h2[^>]*>(.*?)</h2>", html, re.S)]


def test_the_parts_stand_in_the_same_order_for_every_group_with_evidence(homeless, lark_page, care):
    for html in (homeless, lark_page, care):
        assert sections(html) == [
            "The verdict, method by method",
            "What others have found",
            "What we have found ourselves",
            "Both together",
            "How the published standards rate it",
            "How the verdict is reached",
        ]


def test_a_group_without_anything_says_we_do_not_know_and_what_would_help(registry):
    html = page_of_group(registry, "acquired_brain_injury", language="da")
    assert "<strong>Vi ved det ikke.</strong>" in html
    assert "Det er ikke det samme som ingen forskel." in html
    assert 'class="strip"' not in html


def test_an_unrated_group_is_hatched_and_never_called_no_difference(homeless):
    html = homeless
    assert html.count('class="is-unknown"') == 3
    assert "Not rated yet." in html
    table = html.split("<tbody>")[1].split("</tbody>")[0]
    assert "No clear difference" not in words(table)


def test_both_together_shows_the_weights_the_conflict_and_what_is_not_known_of_our_citizens(lark_page):
    html = words(lark_page)
    assert re.search(r"our own figures weigh \d+%, the published studies \d+%", html)
    assert "do not contradict each other" in html
    assert "It has not been looked into whether our citizens resemble those in the studies." in html


def test_where_they_cannot_be_put_together_the_page_says_why(registry, samples):
    html = words(page_of_group(registry, "adults_outside_labour_market", [samples.matched()], language="en"))
    assert "Not put together. We have found nothing published about the same method and the same outcome." in html


def test_the_verdict_agrees_with_the_finding_page_about_our_own_numbers(registry, samples):
    finding = samples.matched()
    html = words(page_of_group(registry, "adults_outside_labour_market", [finding], language="da"))
    assert "Hjælper sandsynligvis" in html
    assert "Hjælper sandsynligvis" in words(ww.findings.page(finding, "da"))


def test_an_unreliable_comparison_shows_no_number(registry, samples):
    finding = samples.rollout(pretrends=False)
    html = page_of_group(registry, LARK, [finding], language="en")
    own = html.split("What we have found ourselves")[1].split("Both together")[0]
    assert "4.6" not in words(own)
    assert "Our own comparison is not reliable" in html


def test_every_standard_stands_there_with_what_would_lift_it(registry, samples, lark_page):
    html = lark_page
    rows = panel_rows(bodies(registry, samples)[0].panel, "en")
    assert [row["code"] for row in rows] == [*ASKS, *COUNTING]
    for row in rows:
        assert row["name"].replace("&", "&amp;").replace("'", "&#39;") in html
        assert row["lift"]


def bodies(registry, samples) -> list[Body]:
    from whatworks.findings.bodies import bodies_of

    return bodies_of(registry, LARK, [samples.rollout()])


def test_reasons_are_words_and_never_names_of_columns(registry, samples, lark_page, care):
    danish = page_of_group(registry, "adults_outside_labour_market", [samples.matched()], language="da")
    for html in (lark_page, care, danish):
        told = [words(row) for row in re.findall(r"<tr>.*?</tr>", html, re.S)]
        assert not [row for row in told if re.search(r"[a-z]_[a-z]", re.sub(r"https?://\S+", "", row))]


def test_standards_without_a_single_study_rate_nothing_and_say_what_they_ask():
    rows = unrated_rows("en")
    assert {row["rating"] for row in rows} == {"Not rated"}
    assert all(row["lift"] for row in rows)
    assert {row["lift"] for row in rows}.isdisjoint({row["lift"] for row in unrated_rows("da")})


def test_an_invented_group_carries_the_banner_and_a_mixed_one_carries_it_over_the_examples(registry, samples, lark_page):
    assert BANNER in lark_page.split("<h1>")[0]
    moved = samples.rollout(target_group="homelessness")
    html = page_of_group(registry, "homelessness", [moved], language="en")
    assert BANNER not in html.split("<h1>")[0]
    real, examples = html.split("Examples with simulated data")
    assert BANNER in examples
    assert "The Lark Model" not in words(real)


def test_hostile_titles_are_escaped_and_endless_ones_do_not_break_the_page(registry):
    hostile = "<script>alert('x')</script>" + "a" * 5000
    rows = registry.reviews.assign(outcome_as_printed=hostile, authors=hostile).groupby("method").head(1)
    studies = registry.studies.assign(citation=hostile)
    studies = studies[studies["outcome"] != "secondary_education"]
    html = page_of_group(replace(registry, reviews=rows, studies=studies), "out_of_home_care", language="en")
    assert "<script" not in html
    assert "&lt;script&gt;" in html


def test_reports_that_could_not_be_made_are_linked(registry):
    html = page_of_group(registry, "acquired_brain_injury", language="en", failed=[("acquired_brain_injury/housing_first", {})])
    assert 'href="housing_first/finding.en.html"' in html


def test_pages_lead_to_the_findings_home_and_the_other_language(lark_page):
    html = lark_page
    for address in ("laerkemodellen/finding.en.html", "../en/index.html", "index.da.html"):
        assert f'href="{address}"' in html


def test_equal_input_gives_equal_bytes_whatever_the_order(registry, samples):
    findings = [samples.matched(), samples.unknown()]
    group = "adults_outside_labour_market"
    assert len({page_of_group(registry, group, some, language="da") for some in (findings, findings[::-1])}) == 1
