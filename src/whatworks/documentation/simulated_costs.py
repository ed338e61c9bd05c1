"""What simulated citizens cost, line by line, with and without the method; refunds and the method's net value."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from whatworks.documentation.simulated_courses import BEGIN, NEVER, QUARTERS, Courses, Units
from whatworks.documentation.simulated_money import YEARS, Prices, price
from whatworks.documentation.simulated_pairs import Pair
from whatworks.documentation.simulated_scores import People
from whatworks.documentation.simulated_work import NAMES

YEAR = np.asarray(QUARTERS.year)
# Kroner an hour of support at the level of 2019.
_HOUR = 420.0
# The state pays half of stays in shelters, and this share of income transfers.
_SHELTER_REFUND, _STATE_TRANSFERS = 0.5, 0.3
# Of those in residential services, this share costs more than two million kroner a year.
_DEAR, _DEAR_YEARLY = 0.03, (2_050_000, 3_000_000)
# Once for each adoption, and supervision in every quarter since; in the prices of 2019.
_ONCE = {"start_up": 150_000.0, "training": 80_000.0, "it": 25_000.0}
_SUPERVISION = 15_000.0
_DISCOUNT = 0.035
# Shares refunded of what lies above limits, at the level of 2020: before 2021, and from 2021.
_REFUND_RULES = {
    "before 2021": ((1_090_000, 0.25), (2_050_000, 0.50)),
    "from 2021": ((830_000, 0.25), (1_630_000, 0.50), (2_050_000, 0.75)),
}
_LEVEL_YEAR = 2020


@dataclass(frozen=True, kw_only=True)
class Lines:
    """One kind of cost by place and quarter, in the prices of its year.

    Attributes
    ----------
    kind, payer : of the lines
    amount, without : (places, quarters) kr, with the method and had it not been there
    refunded : share that the state pays back
    """

    kind: str
    payer: str
    amount: np.ndarray
    without: np.ndarray
    refunded: float = 0.0


def days_in_quarter(courses: Courses) -> np.ndarray:
    """(places, quarters) days of the episode in the quarter."""
    begin, until = BEGIN[:-1], BEGIN[1:] - 1
    start, end = courses.start[courses.episode], courses.end[courses.episode]
    last = np.where(np.isnat(end), until, np.minimum(end, until))
    days: np.ndarray = (last - np.maximum(start, begin)).astype("int64") + 1
    return days


def draw_lines(
    rng: np.random.Generator,
    pair: Pair,
    courses: Courses,
    people: People,
    prices: Prices,
    *,
    hours: np.ndarray,
    head: np.ndarray,
    nights: tuple[np.ndarray, np.ndarray] | None,
) -> list[Lines]:
    """Every kind of cost of a pair.

    Parameters
    ----------
    hours : (episodes,) of support a week without the method
    head : (places, quarters) whether somebody is the one of the household whom transfers are paid to
    nights : (places, quarters) nights a year in shelters, with and without the method
    """
    days = days_in_quarter(courses)
    if pair.services:
        return _residential(rng, pair, courses, people, prices, days)
    spending, level = pair.spending, price(YEAR)
    usual = np.round(hours[courses.episode] * days / 7 * _HOUR * level, 2)
    later = np.cumsum(people.running > 0, axis=1) > 4
    change = spending.hours_change * people.running - spending.saved_later * (later & (people.running > 0))
    lines = [Lines(kind="intervention", payer="municipality", amount=np.round(usual * (1 + change), 2), without=usual)]
    if spending.advisers:
        extra = np.round(spending.advisers * usual * (people.running > 0), 2)
        lines.append(Lines(kind="management", payer="municipality", amount=extra, without=np.zeros_like(extra)))
    if spending.transfers[0]:
        lines += _transfers(pair, people, head, level)
    if nights is not None:
        nightly = np.take_along_axis(prices.rate[courses.site[:, 0]], np.tile(YEAR - YEARS[0], (len(days), 1)), axis=1)
        paid, otherwise = (np.round(each / 4 * nightly, 2) for each in nights)
        lines.append(Lines(kind="health", payer="municipality", amount=paid, without=otherwise, refunded=_SHELTER_REFUND))
    return lines


def _residential(
    rng: np.random.Generator, pair: Pair, courses: Courses, people: People, prices: Prices, days: np.ndarray
) -> list[Lines]:
    paid = np.round(prices.rate[courses.site, (YEAR - YEARS[0])[None, :]] * days, 2)
    dear = rng.random(len(courses.start)) < (_DEAR if pair.paragraphs[0] in ("107", "108") else 0.0)
    yearly = rng.uniform(*_DEAR_YEARLY, len(courses.start))
    extra = np.round(np.clip((yearly / 365)[courses.episode] * days * price(YEAR) - paid, 0, None), 2) * dear[courses.episode]
    lines = [
        Lines(kind="rate", payer="municipality", amount=paid, without=paid),
        Lines(kind="intervention", payer="municipality", amount=extra, without=extra),
    ]
    if pair.spending.on_rate:
        method = np.round(pair.spending.on_rate * paid * (people.running > 0), 2)
        lines.append(Lines(kind="management", payer="municipality", amount=method, without=np.zeros_like(method)))
    return lines


def _transfers(pair: Pair, people: People, head: np.ndarray, level: np.ndarray) -> list[Lines]:
    base, change = pair.spending.transfers
    lines = []
    for payer, share in (("municipality", 1 - _STATE_TRANSFERS), ("state", _STATE_TRANSFERS)):
        usual = np.round(share * base * level * head, 2)
        paid = np.round(share * (base + change * people.running) * level * head, 2)
        lines.append(Lines(kind="transfer_income", payer=payer, amount=paid, without=usual))
    return lines


def line_table(lines: list[Lines], courses: Courses, episode_ids: np.ndarray) -> pd.DataFrame:
    """The lines that are not nothing, as the table of costs holds them."""
    parts = []
    for line in lines:
        place, quarter = np.nonzero(line.amount)
        amount = line.amount[place, quarter]
        parts.append(
            pd.DataFrame(
                {
                    "episode_id": episode_ids[courses.episode[place, quarter]],
                    "adoption_id": None,
                    "quarter": NAMES[quarter],
                    "cost_type": line.kind,
                    "amount": amount,
                    "payer": line.payer,
                    "funding_source": "operation",
                    "price_level": YEAR[quarter],
                    "refunded": np.round(line.refunded * amount, 2),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def adoption_costs(pair: Pair, units: Units, unit_ids: np.ndarray, open_until: np.ndarray) -> pd.DataFrame:
    """What it costs to start the method and to keep it up, by adoption; foundations pay nothing here."""
    rows = []
    for unit in np.flatnonzero(units.first < NEVER):
        first = units.first[unit]
        once = [(kind, first, amount, "one_off_funds") for kind, amount in _ONCE.items()]
        lasting = [("supervision", quarter, _SUPERVISION, "operation") for quarter in range(first, open_until[unit])]
        for kind, quarter, amount, source in once + lasting:
            year = int(YEAR[quarter])
            kroner = round(amount * float(price(np.array(year))), 2)
            rows.append(
                (None, f"a_{pair.code}_{unit_ids[unit]}", NAMES[quarter], kind, kroner, "municipality", source, year, 0.0)
            )
    columns = [
        "episode_id",
        "adoption_id",
        "quarter",
        "cost_type",
        "amount",
        "payer",
        "funding_source",
        "price_level",
        "refunded",
    ]
    return pd.DataFrame(rows, columns=columns)


def cost_truth(lines: list[Lines], people: People, courses: Courses, units: Units, started: pd.DataFrame) -> dict[str, Any]:
    """What the method changes for each payer: a citizen and quarter in use, and the net value until the last quarter.

    Amounts are in the prices of 2019. The net value counts what the lines would have been less what they are, and what starting
    and keeping up the method cost, discounted by 3.5 per cent for each year since the unit's own start.
    """
    in_use = people.running > 0
    since = (np.arange(len(QUARTERS)) - units.first[:, None])[courses.unit] // 4
    discount = np.where(since >= 0, (1 + _DISCOUNT) ** -np.clip(since, 0, 99).astype(float), 0.0) / price(YEAR)
    effect, net = {"municipality": 0.0, "state": 0.0}, {"municipality": 0.0, "state": 0.0}
    for line in lines:
        change = line.amount - line.without
        for payer, share in ((line.payer, 1 - line.refunded), ("state", line.refunded)):
            effect[payer] += share * float((change / price(YEAR))[in_use].sum())
            net[payer] -= share * float((change * discount).sum())
    year = started["price_level"].to_numpy(dtype=int)
    quarter = pd.Index(NAMES).get_indexer(started["quarter"])
    first = started.groupby("adoption_id")["quarter"].transform("min").to_numpy()
    age = (quarter - pd.Index(NAMES).get_indexer(first)) // 4
    net["municipality"] -= float((started["amount"].to_numpy() / price(year) * (1 + _DISCOUNT) ** -age.astype(float)).sum())
    count = max(int(in_use.sum()), 1)
    return {
        "cost_effect": {payer: round(total / count, 6) for payer, total in effect.items()},
        "net_present_value": {payer: round(total, 2) for payer, total in net.items()},
    }


def refunds(cost: pd.DataFrame, citizen_of: Mapping[str, str]) -> dict[str, Any]:
    """Refunds of expensive cases of 2020 under both rules, at the limits of 2020; shelters have a refund of their own."""
    counted = cost[(cost["price_level"] == _LEVEL_YEAR) & cost["cost_type"].isin(["rate", "intervention", "management"])]
    yearly = counted["amount"].groupby(counted["episode_id"].map(citizen_of)).sum().round(2)
    told: dict[str, Any] = {"year": _LEVEL_YEAR, "level": _LEVEL_YEAR}
    for rule, brackets in _REFUND_RULES.items():
        refund = np.zeros(len(yearly))
        for (low, share), (high, _) in pairwise([*brackets, (np.inf, 0.0)]):
            refund += share * (yearly.clip(low, high).to_numpy() - low)
        told[rule] = {"citizens": int((refund > 0).sum()), "refund": round(float(refund.sum()), 2)}
    return told
