"""How long costs and gains take to calculate, in seconds of processor time. No other tool we know of does the same in Python.

python benchmarks/economics.py
"""

import time
from collections.abc import Callable

import numpy as np
import pandas as pd

import whatworks as ww

PAYERS = ("municipality", "region", "state")


def effect() -> ww.EffectResult:
    """A difference in shares of 0.10, standard error 0.03."""
    row = {"term": "ATT", "kind": "headline", "estimate": 0.10, "std_error": 0.03, "conf_low": 0.0412, "conf_high": 0.1588}
    known = {"method": "matching.estimate", "estimand": "ATT", "measure": "RD", "unit": "share", "good": "up"}
    return ww.EffectResult(
        effects=pd.DataFrame([{**row, "p_value": 0.001}]), provenance=ww.Provenance(data_fingerprint="0"), **known
    )


def large_case() -> dict[str, object]:
    """Ten years, three payers, eleven consequences, every price with a range."""
    row = {"units": 1.0, "units_low": 0.5, "units_high": 1.5, "price": 9e3, "price_low": 8e3, "price_high": 1.1e4}
    years = {"first_year": 1, "last_year": 10, "price_level": 2024}
    consequences = [{"consequence": f"area {turn}", "payer": payer, **row, **years} for turn in range(11) for payer in PAYERS]
    cost = {"item": "course", "payer": "municipality", "ledger": "recurring", "amount": 3e6, "per": "year"}
    costs = pd.DataFrame([{**cost, "first_year": 0, "last_year": 0, "price_level": 2024}])
    return {
        "consequences": pd.DataFrame(consequences),
        "costs": costs,
        "citizens": 100,
        "price_level": 2024,
        "discount_rates": 0.035,
    }


def citizens(n: int) -> pd.DataFrame:
    """Costs and scores of so many citizens in 100 places, half of them with the effort."""
    rng = np.random.default_rng(0)
    place = np.arange(n) % 100
    treated = place % 2
    kroner = rng.gamma(4, 15_000, n) + 8_000 * treated
    return pd.DataFrame({"kroner": kroner, "score": rng.normal(50 + 3 * treated, 15), "treated": treated, "place": place})


def districts(n: int) -> pd.DataFrame:
    return pd.DataFrame({"district": [f"district {turn}" for turn in range(n)], "citizens": 60.0, "staff": 4.0})


def seconds(work: Callable[[], object], times: int = 5) -> float:
    """The shortest of several runs, after one to warm up."""
    work()
    taken = []
    for _turn in range(times):
        start = time.process_time()
        work()
        taken.append(time.process_time() - start)
    return min(taken)


def main() -> None:
    case, people = large_case(), citizens(100_000)
    plan = {key: value for key, value in case.items() if key != "citizens"}
    columns = {
        "cost": "kroner",
        "effect": "score",
        "treatment": "treated",
        "price_level": 2024,
        "good": "up",
        "effect_unit": "points",
    }
    work = {
        "investment_case, 10 years, 3 payers, 11 consequences, 10,000 draws": lambda: ww.economics.investment_case(
            effect(), **case, draws=10_000
        ),
        "scaling_plan, the same for 20 districts, 5,000 draws": lambda: ww.economics.scaling_plan(
            effect(), districts=districts(20), ratio=15, **plan, draws=5_000
        ),
        "cost_effectiveness, 100,000 citizens in 100 places, 2,000 draws": lambda: ww.economics.cost_effectiveness(
            people, **columns, cluster="place"
        ),
        "cost_effectiveness, 10,000 citizens one by one, 2,000 draws": lambda: ww.economics.cost_effectiveness(
            people.head(10_000), **columns
        ),
    }
    for name, each in work.items():
        print(f"{name}: {seconds(each):.2f} s")


if __name__ == "__main__":
    main()
