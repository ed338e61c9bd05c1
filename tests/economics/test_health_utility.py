"""Values of states of health: the published examples, and what is refused."""

import numpy as np
import pandas as pd
import pytest

import whatworks as ww
from whatworks.core.errors import InvalidColumn, MissingColumn
from whatworks.economics.errors import MissingPrice


@pytest.fixture
def danish() -> pd.DataFrame:
    return ww.evidence.prices()["eq5d_decrements"]


def answers(*states: str) -> pd.DataFrame:
    return pd.DataFrame([[int(level) for level in state] for state in states], columns=list(ww.economics.EQ5D_DIMENSIONS))


def test_states_have_the_printed_values(danish):
    # 11123: worked example of the value set's own page; 55555: the worst state, printed -0.757 from unrounded weights.
    values = ww.economics.eq5d_utility(answers("11111", "11123", "55555"), decrements=danish)
    assert values.round(3).tolist() == [1.0, 0.761, -0.758]


def test_more_problems_are_never_worth_more(danish):
    worse = ww.economics.eq5d_utility(answers("11111", "22222", "33333", "44444", "55555"), decrements=danish)
    assert (np.diff(worse) < 0).all()


def test_an_unanswered_question_leaves_no_value(danish):
    df = answers("11123", "11123").astype(float)
    df.iloc[0, 2] = np.nan
    assert ww.economics.eq5d_utility(df, decrements=danish).isna().tolist() == [True, False]


def test_levels_and_value_sets_that_cannot_be_are_refused(danish):
    with pytest.raises(InvalidColumn, match="1 of 1"):
        ww.economics.eq5d_utility(answers("11163"), decrements=danish)
    with pytest.raises(MissingColumn, match="mobility"):
        ww.economics.eq5d_utility(answers("11111").drop(columns="mobility"), decrements=danish)
    with pytest.raises(InvalidColumn, match="five"):
        ww.economics.eq5d_utility(answers("11111"), decrements=danish, columns=("mobility",))
    with pytest.raises(MissingPrice, match="lacks 1 of 20"):
        ww.economics.eq5d_utility(answers("11111"), decrements=danish.head(19))
    with pytest.raises(MissingPrice, match="once"):
        ww.economics.eq5d_utility(answers("11111"), decrements=pd.concat([danish, danish]))
