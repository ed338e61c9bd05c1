"""A synthetic comparison for every cohort, and the path of the treated against it."""

from dataclasses import dataclass, field, replace

import numpy as np

from whatworks.did.synthetic_weights import donor_weights, level_weights, noise_level, time_weights

METHODS = ("sdid", "control", "did")


@dataclass(frozen=True, kw_only=True, eq=False)
class Design:
    """A complete panel and how to build the comparison.

    Attributes
    ----------
    outcome : (n, T)
    cohort : (n,) ordinal of the first treated time, infinite for never
    ordinals : (T,) of the times
    predictors : (n, k) in standard deviations, for ``"control"``
    method : one of ``METHODS``
    """

    outcome: np.ndarray = field(repr=False)
    cohort: np.ndarray = field(repr=False)
    ordinals: np.ndarray = field(repr=False)
    predictors: np.ndarray = field(repr=False)
    method: str

    @property
    def n_treated(self) -> int:
        return int(np.isfinite(self.cohort).sum())

    def take(self, units: np.ndarray, cohort: np.ndarray | None = None) -> "Design":
        """These units, in this order, starting when they do or as ``cohort`` says."""
        return replace(
            self,
            outcome=self.outcome[units],
            predictors=self.predictors[units],
            cohort=self.cohort[units] if cohort is None else cohort,
        )

    def event_times(self) -> np.ndarray:
        """Every time since start that some treated unit is observed at."""
        starts = np.unique(self.cohort[np.isfinite(self.cohort)])
        return np.unique(self.ordinals - starts[:, None]).astype(int)


@dataclass(frozen=True, kw_only=True, eq=False)
class CohortFit:
    """The weights that make one cohort's comparison.

    Attributes
    ----------
    cohort : ordinal of its start
    treated, donors : positions of units
    unit_weights : (donors,); time_weights : (T0,) of the times before the start, zeros for ``"control"``
    zeta : strength of the pull towards equal unit weights, in units of the outcome
    """

    cohort: float
    treated: np.ndarray = field(repr=False)
    donors: np.ndarray = field(repr=False)
    unit_weights: np.ndarray = field(repr=False)
    time_weights: np.ndarray = field(repr=False)
    zeta: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Path:
    """The treated against their synthetic comparison by time since start, NaN where no cohort reaches.

    Attributes
    ----------
    event_times : (E,)
    estimates, treated, synthetic : (E,) in units of the outcome; the synthetic path is lifted to the treated one's level
    n_treated : (E,) units
    overall : mean effect over all treated unit-times
    rmspe : root mean squared distance of the paths before the start
    rmspe_after : root mean squared effect
    """

    event_times: np.ndarray = field(repr=False)
    estimates: np.ndarray
    treated: np.ndarray = field(repr=False)
    synthetic: np.ndarray = field(repr=False)
    n_treated: np.ndarray = field(repr=False)
    overall: float
    rmspe: float
    rmspe_after: float


def fit_cohorts(design: Design) -> list[CohortFit]:
    """Fit every cohort against the units that are never treated."""
    return [_fit_cohort(design, start) for start in np.unique(design.cohort[np.isfinite(design.cohort)])]


def _fit_cohort(design: Design, start: float) -> CohortFit:
    treated, donors = np.flatnonzero(design.cohort == start), np.flatnonzero(np.isinf(design.cohort))
    before = design.ordinals < start
    T0, T1 = int(before.sum()), int((~before).sum())
    path, comparison = design.outcome[treated].mean(axis=0), design.outcome[donors]
    zeta = 0.0
    if design.method == "did":
        unit_weights, time = np.full(len(donors), 1 / len(donors)), np.full(T0, 1 / T0)
    elif design.method == "control":
        predictors = (design.predictors[donors], design.predictors[treated].mean(axis=0))
        unit_weights, time = level_weights(comparison[:, before], path[before], predictors), np.zeros(T0)
    else:
        zeta = (len(treated) * T1) ** 0.25 * noise_level(comparison[:, before])
        unit_weights = donor_weights(comparison[:, before], path[before], zeta=zeta)
        time = time_weights(comparison[:, before], comparison[:, ~before].mean(axis=1))
    return CohortFit(cohort=start, treated=treated, donors=donors, unit_weights=unit_weights, time_weights=time, zeta=zeta)


def effect_path(design: Design, fits: list[CohortFit], event_times: np.ndarray) -> Path:
    """The weighted differences of differences of all cohorts, averaged by their treated units at each time since start.

    References
    ----------
    Arkhangelsky, Athey, Hirshberg, Imbens & Wager (2021), American Economic Review 111:4088-4118, appendix on staggered adoption;
    Clarke, Pailañir, Athey & Imbens (2024), Stata Journal 24:557-598, section 2.3.
    """
    size = len(event_times)
    mass, effect, treated, synthetic, misfit = (np.zeros(size) for _ in range(5))
    for fit in fits:
        at = np.searchsorted(event_times, design.ordinals - fit.cohort)
        T0 = len(fit.time_weights)
        n = len(fit.treated)
        path = design.outcome[fit.treated].mean(axis=0)
        other = fit.unit_weights @ design.outcome[fit.donors]
        gap = path - other
        base = fit.time_weights @ gap[:T0]
        free = 0.0 if design.method == "control" else gap[:T0].mean()
        mass[at] += n
        effect[at] += n * (gap - base)
        treated[at] += n * path
        synthetic[at] += n * (other + base)
        misfit[at[:T0]] += n * (gap[:T0] - free) ** 2
    after, known = event_times >= 0, mass > 0
    shares = np.where(known, mass, np.nan)
    return Path(
        event_times=event_times,
        estimates=effect / shares,
        treated=treated / shares,
        synthetic=synthetic / shares,
        n_treated=mass,
        overall=float(effect[after].sum() / mass[after].sum()),
        rmspe=float(np.sqrt(misfit[~after].sum() / mass[~after].sum())),
        rmspe_after=float(np.sqrt((effect[after & known] ** 2 / mass[after & known]).sum() / mass[after].sum())),
    )


def synthetic_path(design: Design, event_times: np.ndarray) -> Path:
    """Fit and average in one step."""
    return effect_path(design, fit_cohorts(design), event_times)
