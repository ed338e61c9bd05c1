"""Cardinality matching: the largest balanced sample, found by mixed-integer programming."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csc_array, vstack

from whatworks.core.check import Check
from whatworks.core.errors import InvalidOption

# People who differ in nothing share a variable; with more variables than this no solver proves an optimum in good time.
MOST_VARIABLES = 200_000


@dataclass(frozen=True, eq=False)
class LargestSample:
    """The rows kept.

    Attributes
    ----------
    kept : (n,) boolean
    focal_kept : how many of them the sample is made for
    most : an upper bound on that number which no balanced sample passes
    """

    kept: np.ndarray
    focal_kept: int
    most: int

    @property
    def check(self) -> Check:
        """Whether the solver proved that no larger sample is balanced."""
        proved = self.most <= self.focal_kept
        return Check(
            name="optimum_proved",
            passed=proved,
            message=f"The balanced sample keeps {self.focal_kept}; "
            + ("no larger one exists." if proved else f"within the time limit up to {self.most} could not be ruled out."),
            statistics={"kept": self.focal_kept, "upper_bound": self.most},
        )


def largest_balanced_sample(
    covariates: np.ndarray, focal: np.ndarray, groups: np.ndarray, *, ratio: int, tolerance: float, time_limit: float
) -> LargestSample:
    """The most focal people who, with ``ratio`` times as many others, have means within ``tolerance``.

    Parameters
    ----------
    covariates : (n, k) columns to balance, in units in which ``tolerance`` is meant (standard deviations)
    focal : (n,) True for the arm the sample is made for
    groups : (n,) every group keeps ``ratio`` others for each focal person
    time_limit : seconds; then the best sample so far is taken, and its check says that it may not be the largest

    Returns
    -------
    :class:`LargestSample`, empty where nobody can be kept. Of people who differ in nothing the first rows are kept.

    Raises
    ------
    InvalidOption
        If there are more different people than a solver can choose among.

    References
    ----------
    Zubizarreta, Paredes & Rosenbaum (2014), Annals of Applied Statistics 8:204-231; Huangfu & Hall (2018), Mathematical
    Programming Computation 10:119-142 (HiGHS).

    Examples
    --------
    >>> covariates, focal = np.array([[0.0], [9.0], [0.0], [1.0]]), np.array([True, True, False, False])
    >>> sample = largest_balanced_sample(covariates, focal, np.zeros(4, dtype=int), ratio=1, tolerance=0.1, time_limit=9)
    >>> sample.kept.tolist(), sample.check.passed
    ([True, False, True, False], True)
    """
    kinds, kind, size = np.unique(np.column_stack([groups, focal, covariates]), axis=0, return_inverse=True, return_counts=True)
    if len(kinds) > MOST_VARIABLES:
        raise InvalidOption(
            f"{len(kinds):,} different people are to be chosen among; at most {MOST_VARIABLES:,} can be. "
            "Round the covariates, or use method='optimal' or 'nearest'."
        )
    of_focal = kinds[:, 1] == 1
    solved = milp(
        -of_focal.astype(float),
        integrality=np.ones(len(kinds)),
        bounds=Bounds(0, size),
        constraints=_rules(kinds, of_focal, ratio, tolerance),
        options={"time_limit": time_limit, "mip_rel_gap": 0.0},
    )
    taken = np.zeros(len(kinds)) if solved.x is None else np.rint(solved.x)
    number = int(taken[of_focal].sum())
    bound = solved.mip_dual_bound
    # The number kept is whole, so a bound within a part of one proves it.
    most = number if solved.status == 0 else int(of_focal @ size) if bound is None else int(np.floor(-bound + 1e-6))
    return LargestSample(_first_of_each(kind.ravel(), taken), number, max(most, number))


def _rules(kinds: np.ndarray, of_focal: np.ndarray, ratio: int, tolerance: float) -> LinearConstraint:
    """Each group's ratio, and both sides of every covariate's tolerance times the number kept."""
    group = np.unique(kinds[:, 0], return_inverse=True)[1]
    per_kind = np.where(of_focal, ratio, -1.0)
    numbers = csc_array((per_kind, (group, np.arange(len(kinds)))), shape=(group.max() + 1, len(kinds)))
    values = kinds[:, 2:].T
    difference = values * np.where(of_focal, 1.0, -1.0 / ratio)
    slack = tolerance * of_focal
    rows = vstack([numbers, csc_array(difference - slack), csc_array(difference + slack)])
    low = np.concatenate([np.zeros(numbers.shape[0]), np.full(len(values), -np.inf), np.zeros(len(values))])
    high = np.concatenate([np.zeros(numbers.shape[0] + len(values)), np.full(len(values), np.inf)])
    return LinearConstraint(csc_array(rows), low, high)


def _first_of_each(kind: np.ndarray, taken: np.ndarray) -> np.ndarray:
    """Marks the first rows of every kind, as many as are taken."""
    order = np.argsort(kind, kind="stable")
    start = np.searchsorted(kind[order], kind[order], side="left")
    kept = np.zeros(len(kind), dtype=bool)
    kept[order] = np.arange(len(kind)) - start < taken[kind[order]]
    return kept
