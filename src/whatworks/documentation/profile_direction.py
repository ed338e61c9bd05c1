"""Which way the scores go: a unit that goes against all others has perhaps turned its scale round."""

from collections.abc import Mapping
from datetime import date

import numpy as np
import pandas as pd
from scipy.stats import norm, t

from whatworks.core.disclosure import K_PUBLISH, checked_k
from whatworks.core.errors import MissingData
from whatworks.core.options import one_of
from whatworks.documentation.companions import mirrored
from whatworks.documentation.profile_episodes import changes, day_of, episode_facts

# Rule V11: opposite to all others by more than three standard errors. The error of a few pairs is itself uncertain, so the
# limit is the t quantile of the same chance.
_STANDARD_ERRORS = 3.0
# A correlation of few pairs is below zero by chance every other time. One side, one in a hundred (Fisher's z).
_FEWEST_PAIRS, _BELOW_ZERO = 20, -2.326


def direction_check(
    tables: Mapping[str, pd.DataFrame], *, by: str = "municipality", as_of: date | None = None, k: int = K_PUBLISH
) -> pd.DataFrame:
    """Units whose scores may have been delivered with the scale turned round (rule V11).

    Parameters
    ----------
    tables : with ``episode``, ``measurement`` and ``instrument``
    by : "municipality" or "service"
    as_of : the day to look back from; by default the last day in the data
    k : units with fewer changes are not judged, nor shown

    Returns
    -------
    One row per unit and measure (instrument, subscale, informant): unit, measure, n, mean_change and others (of all other
    units; standard deviations, more is better), correlation (of first and follow-up scores), opposite (the mean change has the
    other sign than the others' and lies more than three standard errors of the difference from it; with few pairs the t quantile
    of the same chance), reversed_pairs (the
    correlation lies below zero by more than chance), mirrored (scores go with people's need for support, or their other scores,
    the other way than in all other units), suspect (one of the last two; or opposite, unless scores clearly go with need or other
    scores as they do elsewhere: then no scale was turned).

    Raises
    ------
    MissingData, EmptyData, InvalidOption, DisclosureRisk

    Examples
    --------
    >>> tables, truth = ww.documentation.simulate(scenario="S1", seed=1)
    >>> int(direction_check(tables)["suspect"].sum())
    0
    """
    one_of(by, ("municipality", "service"), name="by")
    checked_k(k)
    missing = [name for name in ("measurement", "instrument") if name not in tables]
    if missing:
        raise MissingData(f"The direction of scores cannot be checked without the table {', '.join(missing)}. Deliver it.")
    day = day_of(tables, as_of)
    pairs = changes(tables, episode_facts(tables, by=by, day=day), day).dropna(subset="change")
    turned = _mirrored(tables, pairs)
    rows = [
        _judged(str(unit), str(measure), own, of[of["unit"] != unit], turned=turned.get((unit, measure)))
        for measure, of in pairs.groupby("measure")
        for unit, own in of.groupby("unit")
        if len(own) >= k
    ]
    columns = [
        "unit",
        "measure",
        "n",
        "mean_change",
        "others",
        "correlation",
        "opposite",
        "reversed_pairs",
        "mirrored",
        "suspect",
    ]
    return pd.DataFrame(rows, columns=columns)


def _mirrored(tables: Mapping[str, pd.DataFrame], pairs: pd.DataFrame) -> dict[tuple[object, object], bool]:
    """Whether the scores of a unit and measure mirror what else is known of the same people, where that can be told."""
    good = tables["instrument"].set_index("instrument")["higher_is_better"].astype("boolean")
    better = pairs["instrument"].map(good).map({True: 1.0, False: -1.0}).astype("float64")
    scores = pairs.assign(episode=pairs["episode_id"], value=(pairs["before"] + pairs["after"]) / 2, better=better)
    episode, need = tables["episode"], None
    if "baseline_support_need" in episode:
        need = pairs["episode_id"].map(episode.set_index("episode_id")["baseline_support_need"]).astype("float64")
    found = mirrored(scores[["unit", "episode", "measure", "value", "better"]], need=need)
    return dict(zip(zip(found["unit"], found["measure"], strict=True), found["mirrored"], strict=True))


def _judged(unit: str, measure: str, own: pd.DataFrame, others: pd.DataFrame, *, turned: bool | None) -> tuple[object, ...]:
    mean, rest = float(own["change"].mean()), float(others["change"].mean()) if len(others) else np.nan
    error = float(np.hypot(_error(own), _error(others)))
    n = len(own)
    limit = float(t.isf(norm.sf(_STANDARD_ERRORS), n - 1))
    opposite = bool(mean * rest < 0 and abs(mean - rest) > limit * error)
    varies = own["before"].std() > 0 and own["after"].std() > 0
    r = float(np.corrcoef(own["before"], own["after"])[0, 1]) if varies else np.nan
    below = bool(n >= _FEWEST_PAIRS and np.arctanh(np.clip(r, -0.999999, 0.999999)) * np.sqrt(n - 3) < _BELOW_ZERO)
    suspect = below or bool(turned) or (opposite and turned is None)
    return unit, measure, n, mean, rest, r, opposite, below, bool(turned), suspect


def _error(of: pd.DataFrame) -> float:
    """Standard error of the mean change."""
    return float(of["change"].std() / np.sqrt(len(of))) if len(of) > 1 else np.nan
