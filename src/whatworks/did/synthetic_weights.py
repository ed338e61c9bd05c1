"""Weights on the simplex that make comparison units, or times before the start, look like what they stand in for."""

import numpy as np
from scipy.optimize import nnls

from whatworks.core.errors import NotConverged

# Of the noise: only there to make a solution unique, too small to move it.
_NEGLIGIBLE = 1e-6
# Largest distance from the optimum, in squared lengths of the data, that counts as reached.
_OPTIMAL = 1e-9


def simplex_weights(columns: np.ndarray, target: np.ndarray, *, ridge: float = 0.0) -> np.ndarray:
    """Weights w >= 0 with sum 1 that minimise ``||columns w - target||^2 + ridge ||w||^2``, exactly.

    Weights sum to one, so the fit is ``(columns - target) w``, and the weights are the direction of the non-negative u that
    minimises ``||(columns - target) u||^2 + ridge ||u||^2 + (sum(u) - 1)^2``: along a direction with fit f the best sum leaves
    f / (1 + f), which grows with f. Lawson and Hanson's active set solves that in finitely many steps.

    Parameters
    ----------
    columns : (m, n) one column per weight
    target : (m,)
    ridge : penalty >= 0 in squared units of the columns

    Returns
    -------
    (n,) weights

    Raises
    ------
    NotConverged
        If the conditions of Karush, Kuhn and Tucker do not hold at the weights found.

    References
    ----------
    Lawson & Hanson (1995), Solving Least Squares Problems, SIAM, chapters 23.3 and 23.4.

    Examples
    --------
    >>> simplex_weights(np.array([[0.0, 4.0, 9.0]]), np.array([1.0]), ridge=1e-9).round(3).tolist()
    [0.75, 0.25, 0.0]
    """
    n = columns.shape[1]
    off = columns - target[:, None]
    if ridge > 0:
        off = np.vstack([off, np.sqrt(ridge) * np.eye(n)])
    scale = np.sqrt((off**2).sum(axis=0).mean())
    if scale == 0:
        return np.full(n, 1 / n)
    off = off / scale
    try:
        direction, _ = nnls(np.vstack([off, np.ones(n)]), np.append(np.zeros(len(off)), 1.0), maxiter=30 * n + 300)
    except RuntimeError:
        raise NotConverged(f"No optimal weights found for {n} candidates. Leave out some that are alike.") from None
    weights = direction / direction.sum()
    if optimality_gap(off, weights) > _OPTIMAL:
        raise NotConverged(f"The weights of {n} candidates are not optimal to {_OPTIMAL:.0e}. Rescale the outcome.")
    return weights


def optimality_gap(off: np.ndarray, weights: np.ndarray) -> float:
    """How much ``||off w||^2 / 2`` could still fall, at most: 0 at the optimum on the simplex."""
    gradient = off.T @ (off @ weights)
    return float(weights @ gradient - gradient.min())


def noise_level(outcome: np.ndarray) -> float:
    """Standard deviation of the change from one time to the next, in units of the outcome (equation 5 of the source).

    Parameters
    ----------
    outcome : (n, T) of the comparison units before the start, T >= 2
    """
    return float(np.diff(outcome, axis=1).std())


def donor_weights(comparison: np.ndarray, treated: np.ndarray, *, zeta: float) -> np.ndarray:
    """Weights of comparison units whose path before the start runs parallel to the treated one's (equation 4 of the source).

    Parameters
    ----------
    comparison, treated : (n, T) and (T,) outcomes before the start
    zeta : strength of the pull towards equal weights, in units of the outcome

    References
    ----------
    Arkhangelsky, Athey, Hirshberg, Imbens & Wager (2021), American Economic Review 111:4088-4118.
    """
    level, middle = comparison.mean(axis=1), treated.mean()
    return simplex_weights((comparison - level[:, None]).T, treated - middle, ridge=zeta**2 * comparison.shape[1])


def level_weights(comparison: np.ndarray, treated: np.ndarray, predictors: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """Weights of comparison units whose path before the start is at the treated one's level: the synthetic control.

    Parameters
    ----------
    comparison, treated : (n, T) and (T,) outcomes before the start
    predictors : (n, k) and (k,) further values to reproduce, in standard deviations; k may be 0

    References
    ----------
    Abadie, Diamond & Hainmueller (2010), Journal of the American Statistical Association 105:493-505. Predictors weigh by their
    inverse variances, see Abadie (2021), Journal of Economic Literature 59:391-425, section 3.
    """
    ridge = (_NEGLIGIBLE * noise_level(comparison)) ** 2 * comparison.shape[1]
    if not len(predictors[1]):
        return simplex_weights(comparison.T, treated, ridge=ridge)
    spread = np.vstack([comparison, treated]).std(axis=0).mean()
    columns = np.vstack([comparison.T / spread, predictors[0].T])
    return simplex_weights(columns, np.append(treated / spread, predictors[1]), ridge=ridge / spread**2)


def time_weights(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Weights of times before the start, to differ from the mean after it by the same in all comparison units (equation 6).

    Parameters
    ----------
    before : (n, T) outcomes of the comparison units before the start
    after : (n,) their means from the start on
    """
    ridge = (_NEGLIGIBLE * noise_level(before)) ** 2 * len(before)
    return simplex_weights(before - before.mean(axis=0), after - after.mean(), ridge=ridge)
