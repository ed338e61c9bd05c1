"""The propensity score: how likely each person was to be treated, given what was known before."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from whatworks.core.errors import NotConverged, NotIdentified
from whatworks.inference import independent_columns
from whatworks.matching.encoding import Encoded, arms, covariate_list, encode, refuse_constant, sampling_weights
from whatworks.matching.separation import between, fit_unseparated, what_separates

# Scores closer than this share of their size differ by the last digits of the fit.
_ROUNDING = 1e-13


def propensity_score(
    df: pd.DataFrame,
    *,
    treatment: str,
    covariates: str | Sequence[str],
    link: str = "logit",
    weights: str | None = None,
) -> pd.Series:
    """Probability of being treated given the covariates, by maximum likelihood.

    Parameters
    ----------
    df : one row per person, each with its own index label
    treatment : 0/1 or boolean column
    covariates : columns known before treatment; text and categories become one column per level, the first sorted level
        being the reference
    link : ``"logit"`` or ``"probit"``
    weights : column of positive sampling weights; None counts every row once

    Returns
    -------
    Series named ``"propensity"`` on the frame's index, strictly between 0 and 1.

    Raises
    ------
    MissingValues
        With the number of rows that lack each covariate.
    NotIdentified
        If a covariate, or several together, separate the arms perfectly, or one is a combination of others; they are named.
    InvalidColumn
        If a covariate is constant or of a type that cannot be read, or a weight is not positive.
    NoTreatedGroup, NoComparisonGroup, DuplicateRows, InvalidOption, MissingColumn

    References
    ----------
    Rosenbaum & Rubin (1983), Biometrika 70:41-55.

    Examples
    --------
    >>> df = pd.DataFrame({"treated": [0, 0, 1, 0, 1, 1], "need": [1.0, 2, 3, 4, 5, 6]})
    >>> ww.matching.propensity_score(df, treatment="treated", covariates=["need"]).round(3).tolist()
    [0.046, 0.139, 0.353, 0.647, 0.861, 0.954]
    """
    names = covariate_list(covariates, treatment)
    treated = arms(df, treatment)
    scores = score_rows(encode(df, names), treated, link=link, weights=sampling_weights(df, weights))
    return pd.Series(scores, index=df.index, name="propensity")


def score_rows(encoded: Encoded, treated: np.ndarray, *, link: str = "logit", weights: np.ndarray | None = None) -> np.ndarray:
    """Fitted probabilities of an encoded design, with faults named by column.

    Raises
    ------
    InvalidColumn, NotIdentified, NotConverged, InvalidOption
    """
    refuse_constant(encoded)
    design = _on_one_scale(encoded.matrix)
    _refuse_collinear(design, encoded)
    try:
        return between(fit_unseparated(design, treated, link=link, weights=weights).fitted)
    except (NotIdentified, NotConverged) as error:
        separating = what_separates(encoded, treated)
        if separating is None:
            raise
        raise NotIdentified(f"{separating} {error}") from None


def spread_of(scores: np.ndarray, *, ddof: int = 1) -> float:
    """The standard deviation of scores; 0 where they differ by rounding alone, so that no step is counted in it.

    Examples
    --------
    >>> from whatworks.matching.propensity import spread_of
    >>> spread_of(np.array([0.1 + 0.2, 0.3, 0.3])), spread_of(np.array([0.0, 1.0]), ddof=0)
    (0.0, 0.5)
    """
    spread = float(scores.std(ddof=ddof))
    return spread if spread > _ROUNDING * float(np.abs(scores).max()) else 0.0


def _on_one_scale(matrix: np.ndarray) -> np.ndarray:
    """Standardised columns after a constant: the same fit, but earnings in dollars and ages in years would cost digits."""
    design = np.empty((len(matrix), matrix.shape[1] + 1), order="F")
    design[:, 0] = 1.0
    for place, column in enumerate(matrix.T, start=1):
        centred = np.subtract(column, column.mean(), out=design[:, place])
        spread = np.sqrt(centred @ centred / len(centred))
        centred /= spread if spread > 0 else 1.0
    return design


def _refuse_collinear(design: np.ndarray, encoded: Encoded) -> None:
    dependent = np.flatnonzero(~independent_columns(design)) - 1
    if len(dependent):
        named = ", ".join(dict.fromkeys(encoded.mentions[place] for place in dependent))
        raise NotIdentified(
            f"Covariates {named} are exact combinations of the covariates before them ({len(encoded.names)} columns, "
            f"{len(design)} rows). Leave them out."
        )
