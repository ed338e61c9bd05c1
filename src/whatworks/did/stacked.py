"""Stacked difference-in-differences: every cohort against clean controls in one window, averaged by its treated."""

import numpy as np

from whatworks.core import Check, EffectResult, Provenance, fingerprint
from whatworks.core.errors import InvalidOption, NoComparisonGroup, NotIdentified, NoTreatedGroup
from whatworks.core.options import confidence, one_of
from whatworks.core.timeline import time_text
from whatworks.did import checks
from whatworks.did.from_sample import Data, Weights, from_sample
from whatworks.did.one_treated import refuse_one_treated
from whatworks.did.panel import Columns, Panel
from whatworks.did.pretrends import Leads, parallel_pretrends
from whatworks.did.regression import cluster_checks, clusters_by_arm, read_roll_out_panel, sum_by
from whatworks.did.stacked_experiments import Stack, Window, stack_panel
from whatworks.did.table import critical_value, effects_table, standard_errors, vcov_table, whole

CONTROLS = ("not_yet", "never")


def stacked(
    df: Data,
    *,
    outcome: str,
    unit: str,
    time: str,
    first_treated: str,
    window: tuple[int, int],
    control: str = "not_yet",
    weights: Weights = None,
    cluster: str | None = None,
    conf_level: float = 0.95,
) -> EffectResult:
    """Average effect on the treated by time since start, over the cohorts that are seen throughout one window.

    Every cohort and its clean controls, untreated throughout the window, are one sub-experiment. All event times rest on the same
    cohorts, so a path over time since start is not a change of who is averaged. Sub-experiments weigh by their treated; without
    the corrective weights a stacked regression would weigh each by how even its arms are, and estimate no average effect.

    Parameters
    ----------
    df : one row per unit and time; a unit takes part in the sub-experiments throughout whose window it is observed
    outcome : numeric column, in any unit
    unit : column with labels of units
    time : whole numbers, dates or pandas periods
    first_treated : time of first treatment; 0, NaN, NaT, None and inf mean never
    window : times kept (before, after) the start; (2, 3) keeps event times -2 to 3
    control : ``"not_yet"`` compares with whoever starts after the window or never, ``"never"`` only with the latter
    weights : sampling weights >= 0, taken at the time before the start; or a matched or weighted sample with one row per unit
    cluster : column that holds whole units together; None clusters by unit, all its copies in the stack together
    conf_level : of the pointwise intervals

    Returns
    -------
    :class:`whatworks.EffectResult`; parts carry event_time, n_treated, n_comparison, the time before the start as a zero without
    standard error. The headline is the plain mean over event times >= 0. ``vcov`` is the covariance of the parts, times G/(G-1);
    intervals from the t distribution with G-1 degrees of freedom; cohort shares are taken as known. The check
    ``dropped_sub_experiments`` names the cohorts that the window or the lack of controls leaves out.

    Raises
    ------
    MissingColumn, EmptyData, InvalidColumn, MissingValues, InvalidOption, DuplicateRows, TreatmentReversal
    NoTreatedGroup
        If nobody starts within the observed times.
    NotIdentified, NoComparisonGroup
        If no cohort is seen throughout the window, or none that is has clean controls.
    TooFewUnits
        If one unit or one cluster is treated, which has no normal interval.

    References
    ----------
    Wing, Freedman & Hollingsworth (2024), Stacked difference-in-differences, NBER Working Paper 32054: the trimmed aggregate
    effect, and the corrective weights that make a stacked regression estimate it.

    Examples
    --------
    >>> panel = pd.DataFrame({"unit": np.repeat(range(6), 3), "year": [2020, 2021, 2022] * 6,
    ...                       "start": np.repeat([2021, 2021, 2022, 2022, 0, 0], 3),
    ...                       "days": [10, 6, 5, 12, 7, 7, 11, 10, 6, 10, 9, 7, 13, 12, 12, 12, 12, 11]})
    >>> effect = ww.did.stacked(panel, outcome="days", unit="unit", time="year", first_treated="start", window=(1, 0))
    >>> effect.parts[["event_time", "estimate", "n_treated", "n_comparison"]].to_dict("records")
    [{'event_time': -1, 'estimate': 0.0, 'n_treated': 4, 'n_comparison': 4},
     {'event_time': 0, 'estimate': -3.125, 'n_treated': 4, 'n_comparison': 4}]
    """
    kept = _checked_window(window, control, conf_level)
    given = from_sample(df, unit=unit, weights=weights, cluster=cluster)
    columns = Columns(outcome=outcome, unit=unit, time=time, weights=given.weights, cluster=given.cluster)
    panel = read_roll_out_panel(given.df, columns, first_treated)
    if not np.isfinite(panel.cohort).any():
        raise NoTreatedGroup("No unit starts treatment within the observed times. Check the column, or add later times.")
    stack = stack_panel(panel, kept)
    _refuse_without_experiments(stack)
    refuse_one_treated(panel.take(_marked(panel, [experiment.treated for experiment in stack.experiments])))
    arguments = {
        "outcome": outcome, "unit": unit, "time": time, "first_treated": first_treated, "window": [kept.before, kept.after],
        "control": control, "weights": given.weights, "cluster": given.cluster, "conf_level": conf_level,
    }  # fmt: skip
    provenance = Provenance(data_fingerprint=fingerprint(given.df, columns.used(first_treated)), arguments=arguments)
    return given.noted(_result(stack, provenance))


def _checked_window(window: tuple[int, int], control: str, conf_level: float) -> Window:
    one_of(control, CONTROLS, name="control")
    confidence(conf_level)
    sides = tuple(window) if isinstance(window, (tuple, list)) else ()
    whole_numbers = len(sides) == 2 and all(isinstance(side, (int, np.integer)) for side in sides)
    if not whole_numbers or sides[0] < 1 or sides[1] < 0:
        raise InvalidOption(
            f"window={window!r} must be two whole numbers, (before, after), with at least one time before the start: the base."
        )
    return Window(before=int(sides[0]), after=int(sides[1]), control=control)


def _refuse_without_experiments(stack: Stack) -> None:
    if stack.experiments:
        return
    found = f"None of {len(stack.left_out)} cohorts makes a sub-experiment: {_reasons(stack)}."
    if "no clean controls" in stack.left_out.values():
        raise NoComparisonGroup(f'{found} Shorten the window after the start, use control="not_yet", or add units never treated.')
    raise NotIdentified(f"{found} Shorten the window.")


def _reasons(stack: Stack) -> str:
    """Every reason with its cohorts, in the caller's own labels."""
    grouped: dict[str, list[str]] = {}
    for cohort, reason in stack.left_out.items():
        grouped.setdefault(reason, []).append(time_text(stack.panel.timeline.label(cohort)))
    return "; ".join(f"{reason} for {', '.join(cohorts)}" for reason, cohorts in grouped.items())


def _marked(panel: Panel, groups: list[np.ndarray]) -> np.ndarray:
    """(n,) marks of the units that are in any of the groups."""
    marks = np.zeros(len(panel.cohort), dtype=bool)
    for units in groups:
        marks[units] = True
    return marks


def _covariance(panel: Panel, scores: np.ndarray) -> tuple[np.ndarray, int]:
    """Outer products of the scores summed within clusters, times G/(G-1), and the number of clusters that have any."""
    if panel.cluster is not None:
        scores = sum_by(panel.cluster, scores)
    clusters = int(scores.any(axis=1).sum())
    return scores.T @ scores * clusters / (clusters - 1), clusters


def _result(stack: Stack, provenance: Provenance) -> EffectResult:
    effects, scores = stack.cells()
    at = stack.window.event_times
    after = (at >= 0) / (at >= 0).sum()
    estimates = stack.shares() @ effects
    parts, clusters = _covariance(stack.panel, scores)
    conf_level = float(provenance.arguments["conf_level"])
    terms = [f"event time {e}" for e in at]
    counts = _counts(stack, clusters)
    return EffectResult(
        method="did.stacked",
        estimand="Average effect on the treated of the cohorts seen throughout the window, mean over the times since start",
        measure="MD",
        unit=f"units of {provenance.arguments['outcome']}",
        effects=effects_table(
            ["ATT", *terms],
            ["headline", *["part"] * len(terms)],
            np.append(after @ estimates, estimates),
            np.append(np.sqrt(after @ parts @ after), standard_errors(parts)),
            critical=critical_value(conf_level, clusters - 1),
            df=clusters - 1,
            extras={
                "event_time": whole([np.nan, *at]),
                "n_treated": whole([counts["n_treated"]] * (len(at) + 1)),
                "n_comparison": whole([counts["n_comparison"]] * (len(at) + 1)),
            },
        ),
        provenance=provenance,
        conf_level=conf_level,
        statistics=counts,
        checks=_doubts(stack, estimates, parts, clusters),
        vcov=vcov_table(terms, parts),
    )


def _counts(stack: Stack, clusters: int) -> dict[str, float]:
    """Units and rows, each once, however many sub-experiments it is in."""
    panel = stack.panel
    used = np.zeros(panel.outcome.shape, dtype=bool)
    for experiment in stack.experiments:
        for units in (experiment.treated, experiment.controls):
            used[np.ix_(units, experiment.columns)] = True
    nobs = int(used.sum())
    return {
        "nobs": nobs,
        "n_stacked": sum((len(e.treated) + len(e.controls)) * len(e.columns) for e in stack.experiments),
        "n_units": int(used.any(axis=1).sum()),
        "n_treated": sum(len(experiment.treated) for experiment in stack.experiments),
        "n_comparison": int(_marked(panel, [experiment.controls for experiment in stack.experiments]).sum()),
        "n_sub_experiments": len(stack.experiments),
        "n_dropped": panel.n_rows - nobs,
        "clusters": clusters,
        "df": clusters - 1,
    }


def _doubts(stack: Stack, estimates: np.ndarray, vcov: np.ndarray, clusters: int) -> tuple[Check, ...]:
    at, panel = stack.window.event_times, stack.panel
    before = at < 0
    used = panel.take(_marked(panel, [units for e in stack.experiments for units in (e.treated, e.controls)]))
    leads = Leads(
        estimates=estimates[before],
        vcov=vcov[np.ix_(before, before)],
        event_times=at[before],
        sizes=np.ones(int(before.sum())),
        clusters=clusters,
        reference=-1,
        arms=clusters_by_arm(used),
    )
    sizes = np.array([[len(experiment.treated), len(experiment.controls)] for experiment in stack.experiments])
    return (
        parallel_pretrends(leads),
        dropped_sub_experiments(stack),
        incomplete_windows(stack),
        checks.dropped_rows(panel.n_dropped, panel.n_rows),
        *cluster_checks(used, clusters),
        checks.small_cells(sizes[:, 0], sizes[:, 1]),
    )


def dropped_sub_experiments(stack: Stack) -> Check:
    """Cohorts that the average leaves out."""
    of = len(stack.left_out) + len(stack.experiments)
    units = int(np.isin(stack.panel.cohort, list(stack.left_out)).sum())
    why = f" ({units} units): {_reasons(stack)}" if stack.left_out else ""
    return Check(
        name="dropped_sub_experiments",
        passed=not stack.left_out,
        message=f"{len(stack.left_out)} of {of} cohorts are left out{why}.",
        statistics={"cohorts": float(len(stack.left_out)), "of": float(of), "units": float(units)},
    )


def incomplete_windows(stack: Stack) -> Check:
    """Units not seen throughout the window of a sub-experiment they would be in."""
    of = stack.incomplete + sum(len(e.treated) + len(e.controls) for e in stack.experiments)
    return Check(
        name="incomplete_windows",
        passed=stack.incomplete == 0,
        message=f"{stack.incomplete} of {of} units in sub-experiments are not seen throughout the window: left out of it.",
        statistics={"units": float(stack.incomplete), "of": float(of)},
    )
