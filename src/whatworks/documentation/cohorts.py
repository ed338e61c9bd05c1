"""Who is compared: the episodes of a target group, with or without a method, and everybody who was left out, step by step."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from whatworks.core.errors import EmptyData, InvalidColumn, MissingData
from whatworks.core.options import one_of
from whatworks.documentation.courses import joined_courses
from whatworks.documentation.faults import N_
from whatworks.documentation.lookup import looked_up, positions
from whatworks.documentation.units import UNITS, first_starts, instrument_code, require_code, unit_of_episodes

_NEEDED = ("method", "target_group", "instrument", "citizen", "episode", "measurement")
# A baseline lies within 60 days of the day that change is counted from.
_NEAR = 60
_COVARIATES = ("baseline_support_need", "goal_type", "paragraph")

STEPS: Mapping[str, str] = {
    "delivered": N_("Episodes that were delivered"),
    "quarantined": N_("Kept aside because they broke a rule"),
    "continued": N_("Goes on from an episode in a unit that was merged, and counts with it"),
    "target_group": N_("Another target group"),
    "unit": N_("No unit is given"),
    "merger": N_("In a unit that merged from some with the method and some without"),
    "first_episode": N_("A later episode of the same citizen"),
    "under_way": N_("Ended before a follow-up was due, or began too late for one"),
    "baseline": N_("No baseline within 60 days"),
    "follow_up": N_("No follow-up"),
}


@dataclass(frozen=True)
class Cohort:
    """Treated and comparison episodes of one question.

    Attributes
    ----------
    episodes : one row per citizen: episode_id, citizen_id, unit, treated, since (day that change is counted from), quarter,
        baseline, follow_up, change (in the instrument's unit), and covariates known at the start: age, sex,
        baseline_support_need, goal_type, paragraph, where delivered
    flow : one row per step: step, kept, excluded, reason (English; pages translate it). The first row counts what was delivered,
        each further row those that the step leaves out; kept plus excluded is the row before's kept
    attrition : one row per arm: treated, due (episodes with a baseline in which a follow-up was due), followed, share

    Examples
    --------
    >>> empty = pd.DataFrame()
    >>> Cohort(episodes=empty, flow=pd.DataFrame({"step": ["delivered"], "kept": [9]}), attrition=empty).flow["kept"].tolist()
    [9]
    """

    episodes: pd.DataFrame
    flow: pd.DataFrame
    attrition: pd.DataFrame


def cohort(
    tables: Mapping[str, pd.DataFrame],
    *,
    target_group: str,
    method: str,
    outcome: str,
    unit: str = "municipality",
    follow_up: int = 365,
    window: int = 180,
) -> Cohort:
    """Citizens with and without a method, each with a baseline, a follow-up and what was known about them before.

    An episode is treated when an intervention with the method began in it; where interventions are not delivered, when its unit
    used the method at its start. A treated episode's change is counted from the day the intervention began, any other's from
    its own start. Episodes that were under way when their unit began are left out where interventions are not delivered: nothing
    says whether the method reached them. Of a citizen with several episodes the first counts, treated before untreated.

    Parameters
    ----------
    tables : frames by English table name, as :func:`read_delivery` gives them
    target_group, method, outcome : codes in the tables target_group, method and instrument
    unit : ``"municipality"`` or ``"service"``, the level at which the method was adopted; merged services are one unit
    follow_up : days from the start after which a follow-up is due
    window : days before and after that day within which it counts; the nearest is taken

    Returns
    -------
    Cohort

    Raises
    ------
    MissingData
        If a table is missing.
    UnknownCode
        If a code is not in its table.
    InvalidColumn
        If scores of several informants or subscales would be mixed, or the method was adopted at another level.
    EmptyData
        If nobody is left.

    Examples
    --------
    >>> tables, truth = ww.documentation.simulate(scenario="S1", seed=1)
    >>> asked = {"target_group": truth["target_group"], "method": truth["method"], "outcome": "who5"}
    >>> found = cohort(tables, **asked)
    >>> bool(found.flow["excluded"].sum() + len(found.episodes) == len(tables["episode"]))
    True
    """
    missing = [name for name in _NEEDED if name not in tables]
    if not {"intervention", "adoption"} & set(tables):
        missing.append("intervention or adoption")
    if missing:
        raise MissingData(
            f"The delivery lacks the table {', '.join(missing)}. A cohort needs {', '.join(_NEEDED)}, and who got what."
        )
    one_of(unit, UNITS, name="unit")
    require_code(tables, "target_group", target_group)
    require_code(tables, "method", method)
    instrument = instrument_code(tables, outcome)
    # Where interventions tell who got the method, nobody need have said which units adopted it.
    by_unit = "adoption" in tables
    aside = len(getattr(tables, "quarantined", {}).get("episode", ()))
    delivered = len(tables["episode"])
    tables, continued = joined_courses(tables)
    starts, mixed = first_starts(tables, method, unit) if by_unit else (pd.Series([], dtype="datetime64[s]"), [])
    rows = _since(tables, method, unit, starts)
    rows["baseline"], rows["follow_up"], last_day = _values(tables, rows, instrument, follow_up, window)
    excluded = _exclusions(tables, rows, target_group, mixed, last_day, follow_up - window)
    flow = _flow(excluded, delivered=delivered, aside=aside, continued=continued)
    due = _left(excluded, "baseline")
    episodes = rows[_left(excluded, "follow_up")]
    if episodes.empty:
        steps = ", ".join(f"{row.step} {row.kept}" for row in flow.itertuples())
        raise EmptyData(f"Nobody is left for {target_group!r} and {instrument!r} ({steps}). Check codes and delivery.")
    episodes = episodes.assign(change=episodes["follow_up"] - episodes["baseline"]).drop(columns="crossing")
    return Cohort(episodes.reset_index(drop=True), flow, _attrition(rows[due]))


def _since(tables: Mapping[str, pd.DataFrame], method: str, unit: str, starts: pd.Series) -> pd.DataFrame:
    """Every episode with its arm, the day that change is counted from, and what was known then."""
    episode, citizen = tables["episode"], tables["citizen"]
    units = unit_of_episodes(tables, unit)
    began = looked_up(units, starts.index.to_series().astype("str"), starts.reset_index(drop=True))
    if "intervention" in tables:
        intervention = tables["intervention"]
        own = intervention[intervention["method_id"] == method].sort_values("start").drop_duplicates("episode_id")
        reached = looked_up(episode["episode_id"], own["episode_id"].reset_index(drop=True), own["start"].reset_index(drop=True))
        treated, since, crossing = reached.notna(), reached.fillna(episode["start"]), pd.Series(False, index=episode.index)
    else:
        treated, since = began <= episode["start"], episode["start"]
        crossing = (began > episode["start"]) & ~(episode["end"] < began)
    born = looked_up(episode["citizen_id"], citizen["citizen_id"], citizen["birth_year"])
    rows = {
        "episode_id": episode["episode_id"],
        "citizen_id": episode["citizen_id"],
        "unit": units,
        "treated": treated.to_numpy(dtype=bool),
        "since": since,
        "quarter": since.dt.to_period("Q-DEC"),
        "crossing": crossing.to_numpy(dtype=bool),
        "age": since.dt.year - born.astype("float64"),
    }
    if "sex" in citizen:
        rows["sex"] = looked_up(episode["citizen_id"], citizen["citizen_id"], citizen["sex"])
    return pd.DataFrame(rows | {name: episode[name] for name in _COVARIATES if name in episode})


def _values(
    tables: Mapping[str, pd.DataFrame], rows: pd.DataFrame, instrument: str, follow_up: int, window: int
) -> tuple[np.ndarray, np.ndarray, pd.Timestamp]:
    """Baseline and follow-up of each episode, and the last day that anybody was measured on."""
    measurement = tables["measurement"]
    used = measurement[((measurement["instrument"] == instrument) & measurement["value"].notna()).to_numpy(dtype=bool)]
    for column in ("informant", "subscale"):
        kinds = used[column].nunique(dropna=False) if column in used and len(used) else 1
        if kinds > 1:
            raise InvalidColumn(
                f"Scores of {kinds} different kinds of {column} would be mixed. Keep one of them in the table measurement."
            )
    place = positions(used["episode_id"], rows["episode_id"])
    known = place >= 0
    day = (used["date"].to_numpy()[known] - rows["since"].to_numpy()[place[known]]) / np.timedelta64(1, "D")
    value, place = used["value"].to_numpy(dtype="float64")[known], place[known]
    return (
        _nearest(place, day, value, len(rows), target=0, reach=_NEAR),
        _nearest(place, day, value, len(rows), target=follow_up, reach=window),
        used["date"].max(),
    )


def _nearest(place: np.ndarray, day: np.ndarray, value: np.ndarray, n: int, *, target: int, reach: int) -> np.ndarray:
    """Each episode's value nearest to a day, of two equally near the earlier; NaN where there is none within reach."""
    near = np.abs(day - target) <= reach
    order = np.lexsort((day[near], np.abs(day[near] - target), place[near]))
    episode, first = np.unique(place[near][order], return_index=True)
    out = np.full(n, np.nan)
    out[episode] = value[near][order][first]
    return out


def _exclusions(
    tables: Mapping[str, pd.DataFrame],
    rows: pd.DataFrame,
    target_group: str,
    mixed: list[str],
    last_day: pd.Timestamp,
    due_after: int,
) -> dict[str, np.ndarray]:
    """Which episodes each step leaves out, whether an earlier step does so already or not."""
    episode = tables["episode"]
    due = rows["since"] + np.timedelta64(due_after, "D")
    too_short = rows["crossing"] | (episode["end"] < due) | (due > last_day)
    group = (episode["target_group_code"] == target_group).to_numpy(dtype=bool)
    order = np.lexsort((rows["since"].astype("int64"), ~rows["treated"], ~group))
    later = np.ones(len(rows), dtype=bool)
    later[order[~rows["citizen_id"].iloc[order].duplicated().to_numpy()]] = False
    return {
        "target_group": ~group,
        "unit": rows["unit"].isna().to_numpy(),
        "merger": rows["unit"].isin(mixed).to_numpy(),
        "first_episode": later,
        "under_way": too_short.to_numpy(dtype=bool),
        "baseline": rows["baseline"].isna().to_numpy(),
        "follow_up": rows["follow_up"].isna().to_numpy(),
    }


def _left(excluded: Mapping[str, np.ndarray], last: str) -> np.ndarray:
    """Episodes that no step up to and including the last leaves out."""
    steps = list(excluded)[: list(excluded).index(last) + 1]
    return ~np.logical_or.reduce([excluded[step] for step in steps])


def _flow(excluded: Mapping[str, np.ndarray], *, delivered: int, aside: int, continued: int) -> pd.DataFrame:
    """The steps; what was read from files knows which rows were kept aside at the door."""
    lines = [("delivered", delivered + aside, 0)] + ([("quarantined", delivered, aside)] if aside else [])
    kept = delivered - continued
    lines += [("continued", kept, continued)] if continued else []
    for step in excluded:
        left = int(_left(excluded, step).sum())
        lines.append((step, left, kept - left))
        kept = left
    flow = pd.DataFrame(lines, columns=["step", "kept", "excluded"])
    return flow.assign(reason=flow["step"].map(STEPS).astype("str"))


def _attrition(due: pd.DataFrame) -> pd.DataFrame:
    arms = due.assign(followed=due["follow_up"].notna()).groupby("treated")["followed"].agg(["size", "sum", "mean"])
    arms = arms.reindex([True, False]).reset_index()
    arms.columns = pd.Index(["treated", "due", "followed", "share"])
    return arms.astype({"treated": "bool"}).fillna({"due": 0, "followed": 0}).astype({"due": "int64", "followed": "int64"})
