"""Mean outcomes of the people meant, had nobody and had everybody of them been treated, by weighted regression."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from scipy import special

from whatworks.core.errors import NotIdentified, TooFewUnits
from whatworks.inference import fit_least_squares, independent_columns
from whatworks.matching.separation import fit_unseparated

# Share of its own size with which a column left out may lean on the treatment before the effect is called unidentified.
_LEANS = 1e-6
_TREATED = 1


@dataclass(frozen=True, kw_only=True, eq=False)
class Design:
    """Rows of a regression; a person may stand in several rows.

    Attributes
    ----------
    y, treated, weights : (n,)
    target : (n,) weights of the people the effect is about, 0 for the others
    covariates : (n, k), k may be 0
    mentions : (k,) how a message names each covariate
    """

    y: np.ndarray
    treated: np.ndarray
    weights: np.ndarray
    target: np.ndarray
    covariates: np.ndarray
    mentions: tuple[str, ...]

    def only(self, rows: np.ndarray) -> "Design":
        """The same for some of the rows."""
        return Design(
            y=self.y[rows],
            treated=self.treated[rows],
            weights=self.weights[rows],
            target=self.target[rows],
            covariates=self.covariates[rows],
            mentions=self.mentions,
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class ArmMeans:
    """Mean outcomes of the people meant, had nobody (first) and had everybody (second) of them been treated.

    Attributes
    ----------
    means : (2,)
    gaps : (n, 2) what a unit of a row's weight adds to the error of each mean
    predicted : (n, 2) outcome predicted for every row under either arm
    target_total : sum of the people meant
    X, bread, curvature : the outcome regression's columns, inverse information, and (n,) what a row adds to the information
    freedom : rows with weight less coefficients
    classical : (2, 2) covariance if one variance held for all rows; None for yes-or-no models
    """

    means: np.ndarray
    gaps: np.ndarray = field(repr=False)
    predicted: np.ndarray = field(repr=False)
    target_total: float
    X: np.ndarray = field(repr=False)
    bread: np.ndarray = field(repr=False)
    curvature: np.ndarray = field(repr=False)
    freedom: int
    classical: np.ndarray | None = field(repr=False)

    @property
    def predicted_gaps(self) -> np.ndarray:
        """(n, 2) what a unit of ``target`` adds to the error of each mean, where the people meant are themselves a draw."""
        return (self.predicted - self.means) / self.target_total

    @property
    def leverage(self) -> np.ndarray:
        """(n,) how much each row pulls its own fit."""
        return np.einsum("ij,ij->i", self.X @ self.bread, self.X) * self.curvature


def arm_means(design: Design, *, interact: bool, yes_or_no: bool) -> ArmMeans:
    """The two means by least squares, or by a logit where the outcome is yes or no and covariates are adjusted for.

    With covariates this is g-computation: predictions for the people meant under either arm, averaged over them. Covariates are
    centred at those people, so that in a linear model the first coefficient and the sum of the first two are the means, and
    their covariance is the delta method's with the covariates held fixed.

    Raises
    ------
    NotIdentified
        If a covariate cannot be told from the treatment, or the effect needs predictions for people unlike any seen.
    TooFewUnits
        If there are not more rows than coefficients.

    References
    ----------
    Lin (2013), Annals of Applied Statistics 7:295-318; Snowden, Rose & Mortimer (2011), American Journal of Epidemiology
    173:731-738.
    """
    adjusted = design.covariates.shape[1] > 0
    if yes_or_no and adjusted:
        return _logit_means(design, interact=interact)
    X, kept = _kept_columns(design, interact and adjusted)
    fit = fit_least_squares(X, design.y, weights=design.weights)
    b = fit.coefficients
    means = np.array([b[0], b[0] + b[1]])
    towards = np.column_stack([fit.bread[:, 0], fit.bread[:, 0] + fit.bread[:, 1]])
    freedom = fit.nobs - X.shape[1]
    spread = float(fit.weights @ fit.residuals**2) / freedom if freedom > 0 else np.nan
    predicted = np.column_stack([columns @ b for columns in _either_arm(design, kept, interact)]) if adjusted else means
    return ArmMeans(
        means=means,
        gaps=(X @ towards) * fit.residuals[:, None],
        predicted=np.broadcast_to(predicted, (len(X), 2)),
        target_total=float(design.target.sum()),
        X=X,
        bread=fit.bread,
        curvature=fit.weights,
        freedom=freedom,
        classical=np.array([towards[0], towards[0] + towards[1]]) * spread,
    )


def _kept_columns(design: Design, interact: bool) -> tuple[np.ndarray, np.ndarray]:
    """Constant, treatment, centred covariates and their products with treatment, without repetitions; and which were kept."""
    X = _columns(_centred(design), design.treated.astype(float), interact)
    kept = independent_columns(X * np.sqrt(design.weights)[:, None])
    if len(X) <= kept.sum():
        raise TooFewUnits(f"{X.shape[1]} coefficients need more than {len(X)} matched rows. Use fewer covariates.")
    if not kept.all():
        _refuse_leaning(X, kept, design)
        X = X[:, kept]
    return X, kept


def _centred(design: Design) -> np.ndarray:
    if design.covariates.shape[1] == 0:
        return design.covariates
    centred = design.covariates - np.average(design.covariates, axis=0, weights=design.target)
    spread = centred.std(axis=0)
    return centred / np.where(spread > 0, spread, 1.0)


def _columns(centred: np.ndarray, treated: np.ndarray, interact: bool) -> np.ndarray:
    columns = [np.ones(len(treated)), treated, *centred.T]
    if interact:
        columns += list((centred * treated[:, None]).T)
    return np.column_stack(columns)


def _refuse_leaning(X: np.ndarray, kept: np.ndarray, design: Design) -> None:
    """A column without information may be left out unless it is made of the treatment; then the effect is anybody's guess."""
    if not kept[_TREATED]:
        raise NotIdentified(f"All {len(X)} rows used are of one arm. Widen the selection, so that both arms are in it.")
    root = np.sqrt(design.weights)[:, None]
    made_of = np.linalg.lstsq(X[:, kept] * root, X[:, ~kept] * root, rcond=None)[0]
    leaning = np.flatnonzero(~kept)[np.abs(made_of[_TREATED]) > _LEANS]
    if len(leaning):
        named = sorted({design.mentions[(place - 2) % len(design.mentions)] for place in leaning})
        raise NotIdentified(
            f"Among the matched rows {', '.join(named)} cannot be told from the treatment: it does "
            "not vary within one of the arms. Leave it out, merge its categories, or use interact=False."
        )


def _either_arm(design: Design, kept: np.ndarray, interact: bool) -> Iterator[np.ndarray]:
    """The regression's columns as if nobody, then as if everybody, were treated."""
    centred = _centred(design)
    for arm in (0.0, 1.0):
        yield _columns(centred, np.full(len(centred), arm), interact)[:, kept]


def _logit_means(design: Design, *, interact: bool) -> ArmMeans:
    """The same by a logit: chances of a yes under either arm, averaged over the people meant."""
    X, kept = _kept_columns(design, interact)
    fit = fit_unseparated(X, design.y, weights=design.weights)
    total = design.target.sum()
    chances, towards = [], []
    for columns in _either_arm(design, kept, interact):
        p = special.expit(columns @ fit.coefficients)
        chances.append(p)
        towards.append(fit.vcov @ ((design.target * p * (1 - p)) @ columns) / total)
    both = np.column_stack(chances)
    means = design.target @ both / total
    return ArmMeans(
        means=means,
        gaps=(X @ np.column_stack(towards)) * (design.y - fit.fitted)[:, None],
        predicted=both,
        target_total=float(total),
        X=X,
        bread=fit.vcov,
        curvature=design.weights * fit.fitted * (1 - fit.fitted),
        freedom=int((design.weights > 0).sum()) - X.shape[1],
        classical=None,
    )
