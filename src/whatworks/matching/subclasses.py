"""Subclassification: people with scores between the same quantiles are compared."""

import numpy as np

from whatworks.core.errors import InvalidOption
from whatworks.matching.propensity import spread_of

# Scores closer than this share of their standard deviation are equal, as in pairing.
_SAME = 1e-8


def score_subclasses(scores: np.ndarray, meant: np.ndarray, *, subclasses: int) -> np.ndarray:
    """A number from 0 for each row's subclass, cut at quantiles of the people the effect is about.

    Parameters
    ----------
    scores : (n,) propensity scores
    meant : (n,) True for the people whose quantiles cut, so that each subclass holds as many of them
    subclasses : how many, 2 or more. A score on a cut belongs to the subclass above it; scores beyond the outer quantiles to
        the outer subclasses

    Returns
    -------
    (n,) integers. Quantiles interpolate linearly (type 7 of Hyndman and Fan).

    Raises
    ------
    InvalidOption
        If there are more subclasses than different scores among the people meant.

    References
    ----------
    Cochran (1968), Biometrics 24:295-313; Rosenbaum & Rubin (1984), Journal of the American Statistical Association
    79:516-524; Hyndman & Fan (1996), American Statistician 50:361-365.

    Examples
    --------
    >>> score_subclasses(np.array([0.1, 0.2, 0.3, 0.4]), np.array([True, True, True, True]), subclasses=2).tolist()
    [0, 0, 1, 1]
    """
    # Equal people's scores may differ in the last digit, and a cut must not fall between them.
    step = _SAME * spread_of(scores, ddof=0)
    scores = np.rint(scores / step) if step > 0 else scores
    distinct = len(np.unique(scores[meant]))
    if subclasses > distinct:
        raise InvalidOption(
            f"subclasses={subclasses} are asked for and {distinct} different scores are there to cut between. Ask for fewer."
        )
    inner = np.quantile(scores[meant], np.linspace(0, 1, subclasses + 1)[1:-1])
    return np.searchsorted(inner, scores, side="right").astype(np.int64)
