"""What else could have moved the outcome: who is observed, and what shows just before the start."""

import numpy as np
import pandas as pd
from scipy import stats

from whatworks.core import Check, EffectResult
from whatworks.did.event_path import read_event_path
from whatworks.did.observed import Columns
from whatworks.did.panel import Panel
from whatworks.did.regression import read_roll_out_panel
from whatworks.did.unit_contrasts import Comparison, compare_cohorts

_LEVEL = 0.05
# Shares lost that differ by more than this between arms are flagged in the field however few the units; differences up to the
# smaller limit are let pass however many, since they can hardly move a mean.
_MUCH, _LITTLE = 0.10, 0.02
# Times averaged before the last one: a year of quarters, so that seasons cancel.
_WINDOW = 4


def composition(
    df: pd.DataFrame,
    *,
    outcome: str,
    unit: str,
    time: str,
    first_treated: str,
    weights: str | None = None,
    cluster: str | None = None,
) -> Check:
    """Does the share of units that are observed change differently where treatment starts?

    Around every cohort's start, each unit's share of observed times after it less that before it; the cohort's mean is held
    against that of the never treated. Attrition that differs changes who is compared, and no estimator can undo it.

    Parameters
    ----------
    df : one row per unit and time; missing rows and missing outcomes are what is counted
    outcome : numeric column
    unit, time, first_treated : as in :func:`whatworks.did.att_gt`
    weights : persons behind a row, e.g. citizens measured; then their number is followed, as a share of the unit's usual number
    cluster : column that holds whole units together

    Returns
    -------
    Check ``composition``, failed when the shares' changes differ by more than 0.10, or by more than 0.02 and significantly at 5
    per cent; None without never treated units. ``statistics``: difference, p_value, share_treated and share_comparison (change
    of the share in either arm), n_treated, n_comparison.

    Raises
    ------
    MissingColumn, EmptyData, InvalidColumn, MissingValues, DuplicateRows, TreatmentReversal, NotIdentified

    References
    ----------
    Differential attrition: What Works Clearinghouse (2022), Procedures and Standards Handbook, version 5.0, chapter 2.

    Examples
    --------
    >>> panel = pd.DataFrame({"unit": np.repeat(range(8), 4), "year": [2018, 2019, 2020, 2021] * 8, "score": 1.0})
    >>> panel["start"] = np.where(panel["unit"] < 4, 2020, 0)
    >>> panel.loc[(panel["unit"] > 5) & (panel["year"] > 2019), "score"] = np.nan
    >>> ww.did.composition(panel, outcome="score", unit="unit", time="year", first_treated="start").passed
    False
    """
    columns = Columns(outcome=outcome, unit=unit, time=time, weights=weights, cluster=cluster)
    return composition_of(read_roll_out_panel(df, columns, first_treated))


def composition_of(panel: Panel) -> Check:
    """:func:`composition` of a panel already read."""
    if panel.weights.ndim == 1 and panel.is_complete:
        return _composition(Comparison(difference=0.0, std_error=np.nan, p_value=np.nan, **_arms(panel)), 0.0)
    seen = panel.usable.astype(float)
    if panel.weights.ndim == 2:
        persons = np.where(panel.usable, panel.weights, 0.0)
        usual = persons.sum(axis=1, keepdims=True) / np.maximum(panel.usable.sum(axis=1, keepdims=True), 1)
        seen = persons / np.where(usual > 0, usual, 1.0)
    cohorts = _starts(panel)
    changes = np.column_stack(
        [_mean_where(seen, panel.timeline.ordinals >= g) - _mean_where(seen, panel.timeline.ordinals < g) for g in cohorts]
        or [np.empty(len(seen))]
    )
    found = compare_cohorts(changes, panel.cohort, cohorts, panel.cluster)
    never, sizes = np.isinf(panel.cohort), [int((panel.cohort == g).sum()) for g in cohorts]
    comparison = float(np.average(changes[never].mean(axis=0), weights=sizes)) if never.any() and sizes else np.nan
    return _composition(found, comparison)


def _arms(panel: Panel) -> dict[str, int]:
    never = int(np.isinf(panel.cohort).sum())
    return {"n_treated": len(panel.cohort) - never, "n_comparison": never}


def _starts(panel: Panel) -> np.ndarray:
    """Starts with a time before them."""
    cohorts = np.unique(panel.cohort)
    return cohorts[np.isfinite(cohorts) & (cohorts > panel.timeline.ordinals[0])]


def _mean_where(values: np.ndarray, when: np.ndarray) -> np.ndarray:
    """(n,) means over the marked times."""
    out: np.ndarray = values[:, when].mean(axis=1)
    return out


def _composition(found: Comparison, comparison: float) -> Check:
    difference = found.difference
    statistics = {
        "difference": difference,
        "p_value": found.p_value,
        "share_treated": comparison + difference,
        "share_comparison": comparison,
        "n_treated": float(found.n_treated),
        "n_comparison": float(found.n_comparison),
    }
    if np.isnan(difference):
        message = "No unit is never treated, so it cannot be said whether those observed change by themselves."
        return Check(name="composition", passed=None, message=message, statistics=statistics)
    clear = bool(found.p_value < _LEVEL) and abs(difference) > _LITTLE
    said = "" if np.isnan(found.p_value) else f" (p = {found.p_value:.3f})"
    message = (
        f"After the start the share observed changed by {comparison + difference:+.3f} among the treated and by "
        f"{comparison:+.3f} among the comparison: a difference of {difference:+.3f}{said}."
    )
    return Check(name="composition", passed=not (clear or abs(difference) > _MUCH), message=message, statistics=statistics)


def anticipation(event_study_result: EffectResult) -> Check:
    """Does the outcome jump in the last time before the start, as when people wait for it or are referred at a low point?

    The reference is the last time before the start; when it is out of line, all effects against it are shifted. It is held
    against the mean of up to four times before it.

    Parameters
    ----------
    event_study_result : of :func:`whatworks.did.event_study`, or of :func:`whatworks.did.aggregate` by event time after
        ``att_gt(base_period="universal")``

    Returns
    -------
    Check ``anticipation`` with ``jump`` (the reference less the mean before it, in units of the outcome), std_error, p_value and
    ``times``; failed when significant at 5 per cent, None without earlier times. A drift over all leads shows here too, weakly.

    Raises
    ------
    InvalidOption
        If the result does not compare with one reference time (a varying base).

    References
    ----------
    Ashenfelter (1978), Review of Economics and Statistics 60:47-57 (the dip); Callaway & Sant'Anna (2021), Journal of
    Econometrics 225:200-230, assumption 3.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> panel = pd.DataFrame({"unit": np.repeat(range(60), 6), "year": [2016, 2017, 2018, 2019, 2020, 2021] * 60})
    >>> panel["start"] = np.where(panel["unit"] < 30, 2020, 0)
    >>> panel["score"] = rng.normal(0, 1, 360) - 2.0 * ((panel["unit"] < 30) & (panel["year"] == 2019))
    >>> study = ww.did.event_study(panel, outcome="score", unit="unit", time="year", first_treated="start")
    >>> ww.did.anticipation(study).passed
    False
    """
    path = read_event_path(event_study_result).latest(_WINDOW)
    n = path.n_before
    if n == 0:
        message = f"No time before event time {path.reference} is estimated, so a jump there cannot be seen."
        return Check(name="anticipation", passed=None, message=message, statistics={"times": 0.0})
    jump = -float(path.estimates[:n].mean())
    std_error = float(np.sqrt(path.vcov[:n, :n].mean()))
    df = float(event_study_result.statistics.get("clusters", np.inf)) - 1
    p_value = float(2 * stats.t.sf(abs(jump / std_error), df))
    return Check(
        name="anticipation",
        passed=p_value >= _LEVEL,
        message=f"In event time {path.reference} the treated are {jump:+.3g} off the mean of the {n} times before "
        f"(p = {p_value:.3f}).",
        statistics={"jump": jump, "std_error": std_error, "p_value": p_value, "times": float(n)},
    )
