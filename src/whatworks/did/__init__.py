"""Difference-in-differences: what changed among the treated, beyond what changed among those who were not."""

from whatworks.core.arguments import name_arguments
from whatworks.did.aggregate import aggregate
from whatworks.did.att_gt import att_gt, att_gt_many
from whatworks.did.bacon import bacon
from whatworks.did.conley_taber import conley_taber
from whatworks.did.credibility import anticipation, composition
from whatworks.did.event_study import event_study
from whatworks.did.ferman_pinto import ferman_pinto
from whatworks.did.group_time import AttGtResult
from whatworks.did.honest import honest
from whatworks.did.imputation import imputation
from whatworks.did.national_event import national_event
from whatworks.did.pretrend_power import pretrend_power
from whatworks.did.randomisation import randomisation_test
from whatworks.did.spillover import spillover
from whatworks.did.stacked import stacked
from whatworks.did.synthetic import synthetic
from whatworks.did.synthetic_result import SyntheticResult
from whatworks.did.twfe import twfe
from whatworks.did.two_by_two import two_by_two

__all__ = [
    "AttGtResult",
    "SyntheticResult",
    "aggregate",
    "anticipation",
    "att_gt",
    "att_gt_many",
    "bacon",
    "composition",
    "conley_taber",
    "event_study",
    "ferman_pinto",
    "honest",
    "imputation",
    "national_event",
    "pretrend_power",
    "randomisation_test",
    "spillover",
    "stacked",
    "synthetic",
    "twfe",
    "two_by_two",
]

name_arguments(__name__, __all__)
