"""Linear algebra and inference shared by the estimators; nothing here knows a design or a data source."""

from whatworks.inference.binary import BinaryFit, fit_binary
from whatworks.inference.cluster_sums import ClusterSums, sum_by_cluster, sum_two_way_by_cluster
from whatworks.inference.clusters import few_clusters, few_degrees_of_freedom, few_treated_clusters
from whatworks.inference.cr2 import ClusterRobust, HtzTest, cr2_of_sums, cr2_vcov, htz_test
from whatworks.inference.draws import checked_draws
from whatworks.inference.gram import weighted_gram
from whatworks.inference.influence import Influence, InfluenceBlock
from whatworks.inference.inversion import confidence_limits
from whatworks.inference.joint import WaldTest, simultaneous_critical_value, wald_test
from whatworks.inference.least_squares import LeastSquaresFit, fit_least_squares
from whatworks.inference.m_estimation import WeightEquations, covariance_of_sums
from whatworks.inference.permutation import (
    Assignments,
    PermutationTest,
    count_assignments,
    draw_assignments,
    permutation_test,
    refuse_too_few_assignments,
)
from whatworks.inference.rank import independent_columns
from whatworks.inference.sandwich import cluster_codes, cluster_vcov, heteroskedastic_vcov
from whatworks.inference.two_way import TwoWayDesign, TwoWayFit, fit_two_way
from whatworks.inference.wild_bootstrap import WildBootstrap, wild_cluster_bootstrap

__all__ = [
    "Assignments",
    "BinaryFit",
    "ClusterRobust",
    "ClusterSums",
    "HtzTest",
    "Influence",
    "InfluenceBlock",
    "LeastSquaresFit",
    "PermutationTest",
    "TwoWayDesign",
    "TwoWayFit",
    "WaldTest",
    "WeightEquations",
    "WildBootstrap",
    "checked_draws",
    "cluster_codes",
    "cluster_vcov",
    "confidence_limits",
    "count_assignments",
    "covariance_of_sums",
    "cr2_of_sums",
    "cr2_vcov",
    "draw_assignments",
    "few_clusters",
    "few_degrees_of_freedom",
    "few_treated_clusters",
    "fit_binary",
    "fit_least_squares",
    "fit_two_way",
    "heteroskedastic_vcov",
    "htz_test",
    "independent_columns",
    "permutation_test",
    "refuse_too_few_assignments",
    "simultaneous_critical_value",
    "sum_by_cluster",
    "sum_two_way_by_cluster",
    "wald_test",
    "weighted_gram",
    "wild_cluster_bootstrap",
]
