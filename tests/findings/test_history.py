"""What a finding said before: when a version is new, what is kept, and what readers are told of."""

import re

import pytest

from whatworks.findings.changes import changes_view
from whatworks.findings.history import entry_of, with_latest, with_newest
from whatworks.findings.version_section import version_section


def entry(verdict="helps", estimate=4.0, people=200, certainty="moderate"):
    said = {"da": f"+{estimate} point", "en": f"+{estimate} points"}
    numbers = {"estimate": estimate, "conf_low": 1.0, "conf_high": 9.0}
    return {"verdict": verdict, "certainty": certainty, **numbers, "people": people, "sides": {}, "said": said}


def versions_of(*entries):
    kept = []
    for month, each in enumerate(entries, start=1):
        kept = with_newest(kept, each, date=f"2026-{month:02d}-01", version=f"0.{month}")
    return kept


def test_an_entry_holds_what_the_page_says(samples):
    found = entry_of(samples.matched())
    assert (found["verdict"], found["certainty"], found["people"]) == ("probably_helps", "moderate", 445)
    assert (found["estimate"], found["conf_low"], found["conf_high"]) == (1794.0, 551.0, 3038.0)
    assert found["said"]["da"] == "+1.794 dollar om året (551 til 3.038)"


def test_a_number_that_the_page_withholds_is_not_kept_either(samples):
    found = entry_of(samples.rollout(pretrends=False))
    assert found["verdict"] == "not_trustworthy"
    assert found["estimate"] is None
    assert found["said"] == {}


def test_of_published_results_it_is_kept_how_they_fall(samples):
    found = entry_of(samples.reviews())
    assert found["verdict"] == "published"
    assert found["sides"] == {"both": 1, "for": 1, "unstated": 1}
    assert entry_of(samples.unknown())["verdict"] == "unknown"


def test_the_same_numbers_make_no_new_version_and_other_words_do_not_either():
    first = versions_of(entry())
    reworded = {**entry(), "said": {"da": "andre ord", "en": "other words"}}
    assert with_newest(first, reworded, date="2027-01-01", version="9") == first
    assert len(versions_of(entry(), entry(estimate=4.1))) == 2


def test_the_last_five_versions_are_kept_newest_first():
    kept = versions_of(*(entry(estimate=float(place), people=100 * place) for place in range(1, 8)))
    assert [each["estimate"] for each in kept] == [7.0, 6.0, 5.0, 4.0, 3.0]
    assert kept[0]["date"] == "2026-07-01"


def test_two_versions_never_tell_together_of_the_few_who_came_or_went():
    assert [each["people"] for each in versions_of(entry(people=200), entry(people=203))] == [203, None]
    assert [each["people"] for each in versions_of(entry(people=200), entry(people=205))] == [205, 200]
    assert [each["people"] for each in versions_of(entry(people=200), entry(people=230), entry(people=202))] == [202, 230, None]


def test_a_change_of_verdict_or_certainty_is_told_and_a_new_finding_is_new():
    before = {"g/a": versions_of(entry()), "g/b": versions_of(entry()), "g/c": versions_of(entry())}
    now = {
        "g/a": versions_of(entry(), entry("may_help", certainty="low")),
        "g/b": versions_of(entry(), entry(estimate=4.2)),
        "g/c": before["g/c"],
        "g/d": versions_of(entry()),
    }
    changes = with_latest([], before, now)
    assert [(change["finding"], change["before"] and change["before"]["verdict"]) for change in changes] == [
        ("g/a", "helps"),
        ("g/d", None),
    ]
    # Nothing new in the next run: what is told stays.
    assert with_latest(changes, now, now) == changes
    assert with_latest([], {}, now) == []


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("da", ("1. februar 2026", "Fra »Hjælper« til »Hjælper måske«.", "Sikkerhed: lav, før moderat.", "Ny: »Hjælper«.")),
        ("en", ("1 February 2026", "From “Helps” to “May help”.", "Certainty: low, before that moderate.", "New: “Helps”.")),
    ],
)
def test_the_front_page_tells_changes_in_words(samples, language, words):
    finding, fresh = samples.matched(), samples.rollout()
    folders = [f"{each.target_group}/{each.method}" for each in (finding, fresh)]
    before = {folders[0]: versions_of(entry())}
    second = versions_of(entry(), entry("may_help", certainty="low"))
    changes = with_latest([], before, {folders[0]: second, folders[1]: versions_of(entry())})
    address = lambda one, file, _language: f"{one.method}/{file}"  # noqa: E731
    view = changes_view(changes, [finding, fresh], language, since="2026-01-01", address=address)
    assert words[0] in view["said"]
    told = view["latest"][0]
    assert (told["said"], told["sure"]) == (words[1], words[2])
    assert told["address"] == f"supported_work/finding.{language}.html"
    assert [row["said"] for row in view["earlier"]] == [words[3]]
    assert view["earlier"][0]["synthetic"] is True
    nothing = changes_view(changes, [], language, since="2026-01-01", address=address)
    assert nothing["latest"] == []
    assert "2026" in nothing["said"]


def test_only_the_certainty_may_have_changed_and_published_results_have_none(samples):
    folder = "adults_outside_labour_market/supported_work"
    surer = with_latest([], {folder: versions_of(entry())}, {folder: versions_of(entry(), entry(certainty="low"))})
    view = changes_view(surer, [samples.matched()], "en", since=None, address=lambda *_: "x")
    assert view["latest"][0]["said"] == "Still “Helps”."
    published = samples.reviews()
    before = {"verdict": "published", "certainty": "", "sides": {"for": 1}}
    after = {**before, "sides": {"for": 1, "both": 1}}
    folder = f"{published.target_group}/{published.method}"
    change = [{"finding": folder, "date": "2026-02-01", "before": before, "after": after}]
    row = changes_view(change, [published], "en", since=None, address=lambda *_: "x")["latest"][0]
    assert row["said"] == "From “One result. It speaks for” to “2 results: 1 speak for, 1 can go both ways”."
    assert row["sure"] == ""


def test_the_section_says_what_earlier_versions_said():
    html = version_section(versions_of(entry(), entry("may_help", estimate=2.0, people=400, certainty="low")), "da")
    assert "Denne udgave er fra 1. februar 2026." in html
    assert html.index("Hjælper måske") < html.index("<td>Hjælper</td>")
    assert {"+4.0 point", "+2.0 point", "400", "200", "0.1"} <= set(re.split("[<>]", html))
    assert "<details" in html


def test_a_first_version_says_so_and_none_says_nothing():
    first = version_section(versions_of(entry()), "en")
    assert "This is the first version of the finding, made 1 January 2026." in first
    assert "<table" not in first
    assert version_section([], "en") == ""


def test_text_in_a_kept_version_is_shown_as_text():
    hostile = {**entry(), "said": {"en": "<script>"}, "verdict": "<b>"}
    html = version_section(versions_of(hostile, entry()), "en")
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
