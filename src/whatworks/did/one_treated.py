"""A normal interval needs several treated units that do not move together; with one, other inference answers."""

import numpy as np

from whatworks.core.errors import TooFewUnits
from whatworks.did.cross_sections import CrossSections
from whatworks.did.panel import Panel

# With more treated units than this, one of them alone is not looked for by the outcomes after the start.
_MANY_TREATED = 1000
WAYS_OUT = (
    "Use ww.did.conley_taber or ww.did.ferman_pinto, which learn the spread from the comparison units, "
    "ww.did.randomisation_test, or ww.did.synthetic with placebos"
)


def refuse_one_treated(panel: Panel) -> None:
    """Refuse a normal interval where a single unit, or a single cluster, carries the whole effect.

    The spread of an effect is estimated from how the treated differ among themselves. One treated unit does not differ from
    itself: its residual is zero by construction, and the clustered standard error is far too small. Treated units that share
    one cluster are one unit in this respect.

    Parameters
    ----------
    panel : units with a finite cohort count as treated if they are observed at or after their start

    Raises
    ------
    TooFewUnits
        If exactly one unit, or one cluster, is treated.

    References
    ----------
    Conley & Taber (2011), Review of Economics and Statistics 93:113-125; MacKinnon & Webb (2017), Journal of Applied
    Econometrics 32:233-254, section 3 (the standard error with one treated cluster).
    """
    # Units are sorted by cohort, those never treated last.
    starters = int(np.isfinite(panel.cohort).sum())
    observed = ~np.isnan(panel.outcome[:starters])
    observed &= panel.timeline.ordinals >= panel.cohort[:starters, None]
    treated = np.flatnonzero(observed.any(axis=1))
    if len(treated) == 1:
        raise TooFewUnits(
            f"One treated unit has no normal interval: nothing tells how it differs from itself. {WAYS_OUT}; "
            "or gather more treated units."
        )
    if panel.cluster is not None and len(treated) and (panel.cluster[treated] == panel.cluster[treated[0]]).all():
        raise TooFewUnits(
            f"All {len(treated)} treated units lie in one cluster, so they have no normal interval. {WAYS_OUT}; "
            "or cluster at a finer level, if units in a cluster do not share shocks."
        )


def refuse_lone_treated(data: Panel | CrossSections) -> None:
    """The same for panels, quick where many are treated, and for cross-sections, where only the treated's cluster can be one.

    Raises
    ------
    TooFewUnits
        If one unit or cluster is treated, or all lie in one cluster.
    """
    if data.cluster is not None and data.cluster.max() == 0:
        raise TooFewUnits("Clustered standard errors need at least 2 clusters; found 1. Cluster at a finer level.")
    treated = int(np.searchsorted(data.cohort, np.inf))
    own = None if data.cluster is None else data.cluster[:treated]
    in_one_cluster = own is not None and len(own) > 0 and bool((own == own[0]).all())
    if isinstance(data, Panel):
        if treated <= _MANY_TREATED or in_one_cluster:
            refuse_one_treated(data)
    elif in_one_cluster:
        raise TooFewUnits(
            f"All {treated} treated rows lie in one cluster, so they have no normal interval. Follow units over time. {WAYS_OUT}."
        )
