"""Averages of group-time effects: overall, by time since start, by cohort, by calendar time."""

from dataclasses import replace

import numpy as np

from whatworks.core import Check, EffectResult
from whatworks.core.errors import InvalidOption, TooFewUnits
from whatworks.core.options import one_of
from whatworks.core.timeline import time_text
from whatworks.did.group_time import AttGtResult, Average, GroupTime
from whatworks.did.pretrends import group_time_leads, parallel_pretrends
from whatworks.did.table import critical_value, effects_table, vcov_table, whole
from whatworks.inference import simultaneous_critical_value

WAYS = ("simple", "event", "group", "calendar")
BANDS = ("pointwise", "simultaneous")
_COLUMN = {"event": "event_time", "group": "group", "calendar": "time"}
_ESTIMAND = {
    "simple": "Average effect on the treated, from the start on, over all groups and times",
    "event": "Average effect on the treated, mean over the times since start",
    "group": "Average effect on the treated, mean over the groups",
    "calendar": "Average effect on the treated, mean over the calendar times",
}


def aggregate(
    att_gt_result: AttGtResult, *, by: str = "simple", balance: int | None = None, bands: str = "pointwise"
) -> EffectResult:
    """Average the group-time effects of :func:`whatworks.did.att_gt`.

    Parameters
    ----------
    att_gt_result : what ``att_gt`` returned; a result read back from JSON has lost what averaging needs
    by : ``"simple"`` one average over cells at or after the start, weighted by cohort size; ``"event"`` by time since start,
        negative times show trends before it; ``"group"`` by cohort; ``"calendar"`` by calendar time
    balance : with ``by="event"``: only cohorts observed at least this many times after their start, and event times up to it,
        so that the same cohorts stand behind every event time from 0 on
    bands : ``"pointwise"`` intervals, or ``"simultaneous"`` ones that hold all parts at once. They rest on the bootstrap draws
        where ``att_gt`` made any, else on the joint normal limit with 100,000 draws; either way they are widened by as much as
        Student's t widens a pointwise interval

    Returns
    -------
    :class:`whatworks.EffectResult`; parts carry event_time, group or time, and n_treated and n_comparison (units of the
    treated cohorts; comparison units of the smallest cell). The headline averages event times >= 0 alike, groups by size, or
    calendar times alike; times of anticipation are never averaged in. ``vcov`` is the full covariance of the parts. Weights
    are estimated, and their sampling error is in the standard errors. Intervals are ``statistics["critical_value"]`` standard
    errors wide on either side of a part; the headline's, and pointwise ones, from the t distribution as in ``att_gt``.

    Raises
    ------
    InvalidOption
        If an option is unknown, ``balance`` comes without ``by="event"``, or the result cannot be averaged.
    TooFewUnits
        If no cell is left to average.

    References
    ----------
    Callaway & Sant'Anna (2021), Journal of Econometrics 225:200-230, section 3; bands: section 4.1, and Montiel Olea &
    Plagborg-Møller (2019), Journal of Applied Econometrics 34:1-17.

    Examples
    --------
    >>> panel = pd.DataFrame({"unit": np.repeat(range(6), 3), "year": [2020, 2021, 2022] * 6,
    ...                       "start": np.repeat([2021, 2021, 2021, 0, 0, 0], 3),
    ...                       "days": [10, 6, 5, 12, 7, 7, 11, 8, 6, 10, 9, 9, 13, 12, 12, 12, 12, 11]})
    >>> cells = ww.did.att_gt(panel, outcome="days", unit="unit", time="year", first_treated="start")
    >>> ww.did.aggregate(cells, by="event").parts[["event_time", "estimate"]].round(3).to_dict("records")
    [{'event_time': 0, 'estimate': -3.333}, {'event_time': 1, 'estimate': -4.0}]
    """
    _check_options(att_gt_result, by, balance, bands)
    basis = att_gt_result.group_time
    at, averages, overall = _averages(basis, by, balance)
    pointwise = critical_value(att_gt_result.conf_level, basis.df)
    wide = _simultaneous(att_gt_result, averages) if bands == "simultaneous" and averages else pointwise
    spread = basis.standard_errors([overall, *averages])
    treated, comparison = zip(*(_units(basis, average) for average in [overall, *averages]), strict=True)
    extras: dict[str, object] = {}
    if by == "event":
        extras["event_time"] = whole([np.nan, *at])
    elif by in _COLUMN:
        extras[_COLUMN[by]] = basis.timeline.column_of([np.nan, *at])
    extras |= {"n_treated": whole(treated), "n_comparison": whole(comparison)}
    terms = [_term(basis, by, value) for value in at]
    vcov = basis.covariance(averages) if averages else None
    arguments = {**att_gt_result.provenance.arguments, "by": by, "balance": balance, "bands": bands}
    return EffectResult(
        method="did.aggregate",
        estimand=_ESTIMAND[by],
        measure=att_gt_result.measure,
        unit=att_gt_result.unit,
        good=att_gt_result.good,
        effects=effects_table(
            ["ATT", *terms],
            ["headline", *["part"] * len(terms)],
            np.array([overall.estimate, *(average.estimate for average in averages)]),
            spread,
            critical=np.array([pointwise, *[wide] * len(terms)]),
            df=basis.df,
            extras=extras,
        ),
        provenance=replace(att_gt_result.provenance, arguments=arguments),
        conf_level=att_gt_result.conf_level,
        statistics={**att_gt_result.statistics, "critical_value": wide},
        checks=_doubts(att_gt_result, by, at, averages, vcov),
        vcov=None if vcov is None else vcov_table(terms, vcov),
    )


def _check_options(result: EffectResult, by: str, balance: int | None, bands: str) -> None:
    if not isinstance(result, AttGtResult):
        raise InvalidOption(
            "aggregate needs what ww.did.att_gt returned in this session; a result read from JSON, or of another method, holds "
            "no influence functions. Run att_gt again, and save the aggregates beside it."
        )
    one_of(by, WAYS, name="by")
    one_of(bands, BANDS, name="bands")
    if balance is not None and (by != "event" or not isinstance(balance, (int, np.integer)) or balance < 0):
        raise InvalidOption(
            f'balance={balance!r} is a number of times after the start, 0 or more, and goes with by="event" only.'
        )


def _averages(basis: GroupTime, by: str, balance: int | None) -> tuple[np.ndarray, list[Average], Average]:
    """What the parts stand for, the parts, and their overall average."""
    known = np.isfinite(basis.estimates)
    event_times = basis.event_times
    after = known & (event_times >= 0)
    if by == "simple":
        return np.array([]), [], basis.average(np.flatnonzero(after))
    if by == "event":
        return _by_event_time(basis, known, balance)
    if by == "group":
        cohorts = np.array([cell.cohort for cell in basis.cells])
        at = np.unique(cohorts[after])
        averages = [basis.average(np.flatnonzero(after & (cohorts == g))) for g in at]
        return at, averages, basis.average_by_cohort(averages)
    times = np.array([basis.timeline.ordinals[cell.time] for cell in basis.cells])
    at = np.unique(times[after])
    averages = [basis.average(np.flatnonzero(after & (times == t))) for t in at]
    return at, averages, basis.mean(averages)


def _by_event_time(basis: GroupTime, known: np.ndarray, balance: int | None) -> tuple[np.ndarray, list[Average], Average]:
    event_times = basis.event_times
    if balance is not None:
        last = basis.timeline.ordinals[-1]
        seen_long_enough = np.array([last - cell.cohort >= balance for cell in basis.cells])
        known = known & seen_long_enough & (event_times <= balance)
    at = np.unique(event_times[known])
    averages = [basis.average(np.flatnonzero(known & (event_times == e))) for e in at]
    after = [average for average, e in zip(averages, at, strict=True) if e >= 0]
    if not after:
        raise TooFewUnits(f"No cohort is observed {balance} times after its start. Use a smaller balance.")
    return at, averages, basis.mean(after)


def _simultaneous(result: AttGtResult, averages: list[Average]) -> float:
    """Standard errors on either side that hold all averages at once, widened as a pointwise interval is with few clusters."""
    basis, conf_level = result.group_time, result.conf_level
    widening = critical_value(conf_level, basis.df) / critical_value(conf_level)
    deviations = basis.deviations(averages)
    if deviations is None:
        vcov, seed = basis.covariance(averages), result.provenance.seed or 0
        return widening * simultaneous_critical_value(vcov, conf_level=conf_level, seed=seed)
    spread = basis.standard_errors(averages)
    used = spread > 0
    return widening * float(np.quantile(np.abs(deviations[:, used] / spread[used]).max(axis=1), conf_level))


def _units(basis: GroupTime, average: Average) -> tuple[int, int]:
    """Treated units behind an average, each cohort once, and the comparison units of its smallest cell."""
    places = [place for place in average.places if not basis.cells[place].is_reference]
    if not places:
        return 0, 0
    largest = np.zeros(len(basis.cohorts), dtype=np.int64)
    np.maximum.at(largest, basis.cohort_codes[places], basis.n_treated[places])
    return int(largest.sum()), int(basis.n_comparison[places].min())


def _term(basis: GroupTime, by: str, value: float) -> str:
    if by == "event":
        return f"event time {int(value)}"
    label = time_text(basis.timeline.label(value))
    return f"group {label}" if by == "group" else f"time {label}"


def _doubts(result: AttGtResult, by: str, at: np.ndarray, averages: list[Average], vcov: np.ndarray | None) -> tuple[Check, ...]:
    """Those of the cells; by event time, trends before the start are tested on the parts themselves."""
    if by != "event" or vcov is None:
        return result.checks
    before = np.flatnonzero(at < -result.group_time.rules.anticipation)
    cells = group_time_leads(result.group_time)
    leads = replace(
        cells,
        estimates=np.array([averages[i].estimate for i in before]),
        vcov=vcov[np.ix_(before, before)],
        event_times=at[before],
        sizes=np.ones(len(before)),
        cohorts=None,
    )
    test = parallel_pretrends(leads, cells)
    return (test, *(check for check in result.checks if check.name != "parallel_pretrends"))
