"""Words for designs, power and plans."""

import numpy as np
import pandas as pd
import pytest

import whatworks as ww
from whatworks.design import Noise
from whatworks.design.advice import RULES
from whatworks.design.choice import RESULTS
from whatworks.design.plan import FIELDS
from whatworks.findings import advice, plans
from whatworks.findings.names import DESIGN_NAMES

CALL = {"unit": "town", "time": "quarter", "first_treated": "start"}


@pytest.fixture
def rollout():
    starts = [4] * 12 + [6] * 12 + [0] * 12
    return pd.DataFrame({"town": np.repeat(range(36), 8), "quarter": np.tile(range(8), 36), "start": np.repeat(starts, 8)})


def test_every_design_and_field_has_a_name():
    assert {RESULTS.get(design, design) for design in RULES} <= set(DESIGN_NAMES)
    assert set(FIELDS) == set(plans.FIELDS)
    assert set(advice.HELPS) <= set(advice.REASONS)


@pytest.mark.parametrize(("language", "words"), [("en", "at 2 different times"), ("da", "på 2 forskellige tidspunkter")])
def test_the_table_of_designs_says_why_with_numbers(rollout, language, words):
    assert words in ww.findings.advice_table(ww.design.advise(rollout, **CALL), language=language)


def test_power_is_said_in_one_sentence_and_a_table(rollout):
    found = ww.design.power(rollout, noise=Noise(sd=18.0), people=10, **CALL)
    said = ww.findings.power_sentence(found, unit="point", language="da")
    assert said.startswith(f"En effekt på {found.smallest:.1f} point".replace(".", ","))
    assert "80\N{NO-BREAK SPACE}%" in said
    assert "5%" in ww.findings.power_table(found, unit="points", language="en")
