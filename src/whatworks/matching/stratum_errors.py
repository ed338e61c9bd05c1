"""The standard error of a difference stratum by stratum: what strata differ in is no chance."""

import numpy as np

from whatworks.matching.regression import Design

_ARMS = 2


def stratified_contributions(design: Design, strata: np.ndarray, means: np.ndarray) -> np.ndarray:
    """What every row adds to the error of the two means, where people are compared within strata.

    Parameters
    ----------
    design : outcome, arm, weight and people meant of every row, without covariates
    strata : (n,) number of each row's stratum; both arms are in each
    means : (2,) mean outcomes of the comparison arm and of the treated

    Returns
    -------
    (n, 2). A row's distance from the mean of its own arm and stratum, times n/(n-1) in squares, as its share of the mean; and,
    where the row is one of the people meant, how far its stratum is from the mean, because those people are a draw themselves.
    Somebody alone in arm and stratum, who shows no distance, is given the arm's typical one.

    References
    ----------
    Cochran (1968), Biometrics 24:295-313; Imbens & Rubin (2015), Causal Inference for Statistics, Social, and Biomedical
    Sciences, sections 9.5 and 17.6.
    """
    _, place = np.unique(strata, return_inverse=True)
    arm = design.treated.astype(np.int64)
    cell = place * _ARMS + arm
    cells = (place.max() + 1) * _ARMS
    people = np.bincount(cell, minlength=cells)
    weight = np.bincount(cell, design.weights, minlength=cells)
    average = np.bincount(cell, design.weights * design.y, minlength=cells) / np.where(weight > 0, weight, 1.0)
    gap = (design.y - average[cell]) * np.sqrt(people[cell] / np.maximum(people[cell] - 1, 1))
    alone = people[cell] == 1
    out = np.zeros((len(gap), _ARMS))
    for number in range(_ARMS):
        here = arm == number
        typical = _typical(gap[here & ~alone], design.weights[here & ~alone])
        gap[here & alone] = typical
        out[here, number] = design.weights[here] * gap[here] / design.weights[here].sum()
    between = average.reshape(-1, _ARMS)[place] - means
    return out + design.target[:, None] * between / design.target.sum()


def has_company(strata: np.ndarray, treated: np.ndarray) -> bool:
    """Whether in both arms somebody shares arm and stratum with another, so that a spread within strata can be seen."""
    for arm in (treated, ~treated):
        if len(strata[arm]) == 0 or np.unique(strata[arm], return_counts=True)[1].max() == 1:
            return False
    return True


def _typical(gaps: np.ndarray, weights: np.ndarray) -> float:
    return float(np.sqrt(np.average(gaps**2, weights=weights)))
