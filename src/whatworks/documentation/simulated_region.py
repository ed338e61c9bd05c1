"""The whole simulated region: nine pairs of target group and method, every table of the data model, and the truth beside them."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from whatworks.documentation.schema import TABLES
from whatworks.documentation.simulated_costs import adoption_costs, cost_truth, draw_lines, line_table, refunds
from whatworks.documentation.simulated_courses import (
    BEGIN,
    MERGED_AT,
    MERGED_PAIR,
    NEVER,
    QUARTERS,
    Courses,
    Units,
    draw_courses,
    draw_merged,
    draw_units,
)
from whatworks.documentation.simulated_frame import Frame, approval_table, draw_frame, organisation_table, service_table
from whatworks.documentation.simulated_measured import MeasuredPair, employment_table, measure_pair
from whatworks.documentation.simulated_money import INDEX, YEARS, Prices, draw_prices, rate_breaches, rate_table
from whatworks.documentation.simulated_pairs import NIGHTS, PAIRS, WORK, Pair
from whatworks.documentation.simulated_persons import citizen_table, draw_households, episode_table
from whatworks.documentation.simulated_scores import People, draw_people
from whatworks.documentation.simulated_tables import instruments, text_table
from whatworks.documentation.simulated_work import (
    adoption_table,
    coordination_table,
    day,
    fidelity_table,
    goal_table,
    intervention_table,
)

_MUNICIPALITY_SD = 3.0
_AGREEMENT = ("aftale_1", "Fælles dokumentation (opdigtet aftale)")
_JOINED = ("2013-07-01", "2013-10-01", "2014-01-01")
# Keys that are numbered through all pairs.
_NUMBERED = {"intervention": "i", "measurement": "m", "goal": "g", "cost": "c"}


@dataclass(frozen=True, kw_only=True)
class _Drawn:
    """A pair with its source of chance and who adopts in it."""

    pair: Pair
    rng: np.random.Generator
    units: Units
    after: np.ndarray
    unit_ids: np.ndarray


@dataclass
class _Gathered:
    """Tables of the pairs, one below another, and what is true of each."""

    parts: dict[str, list[pd.DataFrame]] = field(default_factory=dict)
    truth: dict[str, Any] = field(default_factory=dict)

    def add(self, **tables: pd.DataFrame) -> None:
        for name, table in tables.items():
            self.parts.setdefault(name, []).append(table)


def draw_region(seed: int) -> tuple[dict[str, pd.DataFrame], dict[str, Any]]:
    """Tables and truth of the whole frame, as :func:`whatworks.documentation.simulate` returns them."""
    rng = _source(seed, 0)
    frame = draw_frame(rng)
    level = _MUNICIPALITY_SD * rng.standard_normal(len(frame.municipality))
    drawn = [_adopters(seed, number, pair, frame) for number, pair in enumerate(PAIRS, start=2)]
    closed = _closed(frame, drawn)
    prices = draw_prices(_source(seed, 1), frame, closed)
    gathered = _Gathered()
    for each in drawn:
        _draw_pair(each, frame, level, prices, gathered)
    tables = _frame_tables(frame, prices, closed)
    for name, parts in gathered.parts.items():
        tables[name] = _numbered(name, pd.concat(parts, ignore_index=True))
    episode_of = dict(zip(tables["episode"]["episode_id"], tables["episode"]["citizen_id"], strict=True))
    truth = {
        "scenario": "region",
        "seed": seed,
        "pairs": gathered.truth,
        "rate_breaches": rate_breaches(frame, prices, closed),
        "refunds": refunds(tables["cost"], episode_of),
        "merged": {ids[0]: ids[1] for ids in _merged_ids(frame, closed)},
    }
    return {name: tables[name] for name in TABLES if name in tables}, truth


def _source(seed: int, number: int) -> np.random.Generator:
    """Every pair has a source of its own, so that a change in one leaves the others as they were."""
    return np.random.Generator(np.random.PCG64([seed, 2023, number]))


def _adopters(seed: int, number: int, pair: Pair, frame: Frame) -> _Drawn:
    rng = _source(seed, number)
    if pair.services:
        ids = frame.service.loc[frame.service["pair"] == pair.code, "service_id"].to_numpy(dtype=object)
    else:
        ids = frame.municipality["municipality_code"].to_numpy(dtype=object)
    units = draw_units(rng, len(ids))
    return _Drawn(pair=pair, rng=rng, units=units, after=draw_merged(rng, pair, units), unit_ids=ids)


def _closed(frame: Frame, drawn: list[_Drawn]) -> dict[int, tuple[pd.Timestamp, int]]:
    """Last day and successor of the services that were merged into another, by number in the frame."""
    after = next(each.after for each in drawn if each.pair.code == MERGED_PAIR)
    own = np.flatnonzero(frame.service["pair"] == MERGED_PAIR)
    last_day = pd.Timestamp(BEGIN[MERGED_AT] - 1)
    return {int(own[i]): (last_day, int(own[after[i]])) for i in np.flatnonzero(after != np.arange(len(after)))}


def _merged_ids(frame: Frame, closed: dict[int, tuple[pd.Timestamp, int]]) -> list[tuple[str, str]]:
    ids = frame.service["service_id"].tolist()
    return [(ids[number], ids[successor]) for number, (_, successor) in closed.items()]


def _draw_pair(drawn: _Drawn, frame: Frame, level: np.ndarray, prices: Prices, gathered: _Gathered) -> None:
    pair, rng, units = drawn.pair, drawn.rng, drawn.units
    courses = draw_courses(rng, pair, frame, units, drawn.after)
    household, recorded = draw_households(rng, pair, courses)
    people = draw_people(rng, pair, units, courses, level, household)
    episode = episode_table(rng, pair, frame, courses, people)
    ids = episode["episode_id"].to_numpy(dtype=object)
    citizen = citizen_table(rng, pair, frame, courses, household if recorded else None)
    episode["citizen_id"] = citizen["citizen_id"].to_numpy()[courses.citizen[courses.stay_of]]
    measured = measure_pair(rng, pair, courses, people, ids)
    hours = np.round(rng.uniform(*pair.spending.hours, len(ids)), 1)
    lines = _lines(rng, pair, courses, people, prices, hours, household, measured)
    open_until = np.where(drawn.after == np.arange(len(drawn.after)), len(QUARTERS), MERGED_AT)
    started = adoption_costs(pair, units, drawn.unit_ids, open_until)
    gathered.add(
        adoption=adoption_table(pair, units, drawn.unit_ids),
        fidelity=fidelity_table(rng, pair, units, drawn.unit_ids, open_until),
        citizen=citizen,
        episode=episode,
        intervention=intervention_table(pair, courses, people, ids, hours, hours * (1 + pair.spending.hours_change)),
        measurement=measured.table,
        goal=goal_table(rng, pair, courses, ids),
        coordination=coordination_table(rng, courses, ids),
        cost=pd.concat([line_table(lines, courses, ids), started], ignore_index=True),
    )
    if pair.work:
        gathered.add(employment=employment_table(rng, courses, citizen["citizen_id"], measured))
    gathered.truth[pair.code] = {
        "target_group": pair.target_group,
        "method": pair.method,
        "level": "service" if pair.services else "municipality",
        "units": len(units.first),
        "adopters": int((units.first < NEVER).sum()),
        "outcomes": measured.truth(units, drawn.after, courses, people),
        **cost_truth(lines, people, courses, units, started),
    }


def _lines(
    rng: np.random.Generator,
    pair: Pair,
    courses: Courses,
    people: People,
    prices: Prices,
    hours: np.ndarray,
    household: np.ndarray,
    measured: MeasuredPair,
) -> list:
    """Costs; transfers are paid to the first citizen of a household."""
    _, heads = np.unique(household, return_index=True)
    head = np.isin(courses.citizen[courses.stay], heads)
    nights = measured.scores.get((NIGHTS.code, None))
    return draw_lines(rng, pair, courses, people, prices, hours=hours, head=head, nights=nights)


def _frame_tables(frame: Frame, prices: Prices, closed: dict[int, tuple[pd.Timestamp, int]]) -> dict[str, pd.DataFrame]:
    used = {measure.instrument.code: measure.instrument for pair in PAIRS for measure in pair.measures}
    used[WORK.code] = WORK
    methods = {
        "method_id": [p.method for p in PAIRS],
        "method_name": [p.method_name for p in PAIRS],
        "status": ["scaled"] * len(PAIRS),
    }
    groups = {"target_group_code": [p.target_group for p in PAIRS], "target_group_name": [p.target_group_name for p in PAIRS]}
    return {
        "municipality": frame.municipality,
        "organisation": organisation_table(frame),
        "service": service_table(frame, closed),
        "approval": approval_table(frame),
        "service_year": prices.accounts,
        "rate": rate_table(frame, prices, closed),
        "agreement": _agreement_table(frame),
        "method": text_table({**methods, "target_groups": [p.target_group for p in PAIRS]}),
        "target_group": text_table(groups),
        "instrument": instruments(list(used.values())),
        "price_index": _index_table(),
    }


def _agreement_table(frame: Frame) -> pd.DataFrame:
    code = frame.municipality["municipality_code"]
    joined = pd.to_datetime(pd.Series([_JOINED[number % len(_JOINED)] for number in range(len(code))]))
    return pd.DataFrame(
        {
            "agreement_id": pd.Series([_AGREEMENT[0]] * len(code), dtype="str"),
            "municipality_code": code,
            "agreement_name": pd.Series([_AGREEMENT[1]] * len(code), dtype="str"),
            "joined": joined.astype("datetime64[s]"),
        }
    )


def _index_table() -> pd.DataFrame:
    n = len(YEARS) - 1
    return pd.DataFrame(
        {
            "year_from": pd.array(YEARS[:-1], dtype="Int64"),
            "year_to": pd.array(YEARS[1:], dtype="Int64"),
            "vintage_date": day(np.full(n, np.datetime64("2013-07-01"))),
            "coverage": pd.Series(["municipal_services"] * n, dtype="str"),
            "pct": np.full(n, 100 * INDEX),
            "source": pd.Series(["Opdigtet indeks, ikke officielt"] * n, dtype="str"),
        }
    )


def _numbered(name: str, table: pd.DataFrame) -> pd.DataFrame:
    """The table with a key, texts as text, whole numbers that may be missing."""
    if name in _NUMBERED:
        ids = pd.Series([f"{_NUMBERED[name]}_{number:06d}" for number in range(1, len(table) + 1)], dtype="str")
        table.insert(0, f"{name}_id", ids)
    table = table.astype({column: "str" for column in table.columns if pd.api.types.is_object_dtype(table[column])})
    return table.astype({"price_level": "Int64"}) if "price_level" in table else table
