"""Robust intervals when the difference in trends may bend by a bounded amount: fixed-length intervals around one estimator."""

from dataclasses import dataclass, field

import numpy as np
from scipy import optimize, special

from whatworks.core.errors import NotIdentified

# Eigenvalues below this share of the largest are rounding: so many leads cannot be told apart by the clusters there are.
_RANK_TOLERANCE = 1e-10


@dataclass(frozen=True, kw_only=True)
class FixedLength:
    """An affine estimator of a weighted effect and its interval.

    Attributes
    ----------
    estimate, std_error : of the estimator
    bias : its worst bias under the bound
    half_length : of the interval
    on_leads : (n_before,) weights on the effects before the start
    """

    estimate: float
    std_error: float
    bias: float
    half_length: float
    on_leads: np.ndarray = field(repr=False)


def folded_critical_value(bias: float, conf_level: float) -> float:
    """How far from zero a normal value with variance 1 and mean ``bias`` lies with probability ``conf_level``.

    References
    ----------
    Armstrong & Kolesár (2018), Econometrica 86:655-683, equation (9).

    Examples
    --------
    >>> round(folded_critical_value(0.0, 0.95), 3), round(folded_critical_value(5.0, 0.95), 3)
    (1.96, 6.645)
    """
    bias = abs(bias)

    def shortfall(value: float) -> float:
        return float(special.ndtr(value - bias) - special.ndtr(-value - bias) - conf_level)

    one_sided, two_sided = special.ndtri(conf_level), special.ndtri(0.5 + conf_level / 2)
    return float(optimize.brentq(shortfall, bias + one_sided - 1e-6, bias + two_sided + 1e-6, xtol=1e-12))


def fixed_length_interval(
    estimates: np.ndarray, vcov: np.ndarray, *, n_before: int, weights: np.ndarray, bound: float, conf_level: float = 0.95
) -> FixedLength:
    """The shortest interval of fixed length for a weighted effect after the start, robust to bounded bends.

    The difference in trends may be any straight line, and may bend at every time by at most ``bound``. The estimator takes the
    weighted effect and adds a combination of the effects before the start that removes every straight line; among these, the
    one with the shortest interval is chosen, weighing its standard error against its worst bias.

    Parameters
    ----------
    estimates : (n_before + m,) effects at consecutive times, each against the last time before the start, which is left out
    vcov : (n_before + m, n_before + m)
    n_before : how many of them are before the start, at least 1
    weights : (m,) that make up the effect of interest
    bound : largest change of slope from one time to the next, in units of the effect per time, 0 or more
    conf_level : e.g. 0.95

    Returns
    -------
    :class:`FixedLength`. The worst bias is ``bound`` times the sum of the estimator's absolute responses to a unit bend at each
    time. In these responses the trade-off is a lasso, so its whole path is followed exactly and the best point on it taken.

    Raises
    ------
    NotIdentified
        If the covariance of the effects before the start is singular: more leads than the clusters can tell apart.

    References
    ----------
    Rambachan & Roth (2023), Review of Economic Studies 90:2555-2591, section 4.1 and appendix; Armstrong & Kolesár (2018),
    Econometrica 86:655-683; the path: Efron, Hastie, Johnstone & Tibshirani (2004), Annals of Statistics 32:407-499.

    Examples
    --------
    >>> line = fixed_length_interval(np.array([-2.0, -1.0, 4.0]), 0.01 * np.eye(3), n_before=2, weights=np.ones(1), bound=0.0)
    >>> round(line.estimate, 3), round(line.bias, 3)
    (3.0, 0.0)
    """
    before, after = vcov[:n_before, :n_before], vcov[:n_before, n_before:] @ weights
    _refuse_singular(before)
    at = np.arange(-n_before, 0.0)
    later = np.arange(1.0, len(weights) + 1)
    # Responses to a bend at each time before the reference, and to a straight line; the last must cancel the effect's own.
    responses = np.vstack([np.maximum(np.arange(1 - n_before, 0)[:, None] - at, 0.0), at])
    inverse = np.linalg.inv(responses)
    straight, bends = inverse[:, -1] * -(later @ weights), inverse[:, :-1]
    unavoidable = float(np.abs(np.maximum(later - (later[:, None] - 1), 0.0) @ weights).sum())
    path = _lasso_path(bends.T @ before @ bends, bends.T @ (before @ straight + after))
    own = float(weights @ vcov[n_before:, n_before:] @ weights)

    def interval(response: np.ndarray) -> FixedLength:
        on_leads = straight + bends @ response
        spread = float(np.sqrt(on_leads @ before @ on_leads + 2 * on_leads @ after + own))
        bias = bound * (unavoidable + float(np.abs(response).sum()))
        return FixedLength(
            estimate=float(on_leads @ estimates[:n_before] + weights @ estimates[n_before:]),
            std_error=spread,
            bias=bias,
            half_length=spread * folded_critical_value(bias / spread, conf_level),
            on_leads=on_leads,
        )

    def at_place(place: float) -> FixedLength:
        knot = min(int(place), len(path) - 2)
        return interval(path[knot] + (place - knot) * (path[knot + 1] - path[knot]))

    # Half the length is convex along the path, so its minimum is next to the best knot.
    lengths = [interval(knot).half_length for knot in path]
    best = int(np.argmin(lengths))
    if len(path) == 1:
        return interval(path[0])
    ends = (max(best - 1, 0), min(best + 1, len(path) - 1))
    found = optimize.minimize_scalar(lambda u: at_place(u).half_length, bounds=ends, method="bounded", options={"xatol": 1e-9})
    return at_place(float(found.x)) if found.fun < lengths[best] else interval(path[best])


def _refuse_singular(before: np.ndarray) -> None:
    spread = np.sqrt(np.diag(before))
    values = np.linalg.eigvalsh(before / np.outer(spread, spread))
    if values[0] <= _RANK_TOLERANCE * values[-1]:
        raise NotIdentified(
            f"The covariance of {len(before)} effects before the start is singular: there are fewer clusters than that. "
            "Use fewer of them, e.g. leads=4, or restriction='relative_magnitude'."
        )


def _lasso_path(quadratic: np.ndarray, linear: np.ndarray) -> list[np.ndarray]:
    """Knots of the minimisers of x'Qx / 2 + l'x + penalty * sum|x|, as the penalty falls from where all are 0 to 0."""
    x = np.zeros(len(linear))
    path = [x]
    if len(linear) == 0:
        return path
    pull = -linear
    penalty, active, left = float(np.abs(pull).max()), [int(np.abs(pull).argmax())], -1
    while penalty > 0 and active:
        signs = np.sign(pull[active])
        move = np.zeros(len(x))
        move[active] = np.linalg.solve(quadratic[np.ix_(active, active)], signs)
        change = quadratic @ move
        steps = {(-1, -1): penalty}
        for j in set(range(len(x))) - set(active):
            for side in (1.0, -1.0):
                gain = 1 - side * change[j]
                step = (penalty - side * pull[j]) / gain if gain > 0 else np.inf
                # What has just left touches the penalty from inside; it comes back at the other side only.
                if step > (1e-12 * penalty if j == left else -1e-12 * penalty):
                    steps[j, 0] = min(max(step, 0.0), steps.get((j, 0), np.inf))
        for j in active:
            if x[j] * move[j] < 0:
                steps[j, 1] = -x[j] / move[j]
        (which, kind), step = min(steps.items(), key=lambda item: item[1])
        x, pull, penalty, left = x + step * move, pull - step * change, penalty - step, -1
        if kind == 1:
            x[which], left = 0.0, which
            active.remove(which)
        elif kind == 0:
            active.append(which)
        else:
            penalty = 0.0
        path.append(x.copy())
    return path
