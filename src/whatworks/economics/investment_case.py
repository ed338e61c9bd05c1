"""Whether an effort pays back, for whom and when: the structure of the national investment model, with its doubt."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from whatworks.core import EffectResult, Provenance, fingerprint
from whatworks.core.options import confidence
from whatworks.economics.case_doubts import case_doubts
from whatworks.economics.case_draws import Case, calculate, central_draw, random_draws
from whatworks.economics.case_reading import PUBLIC, read_case
from whatworks.economics.case_rows import ALL, Row, case_rows, table, tornado_rows
from whatworks.economics.ledgers import ledger_checks, ledger_rows
from whatworks.economics.ranges import Ranged


def investment_case(
    effect: EffectResult,
    *,
    consequences: pd.DataFrame,
    costs: pd.DataFrame,
    citizens: float | Sequence[float],
    price_level: int,
    discount_rates: float | pd.DataFrame,
    horizon: int | None = None,
    ramp: Sequence[float] = (),
    dropout: Ranged = 0.0,
    scale: Ranged = 1.0,
    share_without: float | None = None,
    funds: pd.DataFrame | None = None,
    followed_years: float | None = None,
    payers: Sequence[str] = PUBLIC,
    operator: str = "municipality",
    allow_not_causal: bool = False,
    draws: int = 5000,
    seed: int = 0,
    conf_level: float = 0.95,
) -> EffectResult:
    """Net present value, pay-back and its probability for every payer, from a causal effect and priced consequences.

    Parameters
    ----------
    effect : causal effect with an interval: extra successes per citizen (difference in shares, or a ratio with
        ``share_without``), or units of the outcome per citizen (difference in means)
    consequences : one row per consequence and payer: consequence, payer, units (a year per success; positive where the payer
        is spared), price (kroner per unit, after refund), first_year, last_year (since a citizen's start), price_level;
        optionally units_low, units_high, price_low, price_high (95 per cent ranges), cashable_share (0 to 1), synthetic
    costs : one row per item: item, payer, ledger ("one_off", "recurring"), amount (kroner, above 0), per ("year",
        "citizen"), first_year, last_year (of the case, from 0), price_level; optionally amount_low, amount_high
    citizens : who start: one group in year 0, or a number for each year of intake
    price_level : the year whose prices everything is in
    discount_rates : a real rate as a share (0.035), or one vintage of rates by period
    horizon : last year of the case, from 0; by default as far as consequences are priced, at most 10
    ramp : share of full operation in each quarter from the start; then full
    dropout : share that leaves before the effort can help: a number, or (central, low, high)
    scale : share of the effect that is left when the effort is spread: a number, or (central, low, high)
    share_without : share that succeeds without the effort, for effects that are ratios
    funds : one-off funds: source, payer (who gives; "foundation" where no public purse pays), cap (kroner), first_year,
        last_year, price_level; optionally relieves (whose one-off costs)
    followed_years : how long the effect was followed; gains after that are extrapolated, and a check says so
    payers : public purses
    operator : the payer that runs the effort; the ledgers are its own
    allow_not_causal : accept a number that is no causal effect, with a failed check
    draws : Monte Carlo draws, at least 2,000
    seed : of the draws
    conf_level : coverage of all ranges

    Returns
    -------
    EffectResult
        Headline: net present value per citizen who starts, all payers together. Parts carry quantity, payer, item, year,
        measured_in: npv, npv_undiscounted, npv_per_citizen, cost_per_citizen, funding_gap, break_even_year (infinite: not
        within the horizon), pays_back, break_even_effect by payer ("all" first); net, cumulated (discounted), paid_back_by
        by payer and year; ledger by year for the operator, after_funds, after_funds_holds; gain and cost by item and payer;
        extra_successes; tornado with at_low and at_high. Estimates are at the central inputs, ranges from the draws.
        Checks: causal_effect, effect_doubts, wrong_pockets, inputs_without_range, synthetic_prices, beyond_follow_up,
        funds_cover_start, carries_itself, cashable_gains.

    Raises
    ------
    NotCausal, InvalidEffect
        If the effect is none, or has no interval.
    MixedPriceLevels, UnknownPayer, HorizonBeyondPrices
        If amounts are in different prices, a payer does not exist, or years are asked for that no price reaches.
    InvalidOption, InvalidColumn, MissingColumn, MissingValues, EmptyData
        If an input is not what is described above; costs and citizens must be above 0.

    References
    ----------
    The structure is that of the national investment model SØM (National Board of Social Services, VIVE and Incentive 2018).
    Probability that benefits exceed costs: Washington State Institute for Public Policy, Benefit-Cost Technical
    Documentation. Net present value = sum of net flows / (1 + r)^t, year 0 not discounted; break-even is the first year from
    which the cumulated net stays at 0 or above.

    Examples
    --------
    >>> effect = ww.example_effect()
    >>> years = {"first_year": 1, "last_year": 5, "price_level": 2024}
    >>> consequences = pd.DataFrame([{"consequence": "placement", "payer": "municipality", "units": 1, "price": 80000, **years},
    ...                              {"consequence": "benefits", "payer": "state", "units": 1, "price": 40000, **years}])
    >>> costs = pd.DataFrame([{"item": "course", "payer": "municipality", "ledger": "recurring", "amount": 3e6, "per": "year",
    ...                        "first_year": 0, "last_year": 0, "price_level": 2024}])
    >>> case = ww.economics.investment_case(effect, consequences=consequences, costs=costs, citizens=100, price_level=2024,
    ...                                     discount_rates=0.035)
    >>> round(case.headline.estimate)
    24181
    """
    confidence(conf_level)
    case, checks = read_case(
        effect, consequences=consequences, costs=costs, citizens=citizens, price_level=price_level,
        discount_rates=discount_rates, horizon=horizon, ramp=ramp, dropout=dropout, scale=scale, share_without=share_without,
        funds=funds, payers=payers, operator=operator, allow_not_causal=allow_not_causal,
    )  # fmt: skip
    z = random_draws(case, draws=draws, seed=seed)
    flows, middle = calculate(case, z), calculate(case, central_draw(case))
    rows = case_rows(case, z, flows, conf_level=conf_level)
    rows += ledger_rows(case, middle, flows, conf_level=conf_level) + tornado_rows(case)
    inputs = tuple(frame for frame in (consequences, costs, funds) if frame is not None)
    arguments = {
        "price_level": price_level, "horizon": case.horizon, "citizens": np.atleast_1d(citizens).tolist(), "ramp": list(ramp),
        "dropout": dropout, "scale": scale, "share_without": share_without, "followed_years": followed_years,
        "payers": list(payers), "operator": operator, "allow_not_causal": allow_not_causal, "draws": draws,
        "discount_rates": discount_rates if not isinstance(discount_rates, pd.DataFrame) else "by period",
        "effect": effect.method, "effect_measure": effect.measure,
    }  # fmt: skip
    return EffectResult(
        method="economics.investment_case",
        estimand=f"Net present value per citizen over {case.horizon} years, all payers together",
        measure="money",
        unit=f"kr. per citizen, {price_level} prices",
        conf_level=conf_level,
        effects=table([_headline(rows), *rows]),
        statistics=_statistics(case, rows, draws),
        checks=(
            *checks,
            *case_doubts(case, middle, inputs=inputs, followed_years=followed_years),
            *ledger_checks(case, middle, flows),
        ),
        provenance=Provenance(data_fingerprint=fingerprint_of(effect, inputs), arguments=arguments, seed=seed),
    )


def fingerprint_of(effect: EffectResult, inputs: Sequence[pd.DataFrame]) -> str:
    """One name for the effect and every table that went in."""
    return fingerprint(pd.DataFrame({"input": [effect.to_json(), *(fingerprint(frame) for frame in inputs)]}))


def _value(rows: list[Row], quantity: str, payer: str) -> float:
    return float(next(row["estimate"] for row in rows if row["quantity"] == quantity and row["payer"] == payer))


def _headline(rows: list[Row]) -> Row:
    found = next(row for row in rows if row["quantity"] == "npv_per_citizen" and row["payer"] == ALL)
    return {**found, "term": "net present value per citizen", "kind": "headline"}


def _statistics(case: Case, rows: list[Row], draws: int) -> dict[str, float]:
    chances = {payer: _value(rows, "pays_back", payer) for payer in (ALL, case.operator)}
    return {
        "citizens": float(case.intake.sum()),
        "draws": float(draws),
        "horizon": float(len(case.discount) - 1),
        "pays_back": chances[ALL],
        "pays_back_operator": chances[case.operator],
        # The simulation's own error of a probability, at its largest.
        "simulation_error": float(np.sqrt(0.25 / draws)),
        "break_even_year": _value(rows, "break_even_year", ALL),
        "break_even_year_operator": _value(rows, "break_even_year", case.operator),
    }
