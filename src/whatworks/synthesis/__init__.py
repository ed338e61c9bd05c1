"""Evidence synthesis: effect sizes of many studies, and what they say together."""

from whatworks.synthesis.effect_size import effect_sizes
from whatworks.synthesis.many import pool_many
from whatworks.synthesis.pooling import pool
from whatworks.synthesis.sensitivity import cumulative, leave_one_out

__all__ = ["cumulative", "effect_sizes", "leave_one_out", "pool", "pool_many"]
