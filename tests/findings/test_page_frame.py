"""Every page is one file that needs no script and asks for nothing else."""

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest

from whatworks.core.errors import InvalidOption, InvalidResult
from whatworks.findings import document

BODY = "<h2>Fund</h2><p>Tekst.</p>"


class _Tags(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.seen = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))


def tags(html, name):
    return [attributes for tag, attributes in _Tags(html).seen if tag == name]


@pytest.mark.parametrize("language", ["da", "en"])
def test_a_page_states_its_language_and_title_and_has_one_of_each_landmark(language):
    html = document(title="A title", body=BODY, language=language)
    assert tags(html, "html")[0]["lang"] == language
    assert "<title>A title – " in html
    for landmark in ("header", "main", "footer", "h1", "title"):
        assert len(tags(html, landmark)) == 1, landmark


def test_the_first_thing_on_the_page_is_a_way_past_the_header():
    html = document(title="T", body=BODY, language="da")
    first = tags(html, "a")[0]
    assert first["class"] == "skip"
    assert first["href"] == "#" + tags(html, "main")[0]["id"]


def test_nothing_is_fetched_and_nothing_may_run():
    html = document(title="T", body=BODY, language="da", links=[("Metode", "report.da.html")], other_language="x.en.html")
    policy = next(meta["content"] for meta in tags(html, "meta") if "http-equiv" in meta)
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert not tags(html, "script") + tags(html, "link") + tags(html, "img")
    assert not re.search(r"https?://|url\(|@import", html)


def test_only_the_pages_own_script_may_run_letter_for_letter():
    html = document(title="T", body=BODY, language="da", script="document.title += '&<>'")
    assert html.count("<script>document.title += '&<>'</script>") == 1
    policy = next(meta["content"] for meta in tags(html, "meta") if "http-equiv" in meta)
    digest = base64.b64encode(hashlib.sha256(b"document.title += '&<>'").digest()).decode()
    assert policy.endswith(f"script-src 'sha256-{digest}'")
    assert "unsafe-inline" not in policy.partition("script-src")[2]


@pytest.mark.parametrize("script", ["x = '</SCRIPT>'", "<!-- <script>"])
def test_a_script_that_would_end_itself_is_refused(script):
    with pytest.raises(InvalidResult, match="would end it"):
        document(title="T", body=BODY, language="da", script=script)


def test_a_title_from_a_catalogue_is_text_and_never_markup():
    html = document(
        title="<script>alert(1)</script> {{ 7*7 }}",
        body=BODY,
        language="en",
        breadcrumbs=[("<b>x</b>", None)],
        description='"><script>',
        links=[("<i>y</i>", '"><script>')],
    )
    assert not tags(html, "script") + tags(html, "b") + tags(html, "i")
    assert "{{ 7*7 }}" in html


def test_the_title_is_the_heading_unless_the_body_has_one():
    assert "<h1>T</h1>" in document(title="T", body=BODY, language="da")
    own = document(title="T", body='<h1 class="x">Egen</h1>', language="da")
    assert "<h1>T</h1>" not in own
    assert len(tags(own, "h1")) == 1


def test_simulated_data_are_announced_before_the_heading():
    html = document(title="T", body=BODY, language="da", synthetic=True)
    banner = "EKSEMPEL MED SIMULEREDE DATA - må ikke bruges til beslutninger."
    assert html.index(banner) < html.index("<h1>")
    assert banner not in document(title="T", body=BODY, language="da")
    assert "EXAMPLE WITH SIMULATED DATA - must not" in document(title="T", body=BODY, language="en", synthetic=True)


def test_the_way_home_follows_the_language_unless_told():
    assert 'class="brand" href="../../index.html"' in document(title="T", body=BODY, language="da")
    assert 'class="brand" href="../../en/index.html"' in document(title="T", body=BODY, language="en")
    assert 'class="brand" href="index.html"' in document(title="T", body=BODY, language="en", home="index.html")


def test_the_link_to_the_other_language_says_so_in_that_language():
    html = document(title="T", body=BODY, language="da", other_language="finding.en.html")
    link = next(a for a in tags(html, "a") if a["href"] == "finding.en.html")
    assert (link["lang"], link["hreflang"]) == ("en", "en")


def test_the_frame_weighs_less_than_thirteen_kilobytes():
    assert len(document(title="T", body=BODY, language="da", synthetic=True).encode()) < 13_000


def test_a_language_without_catalogue_is_refused():
    with pytest.raises(InvalidOption, match="'da', 'en'"):
        document(title="T", body=BODY, language="sv")
