"""Drop-out, by the What Works Clearinghouse: how much is too much, and how far it could bias an effect."""

from dataclasses import dataclass
from math import floor

import numpy as np
from scipy.stats import norm

from whatworks.core.errors import InvalidEffect
from whatworks.core.options import one_of

BOUNDARIES = ("cautious", "optimistic")
# Highest differential attrition, in percentage points, that is still low, by overall attrition from 0 per cent upwards.
# What Works Clearinghouse, Standards Handbook 4.1, table II.1; the same in version 5.
LIMITS = {
    "cautious": (
        5.7,
        5.8,
        5.9,
        5.9,
        6.0,
        6.1,
        6.2,
        6.3,
        6.3,
        6.3,
        6.3,
        6.2,
        6.2,
        6.1,
        6.0,
        5.9,
        5.9,
        5.8,
        5.7,
        5.5,
        5.4,
        5.3,
        5.2,
        5.1,
        4.9,
        4.8,
        4.7,
        4.5,
        4.4,
        4.3,
        4.1,
        4.0,
        3.8,
        3.6,
        3.5,
        3.3,
        3.2,
        3.1,
        2.9,
        2.8,
        2.6,
        2.5,
        2.3,
        2.1,
        2.0,
        1.8,
        1.6,
        1.5,
        1.3,
        1.2,
        1.0,
        0.9,
        0.7,
        0.6,
        0.4,
        0.3,
        0.2,
        0.0,
    ),
    "optimistic": (
        10.0,
        10.1,
        10.2,
        10.3,
        10.4,
        10.5,
        10.7,
        10.8,
        10.9,
        10.9,
        10.9,
        10.9,
        10.9,
        10.8,
        10.8,
        10.7,
        10.6,
        10.5,
        10.3,
        10.2,
        10.0,
        9.9,
        9.7,
        9.5,
        9.4,
        9.2,
        9.0,
        8.8,
        8.6,
        8.4,
        8.2,
        8.0,
        7.8,
        7.6,
        7.4,
        7.2,
        7.0,
        6.7,
        6.5,
        6.3,
        6.0,
        5.8,
        5.6,
        5.3,
        5.1,
        4.9,
        4.6,
        4.4,
        4.2,
        3.9,
        3.7,
        3.5,
        3.2,
        3.0,
        2.8,
        2.6,
        2.3,
        2.1,
        1.9,
        1.6,
        1.4,
        1.1,
        0.9,
        0.7,
        0.5,
        0.3,
    ),
}
# Correlation of outcome with the wish to stay, treated and comparison, that each boundary assumes, and the bias it tolerates
# in standard deviations. General knowledge; with them the model gives back the tables (see the tests).
ASSUMED = {"cautious": (0.45, 0.39, 0.055), "optimistic": (0.27, 0.22, 0.054)}
# Sums of percentages such as 1 - 0.92 carry rounding noise; a tie with the limit is low attrition.
_NOISE = 1e-9


@dataclass(frozen=True, kw_only=True)
class Attrition:
    """Drop-out of one study: ``overall`` and ``differential`` as shares from 0 to 1."""

    overall: float
    differential: float


def attrition(
    assigned_treated: float, analysed_treated: float, assigned_comparison: float, analysed_comparison: float
) -> Attrition:
    """W3. Overall and differential attrition from the numbers assigned and analysed in each arm.

    Raises
    ------
    InvalidEffect
        If nobody was assigned to an arm, or more were analysed than assigned.

    References
    ----------
    What Works Clearinghouse (2022), Procedures and Standards Handbook, version 5.0, chapter II.

    Examples
    --------
    >>> found = attrition(200, 180, 200, 164)
    >>> round(found.overall, 3), round(found.differential, 3)
    (0.14, 0.08)
    """
    for arm, assigned, analysed in (
        ("treated", assigned_treated, analysed_treated),
        ("comparison", assigned_comparison, analysed_comparison),
    ):
        if not 0 <= analysed <= assigned or assigned == 0:
            raise InvalidEffect(
                f"{arm}: {analysed:g} analysed of {assigned:g} assigned; it must lie from 0 to assigned. Correct the counts."
            )
    stayed = (analysed_treated + analysed_comparison) / (assigned_treated + assigned_comparison)
    left = abs(analysed_treated / assigned_treated - analysed_comparison / assigned_comparison)
    return Attrition(overall=1 - stayed, differential=left)


def low_attrition(found: Attrition, *, boundary: str = "cautious") -> bool:
    """W4 and W5. Whether attrition is low by the boundary that was chosen before the study was read.

    ``"cautious"`` (default) is for methods that could themselves make people leave, ``"optimistic"`` for those that could not.
    Overall attrition is rounded to the nearest whole per cent (halves upwards), which is one reading of the standard; above
    the end of the table it is high.

    Examples
    --------
    >>> low_attrition(attrition(200, 180, 200, 164)), low_attrition(attrition(200, 180, 200, 164), boundary="optimistic")
    (False, True)
    """
    limits = LIMITS[one_of(boundary, BOUNDARIES, name="boundary")]
    percent = floor(100 * found.overall + 0.5 + _NOISE)
    return percent < len(limits) and 100 * found.differential <= limits[percent] + _NOISE


def attrition_bias(overall: float, differential: float, *, boundary: str = "cautious") -> float:
    """Expected worst-case bias of an effect from drop-out, in standard deviations, with equal arms.

    The bias model behind the boundary: those who stay differ from those who left by a correlation between the outcome and the
    wish to stay. A test of the tables and a number to show beside the verdict; not itself the standard.

    References
    ----------
    Deke & Chiang (2017), Evaluation Review 41:130-154.

    Examples
    --------
    >>> round(attrition_bias(0.20, 0.054), 3)
    0.055
    """
    treated, comparison, _ = ASSUMED[one_of(boundary, BOUNDARIES, name="boundary")]
    stayed = 1 - overall
    # The worse of the two ways the difference may fall: the arm with the stronger link loses more.
    return treated * _selected_mean(stayed - differential / 2) - comparison * _selected_mean(stayed + differential / 2)


def _selected_mean(share: float) -> float:
    """Mean of a standard normal among the given share with the highest values."""
    return float(norm.pdf(norm.ppf(share)) / share) if 0 < share < 1 else float(np.where(share >= 1, 0.0, np.nan))
