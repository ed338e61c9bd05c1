"""Linear algebra and inference shared by the estimators; nothing here knows a design or a data source."""

from whatworks.inference.binary import BinaryFit, fit_binary
from whatworks.inference.least_squares import LeastSquaresFit, fit_least_squares
from whatworks.inference.rank import independent_columns
from whatworks.inference.sandwich import cluster_vcov, heteroskedastic_vcov

__all__ = [
    "BinaryFit",
    "LeastSquaresFit",
    "cluster_vcov",
    "fit_binary",
    "fit_least_squares",
    "heteroskedastic_vcov",
    "independent_columns",
]
