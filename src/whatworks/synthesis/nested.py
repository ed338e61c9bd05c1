"""Effects nested in studies: the likelihood of a variance between studies and one between the effects of a study.

Studies with equally many effects are worked on together, so the cost grows with the number of effects and not with its square.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy import optimize

from whatworks.core.errors import NotConverged, NotIdentified, TooFewStudies

Array = np.ndarray

# Fisher scoring stops when no variance moves by more than this share of the scale, and gives up after so many steps.
_LAST_STEP = 1e-12
_MOST_STEPS = 200
# Where the search starts, as shares of the effects' variance for studies and for effects within them.
_STARTS = ((0.1, 0.1), (0.8, 0.05), (0.05, 0.8), (0.0, 0.01), (0.01, 0.0))


@dataclass(frozen=True, kw_only=True, eq=False)
class Block:
    """Studies with n effects each.

    Attributes
    ----------
    rows : (m, n) positions of the effects
    y : (m, n) effects
    X : (m, n, p) moderators with the constant
    V : (m, n, n) sampling covariances
    """

    rows: Array
    y: Array = field(repr=False)
    X: Array = field(repr=False)
    V: Array = field(repr=False)


@dataclass(frozen=True, kw_only=True, eq=False)
class Point:
    """Everything at one pair of variances.

    Attributes
    ----------
    coefficients, covariance : (p,), (p, p) generalised least squares
    weights : for each block the (m, n, n) inverse covariance
    residuals : for each block (m, n)
    log_likelihood, slope, information : at the pair, and its (2,) derivative and (2, 2) expected curvature
    """

    coefficients: Array
    covariance: Array = field(repr=False)
    weights: Sequence[Array] = field(repr=False)
    residuals: Sequence[Array] = field(repr=False)
    log_likelihood: float
    slope: Array
    information: Array


def blocks_of(yi: Array, vi: Array, X: Array, study: Array, *, rho: float) -> list[Block]:
    """Arrange effects by study, with sampling errors of one study correlated by ``rho``.

    Parameters
    ----------
    yi, vi : (k,) effects and sampling variances
    X : (k, p) moderators with the constant
    study : (k,) whole numbers from 0
    rho : correlation of two sampling errors of the same study
    """
    order = np.argsort(study, kind="stable")
    sizes = np.bincount(study)
    ends = np.cumsum(sizes)
    found = []
    for n in np.unique(sizes):
        rows = order[(ends[sizes == n] - n)[:, None] + np.arange(n)]
        deviation = np.sqrt(vi[rows])
        V = rho * deviation[:, :, None] * deviation[:, None, :]
        V[:, np.arange(n), np.arange(n)] = vi[rows]
        found.append(Block(rows=rows, y=yi[rows], X=X[rows], V=V))
    return found


def evaluate(blocks: Sequence[Block], sigma2: Array, *, restricted: bool) -> Point:
    """Generalised least squares, likelihood and its derivatives at ``sigma2`` = (between studies, within studies)."""
    weights, half = [], 0.0
    for block in blocks:
        n = block.y.shape[1]
        M = block.V + sigma2[0] + sigma2[1] * np.eye(n)
        weights.append(np.linalg.inv(M))
        half += float(np.linalg.slogdet(M)[1].sum())
    WX = [W @ block.X for W, block in zip(weights, blocks, strict=True)]
    gram = sum(np.einsum("mnp,mnq->pq", block.X, wx) for block, wx in zip(blocks, WX, strict=True))
    right = sum(np.einsum("mn,mnp->p", block.y, wx) for block, wx in zip(blocks, WX, strict=True))
    bread = np.linalg.inv(gram)
    b = bread @ right
    residuals = [block.y - block.X @ b for block in blocks]
    pull = [(W @ r[:, :, None])[:, :, 0] for W, r in zip(weights, residuals, strict=True)]
    squares = sum(float((r * u).sum()) for r, u in zip(residuals, pull, strict=True))
    k, p = sum(block.y.size for block in blocks), len(b)
    value = -0.5 * (half + squares) - 0.5 * (k - p if restricted else k) * np.log(2 * np.pi)
    if restricted:
        plain = sum(np.einsum("mnp,mnq->pq", block.X, block.X) for block in blocks)
        value += 0.5 * (np.linalg.slogdet(plain)[1] - np.linalg.slogdet(gram)[1])
    slope, information = _derivatives(weights, WX, pull, bread if restricted else np.zeros_like(bread))
    return Point(
        coefficients=b,
        covariance=bread,
        weights=weights,
        residuals=residuals,
        log_likelihood=float(value),
        slope=slope,
        information=information,
    )


def _derivatives(weights: Sequence[Array], WX: Sequence[Array], pull: Sequence[Array], bread: Array) -> tuple[Array, Array]:
    """Slope and expected curvature in the two variances; ``bread`` is zero for the full likelihood."""
    slope, information = np.zeros(2), np.zeros((2, 2))
    inner = np.zeros((2, *bread.shape))
    for W, wx, u in zip(weights, WX, pull, strict=True):
        row = W.sum(axis=2)
        total = wx.sum(axis=1)
        slope += [np.sum(u.sum(axis=1) ** 2) - row.sum(), np.sum(u**2) - np.trace(W, axis1=1, axis2=2).sum()]
        # Traces of W K W L for K and L among the matrix of ones and the identity.
        information[0, 0] += np.sum(row.sum(axis=1) ** 2)
        information[0, 1] += np.sum(row**2)
        information[1, 1] += np.sum(W**2)
        inner[0] += np.einsum("mp,mq->pq", total, total)
        inner[1] += np.einsum("mnp,mnq->pq", wx, wx)
        wwx = W @ wx
        rowx = np.einsum("mn,mnp->mp", row, wx)
        information[0, 0] -= 2 * np.sum(bread * np.einsum("m,mp,mq->pq", row.sum(axis=1), total, total))
        information[0, 1] -= 2 * np.sum(bread * np.einsum("mp,mq->pq", total, rowx))
        information[1, 1] -= 2 * np.sum(bread * np.einsum("mnp,mnq->pq", wx, wwx))
    slope += [np.sum(bread * inner[0]), np.sum(bread * inner[1])]
    for i, j in ((0, 0), (0, 1), (1, 1)):
        information[i, j] += np.trace(bread @ inner[i] @ bread @ inner[j])
    information[1, 0] = information[0, 1]
    return 0.5 * slope, 0.5 * information


def fit_nested(blocks: Sequence[Block], *, restricted: bool = True) -> tuple[Array, Point]:
    """The pair of variances with the highest likelihood, and everything there.

    Searched from several starts by a quasi-Newton method with bounds at 0, then finished by Fisher scoring, which reaches the
    last digits.

    Raises
    ------
    TooFewStudies
        If there are not more effects than coefficients, or fewer than two studies.
    NotIdentified
        If no study has two effects, so that the two variances cannot be told apart, or moderators are collinear.
    NotConverged
        If the search does not settle.

    References
    ----------
    Harville (1977), J. Am. Stat. Assoc. 72:320-338; Van den Noortgate et al. (2013), Behavior Research Methods 45:576-594;
    Pustejovsky & Tipton (2022), Prevention Science 23:425-438 (correlated and hierarchical effects).
    """
    _refuse(blocks)
    everything = np.concatenate([block.y.ravel() for block in blocks])
    scale = float(np.var(everything)) or 1.0

    def loss(share: Array) -> tuple[float, Array]:
        point = evaluate(blocks, share * scale, restricted=restricted)
        return -point.log_likelihood, -point.slope * scale

    best = None
    for start in _STARTS:
        found = optimize.minimize(loss, np.array(start), jac=True, method="L-BFGS-B", bounds=[(0, None)] * 2)
        if best is None or found.fun < best.fun:
            best = found
    assert best is not None
    return _scored(blocks, best.x * scale, scale, restricted)


def _scored(blocks: Sequence[Block], sigma2: Array, scale: float, restricted: bool) -> tuple[Array, Point]:
    point = evaluate(blocks, sigma2, restricted=restricted)
    for _ in range(_MOST_STEPS):
        free = ~((sigma2 <= 0) & (point.slope < 0))
        if not free.any():
            return sigma2, point
        step = np.zeros(2)
        step[free] = np.linalg.solve(point.information[np.ix_(free, free)], point.slope[free])
        new = _uphill(blocks, sigma2, step, point, restricted)
        moved = float(np.abs(new - sigma2).max())
        sigma2, point = new, evaluate(blocks, new, restricted=restricted)
        if moved <= _LAST_STEP * scale:
            return sigma2, point
    raise NotConverged("The variances between and within studies did not settle. Check that effects are on one scale.")


def _uphill(blocks: Sequence[Block], sigma2: Array, step: Array, point: Point, restricted: bool) -> Array:
    """The scoring step, halved until the likelihood does not fall."""
    for halving in range(40):
        new = np.maximum(sigma2 + step / 2**halving, 0.0)
        allowed = point.log_likelihood - 1e-13 * abs(point.log_likelihood) - 1e-13
        if evaluate(blocks, new, restricted=restricted).log_likelihood >= allowed:
            return new
    return sigma2


def _refuse(blocks: Sequence[Block]) -> None:
    studies, effects = sum(len(block.rows) for block in blocks), sum(block.rows.size for block in blocks)
    p = blocks[0].X.shape[2]
    if studies < 2:
        raise TooFewStudies(f"{effects} effects come from {studies} study; at least 2 studies are needed. Report it alone.")
    if effects <= p:
        raise TooFewStudies(f"{p} coefficients need more effects than that; got {effects}. Use fewer moderators.")
    if all(block.y.shape[1] == 1 for block in blocks):
        raise NotIdentified(
            f"Each of {studies} studies has one effect, so variances between and within studies are one. Use ww.synthesis.pool."
        )
    X = np.concatenate([block.X.reshape(-1, p) for block in blocks])
    if np.linalg.matrix_rank(X / np.abs(X).max(axis=0)) < p:
        raise NotIdentified(f"The {p} moderator columns say the same thing twice. Leave one out.")


def by_row(blocks: Sequence[Block], values: Sequence[Array]) -> Array:
    """Hand back (m, n) values of blocks in the order of the effects."""
    out = np.empty(sum(block.rows.size for block in blocks))
    for block, value in zip(blocks, values, strict=True):
        out[block.rows] = value
    return out


def whole_covariance(blocks: Sequence[Block], sigma2: Array) -> Array:
    """(k, k) covariance of the effects; zero between studies."""
    k = sum(block.rows.size for block in blocks)
    out = np.zeros((k, k))
    for block in blocks:
        n = block.y.shape[1]
        out[block.rows[:, :, None], block.rows[:, None, :]] = block.V + sigma2[0] + sigma2[1] * np.eye(n)
    return out
