"""Who was compared: the table that a publication opens with, with nobody in it who could be recognised."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from whatworks.core.columns import as_list, require_columns
from whatworks.core.disclosure import K_PUBLISH, checked_k, is_small
from whatworks.core.options import one_of
from whatworks.matching.covariate_balance import DENOMINATORS, Sides, covariate_columns, is_share, standardise
from whatworks.matching.encoding import refuse_missing
from whatworks.matching.inputs import Sample, require_sample
from whatworks.matching.samples import effective_size

ARMS = ("treated", "comparison")
STAGES = ("before", "after")
_COLUMNS = [
    "covariate", "level", "kind",
    *(f"{arm}_{stage}{what}" for stage in STAGES for arm in ARMS for what in ("", "_sd", "_n")),
    "smd_before", "smd_after", "suppressed",
]  # fmt: skip
Row = dict[str, Any]


def who_was_compared(
    sample: Sample, *, covariates: str | Sequence[str] | None = None, sd: str = "treated", k: int = K_PUBLISH
) -> pd.DataFrame:
    """Describe both arms before and after matching or weighting, fit to publish.

    Parameters
    ----------
    sample : of :func:`~whatworks.matching.match`, :func:`~whatworks.matching.weight` or :func:`~whatworks.matching.unmatched`
    covariates : columns to describe, also such as were not matched on; None takes those matched on
    sd : standard deviation that differences are in, before matching: ``"treated"``, ``"comparison"`` or ``"pooled"``
    k : smallest published number of people

    Returns
    -------
    Frame with the rows people, effective (sample size), then one per covariate, and one per level of a categorical one.
    Columns: covariate, level, kind (``"people"``, ``"effective"``, ``"mean"``, ``"share"``); for both arms and stages
    treated_before, comparison_before, treated_after, comparison_after (number, mean in the covariate's unit, or share), each
    with ``_sd`` (of a mean) and ``_n`` (people behind a share); smd_before, smd_after; suppressed (True where a cell of the row
    is hidden, and then missing).

    A number of 1 to k - 1 people is hidden, and a second level with it, so that the total gives neither back; a level that so few
    have in both arms together is called ``"(<5)"`` (for k 5), as its name would tell of them. Where 1 to k - 1
    people of an arm were left out by the matching, its numbers afterwards are hidden, the difference afterwards is rounded to
    two decimals, and no number of people afterwards is told: before and after together would describe those few.

    Raises
    ------
    DisclosureRisk
        If ``k`` is below the floor.
    MissingColumn, MissingValues, InvalidColumn, InvalidOption

    References
    ----------
    Standardised differences beside the two groups: Austin (2009), Statistics in Medicine 28:3083-3107.

    Examples
    --------
    >>> df = pd.DataFrame({"treated": [1] * 6 + [0] * 12, "need": [2.0, 3, 4, 3, 2, 4] + [1.0, 2.5, 3.5, 2, 3, 4] * 2})
    >>> sample = ww.matching.match(df, treatment="treated", covariates="need")
    >>> table = ww.matching.who_was_compared(sample)
    >>> table[["kind", "treated_before", "comparison_before", "comparison_after"]].round(2).to_numpy().tolist()
    [['people', 6.0, 12.0, 6.0], ['effective', 6.0, 12.0, 6.0], ['mean', 3.0, 2.67, 3.0]]
    """
    require_sample(sample)
    one_of(sd, DENOMINATORS, name="sd")
    k = checked_k(k)
    names = list(sample.covariates) if covariates is None else as_list(covariates)
    require_columns(sample.data, names)
    refuse_missing(sample.data, names)
    sides = Sides.of(sample)
    weights = sample.weights.to_numpy(dtype=float)
    kept = [weights[rows] > 0 for rows in sides.rows]
    few_left = [bool(is_small(int((~stays).sum()), k)) for stays in kept]
    rows = _people(sides, kept, few_left)
    for name in names:
        rows += _rows_of(name, list(covariate_columns(sample.data, [name])), sides, kept, few_left, sd, k)
    table = pd.DataFrame(rows).reindex(columns=_COLUMNS)
    counts = [column for column in _COLUMNS if column.endswith("_n")]
    return table.astype(dict.fromkeys(counts, "Int64")).assign(suppressed=table["suppressed"].astype(bool))


def _people(sides: Sides, kept: list[np.ndarray], few_left: list[bool]) -> list[Row]:
    """How many people, and as how many they count."""
    people: Row = {"covariate": "people", "kind": "people", "suppressed": any(few_left)}
    effective: Row = {"covariate": "effective sample size", "kind": "effective", "suppressed": any(few_left)}
    for place, arm in enumerate(ARMS):
        before, after = (stage[place] for stage in sides.weights)
        people[f"{arm}_before"] = len(before)
        effective[f"{arm}_before"] = effective_size(before)
        # In pairs the number of one arm is that of the other.
        people[f"{arm}_after"] = np.nan if any(few_left) else int(kept[place].sum())
        effective[f"{arm}_after"] = np.nan if any(few_left) else effective_size(after)
    return [people, effective]


def _rows_of(
    name: str,
    columns: list[tuple[str, np.ndarray]],
    sides: Sides,
    kept: list[np.ndarray],
    few_left: list[bool],
    sd: str,
    k: int,
) -> list[Row]:
    """One covariate: a row with its mean, or a row for each level."""
    rows = []
    for label, values in columns:
        before, after = sides.moments(values)
        yes_or_no = is_share(values)
        row: Row = {"covariate": name, "kind": "share" if yes_or_no else "mean", "suppressed": False}
        row["level"] = _level(label.removeprefix(f"{name}="), values, k) if label != name else None
        spread = before.spread(sd)
        for stage, moments in zip(STAGES, (before, after), strict=True):
            row[f"smd_{stage}"] = standardise(moments.gap, spread)
            for place, arm in enumerate(ARMS):
                row[f"{arm}_{stage}"] = moments.means[place]
                if not yes_or_no:
                    row[f"{arm}_{stage}_sd"] = float(np.sqrt(moments.variances[place]))
        rows.append(row)
    shares = rows[0]["kind"] == "share"
    for place, arm in enumerate(ARMS):
        if shares:
            _hide_small(rows, [values[sides.rows[place]] for _, values in columns], kept[place], arm, k)
        if few_left[place]:
            _hide_after(rows, arm)
        if any(few_left):
            for row in rows:
                row |= {f"{arm}_after_n": pd.NA, "suppressed": True}
    return rows


def _level(label: str, values: np.ndarray, k: int) -> str:
    """A level's name, unless so few people have it that the name alone would tell of them."""
    return f"(<{k})" if is_small(int(values.sum()), k) else label


def _hide_small(rows: list[Row], levels: list[np.ndarray], kept: np.ndarray, arm: str, k: int) -> None:
    """Count the people behind each share, and hide what tells of few: a level, or what a total would give back."""
    counts = {
        "before": np.array([int(values.sum()) for values in levels]),
        "after": np.array([int(values[kept].sum()) for values in levels]),
    }
    totals = {"before": len(kept), "after": int(kept.sum())}
    if len(levels) == 1:
        # The other of two levels stands in no row of its own, and is what the total leaves.
        counts = {stage: np.append(found, totals[stage] - found) for stage, found in counts.items()}
    left_out = counts["before"] - counts["after"]
    hidden = {"before": _hidden(counts["before"], k), "after": _hidden(counts["after"], k, beside=left_out)}
    for stage in STAGES:
        for place, row in enumerate(rows):
            row[f"{arm}_{stage}_n"] = pd.NA if hidden[stage][place] else int(counts[stage][place])
            if hidden[stage][place]:
                row[f"{arm}_{stage}"] = row[f"smd_{stage}"] = np.nan
                row["suppressed"] = True


def _hidden(counts: np.ndarray, k: int, *, beside: np.ndarray | None = None) -> np.ndarray:
    """Which counts are hidden: the small ones, then others until the hidden ones together give none of them back."""
    hidden = (counts > 0) & (counts < k)
    if beside is not None:
        hidden |= (beside > 0) & (beside < k)
    while hidden.any() and not hidden.all() and (hidden.sum() == 1 or counts[hidden].sum() < k):
        hidden[np.where(hidden, np.iinfo(np.int64).max, counts).argmin()] = True
    return hidden


def _hide_after(rows: list[Row], arm: str) -> None:
    """Blank an arm afterwards; what was left out could be computed from before and after."""
    for row in rows:
        row[f"{arm}_after"] = row[f"{arm}_after_sd"] = np.nan
        row["smd_after"] = round(row["smd_after"], 2)
