"""Tables that spreadsheets open: text that they would take for a formula stays text."""

import re

import pandas as pd

# What a spreadsheet works out instead of showing it; a signed number, or an interval of them, is none.
_FORMULA = re.compile(r"[=@\t\r]|[+-](?![\d.,%eE\s()–-]*\Z)")


def without_formulas(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame to write as CSV: cells and headings that begin like a formula get an apostrophe in front.

    Parameters
    ----------
    frame : any columns; numbers, dates and booleans are left alone

    Returns
    -------
    A new frame where anything had to be changed, else the same.

    Examples
    --------
    >>> without_formulas(pd.DataFrame({"file": ["=1+1.csv", "-0.5", "a"]}))["file"].tolist()
    ["'=1+1.csv", '-0.5', 'a']
    """
    begins = [place for place in range(frame.shape[1]) if frame.iloc[:, place].map(_is_formula).any()]
    if not begins and not any(map(_is_formula, frame.columns)):
        return frame
    columns = [frame.iloc[:, place].map(_as_text) if place in begins else frame.iloc[:, place] for place in range(frame.shape[1])]
    return pd.concat(columns, axis="columns", keys=[_as_text(name) for name in frame.columns])


def _is_formula(value: object) -> bool:
    return isinstance(value, str) and _FORMULA.match(value) is not None


def _as_text(value: object) -> object:
    return f"'{value}" if _is_formula(value) else value
