"""Difference-in-differences: what changed among the treated, beyond what changed among those who were not."""

from whatworks.did.aggregate import aggregate
from whatworks.did.att_gt import att_gt
from whatworks.did.group_time import AttGtResult

__all__ = ["AttGtResult", "aggregate", "att_gt"]
