"""Spreading an effort to more districts: who can carry it, what is left of the effect, when to go on and when to stop."""

import math
from collections.abc import Sequence

import pandas as pd

from whatworks.core import Check, EffectResult, Provenance
from whatworks.core.errors import InvalidOption
from whatworks.core.options import confidence
from whatworks.economics.case_doubts import case_doubts
from whatworks.economics.case_draws import calculate, central_draw, random_draws
from whatworks.economics.case_inputs import read_horizon
from whatworks.economics.case_reading import PUBLIC, read_case
from whatworks.economics.case_rows import Row, table
from whatworks.economics.investment_case import fingerprint_of
from whatworks.economics.ranges import Ranged, triple
from whatworks.economics.scaling_districts import District, read_districts
from whatworks.economics.scaling_rows import district_rows, people_rows, rule_rows, summed

# Extension of Tættere på Familien to half of the cases did not reach the pilot's level (TrygFonden's Centre for Child
# Research); how much is left is a guess, and its range is wide.
SCALED = (0.7, 0.4, 1.0)
# WSIPP's inventory calls a programme cost-beneficial from a probability of 75 per cent.
GO = 0.75


def scaling_plan(
    effect: EffectResult,
    *,
    districts: pd.DataFrame,
    consequences: pd.DataFrame,
    costs: pd.DataFrame,
    ratio: float,
    price_level: int,
    discount_rates: float | pd.DataFrame,
    horizon: int | None = None,
    ramp: Sequence[float] = (),
    dropout: Ranged = 0.0,
    scale: Ranged = SCALED,
    share_without: float | None = None,
    payers: Sequence[str] = PUBLIC,
    operator: str = "municipality",
    go: float = GO,
    allow_not_causal: bool = False,
    draws: int = 5000,
    seed: int = 0,
    conf_level: float = 0.95,
) -> EffectResult:
    """What each candidate district would get, pay and gain, and the effect at which spreading should go on or stop.

    Parameters
    ----------
    effect : the causal effect where the effort has been tried
    districts : one row per candidate: district, citizens (who could start in a year), staff (full-time advisers there are);
        optionally years (of intake, 1 by default) and start_year (0 by default)
    consequences : as in :func:`~whatworks.economics.investment_case`
    costs : as there, for **one** district: amounts per "year" are paid by every district that starts, amounts per
        "citizen" by each for its own
    ratio : citizens per full-time adviser
    scale : share of the effect that is left when spread: by default 0.7, with the range 0.4 to 1.0
    go : probability that it pays back for the operator from which spreading goes on
    price_level, discount_rates, horizon, ramp, dropout, share_without, payers, operator, allow_not_causal, draws, seed,
    conf_level : as in :func:`~whatworks.economics.investment_case`

    Returns
    -------
    EffectResult
        Headline: net present value for the operator over all districts. Parts by quantity and ``item`` (the district, in the
        order given): citizens (who can be served: as many as start, at most staff times ratio), staff_lacking (full-time
        advisers), npv (by payer, "all" first), pays_back, break_even_year, funding_gap and cashable_npv for the operator,
        all with item "" for all districts together. Rules, per citizen in the unit of the effect: rule "stop" (the effect
        at which the operator's net present value over all districts is 0: below it, stop) and rule "go" (the effect that
        gives the wanted probability with an interval as wide as now). Checks: those of the effect, capacity,
        scaled_effect, go_rule, wrong_pockets, inputs_without_range, synthetic_prices.

    Raises
    ------
    As :func:`~whatworks.economics.investment_case`; DuplicateRows for a district that stands twice.

    Examples
    --------
    >>> effect = ww.example_effect()
    >>> districts = pd.DataFrame({"district": ["North", "South"], "citizens": [60, 90], "staff": [4.0, 5.0]})
    >>> consequences = pd.DataFrame([{"consequence": "placement", "payer": "municipality", "units": 1, "price": 120000,
    ...                               "first_year": 1, "last_year": 5, "price_level": 2024}])
    >>> costs = pd.DataFrame([{"item": "adviser", "payer": "municipality", "ledger": "recurring", "amount": 30000,
    ...                        "per": "citizen", "first_year": 0, "last_year": 9, "price_level": 2024}])
    >>> plan = ww.economics.scaling_plan(effect, districts=districts, consequences=consequences, costs=costs, ratio=15,
    ...                                  price_level=2024, discount_rates=0.035)
    >>> plan.parts.query("quantity == 'citizens'")[["item", "estimate"]].to_numpy().tolist()
    [['North', 60.0], ['South', 75.0], ['', 135.0]]
    """
    if not 0 < go < 1:
        raise InvalidOption(f"go is {go!r}; it is a probability between 0 and 1.")
    confidence(conf_level)
    places = read_districts(districts, ratio=ratio)
    last = read_horizon(horizon, consequences, places[0].intake)
    read = [
        read_case(
            effect, consequences=consequences, costs=place.shifted(costs), citizens=place.intake, price_level=price_level,
            discount_rates=discount_rates, horizon=last, ramp=place.delayed(ramp), dropout=dropout, scale=scale,
            share_without=share_without, payers=payers, operator=operator, allow_not_causal=allow_not_causal,
        )
        for place in places
    ]  # fmt: skip
    cases = [case for case, _checks in read]
    z = random_draws(cases[0], draws=draws, seed=seed)
    middle = [calculate(case, central_draw(case)) for case in cases]
    drawn = [calculate(case, z) for case in cases]
    middle, drawn = [*middle, summed(middle)], [*drawn, summed(drawn)]
    rows = people_rows(places)
    for name, one, many in zip([*(place.name for place in places), ""], middle, drawn, strict=True):
        rows += district_rows(name, cases[0], one, many, conf_level=conf_level)
    rows += rule_rows(cases, z, middle=middle[-1], drawn=drawn[-1], go=go)
    arguments = {
        "price_level": price_level, "horizon": last, "ratio": ratio, "ramp": list(ramp), "dropout": dropout, "scale": scale,
        "share_without": share_without, "payers": list(payers), "operator": operator, "go": go, "draws": draws,
        "allow_not_causal": allow_not_causal, "effect": effect.method, "effect_measure": effect.measure,
    }  # fmt: skip
    inputs = (consequences, costs, districts)
    return EffectResult(
        method="economics.scaling_plan",
        estimand=f"Net present value for the {operator} over {last} years, all districts together",
        measure="money",
        unit=f"kr., {price_level} prices",
        conf_level=conf_level,
        effects=table([_headline(rows, operator), *rows]),
        statistics=_statistics(places, rows, draws),
        checks=(
            *read[0][1],
            _capacity(places),
            _scaled_effect(triple(scale, name="scale", least=0.0, most=2.0)),
            _go_rule(rows, go),
            *case_doubts(cases[0], middle[-1], inputs=inputs[:2], followed_years=None)[:-1],
        ),
        provenance=Provenance(data_fingerprint=fingerprint_of(effect, inputs), arguments=arguments, seed=seed),
    )


def _found(rows: list[Row], quantity: str, payer: str = "") -> Row:
    """The row of all districts together."""
    return next(row for row in rows if row["quantity"] == quantity and row.get("payer", "") == payer and row["item"] == "")


def _headline(rows: list[Row], operator: str) -> Row:
    return {**_found(rows, "npv", operator), "term": f"net present value {operator}", "kind": "headline"}


def _statistics(places: list[District], rows: list[Row], draws: int) -> dict[str, float]:
    return {
        "districts": float(len(places)),
        "citizens": float(sum(sum(place.intake) for place in places)),
        "staff_lacking": sum(place.lacking for place in places),
        "pays_back_operator": float(
            next(row["estimate"] for row in rows if row["quantity"] == "pays_back" and row["item"] == "")
        ),
        "draws": float(draws),
    }


def _capacity(places: list[District]) -> Check:
    short = sum(place.lacking > 0 for place in places)
    lacking = sum(place.lacking for place in places)
    return Check(
        name="capacity",
        passed=short == 0,
        message=f"{short} of {len(places)} districts lack staff for those who could start: {lacking:.1f} advisers in all.",
        statistics={"districts": float(short), "of": float(len(places)), "staff": float(math.ceil(lacking))},
    )


def _scaled_effect(scale: tuple[float, float, float]) -> Check:
    central, low, high = scale
    return Check(
        name="scaled_effect",
        passed=None,
        message=f"{central:.0%} of the effect is assumed to be left when spread ({low:.0%} to {high:.0%}).",
        statistics={"share": central, "share_low": low, "share_high": high},
    )


def _go_rule(rows: list[Row], go: float) -> Check:
    share = float(next(row["estimate"] for row in rows if row["quantity"] == "pays_back" and row["item"] == ""))
    return Check(
        name="go_rule",
        passed=share >= go,
        message=f"The probability that spreading pays back for the one who runs it is {share:.0%}; going on asks for {go:.0%}.",
        statistics={"share": share, "share_limit": go},
    )
