"""Group-time average treatment effects of a staggered roll-out."""

from collections.abc import Sequence

from whatworks.core.columns import as_list
from whatworks.core.errors import InvalidOption
from whatworks.did.att_gt_call import AttGtCall, att_gt_results
from whatworks.did.from_sample import Data, Weights
from whatworks.did.group_time import AttGtResult


def att_gt(
    df: Data,
    *,
    outcome: str,
    unit: str | None,
    time: str,
    first_treated: str,
    covariates: Sequence[str] = (),
    control: str = "never",
    estimator: str = "dr",
    base_period: str = "varying",
    anticipation: int = 0,
    weights: Weights = None,
    cluster: str | None = None,
    panel: bool = True,
    bootstrap: int = 0,
    seed: int | None = None,
    conf_level: float = 0.95,
) -> AttGtResult:
    """Average effect on the treated, for every cohort and every time.

    Cohorts are units first treated at the same time. Each cell compares a cohort's change since its base time with the change
    among units that are untreated throughout, so already treated units never serve as comparison.

    Parameters
    ----------
    df : one row per unit and time; missing rows and outcomes are allowed: a cell uses the units observed at both its times. Or a
        sample made of such a frame, with one weight per unit
    outcome : numeric column, in any unit
    unit : column with labels of units; not used with ``panel=False``
    time : whole numbers, dates or pandas periods
    first_treated : time of first treatment, constant within a unit; 0, NaN, NaT, None and inf mean never
    covariates : columns given which trends are parallel, taken at the base time; text becomes one 0/1 column per level
    control : compare with units treated ``"never"``, or also those ``"not_yet"`` treated
    estimator : ``"dr"`` doubly robust, ``"ipw"`` weighting, ``"reg"`` regression (also ``"dr_improved"``, ``"ipw_unnormalised"``)
    base_period : before the start, compare with the time before (``"varying"``) or with the last clean time (``"universal"``)
    anticipation : times before the start in which an effect may already show
    weights : sampling weights >= 0, taken at the base time; averages weigh by each unit's first. Or a matched or weighted sample
        of a frame with one row per unit: units outside it are left out, and matched sets become the clusters
    cluster : column that holds whole units together, e.g. municipality; None lets each unit stand alone
    panel : False when every time has other people
    bootstrap : draws; 0 gives analytic standard errors. Up to 10,000 clusters (or units) they are a multiplier bootstrap with
        random signs; above, they come from its limit, the joint normal law, and standard errors stay analytic
    seed : of the draws; needed with ``bootstrap``
    conf_level : of the pointwise intervals

    Returns
    -------
    :class:`AttGtResult`; parts carry group, time, event_time, n_treated, n_comparison, reason. The headline is the average over
    cells at or after the start, weighted by cohort size. Averages of other kinds: :func:`whatworks.did.aggregate`. Standard
    errors have no small-sample factor; intervals and p-values are from the t distribution with ``statistics["df"]``, clusters (or
    units) less one. The usual normal ones cover less with few clusters: simulated with 41 municipalities, 93 instead of 94 per
    cent where 95 are meant. With draws, ``statistics`` says how many (``bootstrap_draws``) and whether they come from the limit
    (``bootstrap_limit``, 1 or 0).

    Raises
    ------
    MissingColumn, EmptyData, InvalidColumn, MissingValues, InvalidOption, DuplicateRows
    TreatmentReversal
        If the start changes within a unit.
    NoTreatedGroup, NoComparisonGroup
        If nobody is treated in time, or nobody can be compared with.
    NotIdentified
        If there is only one time.
    TooFewUnits
        If there is one treated unit, all treated units lie in one cluster, or no cell can be estimated.

    References
    ----------
    Callaway & Sant'Anna (2021), Journal of Econometrics 225:200-230; Sant'Anna & Zhao (2020), Journal of Econometrics
    219:101-122.

    Examples
    --------
    >>> panel = pd.DataFrame({"unit": np.repeat(range(6), 2), "year": [2020, 2021] * 6,
    ...                       "start": np.repeat([2021, 2021, 2021, 0, 0, 0], 2),
    ...                       "days": [10, 6, 12, 7, 11, 8, 10, 9, 13, 12, 12, 12]})
    >>> result = ww.did.att_gt(panel, outcome="days", unit="unit", time="year", first_treated="start")
    >>> result.parts[["group", "time", "estimate", "n_treated"]].round(3).to_dict("records")
    [{'group': 2021, 'time': 2021, 'estimate': -3.333, 'n_treated': 3}]
    """
    call = AttGtCall(
        unit=unit, time=time, first_treated=first_treated, covariates=covariates, control=control, estimator=estimator,
        base_period=base_period, anticipation=anticipation, weights=weights, cluster=cluster, panel=panel, bootstrap=bootstrap,
        seed=seed, conf_level=conf_level,
    )  # fmt: skip
    return att_gt_results(df, [outcome], call)[outcome]


def att_gt_many(
    df: Data,
    *,
    outcomes: Sequence[str],
    unit: str | None,
    time: str,
    first_treated: str,
    covariates: Sequence[str] = (),
    control: str = "never",
    estimator: str = "dr",
    base_period: str = "varying",
    anticipation: int = 0,
    weights: Weights = None,
    cluster: str | None = None,
    panel: bool = True,
    bootstrap: int = 0,
    seed: int | None = None,
    conf_level: float = 0.95,
) -> dict[str, AttGtResult]:
    """Group-time effects on several outcomes: each is what :func:`att_gt` gives for that outcome alone.

    Units, starts, covariates and clusters are read once; a propensity score is fitted once for all outcomes in which the same
    units are seen.

    Parameters
    ----------
    outcomes : numeric columns, each in its own unit
    df, unit, time, ... : as in :func:`att_gt`

    Returns
    -------
    :class:`AttGtResult` by outcome, in the order asked. P-values and intervals are those of each outcome alone: nothing is
    adjusted for asking several questions.

    Raises
    ------
    InvalidOption
        If no outcome is named, or one twice. Otherwise as :func:`att_gt`; an outcome that cannot be estimated stops all.

    References
    ----------
    Callaway & Sant'Anna (2021), Journal of Econometrics 225:200-230.

    Examples
    --------
    >>> panel = pd.DataFrame({"unit": np.repeat(range(6), 2), "year": [2020, 2021] * 6,
    ...                       "start": np.repeat([2021, 2021, 2021, 0, 0, 0], 2),
    ...                       "days": [10, 6, 12, 7, 11, 8, 10, 9, 13, 12, 12, 12], "nights": range(12)})
    >>> both = ww.did.att_gt_many(panel, outcomes=["days", "nights"], unit="unit", time="year", first_treated="start")
    >>> {outcome: round(result.headline.estimate, 3) for outcome, result in both.items()}
    {'days': -3.333, 'nights': 0.0}
    """
    names = as_list(outcomes)
    if not names or len(set(names)) < len(names):
        raise InvalidOption(f"outcomes names {len(names)} columns, {len(set(names))} of them different. Name each outcome once.")
    call = AttGtCall(
        unit=unit, time=time, first_treated=first_treated, covariates=covariates, control=control, estimator=estimator,
        base_period=base_period, anticipation=anticipation, weights=weights, cluster=cluster, panel=panel, bootstrap=bootstrap,
        seed=seed, conf_level=conf_level,
    )  # fmt: skip
    return att_gt_results(df, names, call)
