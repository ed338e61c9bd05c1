"""The front door orders by alphabet, keeps the simulated apart, and leads to every page."""

import base64
import hashlib
import re
from html import unescape

import pytest

import whatworks as ww
from whatworks.findings import error_page, index_page
from whatworks.findings.marks import dots_mark, interval_mark

ADDRESS = re.compile(r'href="([^"]+)"')


@pytest.fixture
def findings(samples):
    return [samples.rollout(), samples.matched(), samples.unknown(), samples.reviews()]


def headings(html, level):
    return [re.sub("<[^>]+>", "", text) for text in re.findall(rf"<h{level}[^>]*>(.*?)</h{level}>", html, re.DOTALL)]


def test_three_doors_open_on_places_that_exist(findings):
    html = index_page(findings, language="da")
    for door in ("Jeg arbejder med borgere", "Jeg beslutter og betaler", "Jeg forsker"):
        assert door in html
    inner = {address[1:] for address in ADDRESS.findall(html) if address.startswith("#")}
    assert {"groups", "answers", "reports"} <= inner
    assert not [name for name in inner if f'id="{name}"' not in html]


@pytest.mark.parametrize(("language", "prefix", "other"), [("da", "", "en/index.html"), ("en", "../", "../index.html")])
def test_every_finding_report_and_table_of_numbers_is_linked_from_where_the_page_stands(findings, language, prefix, other):
    addresses = set(ADDRESS.findall(index_page(findings, language=language)))
    for finding in findings:
        folder = f"{prefix}{finding.target_group}/{finding.method}"
        assert f"{folder}/finding.{language}.html" in addresses
        assert {f"{folder}/report.{language}.html", f"{folder}/results.csv", f"{folder}/results.json"} <= addresses
    assert {"index.html", other} <= addresses


def test_groups_stand_in_the_order_of_the_danish_alphabet(samples):
    names = ["Ældre", "Aalborg", "Voksne", "Ørkesløse", "Børn"]
    findings = [
        samples.unknown(target_group=f"g{place}", labels={"target_group": {"da": name, "en": name}})
        for place, name in enumerate(names)
    ]
    danish = [name for name in headings(index_page(findings, language="da"), 3) if name in names]
    assert danish == ["Børn", "Voksne", "Ældre", "Ørkesløse", "Aalborg"]
    english = [name for name in headings(index_page(findings, language="en"), 3) if name in names]
    assert english[0] == "Aalborg"


def test_the_order_of_findings_does_not_show(findings):
    assert index_page(findings, language="da") == index_page(findings[::-1], language="da")


def test_simulated_examples_stand_apart_under_the_banner(findings):
    html = index_page(findings, language="da")
    real, examples = html.split('id="examples"')
    assert "EKSEMPEL MED SIMULEREDE DATA - må ikke bruges til beslutninger." in examples
    assert "Lærkemodellen" not in real
    answers = examples.split('id="answers"')[1].split("</table>")[0]
    assert "Lærkemodellen" not in answers
    assert 'id="examples"' not in index_page(findings[1:], language="da")


def test_what_is_known_is_told_in_words_with_its_range(findings):
    html = index_page(findings, language="da")
    assert "Hjælper sandsynligvis. Årlig lønindkomst: +1.794 dollar om året (551 til 3.038)." in html
    assert "3 resultater: 1 taler for, 1 kan gå begge veje, 1 uden interval." in html
    assert "2 udgivne forskningsoversigter. " in html
    assert "Individuelt planlagt job med støtte (IPS), Én-til-én mentor</a>" in html


def test_an_unknown_group_says_so_and_looks_unlike_the_others(findings):
    html = index_page(findings, language="da")
    tile = html[html.index('id="acquired_brain_injury"') :]
    tile = tile[: tile.index("</li>")]
    assert tile.startswith('id="acquired_brain_injury" class="none"')
    assert "Vi ved det ikke" in tile
    assert "<svg" not in tile


def test_an_unreliable_answer_shows_no_number(samples):
    html = index_page([samples.rollout(pretrends=False, synthetic=False)], language="da")
    assert "Ikke pålideligt" in html
    assert "Vises ikke" in html
    assert "4,6" not in html


def test_reports_that_failed_are_named_and_linked():
    failed = [("group_b/method", {"target_group": {"da": "B <i>", "en": "B"}}), ("group_a/published_reviews", {})]
    html = index_page([], language="da", failed=failed)
    assert "B &lt;i&gt; – method" in html
    assert "group a – Udgivne forskningsoversigter" in html
    assert 'href="group_b/method/finding.da.html"' in html


def test_an_empty_site_is_a_page_and_not_a_crash():
    html = index_page([], language="da", version="9.9.9")
    assert "Der er ingen svar endnu." in html
    assert "Version 9.9.9." in html


def test_pictures_are_skipped_by_screen_readers_since_words_stand_beside(findings, samples):
    html = index_page(findings, language="da")
    assert html.count('<svg class="mark-svg"') == len(re.findall(r'<svg[^>]* aria-hidden="true"', html)) == 3
    mark = interval_mark(samples.effect(4.0, 2.0, 6.0), "good")
    assert "var(--good)" in mark
    assert 'cx="86.0"' in mark
    assert interval_mark(samples.effect(4.0, float("nan"), float("nan")), "unknown") == ""
    assert dots_mark(["unstated", "for", "against"]).count("<circle") == 2


def test_checks_are_promised_for_comparisons_without_lots_only(findings):
    html = index_page(findings, language="da")
    assert "Sammenligninger uden lodtrækning går igennem kontroller." in html
    assert "Hvert svar har været igennem" not in html


def test_the_way_to_read_a_page_tells_unknown_from_no_difference(findings):
    assert "»Vi ved det ikke« og »ingen forskel af betydning« er to forskellige svar." in index_page(findings, language="da")
    assert "WCAG 2.1" in index_page(findings, language="en")


@pytest.mark.parametrize("language", ["da", "en"])
def test_a_failure_gets_a_page_with_its_message_as_text(language):
    labels = {"target_group": {"da": "Voksne", "en": "Adults"}, "method": {"da": "Metode", "en": "Method"}}
    html = error_page(labels, "MissingData: <script>x</script> is not there.", language, folder="adults/method", synthetic=True)
    assert "&lt;script&gt;x&lt;/script&gt;" in html
    assert "<script" not in html
    assert {"da": "Voksne – Metode", "en": "Adults – Method"}[language] in html
    assert {"da": "SIMULEREDE", "en": "SIMULATED"}[language] in html
    assert 'lang="en"' in html


def test_the_gap_map_leads_to_each_groups_page_and_shows_no_invented_result(findings):
    registry = ww.evidence.load()
    gaps = ww.findings.gap_cells(registry, findings)
    html = index_page(findings, language="da", registry=registry, gaps=gaps, group_pages=["homelessness"])
    table = html[html.index('id="gaps"') : html.index("</table>", html.index('id="gaps"'))]
    assert '<a href="homelessness/index.da.html">' in table
    assert table.count("<a ") == 1
    assert table.count('<td role="cell"') == len(registry.target_groups) * len(registry.domains)
    youth = table[table.index("Unge med psykiske vanskeligheder") :].split("</tr>")[0]
    assert youth.count("Ingen undersøgelser") == len(registry.domains)
    english = index_page(findings, language="en", registry=registry, gaps=gaps, group_pages=["homelessness"])
    assert '<a href="../homelessness/index.en.html">' in english
    assert 'id="gaps"' not in index_page(findings, language="da")


def test_the_list_to_search_stands_without_a_script_and_the_field_is_hidden_until_one_runs(findings):
    html = index_page(findings, language="da")
    listed = html[html.index('<ul id="find">') :].split("</ul>")[0]
    assert listed.count("<li>") == 3
    assert "Individuelt planlagt job med støtte (IPS), Én-til-én mentor</a>" in listed
    assert "Lærkemodellen" not in listed
    assert '<div id="search" hidden>' in html
    assert "<script" not in index_page([], language="da")


def test_the_only_script_is_the_one_whose_hash_the_policy_names(findings):
    html = index_page(findings, language="en")
    script = html.split("<script>")[1].split("</script>")[0]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert html.count("<script") == 1
    assert f"script-src 'sha256-{digest}'" in unescape(html)


def test_the_answers_stand_with_circles_and_an_open_question_where_nobody_counted_the_cost(findings):
    html = index_page(findings, language="da")
    answers = html.split('id="answers"')[1].split('id="read"')[0]
    assert '<span class="cert" aria-hidden="true">●●●○</span> Moderat' in answers
    assert '<td class="gap">Ikke beregnet endnu</td>' in answers


@pytest.mark.parametrize(("language", "prefix"), [("da", ""), ("en", "../")])
def test_the_pages_about_the_documentation_that_exist_are_linked_and_no_others(language, prefix):
    html = index_page([], language=language, documentation=["dictionary", "profile"])
    assert f'href="{prefix}documentation/dictionary.{language}.html"' in html
    assert f'href="{prefix}documentation/profile.{language}.html"' in html
    assert "documentation/coverage" not in html
    assert 'id="documentation"' not in index_page([], language=language)
