"""Does the method reach beyond its borders? Effects with and without the controls that border on those who start."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from whatworks.core import Check, EffectResult, Provenance, fingerprint
from whatworks.core.columns import as_list, require_columns
from whatworks.core.errors import InvalidColumn, InvalidOption, NoComparisonGroup, NotIdentified, NoTreatedGroup, TooFewUnits
from whatworks.core.timeline import read_start, read_time
from whatworks.did.att_gt import att_gt
from whatworks.did.imputation import imputation
from whatworks.did.table import whole

_LEVEL = 0.05
_COMMON = ["estimate", "std_error", "conf_low", "conf_high", "p_value"]


def spillover(
    df: pd.DataFrame,
    *,
    neighbours: pd.DataFrame,
    outcome: str,
    unit: str,
    time: str,
    first_treated: str,
    covariates: Sequence[str] = (),
    weights: str | None = None,
    cluster: str | None = None,
    conf_level: float = 0.95,
) -> EffectResult:
    """Average effect on the treated without the controls that border on a treated unit, and the effect on those controls.

    When a method reaches over a border, a neighbouring control is no picture of what would have happened without it, and the
    effect is understated or overstated by the neighbour's share. Leaving such controls out removes that; taking them as treated
    from their first neighbour's start on, against the other never treated, estimates what reached them.

    Parameters
    ----------
    df : one row per unit and time
    neighbours : columns ``unit`` and ``neighbour``: one row per pair that borders on each other, in either order, with the labels
        of the column ``unit`` of ``df``; pairs with other labels are not used, but all pairs having others is refused
    outcome, unit, time, first_treated, covariates, weights, cluster, conf_level : as in :func:`whatworks.did.att_gt`

    Returns
    -------
    :class:`whatworks.EffectResult`. The headline compares with controls that border on nobody treated; parts: ``all controls``,
    and ``spill-over on bordering controls`` where there are such; all carry n_treated and n_comparison. ``statistics`` also
    count ``n_bordering``. The check ``spillover`` fails when the effect on bordering controls is significant at 5 per cent; None
    when too few of them leave no standard error.

    Raises
    ------
    MissingColumn, EmptyData, InvalidColumn, MissingValues, DuplicateRows, TreatmentReversal, NotIdentified, NoTreatedGroup
    NoComparisonGroup
        If every never treated unit borders on a treated one, or there is none.

    References
    ----------
    Butts (2021), Difference-in-differences with spatial spillovers, arXiv 2105.03737; Clarke (2017), Estimating
    difference-in-differences in the presence of spillovers, MPRA paper 81604.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> panel = pd.DataFrame({"unit": np.repeat(range(60), 2), "year": [2020, 2021] * 60, "score": rng.normal(size=120)})
    >>> panel["start"] = np.where(panel["unit"] < 20, 2021, 0)
    >>> panel["score"] += 3.0 * ((panel["unit"] < 40) & (panel["year"] == 2021))
    >>> pairs = pd.DataFrame({"unit": range(20), "neighbour": range(20, 40)})
    >>> result = ww.did.spillover(panel, neighbours=pairs, outcome="score", unit="unit", time="year", first_treated="start")
    >>> result.effects[["term", "estimate"]].round(1).to_dict("records")[0], result.checks[0].passed
    ({'term': 'ATT', 'estimate': 2.9}, False)
    """
    columns = [outcome, unit, time, first_treated, *as_list(covariates), *(name for name in (weights, cluster) if name)]
    require_columns(df, columns)
    require_columns(neighbours, ["unit", "neighbour"], what="neighbours")
    frame = _on_whole_numbers(df, time, first_treated)
    reached = _reached(frame, neighbours, unit, first_treated)
    bordering = frame[unit].isin(reached.index)
    asked: dict[str, Any] = {
        "outcome": outcome, "unit": unit, "time": time, "first_treated": first_treated, "covariates": covariates,
        "weights": weights, "cluster": cluster, "conf_level": conf_level,
    }  # fmt: skip
    _refuse_without_comparison(frame, bordering, unit, first_treated)
    without = att_gt(frame[~bordering], **asked)
    rows = [{"term": "ATT", "kind": "headline", **_row(without)}]
    rows.append({"term": "all controls", "kind": "part", **_row(att_gt(frame, **asked) if len(reached) else without)})
    on_border = _on_border(frame, reached, asked) if len(reached) else None
    if on_border is not None:
        rows.append({"term": "spill-over on bordering controls", "kind": "part", **_row(on_border)})
    effects = pd.DataFrame(rows).astype({"term": "str", "kind": "str"})
    effects[["n_treated", "n_comparison"]] = effects[["n_treated", "n_comparison"]].apply(whole)
    return EffectResult(
        method="did.spillover",
        estimand="Average effect on the treated, against controls that border on nobody treated",
        measure="MD",
        unit=without.unit,
        effects=effects,
        provenance=Provenance(
            data_fingerprint=fingerprint(df, list(dict.fromkeys(columns))),
            arguments={**asked, "neighbours": fingerprint(neighbours, ["unit", "neighbour"])},
        ),
        conf_level=conf_level,
        statistics={**without.statistics, "n_bordering": float(len(reached))},
        checks=(_check(len(reached), on_border), *without.checks),
    )


def _on_whole_numbers(df: pd.DataFrame, time: str, first_treated: str) -> pd.DataFrame:
    """Times and starts counted from 1, so that a start taken from a neighbour needs no label; infinite for never."""
    when, timeline = read_time(df, time)
    start = read_start(df, first_treated, timeline)
    origin = timeline.ordinals[0] - 1
    start = np.where(start > timeline.ordinals[-1], np.inf, start - origin)
    # At or before the first time is the same: treated throughout. A start of 0 would be read as never.
    return df.assign(**{time: when - origin, first_treated: np.maximum(start, 1.0)})


def _reached(frame: pd.DataFrame, neighbours: pd.DataFrame, unit: str, first_treated: str) -> pd.Series:
    """First start among the treated neighbours, by never treated unit that has any."""
    starts = frame.groupby(unit, observed=True)[first_treated].min()
    pairs = pd.concat([neighbours[["unit", "neighbour"]], neighbours.rename(columns={"unit": "neighbour", "neighbour": "unit"})])
    pairs = pairs[pairs["unit"].isin(starts.index) & pairs["neighbour"].isin(starts.index)]
    start = starts.reindex(pairs["neighbour"]).to_numpy()
    if pairs.empty:
        raise InvalidColumn(
            f"None of the {len(neighbours)} pairs of neighbours has both labels in frame column {unit!r} "
            f"(of type {frame[unit].dtype}; the pairs: {neighbours['unit'].dtype}). Use the same labels in both."
        )
    crossing = np.isinf(starts.reindex(pairs["unit"]).to_numpy()) & np.isfinite(start)
    first: pd.Series = pd.Series(start[crossing]).groupby(pairs["unit"].to_numpy()[crossing]).min()
    return first


def _refuse_without_comparison(frame: pd.DataFrame, bordering: pd.Series, unit: str, first_treated: str) -> None:
    never = np.isinf(frame[first_treated])
    left = frame.loc[never & ~bordering, unit].nunique()
    if left == 0:
        raise NoComparisonGroup(
            f"All {frame.loc[never, unit].nunique()} never treated units border on a treated one, so nobody is beyond reach. "
            "Add controls from farther away, or give only the pairs across which people can be reached."
        )


def _row(result: EffectResult) -> dict[str, float]:
    """The headline's numbers with the counts behind it."""
    headline = result.headline
    counts = {name: result.statistics[name] for name in ("n_treated", "n_comparison")}
    return {**{name: getattr(headline, name) for name in _COMMON}, **counts}


def _on_border(frame: pd.DataFrame, reached: pd.Series, asked: dict[str, Any]) -> EffectResult | None:
    """What reached the bordering controls, against the other never treated; None where it cannot be estimated."""
    unit, first_treated = asked["unit"], asked["first_treated"]
    never = frame[np.isinf(frame[first_treated])]
    start = never[unit].map(reached).fillna(np.inf).to_numpy(dtype=float)
    border = never.assign(**{first_treated: start})
    # Every time before counts, not one base time alone: what spills over is smaller than the effect, and so harder to see.
    for estimator in (imputation, att_gt):
        try:
            return estimator(border, **asked)
        except (TooFewUnits, NoTreatedGroup, NotIdentified, InvalidOption):
            continue
    return None


def _check(n_bordering: int, on_border: EffectResult | None) -> Check:
    statistics = {"n_bordering": float(n_bordering)}
    if n_bordering == 0:
        return Check(name="spillover", passed=True, message="No control borders on a treated unit.", statistics=statistics)
    border = f"{n_bordering} controls border on a treated unit"
    if on_border is None or not on_border.headline.std_error > 0:
        message = f"{border}, too few to estimate what reached them. The headline leaves them out."
        return Check(name="spillover", passed=None, message=message, statistics=statistics)
    found = on_border.headline
    statistics |= {"estimate": found.estimate, "std_error": found.std_error, "p_value": found.p_value}
    message = f"{border}; what reached them: {found.estimate:.3g} (p = {found.p_value:.3f}). The headline leaves them out."
    return Check(name="spillover", passed=bool(found.p_value >= _LEVEL), message=message, statistics=statistics)
