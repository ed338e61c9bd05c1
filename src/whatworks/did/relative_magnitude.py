"""Robust intervals when violations of parallel trends after the start are bounded by those before it."""

from dataclasses import dataclass, field

import numpy as np

from whatworks.inference.moment_inequalities import FIRST_STAGE_SHARE, hybrid_accepts, least_favourable_value

# Places at which acceptance is first looked up, and the places within one step that refine each end, three times over.
_PLACES, _FINER, _ROUNDS = 801, 33, 4


@dataclass(frozen=True, kw_only=True, eq=False)
class _Piece:
    """The hypothesis that one change before the start, with its sign, bounds all changes after it.

    Attributes
    ----------
    estimates : (2,) the effect, and that change
    coefficients : (q, 2) moments as combinations of the two
    covariance : (q, q) of the moments
    first_stage : critical value of the least favourable test
    low, high : values beyond which the first stage rejects; low > high when it rejects everywhere
    """

    estimates: np.ndarray
    coefficients: np.ndarray = field(repr=False)
    covariance: np.ndarray = field(repr=False)
    first_stage: float
    low: float
    high: float

    def accepts(self, values: np.ndarray, level: float) -> np.ndarray:
        """(n,) marks of the effects that are compatible with the data."""
        moments = np.outer(self.estimates[0] - values, self.coefficients[:, 0]) + self.estimates[1] * self.coefficients[:, 1]
        return hybrid_accepts(moments, self.covariance, first_stage=self.first_stage, level=level)


def relative_magnitude_interval(
    estimates: np.ndarray, vcov: np.ndarray, *, n_before: int, weights: np.ndarray, bound: float, conf_level: float = 0.95
) -> tuple[float, float]:
    """Confidence interval for a weighted effect after the start, robust to bounded relative magnitudes.

    From one time to the next, untreated outcomes of the two arms may drift apart by at most ``bound`` times the largest such
    change before the start. Which change is the largest is unknown, so the interval is the union over all changes and both
    signs of intervals by the hybrid of the least favourable and the conditional test.

    Parameters
    ----------
    estimates : (n_before + m,) effects in order of time, each against the last time before the start, which is left out
    vcov : (n_before + m, n_before + m)
    n_before : how many of them are before the start, at least 1
    weights : (m,) that make up the effect of interest; not all 0
    bound : the largest allowed ratio, 0 or more
    conf_level : e.g. 0.95

    Returns
    -------
    Low and high end, in units of the effect: the smallest interval that holds every value not rejected, found on 801 places
    and refined at either end to a millionth of its length.

    References
    ----------
    Rambachan & Roth (2023), Review of Economic Studies 90:2555-2591, section 2.4.1 and 3; Andrews, Roth & Pakes (2023), Review
    of Economic Studies 90:2763-2791.

    Examples
    --------
    >>> ends = relative_magnitude_interval(np.array([0.2, -0.1, 2.0]), 0.04 * np.eye(3), n_before=2, weights=np.ones(1), bound=1)
    >>> [round(end, 2) for end in ends]
    [1.12, 2.88]
    """
    level = 1 - conf_level
    pieces = _pieces(estimates, vcov, n_before, weights, bound, level)
    low, high = min(piece.low for piece in pieces), max(piece.high for piece in pieces)
    places = np.linspace(low, high, _PLACES)
    step = places[1] - places[0]
    inside = np.flatnonzero(_accepted(pieces, places, level))
    if len(inside) == 0:
        # Only where every value but the estimate itself is rejected, at a place between two of the grid.
        centre = float(weights @ estimates[n_before:])
        return centre, centre
    return _refine(pieces, places[inside[0]], -step, level), _refine(pieces, places[inside[-1]], step, level)


def _refine(pieces: list[_Piece], accepted: float, step: float, level: float) -> float:
    """The last accepted value between an accepted one and its rejected neighbour."""
    for _ in range(_ROUNDS):
        places = accepted + step * np.linspace(0, 1, _FINER)
        marks = _accepted(pieces, places, level)
        accepted, step = float(places[np.flatnonzero(marks)[-1]]) if marks.any() else accepted, step / (_FINER - 1)
    return float(accepted)


def _accepted(pieces: list[_Piece], values: np.ndarray, level: float) -> np.ndarray:
    out = np.zeros(len(values), dtype=bool)
    for piece in pieces:
        open_ = ~out & (values >= piece.low) & (values <= piece.high)
        if open_.any():
            out[open_] = piece.accepts(values[open_], level)
    return out


def _pieces(
    estimates: np.ndarray, vcov: np.ndarray, n_before: int, weights: np.ndarray, bound: float, level: float
) -> list[_Piece]:
    """One piece per change before the start and sign."""
    changes = np.diff(np.insert(np.eye(len(estimates)), n_before, 0.0, axis=0), axis=0)
    before, after = changes[:n_before], changes[n_before:]
    # A weighted effect is a weighted sum of the changes after the start.
    on_changes = np.cumsum(weights[::-1])[::-1]
    return [_piece(estimates, vcov, after, on_changes, sign * change, bound, level) for change in before for sign in (1.0, -1.0)]


def _piece(
    estimates: np.ndarray,
    vcov: np.ndarray,
    after: np.ndarray,
    on_changes: np.ndarray,
    largest: np.ndarray,
    bound: float,
    level: float,
) -> _Piece:
    """Moments of the linear programme's dual.

    The hypothesis is |b_t - u_t| <= bound * d for every change b_t after the start, with u_t free up to w'u = effect. The dual
    multipliers (p, n) of the two sides satisfy p - n = c w, a cone with extreme rays at c = 1, c = -1 and, with c = 0,
    p_t = n_t for each t. Scaled as the programme asks, by the moments' standard errors, the rays are all the dual's vertices:
    its optimum, the test statistic, is the largest moment, and no programme needs to be solved.
    """
    spread_up, spread_down = (_spread(side * after - bound * largest, vcov) for side in (1.0, -1.0))
    up, down = np.maximum(on_changes, 0), np.maximum(-on_changes, 0)
    scale_high, scale_low = up @ spread_up + down @ spread_down, up @ spread_down + down @ spread_up
    slack = bound * np.abs(on_changes).sum()
    coefficients = np.vstack(
        [
            np.array([1.0, -slack]) / scale_high,
            np.array([-1.0, -slack]) / scale_low,
            np.outer(-2 * bound / (spread_up + spread_down), [0.0, 1.0]),
        ]
    )
    pair = np.vstack([on_changes @ after, largest])
    values, vectors = np.linalg.eigh(pair @ vcov @ pair.T)
    loadings = coefficients @ (vectors * np.sqrt(np.maximum(values, 0)))
    first_stage = least_favourable_value(loadings, FIRST_STAGE_SHARE * level)
    effect, change = pair @ estimates
    return _Piece(
        estimates=np.array([effect, change]),
        coefficients=coefficients,
        covariance=loadings @ loadings.T,
        first_stage=first_stage,
        low=float(effect - first_stage * scale_high - slack * change),
        high=float(effect + first_stage * scale_low + slack * change),
    )


def _spread(rows: np.ndarray, vcov: np.ndarray) -> np.ndarray:
    """Standard errors of combinations, one per row."""
    return np.sqrt(np.maximum(np.einsum("ij,jk,ik->i", rows, vcov, rows), 0.0))
