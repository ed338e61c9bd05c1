"""How odd a whole curve of specifications would be if the treatment had done nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse, stats

from whatworks.core.errors import InvalidOption
from whatworks.inference import fit_least_squares, independent_columns
from whatworks.matching.encoding import arms, encode
from whatworks.matching.regression import arm_means
from whatworks.matching.rows import Sample, rows_of

LEVEL = 0.05
# People times specifications held at once; twelve bytes each.
_MOST_CELLS = 50_000_000
# Draws held at once.
_CHUNK = 50


@dataclass(frozen=True, eq=False)
class Specified:
    """An estimate on a sample: linear in the outcome, with its standard error."""

    sample: Sample
    outcome: str
    options: dict[str, Any]
    std_error: float

    def weights_of_outcomes(self) -> tuple[np.ndarray, np.ndarray]:
        """Row numbers, and what a unit more of their outcome adds to the estimate."""
        if self.options.get("bias_adjust"):
            raise InvalidOption("resamples cannot be drawn for the estimator 'bias_adjusted'. Leave it out, or draw none.")
        names = self.options.get("covariates", [])
        rows = rows_of(self.sample, self.outcome, names, by_set=False, cluster=None)
        means = arm_means(rows.design, interact=self.options.get("interact", False), yes_or_no=False)
        return rows.person, (means.X @ means.bread[:, 1]) * means.curvature


def p_values_under_null(
    df: pd.DataFrame,
    specified: Sequence[Specified],
    *,
    outcome: str,
    treatment: str,
    covariates: Sequence[str],
    draws: int,
    seed: int | None,
) -> dict[str, float]:
    """Chance of a curve at least so extreme had there been no effect; see ``specification_curve``.

    Returns
    -------
    p_median, p_share, p_stouffer; each counts the curve found as one of the draws, so none is 0.

    References
    ----------
    Simonsohn, Simmons & Nelson (2020), Nature Human Behaviour 4:1208-1214, with outcomes redrawn by coin tosses on residuals: Liu
    (1988), Annals of Statistics 16:1696-1708.
    """
    pull = _pulls(specified, len(df))
    errors = np.array([each.std_error for each in specified])
    expected, residual = _without_effect(df, outcome, treatment, covariates)
    rng = np.random.default_rng(seed)
    found = _shape((pull @ np.nan_to_num(df[outcome].to_numpy(dtype="float64", na_value=np.nan)))[:, None], errors)
    as_extreme = np.zeros(3)
    for start in range(0, draws, _CHUNK):
        tosses = rng.integers(0, 2, size=(len(df), min(_CHUNK, draws - start)), dtype=np.int8) * 2 - 1
        shape = _shape(pull @ (expected[:, None] + residual[:, None] * tosses), errors)
        # What is as extreme to the last digit is as extreme.
        as_extreme += (shape >= found * (1 - 1e-9)).sum(axis=1)
    p_values = (1 + as_extreme) / (1 + draws)
    return dict(zip(("p_median", "p_share", "p_stouffer"), p_values.tolist(), strict=True))


def _pulls(specified: Sequence[Specified], people: int) -> sparse.csr_matrix:
    """(specifications, people): every estimate as a weighted sum of outcomes."""
    if len(specified) * people > _MOST_CELLS:
        raise InvalidOption(
            f"Drawing outcomes for {len(specified)} specifications of {people} people needs too much memory. Name fewer "
            "specifications, or draw none."
        )
    lines = [each.weights_of_outcomes() for each in specified]
    where = np.concatenate([person for person, _ in lines])
    starts = np.concatenate([[0], np.cumsum([len(person) for person, _ in lines])])
    return sparse.csr_matrix((np.concatenate([pull for _, pull in lines]), where, starts), shape=(len(lines), people))


def _without_effect(df: pd.DataFrame, outcome: str, treatment: str, covariates: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """What the outcome is expected to be without treatment, and how far each person is from it; 0 where unknown."""
    y = df[outcome].to_numpy(dtype="float64", na_value=np.nan)
    known = ~np.isnan(y)
    matrix = encode(df, covariates).matrix
    spread = matrix.std(axis=0)
    scaled = (matrix - matrix.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    design = np.column_stack([np.ones(len(df)), arms(df, treatment).astype(float), scaled])
    design = design[:, independent_columns(design[known])]
    fit = fit_least_squares(design[known], y[known])
    expected, residual = np.zeros(len(df)), np.zeros(len(df))
    residual[known] = fit.residuals
    expected[known] = y[known] - fit.residuals - fit.coefficients[1] * design[known, 1]
    return expected, residual


def _shape(effects: np.ndarray, errors: np.ndarray) -> np.ndarray:
    """(3, draws) how far from nothing each curve is: its median, significant results in one direction, mean z-value."""
    z = effects / errors[:, None]
    limit = stats.norm.ppf(1 - LEVEL / 2)
    one_way = np.maximum((z > limit).mean(axis=0), (z < -limit).mean(axis=0))
    return np.array([np.abs(np.median(effects, axis=0)), one_way, np.abs(z.mean(axis=0))])
