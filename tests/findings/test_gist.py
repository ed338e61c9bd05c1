"""The sentence at the top says no more than size and certainty allow."""

import pytest

from whatworks.core import Check
from whatworks.findings import page
from whatworks.findings.answer import conclude
from whatworks.findings.gist import gist

PASSED = (Check(name="parallel_pretrends", passed=True, message=""),)
DOUBTED = (*PASSED, Check(name="few_clusters", passed=False, message="", statistics={"clusters": 12}))


def said(samples, values, *, checks, language="en", **about):
    result = samples.effect(*values, checks=checks, **about)
    finding = samples.rollout(results={"overall": result})
    return gist(finding, result, *conclude(finding, "overall", language), language)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ((15, 11, 19), "The Lark Model probably improves well-being slightly."),
        ((30, 26, 34), "The Lark Model probably improves well-being."),
        ((45, 40, 50), "The Lark Model probably improves well-being substantially."),
        ((5, 3, 7), "The Lark Model probably makes little or no difference to well-being."),
        ((-15, -19, -11), "The Lark Model probably worsens well-being slightly."),
        ((1, -8, 15), "It is very uncertain whether the Lark Model affects well-being."),
    ],
)
def test_the_degree_follows_the_smallest_difference_that_matters(samples, values, sentence):
    assert said(samples, values, checks=PASSED) == sentence


def test_a_failed_check_takes_the_verb_down_to_may(samples):
    assert said(samples, (15, 11, 19), checks=DOUBTED) == "The Lark Model may improve well-being slightly."
    assert said(samples, (15, 11, 19), checks=DOUBTED, language="da") == "Lærkemodellen forbedrer muligvis trivsel lidt."


def test_an_amount_of_something_unwanted_is_reduced_or_increased(samples):
    assert said(samples, (-15, -19, -11), checks=PASSED, good="down").startswith("The Lark Model probably reduces")
    assert said(samples, (15, 11, 19), checks=PASSED, good="down").startswith("The Lark Model probably increases")


@pytest.mark.parametrize("good", ["up", "down"])
@pytest.mark.parametrize("values", [(15, 11, 19), (-15, -19, -11), (5, 3, 7), (0.2, -2, 2), (12, 4, 20)])
def test_no_verb_is_stronger_than_its_certainty(samples, values, good):
    moderate, low = (said(samples, values, checks=checks, good=good) for checks in (PASSED, DOUBTED))
    assert "probably" in moderate
    assert "may " in low
    assert "probably" not in low


def test_an_unreliable_comparison_gets_no_verb_at_all(samples):
    assert "Det er meget usikkert, om Lærkemodellen påvirker trivsel." in page(samples.rollout(pretrends=False), "da")
