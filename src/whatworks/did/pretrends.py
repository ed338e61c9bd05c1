"""Did the groups develop alike before the start? A joint test that keeps its level with few clusters."""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from whatworks.core.check import Check
from whatworks.inference import WaldTest, wald_test

_LEVEL = 0.05
# The covariance of q effects is estimated from the clusters: with fewer than ten for each, the chi-squared test rejects far
# too often (Hotelling's T-squared with q near the number of clusters has hardly any denominator left).
CLUSTERS_PER_EFFECT = 10


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
    """

    estimates: np.ndarray
    vcov: np.ndarray
    event_times: np.ndarray
    sizes: np.ndarray
    clusters: int

    def known(self) -> "Leads":
        """Those that were estimated; a reference period is zero by construction and says nothing."""
        keep = np.isfinite(self.estimates) & (np.diag(self.vcov) > 0)
        return Leads(
            estimates=self.estimates[keep],
            vcov=self.vcov[np.ix_(keep, keep)],
            event_times=self.event_times[keep],
            sizes=self.sizes[keep],
            clusters=self.clusters,
        )

    def latest(self, most: int) -> "Leads":
        """The ``most`` event times nearest the start, each averaged over its cohorts."""
        times = np.unique(self.event_times)[::-1][:most]
        averaging = (self.event_times == times[:, None]) * np.maximum(self.sizes, 1.0)
        averaging = averaging / averaging.sum(axis=1, keepdims=True)
        return Leads(
            estimates=averaging @ self.estimates,
            vcov=averaging @ self.vcov @ averaging.T,
            event_times=times,
            sizes=np.ones(len(times)),
            clusters=self.clusters,
        )


def parallel_pretrends(leads: Leads) -> Check:
    """Are the effects before the start zero?

    With at least ten clusters for each effect, all of them are tested by a Wald test against chi-squared. With fewer, the
    event times nearest the start are, one for every ten clusters, against Hotelling's F.

    References
    ----------
    Hotelling (1931), Annals of Mathematical Statistics 2:360-378; Callaway & Sant'Anna (2021), Journal of Econometrics
    225:200-230, section 4 (the joint test).
    """
    known = leads.known()
    q, most = len(known.estimates), known.clusters // CLUSTERS_PER_EFFECT
    if q == 0:
        test = WaldTest(statistic=np.nan, df=0, p_value=np.nan)
        return _check(test, None, "There is no time before the start, apart from the base, in which trends could be compared.")
    if q <= most:
        test = wald_test(known.estimates, known.vcov)
        tested = f"the {q} effects before the start are zero"
    elif most >= 1:
        tested_leads = known.latest(most)
        test = _hotelling(tested_leads)
        tested = f"the effects in the {test.df} times nearest the start are zero ({known.clusters} clusters allow no more)"
    else:
        test = WaldTest(statistic=np.nan, df=q, p_value=np.nan)
    if np.isnan(test.p_value):
        return _check(test, None, f"{q} effects before the start cannot be tested jointly with {known.clusters} clusters.")
    message = f"Joint test that {tested}: p = {test.p_value:.3f}. Not rejecting does not prove parallel trends after it."
    return _check(test, bool(test.p_value >= _LEVEL), message)


def _hotelling(leads: Leads) -> WaldTest:
    """The Wald statistic held against F(q, G - q), scaled as Hotelling's T-squared for G clusters."""
    wald = wald_test(leads.estimates, leads.vcov)
    q, spare = wald.df, leads.clusters - wald.df
    p_value = float(stats.f.sf(wald.statistic * spare / (q * (leads.clusters - 1)), q, spare))
    return WaldTest(statistic=wald.statistic, df=q, p_value=p_value)


def _check(test: WaldTest, passed: bool | None, message: str) -> Check:
    statistics = {"p_value": test.p_value, "df": float(test.df), "statistic": test.statistic}
    return Check(name="parallel_pretrends", passed=passed, message=message, statistics=statistics)
