"""Coefficients of a regression over studies with a variance that allows effects of one study to go together."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from whatworks.core import Check
from whatworks.inference import ClusterRobust, cr2_vcov, few_degrees_of_freedom, htz_test

Array = np.ndarray

ROBUST = ("CR0", "CR1", "CR2")


@dataclass(frozen=True, kw_only=True, eq=False)
class RobustCoefficients:
    """Coefficients ready for a table.

    Attributes
    ----------
    estimates, covariance : (p,), (p, p)
    df : (p,) degrees of freedom of each t-test, infinite for a normal one
    robust : what a joint test needs; None where the variance is the model's
    """

    estimates: Array
    covariance: Array = field(repr=False)
    df: Array
    robust: ClusterRobust | None = field(default=None, repr=False)

    def joint(self, places: Array) -> Mapping[str, float]:
        """Whether the coefficients at ``places`` are all zero, by the approximate Hotelling test (HTZ)."""
        assert self.robust is not None
        test = htz_test(self.estimates, self.robust, np.eye(len(self.estimates))[places])
        return {"qm": test.statistic, "qm_df": test.df_num, "qm_df_residual": test.df_denom, "qm_pvalue": test.p_value}

    @property
    def checks(self) -> tuple[Check, ...]:
        """Whether every robust t-test has enough degrees of freedom to be believed."""
        return () if self.robust is None else (few_degrees_of_freedom(float(self.df.min())),)


def robust_coefficients(
    estimates: Array, residuals: Array, X: Array, study: Array, *, working: Array, kind: str
) -> RobustCoefficients:
    """Cluster by study, with Satterthwaite's degrees of freedom.

    Parameters
    ----------
    estimates, residuals, X : (p,), (k,), (k, p) of a generalised least squares fit
    study : (k,) labels
    working : (k,) variances or (k, k) covariance that the fit took for true
    kind : "CR0", "CR1" or "CR2"
    """
    robust = cr2_vcov(X, residuals, study, working=working, kind=kind)
    return RobustCoefficients(estimates=estimates, covariance=robust.vcov, df=robust.satterthwaite(), robust=robust)
