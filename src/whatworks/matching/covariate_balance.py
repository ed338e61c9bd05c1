"""How alike the arms are, before and after: standardised differences, variances, whole distributions."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from whatworks.core.columns import as_list, one_of
from whatworks.core.samples import MatchedSample, WeightedSample
from whatworks.matching.encoding import arms, encode, sampling_weights

Sample = MatchedSample | WeightedSample
DENOMINATORS = ("treated", "comparison", "pooled")
SCORE_NAME = "propensity"


def balance(sample: Sample, *, covariates: str | Sequence[str] | None = None, sd: str = "treated") -> pd.DataFrame:
    """Compare the arms' covariates before and after matching.

    Parameters
    ----------
    sample : of :func:`~whatworks.matching.match` or :func:`~whatworks.matching.unmatched`
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
    >>> table.loc[table["covariate"] == "need", ["stage", "smd"]].round(2).to_numpy().tolist()
    [['before', 1.12], ['after', 0.67]]
    """
    one_of(sd, DENOMINATORS, name="sd")
    treated = arms(sample.data, sample.treatment)
    base = sampling_weights(sample.data, sample.call.get("weights"))
    names = list(sample.covariates) if covariates is None else as_list(covariates)
    encoded = encode(sample.data, names, levels="every")
    columns = list(zip(encoded.names, encoded.matrix.T, strict=True))
    if sample.propensity is not None:
        columns.insert(0, (SCORE_NAME, sample.propensity.to_numpy()))
    weights = sample.weights.to_numpy(dtype=float)
    rows = [row for name, values in columns for row in _compare(name, values, treated, base, weights, sd)]
    columns_out = ["covariate", "stage", "mean_treated", "mean_comparison", "smd", "variance_ratio", "ks", "ecdf_mean"]
    return pd.DataFrame(rows, columns=columns_out).astype({"variance_ratio": "Float64"})


def worst_difference(sample: Sample) -> float:
    """The largest absolute standardised difference of the covariates after matching."""
    treated = arms(sample.data, sample.treatment)
    base = sampling_weights(sample.data, sample.call.get("weights"))
    weights = sample.weights.to_numpy(dtype=float)
    worst = 0.0
    for values in encode(sample.data, sample.covariates, levels="every").matrix.T:
        gap = _mean(values, weights, treated) - _mean(values, weights, ~treated)
        worst = max(worst, abs(_standardise(gap, _spread(values, base, treated, "treated"))))
    return worst


def _compare(name: str, values: np.ndarray, treated: np.ndarray, base: np.ndarray, after: np.ndarray, sd: str) -> list[tuple]:
    """One row for each stage."""
    yes_or_no = _is_share(values)
    spread = _spread(values, base, treated, sd)
    codes, size = (None, 0) if yes_or_no else _ranks(values)
    rows = []
    for stage, weights in (("before", base), ("after", after)):
        means = [_mean(values, weights, arm) for arm in (treated, ~treated)]
        gap = means[0] - means[1]
        ratio: float | object = pd.NA
        if codes is None:
            ks = ecdf_mean = abs(gap)
        else:
            ks, ecdf_mean = _distribution_distances(codes, size, weights, treated)
            below = _variance(values, weights, ~treated)
            ratio = _variance(values, weights, treated) / below if below > 0 else pd.NA
        rows.append((name, stage, means[0], means[1], _standardise(gap, spread), ratio, ks, ecdf_mean))
    return rows


def _is_share(values: np.ndarray) -> bool:
    return bool(((values == 0.0) | (values == 1.0)).all())


def _ranks(values: np.ndarray) -> tuple[np.ndarray, int]:
    """Place of each value among the distinct ones, and how many there are; one sort."""
    order = np.argsort(values)
    ordered = values[order]
    step = np.concatenate([[0], np.cumsum(ordered[1:] > ordered[:-1])])
    codes = np.empty(len(values), dtype=np.int64)
    codes[order] = step
    return codes, int(step[-1]) + 1


def _mean(values: np.ndarray, weights: np.ndarray, arm: np.ndarray) -> float:
    return float(np.average(values[arm], weights=weights[arm]))


def _variance(values: np.ndarray, weights: np.ndarray, arm: np.ndarray) -> float:
    """Weighted variance with the correction for weights of unequal size; divisor n - 1 when they are equal."""
    w, x = weights[arm], values[arm]
    total = w.sum()
    freedom = total - (w**2).sum() / total
    return float((w * (x - np.average(x, weights=w)) ** 2).sum() / freedom) if freedom > 1e-12 * total else 0.0


def _spread(values: np.ndarray, base: np.ndarray, treated: np.ndarray, sd: str) -> float:
    """The standard deviation before matching that differences are shown in; of a share it is the root of p(1 - p)."""

    def variance(arm: np.ndarray) -> float:
        if _is_share(values):
            share = _mean(values, base, arm)
            return share * (1 - share)
        return _variance(values, base, arm)

    if sd == "pooled":
        return float(np.sqrt((variance(treated) + variance(~treated)) / 2))
    return float(np.sqrt(variance(treated if sd == "treated" else ~treated)))


def _standardise(gap: float, spread: float) -> float:
    """No difference is 0 in any unit; a difference where nobody differs cannot be expressed in standard deviations."""
    if spread > 0:
        return gap / spread
    return 0.0 if abs(gap) < 1e-12 else float(np.copysign(np.inf, gap))


def _distribution_distances(codes: np.ndarray, size: int, weights: np.ndarray, treated: np.ndarray) -> tuple[float, float]:
    """Largest and mean distance of the cumulative distributions at the values found in the frame."""
    shares = [np.bincount(codes[arm], weights[arm], minlength=size) / weights[arm].sum() for arm in (treated, ~treated)]
    distance = np.abs(np.cumsum(shares[0] - shares[1]))
    return float(distance.max()), float(distance.mean())
