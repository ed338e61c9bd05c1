"""Randomisation inference: what if the starting dates had fallen on other municipalities?"""

import numpy as np
import pandas as pd

from whatworks.core import Check, EffectResult, Provenance, fingerprint
from whatworks.core.errors import InvalidOption, NotIdentified
from whatworks.core.options import one_of
from whatworks.did import checks
from whatworks.did.cells import Rules, compares, plan_cells
from whatworks.did.few_treated import GroupColumns, Groups, interval_table, read_groups, refuse_bad_level, two_way_weights
from whatworks.did.twfe import forbidden_share
from whatworks.inference import checked_draws, count_assignments, draw_assignments, permutation_test, refuse_too_few_assignments

STATISTICS = ("att", "twfe")
CONTROLS = ("never", "not_yet")
_NULL = "tested against the sharp null that treatment changed no unit's outcome at any time"


def randomisation_test(
    df: pd.DataFrame,
    *,
    outcome: str,
    unit: str,
    time: str,
    first_treated: str,
    statistic: str = "att",
    control: str | None = None,
    strata: str | None = None,
    draws: int = 9999,
    seed: int | None = None,
    conf_level: float = 0.95,
) -> EffectResult:
    """Exact test of a roll-out whose dates fell on municipalities at random, or as good as.

    The dates that occurred are handed out among the units in every possible way (within strata), or in many random ways; the
    p-value is the share of ways whose statistic is at least as far from zero. It tests the sharp null that treatment changed no
    unit's outcome at any time. The interval holds the constant effects, the same for every unit and time, that are not rejected.
    No normality and no number of units is assumed: only that every way was equally likely.

    Parameters
    ----------
    df : rows of a unit and time are averaged; units not observed at every time, or treated from the first, are left out
    outcome : numeric column, in any unit
    unit : column with labels of what was given a date, e.g. municipality
    time : whole numbers, dates or pandas periods
    first_treated : time of first treatment; 0, NaN, NaT, None and inf mean never
    statistic : ``"att"`` the simple average of group-time effects, as :func:`whatworks.did.att_gt` has it without covariates;
        ``"twfe"`` the two-way coefficient
    control : with ``"att"``: compare with units ``"never"`` treated (the default) or also those ``"not_yet"`` treated
    strata : column within which dates were handed out, e.g. region; constant within a unit
    draws : random ways, where there are more than that; else all are gone through
    seed : of the draws; needed where they are random
    conf_level : of the interval

    Returns
    -------
    :class:`whatworks.EffectResult` with the headline only; no standard error. ``statistics`` carry ``draws`` (ways tried) and
    ``enumerated``. The check ``as_if_random`` can be neither passed nor failed by the data.

    Raises
    ------
    MissingColumn, EmptyData, InvalidColumn, MissingValues, InvalidOption, TreatmentReversal
    NoTreatedGroup, NoComparisonGroup
    NotIdentified
        If dates never differ within a stratum, so that there is nothing to hand out.
    TooFewUnits
        If there are too few ways for the level: 95 per cent need at least 19 besides the one that happened.

    References
    ----------
    Fisher (1935), The Design of Experiments; Rosenbaum (2002), Observational Studies, section 2.6 (interval); MacKinnon & Webb
    (2020), Journal of Econometrics 218:435-450 (difference-in-differences with few treated clusters); Athey & Imbens (2022),
    Journal of Econometrics 226:62-79 (random adoption dates).

    Examples
    --------
    >>> rng = np.random.default_rng(3)
    >>> panel = pd.DataFrame({"town": np.repeat(range(10), 4), "year": np.tile(range(2020, 2024), 10)})
    >>> panel["start"] = np.select([panel["town"] < 2, panel["town"] < 4], [2021, 2022], 0)
    >>> panel["days"] = rng.normal(50, 1, 40) - 5 * ((panel["start"] > 0) & (panel["year"] >= panel["start"]))
    >>> effect = ww.did.randomisation_test(panel, outcome="days", unit="town", time="year", first_treated="start")
    >>> int(effect.statistics["draws"]), round(effect.headline.p_value, 4), effect.headline.conf_high < 0
    (1260, 0.0008, True)
    """
    refuse_bad_level(conf_level)
    one_of(statistic, STATISTICS, name="statistic")
    draws = checked_draws(draws)
    columns = GroupColumns(outcome=outcome, unit=unit, time=time, first_treated=first_treated, strata=strata)
    groups = read_groups(df, columns)
    weights = _weights(groups, statistic, control)
    _refuse_too_few_ways(groups, draws, conf_level)
    assigned = draw_assignments(groups.code, strata=groups.panel.cluster, draws=draws, seed=seed)
    estimate = float((weights[groups.code] * groups.panel.outcome).sum())
    test = permutation_test(
        estimate,
        assigned.totals(groups.panel.outcome @ weights.T),
        assigned.totals(groups.paths[groups.code] @ weights.T),
        with_data=assigned.exact,
        conf_level=conf_level,
    )
    arguments = {
        "outcome": outcome, "unit": unit, "time": time, "first_treated": first_treated, "statistic": statistic,
        "control": control, "strata": strata, "draws": draws, "conf_level": conf_level,
    }  # fmt: skip
    what = "Average effect on the treated" if statistic == "att" else "Two-way regression coefficient of treatment"
    return EffectResult(
        method="did.randomisation_test",
        estimand=f"{what}, {_NULL}",
        measure="MD",
        unit=f"units of {outcome}",
        effects=interval_table(estimate, (test.conf_low, test.conf_high), test.p_value),
        provenance=Provenance(data_fingerprint=fingerprint(df, columns.used()), arguments=arguments, seed=seed),
        conf_level=conf_level,
        statistics={**groups.statistics(), "draws": len(assigned.groups), "enumerated": float(assigned.exact)},
        checks=_doubts(groups, statistic, strata),
    )


def _weights(groups: Groups, statistic: str, control: str | None) -> np.ndarray:
    """(C, T) weights of each start's outcomes in the statistic."""
    if statistic == "att":
        return att_weights(groups, control or "never")
    if control is not None:
        raise InvalidOption(f'control={control!r} goes with statistic="att" only; the two-way regression compares everybody.')
    return two_way_weights(groups)


def _refuse_too_few_ways(groups: Groups, draws: int, conf_level: float) -> None:
    ways = count_assignments(groups.code, groups.panel.cluster)
    if ways == 1:
        raise NotIdentified(
            "All units (of a stratum) share one starting date, so there is nothing to hand out. Use wider strata."
        )
    refuse_too_few_assignments(ways if ways <= draws else draws + 1, conf_level=conf_level)


def att_weights(groups: Groups, control: str) -> np.ndarray:
    """Weights (C, T) such that the simple average of group-time effects is the sum over groups of weights times outcomes.

    References
    ----------
    Callaway & Sant'Anna (2021), Journal of Econometrics 225:200-230, equations 2.8 and 3.11, without covariates.
    """
    one_of(control, CONTROLS, name="control")
    cells = plan_cells(groups.panel.cohort, groups.panel.timeline.ordinals, Rules(control=control))
    sizes = np.bincount(groups.code)
    weights = np.zeros(groups.paths.shape)
    for cell in cells:
        if cell.event_time < 0:
            continue
        cohort = int(np.searchsorted(groups.starts, cell.cohort))
        others = compares(cell, groups.starts)
        for who, each in ((cohort, 1.0), (others, -sizes[cohort] / sizes[others].sum())):
            weights[who, cell.time] += each
            weights[who, cell.base] -= each
    counted = [int(np.searchsorted(groups.starts, cell.cohort)) for cell in cells if cell.event_time >= 0]
    return weights / sizes[counted].sum()


def _doubts(groups: Groups, statistic: str, strata: str | None) -> tuple[Check, ...]:
    within = f" within {strata!r}" if strata is not None else ""
    random = Check(
        name="as_if_random",
        passed=None,
        message=f"The test holds if every way to hand the starting dates out{within} was equally likely; the data cannot say.",
    )
    doubts = [groups.dropped_rows(), random]
    if statistic == "twfe":
        doubts.append(checks.forbidden_comparisons(forbidden_share(groups.panel)))
    return tuple(doubts)
