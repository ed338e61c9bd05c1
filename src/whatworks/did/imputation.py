"""Effects as outcome minus imputed untreated outcome (Borusyak, Jaravel and Spiess)."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from whatworks.core import Check, EffectResult, Provenance, fingerprint
from whatworks.core.columns import as_list
from whatworks.core.errors import NoComparisonGroup, NoTreatedGroup
from whatworks.core.options import confidence
from whatworks.did import checks
from whatworks.did.from_sample import Data, Weights, from_sample
from whatworks.did.imputation_data import ImputationData, imputation_data
from whatworks.did.imputation_effects import CellEffects, cell_effects, only_identified
from whatworks.did.imputation_fit import UntreatedFit, fit_untreated, untreated_moments
from whatworks.did.imputation_leads import fit_leads
from whatworks.did.imputation_variance import Averages, Scores, averages, refuse_lone_clusters
from whatworks.did.one_treated import refuse_one_treated
from whatworks.did.panel import Columns
from whatworks.did.pretrends import Leads, parallel_pretrends
from whatworks.did.regression import cluster_checks, clusters_by_arm, read_roll_out_panel
from whatworks.did.table import critical_value, effects_table, standard_errors, vcov_table, whole


def imputation(
    df: Data,
    *,
    outcome: str,
    unit: str,
    time: str,
    first_treated: str,
    covariates: Sequence[str] = (),
    leads: int | None = None,
    leave_out: bool = False,
    weights: Weights = None,
    cluster: str | None = None,
    conf_level: float = 0.95,
) -> EffectResult:
    """Average effect on the treated: what was observed minus what unit and period effects predict without treatment.

    Unit effects, period effects and covariates are fitted on untreated rows alone, so units already treated never serve as
    comparison; all untreated rows do, and the estimate is the most precise there is where noise is even and independent.

    Parameters
    ----------
    df : one row per unit and time; may be unbalanced
    outcome : numeric column, in any unit
    unit : column with labels of units
    time : whole numbers, dates or pandas periods
    first_treated : time of first treatment; 0, NaN, NaT, None and inf mean never
    covariates : columns given which trends are parallel. One that never changes within a unit gets a slope in every period; one
        that changes gets one slope
    leads : times before the start that are tested against all earlier ones, in a regression of their own; None takes the most
        that leave an earlier time to half of the treated units
    leave_out : take treated residuals from the average of the *other* clusters of the same cohort and time: wider, better where
        cohorts are small
    weights : sampling weights >= 0; or a matched or weighted sample with one row per unit
    cluster : column that holds whole units together; None clusters by unit
    conf_level : of the pointwise intervals

    Returns
    -------
    :class:`whatworks.EffectResult`. The headline is the mean over treated rows; parts carry event_time, n_treated (rows), and
    n_comparison (units never treated). Parts at or after the start are imputed effects; those before it are the leads, and stand
    for deviations from parallel trends, not from the same base. ``vcov`` is the covariance of all parts. ``statistics`` holds
    ``n_unimputed``: treated rows without a prediction (no untreated row of the unit, no untreated unit at the time), which
    the check ``unimputed_rows`` reports. Standard errors are conservative, without a small-sample factor; intervals and p-values
    from the t distribution with ``statistics["df"]``, clusters (or units) less one.

    Raises
    ------
    MissingColumn, EmptyData, InvalidColumn, MissingValues, InvalidOption, DuplicateRows, TreatmentReversal
    NoTreatedGroup, NoComparisonGroup
        If nobody starts within the observed times, or no treated row can be predicted.
    TooFewUnits
        If one unit or one cluster is treated, or ``leave_out`` leaves nobody.
    NotIdentified
        If there is one time.

    References
    ----------
    Borusyak, Jaravel & Spiess (2024), Review of Economic Studies 91:3253-3285: theorems 1 to 3, section 4.

    Examples
    --------
    >>> panel = pd.DataFrame({"unit": np.repeat(range(6), 2), "year": [2020, 2021] * 6,
    ...                       "start": np.repeat([2021, 2021, 2021, 0, 0, 0], 2),
    ...                       "days": [10, 6, 12, 7, 11, 8, 10, 9, 13, 12, 12, 12]})
    >>> effect = ww.did.imputation(panel, outcome="days", unit="unit", time="year", first_treated="start")
    >>> round(effect.headline.estimate, 3), round(effect.headline.std_error, 3)
    (-3.333, 0.544)
    """
    confidence(conf_level)
    given = from_sample(df, unit=unit, weights=weights, cluster=cluster)
    columns = Columns(
        outcome=outcome, unit=unit, time=time, covariates=as_list(covariates), weights=given.weights, cluster=given.cluster
    )
    data = imputation_data(read_roll_out_panel(given.df, columns, first_treated))
    _refuse_nobody_treated(data)
    moments = untreated_moments(data)
    fit = fit_untreated(moments)
    data = only_identified(data, fit)
    cells = cell_effects(data, fit)
    _refuse_without_answer(data, cells, leave_out)
    tested = fit_leads(data, moments, leads)
    arguments = {
        "outcome": outcome, "unit": unit, "time": time, "first_treated": first_treated, "covariates": as_list(covariates),
        "leads": leads, "leave_out": leave_out, "weights": given.weights, "cluster": given.cluster, "conf_level": conf_level,
    }  # fmt: skip
    provenance = Provenance(data_fingerprint=fingerprint(given.df, columns.used(first_treated)), arguments=arguments)
    scores = Scores(data=data, cells=cells, means=_means(data, cells), fit=fit, leads=tested, leave_out=leave_out)
    return given.noted(_result(scores, provenance))


def _refuse_nobody_treated(data: ImputationData) -> None:
    if not (np.isfinite(data.cohorts) & (data.starts < data.n_times)).any():
        raise NoTreatedGroup("No unit starts treatment after the first observed time. Check the column, or add earlier times.")


def _refuse_without_answer(data: ImputationData, cells: CellEffects, leave_out: bool) -> None:
    if not cells.rows.any():
        raise NoComparisonGroup(
            f"None of {data.unpredicted} treated rows can be predicted: at their times nobody is untreated. "
            "Add units that start later or never."
        )
    refuse_one_treated(replace(data.panel, outcome=np.where(data.seen, data.panel.outcome, np.nan)))
    if leave_out:
        refuse_lone_clusters(cells)


def _means(data: ImputationData, cells: CellEffects) -> Averages:
    """One average for each event time that has imputed rows."""
    after = data.event_times
    present = np.unique(after[cells.weight > 0])
    return averages(cells, present.astype(int), after == present[:, None, None])


def _result(scores: Scores, provenance: Provenance) -> EffectResult:
    tested, means = scores.leads, scores.means
    at = np.concatenate([tested.event_times, means.event_times])
    overall = np.concatenate([np.zeros(len(tested.event_times)), means.weight / means.weight.sum()])
    parts = scores.covariance()
    estimates = np.concatenate([tested.estimates, means.estimates])
    rows = np.concatenate([tested.rows, means.rows])
    conf_level = float(provenance.arguments["conf_level"])
    counts = _counts(scores)
    terms = [f"event time {e}" for e in at]
    return EffectResult(
        method="did.imputation",
        estimand="Average effect on the treated, over all treated rows",
        measure="MD",
        unit=f"units of {provenance.arguments['outcome']}",
        effects=effects_table(
            ["ATT", *terms],
            ["headline", *["part"] * len(terms)],
            np.append(overall @ estimates, estimates),
            np.append(np.sqrt(overall @ parts @ overall), standard_errors(parts)),
            critical=critical_value(conf_level, counts["df"]),
            df=counts["df"],
            extras={
                "event_time": whole([np.nan, *at]),
                "n_treated": whole([counts["n_treated"], *rows]),
                "n_comparison": whole([counts["n_comparison"]] * (len(at) + 1)),
            },
        ),
        provenance=provenance,
        conf_level=conf_level,
        statistics=counts,
        checks=_doubts(scores, parts, int(counts["clusters"])),
        vcov=vcov_table(terms, parts),
    )


def _counts(scores: Scores) -> dict[str, float]:
    panel, nobs = scores.data.panel, int(scores.data.seen.sum())
    n_treated = int(np.isfinite(panel.cohort).sum())
    clusters = len(panel.cohort) if panel.cluster is None else int(panel.cluster.max()) + 1
    return {
        "nobs": nobs,
        "n_units": len(panel.cohort),
        "n_treated": n_treated,
        "n_comparison": len(panel.cohort) - n_treated,
        "n_treated_rows": int(scores.cells.rows.sum()),
        "n_unimputed": scores.data.always_treated_rows + scores.data.unpredicted,
        "n_dropped": panel.n_rows - nobs,
        "clusters": clusters,
        "df": clusters - 1,
    }


def _doubts(scores: Scores, vcov: np.ndarray, clusters: int) -> tuple[Check, ...]:
    data, cells, tested = scores.data, scores.cells, scores.leads
    n_leads = len(tested.event_times)
    leads = Leads(
        estimates=tested.estimates,
        vcov=vcov[:n_leads, :n_leads],
        event_times=tested.event_times,
        sizes=tested.rows,
        clusters=clusters,
        reference=int(tested.event_times[0]) - 1 if n_leads else None,
        arms=clusters_by_arm(data.panel),
    )
    panel, imputed = data.panel, cells.rows > 0
    untreated = data.seen.sum(axis=0) - cells.rows.sum(axis=0)
    doubts = [
        parallel_pretrends(leads),
        unimputed_rows(data, int(cells.rows.sum())),
        checks.dropped_rows(panel.n_rows - int(data.seen.sum()), panel.n_rows, data.always_treated),
        *cluster_checks(panel, clusters),
        checks.small_cells(cells.rows[imputed], np.broadcast_to(untreated, cells.rows.shape)[imputed]),
    ]
    lost = lost_covariates(data, scores.fit)
    if lost:
        doubts.append(checks.collinear_covariates(lost))
    if np.isfinite(panel.cohort[-1]):
        doubts.append(checks.no_never_treated())
    return tuple(doubts)


def unimputed_rows(data: ImputationData, imputed: int) -> Check:
    """Treated rows that the average leaves out."""
    out = data.always_treated_rows + data.unpredicted
    return Check(
        name="unimputed_rows",
        passed=out == 0,
        message=(
            f"{out} of {out + imputed} treated rows have no predicted outcome and are left out of the average: "
            f"{data.always_treated_rows} belong to units never seen untreated, {data.unpredicted} to times, groups or covariate "
            "values without untreated rows."
        ),
        statistics={"rows": float(out), "of": float(out + imputed)},
    )


def lost_covariates(data: ImputationData, fit: UntreatedFit) -> dict[str, int]:
    """Covariates left out, and in how many periods."""
    size = fit.n_times * fit.n_x
    left_out = (~fit.kept[:size]).reshape(fit.n_times, fit.n_x).sum(axis=0)
    # Where a period's effect is left out, being the base or without untreated rows, its covariates' slopes are too.
    lost = dict(zip(data.x_names, left_out[1:] - left_out[0], strict=True))
    lost |= dict(zip(data.z_names, (~fit.kept[size:]).astype(int), strict=True))
    return {name: int(periods) for name, periods in lost.items() if periods > 0}
