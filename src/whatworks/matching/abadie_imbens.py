"""Effects and standard errors of matching with replacement, after Abadie and Imbens."""

from dataclasses import dataclass

import numpy as np

from whatworks.core.errors import TooFewUnits
from whatworks.inference import fit_least_squares, independent_columns
from whatworks.matching.neighbours import variances_in_reach

# Neighbours in one's own arm that tell the spread of the outcome there; Abadie et al. (2004) take four in their examples.
NEIGHBOURS_IN_ARM = 4


@dataclass(frozen=True, kw_only=True, eq=False)
class Matches:
    """A matched design by row number, with the outcome.

    Attributes
    ----------
    y, treated, base : (n,) outcome, arm, sampling weight of everybody
    focal, neighbour, share : (p,) pairs; shares sum to 1 for each focal row
    """

    y: np.ndarray
    treated: np.ndarray
    base: np.ndarray
    focal: np.ndarray
    neighbour: np.ndarray
    share: np.ndarray

    @property
    def reuse(self) -> np.ndarray:
        """(n,) how much of others' comparison each row makes up: K_M(i) of the paper, in sampling weight."""
        return np.bincount(self.neighbour, self.share * self.base[self.focal], minlength=len(self.y))

    @property
    def squared_reuse(self) -> np.ndarray:
        """(n,) the same with every contribution squared: K'_M(i)."""
        return np.bincount(self.neighbour, (self.share * self.base[self.focal]) ** 2, minlength=len(self.y))


def matching_effect(
    matches: Matches, covariates: np.ndarray | None, coordinates: np.ndarray | None, tolerance: float
) -> tuple[float, float]:
    """Effect and standard error in a population, the covariates and the outcome both being drawn.

    Parameters
    ----------
    matches : pairs made with replacement
    covariates : (n, k) for the bias adjustment; None adjusts nothing
    coordinates : (n, d) where everybody stands, for a standard error that lets the spread of the outcome differ between
        people; None supposes one spread for all
    tolerance : squared distances this close are equal, for ``coordinates``

    Returns
    -------
    Estimate and standard error, in units of the outcome.

    References
    ----------
    Abadie & Imbens (2006), Econometrica 74:235-267, theorems 6 and 7. Bias adjustment: Abadie & Imbens (2011), Journal of
    Business & Economic Statistics 29:1-11. Computing formulas: Abadie, Drukker, Herr & Imbens (2004), Stata Journal
    4:290-311.
    """
    gaps = _gaps(matches, covariates)
    own = np.unique(matches.focal)
    if len(own) < 2:
        raise TooFewUnits("One person with neighbours shows no spread to judge an effect by. Widen the caliper or the selection.")
    total = matches.base[own].sum()
    each = np.bincount(matches.focal, gaps * matches.share, minlength=len(matches.y))[own]
    effect = float(matches.base[own] @ each / total)
    reuse = matches.reuse
    if coordinates is None:
        spread = matches.base[matches.focal] * matches.share @ (gaps - effect) ** 2 / (2 * total) * np.ones(len(matches.y))
    else:
        spread = _spread_among_alike(matches, coordinates, tolerance)
    chosen = np.zeros(len(matches.y))
    chosen[own] = matches.base[own]
    # A row that is both focal and chosen (ATE) enters with the square of the sum, of which its own part is in `each`.
    noise = spread @ (reuse**2 + 2 * reuse * chosen - matches.squared_reuse)
    variance = (matches.base[own] ** 2 @ (each - effect) ** 2 + noise) / total**2
    return effect, float(np.sqrt(max(variance, 0.0)))


def _gaps(matches: Matches, covariates: np.ndarray | None) -> np.ndarray:
    """Treated minus comparison outcome of each pair, after taking out what the covariates explain of the difference."""
    focal, neighbour = matches.focal, matches.neighbour
    gap = matches.y[focal] - matches.y[neighbour]
    if covariates is not None:
        for arm in (True, False):
            here = matches.treated[neighbour] == arm
            if here.any():
                slopes = _slopes_among_chosen(matches, covariates, arm)
                gap[here] -= (covariates[focal[here]] - covariates[neighbour[here]]) @ slopes
    return np.where(matches.treated[focal], gap, -gap)


def _slopes_among_chosen(matches: Matches, covariates: np.ndarray, arm: bool) -> np.ndarray:
    """Least squares of the outcome on the covariates among an arm's chosen rows, weighted by how much they are used."""
    rows = np.flatnonzero((matches.reuse > 0) & (matches.treated == arm))
    design = np.column_stack([np.ones(len(rows)), covariates[rows] - covariates[rows].mean(axis=0)])
    kept = independent_columns(design * np.sqrt(matches.reuse[rows])[:, None])
    if len(rows) <= kept.sum():
        raise TooFewUnits(
            f"The bias adjustment has {int(kept.sum()) - 1} covariates and {len(rows)} chosen people. Use fewer covariates."
        )
    fit = fit_least_squares(design[:, kept], matches.y[rows], weights=matches.reuse[rows])
    slopes = np.zeros(design.shape[1])
    slopes[kept] = fit.coefficients
    return slopes[1:]


def _spread_among_alike(matches: Matches, coordinates: np.ndarray, tolerance: float) -> np.ndarray:
    """Variance of the outcome among each row and its nearest neighbours in the same arm."""
    spread = np.zeros(len(matches.y))
    for arm in (matches.treated, ~matches.treated):
        rows = np.flatnonzero(arm)
        if len(rows) < 2:
            raise TooFewUnits("A robust standard error needs at least 2 people in each arm. Use vcov='abadie_imbens'.")
        count = min(NEIGHBOURS_IN_ARM, len(rows) - 1)
        spread[rows] = variances_in_reach(coordinates[rows], matches.y[rows], count=count, tolerance=tolerance)
    return spread
