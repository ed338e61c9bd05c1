"""How many will need it and what that costs: people by age, the share of each age in the group, and how that share moves."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import norm

from whatworks.core.check import Check
from whatworks.core.errors import InvalidOption
from whatworks.core.options import confidence, one_of, seed_or_none
from whatworks.core.provenance import Provenance, fingerprint
from whatworks.core.result import EffectResult
from whatworks.economics.ages import latest_prevalence, log_spread, people_by_age, prevalence_trend
from whatworks.economics.doubts import synthetic_prices
from whatworks.economics.errors import ImplausibleAmount
from whatworks.economics.money import Money, known_year
from whatworks.economics.price_index import index_factor, price_links
from whatworks.economics.table import effects_of, records

FOLLOWS = ("age", "cohort", "trend")
# With fewer years a trend can be a change of practice or of counting.
_YEARS_FOR_A_TREND = 5
_MOST_DRAWS = 1_000_000


def demand(
    population: pd.DataFrame,
    prevalence: pd.DataFrame,
    *,
    base: int,
    horizon: int,
    unit_cost: Money,
    prevalence_follows: str = "cohort",
    ages: tuple[int, int] = (0, 120),
    share_served: float = 1.0,
    index: pd.DataFrame | None = None,
    series: str | None = None,
    conf_level: float = 0.95,
    draws: int = 2000,
    seed: int = 0,
) -> EffectResult:
    """Growth of a target group from one year to another, where it comes from, and what it costs.

    people_t = sum over ages(population_t x prevalence_t) x share served. Prevalence follows

    * ``age``: each age keeps the share it has now;
    * ``cohort``: a diagnosis is for life, as with autism. Those who are 18 now take their share with them and have at least it
      when they are 28; so groups grow long after diagnosing has stopped growing;
    * ``trend``: every share goes on growing as it did over the years known (log-linear, the mean over age bands).

    Parameters
    ----------
    population : people by year and age band of one area (year, age_from, age_to, population), every year from base to horizon
    prevalence : share of each band in one group (year, age_from, age_to, per_1000, conf_low, conf_high as 95 % interval); the
        last year up to base counts, ``trend`` uses all years
    base, horizon : first and last year
    unit_cost : cost of one person served for a year
    prevalence_follows : ``"age"``, ``"cohort"`` or ``"trend"``
    ages : first and last age that is counted, such as (18, 66); younger ones still carry their share into it
    share_served : share of the group that is served, above 0 and at most 1
    index, series : price-and-wage index that brings the cost to each year's own prices as well, as in :func:`price_links`
    conf_level, draws, seed : of the intervals, which come from drawn prevalences. All ages share one error, which is careful;
        the population is taken as known

    Returns
    -------
    Headline: more people served in the last year than in the first. Parts: one per year, people served, with year, cost,
    cost_low, cost_high (kroner in the prices of ``unit_cost``), cost_current (in the year's own prices, with an index),
    from_population and from_prevalence (more people than in the base year because of either), price_level, payer. Statistics:
    people_base, people_horizon, growth_share, extra_cost, extra_cost_low, extra_cost_high, from_population, from_prevalence;
    trend and trend_years where prevalence follows it.

    Raises
    ------
    HorizonBeyondPrices
        If population or prevalence do not reach.
    MissingPriceLink
        If the index does not reach the horizon.
    NotIdentified
        If a trend is asked of too few years.
    ImplausibleAmount, DuplicateRows, InvalidOption, MissingColumn, MissingValues, EmptyData, InvalidColumn

    References
    ----------
    Preston, Heuveline & Guillot (2001), Demography, chapter 6 (cohort-component projection) for shares carried by cohorts.

    Examples
    --------
    >>> people = pd.DataFrame({"year": [2024, 2025], "age_from": [0, 0], "age_to": [9, 9], "population": [1000.0, 1100.0]})
    >>> share = pd.DataFrame({"year": [2024], "age_from": [0], "age_to": [9], "per_1000": [20.0], "conf_low": [15.0],
    ...                       "conf_high": [26.0]})
    >>> cost = ww.economics.Money(amount=100_000, price_level=2024, payer="municipality")
    >>> more = ww.economics.demand(people, share, base=2024, horizon=2025, unit_cost=cost, prevalence_follows="age")
    >>> round(more.headline.estimate, 6), round(more.statistics["extra_cost"])
    (2.0, 200000)
    """
    _refuse_options(base, horizon, unit_cost, share_served, conf_level, draws)
    one_of(prevalence_follows, FOLLOWS, name="prevalence_follows")
    youngest, oldest = ages
    everybody = people_by_age(population, base=base, horizon=horizon)
    people = everybody.loc[:, youngest:oldest].dropna(axis=1, how="all")
    now, known_in = latest_prevalence(prevalence, base=base)
    model = _model(prevalence, known_in, prevalence_follows)
    shares = _shares(now, list(people.index), known_in, model)[people.columns]
    left = float(people.iloc[0][shares.iloc[0].isna()].sum())
    central = (people * shares).sum(axis=1) * share_served
    if not central.iloc[0] > 0:
        raise ImplausibleAmount(
            f"Nobody aged {youngest} to {oldest} is in the group in {base}. Check ages, population and prevalence."
        )
    flat = (people * now[people.columns]).sum(axis=1) * share_served
    ahead = people.index.to_numpy() - known_in
    drawn = _draws(central.to_numpy(), ahead, model, draws, seed, most=people.sum(axis=1).to_numpy())
    factors, links = _factors(index, series, unit_cost, base, horizon)
    rows = _rows(central, flat, drawn, unit_cost, conf_level, factors)
    statistics = _statistics(central, flat, drawn, unit_cost, conf_level)
    if prevalence_follows == "trend":
        statistics |= {"trend": float(np.expm1(model.slope)), "trend_years": model.years}
    arguments = {"base": base, "horizon": horizon, "prevalence_follows": prevalence_follows, "ages": ages,
                 "share_served": share_served, "unit_cost": str(unit_cost), "series": series, "draws": draws}  # fmt: skip
    return EffectResult(
        method="economics.demand",
        estimand=f"More people served in {horizon} than in {base}; prevalence follows {prevalence_follows}",
        measure="MD",
        unit="people",
        conf_level=conf_level,
        effects=effects_of(rows).assign(price_level=unit_cost.price_level, payer=unit_cost.payer),
        statistics={"nobs": len(population), "n_dropped": 0, **statistics, "price_level": unit_cost.price_level},
        checks=(*_checks(model, left), synthetic_prices(population, prevalence, links)),
        provenance=Provenance(data_fingerprint=fingerprint(population) + fingerprint(prevalence), arguments=arguments, seed=seed),
    )


@dataclass(frozen=True)
class _Model:
    """How prevalence moves, and how sure that is."""

    follows: str
    spread: float | None
    slope: float = 0.0
    slope_error: float = 0.0
    df: int = 0
    years: int = 0


def _refuse_options(base: int, horizon: int, cost: Money, share: float, conf_level: float, draws: int) -> None:
    if known_year(horizon, name="horizon") <= known_year(base, name="base"):
        raise InvalidOption(f"horizon={horizon} must lie after base={base}.")
    if not cost.amount > 0:
        raise ImplausibleAmount(f"unit_cost is {cost.amount:,.0f} kroner; a cost above 0 is needed.")
    if not 0 < share <= 1:
        raise InvalidOption(f"share_served={share!r} is a share above 0 and at most 1; 40 per cent is 0.4.")
    confidence(conf_level)
    if not 100 <= draws <= _MOST_DRAWS:
        raise InvalidOption(f"draws={draws!r} must lie from 100 to {_MOST_DRAWS:,}.")


def _model(prevalence: pd.DataFrame, known_in: int, follows: str) -> _Model:
    spread = log_spread(prevalence, known_in, float(norm.ppf(0.975)))
    if follows != "trend":
        return _Model(follows, spread)
    return _Model(follows, spread, *prevalence_trend(prevalence))


def _shares(now: pd.Series, years: list[int], known_in: int, model: _Model) -> pd.DataFrame:
    """Share of each age in the group, (years, ages); missing where it is not known now, so that growth is not one of coverage."""
    shares = now.to_numpy(dtype=float)
    out = []
    for year in years:
        ahead = year - known_in
        if model.follows == "cohort":
            # Those who were born since have the share of the youngest.
            carried = np.concatenate([np.full(ahead, shares[0]), shares])[: len(shares)]
            out.append(np.where(np.isnan(shares), np.nan, np.fmax(shares, carried)))
        else:
            out.append(shares * np.exp(model.slope * ahead))
    grown = np.array(out)
    if np.nanmax(grown) > 1:
        raise ImplausibleAmount(
            "The trend takes prevalence above everybody before the horizon. Choose a nearer one, or follow 'cohort'."
        )
    return pd.DataFrame(grown, index=years, columns=now.index)


def _draws(central: np.ndarray, ahead: np.ndarray, model: _Model, draws: int, seed: int, *, most: np.ndarray) -> np.ndarray:
    """People served, (draws, years); never more than everybody."""
    rng = np.random.default_rng(seed_or_none(seed))
    level = np.exp((model.spread or 0.0) * rng.standard_normal(draws))[:, None] * central
    if model.follows == "trend":
        slopes = model.slope_error * rng.standard_t(model.df, draws)
        level = level * np.exp(slopes[:, None] * ahead)
    return np.minimum(level, most)


def _factors(
    index: pd.DataFrame | None, series: str | None, cost: Money, base: int, horizon: int
) -> tuple[list[float], pd.DataFrame | None]:
    """What brings the unit cost to each year's own prices, and the links that do; missing without an index."""
    if index is None or series is None:
        return [float("nan")] * (horizon - base + 1), None
    links = price_links(index, series=series)
    first, last = min(cost.price_level, base), max(cost.price_level, horizon)
    used = links[links["year_from"].between(first, last - 1)]
    return [index_factor(links, cost.price_level, year) for year in range(base, horizon + 1)], used


def _rows(
    central: pd.Series, flat: pd.Series, drawn: np.ndarray, cost: Money, conf_level: float, factors: list[float]
) -> list[dict[str, Any]]:
    tails = [0.5 - conf_level / 2, 0.5 + conf_level / 2]
    low, high = np.quantile(drawn, tails, axis=0)
    more = drawn[:, -1] - drawn[:, 0]
    head_low, head_high = np.quantile(more, tails)
    rows: list[dict[str, Any]] = [
        {"term": "growth", "kind": "headline", "estimate": central.iloc[-1] - central.iloc[0], "std_error": more.std(ddof=1),
         "conf_low": head_low, "conf_high": head_high}
    ]  # fmt: skip
    parts = pd.DataFrame(
        {
            "term": central.index.astype(str),
            "kind": "part",
            "estimate": central,
            "std_error": drawn.std(axis=0, ddof=1),
            "conf_low": low,
            "conf_high": high,
            "year": central.index,
            "cost": central * cost.amount,
            "cost_low": low * cost.amount,
            "cost_high": high * cost.amount,
            "cost_current": central * cost.amount * factors,
            "from_population": flat - flat.iloc[0],
            "from_prevalence": (central - central.iloc[0]) - (flat - flat.iloc[0]),
        }
    )
    return [*rows, *records(parts)]


def _statistics(central: pd.Series, flat: pd.Series, drawn: np.ndarray, cost: Money, conf_level: float) -> dict[str, float]:
    first, last = float(central.iloc[0]), float(central.iloc[-1])
    low, high = np.quantile(drawn[:, -1] - drawn[:, 0], [0.5 - conf_level / 2, 0.5 + conf_level / 2])
    moved = float(flat.iloc[-1] - flat.iloc[0])
    return {
        "people_base": first,
        "people_horizon": last,
        "growth_share": last / first - 1,
        "extra_cost": (last - first) * cost.amount,
        "extra_cost_low": float(low) * cost.amount,
        "extra_cost_high": float(high) * cost.amount,
        "from_population": moved,
        "from_prevalence": last - first - moved,
    }


def _checks(model: _Model, left: float) -> tuple[Check, ...]:
    checks = [
        Check(
            name="prevalence_interval",
            passed=model.spread is not None,
            message="The range holds the uncertainty of prevalence; the population is taken as known."
            if model.spread is not None
            else "Prevalence has no interval, so the range leaves its uncertainty out.",
        ),
        Check(
            name="ages_without_prevalence",
            passed=left == 0,
            message=f"{left:,.0f} people are of an age whose prevalence is not known; they are not counted.",
            statistics={"people": left},
        ),
    ]
    if model.follows == "trend":
        checks.append(
            Check(
                name="short_trend",
                passed=model.years >= _YEARS_FOR_A_TREND,
                message=f"The trend rests on {model.years} years (limit {_YEARS_FOR_A_TREND}).",
                statistics={"years": float(model.years), "limit": float(_YEARS_FOR_A_TREND)},
            )
        )
    return tuple(checks)
