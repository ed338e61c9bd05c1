"""Rows of a scaling plan: district by district, and the effects at which to go on or to stop."""

from collections.abc import Sequence
from dataclasses import fields, replace

import numpy as np

from whatworks.economics.case_draws import Case, Flows, calculate, central_draw
from whatworks.economics.case_rows import ALL, Row, break_even_year, chance, paid_back, ranged_rows, together
from whatworks.economics.ranges import spread
from whatworks.economics.scaling_districts import District

Array = np.ndarray


def summed(flows: Sequence[Flows]) -> Flows:
    """All districts together."""
    return Flows(**{each.name: sum(getattr(one, each.name) for one in flows) for each in fields(Flows)})


def people_rows(places: Sequence[District]) -> list[Row]:
    """Citizens served and advisers lacking, by district and in all."""
    rows: list[Row] = []
    for quantity, unit, values in (
        ("citizens", "citizens", [sum(place.intake) for place in places]),
        ("staff_lacking", "full-time advisers", [place.lacking for place in places]),
    ):
        for name, value in zip([*(place.name for place in places), ""], [*values, sum(values)], strict=True):
            term = f"{quantity} {name}".strip()
            rows.append(
                {"term": term, "kind": "part", "quantity": quantity, "item": name, "estimate": value, "measured_in": unit}
            )
    return rows


def district_rows(name: str, case: Case, middle: Flows, flows: Flows, *, conf_level: float) -> list[Row]:
    """What one district pays and gains; the operator's pay-back, and what it can take home."""
    names = (ALL, *case.payers)
    own = case.payers.index(case.operator)
    central, drawn = (together(each.net) * case.discount for each in (middle, flows))
    about = [{"term": f"npv {payer} {name}".strip(), "payer": payer, "item": name} for payer in names]
    rows = ranged_rows("npv", central.sum(axis=2)[:, 0], drawn.sum(axis=2).T, about, measured_in="kr.", conf_level=conf_level)
    cumulated = central[own + 1, 0].cumsum(), drawn[own + 1].cumsum(axis=1)
    years = break_even_year(cumulated[1])
    low, high = np.quantile(years, [(1 - conf_level) / 2, (1 + conf_level) / 2], method="inverted_cdf")
    about_own = {"payer": case.operator, "item": name}
    rows.append(chance("pays_back", float(paid_back(cumulated[1])[:, -1].mean()), term=f"pays back {name}".strip(), **about_own))
    rows.append(
        {
            "term": f"break-even year {name}".strip(), "kind": "part", "quantity": "break_even_year", "measured_in": "year",
            "estimate": float(break_even_year(cumulated[0])), "conf_low": float(low), "conf_high": float(high), **about_own,
        }
    )  # fmt: skip
    for quantity, one, many in (
        ("funding_gap", _gap(middle.net[own]), _gap(flows.net[own])),
        ("cashable_npv", _cashable(case, middle, own), _cashable(case, flows, own)),
    ):
        about = [{"term": f"{quantity} {name}".strip(), **about_own}]
        rows += ranged_rows(quantity, one, many[:, None], about, measured_in="kr.", conf_level=conf_level)
    return rows


def rule_rows(cases: Sequence[Case], z: Array, *, middle: Flows, drawn: Flows, go: float) -> list[Row]:
    """Effects measured in the new districts at which to stop, and from which to go on.

    Below the first, the operator's net present value over all districts is negative. At the second it is positive in the
    wanted share of draws, with an effect known as well as now.
    """
    one, many = (_gain_of_one(cases, each) for each in (central_draw(cases[0]), z))
    costs = [_present(cases[0], flows) - _present(cases[0], flows, gains=True) for flows in (middle, drawn)]
    effect = spread(z[:, 0], *cases[0].difference) * np.maximum(spread(z[:, 2], *cases[0].scale), 0.0)
    stop = enough = np.nan
    if one[0] > 0 and (many > 0).all():
        stop = float(-costs[0][0] / one[0])
        # By how much the effect must be larger than it is drawn for the gains to match the costs.
        lacking = -costs[1] / many - effect
        enough = float(cases[0].difference[0] * cases[0].scale[0] + np.quantile(lacking, go))
    return [
        {
            "term": f"rule {name}", "kind": "part", "quantity": "rule", "payer": cases[0].operator, "item": name,
            "estimate": value, "measured_in": "improvement per citizen",
        }
        for name, value in (("stop", stop), ("go", enough))
    ]  # fmt: skip


def _gain_of_one(cases: Sequence[Case], z: Array) -> Array:
    """(d,) the operator's discounted gains over all districts if the effect were one unit per citizen."""
    certain = (1.0, 1.0, 1.0)
    units = [calculate(replace(case, difference=certain, scale=certain), z) for case in cases]
    return _present(cases[0], summed(units), gains=True)


def _present(case: Case, flows: Flows, *, gains: bool = False) -> Array:
    kroner = flows.gains if gains else flows.net
    return np.asarray(kroner[case.payers.index(case.operator)] @ case.discount)


def _gap(net: Array) -> Array:
    return np.maximum(-net.cumsum(axis=1).min(axis=1), 0.0)


def _cashable(case: Case, flows: Flows, own: int) -> Array:
    return np.asarray((flows.net[own] - flows.gains[own] + flows.cashable[own]) @ case.discount)
