"""A roll-out that no design can answer from is told in plain words."""

import numpy as np
import pandas as pd
import pytest

import whatworks as ww
from whatworks.core.errors import InvalidResult
from whatworks.findings.question import Question


def choice(starts, asked="auto"):
    n = len(starts)
    df = pd.DataFrame({"town": np.repeat(range(n), 8), "quarter": np.tile(range(8), n), "start": np.repeat(starts, 8)})
    return ww.design.choose(ww.design.advise(df, unit="town", time="quarter", first_treated="start"), asked)


@pytest.fixture
def question():
    labels = {"target_group": {"da": "Unge", "en": "Young people"}, "method": {"da": "Metoden", "en": "The method"}}
    return Question(target_group="a", method="b", outcome="c", design="rollout", labels=labels, synthetic=False)


def test_the_page_says_that_we_cannot_know_why_and_what_would_help(question):
    finding = ww.findings.refused(question, choice([4] * 12))
    english = ww.findings.page(ww.findings.Finding.from_json(finding.to_json()), "en")
    assert "<strong>We cannot know.</strong>" in english
    assert "Everyone starts at the same time (12)." in english
    assert "Measurements from places that start later or never." in english
    assert "Vi kan ikke vide det." in ww.findings.page(finding, "da")


def test_a_design_asked_for_that_cannot_answer_is_named_with_those_that_can(question):
    finding = ww.findings.refused(question, choice([4] * 12 + [6] * 12 + [0] * 12, "synthetic"))
    page = ww.findings.page(finding, "en")
    assert "cannot be used here: Composed comparison." in page
    assert "These can be used: Comparison with those who wait;" in page


def test_what_can_be_answered_is_not_refused(question):
    with pytest.raises(InvalidResult, match="group_time"):
        ww.findings.refused(question, choice([4] * 12 + [0] * 12))
