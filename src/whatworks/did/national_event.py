"""Something happened to everybody: did it move those who start and those who never do alike?"""

from collections.abc import Hashable, Mapping

import numpy as np
import pandas as pd
from scipy import stats

from whatworks.core import Check
from whatworks.core.errors import InvalidOption
from whatworks.core.timeline import read_start, time_text
from whatworks.did.observed import Columns
from whatworks.did.panel import Panel
from whatworks.did.regression import read_roll_out_panel
from whatworks.did.unit_contrasts import Comparison, compare_cohorts

_LEVEL = 0.05
# Times on either side of an event that are averaged: a year of quarters, so that seasons cancel.
_WINDOW = 4


def national_event(
    df: pd.DataFrame,
    *,
    events: Mapping[Hashable, str],
    outcome: str,
    unit: str,
    time: str,
    first_treated: str,
    cluster: str | None = None,
) -> Check:
    """Did something that happened to everybody move the treated and the comparison differently?

    A shock common to all is differenced out. Around each event, units that start later are held against the never treated:
    the mean of up to four times from the event on, less that of as many before. Cells whose base lies before an event and
    whose time does not are the ones it touches.

    Parameters
    ----------
    df : one row per unit and time
    events : name by time, in the time column's type: ``{pd.Period("2020Q2"): "lockdown"}``
    outcome, unit, time, first_treated : as in :func:`whatworks.did.att_gt`
    cluster : column that holds whole units together

    Returns
    -------
    Check ``national_event``; failed when at an event that touches a cell the arms moved differently (5 per cent, divided by the
    number of events); None when an event touches cells but no cohort starts late enough to tell. ``statistics``: events,
    straddling_cells, cells (at or after the start), difference and p_value of the clearest event, and comparison_break and
    comparison_p_value, the change among the never treated at it.

    Raises
    ------
    InvalidOption
        If there are no events, or one lies outside the observed times.
    MissingColumn, EmptyData, InvalidColumn, MissingValues, DuplicateRows, TreatmentReversal, NotIdentified

    References
    ----------
    Roth, Sant'Anna, Bilinski & Poe (2023), Journal of Econometrics 235:2218-2244, section 4 (what breaks parallel trends).

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> panel = pd.DataFrame({"unit": np.repeat(range(40), 8), "year": list(range(2014, 2022)) * 40})
    >>> panel["start"] = np.where(panel["unit"] < 20, 2019, 0)
    >>> panel["score"] = rng.normal(0, 1, 320) - 3.0 * (panel["year"] >= 2017)
    >>> asked = {"outcome": "score", "unit": "unit", "time": "year", "first_treated": "start"}
    >>> ww.did.national_event(panel, events={2017: "reform"}, **asked).passed
    True
    """
    panel = read_roll_out_panel(df, Columns(outcome=outcome, unit=unit, time=time, cluster=cluster), first_treated)
    at = _event_ordinals(events, panel)
    found = [_around_event(panel, ordinal) for ordinal in at]
    touched, cells = [_straddling(panel, ordinal) for ordinal in at], _straddling(panel, None)
    p_values = np.array([treated.p_value if count else np.nan for (treated, _), count in zip(found, touched, strict=True)])
    worst = int(np.nanargmin(p_values)) if np.isfinite(p_values).any() else 0
    differs = bool((p_values[np.isfinite(p_values)] < _LEVEL / len(at)).any())
    unclear = any(count and np.isnan(p) for count, p in zip(touched, p_values, strict=True))
    said = "; ".join(
        f"{name} ({time_text(panel.timeline.label(ordinal))}): touches {count} of {cells} cells, {_said(*around)}"
        for name, ordinal, count, around in zip(events.values(), at, touched, found, strict=True)
    )
    treated, alone = found[worst]
    return Check(
        name="national_event",
        passed=False if differs else None if unclear else True,
        message=f"{said}.",
        statistics={
            "events": float(len(at)),
            "straddling_cells": float(sum(touched)),
            "cells": float(cells),
            "difference": treated.difference,
            "p_value": treated.p_value,
            "comparison_break": alone.difference,
            "comparison_p_value": alone.p_value,
        },
    )


def _event_ordinals(events: Mapping[Hashable, str], panel: Panel) -> list[float]:
    """Places of the events on the timeline."""
    ordinals = panel.timeline.ordinals
    if not isinstance(events, Mapping) or not events:
        raise InvalidOption("events is empty, or no mapping. Give at least one time with its name: {time: name}.")
    at = read_start(pd.DataFrame({"events": list(events)}), "events", panel.timeline)
    outside = int((~((at > ordinals[0]) & (at <= ordinals[-1]))).sum())
    if outside:
        raise InvalidOption(
            f"{outside} of {len(at)} events lie outside the observed times, {time_text(panel.timeline.labels[0])} (not counting "
            f"it) to {time_text(panel.timeline.labels[-1])}. Leave them out."
        )
    return [float(ordinal) for ordinal in at]


def _around_event(panel: Panel, event: float) -> tuple[Comparison, Comparison]:
    """Later starters against the never treated around an event, and the change among the never treated alone."""
    ordinals = panel.timeline.ordinals
    before = np.flatnonzero(ordinals < event)[-_WINDOW:]
    after = np.flatnonzero(ordinals >= event)[:_WINDOW]
    later = np.unique(panel.cohort[np.isfinite(panel.cohort) & (panel.cohort > ordinals[after[-1]])])
    if len(later) == 0:
        # A shorter look is better than none: only times before the next cohort starts.
        waiting = panel.cohort[np.isfinite(panel.cohort) & (panel.cohort > event)]
        if len(waiting):
            after = after[ordinals[after] < waiting.max()]
            later = np.unique(waiting[waiting > ordinals[after[-1]]])
    change = _known_mean(panel.outcome[:, after]) - _known_mean(panel.outcome[:, before])
    differently = compare_cohorts(np.repeat(change[:, None], max(len(later), 1), axis=1), panel.cohort, later, panel.cluster)
    never = np.isinf(panel.cohort) & ~np.isnan(change)
    if never.sum() < 2:
        return differently, Comparison(difference=np.nan, std_error=np.nan, p_value=np.nan, n_treated=0, n_comparison=0)
    alone = stats.ttest_1samp(change[never], 0.0)
    spread = float(change[never].std(ddof=1) / np.sqrt(never.sum()))
    mean, p_value = float(change[never].mean()), float(alone.pvalue)
    return differently, Comparison(difference=mean, std_error=spread, p_value=p_value, n_treated=0, n_comparison=int(never.sum()))


def _known_mean(values: np.ndarray) -> np.ndarray:
    """(n,) means over what is observed; NaN where nothing is."""
    known = ~np.isnan(values)
    counts = known.sum(axis=1)
    return np.where(counts > 0, np.where(known, values, 0.0).sum(axis=1) / np.maximum(counts, 1), np.nan)


def _straddling(panel: Panel, event: float | None) -> int:
    """Cells at or after the start whose base is before the event and whose time is not; all of them without an event."""
    ordinals = panel.timeline.ordinals
    count = 0
    for start in np.unique(panel.cohort[np.isfinite(panel.cohort) & (panel.cohort > ordinals[0])]):
        base, times = ordinals[ordinals < start][-1], ordinals[ordinals >= start]
        count += len(times) if event is None else int((times >= event).sum()) if base < event else 0
    return count


def _said(treated: Comparison, alone: Comparison) -> str:
    change = f"the never treated changed by {alone.difference:+.3g} there (p = {alone.p_value:.3f})"
    if np.isnan(treated.p_value):
        return f"{change}, and no later cohort shows whether the treated would have too"
    return f"{change}, later starters by {treated.difference:+.3g} more (p = {treated.p_value:.3f})"
