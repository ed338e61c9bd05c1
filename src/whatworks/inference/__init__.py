"""Linear algebra and inference shared by the estimators; nothing here knows a design or a data source."""

from whatworks.inference.binary import BinaryFit, fit_binary
from whatworks.inference.clusters import few_clusters
from whatworks.inference.gram import weighted_gram
from whatworks.inference.influence import Influence, InfluenceBlock
from whatworks.inference.joint import WaldTest, simultaneous_critical_value, wald_test
from whatworks.inference.least_squares import LeastSquaresFit, fit_least_squares
from whatworks.inference.m_estimation import WeightEquations, covariance_of_sums
from whatworks.inference.rank import independent_columns
from whatworks.inference.sandwich import cluster_codes, cluster_vcov, heteroskedastic_vcov
from whatworks.inference.two_way import TwoWayDesign, TwoWayFit, fit_two_way

__all__ = [
    "BinaryFit",
    "Influence",
    "InfluenceBlock",
    "LeastSquaresFit",
    "TwoWayDesign",
    "TwoWayFit",
    "WaldTest",
    "WeightEquations",
    "cluster_codes",
    "cluster_vcov",
    "covariance_of_sums",
    "few_clusters",
    "fit_binary",
    "fit_least_squares",
    "fit_two_way",
    "heteroskedastic_vcov",
    "independent_columns",
    "simultaneous_critical_value",
    "wald_test",
    "weighted_gram",
]
