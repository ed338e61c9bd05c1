"""Covariates as the estimators multiply them: the constant first, each of the others centred and in standard deviations.

No estimate depends on the units of a covariate, but sums of squares of large numbers lose digits.
"""

from dataclasses import dataclass, field

import numpy as np

# A spread below this share of the level is rounding: the covariate is constant.
_ROUNDING = 1e-10


@dataclass(frozen=True, kw_only=True, eq=False)
class Design:
    """Covariates of all units.

    Attributes
    ----------
    fixed : (k, n) where no covariate changes over time, else None
    moving : (n, T, k - 1) as they came, where any does
    centre, scale : (k - 1,)
    """

    fixed: np.ndarray | None = field(repr=False)
    moving: np.ndarray = field(repr=False)
    centre: np.ndarray
    scale: np.ndarray

    @classmethod
    def of(cls, covariates: np.ndarray) -> "Design":
        """From (n, k) or (n, T, k) covariates without the constant; NaN where unobserved."""
        k = covariates.shape[-1]
        seen = [column[~np.isnan(column)] for column in (covariates[..., j].ravel() for j in range(k))]
        centre = np.array([column.mean() if len(column) else 0.0 for column in seen])
        spread = np.array([column.std() if len(column) else 0.0 for column in seen])
        scale = np.where(spread > _ROUNDING * np.abs(centre), spread, np.inf)
        design = cls(fixed=None, moving=covariates, centre=centre, scale=scale)
        if covariates.ndim == 3:
            return design
        return cls(fixed=design._written(covariates), moving=covariates, centre=centre, scale=scale)

    def at(self, rows: slice | np.ndarray, base: int) -> np.ndarray:
        """(k, n) of some units at a time."""
        return self._written(self.moving[rows, base]) if self.fixed is None else self.fixed[:, rows]

    def _written(self, covariates: np.ndarray) -> np.ndarray:
        out = np.ones((1 + covariates.shape[1], len(covariates)))
        for row, column, centre, scale in zip(out[1:], covariates.T, self.centre, self.scale, strict=True):
            np.subtract(column, centre, out=row)
            row /= scale
        return out
