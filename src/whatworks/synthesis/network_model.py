"""The arithmetic of a network of treatments: contrasts of studies against their first arm, by generalised least squares."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy import optimize, sparse

from whatworks.core.columns import numeric, require_columns
from whatworks.core.errors import DuplicateRows, InvalidEffect, MissingValues, NotIdentified, TooFewStudies

Array = np.ndarray

# How far printed contrasts of a study with several arms may be from adding up: half a unit in the third decimal, three times.
_ROUNDING = 0.002
# The first look for peaks of the restricted likelihood, in shares of the upper bound.
_GRID = np.r_[0.0, np.geomspace(1e-6, 1.0, 60)]


@dataclass(frozen=True, kw_only=True, eq=False)
class Network:
    """Studies of a connected network as independent contrasts.

    Attributes
    ----------
    treatments : names, sorted, the reference first
    studies : names, in order of first appearance
    design : for each study the treatments compared in it, sorted, as text
    study : (n,) position of each contrast's study
    y : (n,) contrasts of each further arm against the study's first
    X : (n, T - 1) which treatments (reference left out) a contrast is of
    V : (n, n) sampling covariance
    shared : (n, n) covariance per unit of the variance between studies: 1 on the diagonal, a half between arms of a study
    direct : one row per contrast as printed: study, treat1, treat2 (positions), te, se
    """

    treatments: tuple[str, ...]
    studies: tuple[str, ...]
    design: tuple[str, ...]
    study: Array = field(repr=False)
    y: Array = field(repr=False)
    X: Array = field(repr=False)
    V: Array = field(repr=False)
    shared: Array = field(repr=False)
    direct: pd.DataFrame = field(repr=False)

    @property
    def df(self) -> int:
        """Contrasts less treatments other than the reference."""
        return len(self.y) - self.X.shape[1]


def read_network(contrasts: pd.DataFrame, columns: Sequence[str], reference: str) -> Network:
    """Take studies out of a frame of contrasts, or say why they do not make a network.

    Parameters
    ----------
    contrasts : one row per comparison; a study with m arms has m (m - 1) / 2 of them
    columns : names of the columns with study, first treatment, second treatment, effect (first minus second) and standard error
    reference : treatment that others are compared with

    Raises
    ------
    EmptyData, MissingColumn, MissingValues, InvalidColumn, InvalidEffect, DuplicateRows, NotIdentified, TooFewStudies
    """
    study, treat1, treat2, te, se = columns
    require_columns(contrasts, columns, what="contrasts")
    for column in (study, treat1, treat2):
        missing = int(contrasts[column].isna().sum())
        if missing:
            raise MissingValues(
                f"contrasts column {column!r} lacks a name in {missing} of {len(contrasts)} rows. Name every one."
            )
    effects, errors = numeric(contrasts, te, what="contrasts"), numeric(contrasts, se, what="contrasts")
    if (errors <= 0).any():
        raise InvalidEffect(f"contrasts column {se!r} is not above 0 in {int((errors <= 0).sum())} rows. Correct or remove them.")
    first, second = contrasts[treat1].astype(str), contrasts[treat2].astype(str)
    if (first == second).any():
        raise InvalidEffect(f"{int((first == second).sum())} rows compare a treatment with itself. Remove them.")
    names = sorted(set(first) | set(second))
    if reference not in names:
        raise NotIdentified(f"reference={reference!r} is not among the treatments: {', '.join(names)}. Name one of them.")
    treatments = (reference, *(name for name in names if name != reference))
    place = {name: position for position, name in enumerate(treatments)}
    direct = pd.DataFrame(
        {
            "study": contrasts[study].astype(str).to_numpy(),
            "treat1": first.map(place).to_numpy(),
            "treat2": second.map(place).to_numpy(),
            "te": effects,
            "se": errors,
        }
    )
    _refuse_disconnected(direct, treatments)
    return _arranged(direct, treatments)


def _refuse_disconnected(direct: pd.DataFrame, treatments: Sequence[str]) -> None:
    T = len(treatments)
    links = sparse.coo_array((np.ones(len(direct)), (direct["treat1"], direct["treat2"])), shape=(T, T))
    parts, label = sparse.csgraph.connected_components(links, directed=False)
    if parts > 1:
        groups = "; ".join(", ".join(np.array(treatments)[label == part]) for part in range(parts))
        raise NotIdentified(
            f"The network falls into {parts} parts that no study connects ({groups}). Analyse each part alone, or add a study."
        )


def _arranged(direct: pd.DataFrame, treatments: tuple[str, ...]) -> Network:
    T = len(treatments)
    y, rows, blocks, shared, owner, design = [], [], [], [], [], []
    studies = tuple(dict.fromkeys(direct["study"]))
    for position, name in enumerate(studies):
        arms, effects, variances = _arms(direct[direct["study"] == name])
        base, others = arms[0], arms[1:]
        m = len(others)
        block = np.zeros((m, T))
        block[np.arange(m), others] += 1.0
        block[:, base] -= 1.0
        y.append(effects[1:] - effects[0])
        rows.append(block[:, 1:])
        blocks.append(np.diag(variances[1:]) + variances[0])
        shared.append((np.eye(m) + 1) / 2)
        owner += [position] * m
        design.append(" : ".join(sorted(treatments[i] for i in arms)))
    return Network(
        treatments=treatments,
        studies=studies,
        design=tuple(design),
        study=np.array(owner),
        y=np.concatenate(y),
        X=np.concatenate(rows),
        V=sparse.block_diag(blocks).toarray(),
        shared=sparse.block_diag(shared).toarray(),
        direct=direct,
    )


def _arms(rows: pd.DataFrame) -> tuple[Array, Array, Array]:
    """Treatments of a study, effects of its arms up to a constant, and the arms' variances that give those of the contrasts."""
    name = rows["study"].iloc[0]
    arms = np.unique(rows[["treat1", "treat2"]].to_numpy())
    m, pairs = len(arms), len(arms) * (len(arms) - 1) // 2
    seen = rows[["treat1", "treat2"]].apply(lambda pair: tuple(sorted(pair)), axis=1)
    if seen.duplicated().any():
        raise DuplicateRows(f"Study {name!r} has the same comparison twice. Keep one row for each pair of its treatments.")
    if len(rows) != pairs:
        raise InvalidEffect(f"Study {name!r} has {m} treatments and {len(rows)} of their {pairs} comparisons. Give all.")
    difference, total = np.zeros((pairs, m)), np.zeros((pairs, m))
    for row, (a, b) in enumerate(rows[["treat1", "treat2"]].to_numpy()):
        i, j = np.searchsorted(arms, (a, b))
        difference[row, [i, j]] = 1.0, -1.0
        total[row, [i, j]] = 1.0
    te, variance = rows["te"].to_numpy(), rows["se"].to_numpy() ** 2
    if m == 2:
        return arms, difference.T @ te / 2, np.array([variance[0], 0.0])
    effects = np.linalg.lstsq(difference, te, rcond=None)[0]
    if np.abs(difference @ effects - te).max() > max(_ROUNDING, 0.02 * np.abs(te).max()):
        raise InvalidEffect(f"The comparisons of study {name!r} do not add up (A-B and B-C against A-C). Check their signs.")
    variances = np.linalg.lstsq(total, variance, rcond=None)[0]
    if (variances <= 0).any():
        raise InvalidEffect(f"No variances of arms give the standard errors of study {name!r}. Check them.")
    return arms, effects, variances


@dataclass(frozen=True, kw_only=True, eq=False)
class NetworkFit:
    """Generalised least squares at one variance between studies."""

    coefficients: Array
    covariance: Array = field(repr=False)
    tau2: float
    q: float


def solve_network(network: Network, tau2: float = 0.0, X: Array | None = None) -> NetworkFit:
    """Treatments against the reference (or the coefficients of another ``X``), and the weighted sum of squares around them."""
    X = network.X if X is None else X
    W = np.linalg.inv(network.V + tau2 * network.shared)
    bread = np.linalg.pinv(X.T @ W @ X)
    b = bread @ (X.T @ W @ network.y)
    r = network.y - X @ b
    return NetworkFit(coefficients=b, covariance=bread, tau2=tau2, q=float(r @ W @ r))


def network_tau2(network: Network, method: str, X: Array | None = None) -> float:
    """Variance between studies, one for all comparisons: "EE" none, "DL" by moments, "REML" by restricted likelihood.

    References
    ----------
    Jackson, White & Riley (2013), Biometrical Journal 55:231-245 (moments for correlated contrasts); Viechtbauer (2005).
    """
    X = network.X if X is None else X
    df = len(network.y) - np.linalg.matrix_rank(X)
    if method == "EE":
        return 0.0
    if df < 1:
        raise TooFewStudies(
            f"{len(network.studies)} studies leave nothing to estimate the variance between them from. Use tau2='EE', and say so."
        )
    if method == "DL":
        slope = _projected(network, 0.0, X)[1]
        return max(0.0, (solve_network(network, 0.0, X).q - df) / slope)
    return _restricted(network, X, df)


def _projected(network: Network, tau2: float, X: Array) -> tuple[Array, float]:
    """W times the residuals, and the trace of the projected weights with the shared covariance."""
    W = np.linalg.inv(network.V + tau2 * network.shared)
    P = W - W @ X @ np.linalg.pinv(X.T @ W @ X) @ X.T @ W
    return P @ network.y, float(np.sum(P * network.shared))


def _restricted(network: Network, X: Array, df: int) -> float:
    def slope(tau2: float) -> float:
        pull, trace = _projected(network, tau2, X)
        return float(pull @ network.shared @ pull) - trace

    def value(tau2: float) -> float:
        W = np.linalg.inv(network.V + tau2 * network.shared)
        gram = X.T @ W @ X
        inner = np.linalg.eigvalsh(gram)
        return 0.5 * (
            np.linalg.slogdet(W)[1] - np.log(inner[-np.linalg.matrix_rank(X) :]).sum() - solve_network(network, tau2, X).q
        )

    # Far above the spread of the effects the slope is negative; double until it is.
    high = float(np.var(network.y)) * len(network.y) / df + float(np.diag(network.V).max())
    while slope(high) > 0:
        high *= 2
    grid = high * _GRID
    slopes = [slope(float(tau2)) for tau2 in grid]
    peaks = [0.0] if slopes[0] <= 0 else []
    turns = [place for place in range(len(grid) - 1) if slopes[place] > 0 >= slopes[place + 1]]
    peaks += [float(optimize.brentq(slope, grid[place], grid[place + 1], xtol=1e-16, rtol=1e-14)) for place in turns]
    return max(peaks, key=value)
