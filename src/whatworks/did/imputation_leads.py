"""Were trends parallel before the start? Leads in the untreated rows' own regression."""

from dataclasses import dataclass, field

import numpy as np

from whatworks.core.errors import InvalidOption
from whatworks.core.options import is_finite, shown
from whatworks.did.imputation_data import ImputationData
from whatworks.did.imputation_fit import Moments, UntreatedFit, fit_untreated


@dataclass(frozen=True, kw_only=True, eq=False)
class LeadFit:
    """Deviations from parallel trends before the start.

    Attributes
    ----------
    fit : the untreated rows' regression with the leads in it
    columns : (l,) places of the leads among its columns
    event_times, estimates, rows : (l,) ascending in time
    """

    fit: UntreatedFit = field(repr=False)
    columns: np.ndarray
    event_times: np.ndarray
    estimates: np.ndarray
    rows: np.ndarray


def fit_leads(data: ImputationData, moments: Moments, leads: int | None) -> LeadFit:
    """Regress untreated rows on unit and period effects, covariates, and event times shortly before the start.

    Event times before the earliest lead are what the leads are measured from. Treated rows are not in the regression, so that
    the test is not mixed up with the effects.

    References
    ----------
    Borusyak, Jaravel & Spiess (2024), Review of Economic Studies 91:3253-3285, section 4.4, test 1.
    """
    rows = rows_by_cohort(data)
    at = _lead_times(data, rows, leads)
    marks = (data.event_times[:, :, None] == at) & (rows > 0)[:, :, None]
    fit = fit_untreated(moments, marks.astype(float))
    first = len(fit.kept) - len(at)
    known = fit.kept[first:]
    columns = first + np.flatnonzero(known)
    return LeadFit(
        fit=fit,
        columns=columns,
        event_times=at[known],
        estimates=fit.coefficients[columns],
        rows=np.einsum("ctl,ct->l", marks, rows)[known],
    )


def rows_by_cohort(data: ImputationData) -> np.ndarray:
    """(C, T) rows used."""
    return np.array([data.seen[data.units_of(c)].sum(axis=0) for c in range(len(data.cohorts))])


def _lead_times(data: ImputationData, rows: np.ndarray, leads: int | None) -> np.ndarray:
    """Event times of the leads, ascending; an earlier one must remain to measure them from."""
    before = (data.event_times < 0) & np.isfinite(data.event_times) & (rows > 0)
    times = np.unique(data.event_times[before]).astype(int)
    most = max(len(times) - 1, 0)
    if leads is None:
        leads = _leads_for_half(data, times) if most else 0
    if not is_finite(leads) or leads != int(leads) or not 0 <= leads <= most:
        raise InvalidOption(
            f"leads={shown(leads)} must be a whole number from 0 to {most}, one less than the times before the start."
        )
    return times[len(times) - int(leads) :]


def _leads_for_half(data: ImputationData, times: np.ndarray) -> int:
    """The most leads that leave an earlier time to half of the treated units; one at least."""
    treated = np.isfinite(data.cohorts)
    earliest = data.panel.timeline.ordinals[0] - data.cohorts[treated]
    units = np.unique(data.panel.cohort[np.isfinite(data.panel.cohort)], return_counts=True)[1]
    supported = [(units * (earliest < lead)).sum() * 2 >= units.sum() for lead in times[::-1]]
    return min(max(int(np.sum(supported)), 1), len(times) - 1)
