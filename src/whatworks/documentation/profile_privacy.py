"""What of a profile may be shown: no number about few people, none that others give back."""

from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd

from whatworks.core.disclosure import K_PUBLISH, checked_k, suppress_line

_SUM = ["indicator", "measure"]
# Below this, a share of 0 or 100 per cent tells about everybody in the group.
_ALL_ALIKE = 20


def hide_small(
    rows: pd.DataFrame,
    *,
    within: Mapping[str, str] | None = None,
    hidden_wholes: Collection[tuple[str, str, str]] = (),
    k: int = K_PUBLISH,
) -> pd.DataFrame:
    """Blank every value that rests on few people, and those beside it that would give it back.

    Parameters
    ----------
    rows : unit, indicator, measure, kind ("share", "count", ...), value, n (people or episodes behind it)
    within : what each unit is a part of, when the sum over those parts may stand on another page
    hidden_wholes : of those sums the ones that are hidden there, as unit, indicator and measure: their parts are not all shown
    k : smallest count shown

    Returns
    -------
    The rows with value and n blanked where they may not be shown, and a column ``hidden``: empty, ``"few"`` (fewer than k behind
    it or on one side of a share, 0 or 100 per cent of fewer than 20, or hidden so that such a number cannot be found by
    subtraction; which of these is not told, since that alone would tell about people), ``"unknown"`` (nothing was delivered
    that could tell).
    """
    k = checked_k(k)
    n, value = rows["n"].to_numpy(dtype=float), rows["value"].to_numpy(dtype=float)
    share = (rows["kind"] == "share").to_numpy()
    few = [_tells(float(each), float(yes), bool(of), k=k) for each, yes, of in zip(n, n * value, share, strict=True)]
    few = np.array(few) | _few_of_the_same_people(rows, within or {}, set(hidden_wholes), k)
    unknown = np.isnan(value) | (n == 0)
    hidden = ["unknown" if no else "few" if small else "" for no, small in zip(unknown, few, strict=True)]
    out = rows.assign(hidden=pd.Series(hidden, index=rows.index, dtype="str"))
    out = _with_others(out, within or {}, set(hidden_wholes), k)
    gone = out["hidden"] != ""
    return out.assign(value=out["value"].mask(gone), n=out["n"].astype("Int64").mask(gone))


def _few_of_the_same_people(
    rows: pd.DataFrame, within: Mapping[str, str], hidden_wholes: set[tuple[str, str, str]], k: int
) -> np.ndarray:
    """Rows of units that must be hidden in every indicator about the same people.

    How many people a unit has stands beside each of its indicators. Were small units hidden beside one unit in one indicator and
    beside another in the next, every number but theirs could be read somewhere, and the sum less these would be theirs.
    """
    if not (rows["unit"] != "").any():
        return np.zeros(len(rows), dtype=bool)
    counts = rows[rows["unit"] != ""].pivot_table(index="unit", columns=_SUM, values="n", aggfunc="sum", fill_value=0.0)
    lies_in = pd.Series([within.get(unit, "") for unit in counts.index], index=counts.index, dtype="str")
    hidden = np.zeros(len(rows), dtype=bool)
    of = pd.MultiIndex.from_frame(rows[_SUM])
    for _vector, same in counts.T.groupby(list(counts.T.columns), sort=False):
        wholes = [
            place
            for place in lies_in[lies_in != ""].unique()
            if all((place, indicator, measure) in hidden_wholes for indicator, measure in same.index)
        ]
        gone = _beside_small(same.iloc[0], lies_in, wholes, k)
        hidden |= of.isin(same.index) & rows["unit"].isin(gone[gone].index).to_numpy()
    return hidden


def _beside_small(counts: pd.Series, lies_in: pd.Series, hidden_wholes: Collection[str], k: int) -> pd.Series:
    """Units with few people, and more beside them, until neither the sum of all nor that of the whole they lie in tells."""
    gone = suppress_line(counts, k)
    before = None
    while before is None or (gone != before).any():
        before = gone.copy()
        for place, units in lies_in[lies_in != ""].groupby(lies_in):
            own = counts[units.index]
            if place in hidden_wholes and not gone[units.index].any() and (own > 0).any():
                gone[str(own[own > 0].idxmin())] = True
            if place not in hidden_wholes:
                gone[units.index] = suppress_line(own, k, hidden=gone[units.index])
        gone = suppress_line(counts, k, hidden=gone)
    return gone


def _tells(n: float, yes: float, share: bool, *, k: int) -> bool:
    """Whether a number about n people, of whom so many are on one side of a share, would tell about few of them."""
    if 0 < n < k:
        return True
    if not share or np.isnan(yes) or n == 0:
        return False
    yes = round(yes)
    return 0 < yes < k or 0 < n - yes < k or (yes in (0, n) and n < _ALL_ALIKE)


def _with_others(rows: pd.DataFrame, within: Mapping[str, str], hidden_wholes: set[tuple[str, str, str]], k: int) -> pd.DataFrame:
    """Hide more parts of sums that are shown, until the sum less the parts shown tells about few no longer."""
    hidden = rows["hidden"].copy()
    units = rows[rows["unit"] != ""]
    lies_in = pd.Series([within.get(unit, "") for unit in units["unit"]], index=units.index, dtype="str")
    inside = units[lies_in != ""].groupby([lies_in[lies_in != ""], "indicator", "measure"], sort=False)
    small = [(key in hidden_wholes, group) for key, group in inside]
    whole = [(group[group["unit"] != ""], group.index[group["unit"] == ""]) for _key, group in rows.groupby(_SUM, sort=False)]
    changed = True
    while changed:
        # What is hidden for one sum can stand alone in another.
        changed = any([_hide_another(parts, hidden, k, at_least_one=gone) for gone, parts in small])
        for parts, sums in whole:
            if (hidden.loc[sums] == "").any():
                changed |= _hide_another(parts, hidden, k)
                if _exposed(parts, hidden, k):
                    # With nobody to hide behind, the sum is not shown.
                    hidden.loc[sums] = "few"
    return rows.assign(hidden=hidden)


def _exposed(parts: pd.DataFrame, hidden: pd.Series, k: int) -> bool:
    """Whether the sum less what is shown of its parts tells about one part, or about few people."""
    gone = parts[(hidden.loc[parts.index] == "few").to_numpy()]
    if len(gone) < 2:
        return len(gone) == 1
    n, yes = gone["n"].astype(float), (gone["n"].astype(float) * gone["value"]).round()
    return _tells(float(n.sum()), float(yes.sum()), bool((gone["kind"] == "share").all()), k=k)


def _hide_another(parts: pd.DataFrame, hidden: pd.Series, k: int, *, at_least_one: bool = False) -> bool:
    """Hide the smallest parts shown beside hidden ones until the sum is safe; False when nothing was hidden."""
    changed = False
    shown = parts[(hidden.loc[parts.index] == "").to_numpy()].sort_values("n", kind="stable").index.tolist()
    wanting = at_least_one and not (hidden.loc[parts.index] == "few").any()
    while shown and (wanting or _exposed(parts, hidden, k)):
        hidden.loc[shown.pop(0)] = "few"
        # The sum of a hidden whole is not known: one part is enough.
        if wanting:
            return True
        changed = True
    return changed
