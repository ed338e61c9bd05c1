"""From people to shares by propensity score that may be shown: nobody can be recognised, and nobody can be worked out."""

import math
from typing import Any

import numpy as np
import pandas as pd

from whatworks.core.columns import numeric, require_columns
from whatworks.core.disclosure import K_PUBLISH
from whatworks.core.errors import InvalidColumn, InvalidOption
from whatworks.core.samples import MatchedSample, WeightedSample

# Somebody, but less than half a per cent of the group.
TRACE = 0.005
CELL = ["stage", "group", "score_low", "score_high"]
COLUMNS = [*CELL, "share", "compared"]


def people_of(sample: MatchedSample | WeightedSample) -> pd.DataFrame:
    if sample.propensity is None:
        raise InvalidOption(
            "The sample was made without propensity scores, so there is no overlap to draw. Draw its balance instead."
        )
    return pd.DataFrame(
        {
            "propensity": sample.propensity.to_numpy(dtype=float),
            "treated": sample.data[sample.treatment].to_numpy(dtype=float),
            "weight": sample.weights.reindex(sample.data.index).to_numpy(dtype=float),
        }
    )


def finished(frame: pd.DataFrame) -> pd.DataFrame:
    """The table of :func:`overlap_data`, read again."""
    require_columns(frame, COLUMNS, what="overlap")
    _refuse_unknown(frame)
    numbers = {column: numeric(frame, column, allow_missing=True, what="overlap") for column in COLUMNS[2:]}
    return frame[COLUMNS].assign(**numbers).reset_index(drop=True)


def counted(frame: pd.DataFrame) -> pd.DataFrame:
    """A table of counts, complete: each step once in each group and stage."""
    require_columns(frame, [*CELL, "count"], what="overlap")
    _refuse_unknown(frame)
    numbers = {column: numeric(frame, column, what="overlap") for column in ("score_low", "score_high", "count")}
    cells = frame[CELL].assign(**numbers).reset_index(drop=True)
    if len(cells) != 4 * cells["score_low"].nunique() or cells.duplicated(CELL[:3]).any():
        raise InvalidColumn(
            f"overlap has {len(cells)} counts for {cells['score_low'].nunique()} steps of the score; "
            "each step needs one for each group, before and after."
        )
    return cells.assign(mass=cells["count"])


def _refuse_unknown(frame: pd.DataFrame) -> None:
    unknown = set(frame["stage"]) - {"before", "after"} | set(frame["group"]) - {"treated", "comparison"}
    if unknown:
        raise InvalidColumn(
            f"overlap has {len(unknown)} values of stage or group that are not known; "
            "stage is before or after, group treated or comparison."
        )


def published(cells: pd.DataFrame) -> pd.DataFrame:
    """From counts of people to shares that may be shown."""
    shares = pd.Series(np.nan, index=cells.index)
    for _group, part in cells.groupby("group", sort=False):
        before, after = (part[part["stage"] == stage].sort_values("score_low") for stage in ("before", "after"))
        stood, stands = before["count"].to_numpy(dtype=float), after["count"].to_numpy(dtype=float)
        hidden_before = _with_company(few(stood), stood)
        gone = abs(stood - stands)
        hidden_after = _with_company(hidden_before & (stands > 0) | few(stands) | few(gone), stands)
        whole = float(after["mass"].sum())
        if few(gone.sum()):
            whole *= stood.sum() / max(stands.sum(), 1)
        while few(gone[hidden_after].sum()) and (gone[~hidden_after] > 0).any():
            # Those gone from the hidden steps follow from the totals, so they must be five or more together.
            hidden_after[int(np.argmin(np.where(hidden_after | (gone == 0), np.inf, gone)))] = True
        shares[before.index] = np.where(hidden_before, np.nan, _whole_per_cent(stood, stood.sum()))
        shares[after.index] = np.where(hidden_after, np.nan, _whole_per_cent(after["mass"].to_numpy(dtype=float), whole))
    return cells.assign(share=shares, compared=_compared(cells))[COLUMNS]


def few(count: Any) -> Any:
    return (count > 0) & (count < K_PUBLISH)


def _with_company(hidden: np.ndarray, count: np.ndarray) -> np.ndarray:
    """Hide the smallest other cells too, until what is hidden is two cells and five people: the rest adds up to the whole."""
    hidden = hidden.copy()
    while hidden.any() and ((hidden & (count > 0)).sum() < 2 or count[hidden].sum() < K_PUBLISH):
        others = np.where(~hidden & (count > 0), count, np.inf)
        if np.isinf(others).all():
            break
        hidden[int(np.argmin(others))] = True
    return hidden


def _whole_per_cent(mass: np.ndarray, whole: float) -> np.ndarray:
    share = mass / whole if whole > 0 else np.zeros_like(mass)
    return np.where((share > 0) & (share < TRACE), TRACE, np.floor(100 * share + 0.5) / 100)


def _compared(cells: pd.DataFrame) -> float:
    """Share of the treated who were kept and have somebody untreated in their step; missing where 1 to 4 have not."""
    count = {
        key: part.sort_values("score_low")["count"].to_numpy(dtype=float)
        for key, part in cells.groupby(cells["stage"] + " " + cells["group"])
    }
    asked = count["before treated"]
    left_out = asked.sum() - count["after treated"].sum()
    alone = asked[count["before comparison"] == 0].sum()
    without = max(left_out, alone)
    if asked.sum() == 0 or few(without):
        return math.nan
    # Rounded down: "all" must mean everyone.
    return math.floor(100 * (1 - without / asked.sum()) + 1e-9) / 100
