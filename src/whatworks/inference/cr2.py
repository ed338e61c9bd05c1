"""Clustered covariance that is right on average with few clusters, and how many degrees of freedom it has."""

from dataclasses import dataclass, field

import numpy as np
from scipy import stats

from whatworks.core.errors import TooFewUnits
from whatworks.core.options import one_of
from whatworks.inference.cluster_blocks import (
    NO_VARIANCE,
    batches,
    crossed,
    left_of_residuals,
    on_left,
    on_right,
    root_adjusted,
    times,
)
from whatworks.inference.cluster_shares import ClusterShares
from whatworks.inference.cluster_sums import ClusterSums
from whatworks.inference.sandwich import cluster_codes

CR_KINDS = ("CR0", "CR1", "CR2")


@dataclass(frozen=True, kw_only=True, eq=False)
class ClusterRobust:
    """Covariance of coefficients, with what its degrees of freedom need. Rows of all arrays over clusters.

    Attributes
    ----------
    vcov : (k, k) covariance in squared units of the coefficients
    clusters : number of clusters
    own : (G, k, k) each cluster's part of the variance under the working model, before the fit
    inside, outside : (G, k, k) what the fit takes back: products with the design, and with the weighted design
    bread : (k, k) inverse of X'WX; meat : (k, k) X'W Phi W X, Phi the working covariance

    Examples
    --------
    >>> X = np.column_stack([np.ones(6), [0.0, 0, 1, 1, 2, 2]])
    >>> fit = ww.inference.fit_least_squares(X, np.array([1.0, 2, 2, 4, 4, 7]))
    >>> cr2_vcov(X, fit.residuals, np.array([0, 1, 2, 0, 1, 2])).clusters
    3
    """

    vcov: np.ndarray
    clusters: int
    own: np.ndarray = field(repr=False)
    inside: np.ndarray = field(repr=False)
    outside: np.ndarray = field(repr=False)
    bread: np.ndarray = field(repr=False)
    meat: np.ndarray = field(repr=False)

    def std_errors(self) -> np.ndarray:
        """(k,) square roots of the variances."""
        return np.sqrt(np.diag(self.vcov))

    def satterthwaite(self, contrasts: np.ndarray | None = None) -> np.ndarray:
        """Degrees of freedom of each contrast's t-test.

        Parameters
        ----------
        contrasts : (q, k); each coefficient by itself where None

        References
        ----------
        Bell & McCaffrey (2002), Survey Methodology 28:169-181; Pustejovsky & Tipton (2018), section 3.1.
        """
        C = np.eye(len(self.vcov)) if contrasts is None else np.atleast_2d(contrasts)
        shares = [self.shares(c[None]) for c in C]
        return np.array([share.expected()[0, 0] ** 2 / share.inner((0, 0), (0, 0)) for share in shares])

    def shares(self, C: np.ndarray) -> ClusterShares:
        """What clusters add to the contrasts in the rows of ``C`` (q, k), and how that goes together under the working model."""
        r, s = on_right(self.inside, C.T), on_right(self.outside, C.T)
        middle = self.bread @ self.meat @ self.bread
        left = np.concatenate([r, s, r], axis=1)
        right = np.concatenate([on_left(self.bread, s), on_left(self.bread, r), -on_left(middle, r)], axis=1)
        own = on_left(C, on_right(self.own, C.T))
        return ClusterShares(own=np.ascontiguousarray(own.transpose(1, 2, 0)), left=left, right=right)


@dataclass(frozen=True, kw_only=True)
class HtzTest:
    """A joint test of contrasts: F distribution with ``df_num`` and ``df_denom``; NaN where the clusters cannot carry it.

    Attributes
    ----------
    statistic : on the scale of the F distribution
    df_num, df_denom : its degrees of freedom
    p_value : of all contrasts being zero

    Examples
    --------
    >>> HtzTest(statistic=4.0, df_num=2, df_denom=7.5, p_value=0.06).df_num
    2
    """

    statistic: float
    df_num: int
    df_denom: float
    p_value: float


def cr2_vcov(
    X: np.ndarray,
    residuals: np.ndarray,
    cluster: np.ndarray,
    *,
    working: np.ndarray | None = None,
    weights: np.ndarray | None = None,
    kind: str = "CR2",
) -> ClusterRobust:
    """Cluster-robust covariance of (weighted, generalised) least squares coefficients, bias-reduced for few clusters.

    Parameters
    ----------
    X : (n, k) design matrix of full rank
    residuals : (n,) outcome minus fit, in units of the outcome
    cluster : (n,) labels
    working : covariance of the errors that CR2 is exactly unbiased under, up to a factor: (n,) variances, or (n, n) with zeros
        between clusters; by default the inverse of ``weights``
    weights : (n,) or (n, n) weights of the fit; by default the inverse of ``working``. Give both where they are not inverses, as
        with sampling weights
    kind : ``"CR0"`` plain, ``"CR1"`` times G/(G-1), ``"CR2"`` residuals divided by the square root of what the fit left of them

    Returns
    -------
    :class:`ClusterRobust`; ``satterthwaite`` gives degrees of freedom, :func:`htz_test` a joint test.

    Raises
    ------
    TooFewUnits
        If there is one cluster only.

    References
    ----------
    Bell & McCaffrey (2002), Survey Methodology 28:169-181; Pustejovsky & Tipton (2018), Journal of Business & Economic
    Statistics 36:672-683, equations 6 and 7; Tipton (2015), Psychological Methods 20:375-393 (meta-regression).

    Examples
    --------
    >>> X = np.column_stack([np.ones(6), [0.0, 0, 1, 1, 2, 2]])
    >>> y = np.array([1.0, 2, 2, 4, 4, 7])
    >>> fit = ww.inference.fit_least_squares(X, y)
    >>> robust = cr2_vcov(X, fit.residuals, np.array([0, 1, 2, 0, 1, 2]))
    >>> robust.std_errors().round(3).tolist(), robust.satterthwaite().round(2).tolist()
    ([0.685, 0.876], [1.36, 1.67])
    """
    one_of(kind, CR_KINDS, name="kind")
    X = np.asarray(X, dtype=float)
    codes, G = cluster_codes(cluster)
    k = X.shape[1]
    blocks = [*batches(codes, G, k, working, weights)]
    products = [(X[at], times(W, X[at])) for _, at, W, _ in blocks]
    bread = np.linalg.inv(sum(crossed(Xg, WX) for Xg, WX in products))
    meat = np.asarray(sum(crossed(WX, times(batch[3], WX)) for batch, (_, WX) in zip(blocks, products, strict=True)))
    own, inside, outside = np.empty((3, G, k, k))
    scores = np.empty((G, k))
    for (g, at, W, Phi), (Xg, WX) in zip(blocks, products, strict=True):
        adjusted = on_right(WX, bread)
        if kind == "CR2":
            left = left_of_residuals(Xg, adjusted, Phi, bread @ meat @ bread)
            adjusted = root_adjusted(left, Phi, adjusted)
        elif kind == "CR1":
            adjusted = adjusted * np.sqrt(G / (G - 1))
        spread, across = times(Phi, adjusted), Xg.swapaxes(1, 2)
        own[g] = adjusted.swapaxes(1, 2) @ spread
        inside[g], outside[g] = across @ adjusted, across @ times(W, spread)
        scores[g] = (adjusted.swapaxes(1, 2) @ residuals[at][:, :, None])[:, :, 0]
    return ClusterRobust(vcov=scores.T @ scores, clusters=G, own=own, inside=inside, outside=outside, bread=bread, meat=meat)


def cr2_of_sums(sums: ClusterSums) -> tuple[float, float]:
    """CR2 standard error and Satterthwaite degrees of freedom of one coefficient, from sums over clusters alone.

    The working model holds errors independent with variances inverse to the weights. Effects nested in clusters may have been
    absorbed beforehand.

    Parameters
    ----------
    sums : of :func:`sum_by_cluster` or :func:`sum_two_way_by_cluster`

    Returns
    -------
    Standard error, in units of the coefficient, and degrees of freedom.

    Raises
    ------
    TooFewUnits
        If every cluster's residuals are fitted away, so that nothing tells the spread.

    References
    ----------
    Pustejovsky & Tipton (2018), Journal of Business & Economic Statistics 36:672-683, section 3 and theorem 2.

    Examples
    --------
    >>> X = np.column_stack([np.ones(6), [0.0, 0, 1, 1, 2, 2]])
    >>> sums = ww.inference.sum_by_cluster(X, np.array([1.0, 2, 2, 4, 4, 7]), np.array([0, 1, 2, 0, 1, 2]), column=1)
    >>> tuple(round(value, 2) for value in cr2_of_sums(sums))
    (0.88, 1.67)
    """
    values, vectors = np.linalg.eigh(sums.gram)
    left = 1 - values
    root = np.where(left > NO_VARIANCE, 1 / np.sqrt(np.maximum(left, NO_VARIANCE)), 0.0)
    adjusted = np.einsum("gab,gb,gb->ga", vectors, root, vectors[:, -1, :])
    inside = np.einsum("gab,gb->ga", sums.gram, adjusted)
    residual_scores = sums.cross - sums.gram @ sums.cross.sum(axis=0)
    scores = np.einsum("ga,ga->g", adjusted, residual_scores)
    own = np.einsum("ga,ga->g", adjusted, inside)
    # The sum over all pairs g, h of (own_g [g = h] - inside_g'inside_h)^2, without the G x G table.
    lengths = np.einsum("ga,ga->g", inside, inside)
    product = inside.T @ inside
    pairs = (product**2).sum() - (lengths**2).sum() + ((own - lengths) ** 2).sum()
    if not (own - lengths).sum() > NO_VARIANCE:
        raise TooFewUnits(
            f"The fit leaves no residual in any of the {sums.clusters} clusters, so nothing tells the spread. Add clusters."
        )
    return float(np.sqrt(scores @ scores) / sums.length), float((own - lengths).sum() ** 2 / pairs)


def htz_test(estimates: np.ndarray, robust: ClusterRobust, contrasts: np.ndarray) -> HtzTest:
    """Test that several contrasts are all zero, with an approximate Hotelling T-squared distribution.

    Parameters
    ----------
    estimates : (k,) coefficients
    robust : their covariance, of :func:`cr2_vcov`
    contrasts : (q, k)

    Returns
    -------
    :class:`HtzTest`; NaN where there are too few clusters for so many contrasts.

    References
    ----------
    Tipton & Pustejovsky (2015), Journal of Educational and Behavioral Statistics 40:604-634 ("HTZ"); Pustejovsky & Tipton
    (2018), section 3.2.

    Examples
    --------
    >>> rng = np.random.default_rng(2)
    >>> X = np.column_stack([np.ones(40), rng.normal(size=(40, 2))])
    >>> fit = ww.inference.fit_least_squares(X, X @ np.array([1.0, 2.0, 0.0]) + rng.normal(size=40))
    >>> robust = cr2_vcov(X, fit.residuals, np.repeat(np.arange(10), 4))
    >>> test = htz_test(fit.coefficients, robust, np.eye(3)[1:])
    >>> test.df_num, test.p_value < 0.01
    (2, True)
    """
    C = np.atleast_2d(contrasts)
    q = len(C)
    expected = robust.shares(C).expected()
    values, vectors = np.linalg.eigh(expected)
    if values[0] <= NO_VARIANCE * values[-1]:
        return HtzTest(statistic=np.nan, df_num=q, df_denom=np.nan, p_value=np.nan)
    # Contrasts turned so that the working model holds them independent with variance 1.
    turned = robust.shares(vectors / np.sqrt(values) @ vectors.T @ C)
    # The terms of s, t and of t, s are equal.
    alone = sum(turned.inner((s, s), (s, s)) for s in range(q))
    together = sum(turned.inner((s, s), (t, t)) + turned.inner((s, t), (t, s)) for s in range(q) for t in range(s))
    spread = 2 * (alone + together)
    eta = q * (q + 1) / float(spread)
    estimate = C @ estimates
    q_statistic = float(estimate @ np.linalg.lstsq(C @ robust.vcov @ C.T, estimate, rcond=None)[0])
    df = eta - q + 1
    if df <= 0:
        return HtzTest(statistic=np.nan, df_num=q, df_denom=df, p_value=np.nan)
    statistic = df / (eta * q) * q_statistic
    return HtzTest(statistic=statistic, df_num=q, df_denom=df, p_value=float(stats.f.sf(statistic, q, df)))
