"""What a state of health is worth, from answers to EQ-5D-5L and a value set."""

import numpy as np
import pandas as pd

from whatworks.core.columns import numeric, require_columns
from whatworks.core.errors import InvalidColumn
from whatworks.economics.errors import MissingPrice

DIMENSIONS = ("mobility", "self_care", "usual_activities", "pain_discomfort", "anxiety_depression")


def eq5d_utility(df: pd.DataFrame, *, decrements: pd.DataFrame, columns: tuple[str, ...] = DIMENSIONS) -> pd.Series:
    """The value of each person's state of health: 1 less what is taken off for every problem.

    Parameters
    ----------
    df : one row per answered questionnaire
    decrements : a value set with the columns dimension, level (2 to 5) and decrement, as
        ``ww.evidence.prices()["eq5d_decrements"]`` holds the Danish one
    columns : the five columns with levels from 1 (no problems) to 5, in the order mobility, self-care, usual activities,
        pain or discomfort, anxiety or depression

    Returns
    -------
    Values on ``df``'s index: 1 is full health, 0 as bad as being dead, below 0 worse. An answer with a missing level has no
    value.

    Raises
    ------
    InvalidColumn
        If a level is something else than 1 to 5, or there are not five columns.
    MissingPrice
        If the value set lacks a level, or gives one twice.

    References
    ----------
    Jensen, Sorensen, Gudex, Jensen, Pedersen & Ehlers (2021), Applied Health Economics and Health Policy 19:579-591 (the
    Danish value set).

    Examples
    --------
    >>> answers = pd.DataFrame([[1, 1, 1, 2, 3], [5, 5, 5, 5, 5]], columns=list(ww.economics.EQ5D_DIMENSIONS))
    >>> ww.economics.eq5d_utility(answers, decrements=ww.evidence.prices()["eq5d_decrements"]).round(3).tolist()
    [0.761, -0.758]
    """
    if len(columns) != len(DIMENSIONS):
        raise InvalidColumn(
            f"EQ-5D has five dimensions; {len(columns)} columns are named. Give them in the order {', '.join(DIMENSIONS)}."
        )
    taken = _table(decrements)
    value = np.ones(len(df))
    for place, column in enumerate(columns):
        level = numeric(df, column, allow_missing=True)
        known = ~np.isnan(level)
        wrong = int((~np.isin(level[known], np.arange(1, 6))).sum())
        if wrong:
            raise InvalidColumn(f"Column {column!r} holds something else than levels 1 to 5 in {wrong} of {len(df)} rows.")
        value = value - np.where(known, taken[place][np.where(known, level, 1).astype(int)], np.nan)
    return pd.Series(value, index=df.index, name="utility")


def _table(decrements: pd.DataFrame) -> np.ndarray:
    """(5, 6) what each level takes off, by dimension; level 1 takes nothing."""
    require_columns(decrements, ["dimension", "level", "decrement"], what="decrements")
    out = np.full((len(DIMENSIONS), 6), np.nan)
    out[:, 1] = 0.0
    level, decrement = numeric(decrements, "level", what="decrements"), numeric(decrements, "decrement", what="decrements")
    for name, one, taken in zip(decrements["dimension"], level, decrement, strict=True):
        if name not in DIMENSIONS or one not in (2, 3, 4, 5) or not np.isnan(out[DIMENSIONS.index(name), int(one)]):
            raise MissingPrice(
                "The value set must give each dimension and level from 2 to 5 once; choose the rows of one value set."
            )
        out[DIMENSIONS.index(name), int(one)] = taken
    if np.isnan(out[:, 1:]).any():
        raise MissingPrice(f"The value set lacks {int(np.isnan(out[:, 1:]).sum())} of 20 decrements. Complete it.")
    return out
