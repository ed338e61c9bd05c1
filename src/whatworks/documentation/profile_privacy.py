"""What of a profile may be shown: no number about few people, none that others give back."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from whatworks.core.disclosure import K_PUBLISH, checked_k

# Below this, a share of 0 or 100 per cent tells about everybody in the group.
_ALL_ALIKE = 20


def hide_small(rows: pd.DataFrame, *, within: Mapping[str, str] | None = None, k: int = K_PUBLISH) -> pd.DataFrame:
    """Blank every value that rests on few people, and say why.

    Parameters
    ----------
    rows : unit, indicator, measure, kind ("share", "count", ...), value, n (people or episodes behind it)
    within : what each unit is a part of, when the sum over those parts may stand on another page
    k : smallest count shown

    Returns
    -------
    The rows with value and n blanked where they may not be shown, and a column ``hidden``: empty, ``"few"`` (fewer than k
    behind it, or on one side of a share), ``"all_alike"`` (0 or 100 per cent of fewer than 20), ``"with_others"`` (hidden so
    that another hidden one cannot be found by subtraction), ``"unknown"`` (nothing was delivered that could tell).
    """
    k = checked_k(k)
    n, value = rows["n"].to_numpy(dtype=float), rows["value"].to_numpy(dtype=float)
    share = (rows["kind"] == "share").to_numpy()
    with np.errstate(invalid="ignore"):
        yes = np.round(n * value)
        few = (n > 0) & (n < k)
        few |= share & (((yes > 0) & (yes < k)) | ((n - yes > 0) & (n - yes < k)))
        alike = share & ((yes == 0) | (yes == n)) & (n > 0) & (n < _ALL_ALIKE)
    hidden = np.select([np.isnan(value) | (n == 0), few, alike], ["unknown", "few", "all_alike"], default="")
    out = rows.assign(hidden=pd.Series(hidden, index=rows.index, dtype="str"))
    out = _with_others(out, within or {})
    gone = out["hidden"] != ""
    return out.assign(value=out["value"].mask(gone), n=out["n"].astype("Int64").mask(gone))


def _with_others(rows: pd.DataFrame, within: Mapping[str, str]) -> pd.DataFrame:
    """Where a single part of a shown sum is hidden, the smallest other part is hidden as well, and if there is none the sum."""
    hidden = rows["hidden"].copy()
    units = rows[rows["unit"] != ""]
    lies_in = pd.Series([within.get(unit, "") for unit in units["unit"]], index=units.index, dtype="str")
    for _key, group in units[lies_in != ""].groupby([lies_in[lies_in != ""], "indicator", "measure"], sort=False):
        _hide_another(group, hidden)
    for _key, group in rows.groupby(["indicator", "measure"], sort=False):
        parts, whole = group[group["unit"] != ""], group[(group["unit"] == "") & (group["hidden"] == "")]
        if len(whole) and _hide_another(parts, hidden):
            hidden.loc[whole.index] = "with_others"
    return rows.assign(hidden=hidden)


def _hide_another(parts: pd.DataFrame, hidden: pd.Series) -> bool:
    """Hide the smallest shown part beside a single hidden one; True when there is none to hide."""
    now = hidden.loc[parts.index]
    shown = parts[now == ""]
    if now.isin(["few", "all_alike", "with_others"]).sum() != 1:
        return False
    if len(shown):
        smallest = int(shown["n"].astype(float).to_numpy().argmin())
        hidden.loc[shown.index[[smallest]]] = "with_others"
    return not len(shown)
