"""Did the groups develop alike before the start? A joint test and a test of drift, which keep their level with few clusters."""

from dataclasses import dataclass, replace

import numpy as np
from scipy import stats

from whatworks.core.check import Check
from whatworks.did.group_time import GroupTime
from whatworks.inference import WaldTest, wald_test

_LEVEL = 0.05
# The covariance of q effects is estimated from the clusters: with fewer than ten for each, the chi-squared test rejects far
# too often (Hotelling's T-squared with q near the number of clusters has hardly any denominator left).
CLUSTERS_PER_EFFECT = 10
# A drift is one number, but its standard error still needs some clusters in either arm.
_FEWEST_CLUSTERS = 6


@dataclass(frozen=True, kw_only=True)
class Leads:
    """Effects before the start.

    Attributes
    ----------
    estimates : (q,) effects
    vcov : (q, q) their covariance
    event_times : (q,) periods since the start, all below 0
    sizes : (q,) treated units behind each; weights when several cohorts share an event time
    clusters : independent clusters behind the covariance
    cohorts : (q,) cohort of each; None where each is an average over cohorts
    reference : the event time that all are compared with; None where each is compared with the time before it, or where the
        reference is among them as a zero without variance
    arms : treated and comparison clusters; None where unknown
    """

    estimates: np.ndarray
    vcov: np.ndarray
    event_times: np.ndarray
    sizes: np.ndarray
    clusters: int
    cohorts: np.ndarray | None = None
    reference: int | None = None
    arms: tuple[float, float] | None = None

    @property
    def df(self) -> float:
        """Degrees of freedom of a variance: Welch's for a difference of two means over the arms' clusters."""
        if self.arms is None or min(self.arms) < 2:
            return self.clusters - 1
        treated, comparison = self.arms
        spread = (1 / treated + 1 / comparison) ** 2
        return spread / (1 / (treated**2 * (treated - 1)) + 1 / (comparison**2 * (comparison - 1)))

    def known(self) -> "Leads":
        """Those that were estimated; a reference period is zero by construction and says nothing."""
        spread = np.diag(self.vcov)
        fixed = (self.estimates == 0) & (spread <= 0)
        reference = int(self.event_times[fixed][0]) if self.reference is None and fixed.any() else self.reference
        keep = np.isfinite(self.estimates) & (spread > 0)
        return replace(self._only(keep), reference=reference)

    def latest(self, most: int) -> "Leads":
        """The ``most`` event times nearest the start, each averaged over its cohorts."""
        times = np.unique(self.event_times)[::-1][:most]
        averaging = (self.event_times == times[:, None]) * np.maximum(self.sizes, 1.0)
        averaging = averaging / averaging.sum(axis=1, keepdims=True)
        return replace(
            self,
            estimates=averaging @ self.estimates,
            vcov=averaging @ self.vcov @ averaging.T,
            event_times=times,
            sizes=np.ones(len(times)),
            cohorts=None,
        )

    def _only(self, keep: np.ndarray) -> "Leads":
        return replace(
            self,
            estimates=self.estimates[keep],
            vcov=self.vcov[np.ix_(keep, keep)],
            event_times=self.event_times[keep],
            sizes=self.sizes[keep],
            cohorts=None if self.cohorts is None else self.cohorts[keep],
        )


@dataclass(frozen=True, kw_only=True)
class Drift:
    """How fast the treated drift away from the comparison before the start.

    Attributes
    ----------
    slope, std_error : in units of the outcome per time
    p_value : of no drift, against Student's t; NaN where it cannot be tested
    """

    slope: float
    std_error: float
    p_value: float


def group_time_leads(basis: GroupTime) -> Leads:
    """The cells before the start and before any anticipation, cohort by cohort."""
    rules = basis.rules
    compared = np.array([not cell.is_reference for cell in basis.cells])
    before = np.flatnonzero(compared & np.isfinite(basis.estimates) & (basis.event_times < -rules.anticipation))
    codes = basis.cohort_codes[before]
    arms = None
    if len(before):
        largest = np.zeros(len(basis.cohorts))
        np.maximum.at(largest, codes, basis.n_treated[before])
        # Clusters above the unit are taken to be shared out over the arms as the units are.
        share = min(1.0, basis.influence.n_clusters / basis.influence.n_rows)
        arms = (float(largest.sum()) * share, float(np.median(basis.n_comparison[before])) * share)
    return Leads(
        estimates=basis.estimates[before],
        vcov=basis.vcov[np.ix_(before, before)],
        event_times=basis.event_times[before],
        sizes=basis.n_treated[before],
        clusters=basis.influence.n_clusters,
        cohorts=codes,
        reference=-1 - rules.anticipation if rules.base_period == "universal" else None,
        arms=arms,
    )


def parallel_pretrends(leads: Leads, cells: Leads | None = None) -> Check:
    """Are the effects before the start zero, jointly and as a drift?

    Jointly: with at least ten clusters for each effect, all of them by a Wald test against chi-squared; with fewer, the event
    times nearest the start, one for every ten clusters, against Hotelling's F. That sees a jump, but hardly a slow drift over
    many times: so the slope of the effects over event time is tested as well. The check fails when either p-value is below
    half the level of 5 per cent (Bonferroni). ``statistics`` hold the joint test (p_value, df, statistic) and the drift
    (slope, slope_std_error, slope_p_value).

    Parameters
    ----------
    leads : tested jointly
    cells : whose drift is tested; the same by default. Cohort by cohort it is estimated best

    References
    ----------
    Hotelling (1931), Annals of Mathematical Statistics 2:360-378; Callaway & Sant'Anna (2021), Journal of Econometrics
    225:200-230, section 4 (the joint test); Roth (2022), American Economic Review: Insights 4:305-322 (its power).
    """
    known = leads.known()
    q = len(known.estimates)
    if q == 0:
        message = "There is no time before the start, apart from the base, in which trends could be compared."
        return _check(WaldTest(statistic=np.nan, df=0, p_value=np.nan), None, None, message)
    test, tested = _joint_test(known)
    # One effect is its own drift.
    drift = drift_before_start(known if cells is None else cells.known()) if q > 1 else None
    p_values = [p for p in (test.p_value, drift.p_value if drift else np.nan) if not np.isnan(p)]
    if not p_values:
        message = f"{q} effects before the start cannot be tested jointly with {known.clusters} clusters."
        return _check(test, drift, None, message)
    said = [] if np.isnan(test.p_value) else [f"Joint test that {tested}: p = {test.p_value:.3f}."]
    if drift and not np.isnan(drift.p_value):
        said.append(f"Drift of {drift.slope:.3g} a time: p = {drift.p_value:.3f}.")
    said.append("Not rejecting does not prove parallel trends after it.")
    return _check(test, drift, min(p_values) >= _LEVEL / len(p_values), " ".join(said))


def drift_before_start(leads: Leads) -> Drift:
    """The slope of the effects over event time: one straight line for all cohorts, each with its own level.

    Effects against the time before are first added up to a path that ends at zero in the last clean time, as far back as no
    time is missing. Least squares weigh every cohort by its units; nothing else is estimated, so the level holds with few
    clusters, where weighing by an estimated covariance of many effects rejects three times too often.
    """
    if len(leads.estimates) == 0 or leads.clusters < _FEWEST_CLUSTERS:
        return Drift(slope=np.nan, std_error=np.nan, p_value=np.nan)
    codes = np.zeros(len(leads.estimates)) if leads.cohorts is None else leads.cohorts
    weights, scale = np.zeros(len(leads.estimates)), 0.0
    for code in np.unique(codes):
        places = np.flatnonzero(codes == code)
        places = places[np.argsort(leads.event_times[places], kind="stable")]
        times, path = _path(leads.event_times[places], leads.reference)
        centred = times - times.mean()
        size = float(leads.sizes[places].mean())
        weights[places] += size * centred @ path
        scale += size * centred @ centred
    slope = float(weights @ leads.estimates / scale)
    std_error = float(np.sqrt(max(weights @ leads.vcov @ weights, 0.0)) / scale)
    if not std_error > 0:
        return Drift(slope=slope, std_error=np.nan, p_value=np.nan)
    return Drift(slope=slope, std_error=std_error, p_value=float(2 * stats.t.sf(abs(slope / std_error), leads.df)))


def _path(event_times: np.ndarray, reference: int | None) -> tuple[np.ndarray, np.ndarray]:
    """Times of one cohort's path, and the path (times, effects) as a linear map of its effects in order of time."""
    if reference is not None:
        return np.append(event_times, reference), np.vstack([np.eye(len(event_times)), np.zeros(len(event_times))])
    broken = np.flatnonzero(np.diff(event_times) != 1)
    first = int(broken[-1]) + 1 if len(broken) else 0
    times = np.append(event_times[first] - 1, event_times[first:])
    return times, -1.0 * (event_times > times[:, None]) * (np.arange(len(event_times)) >= first)


def _joint_test(known: Leads) -> tuple[WaldTest, str]:
    """The joint test, and what it tests."""
    q, most = len(known.estimates), known.clusters // CLUSTERS_PER_EFFECT
    if q <= most:
        return wald_test(known.estimates, known.vcov), f"the {q} effects before the start are zero"
    if most < 1:
        return WaldTest(statistic=np.nan, df=q, p_value=np.nan), ""
    test = _hotelling(known.latest(most))
    return test, f"the effects in the {test.df} times nearest the start are zero ({known.clusters} clusters allow no more)"


def _hotelling(leads: Leads) -> WaldTest:
    """The Wald statistic as Hotelling's T-squared for a covariance with v degrees of freedom, against F(q, v + 1 - q)."""
    wald = wald_test(leads.estimates, leads.vcov)
    q, df = wald.df, leads.df
    spare = df + 1 - q
    if spare <= 0:
        return WaldTest(statistic=wald.statistic, df=q, p_value=np.nan)
    p_value = float(stats.f.sf(wald.statistic * spare / (q * df), q, spare))
    return WaldTest(statistic=wald.statistic, df=q, p_value=p_value)


def _check(test: WaldTest, drift: Drift | None, passed: bool | None, message: str) -> Check:
    statistics = {"p_value": test.p_value, "df": float(test.df), "statistic": test.statistic}
    if drift:
        statistics |= {"slope": drift.slope, "slope_std_error": drift.std_error, "slope_p_value": drift.p_value}
    return Check(
        name="parallel_pretrends", passed=None if passed is None else bool(passed), message=message, statistics=statistics
    )
