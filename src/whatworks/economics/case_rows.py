"""Rows of an investment case: each quantity with what is expected and the range of the draws."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from whatworks.core.result import COMMON_COLUMNS
from whatworks.economics.case_draws import (
    Case,
    Flows,
    calculate,
    central_draw,
    costs_by_item,
    gains_by_item,
    successes_per_citizen,
)
from whatworks.economics.ranges import Z95

Array = np.ndarray
Row = dict[str, Any]

# All payers together.
ALL = "all"
_EXTRAS = ("quantity", "payer", "item", "year", "measured_in", "at_low", "at_high")


def together(kroner: Array) -> Array:
    """(p + 1, d, t): all payers together first, then each."""
    return np.concatenate([kroner.sum(axis=0, keepdims=True), kroner])


def paid_back(cumulated: Array) -> Array:
    """Whether the money is back in each year and stays back to the horizon; years on the last axis.

    Examples
    --------
    >>> paid_back(np.array([-1.0, 2.0, -1.0, 0.0, 3.0])).tolist()
    [False, False, False, True, True]
    """
    stays = np.logical_and.accumulate(np.flip(cumulated >= 0, axis=-1), axis=-1)
    return np.flip(stays, axis=-1)


def break_even_year(cumulated: Array) -> Array:
    """The first year from which the money is back to the horizon; infinite where it is not."""
    back = paid_back(cumulated)
    return np.where(back[..., -1], back.argmax(axis=-1), np.inf)


def table(rows: Iterable[Row]) -> pd.DataFrame:
    """Rows as the effects of a result: the seven common columns, then what each row is about."""
    frame = pd.DataFrame(list(rows))
    for column in (*COMMON_COLUMNS, *_EXTRAS):
        if column not in frame:
            frame[column] = np.nan
    frame["p_value"] = np.nan
    for column in ("quantity", "payer", "item", "measured_in"):
        frame[column] = frame[column].fillna("").astype("str")
    frame["year"] = frame["year"].astype("Int64")
    return frame[[*COMMON_COLUMNS, *_EXTRAS]]


def ranged_rows(
    quantity: str, central: Array, draws: Array, about: Iterable[Row], *, measured_in: str, conf_level: float
) -> list[Row]:
    """One row per place of ``central`` (n,), with spread and range of ``draws`` (d, n)."""
    low, high = np.quantile(draws, [(1 - conf_level) / 2, (1 + conf_level) / 2], axis=0)
    spread = draws.std(axis=0, ddof=1)
    return [
        {
            "kind": "part", "quantity": quantity, "estimate": float(value), "std_error": float(error), "conf_low": float(least),
            "conf_high": float(most), "measured_in": measured_in, **each,
        }
        for value, error, least, most, each in zip(central, spread, low, high, about, strict=True)
    ]  # fmt: skip


def chance(quantity: str, share: float, **about: Any) -> Row:
    """A row with the share of draws in which something happens."""
    return {"kind": "part", "quantity": quantity, "estimate": share, "measured_in": "probability", **about}


def case_rows(case: Case, z: Array, flows: Flows, *, conf_level: float) -> list[Row]:
    """Every row but the headline and the ledgers."""
    names = (ALL, *case.payers)
    middle = calculate(case, central_draw(case))
    central, drawn = together(middle.net), together(flows.net)
    rows: list[Row] = []
    present = (central * case.discount, drawn * case.discount)
    for quantity, (one, many) in {"npv": present, "npv_undiscounted": (central, drawn)}.items():
        rows += _by_payer(quantity, one.sum(axis=2), many.sum(axis=2), names, measured_in="kr.", conf_level=conf_level)
    people = float(case.intake.sum())
    one, many = (each.sum(axis=2) / people for each in present)
    rows += _by_payer("npv_per_citizen", one, many, names, measured_in="kr. per citizen", conf_level=conf_level)
    cost = [-together(each.gains - each.net + each.transfers) * case.discount / people for each in (middle, flows)]
    rows += _by_payer(
        "cost_per_citizen",
        -cost[0].sum(axis=2),
        -cost[1].sum(axis=2),
        names,
        measured_in="kr. per citizen",
        conf_level=conf_level,
    )
    rows += _by_year("net", central, drawn, names, conf_level=conf_level)
    cumulated = (present[0].cumsum(axis=2), present[1].cumsum(axis=2))
    rows += _by_year("cumulated", *cumulated, names, conf_level=conf_level)
    rows += _pay_back(*cumulated, names, conf_level=conf_level)
    gap = [np.maximum(-each.cumsum(axis=2).min(axis=2), 0.0) for each in (central, drawn)]
    rows += _by_payer("funding_gap", gap[0], gap[1], names, measured_in="kr.", conf_level=conf_level)
    successes = [people * successes_per_citizen(case, each) for each in (central_draw(case), z)]
    rows += ranged_rows(
        "extra_successes",
        successes[0],
        successes[1][:, None],
        [{"term": "extra successes"}],
        measured_in="successes",
        conf_level=conf_level,
    )
    rows += _break_even_effect(case, middle, names)
    return rows + _by_item(case, z, conf_level=conf_level)


def tornado_rows(case: Case) -> list[Row]:
    """How far the net present value per citizen moves when one assumption goes to either end of its range."""
    wide = np.flatnonzero(case.ranged)
    z = np.zeros((2 * len(wide), len(case.assumptions)))
    z[2 * np.arange(len(wide)), wide], z[2 * np.arange(len(wide)) + 1, wide] = -Z95, Z95
    people = float(case.intake.sum())
    middle, moved = (
        (together(calculate(case, each).net) * case.discount).sum(axis=2) / people for each in (central_draw(case), z)
    )
    rows: list[Row] = []
    for place, payer in enumerate((ALL, *case.payers)):
        if payer not in (ALL, case.operator):
            continue
        for turn, column in enumerate(wide):
            kind, item = case.assumptions[column]
            low, high = float(moved[place, 2 * turn]), float(moved[place, 2 * turn + 1])
            rows.append(
                {
                    "term": f"{kind} {item}".strip(), "kind": "part", "quantity": "tornado", "payer": payer,
                    "item": f"{kind}:{item}" if item else kind, "estimate": float(middle[place, 0]), "std_error": np.nan,
                    "conf_low": min(low, high), "conf_high": max(low, high), "at_low": low, "at_high": high,
                    "measured_in": "kr. per citizen",
                }
            )  # fmt: skip
    return sorted(rows, key=lambda row: (row["payer"] != ALL, row["conf_low"] - row["conf_high"]))


def _by_payer(
    quantity: str, central: Array, draws: Array, names: tuple[str, ...], *, measured_in: str, conf_level: float
) -> list[Row]:
    about = [{"term": f"{quantity} {name}", "payer": name} for name in names]
    return ranged_rows(quantity, central[:, 0], draws.T, about, measured_in=measured_in, conf_level=conf_level)


def _by_year(quantity: str, central: Array, draws: Array, names: tuple[str, ...], *, conf_level: float) -> list[Row]:
    years = range(central.shape[2])
    about = [{"term": f"{quantity} {name} year {year}", "payer": name, "year": year} for name in names for year in years]
    flat = draws.transpose(1, 0, 2).reshape(draws.shape[1], -1)
    return ranged_rows(quantity, central[:, 0].ravel(), flat, about, measured_in="kr.", conf_level=conf_level)


def _pay_back(central: Array, draws: Array, names: tuple[str, ...], *, conf_level: float) -> list[Row]:
    """Break-even year, probability of paying back by each year, and at all."""
    rows: list[Row] = []
    years = break_even_year(draws)
    back = paid_back(draws).mean(axis=1)
    for place, name in enumerate(names):
        # Draws that never pay back count as the latest of all, so a range may have no end.
        low, high = np.quantile(years[place], [(1 - conf_level) / 2, (1 + conf_level) / 2], method="inverted_cdf")
        rows.append(
            {
                "term": f"break-even year {name}", "kind": "part", "quantity": "break_even_year", "payer": name,
                "estimate": float(break_even_year(central[place, 0])), "conf_low": float(low), "conf_high": float(high),
                "measured_in": "year",
            }
        )  # fmt: skip
        for year, share in enumerate(back[place]):
            term = f"paid back {name} by year {year}"
            rows.append(chance("paid_back_by", float(share), term=term, payer=name, year=year))
        rows.append(chance("pays_back", float(back[place, -1]), term=f"pays back {name}", payer=name))
    return rows


def _break_even_effect(case: Case, middle: Flows, names: tuple[str, ...]) -> list[Row]:
    """The improvement per citizen, with drop-out and scale as they are, at which the net present value is 0."""
    gains = (together(middle.gains) * case.discount).sum(axis=(1, 2))
    rest = (together(middle.net) * case.discount).sum(axis=(1, 2)) - gains
    with np.errstate(divide="ignore", invalid="ignore"):
        needed = np.where(gains * case.difference[0] > 0, -rest * case.difference[0] / gains, np.nan)
    return [
        {
            "term": f"break-even effect {name}", "kind": "part", "quantity": "break_even_effect", "payer": name,
            "estimate": float(value), "measured_in": "improvement per citizen",
        }
        for name, value in zip(names, needed, strict=True)
    ]  # fmt: skip


def _by_item(case: Case, z: Array, *, conf_level: float) -> list[Row]:
    """Present value of every consequence and cost for every payer it concerns."""
    rows: list[Row] = []
    for quantity, flow, read in (("gain", case.gains, gains_by_item), ("cost", case.costs, costs_by_item)):
        concerned = sorted(set(zip(flow.which.tolist(), flow.payer.tolist(), strict=True)))
        places = tuple(np.array(each) for each in zip(*concerned, strict=True))
        about = [
            {"term": f"{quantity} {flow.names[item]} {case.payers[payer]}", "item": flow.names[item], "payer": case.payers[payer]}
            for item, payer in concerned
        ]
        central, drawn = read(case, central_draw(case))[places][:, 0], read(case, z)[places].T
        rows += ranged_rows(quantity, central, drawn, about, measured_in="kr.", conf_level=conf_level)
    return rows
