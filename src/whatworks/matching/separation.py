"""Which covariates, alone or together, tell the arms apart without error."""

import numpy as np
from scipy.optimize import linprog

from whatworks.core.errors import NotConverged, NotIdentified
from whatworks.inference import BinaryFit, fit_binary
from whatworks.matching.encoding import Encoded

# The programme that looks for a combination is solved once for every column, so it stays below this many rows.
_MOST_ROWS = 20_000
# Of a unit's worth of evidence in each row: less is rounding.
_NOTHING = 1e-6
# Its square can still be written as a number.
_LEAST = 1e-150


def fit_unseparated(X: np.ndarray, y: np.ndarray, *, link: str = "logit", weights: np.ndarray | None = None) -> BinaryFit:
    """The fit of :func:`~whatworks.inference.fit_binary`; where it does not settle, a linear programme says if separation is why.

    Raises
    ------
    NotIdentified, NotConverged, InvalidOption

    References
    ----------
    Albert & Anderson (1984), Biometrika 71:1-10.

    Examples
    --------
    >>> X = np.column_stack([np.ones(6), [1.0, 2, 3, 4, 5, 6]])
    >>> fit_unseparated(X, np.array([0, 0, 1, 0, 1, 1])).coefficients.round(4).tolist()
    [-4.2491, 1.214]
    """
    try:
        return fit_binary(X, y, link=link, weights=weights)
    except NotConverged:
        counted = np.ones(len(y), dtype=bool) if weights is None else np.asarray(weights) > 0
        if counted.sum() <= _MOST_ROWS and _separated(X[counted], np.asarray(y, dtype=bool)[counted]):
            raise _no_peak(len(y)) from None
        raise


def between(chances: np.ndarray) -> np.ndarray:
    """Chances pulled in from 0 and 1 by less than their last digit, so that odds and their derivatives are finite.

    Examples
    --------
    >>> chances = between(np.array([0.0, 0.5, 1.0]))
    >>> bool(0 < chances[0] < 1e-100), float(chances[1]), bool(chances[2] < 1)
    (True, 0.5, True)
    """
    return np.clip(chances, _LEAST, np.nextafter(1.0, 0.0))


def _no_peak(rows: int) -> NotIdentified:
    return NotIdentified(
        f"The covariates separate yes from no perfectly: some of {rows} rows would get probability 0 or 1. Leave out the "
        "covariate that does it, or merge its categories."
    )


def what_separates(encoded: Encoded, treated: np.ndarray) -> str | None:
    """A sentence that names the column, or the smallest set of columns, that separates the arms; None where it is not found.

    A column separates alone where the arms' ranges do not overlap, or where it varies in one arm only; several do so together
    where some weighted sum of them is never larger in the one arm than in the other. A linear programme finds such a sum, and
    columns that it can do without are left out one by one.

    References
    ----------
    Albert & Anderson (1984), Biometrika 71:1-10; Konis (2007), Linear programming algorithms for detecting separated data,
    University of Oxford, chapter 4.

    Examples
    --------
    >>> matrix = np.array([[2.0, 0.0], [0.0, 2.0], [3.0, 1.2], [1.0, 2.5]])
    >>> encoded = Encoded(matrix=matrix, names=("a", "b"), sources=("a", "b"))
    >>> what_separates(encoded, np.array([False, False, True, True]))[:47]
    "Columns 'a' and 'b' together separate the arms "
    """
    alone = _one_column(encoded, treated)
    if alone is not None or len(treated) > _MOST_ROWS:
        return alone
    columns = list(range(encoded.matrix.shape[1]))
    spread = encoded.matrix.std(axis=0)
    design = (encoded.matrix - encoded.matrix.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    if not _separated(design, treated):
        return None
    for column in list(columns):
        fewer = [other for other in columns if other != column]
        if fewer and _separated(design[:, fewer], treated):
            columns = fewer
    named = list(dict.fromkeys(encoded.mentions[column] for column in columns))
    listed = " and ".join([", ".join(named[:-1]), named[-1]] if len(named) > 1 else named)
    return f"Columns {listed} together separate the arms ({int(treated.sum())} treated, {int((~treated).sum())} comparison)."


def _one_column(encoded: Encoded, treated: np.ndarray) -> str | None:
    """The first column that alone tells (part of) one arm from the other."""
    for place, mention in enumerate(encoded.mentions):
        ours, theirs = encoded.matrix[treated, place], encoded.matrix[~treated, place]
        apart = ours.min() >= theirs.max() or theirs.min() >= ours.max()
        if apart or np.ptp(ours) == 0 or np.ptp(theirs) == 0:
            why = (
                "their ranges do not overlap"
                if apart
                else f"it varies among {'treated' if np.ptp(ours) > 0 else 'comparison'} rows only"
            )
            return f"Column {mention} splits the arms ({len(ours)} treated, {len(theirs)} comparison; {why})."
    return None


def _separated(columns: np.ndarray, treated: np.ndarray) -> bool:
    """Whether a weighted sum of a constant and the columns is nowhere on the wrong side, and somewhere on the right one."""
    signed = np.where(treated, 1.0, -1.0)[:, None] * np.column_stack([np.ones(len(columns)), columns])
    solved = linprog(-signed.sum(axis=0), A_ub=-signed, b_ub=np.zeros(len(signed)), bounds=(-1, 1), method="highs")
    return solved.status == 0 and -solved.fun > _NOTHING
