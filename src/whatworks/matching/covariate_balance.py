"""How alike the arms are, before and after: standardised differences, variances, whole distributions."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from whatworks.core.columns import as_list, require_columns
from whatworks.core.options import one_of
from whatworks.matching.encoding import Encoded, arms, encode, is_number, plain, refuse_missing, sampling_weights
from whatworks.matching.inputs import Sample, require_sample

DENOMINATORS = ("treated", "comparison", "pooled")
SCORE_NAME = "propensity"


def balance(sample: Sample, *, covariates: str | Sequence[str] | None = None, sd: str = "treated") -> pd.DataFrame:
    """Compare the arms' covariates before and after matching.

    Parameters
    ----------
    sample : of :func:`~whatworks.matching.match`, :func:`~whatworks.matching.weight` or :func:`~whatworks.matching.unmatched`
    covariates : columns to compare, also such as were not matched on; None takes those matched on. A categorical covariate
        gives one row per level (one row where there are two)
    sd : which standard deviation ``smd`` is in, always that before matching: ``"treated"``, ``"comparison"``, or ``"pooled"``
        (root of the mean of both variances)

    Returns
    -------
    Frame with one row per covariate and stage: covariate, stage (``"before"``, ``"after"``), mean_treated, mean_comparison (in
    the covariate's unit; a share for yes-or-no), smd (difference in means over the standard deviation), variance_ratio (treated
    over comparison; NA for yes-or-no), ks and ecdf_mean (largest and mean distance between the cumulative distributions, over
    the values found in the whole frame). The propensity score, where there is one, is the first row.

    Raises
    ------
    MissingColumn, MissingValues, InvalidColumn, InvalidOption

    References
    ----------
    Austin (2009), Statistics in Medicine 28:3083-3107; Ho, Imai, King & Stuart (2007), Political Analysis 15:199-236.

    Examples
    --------
    >>> df = pd.DataFrame({"treated": [1, 1, 1, 0, 0, 0, 0], "need": [2.0, 3, 4, 1, 2.5, 3.5, 0.5]})
    >>> sample = ww.matching.match(df, treatment="treated", covariates=["need"])
    >>> table = ww.matching.balance(sample)
    >>> table.loc[table["covariate"] == "need", ["stage", "smd"]].round(1).to_numpy().tolist()
    [['before', 1.1], ['after', 0.7]]
    """
    require_sample(sample)
    one_of(sd, DENOMINATORS, name="sd")
    names = list(sample.covariates) if covariates is None else as_list(covariates)
    sides = Sides.of(sample)
    rows = [row for name, values in _columns(sample, names) for row in _compare(name, values, sides, sd)]
    columns_out = ["covariate", "stage", "mean_treated", "mean_comparison", "smd", "variance_ratio", "ks", "ecdf_mean"]
    return pd.DataFrame(rows, columns=columns_out).astype({"variance_ratio": "Float64"})


def worst_difference(sample: Sample) -> float:
    """The largest absolute standardised difference of the covariates after matching."""
    names = [name for name in sample.covariates if not _alike_by_design(sample, name)]
    if not names:
        return 0.0
    base = sampling_weights(sample.data, sample.call.get("weights"))
    encoded = encode(sample.data, names)
    return worst_in(encoded, arms(sample.data, sample.treatment), base, sample.weights.to_numpy(dtype=float))


def _alike_by_design(sample: Sample, name: str) -> bool:
    """Whether strata agree on a covariate, which may then have more levels than can become columns."""
    call = sample.call
    if call["method"] not in ("exact", "cem") or name not in call["covariates"]:
        return False
    return call["method"] == "exact" or name in call["exact"] or not is_number(plain(sample.data, name))


def worst_in(encoded: Encoded, treated: np.ndarray, base: np.ndarray, weights: np.ndarray) -> float:
    """The largest absolute standardised difference after weighting, of every covariate and every level.

    In standard deviations of the treated before weighting; of a share that is the root of p(1 - p).
    """
    X = encoded.matrix
    after = _weighted_means(X, weights, treated) - _weighted_means(X, weights, ~treated)
    gap, spread = list(after), list(_spreads(X, base, treated))
    for source in dict.fromkeys(encoded.sources):
        levels = [place for place, name in enumerate(encoded.sources) if name == source and encoded.names[place] != source]
        if len(levels) > 1:
            # The level left out of the design is what the others do not say.
            rest = 1 - float(_weighted_means(X[:, levels], base, treated).sum())
            gap.append(-float(after[levels].sum()))
            spread.append(np.sqrt(max(rest * (1 - rest), 0.0)))
    gaps, spreads = np.abs(gap), np.array(spread)
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(np.where(spreads > 0, gaps / spreads, np.where(gaps < 1e-12, 0.0, np.inf)).max())


def _weighted_means(X: np.ndarray, weights: np.ndarray, arm: np.ndarray) -> np.ndarray:
    inside = np.where(arm, weights, 0.0)
    return inside @ X / inside.sum()


def _spreads(X: np.ndarray, base: np.ndarray, arm: np.ndarray) -> np.ndarray:
    w = base[arm]
    total = w.sum()
    freedom = total - w @ w / total
    out = np.zeros(X.shape[1])
    for place, column in enumerate(X.T):
        values = column[arm]
        mean = w @ values / total
        if not ((column == 0.0) | (column == 1.0)).all():
            out[place] = np.sqrt(w @ (values - mean) ** 2 / freedom) if freedom > 1e-12 * total else 0.0
        else:
            out[place] = np.sqrt(mean * (1 - mean))
    return out


@dataclass(frozen=True)
class Moments:
    """Means and variances of a covariate in the treated and the comparison arm; of a share the variance is p(1 - p)."""

    means: tuple[float, float]
    variances: tuple[float, float]

    @property
    def gap(self) -> float:
        return self.means[0] - self.means[1]

    def spread(self, sd: str) -> float:
        """The standard deviation that differences are shown in."""
        treated, comparison = self.variances
        return float(np.sqrt({"treated": treated, "comparison": comparison, "pooled": (treated + comparison) / 2}[sd]))


@dataclass(frozen=True, eq=False)
class Sides:
    """The two arms and what everybody weighs, before and after.

    Attributes
    ----------
    rows : row numbers of the treated and of the comparison people
    weights : for each stage, the weights of those rows, arm by arm; they sum to 1 in each arm
    signed : for each stage, (n,) the same in the frame's order, negative for comparison people
    """

    rows: tuple[np.ndarray, np.ndarray]
    weights: tuple[tuple[np.ndarray, np.ndarray], ...]
    signed: tuple[np.ndarray, ...]

    @staticmethod
    def of(sample: Sample) -> "Sides":
        """The arms of a sample; before, everybody has her sampling weight."""
        treated = arms(sample.data, sample.treatment)
        rows = (np.flatnonzero(treated), np.flatnonzero(~treated))
        weights, signed = [], []
        before = sampling_weights(sample.data, sample.call.get("weights"))
        for stage in (before, sample.weights.to_numpy(dtype=float)):
            shares = [stage[arm] / stage[arm].sum() for arm in rows]
            both = np.empty(len(stage))
            both[rows[0]], both[rows[1]] = shares[0], -shares[1]
            weights.append((shares[0], shares[1]))
            signed.append(both)
        return Sides(rows, tuple(weights), tuple(signed))

    def moments(self, values: np.ndarray) -> tuple[Moments, Moments]:
        """Means and variances before and after."""
        inside = [values[rows] for rows in self.rows]
        yes_or_no = is_share(values)
        found = []
        for weights in self.weights:
            means = [float(w @ x) for w, x in zip(weights, inside, strict=True)]
            spread = _share_variance if yes_or_no else _variance
            variances = [spread(x, w, mean) for x, w, mean in zip(inside, weights, means, strict=True)]
            found.append(Moments((means[0], means[1]), (variances[0], variances[1])))
        return found[0], found[1]


def covariate_columns(df: pd.DataFrame, names: Sequence[str]) -> Iterator[tuple[str, np.ndarray]]:
    """Every covariate as numbers, a categorical one level by level; one at a time, as a million rows of all are much memory."""
    require_columns(df, names)
    refuse_missing(df, names)
    for name in names:
        encoded = encode(df, [name], levels="every")
        yield from zip(encoded.names, encoded.matrix.T, strict=True)


def _columns(sample: Sample, names: Sequence[str]) -> Iterator[tuple[str, np.ndarray]]:
    if sample.propensity is not None:
        yield SCORE_NAME, sample.propensity.to_numpy(dtype=float)
    yield from covariate_columns(sample.data, names)


def _compare(name: str, values: np.ndarray, sides: Sides, sd: str) -> list[tuple]:
    """One row for each stage."""
    stages = sides.moments(values)
    spread = stages[0].spread(sd)
    yes_or_no = is_share(values)
    distances = [(abs(stage.gap),) * 2 for stage in stages] if yes_or_no else _distribution_distances(values, sides.signed)
    rows = []
    for stage, moments, (ks, ecdf_mean) in zip(("before", "after"), stages, distances, strict=True):
        above, below = moments.variances
        ratio = pd.NA if yes_or_no or not below > 0 else above / below
        rows.append((name, stage, *moments.means, standardise(moments.gap, spread), ratio, ks, ecdf_mean))
    return rows


def is_share(values: np.ndarray) -> bool:
    """Whether a covariate is 0 or 1 for everybody."""
    # Most others are told by their first rows.
    return all(bool(((part == 0.0) | (part == 1.0)).all()) for part in (values[:64], values))


def _share_variance(values: np.ndarray, weights: np.ndarray, share: float) -> float:
    return share * (1 - share)


def _variance(values: np.ndarray, weights: np.ndarray, mean: float) -> float:
    """Weighted variance with the correction for weights of unequal size; divisor n - 1 when they are equal."""
    freedom = 1 - float(weights @ weights)
    return float(weights @ (values - mean) ** 2) / freedom if freedom > 1e-12 else 0.0


def standardise(gap: float, spread: float) -> float:
    """No difference is 0 in any unit; a difference where nobody differs cannot be expressed in standard deviations."""
    if spread > 0:
        return gap / spread
    return 0.0 if abs(gap) < 1e-12 else float(np.copysign(np.inf, gap))


def _distribution_distances(values: np.ndarray, signed: Sequence[np.ndarray]) -> list[tuple[float, float]]:
    """Largest and mean distance of the cumulative distributions at the values found in the frame; one sort for all stages."""
    order = np.argsort(values)
    ordered = values[order]
    # Equal values are stepped over at once: only the last of them counts.
    last = np.append(ordered[1:] > ordered[:-1], True)
    found = []
    for weights in signed:
        distance = np.abs(np.cumsum(weights[order])[last])
        found.append((float(distance.max()), float(distance.mean())))
    return found
