"""What a pre-trend test would have seen, and what its passing does to the estimates."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from scipy import optimize, stats

from whatworks.core import EffectResult
from whatworks.core.errors import InvalidOption, NotIdentified
from whatworks.core.options import confidence, is_finite, one_of, seed_or_none, shown
from whatworks.did.event_path import EventPath, read_event_path
from whatworks.did.table import whole

TESTS = ("individual", "joint")
# Two to this power points of a scrambled Sobol sequence: probabilities are then right to about 0.0005.
_LOG2_DRAWS = 15


@dataclass(frozen=True, kw_only=True, eq=False)
class _Pretest:
    """A test of the effects before the start, passed or not.

    Attributes
    ----------
    test : ``"individual"``: passed when no effect is significant; ``"joint"``: when a Wald test is not
    vcov : (q, q) of the effects before the start
    level : of the test
    draws : (n, q) normal values with that covariance; without a trend
    """

    test: str
    vcov: np.ndarray = field(repr=False)
    level: float
    draws: np.ndarray = field(repr=False)

    def power(self, trend: np.ndarray) -> float:
        """Probability of finding a pre-trend when the effects before the start are in truth ``trend``."""
        if self.test == "joint":
            q = len(trend)
            critical = stats.chi2.ppf(1 - self.level, q)
            return float(stats.ncx2.sf(critical, q, self._distance(trend)) if trend.any() else self.level)
        return float(1 - self._passed(trend).mean())

    def mean_if_passed(self, trend: np.ndarray) -> np.ndarray:
        """(q,) expected effects before the start among samples that pass."""
        if self.test == "joint":
            # For a normal vector within an ellipsoid around zero, the mean shrinks by a ratio of chi-squared probabilities.
            q, distance = len(trend), self._distance(trend)
            critical = stats.chi2.ppf(1 - self.level, q)
            shrunk: np.ndarray = trend * stats.ncx2.cdf(critical, q + 2, distance) / stats.ncx2.cdf(critical, q, distance)
            return shrunk
        passed = self._passed(trend)
        if not passed.any():
            raise NotIdentified(f"Of {len(self.draws)} draws none passes the test under this trend. Look at a smaller one.")
        return trend + self.draws[passed].mean(axis=0)

    def slope(self, times: np.ndarray, power: float) -> float:
        """Slope of the straight line through the reference that is found with the given probability.

        NaN where the test finds something that often without any trend: with many leads, one is significant by chance.
        """
        if self.power(np.zeros(len(times))) >= power:
            return float("nan")
        most = 10 * float(np.sqrt(np.diag(self.vcov)).max() / np.abs(times).min())
        return float(optimize.brentq(lambda slope: self.power(slope * times) - power, 0.0, most, xtol=1e-10 * most))

    def _passed(self, trend: np.ndarray) -> np.ndarray:
        reach = stats.norm.ppf(1 - self.level / 2) * np.sqrt(np.diag(self.vcov))
        inside: np.ndarray = (np.abs(self.draws + trend) <= reach).all(axis=1)
        return inside

    def _distance(self, trend: np.ndarray) -> float:
        return float(trend @ np.linalg.solve(self.vcov, trend))


def pretrend_power(
    event_study_result: EffectResult,
    *,
    slope: float | Mapping[int, float] | None = None,
    power: float = 0.5,
    test: str = "individual",
    leads: int | None = None,
    conf_level: float = 0.95,
    seed: int = 0,
) -> EffectResult:
    """How large a violation of parallel trends could have passed the test before the start, and what it does to the estimates.

    Parameters
    ----------
    event_study_result : of :func:`whatworks.did.event_study`, or of :func:`whatworks.did.aggregate` by event time after
        ``att_gt(base_period="universal")``: every effect against one time before the start
    slope : hypothesised difference in trends, in units of the outcome per time: a straight line through the reference; or its
        values by time since start: ``{-3: 0.2, -2: 0.1, 0: -0.1}``, 0 where none is given. None means the line that is found with
        probability ``power``
    power : between the level of the test and 1
    test : what counts as finding it: ``"individual"``, some effect before the start is significant; ``"joint"``, a Wald test of
        them all is
    leads : only so many times before the reference, the nearest; None uses all
    conf_level : one minus the level of the test; also of the headline's interval
    seed : of the quasi-random draws behind ``"individual"``

    Returns
    -------
    :class:`whatworks.EffectResult`. The headline is the mean effect over times from the start on; parts carry event_time. Both
    carry ``hypothesised``, the trend, which is the bias when nothing is tested, and ``bias_if_passed``, the bias among samples in
    which the test finds nothing. ``statistics``: ``power`` against the trend, ``power_joint`` and ``power_individual``,
    ``slope_50`` and ``slope_80``, found with that probability by the chosen test; ``bayes_factor``, how much likelier passing is
    under the trend than under parallel trends; ``likelihood_ratio`` of the estimates before the start, trend against none.

    Raises
    ------
    InvalidOption
        If the result does not compare with one reference time (a varying base), or an option is out of range.
    NotIdentified
        If there are no effects before the start, or more of them than clusters can tell apart.

    References
    ----------
    Roth (2022), American Economic Review: Insights 4:305-322. Mean within an ellipsoid: Tallis (1963), Journal of the Royal
    Statistical Society B 25:344-350.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> panel = pd.DataFrame({"unit": np.repeat(range(60), 6), "year": [2016, 2017, 2018, 2019, 2020, 2021] * 60})
    >>> panel["start"] = np.where(panel["unit"] < 30, 2020, 0)
    >>> panel["score"] = rng.normal(0, 1, 360) + 3.0 * ((panel["unit"] < 30) & (panel["year"] >= 2020))
    >>> study = ww.did.event_study(panel, outcome="score", unit="unit", time="year", first_treated="start")
    >>> seen = ww.did.pretrend_power(study)
    >>> round(seen.statistics["power"], 2), round(seen.statistics["slope_50"], 1), round(seen.statistics["slope_80"], 1)
    (0.5, 0.2, 0.3)
    """
    _check_options(test, power, conf_level)
    seed_or_none(seed)
    path = read_event_path(event_study_result).latest(leads)
    pretests = {name: _pretest(name, path, 1 - conf_level, seed) for name in TESTS}
    chosen, n = pretests[test], path.n_before
    distance = (path.event_times - path.reference).astype(float)
    slopes = {share: chosen.slope(distance[:n], share) for share in (0.5, 0.8)}
    trend = _trend(path, slope if slope is not None else _line(chosen, distance[:n], power))
    passing = chosen.mean_if_passed(trend[:n])
    # Effects after the start follow those before it as far as they are correlated.
    after = trend[n:] + path.vcov[n:, :n] @ np.linalg.solve(path.vcov[:n, :n], passing - trend[:n])
    statistics = {
        "power": chosen.power(trend[:n]),
        **{f"power_{name}": pretest.power(trend[:n]) for name, pretest in pretests.items()},
        "slope_50": slopes[0.5],
        "slope_80": slopes[0.8],
        "bayes_factor": (1 - chosen.power(trend[:n])) / (1 - chosen.power(np.zeros(n))),
        "likelihood_ratio": _likelihood_ratio(path, trend),
        "leads": float(n),
    }
    arguments = {
        "slope": dict(slope) if isinstance(slope, Mapping) else slope, "power": power, "test": test, "leads": leads,
        "conf_level": conf_level, "study": dict(event_study_result.provenance.arguments),
        "study_method": event_study_result.method,
    }  # fmt: skip
    return EffectResult(
        method="did.pretrend_power",
        estimand="Average effect on the treated, mean over the times since start, beside the bias of an unseen trend",
        measure=event_study_result.measure,
        unit=event_study_result.unit,
        good=event_study_result.good,
        effects=_effects(path, trend, np.append(passing, after), conf_level),
        provenance=replace(event_study_result.provenance, arguments=arguments, seed=seed),
        conf_level=conf_level,
        statistics=statistics,
        checks=event_study_result.checks,
        vcov=event_study_result.vcov.loc[_terms(path), _terms(path)] if event_study_result.vcov is not None else None,
    )


def _check_options(test: str, power: float, conf_level: float) -> None:
    one_of(test, TESTS, name="test")
    confidence(conf_level)
    if not (is_finite(power) and 1 - conf_level < power < 1):
        raise InvalidOption(f"power={shown(power)} must lie between the level of the test, {1 - conf_level:.3g}, and 1.")


def _pretest(test: str, path: EventPath, level: float, seed: int) -> _Pretest:
    n = path.n_before
    if n == 0:
        raise NotIdentified(
            f"No effect before event time {path.reference} is estimated, so there is no test whose power could be asked for. "
            "Add earlier times."
        )
    vcov = path.vcov[:n, :n]
    values, vectors = np.linalg.eigh(vcov)
    if values[0] <= 1e-10 * values[-1]:
        raise NotIdentified(
            f"The covariance of {n} effects before the start is singular: there are fewer clusters than that. "
            "Use fewer of them, e.g. leads=4."
        )
    points = stats.qmc.Sobol(n, seed=seed).random_base2(_LOG2_DRAWS) if test == "individual" else np.empty((0, n))
    return _Pretest(test=test, vcov=vcov, level=level, draws=stats.norm.ppf(points) @ (vectors * np.sqrt(values)).T)


def _line(pretest: _Pretest, times: np.ndarray, power: float) -> float:
    """The slope that the test finds with this power, or the reason why no slope is meant."""
    slope = pretest.slope(times, power)
    if np.isnan(slope):
        raise InvalidOption(
            f"Without any trend the {pretest.test} test of {len(times)} leads finds something with probability "
            f"{pretest.power(np.zeros(len(times))):.2f}, more than power={power}. Use test='joint', or fewer leads=."
        )
    return slope


def _trend(path: EventPath, slope: float | Mapping[int, float]) -> np.ndarray:
    """(q,) the hypothesised difference in trends at every time but the reference."""
    if not isinstance(slope, Mapping):
        if not is_finite(slope):
            raise InvalidOption(f"slope={shown(slope)}; a number, or a mapping of event times to numbers, is needed.")
        return float(slope) * (path.event_times - path.reference)
    strange = [time for time in slope if time not in path.event_times.tolist()]
    if strange:
        raise InvalidOption(
            f"slope names event times without estimate: {', '.join(map(str, strange))}. The result has "
            f"{', '.join(map(str, path.event_times))}, and {path.reference} is the reference, where the difference is 0."
        )
    return np.array([float(slope.get(int(time), 0.0)) for time in path.event_times])


def _likelihood_ratio(path: EventPath, trend: np.ndarray) -> float:
    """Density of the estimates before the start under the trend, over that under parallel trends."""
    n = path.n_before
    pull = np.linalg.solve(path.vcov[:n, :n], trend[:n])
    return float(np.exp(pull @ path.estimates[:n] - 0.5 * pull @ trend[:n]))


def _terms(path: EventPath) -> list[str]:
    return [f"event time {time}" for time in path.event_times]


def _effects(path: EventPath, trend: np.ndarray, bias: np.ndarray, conf_level: float) -> pd.DataFrame:
    """The headline, averaged over times from the start on, and every time."""
    after = path.event_times >= 0
    averaging = np.vstack([after / after.sum(), np.eye(len(after))])
    spread = np.sqrt(np.einsum("ij,jk,ik->i", averaging, path.vcov, averaging))
    estimates = averaging @ path.estimates
    reach = float(stats.norm.ppf(0.5 + conf_level / 2)) * spread
    return pd.DataFrame(
        {
            "term": pd.Series(["ATT", *_terms(path)], dtype="str"),
            "kind": pd.Series(["headline", *["part"] * len(after)], dtype="str"),
            "estimate": estimates,
            "std_error": spread,
            "conf_low": estimates - reach,
            "conf_high": estimates + reach,
            "p_value": 2 * stats.norm.sf(np.abs(estimates / spread)),
            "event_time": whole([np.nan, *path.event_times]),
            "hypothesised": averaging @ trend,
            "bias_if_passed": averaging @ bias,
        }
    )
