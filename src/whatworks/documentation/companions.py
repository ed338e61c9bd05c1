"""Scores beside what else is known of the same people: where they go the other way than elsewhere, a scale was perhaps turned.

A unit that swapped high and low keeps the spread of its scores, and how they change may by chance look like the others'. How they
go along with people's need for support, or with their other scores, it cannot keep: that turns with the scale.
"""

import numpy as np
import pandas as pd

# Correlations of fewer people, or of fewer units, say little about what is usual.
_FEWEST_PEOPLE, _FEWEST_UNITS = 10, 5
_STANDARD_ERRORS = 3.0
_NEARLY_ONE = 0.999999
_OF_RANKS = 1.06


def mirrored(scores: pd.DataFrame, *, need: pd.Series | None = None) -> pd.DataFrame:
    """Whether a unit's scores go with people's need, or their other scores, the other way than in all other units.

    The rank correlations of each unit are compared by Fisher's z with the middle unit's, with the variance 1.06 / (n - 3) that
    Fieller, Hartley and Pearson found for ranks (1957, Biometrika 44, 470-481). A unit is mirrored when its correlation has the
    other sign and lies more than three standard errors away, in which how much units differ anyway counts too; it is not when
    its correlation has the same sign, lies no further away, and lies as far from the mirrored one.

    Parameters
    ----------
    scores : one row per unit, episode and measure: unit, episode, measure, value, and better (1.0 where more is better, -1.0
        where less is, missing where nobody knows)
    need : people's need for support when the episode began, beside the rows of scores, missing where unknown. Scores are
        compared with it where it is known, and elsewhere with the average of the person's other scores

    Returns
    -------
    unit, measure, mirrored (True or False) where one or the other can be told. With two measures and no need both are mirrored
    where one of them was turned.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> unit, need = np.repeat(np.arange(6), 20), rng.normal(size=120)
    >>> value = -need + rng.normal(size=120) / 2
    >>> value[unit == 2] *= -1
    >>> rows = pd.DataFrame({"unit": unit, "episode": np.arange(120), "measure": "who5", "value": value, "better": 1.0})
    >>> mirrored(rows, need=pd.Series(need))["mirrored"].tolist()
    [False, False, True, False, False, False]
    """
    rows = scores.reset_index(drop=True)
    needed = pd.Series(np.nan, index=rows.index) if need is None else need.reset_index(drop=True).astype("float64")
    told = [_told(rows, needed), _told(rows[needed.isna()], _others(rows)[needed.isna()])]
    return pd.concat(told).groupby(["unit", "measure"], observed=True)["mirrored"].any().reset_index()


def _others(rows: pd.DataFrame) -> pd.Series:
    """The average of a person's other scores, each in standard deviations of its measure and more is better."""
    of = rows.groupby("measure")["value"]
    with np.errstate(divide="ignore", invalid="ignore"):
        scaled = rows["better"] * (rows["value"] - of.transform("mean")) / of.transform("std")
    scaled = scaled.replace([np.inf, -np.inf], np.nan)
    beside = scaled.groupby(rows["episode"])
    others = beside.transform("count") - scaled.notna()
    return (beside.transform("sum") - scaled.fillna(0.0)) / others.where(others > 0)


def _told(rows: pd.DataFrame, beside: pd.Series) -> pd.DataFrame:
    """Unit and measure of correlations with ``beside`` that are clearly mirrored, or clearly not."""
    known = beside.notna() & rows["value"].notna()
    of = _correlations(rows[known].assign(beside=beside[known]))
    of = of[(of["n"] >= _FEWEST_PEOPLE) & of["r"].notna()]
    of = of[of.groupby("measure")["r"].transform("size") >= _FEWEST_UNITS]
    z = np.arctanh(of["r"].clip(-_NEARLY_ONE, _NEARLY_ONE))
    own = _OF_RANKS / (of["n"] - 3)
    middle = z.groupby(of["measure"]).transform("median")
    spread = 1.4826 * (z - middle).abs().groupby(of["measure"]).transform("median")
    between = (spread**2 - own.groupby(of["measure"]).transform("median")).clip(lower=0)
    error = _STANDARD_ERRORS * np.sqrt(own + between)
    opposite = z * middle < 0
    far = (z - middle).abs() > error
    clear = far.where(opposite, ~far & ((z + middle).abs() > error))
    return of.assign(mirrored=opposite).loc[clear & (middle != 0), ["unit", "measure", "mirrored"]].reset_index(drop=True)


def _correlations(rows: pd.DataFrame) -> pd.DataFrame:
    """unit, measure, n, r (of the ranks of value and beside in the unit: a slip of the pen must not turn them)."""
    groups = rows.groupby(["unit", "measure"], observed=True)
    middle = (groups["value"].transform("size") + 1) / 2
    x, y = (groups[name].rank() - middle for name in ("value", "beside"))
    products = pd.DataFrame({"unit": rows["unit"], "measure": rows["measure"], "n": 1, "xy": x * y, "xx": x**2, "yy": y**2})
    sums = products.groupby(["unit", "measure"], observed=True).sum().reset_index()
    with np.errstate(divide="ignore", invalid="ignore"):
        r: pd.Series = sums["xy"] / np.sqrt(sums["xx"] * sums["yy"])
    return sums[["unit", "measure", "n"]].assign(r=r)
