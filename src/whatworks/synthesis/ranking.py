"""What follows from a network's answer: which treatment ranks where, how surely, and every comparison of two."""

import numpy as np
import pandas as pd
from scipy import stats

from whatworks.core import EffectResult
from whatworks.core.errors import InvalidResult
from whatworks.core.options import confidence, seed_or_none

Array = np.ndarray

# Enough draws to place the ranks' percentiles.
_RANK_DRAWS = 20_000


def p_scores(estimates: Array, covariance: Array, good: str) -> Array:
    """(T,) how surely each treatment is better than another, averaged over the others; 1 is best.

    References
    ----------
    Rucker & Schwarzer (2015), BMC Medical Research Methodology 15:58.
    """
    sign = 1.0 if good == "up" else -1.0
    variance = np.diag(covariance)
    spread = np.sqrt(variance[:, None] + variance[None, :] - 2 * covariance)
    np.fill_diagonal(spread, 1.0)
    better = stats.norm.cdf(sign * (estimates[:, None] - estimates[None, :]) / spread)
    np.fill_diagonal(better, 0.0)
    return better.sum(axis=1) / (len(estimates) - 1)


def rank(network_result: EffectResult, *, seed: int = 0, conf_level: float = 0.95) -> pd.DataFrame:
    """How treatments rank, and how sure that is: an order without its uncertainty misleads.

    Parameters
    ----------
    network_result : of :func:`network`
    seed : of the draws from the estimates' normal distribution
    conf_level : coverage of the ranks' intervals

    Returns
    -------
    One row per treatment, best first: treatment, p_score (1 is surely best), rank_low, rank_high.

    References
    ----------
    Rucker & Schwarzer (2015), BMC Medical Research Methodology 15:58; Salanti, Ades & Ioannidis (2011), Journal of
    Clinical Epidemiology 64:163-171 (probabilities of ranks).

    Examples
    --------
    >>> trials = pd.DataFrame({"study": ["A", "B"], "treat1": ["coach", "peer"], "treat2": ["usual", "usual"],
    ...                        "te": [0.9, 0.2], "se": [0.1, 0.1]})
    >>> ww.synthesis.rank(ww.synthesis.network(trials, reference="usual", tau2="EE"))[["treatment", "rank_low", "rank_high"]]
      treatment  rank_low  rank_high
    0     coach         1          1
    1      peer         2          2
    2     usual         3          3
    """
    confidence(conf_level)
    names, estimates, covariance = _all_treatments(network_result)
    good = network_result.good or "up"
    draws = np.random.default_rng(seed_or_none(seed)).multivariate_normal(
        estimates[1:], covariance[1:, 1:], _RANK_DRAWS, method="eigh"
    )
    everything = np.column_stack([np.zeros(len(draws)), draws]) * (-1.0 if good == "up" else 1.0)
    ranks = everything.argsort(axis=1).argsort(axis=1) + 1
    tail = (1 - conf_level) / 2
    low, high = np.quantile(ranks, [tail, 1 - tail], axis=0, method="inverted_cdf")
    table = pd.DataFrame(
        {
            "treatment": pd.Series(names, dtype="str"),
            "p_score": p_scores(estimates, covariance, good),
            "rank_low": low.astype(int),
            "rank_high": high.astype(int),
        }
    )
    return table.sort_values("p_score", ascending=False, kind="stable", ignore_index=True)


def league(network_result: EffectResult) -> pd.DataFrame:
    """Every treatment against every other: one row per ordered pair.

    Parameters
    ----------
    network_result : of :func:`network`

    Returns
    -------
    Columns treatment, reference, estimate, std_error, conf_low, conf_high, p_value.

    Examples
    --------
    >>> trials = pd.DataFrame({"study": ["A", "B"], "treat1": ["coach", "peer"], "treat2": ["usual", "usual"],
    ...                        "te": [0.4, 0.2], "se": [0.1, 0.1]})
    >>> table = ww.synthesis.league(ww.synthesis.network(trials, reference="usual", tau2="EE"))
    >>> table.loc[(table["treatment"] == "coach") & (table["reference"] == "peer"), "estimate"].round(3).tolist()
    [0.2]
    """
    names, estimates, covariance = _all_treatments(network_result)
    critical = float(stats.norm.ppf(0.5 + network_result.conf_level / 2))
    rows = []
    for i, first in enumerate(names):
        for j, second in enumerate(names):
            if i != j:
                estimate = estimates[i] - estimates[j]
                std_error = float(np.sqrt(covariance[i, i] + covariance[j, j] - 2 * covariance[i, j]))
                p_value = float(2 * stats.norm.sf(abs(estimate / std_error)))
                rows.append(
                    (
                        first,
                        second,
                        estimate,
                        std_error,
                        estimate - critical * std_error,
                        estimate + critical * std_error,
                        p_value,
                    )
                )
    return pd.DataFrame(rows, columns=["treatment", "reference", "estimate", "std_error", "conf_low", "conf_high", "p_value"])


def _all_treatments(result: EffectResult) -> tuple[list[str], Array, Array]:
    """Names, effects and covariance of all treatments, the reference first with effect zero."""
    if result.method != "synthesis.network" or result.vcov is None:
        raise InvalidResult(f"A result of ww.synthesis.network is needed; this one is of {result.method}.")
    parts = result.parts
    names = [str(parts["reference"].iloc[0]), *parts["treatment"].astype(str)]
    return names, np.r_[0.0, parts["estimate"].to_numpy()], with_reference(result.vcov.to_numpy(dtype=float))


def with_reference(covariance: Array) -> Array:
    """The covariance with the reference in front, whose effect is zero and certain."""
    return np.pad(covariance, ((1, 0), (1, 0)))
