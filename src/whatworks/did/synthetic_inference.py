"""How sure a synthetic comparison is: placebos among the untreated, the jackknife, the bootstrap."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np

from whatworks.core.errors import InvalidOption, TooFewUnits
from whatworks.core.options import seed_or_none
from whatworks.did.synthetic_paths import CohortFit, Design, Path, effect_path, synthetic_path

VARIANCES = ("placebo", "jackknife", "bootstrap")
# A fit better than this share of the outcome's standard deviation counts as this good: near 0 its ratios say nothing.
_FINEST_FIT = 0.01


@dataclass(frozen=True, kw_only=True, eq=False)
class Replicates:
    """The same estimate again and again, on other units.

    Attributes
    ----------
    paths : one per replicate
    scale : of the sum of squared deviations
    enumerated : no draw is random: all possible replicates are there
    """

    paths: list[Path] = field(repr=False)
    scale: float
    enumerated: bool

    @property
    def values(self) -> np.ndarray:
        """(replicates, 1 + E) overall effect, then the effect at each time since start."""
        return np.array([[path.overall, *path.estimates] for path in self.paths])

    def covariance(self) -> np.ndarray:
        """(1 + E, 1 + E) of the overall effect and the effects by time since start."""
        values = self.values
        deviations = np.nan_to_num(values - np.nanmean(values, axis=0))
        return self.scale * deviations.T @ deviations


def placebos(design: Design, event_times: np.ndarray, draws: int, seed: int | None) -> Replicates:
    """Effects of treatments that never were, on comparison units that take the treated units' places.

    All ways to choose the places are gone through where they are no more than ``draws``, else that many are drawn.

    Raises
    ------
    TooFewUnits
        If there are no more comparison than treated units.
    InvalidOption
        If places must be drawn and there is no seed.

    References
    ----------
    Arkhangelsky, Athey, Hirshberg, Imbens & Wager (2021), American Economic Review 111:4088-4118, algorithm 4.
    """
    starts = design.cohort[np.isfinite(design.cohort)]
    donors = np.flatnonzero(np.isinf(design.cohort))
    if len(donors) <= len(starts) or len(donors) < 3:
        raise TooFewUnits(
            f"Placebos need more comparison than treated units, and at least 3; found {len(donors)} for {len(starts)}. "
            "Add comparison units, or with several treated units use variance='jackknife'."
        )
    enumerated = len(np.unique(starts)) == 1 and math.comb(len(donors), len(starts)) <= draws
    places = _all_places(donors, len(starts)) if enumerated else _drawn_places(donors, len(starts), draws, _needed(seed))
    paths = []
    for place in places:
        cohort = np.full(len(design.cohort), np.inf)
        cohort[place] = starts
        paths.append(synthetic_path(design.take(donors, cohort[donors]), event_times))
    return Replicates(paths=paths, scale=1 / len(paths), enumerated=enumerated)


def _all_places(donors: np.ndarray, size: int) -> Iterator[np.ndarray]:
    return (np.array(chosen) for chosen in combinations(donors.tolist(), size))


def _drawn_places(donors: np.ndarray, size: int, draws: int, seed: int) -> Iterator[np.ndarray]:
    rng = np.random.default_rng(seed_or_none(seed))
    return (rng.permutation(donors)[:size] for _ in range(draws))


def _needed(seed: int | None) -> int:
    if seed is None:
        raise InvalidOption("The draws need a seed, so that the same call gives the same numbers. Add seed=1, say.")
    return seed


def jackknife(design: Design, fits: list[CohortFit], event_times: np.ndarray) -> Replicates:
    """Effects without each unit in turn, the weights of the others kept.

    Raises
    ------
    TooFewUnits
        If a cohort has one treated unit, or one comparison unit carries all weight.

    References
    ----------
    Arkhangelsky, Athey, Hirshberg, Imbens & Wager (2021), American Economic Review 111:4088-4118, algorithm 3.
    """
    alone = sum(len(fit.treated) == 1 for fit in fits)
    sole = sum(int((fit.unit_weights > 0).sum() == 1) for fit in fits)
    if alone or sole:
        raise TooFewUnits(
            f"The jackknife cannot leave out a unit where it is the only one: {alone} of {len(fits)} cohorts have one treated "
            f"unit, {sole} one comparison unit with weight. Use variance='placebo'."
        )
    n = len(design.cohort)
    paths = [effect_path(design, [_without(fit, unit) for fit in fits], event_times) for unit in range(n)]
    return Replicates(paths=paths, scale=(n - 1) / n, enumerated=True)


def _without(fit: CohortFit, unit: int) -> CohortFit:
    stays = fit.donors != unit
    weights = fit.unit_weights[stays]
    return CohortFit(
        cohort=fit.cohort,
        treated=fit.treated[fit.treated != unit],
        donors=fit.donors[stays],
        unit_weights=weights / weights.sum(),
        time_weights=fit.time_weights,
        zeta=fit.zeta,
    )


def bootstrap(design: Design, event_times: np.ndarray, draws: int, seed: int | None) -> Replicates:
    """Effects on units drawn with replacement; draws without treated or without comparison units are drawn again.

    Raises
    ------
    TooFewUnits
        If one unit is treated.
    InvalidOption
        If there is no seed.

    References
    ----------
    Arkhangelsky, Athey, Hirshberg, Imbens & Wager (2021), American Economic Review 111:4088-4118, algorithm 2.
    """
    if design.n_treated < 2:
        raise TooFewUnits("The bootstrap needs at least 2 treated units; found 1. Use variance='placebo'.")
    rng = np.random.default_rng(seed_or_none(_needed(seed)))
    n = len(design.cohort)
    paths: list[Path] = []
    while len(paths) < draws:
        sample = design.take(np.sort(rng.integers(n, size=n)))
        if 0 < sample.n_treated < n:
            paths.append(synthetic_path(sample, event_times))
    return Replicates(paths=paths, scale=1 / draws, enumerated=False)


@dataclass(frozen=True, kw_only=True, eq=False)
class Ranks:
    """Where one treated unit stands among placebos.

    Attributes
    ----------
    p_values : (1 + E,) share of placebos, the treated among them, with an effect at least as large
    half_widths : (1 + E,) of the intervals, infinite where placebos are too few
    rmspe_ratio, rmspe_ratio_p_value : Abadie's: after over before the start, and its share
    """

    p_values: np.ndarray
    half_widths: np.ndarray
    rmspe_ratio: float
    rmspe_ratio_p_value: float


def ranks(path: Path, replicates: Replicates, *, standardise: bool, spread: float, conf_level: float) -> Ranks:
    """Invert the placebo test: every constant effect that would leave the treated unit unremarkable is in the interval.

    Parameters
    ----------
    path : of the treated unit
    replicates : placebos
    standardise : divide each unit's effects by how well its comparison fits before the start
    spread : standard deviation of the outcome, in its units
    conf_level : of the interval

    References
    ----------
    Abadie, Diamond & Hainmueller (2010), Journal of the American Statistical Association 105:493-505, section 3.4; Firpo &
    Possebom (2018), Journal of Causal Inference 6:20160026, section 4 (inversion).
    """
    finest = _FINEST_FIT * spread or 1.0
    misfits = np.maximum([path.rmspe, *(each.rmspe for each in replicates.paths)], finest)
    divisors = misfits if standardise else np.ones(len(misfits))
    own = np.abs([path.overall, *path.estimates]) / divisors[0]
    others = np.sort(np.abs(replicates.values) / divisors[1:, None], axis=0)
    count = len(others)
    # Of count + 1 equally likely ranks, this many of the largest are rejected.
    rejected = math.floor((1 - conf_level) * (count + 1) + 1e-9)
    limit = others[count - rejected] if rejected else np.full(len(own), np.inf)
    ratios = np.array([path.rmspe_after, *(each.rmspe_after for each in replicates.paths)]) / misfits
    return Ranks(
        p_values=(1 + (others >= own).sum(axis=0)) / (count + 1),
        half_widths=limit * divisors[0],
        rmspe_ratio=float(ratios[0]),
        rmspe_ratio_p_value=float((ratios >= ratios[0]).mean()),
    )


def without_each_donor(design: Design, fit: CohortFit, event_times: np.ndarray) -> np.ndarray:
    """The overall effect without each comparison unit that has weight, in turn, all weights chosen anew."""
    out = []
    for unit in fit.donors[fit.unit_weights > 0]:
        rest = np.delete(np.arange(len(design.cohort)), unit)
        if len(rest) > design.n_treated:
            out.append(synthetic_path(design.take(rest), event_times).overall)
    return np.array(out)
