"""Effects by weighted regression in a matched sample, with the covariance that fits the design."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from whatworks.core.errors import NotIdentified, TooFewUnits
from whatworks.inference import LeastSquaresFit, cluster_vcov, fit_least_squares, heteroskedastic_vcov, independent_columns

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


def fit_effect(design: Design, *, interact: bool) -> LeastSquaresFit:
    """Least squares in which the second coefficient is the effect on the people it is about.

    Covariates are centred at the mean of those people. Then, with every covariate interacted with treatment, the
    coefficient of treatment is what g-computation gives: the mean over them of the two predictions' difference, and its
    variance is the delta method's with the covariates held fixed (Lin 2013, Annals of Applied Statistics 7:295-318).

    Raises
    ------
    NotIdentified
        If a covariate cannot be told from the treatment, or the effect needs predictions for people unlike any seen.
    TooFewUnits
        If there are not more rows than coefficients.
    """
    centred = design.covariates - np.average(design.covariates, axis=0, weights=design.target)
    spread = centred.std(axis=0)
    centred = centred / np.where(spread > 0, spread, 1.0)
    treated = design.treated.astype(float)
    columns = [np.ones(len(treated)), treated, *centred.T]
    if interact:
        columns += list((centred * treated[:, None]).T)
    X = np.column_stack(columns)
    kept = independent_columns(X * np.sqrt(design.weights)[:, None])
    if len(treated) <= kept.sum():
        raise TooFewUnits(f"{X.shape[1]} coefficients need more than {len(treated)} matched rows. Use fewer covariates.")
    if not kept.all():
        _refuse_leaning(X, kept, design)
    return fit_least_squares(X[:, kept], design.y, weights=design.weights)


def _refuse_leaning(X: np.ndarray, kept: np.ndarray, design: Design) -> None:
    """A column without information may be left out unless it is made of the treatment; then the effect is anybody's guess."""
    root = np.sqrt(design.weights)[:, None]
    made_of = np.linalg.lstsq(X[:, kept] * root, X[:, ~kept] * root, rcond=None)[0]
    leaning = np.flatnonzero(~kept)[np.abs(made_of[_TREATED]) > _LEANS]
    if not kept[_TREATED] or len(leaning):
        named = sorted({design.mentions[(place - 2) % len(design.mentions)] for place in leaning})
        raise NotIdentified(
            f"Among the matched rows {', '.join(named) or 'a covariate'} cannot be told from the treatment: it does "
            "not vary within one of the arms. Leave it out, merge its categories, or use interact=False."
        )


def effect_variance(fit: LeastSquaresFit, kind: str, clusters: Sequence[np.ndarray] = ()) -> float:
    """Variance of the effect.

    Parameters
    ----------
    fit : of :func:`fit_effect`
    kind : ``"classical"``, ``"HC0"``, ``"HC1"``, ``"HC3"`` or ``"cluster"``
    clusters : for ``"cluster"``, one or two groupings of the rows
    """
    if kind == "classical":
        freedom = fit.nobs - fit.X.shape[1]
        return float(fit.bread[_TREATED, _TREATED] * (fit.weights @ fit.residuals**2) / freedom)
    if kind != "cluster":
        return float(heteroskedastic_vcov(fit, kind=kind)[_TREATED, _TREATED])
    single = [float(cluster_vcov(fit, codes)[_TREATED, _TREATED]) for codes in clusters]
    if len(single) == 1:
        # Rounding can leave a hair below nothing where matched people do not differ at all.
        return max(single[0], 0.0)
    both = pd.MultiIndex.from_arrays([pd.factorize(codes)[0] for codes in clusters])
    together = float(cluster_vcov(fit, pd.factorize(both)[0])[_TREATED, _TREATED])
    # Cameron, Gelbach & Miller (2011), Journal of Business & Economic Statistics 29:238-249. In small samples the sum can
    # fall below a variance that either grouping alone calls for.
    total = sum(single) - together
    return total if total > 0 else max(*single, 0.0)
