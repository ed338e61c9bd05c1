"""Evidence synthesis: effect sizes of many studies, and what they say together."""

from whatworks.core.arguments import name_arguments
from whatworks.synthesis.combination import combine
from whatworks.synthesis.counts import pool_counts
from whatworks.synthesis.effect_size import effect_sizes
from whatworks.synthesis.inconsistency import node_split
from whatworks.synthesis.influence import influence
from whatworks.synthesis.many import pool_many
from whatworks.synthesis.meta_regression import meta_regression
from whatworks.synthesis.multilevel import multilevel
from whatworks.synthesis.network import network
from whatworks.synthesis.pooling import pool
from whatworks.synthesis.ranking import league, rank
from whatworks.synthesis.reported import flip, own_effect, reported_effects
from whatworks.synthesis.sensitivity import cumulative, leave_one_out
from whatworks.synthesis.small_study import small_study_effects
from whatworks.synthesis.subgroups import subgroups

__all__ = [
    "combine",
    "cumulative",
    "effect_sizes",
    "flip",
    "influence",
    "league",
    "leave_one_out",
    "meta_regression",
    "multilevel",
    "network",
    "node_split",
    "own_effect",
    "pool",
    "pool_counts",
    "pool_many",
    "rank",
    "reported_effects",
    "small_study_effects",
    "subgroups",
]

name_arguments(__name__, __all__)
