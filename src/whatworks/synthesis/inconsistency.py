"""Whether direct and indirect evidence in a network tell the same story."""

import numpy as np
import pandas as pd
from scipy import stats

from whatworks.core.options import one_of
from whatworks.synthesis.network_model import Network, NetworkFit, network_tau2, read_network, solve_network

Array = np.ndarray

# A share of direct evidence this near to 1 leaves no indirect evidence to compare with.
_ALL_DIRECT = 1 - 1e-10


def design_decomposition(network: Network, tau2: str) -> dict[str, float]:
    """Split the network's Q into differences between studies of one design and differences between designs.

    A design is the set of treatments that a study compares. The part between designs is taken at the variance that is left within
    designs, so that it is not blamed for ordinary differences between studies.

    References
    ----------
    Krahn, Binder & Konig (2013), BMC Medical Research Methodology 13:35; Higgins et al. (2012), Research Synthesis Methods
    3:98-110 (design-by-treatment interaction).
    """
    X = _by_design(network)
    df_within = len(network.y) - int(np.linalg.matrix_rank(X))
    df_between = network.df - df_within
    within = solve_network(network, 0.0, X).q
    left = network_tau2(network, tau2, X) if df_within > 0 else 0.0
    between = solve_network(network, left).q - solve_network(network, left, X).q
    p = float(stats.chi2.sf(between, df_between)) if df_between > 0 else np.nan
    return {
        "q_within": within,
        "q_within_df": df_within,
        "q_inconsistency": between if df_between > 0 else 0.0,
        "q_inconsistency_df": df_between,
        "q_inconsistency_pvalue": p,
    }


def _by_design(network: Network) -> Array:
    """Every design with effects of its own."""
    designs = sorted(set(network.design))
    member = np.array([[network.design[study] == design for design in designs] for study in network.study], dtype=float)
    return np.concatenate([network.X * member[:, [d]] for d in range(len(designs))], axis=1)


def split_evidence(network: Network, fit: NetworkFit) -> pd.DataFrame:
    """Direct and indirect evidence on every pair, by taking the direct part out of the network's answer.

    Parameters
    ----------
    network, fit : the studies, and their solution at one variance between studies

    Returns
    -------
    One row per pair: treat1, treat2, n_studies, direct, direct_se, indirect, indirect_se, difference, difference_se, p_value,
    proportion_direct. Missing where there is no direct or no indirect evidence.

    References
    ----------
    Konig, Krahn & Binder (2013), Statistics in Medicine 32:5414-5429; Dias et al. (2010), Statistics in Medicine 29:932-944.
    """
    estimates, covariance = np.r_[0.0, fit.coefficients], np.pad(fit.covariance, ((1, 0), (1, 0)))
    rows = []
    T = len(network.treatments)
    for i in range(T):
        for j in range(T):
            if network.treatments[i] == network.treatments[0] or (0 < j <= i):
                continue
            whole = estimates[i] - estimates[j]
            variance = covariance[i, i] + covariance[j, j] - 2 * covariance[i, j]
            rows.append(
                {
                    "treat1": network.treatments[i],
                    "treat2": network.treatments[j],
                    **_split(network, i, j, fit.tau2, whole, variance),
                }
            )
    return pd.DataFrame(rows)


def _split(network: Network, i: int, j: int, tau2: float, whole: float, variance: float) -> dict[str, float]:
    direct = network.direct
    forward = (direct["treat1"] == i) & (direct["treat2"] == j)
    backward = (direct["treat1"] == j) & (direct["treat2"] == i)
    te = np.r_[direct.loc[forward, "te"], -direct.loc[backward, "te"]]
    se = np.r_[direct.loc[forward, "se"], direct.loc[backward, "se"]]
    out = {"n_studies": len(te), "network": whole, "network_se": float(np.sqrt(variance))}
    names = ("direct", "direct_se", "indirect", "indirect_se", "difference", "difference_se", "p_value")
    out |= dict.fromkeys(names, np.nan)
    if len(te) == 0:
        return out | {"indirect": whole, "indirect_se": out["network_se"], "proportion_direct": 0.0}
    w = 1 / (se**2 + tau2)
    seen, seen_variance = float(w @ te / w.sum()), float(1 / w.sum())
    proportion = variance / seen_variance
    out |= {"direct": seen, "direct_se": np.sqrt(seen_variance), "proportion_direct": min(1.0, proportion)}
    if proportion >= _ALL_DIRECT:
        return out
    other_variance = variance / (1 - proportion)
    other = (whole - proportion * seen) / (1 - proportion)
    spread = np.sqrt(seen_variance + other_variance)
    return out | {
        "indirect": other,
        "indirect_se": float(np.sqrt(other_variance)),
        "difference": seen - other,
        "difference_se": float(spread),
        "p_value": float(2 * stats.norm.sf(abs(seen - other) / spread)),
    }


def node_split(
    contrasts: pd.DataFrame,
    *,
    reference: str,
    study: str = "study",
    treat1: str = "treat1",
    treat2: str = "treat2",
    te: str = "te",
    se: str = "se",
    tau2: str = "DL",
) -> pd.DataFrame:
    """Direct beside indirect evidence for every pair of treatments, and whether they disagree.

    Parameters
    ----------
    contrasts, reference, study, treat1, treat2, te, se, tau2 : as in :func:`network`

    Returns
    -------
    One row per pair, as the first treatment minus the second: treat1, treat2, n_studies, network, network_se, direct, direct_se,
    indirect, indirect_se, difference, difference_se, p_value, proportion_direct.

    Raises
    ------
    As :func:`network`.

    References
    ----------
    Konig, Krahn & Binder (2013), Statistics in Medicine 32:5414-5429 (back-calculation).

    Examples
    --------
    >>> trials = pd.DataFrame({"study": ["A", "B", "C"], "treat1": ["coach", "peer", "coach"],
    ...                        "treat2": ["usual", "usual", "peer"], "te": [0.4, 0.2, 0.1], "se": [0.1, 0.1, 0.1]})
    >>> ww.synthesis.node_split(trials, reference="usual", tau2="EE")[["treat1", "treat2", "direct", "indirect"]].round(3)
      treat1 treat2  direct  indirect
    0  coach  usual     0.4       0.3
    1  coach   peer     0.1       0.2
    2   peer  usual     0.2       0.3
    """
    one_of(tau2, ("EE", "DL", "REML"), name="tau2")
    found = read_network(contrasts, (study, treat1, treat2, te, se), reference)
    return split_evidence(found, solve_network(found, network_tau2(found, tau2)))
