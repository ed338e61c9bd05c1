"""The static regression with unit and period effects, and how much of it compares with the already treated."""

import numpy as np

from whatworks.core import EffectResult, Provenance, fingerprint
from whatworks.core.errors import NotIdentified, NoTreatedGroup
from whatworks.did import checks
from whatworks.did.from_sample import Data, Weights, from_sample
from whatworks.did.one_treated import refuse_one_treated
from whatworks.did.panel import Columns, Panel
from whatworks.did.regression import (
    RollOut,
    cluster_checks,
    group_into_profiles,
    read_roll_out_panel,
    regression_statistics,
)
from whatworks.did.twfe_inference import Request, interval, treated_by_profile
from whatworks.inference import TwoWayFit


def twfe(
    df: Data,
    *,
    outcome: str,
    unit: str,
    time: str,
    first_treated: str,
    weights: Weights = None,
    cluster: str | None = None,
    inference: str = "cluster",
    draws: int = 9999,
    seed: int | None = None,
    conf_level: float = 0.95,
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
    weights : sampling weights >= 0; or a matched or weighted sample with one row per unit
    cluster : column that holds whole units together; None clusters by unit
    inference : ``"cluster"`` needs many clusters; ``"CR2"`` bias-reduced with Satterthwaite degrees of freedom, for few but not
        lopsided clusters; ``"wild_bootstrap"`` with the null imposed, for few clusters of any shape if several are treated
    draws : of the wild bootstrap; all sign patterns are gone through instead where they are no more than that
    seed : of the draws; needed where they are random
    conf_level : of the interval

    Returns
    -------
    :class:`whatworks.EffectResult` with the headline only. ``"cluster"``: standard error times (n-1)/(n-K) x G/(G-1), where K
    counts the slope and the periods but not the unit effects nested in clusters (linearmodels counts them, and is wider), and the
    t distribution with G-1 degrees of freedom. ``"CR2"``: ``statistics`` carries its ``df``. ``"wild_bootstrap"``: interval
    and p-value are the bootstrap's, the standard error is the clustered one; ``statistics`` carries ``draws``,
    ``multiplier_points`` (6 for Webb's weights, used below 12 clusters, 2 for Rademacher's) and ``enumerated``.

    With two groups and two times this is the difference of differences of :func:`whatworks.did.two_by_two` without covariates, so
    the same choices of inference serve there.

    Raises
    ------
    MissingColumn, EmptyData, InvalidColumn, MissingValues, InvalidOption, DuplicateRows, TreatmentReversal
    TooFewUnits
        If one unit or one cluster is treated: no interval of these holds. See :func:`whatworks.did.conley_taber`.
    NoTreatedGroup
        If nobody is treated.
    NotIdentified
        If there is one time, or treatment never differs within a period.

    References
    ----------
    Goodman-Bacon (2021), Journal of Econometrics 225:254-277; Cameron & Miller (2015), Journal of Human Resources 50:317-372;
    Pustejovsky & Tipton (2018), Journal of Business & Economic Statistics 36:672-683; Cameron, Gelbach & Miller (2008), Review of
    Economics and Statistics 90:414-427; MacKinnon & Webb (2018), Econometrics Journal 21:114-135 (few treated clusters).

    Examples
    --------
    >>> panel = pd.DataFrame({"unit": np.repeat(range(6), 2), "year": [2020, 2021] * 6,
    ...                       "start": np.repeat([2021, 2021, 2021, 0, 0, 0], 2),
    ...                       "days": [10, 6, 12, 7, 11, 8, 10, 9, 13, 12, 12, 12]})
    >>> effect = ww.did.twfe(panel, outcome="days", unit="unit", time="year", first_treated="start")
    >>> round(effect.headline.estimate, 3)
    -3.333
    """
    request = Request(inference=inference, draws=draws, seed=seed, conf_level=conf_level)
    given = from_sample(df, unit=unit, weights=weights, cluster=cluster)
    columns = Columns(outcome=outcome, unit=unit, time=time, weights=given.weights, cluster=given.cluster)
    roll_out = group_into_profiles(read_roll_out_panel(given.df, columns, first_treated))
    panel, fit = roll_out.panel, _fit_treated_now(roll_out, first_treated)
    refuse_one_treated(panel)
    effects, about, doubts = interval(roll_out, fit, request)
    arguments = {
        "outcome": outcome, "unit": unit, "time": time, "first_treated": first_treated, "weights": given.weights,
        "cluster": given.cluster, "inference": inference, "draws": draws if inference == "wild_bootstrap" else None,
        "conf_level": conf_level,
    }  # fmt: skip
    statistics = {key: value for key, value in regression_statistics(panel, fit).items() if key != "df"}
    result = EffectResult(
        method="did.twfe",
        estimand="Two-way regression coefficient of treatment (an average effect only if effects are constant)",
        measure="MD",
        unit=f"units of {outcome}",
        effects=effects,
        provenance=Provenance(
            data_fingerprint=fingerprint(given.df, columns.used(first_treated)), arguments=arguments, seed=seed
        ),
        conf_level=conf_level,
        statistics={**statistics, **about},
        checks=(
            checks.dropped_rows(panel.n_rows - fit.nobs, panel.n_rows),
            *cluster_checks(panel, fit.clusters),
            *doubts,
            checks.forbidden_comparisons(forbidden_share(panel)),
        ),
    )
    return given.noted(result)


def _fit_treated_now(roll_out: RollOut, first_treated: str) -> TwoWayFit:
    """Regress the outcome on being treated now, with unit and period effects."""
    treated_now = treated_by_profile(roll_out)
    if not (treated_now.any(axis=2) & (roll_out.period_weights > 0)).any():
        raise NoTreatedGroup(f"Nobody is treated within the observed times by frame column {first_treated!r}. Check the column.")
    try:
        return roll_out.fit(treated_now)
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
