"""What the evidence base adds to a page: a new place, what else is known, what it takes, and how many of 100."""

import re

import pytest

import whatworks as ww
from whatworks.core.errors import InvalidOption
from whatworks.findings import charts, page
from whatworks.findings.bodies import bodies_of
from whatworks.findings.place import predicted
from whatworks.findings.shares import shares, shares_of
from whatworks.findings.summary_table import summary_rows


@pytest.fixture(scope="module")
def registry():
    return ww.evidence.load()


@pytest.fixture(scope="module")
def html(samples, registry):
    return page(samples.rollout(), "da", registry=registry)


def share_finding(samples, *, without=0.30, values=(0.11, 0.04, 0.18), measure="RD"):
    labels = samples.rollout().labels
    names = {"da": "I job", "en": "In work"}
    outcome = {"name": names, "unit": names, "good": "up", "decimals": 0, "without": without, "smallest_important": 0.05}
    result = samples.effect(*values, measure=measure)
    return samples.rollout(labels={**labels, "outcome": outcome}, results={"overall": result})


def test_a_new_place_is_told_with_the_prediction_interval_of_the_published_studies(html, samples, registry):
    body = next(body for body in bodies_of(registry, "youth_mental_difficulties", [samples.rollout()]) if body.own is not None)
    rows = body.published.effects.set_index("kind").loc["prediction"]
    assert predicted(body.published) == (rows["conf_low"], rows["conf_high"])
    low, high = (f"{rows[name]:+.1f}".replace(".", ",") for name in ("conf_low", "conf_high"))
    assert f"en gennemsnitlig effekt på mellem {low} og {high} point." in html


def test_a_method_without_published_studies_says_that_nobody_can_tell_how_places_differ(samples, registry):
    text = page(samples.matched(), "da", registry=registry)
    assert "Derfor kan ingen sige, hvor forskelligt resultatet er fra sted til sted." in text


def test_parts_of_life_without_data_keep_their_rows(html, registry):
    table = html[html.index('class="summary"') :].split("</table>")[0]
    assert table.count("<tr") == 1 + len(registry.domains)
    assert table.count('class="nothing"') == table.count("Ingen data") == len(registry.domains) - 1
    assert "●●○○" in table


def test_an_unreliable_answer_has_no_number_in_the_table_either(samples, registry):
    text = page(samples.rollout(pretrends=False), "da", registry=registry)
    assert "Vises ikke: Sammenligningen er ikke pålidelig." in text
    assert not re.search(r"(?<!\d)(4,6|3,1|6,1)", re.sub("<style>.*?</style>|<[^>]+>", " ", text, flags=re.DOTALL))


def test_no_certainty_stands_over_published_results_that_nobody_has_judged(registry):
    rows = summary_rows(bodies_of(registry, "intellectual_disability"), registry, "en")
    assert rows[0]["sure"] == "Not rated yet"
    assert rows[0]["circles"] == ""


def test_what_nobody_has_described_is_listed(html):
    assert "Hvad kræver metoden?" in html
    assert "Hvorfor det skulle virke (virkningsmodellen)." in html


@pytest.mark.parametrize("language", ["da", "en"])
def test_a_share_is_told_and_drawn_out_of_100(samples, language):
    text = page(share_finding(samples), language)
    assert {"da": "41 af 100 i stedet for 30", "en": "41 of 100 instead of 30"}[language] in text
    assert {"da": "(sandsynligvis 34 til 48)", "en": "(probably 34 to 48)"}[language] in text


def test_an_average_is_never_turned_into_people(samples, html):
    assert "af 100 i stedet for" not in html
    assert shares(samples.effect(4.6, 3.1, 6.1), without=0.3, source="stated") is None


def test_without_a_stated_share_nothing_is_guessed(samples):
    assert shares_of(share_finding(samples, without=None), samples.effect(0.11, 0.04, 0.18, measure="RD")) is None


def test_relative_risks_and_odds_are_applied_to_the_share_without_the_intervention(samples):
    # 0.30 x 1.5 = 0.45; odds 0.3/0.7 x 2 = 0.857, a share of 0.4615.
    assert shares(samples.effect(1.5, 1.2, 1.8, measure="RR"), without=0.3, source="stated").with_it == pytest.approx(0.45)
    assert shares(samples.effect(2.0, 1.5, 2.5, measure="OR"), without=0.3, source="stated").with_it == pytest.approx(6 / 13)
    assert shares(samples.effect(4.0, 3.0, 5.0, measure="RR"), without=0.3, source="stated") is None


def test_icons_add_up_to_a_hundred_in_each_square_and_fewer_is_crossed_out():
    icons = charts.icon_array_data(0.40, 0.25, low=0.20, high=0.33)
    assert icons.groupby("panel").size().to_dict() == {"with": 100, "without": 100}
    counts = icons[icons["panel"] == "with"]["state"].value_counts().to_dict()
    assert counts == {"other": 60, "same": 20, "changed": 15, "possible": 5}


def test_a_share_outside_0_to_1_or_its_own_range_is_refused():
    with pytest.raises(InvalidOption, match="between 0 and 1"):
        charts.icon_array_data(30, 41, low=34, high=48)
    with pytest.raises(InvalidOption, match="outside its range"):
        charts.icon_array_data(0.3, 0.5, low=0.34, high=0.48)
