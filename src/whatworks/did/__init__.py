"""Difference-in-differences: what changed among the treated, beyond what changed among those who were not."""

from whatworks.did.aggregate import aggregate
from whatworks.did.att_gt import att_gt
from whatworks.did.bacon import bacon
from whatworks.did.event_study import event_study
from whatworks.did.group_time import AttGtResult
from whatworks.did.twfe import twfe
from whatworks.did.two_by_two import two_by_two

__all__ = ["AttGtResult", "aggregate", "att_gt", "bacon", "event_study", "twfe", "two_by_two"]
