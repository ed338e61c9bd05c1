"""Tilting one group until its covariate means are those asked for, by Newton's method on the dual."""

from dataclasses import dataclass, field

import numpy as np

from whatworks.core.errors import NotConverged, NotIdentified
from whatworks.inference import independent_columns, weighted_gram
from whatworks.matching.encoding import Encoded, refuse_constant

_MAX_STEPS = 60
_MAX_HALVINGS = 40
# Means in standard deviations of the covariate: exact to the last digits of a sum over a million rows.
_EXACT = 1e-12
# A target this close to the edge of a range needs weight 0 for everybody elsewhere, which no positive weights give.
_EDGE = 1e-12
# Rows written at a time, so that they stay in the processor's cache.
_CHUNK = 4096


@dataclass(frozen=True, kw_only=True, eq=False)
class Moments:
    """Covariates on one scale, with powers where asked.

    Attributes
    ----------
    matrix : (n, 1 + k) a constant, then columns with mean 0 and standard deviation 1 over all rows
    mentions : (k,) how a message names each column, without anybody's value
    """

    matrix: np.ndarray = field(repr=False)
    mentions: tuple[str, ...]


def moments_of(encoded: Encoded, moments: int = 1) -> Moments:
    """The columns whose means are to be balanced: covariates, and their squares and cubes where asked.

    A yes-or-no column is its own square, and has one moment.

    Raises
    ------
    InvalidColumn
        If a covariate is constant.
    NotIdentified
        If covariates are combinations of each other.
    """
    refuse_constant(encoded)
    n, k = encoded.matrix.shape
    numeric = [place for place in range(k) if moments > 1 and not _two_valued(encoded.matrix[:, place])]
    matrix = np.empty((n, 1 + k + (moments - 1) * len(numeric)))
    matrix[:, 0] = 1.0
    _standardise_into(matrix[:, 1 : 1 + k], encoded.matrix)
    mentions = list(encoded.mentions)
    for power in range(2, moments + 1):
        for place in numeric:
            end = 1 + len(mentions)
            _standardise_into(matrix[:, end : end + 1], matrix[:, 1 + place : 2 + place] ** power)
            mentions.append(f"{encoded.mentions[place]} (power {power})")
    _refuse_combinations(matrix, mentions)
    return Moments(matrix=matrix, mentions=tuple(mentions))


def tilt(design: Moments, rows: np.ndarray, base: np.ndarray, target: np.ndarray) -> tuple[np.ndarray, float]:
    """Coefficients of the weights closest to ``base`` (in entropy) that give ``rows`` the means asked for.

    Parameters
    ----------
    design : :class:`Moments`
    rows : (n,) True for the rows to tilt
    base : (n,) sampling weights; rows with 0 count for nothing
    target : (1 + k,) means to reach, the constant's first

    Returns
    -------
    (k,) coefficients and the log of the sum of tilted weights: shares are ``base * exp(X @ coefficients - shift)``.

    Raises
    ------
    NotConverged
        If no positive weights reach the target, naming the covariate at fault where one alone is.

    References
    ----------
    Hainmueller (2012), Political Analysis 20:25-46, equations 4 to 8.
    """
    counted = rows & (base > 0)
    Z, wanted, prior = design.matrix[counted, 1:], target[1:], base[counted]
    _refuse_out_of_reach(Z, wanted, design.mentions)
    slopes, eta = np.zeros(Z.shape[1]), np.zeros(len(Z))
    value, shares = _dual(eta, 0.0, prior)
    gap = wanted - shares @ Z
    for _ in range(_MAX_STEPS):
        if np.abs(gap).max() <= _EXACT:
            return slopes, value + float(slopes @ wanted)
        mean = wanted - gap
        try:
            step = np.linalg.solve(weighted_gram(Z, shares) - np.outer(mean, mean), gap)
        except np.linalg.LinAlgError:
            break
        change = Z @ step
        size = 1.0
        for _ in range(_MAX_HALVINGS):
            reached, tried = _dual(eta + size * change, float((slopes + size * step) @ wanted), prior)
            # Near the optimum the dual is flat to the last digit, so a hair of loss is allowed.
            if reached <= value + 1e-13 * (1 + abs(value)):
                break
            size /= 2
        slopes, eta, value, shares = slopes + size * step, eta + size * change, reached, tried
        gap = wanted - shares @ Z
    worst = int(np.abs(gap).argmax())
    raise NotConverged(
        f"No positive weights of {len(Z)} people give all {len(wanted)} means asked for at once; nearest, "
        f"{design.mentions[worst]} is {abs(gap[worst]):.2g} standard deviations off. Ask for fewer moments, merge categories, "
        "leave out a covariate, or use method='ipw' with estimand='ATO'."
    )


def _dual(eta: np.ndarray, linear: float, prior: np.ndarray) -> tuple[float, np.ndarray]:
    """The dual's value, and the shares at it."""
    top = float(eta.max())
    tilted = prior * np.exp(eta - top)
    total = float(tilted.sum())
    return np.log(total) + top - linear, tilted / total


def _refuse_out_of_reach(Z: np.ndarray, wanted: np.ndarray, mentions: tuple[str, ...]) -> None:
    low, high = Z.min(axis=0), Z.max(axis=0)
    outside = np.flatnonzero((wanted <= low + _EDGE) | (wanted >= high - _EDGE))
    if len(outside):
        named = ", ".join(dict.fromkeys(mentions[place] for place in outside))
        raise NotConverged(
            f"The mean asked for lies outside the range (or at its edge) of the {len(Z)} people to be weighted, for {named}; no "
            "weights reach it. Leave the covariate out, merge its categories, or compare only people with a counterpart "
            "(ww.matching.match with a caliper)."
        )


def _two_valued(values: np.ndarray) -> bool:
    return bool(((values == values.min()) | (values == values.max())).all())


def _standardise_into(out: np.ndarray, values: np.ndarray) -> None:
    """Columns with mean 0 and standard deviation 1, some rows at a time."""
    centre, spread = values.mean(axis=0), values.std(axis=0)
    unit = np.where(spread > 0, spread, 1.0)
    for start in range(0, len(values), _CHUNK):
        out[start : start + _CHUNK] = (values[start : start + _CHUNK] - centre) / unit


def _refuse_combinations(matrix: np.ndarray, mentions: list[str]) -> None:
    dependent = np.flatnonzero(~independent_columns(matrix)) - 1
    if len(dependent):
        named = ", ".join(dict.fromkeys(mentions[place] for place in dependent))
        raise NotIdentified(
            f"Covariates {named} are exact combinations of the covariates before them ({len(mentions)} columns, "
            f"{len(matrix)} rows). Leave them out, or ask for fewer moments."
        )
