"""The static regression with unit and period effects, and how much of it compares with the already treated."""

import numpy as np
import pandas as pd

from whatworks.core import EffectResult, Provenance, fingerprint
from whatworks.core.errors import NotIdentified, NoTreatedGroup
from whatworks.did import checks
from whatworks.did.panel import Columns, Panel
from whatworks.did.regression import RollOut, group_into_profiles, read_roll_out_panel, regression_statistics
from whatworks.did.table import headline_table
from whatworks.inference import TwoWayFit, few_clusters

_CONF_LEVEL = 0.95


def twfe(
    df: pd.DataFrame,
    *,
    outcome: str,
    unit: str,
    time: str,
    first_treated: str,
    weights: str | None = None,
    cluster: str | None = None,
) -> EffectResult:
    """Coefficient of "treated now" in a regression with unit and period effects.

    It is the average effect on the treated only if effects neither grow nor differ between cohorts: units already treated serve
    as comparison too. The check ``forbidden_comparisons`` says with how much weight. For an answer, use
    :func:`whatworks.did.att_gt`.

    Parameters
    ----------
    df : one row per unit and time; may be unbalanced
    outcome : numeric column, in any unit
    unit : column with labels of units
    time : whole numbers, dates or pandas periods
    first_treated : time of first treatment; 0, NaN, NaT, None and inf mean never
    weights : sampling weights >= 0
    cluster : column that holds whole units together; None clusters by unit

    Returns
    -------
    :class:`whatworks.EffectResult` with the headline only. Clustered standard error times (n-1)/(n-K) x G/(G-1), where K counts
    the slope and the periods but not the unit effects nested in clusters (linearmodels counts them, and is wider); 95 per cent
    intervals from the t distribution with G-1 degrees of freedom.

    Raises
    ------
    MissingColumn, EmptyData, InvalidColumn, MissingValues, DuplicateRows, TreatmentReversal
    NoTreatedGroup
        If nobody is treated.
    NotIdentified
        If there is one time, or treatment never differs within a period.

    References
    ----------
    Goodman-Bacon (2021), Journal of Econometrics 225:254-277; Cameron & Miller (2015), Journal of Human Resources 50:317-372.

    Examples
    --------
    >>> panel = pd.DataFrame({"unit": np.repeat(range(6), 2), "year": [2020, 2021] * 6,
    ...                       "start": np.repeat([2021, 2021, 2021, 0, 0, 0], 2),
    ...                       "days": [10, 6, 12, 7, 11, 8, 10, 9, 13, 12, 12, 12]})
    >>> effect = ww.did.twfe(panel, outcome="days", unit="unit", time="year", first_treated="start")
    >>> round(effect.headline.estimate, 3)
    -3.333
    """
    columns = Columns(outcome=outcome, unit=unit, time=time, weights=weights, cluster=cluster)
    roll_out = group_into_profiles(read_roll_out_panel(df, columns, first_treated))
    panel, fit = roll_out.panel, _fit_treated_now(roll_out, first_treated)
    arguments = {
        "outcome": outcome, "unit": unit, "time": time, "first_treated": first_treated, "weights": weights, "cluster": cluster,
    }  # fmt: skip
    statistics = regression_statistics(panel, fit)
    return EffectResult(
        method="did.twfe",
        estimand="Two-way regression coefficient of treatment (an average effect only if effects are constant)",
        measure="MD",
        unit=f"units of {outcome}",
        effects=headline_table(fit.coefficients, fit.vcov, conf_level=_CONF_LEVEL, df=statistics["df"]),
        provenance=Provenance(data_fingerprint=fingerprint(df, columns.used(first_treated)), arguments=arguments),
        conf_level=_CONF_LEVEL,
        statistics=statistics,
        checks=(
            checks.dropped_rows(panel.n_rows - fit.nobs, panel.n_rows),
            few_clusters(fit.clusters),
            checks.forbidden_comparisons(forbidden_share(panel)),
        ),
    )


def _fit_treated_now(roll_out: RollOut, first_treated: str) -> TwoWayFit:
    """Regress the outcome on being treated now, with unit and period effects."""
    treated_now = roll_out.panel.timeline.ordinals >= roll_out.cohort[:, None]
    if not (treated_now & (roll_out.period_weights > 0)).any():
        raise NoTreatedGroup(f"Nobody is treated within the observed times by frame column {first_treated!r}. Check the column.")
    try:
        return roll_out.fit(treated_now[:, :, None].astype(float))
    except NotIdentified:
        raise NotIdentified(
            "Treatment does not differ between units within any period, so it cannot be told from time. "
            "Add units that start at another time or never."
        ) from None


def forbidden_share(panel: Panel) -> float:
    """Share of the two-way estimate's weight on comparisons of later starters with units that are treated already.

    Of a pair of cohorts treated for shares a > b of the time, the later one's comparison with the earlier weighs b (a - b), and
    the comparison of the earlier with the not yet treated (1 - a)(a - b), times the product of their sizes. Exact on balanced
    panels; on others, and with weights, it goes by the cohorts' shares.

    References
    ----------
    Goodman-Bacon (2021), Journal of Econometrics 225:254-277, equations 10e to 10g.
    """
    cohorts, codes = np.unique(panel.cohort, return_inverse=True)
    size = np.bincount(codes, panel.unit_weights)
    time_treated = (panel.timeline.ordinals >= cohorts[:, None]).mean(axis=1)
    gap = np.maximum(time_treated[:, None] - time_treated, 0.0) * np.outer(size, size)
    forbidden = float((gap * time_treated).sum())
    clean = float((gap * (1 - time_treated[:, None])).sum())
    return forbidden / (forbidden + clean)
