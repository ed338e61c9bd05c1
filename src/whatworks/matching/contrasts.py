"""What is said about two mean outcomes: their difference, or for yes-or-no outcomes the ratio of risks or of odds."""

import numpy as np

from whatworks.core.errors import InvalidColumn, NotIdentified

MEASURES = ("difference", "risk_difference", "risk_ratio", "odds_ratio")
RATIOS = ("risk_ratio", "odds_ratio")
# No frame has so many people that one of them is this small a share.
_NOBODY = 1e-10


def contrast(measure: str, means: np.ndarray) -> tuple[float, np.ndarray]:
    """The effect on its own scale and its derivatives in the two means (nobody treated, everybody treated).

    Ratios are on the log scale, where their sampling distribution is closest to normal.

    Raises
    ------
    NotIdentified
        If a ratio needs a mean that is not strictly between 0 and 1 (for risks: above 0).

    References
    ----------
    Delta method on the log scale: Greenland & Holland (1991), Biometrics 47:319-322.

    Examples
    --------
    >>> effect, slopes = contrast("risk_ratio", np.array([0.25, 0.5]))
    >>> round(float(effect), 4), slopes.tolist()
    (0.6931, [-4.0, 2.0])
    """
    comparison, treated = float(means[0]), float(means[1])
    if measure not in RATIOS:
        return treated - comparison, np.array([-1.0, 1.0])
    odds = measure == "odds_ratio"
    # A share of nobody comes out of a regression as the last digit of something else.
    if min(comparison, treated) <= _NOBODY or (odds and max(comparison, treated) >= 1 - _NOBODY):
        raise NotIdentified(
            f"measure={measure!r} divides by a share that is 0 (or, for odds, 1) in one of the arms. Use "
            "measure='risk_difference', or widen the selection."
        )
    if odds:
        effect = np.log(treated / (1 - treated)) - np.log(comparison / (1 - comparison))
        return float(effect), np.array([-1 / (comparison * (1 - comparison)), 1 / (treated * (1 - treated))])
    return float(np.log(treated / comparison)), np.array([-1 / comparison, 1 / treated])


def measure_name(measure: str, outcome: str, y: np.ndarray) -> str:
    """The result's word for a measure; anything but a plain difference needs a yes-or-no outcome.

    Raises
    ------
    InvalidColumn
        If the outcome is not 0/1.
    """
    yes_or_no = bool(np.isin(y, (0.0, 1.0)).all())
    if measure == "difference":
        return "RD" if yes_or_no else "MD"
    if not yes_or_no:
        raise InvalidColumn(
            f"measure={measure!r} is for a yes-or-no outcome; {outcome!r} holds {len(np.unique(y))} distinct values. Use "
            "measure='difference', or make a 0/1 column of it."
        )
    return {"risk_difference": "RD", "risk_ratio": "logRR", "odds_ratio": "logOR"}[measure]
