"""The nine pairs of the whole frame: what the group-time estimator says of each, unit by unit, mergers mapped."""

import numpy as np
import pandas as pd

import whatworks as ww
from grading.worlds import ASKED, FIRST_SEEDS
from whatworks.documentation.simulated_pairs import PAIRS, Measure, Pair


def unit_panel(
    tables: dict[str, pd.DataFrame], *, target_group: str, method: str, instrument: str, by_service: bool
) -> pd.DataFrame:
    """Means by unit and quarter; a service that was merged counts as its successor from the beginning."""
    episode = tables["episode"][tables["episode"]["target_group_code"] == target_group]
    unit = episode["service_id" if by_service else "acting_municipality"]
    adoption = tables["adoption"][tables["adoption"]["method_id"] == method]
    adopter = adoption["unit_id"]
    if by_service:
        successor = tables["service"].dropna(subset="successor_id").set_index("service_id")["successor_id"]
        unit, adopter = unit.map(successor).fillna(unit), adopter.map(successor).fillna(adopter)
    rows = tables["measurement"][tables["measurement"]["instrument"] == instrument].dropna(subset="value")
    rows = rows.merge(pd.DataFrame({"episode_id": episode["episode_id"], "municipality": unit}), on="episode_id")
    cells = rows.groupby(["municipality", "quarter"])["value"].agg(["mean", "size"]).reset_index()
    start = pd.Series(adoption["start"].dt.to_period("Q-DEC").to_numpy(), index=adopter.to_numpy())
    start = start[~start.index.duplicated()]
    return pd.DataFrame(
        {
            "municipality": cells["municipality"].astype("str"),
            "quarter": pd.PeriodIndex(cells["quarter"].str.replace("K", "Q"), freq="Q-DEC"),
            "score": cells["mean"].astype("float64"),
            "n_citizens": cells["size"],
            "first_treated": pd.PeriodIndex(start.reindex(cells["municipality"]).array, freq="Q-DEC"),
        }
    )


def _answer(pair: Pair, measure: Measure, tables: dict[str, pd.DataFrame], told: dict) -> dict[str, object]:
    code = measure.instrument.code
    panel = unit_panel(
        tables, target_group=pair.target_group, method=pair.method, instrument=code, by_service=bool(pair.services)
    )
    head = ww.did.imputation(panel, **ASKED).headline
    truth = told["outcomes"][code if measure.subscale is None else f"{code}:{measure.subscale}"]["att_overall"]
    return {
        "pair": pair.code,
        "outcome": code,
        "truth": truth,
        "error": head.estimate - truth,
        "covered": head.conf_low <= truth <= head.conf_high,
        "below zero": head.estimate < 0,
    }


def graded(seeds: int) -> pd.DataFrame:
    """One row per draw and pair, on the primary outcome."""
    rows = []
    for number in range(seeds):
        tables, told = ww.documentation.simulate(scenario="region", seed=FIRST_SEEDS["region"] + number)
        rows += [_answer(pair, pair.measures[0], tables, told["pairs"][pair.code]) for pair in PAIRS]
    return pd.DataFrame(rows)


def summary(each: pd.DataFrame) -> pd.DataFrame:
    """One row per pair: truth, bias with its Monte Carlo error, coverage, share of estimates below zero."""
    grouped = each.groupby(["pair", "outcome"], sort=False)
    out = grouped.agg(draws=("error", "size"), truth=("truth", "mean"), bias=("error", "mean"), bias_error=("error", "std"))
    out["bias_error"] /= np.sqrt(out["draws"])
    out["coverage"], out["below zero"] = 100 * grouped["covered"].mean(), 100 * grouped["below zero"].mean()
    return out.reset_index()
