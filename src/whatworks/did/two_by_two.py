"""Two groups, two times."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from whatworks.core import Check, EffectResult, Provenance, fingerprint
from whatworks.core.columns import as_list, binary, require_columns
from whatworks.core.errors import (
    InvalidColumn,
    NoComparisonGroup,
    NotIdentified,
    NoTreatedGroup,
    TooFewUnits,
    TreatmentReversal,
)
from whatworks.core.options import confidence, one_of
from whatworks.core.timeline import Timeline, read_time
from whatworks.did import checks
from whatworks.did.cells import Cell
from whatworks.did.cohort_effects import CohortEffects, cohort_effects
from whatworks.did.cross_sections import CrossSections, read_observed
from whatworks.did.from_sample import Data, Weights, from_sample
from whatworks.did.observed import Columns
from whatworks.did.one_treated import refuse_lone_treated
from whatworks.did.panel import Panel
from whatworks.did.panel_effects import ESTIMATORS, WEIGHTING
from whatworks.did.regression import cluster_checks
from whatworks.did.table import headline_table
from whatworks.inference import Influence


def two_by_two(
    df: Data,
    *,
    outcome: str,
    unit: str | None,
    time: str,
    treated: str,
    covariates: Sequence[str] = (),
    estimator: str = "dr",
    weights: Weights = None,
    cluster: str | None = None,
    conf_level: float = 0.95,
) -> EffectResult:
    """Average effect on the treated from one group that is treated between two times and one that is not.

    Parameters
    ----------
    df : rows of exactly two times; or a sample made of such a frame, with one weight per unit
    outcome : numeric column, in any unit
    unit : column with labels of units; None when every row is another person (repeated cross-sections)
    time : whole numbers, dates or pandas periods
    treated : 0/1 or boolean: either marks the treated group at both times, or being treated (0 before, 1 after)
    covariates : columns given which trends are parallel, taken at the earlier time
    estimator : ``"dr"`` doubly robust, ``"dr_improved"`` with exact balance, ``"ipw"`` normalised weighting,
        ``"ipw_unnormalised"``, ``"reg"`` outcome regression; without covariates all are the difference of differences
    weights : sampling weights >= 0; or a matched or weighted sample of a frame with one row per unit: units outside it are left
        out, and matched sets become the clusters
    cluster : column that holds whole units together; None lets each unit stand alone
    conf_level : of the interval

    Returns
    -------
    :class:`whatworks.EffectResult` with the headline only: standard error from the influence function, without a small-sample
    factor; interval and p-value from the t distribution with ``statistics["df"]``, clusters (or units) less one.

    Raises
    ------
    MissingColumn, EmptyData, InvalidColumn, MissingValues, InvalidOption, DuplicateRows
    NotIdentified
        If there are not exactly two times, or covariates separate the groups.
    TreatmentReversal
        If treatment switches off.
    NoTreatedGroup, NoComparisonGroup
        If a group is empty.
    TooFewUnits
        If a group has fewer than 2 units observed at both times, or all treated units lie in one cluster.

    References
    ----------
    Sant'Anna & Zhao (2020), Journal of Econometrics 219:101-122; ``"ipw_unnormalised"``: Abadie (2005), Review of Economic
    Studies 72:1-19.

    Examples
    --------
    >>> df = pd.DataFrame({"unit": [1, 1, 2, 2, 3, 3, 4, 4], "after": [0, 1] * 4, "programme": [1, 1, 1, 1, 0, 0, 0, 0],
    ...                    "days": [10, 6, 12, 7, 10, 9, 13, 12]})
    >>> effect = ww.did.two_by_two(df, outcome="days", unit="unit", time="after", treated="programme")
    >>> effect.headline.estimate, round(effect.headline.std_error, 4)
    (-3.5, 0.3536)
    """
    one_of(estimator, ESTIMATORS, name="estimator")
    confidence(conf_level)
    given = from_sample(df, unit=unit, weights=weights, cluster=cluster)
    names = as_list(covariates)
    columns = Columns(outcome=outcome, unit=unit, time=time, covariates=names, weights=given.weights, cluster=given.cluster)
    when, timeline = _two_times(given.df, time)
    group = _treated_group(given.df, columns, when == timeline.ordinals[1], treated)
    data, effects = _estimate(given.df, columns, (when, timeline, group), estimator)
    influence = _influence(data, effects)
    arguments = {
        "outcome": outcome, "unit": unit, "time": time, "treated": treated, "covariates": names, "estimator": estimator,
        "weights": given.weights, "cluster": given.cluster, "conf_level": conf_level,
    }  # fmt: skip
    result = EffectResult(
        method="did.two_by_two",
        estimand="Average effect on the treated at the later time",
        measure="MD",
        unit=f"units of {outcome}",
        effects=headline_table(effects.estimates, influence.covariance(), conf_level=conf_level, df=influence.n_clusters - 1),
        provenance=Provenance(data_fingerprint=fingerprint(given.df, columns.used(treated)), arguments=arguments),
        conf_level=conf_level,
        statistics=_statistics(data, effects, influence.n_clusters),
        checks=_doubts(data, effects, influence.n_clusters, with_scores=bool(names) and estimator in WEIGHTING),
    )
    return given.noted(result)


def _two_times(df: pd.DataFrame, time: str) -> tuple[np.ndarray, Timeline]:
    when, timeline = read_time(df, time)
    if len(timeline.ordinals) != 2:
        raise NotIdentified(
            f"frame column {time!r} holds {len(timeline.ordinals)} times; exactly 2 are needed. "
            "Select two times, or use ww.did.att_gt for several."
        )
    return when, timeline


def _influence(data: Panel | CrossSections, effects: CohortEffects) -> Influence:
    refuse_lone_treated(data)
    if effects.reasons:
        raise TooFewUnits(
            f"The effect cannot be estimated: {effects.reasons[0].rstrip('.')}. Gather more units, or use fewer covariates."
        )
    return Influence(n_rows=len(data.cohort), n_columns=1, blocks=tuple(effects.blocks), cluster=data.cluster)


def _statistics(data: Panel | CrossSections, effects: CohortEffects, clusters: int) -> dict[str, float]:
    return {
        "nobs": data.n_rows - data.n_dropped,
        "n_units": len(data.cohort),
        "n_treated": int(effects.n_treated[0]),
        "n_comparison": int(effects.n_comparison[0]),
        "n_dropped": data.n_dropped,
        "clusters": clusters,
        "df": clusters - 1,
    }


def _doubts(data: Panel | CrossSections, effects: CohortEffects, clusters: int, *, with_scores: bool) -> tuple[Check, ...]:
    doubts = [
        checks.dropped_rows(data.n_dropped, data.n_rows),
        *cluster_checks(data, clusters),
        checks.small_cells(effects.n_treated, effects.n_comparison),
    ]
    if with_scores:
        doubts.append(checks.overlap(int(effects.beyond.sum())))
    if effects.lost_covariates:
        doubts.append(checks.collinear_covariates(effects.lost_covariates))
    return tuple(doubts)


def _estimate(
    df: pd.DataFrame, columns: Columns, design: tuple[np.ndarray, Timeline, np.ndarray], estimator: str
) -> tuple[Panel | CrossSections, CohortEffects]:
    """Treat the treated group as the one cohort, starting at the later time."""
    when, timeline, group = design
    start = np.where(group, float(timeline.ordinals[1]), np.inf)
    cell = Cell(cohort=int(timeline.ordinals[1]), time=1, base=0, event_time=0, not_yet_after=np.inf)
    data = read_observed(df, columns, when, timeline, start)
    return data, cohort_effects(data, [cell], estimator=estimator)


def _treated_group(df: pd.DataFrame, columns: Columns, late: np.ndarray, treated: str) -> np.ndarray:
    """Mark the rows of the treated group, however the column marks it."""
    flag = binary(df, treated)
    if not flag[late].any():
        raise NoTreatedGroup(
            f"No row of the later time is treated in frame column {treated!r}. Check the column, or the times chosen."
        )
    if flag[late].all():
        raise NoComparisonGroup(
            f"Every row of the later time is treated in frame column {treated!r}. Add units that are not treated."
        )
    if columns.unit is None:
        if not flag[~late].any():
            raise NoTreatedGroup(
                f"No row of the earlier time belongs to the treated group in frame column {treated!r}. "
                "With unit=None the column must mark the group at both times."
            )
        return flag
    require_columns(df, [columns.unit])
    member = pd.Series(flag).groupby(df[columns.unit].to_numpy(), observed=True).transform("max").to_numpy(dtype=bool)
    off = int((late & member & ~flag).sum())
    if off:
        raise TreatmentReversal(
            f"Treatment switches off in {off} units of frame column {treated!r}; it must stay on. "
            "Leave those units out knowingly."
        )
    before = flag[~late & member]
    if before.any() and not before.all():
        raise InvalidColumn(
            f"Of the treated group's {len(before)} earlier rows, {int(before.sum())} are marked in frame column {treated!r}. "
            "Mark the group at both times, or only rows after the start."
        )
    return member
