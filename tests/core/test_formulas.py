"""A table that a spreadsheet opens works nothing out that somebody wrote into a name."""

import pandas as pd
import pytest

from whatworks.core.formulas import without_formulas


@pytest.mark.parametrize(
    "text", ['=HYPERLINK("x")', "@SUM(A1)", "+cmd|' /C calc'!A0", "-2+3+cmd|' /C calc'!A0", "\t=1", "=", "+A1"]
)
def test_text_like_a_formula_gets_an_apostrophe(text):
    frame = pd.DataFrame({"name": ["a", text], text: [1.0, -2.0]})
    shown = without_formulas(frame)
    assert shown["name"].tolist() == ["a", f"'{text}"]
    assert shown.columns.tolist() == ["name", f"'{text}"]
    assert shown.iloc[:, 1].tolist() == [1.0, -2.0]


def test_numbers_words_and_gaps_stay_as_they_are():
    frame = pd.DataFrame(
        {"term": ["-3", "+8", "a=b", "−0,5", None], "range": ["-1.5 (-2 – 3)", "-40 %", "", "1", "2"], "n": range(5)}
    )
    assert without_formulas(frame) is frame
