"""Clustered covariance that is right on average with few clusters, and how many degrees of freedom it has."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from scipy import stats

from whatworks.core.columns import one_of
from whatworks.core.errors import TooFewUnits
from whatworks.inference.cluster_shares import ClusterShares
from whatworks.inference.cluster_sums import ClusterSums
from whatworks.inference.sandwich import cluster_codes

CR_KINDS = ("CR0", "CR1", "CR2")
# Directions in which a cluster has no variance left after the fit (its leverage is 1) are left out of the square root.
_NO_VARIANCE = 1e-12
# Numbers held at a time for a batch of clusters: 16 MB.
_CELLS = 2**21


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
        r, s = _on_right(self.inside, C.T), _on_right(self.outside, C.T)
        middle = self.bread @ self.meat @ self.bread
        left = np.concatenate([r, s, r], axis=1)
        right = np.concatenate([_on_left(self.bread, s), _on_left(self.bread, r), -_on_left(middle, r)], axis=1)
        own = _on_left(C, _on_right(self.own, C.T))
        return ClusterShares(own=np.ascontiguousarray(own.transpose(1, 2, 0)), left=left, right=right)


@dataclass(frozen=True, kw_only=True)
class HtzTest:
    """A joint test of contrasts: F distribution with ``df_num`` and ``df_denom``; NaN where the clusters cannot carry it."""

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
    batches = [*_batches(codes, G, k, working, weights)]
    products = [(X[at], _times(W, X[at])) for _, at, W, _ in batches]
    bread = np.linalg.inv(sum(_crossed(Xg, WX) for Xg, WX in products))
    meat = np.asarray(sum(_crossed(WX, _times(batch[3], WX)) for batch, (_, WX) in zip(batches, products, strict=True)))
    own, inside, outside = np.empty((3, G, k, k))
    scores = np.empty((G, k))
    for (g, at, W, Phi), (Xg, WX) in zip(batches, products, strict=True):
        adjusted = _on_right(WX, bread)
        if kind == "CR2":
            left = _left_of_residuals(Xg, adjusted, Phi, bread @ meat @ bread)
            adjusted = _adjusted(left, Phi, adjusted)
        elif kind == "CR1":
            adjusted = adjusted * np.sqrt(G / (G - 1))
        spread, across = _times(Phi, adjusted), Xg.swapaxes(1, 2)
        own[g] = adjusted.swapaxes(1, 2) @ spread
        inside[g], outside[g] = across @ adjusted, across @ _times(W, spread)
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
    root = np.where(left > _NO_VARIANCE, 1 / np.sqrt(np.maximum(left, _NO_VARIANCE)), 0.0)
    adjusted = np.einsum("gab,gb,gb->ga", vectors, root, vectors[:, -1, :])
    inside = np.einsum("gab,gb->ga", sums.gram, adjusted)
    residual_scores = sums.cross - sums.gram @ sums.cross.sum(axis=0)
    scores = np.einsum("ga,ga->g", adjusted, residual_scores)
    own = np.einsum("ga,ga->g", adjusted, inside)
    # The sum over all pairs g, h of (own_g [g = h] - inside_g'inside_h)^2, without the G x G table.
    lengths = np.einsum("ga,ga->g", inside, inside)
    product = inside.T @ inside
    pairs = (product**2).sum() - (lengths**2).sum() + ((own - lengths) ** 2).sum()
    if not (own - lengths).sum() > _NO_VARIANCE:
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
    if values[0] <= _NO_VARIANCE * values[-1]:
        return HtzTest(statistic=np.nan, df_num=q, df_denom=np.nan, p_value=np.nan)
    # Contrasts turned so that the working model holds them independent with variance 1.
    turned = robust.shares(vectors / np.sqrt(values) @ vectors.T @ C)
    pairs = [(s, t) for s in range(q) for t in range(q)]
    spread = sum(turned.inner((s, s), (t, t)) + turned.inner((s, t), (t, s)) for s, t in pairs)
    eta = q * (q + 1) / float(spread)
    estimate = C @ estimates
    q_statistic = float(estimate @ np.linalg.lstsq(C @ robust.vcov @ C.T, estimate, rcond=None)[0])
    df = eta - q + 1
    if df <= 0:
        return HtzTest(statistic=np.nan, df_num=q, df_denom=df, p_value=np.nan)
    statistic = df / (eta * q) * q_statistic
    return HtzTest(statistic=statistic, df_num=q, df_denom=df, p_value=float(stats.f.sf(statistic, q, df)))


def _batches(
    codes: np.ndarray, groups: int, columns: int, working: np.ndarray | None, weights: np.ndarray | None
) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]]:
    """Clusters of equal size together: numbers, rows (m, n), weights and working covariances as (m, n, n) or diagonals (m, n)."""
    order = np.argsort(codes, kind="stable")
    sizes = np.bincount(codes, minlength=groups)
    starts = np.cumsum(sizes) - sizes
    for n in np.unique(sizes):
        same = np.flatnonzero(sizes == n)
        height = max(1, _CELLS // (n * max(n, columns)))
        for first in range(0, len(same), height):
            g = same[first : first + height]
            at = order[starts[g][:, None] + np.arange(n)]
            W, Phi = _block(weights, at), _block(working, at)
            if W is None:
                W = np.ones(at.shape) if Phi is None else _inverse(Phi)
            yield g, at, W, _inverse(W) if Phi is None else Phi


def _block(values: np.ndarray | None, at: np.ndarray) -> np.ndarray | None:
    """Clusters' parts of a diagonal, or of a matrix."""
    if values is None:
        return None
    return values[at] if values.ndim == 1 else values[at[:, :, None], at[:, None, :]]


def _inverse(M: np.ndarray) -> np.ndarray:
    return 1 / M if M.ndim == 2 else np.linalg.inv(M)


def _times(M: np.ndarray, A: np.ndarray) -> np.ndarray:
    """A diagonal (m, n) or a matrix (m, n, n) times (m, n, k)."""
    return M[:, :, None] * A if M.ndim == 2 else M @ A


def _on_right(A: np.ndarray, M: np.ndarray) -> np.ndarray:
    """Each of (m, n, k) times one matrix (k, l), as a single product."""
    return (A.reshape(-1, A.shape[2]) @ M).reshape(*A.shape[:2], M.shape[1])


def _on_left(M: np.ndarray, A: np.ndarray) -> np.ndarray:
    """One matrix (l, k) times each of (m, k, n), as a single product."""
    return _on_right(A.swapaxes(1, 2), M.T).swapaxes(1, 2)


def _crossed(A: np.ndarray, B: np.ndarray) -> np.ndarray:
    """Products over all rows of all clusters: (m, n, k) and (m, n, l) to (k, l)."""
    return np.asarray(A.reshape(-1, A.shape[2]).T @ B.reshape(-1, B.shape[2]))


def _left_of_residuals(X: np.ndarray, WXM: np.ndarray, Phi: np.ndarray, middle: np.ndarray) -> np.ndarray:
    """Covariance of clusters' residuals under the working model: their blocks of (I - H) Phi (I - H)'."""
    taken = X @ _times(Phi, WXM).swapaxes(1, 2)
    left = _on_right(X, middle) @ X.swapaxes(1, 2) - taken - taken.swapaxes(1, 2)
    if Phi.ndim == 3:
        return left + Phi
    place = np.arange(Phi.shape[1])
    left[:, place, place] += Phi
    return left


def _adjusted(left: np.ndarray, Phi: np.ndarray, B: np.ndarray) -> np.ndarray:
    """A'B with A left A' = Phi, A as near to symmetric as Phi allows: Pustejovsky & Tipton (2018), equation 7."""
    D = np.sqrt(Phi) if Phi.ndim == 2 else np.linalg.cholesky(Phi).swapaxes(1, 2)
    values, vectors = np.linalg.eigh(_times(D, _times(D, left).swapaxes(1, 2)))
    keep = values > _NO_VARIANCE * np.maximum(values[:, -1:], 1.0)
    scaled = np.where(keep, 1 / np.sqrt(np.where(keep, values, 1.0)), 0.0)
    turned = scaled[:, :, None] * (vectors.swapaxes(1, 2) @ _times(D, B))
    return _times(D if D.ndim == 2 else D.swapaxes(1, 2), vectors @ turned)
