"""How often the checks speak up: where something is wrong, and where nothing is."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

import whatworks as ww
from grading.worlds import ASKED, FIRST_SEEDS, World, simulated
from whatworks.documentation.scenarios import SCENARIOS, Scenario

EVENT = {pd.Period("2020Q2", freq="Q-DEC"): "event"}
# The clean twins of two scenarios: nothing reaches the neighbours; the event hits everybody alike.
TWINS: Mapping[str, Scenario] = {
    "S6, nothing spills over": replace(SCENARIOS["S6"], code="S6, nothing spills over", spillover=0.0),
    "S8, everybody alike": replace(SCENARIOS["S8"], code="S8, everybody alike", shock_to_adopters=0.0),
}
CHECKED = ("S0", "S1", "S3", "AV", "S2", "S4", "S5", "S6", "S7", "S8", *TWINS)


def trends(scenario: str, worlds: Iterable[World]) -> dict[str, object]:
    """How often trends before the start are flagged, in per cent: from cells, by event time, in the regressions."""
    found: dict[str, list[bool]] = {}
    for world in worlds:
        cells = ww.did.att_gt(world.panel, **ASKED)
        studies = {
            "group-time": cells,
            "by event time": ww.did.aggregate(cells, by="event"),
            "Sun-Abraham": ww.did.event_study(world.panel, **ASKED),
            "imputation": ww.did.imputation(world.panel, **ASKED),
        }
        for name, study in studies.items():
            found.setdefault(name, []).append(fails(study.checks, "parallel_pretrends"))
    return {
        "scenario": scenario,
        "draws": len(found["group-time"]),
        **{name: 100 * np.mean(each) for name, each in found.items()},
    }


def fails(checks: Iterable[ww.Check], name: str) -> bool:
    """Whether the check of that name failed."""
    return any(check.name == name and check.passed is False for check in checks)


def drawn(scenario: str, seeds: int) -> list[World]:
    """Worlds of a scenario or of a clean twin; a twin has the draws of its scenario."""
    first = FIRST_SEEDS[scenario.split(",")[0]]
    return [simulated(TWINS.get(scenario, scenario), first + number) for number in range(seeds)]


def spoken_up(world: World) -> dict[str, float]:
    """1 for every check that fails, 0 for one that passes, missing for one that cannot be asked."""
    panel, found = world.panel, {}
    try:
        cells = ww.did.att_gt(panel, **ASKED)
        study = ww.did.event_study(panel, **ASKED)
        found["refused"] = 0.0
    except ww.errors.TooFewUnits:
        return {"refused": 1.0}
    found["trends"] = float(fails(ww.did.aggregate(cells, by="event").checks, "parallel_pretrends"))
    found["composition"] = float(ww.did.composition(panel, weights="n_citizens", **ASKED).passed is False)
    found["anticipation"] = float(ww.did.anticipation(study).passed is False)
    found["national_event"] = float(ww.did.national_event(panel, events=EVENT, **ASKED).passed is False)
    try:
        spread = ww.did.spillover(panel, neighbours=ww.documentation.simulated_neighbours(), **ASKED)
        found["spillover"] = float(fails(spread.checks, "spillover"))
    # With three waves hardly anybody borders on nobody treated.
    except (ww.errors.NoComparisonGroup, ww.errors.TooFewUnits):
        found["spillover"] = np.nan
    return found


def spoken_up_by_scenario(scenario: str, worlds: Iterable[World]) -> dict[str, object]:
    """Shares of draws in per cent in which each check fails."""
    each = pd.DataFrame([spoken_up(world) for world in worlds])
    return {"scenario": scenario, "draws": len(each), **(100 * each.mean()).to_dict()}
