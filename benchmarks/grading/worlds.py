"""Simulated roll-outs as panels, and the true value of whatever an estimator asks for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

import whatworks as ww
from whatworks.documentation.scenarios import SCENARIOS, Scenario
from whatworks.documentation.simulated_rollout import draw_rollout

# Scenarios have draws of their own: equal seeds would give them equal noise.
FIRST_SEEDS = {
    "S0": 20280101, "S1": 20290101, "S3": 20300101, "AV": 20310101, "S2": 20320101, "S4": 20330101, "S5": 20340101,
    "S6": 20350101, "S7": 20360101, "S8": 20370101, "S9": 20380101, "S10": 20390101, "XX": 20400101, "M1": 20410101,
    "M2": 20420101, "region": 20430101,
}  # fmt: skip
REGIONS = 5
WINDOW = (8, 9)
ASKED = {"unit": "municipality", "time": "quarter", "first_treated": "first_treated", "outcome": "score"}


@dataclass(frozen=True, kw_only=True, eq=False)
class World:
    """One simulated roll-out.

    Attributes
    ----------
    panel : municipality, quarter, score, n_citizens, first_treated
    truth : the true value of each target that is known
    effect : (rows of the panel,) the effect on the citizens measured; None where the world was not drawn twice
    """

    seed: int
    panel: pd.DataFrame = field(repr=False)
    truth: Mapping[str, float]
    effect: np.ndarray | None = field(default=None, repr=False)


def simulated(scenario: str | Scenario, seed: int, *, twice: bool = False) -> World:
    """Draw a world; ``twice`` draws it without the method as well, so that the effect on every municipality is known."""
    rules = SCENARIOS[scenario] if isinstance(scenario, str) else scenario
    tables, told = draw_rollout(rules, seed)
    panel = panel_of(tables, told)
    effect = None
    if told["null"]:
        effect = np.zeros(len(panel))
    elif twice:
        without = panel_of(draw_rollout(replace(rules, effect=0.0, growth=0.0), seed)[0], told)
        effect = (panel["score"] - without["score"]).to_numpy()
    return World(seed=seed, panel=panel, truth=_truth(panel, told, effect), effect=effect)


def _truth(panel: pd.DataFrame, told: Mapping, effect: np.ndarray | None) -> dict[str, float]:
    starts = panel.groupby("municipality")["first_treated"].first().value_counts().sort_index()
    by_cohort = pd.Series(told["att_by_cohort"])
    by_cohort.index = pd.PeriodIndex(by_cohort.index.str.replace("K", "Q"), freq="Q-DEC")
    truth = {
        "overall": told["att_overall"],
        "event": told["att_event"],
        "group": float(np.average(by_cohort, weights=starts.loc[by_cohort.index])),
        "wave": float(by_cohort.iloc[0]),
    }
    by_event = [told["att_by_event_time"].get(str(e), np.nan) for e in range(WINDOW[1] + 1)]
    if not np.isnan(by_event).any():
        truth["window"] = float(np.mean(by_event))
    if effect is not None:
        treated = panel["quarter"] >= panel["first_treated"]
        truth["calendar"] = float(pd.Series(effect)[treated].groupby(panel["quarter"][treated]).mean().mean())
        truth["two-way"] = ww.did.twfe(panel.assign(score=effect), **ASKED).headline.estimate
    return truth


def panel_of(tables: Mapping[str, pd.DataFrame], told: Mapping[str, str]) -> pd.DataFrame:
    """Means by municipality and quarter."""
    panel = ww.documentation.build_panel(
        dict(tables), target_group=told["target_group"], method=told["method"], outcome=told["outcome"]
    )
    return panel.rename(columns={told["outcome"]: "score"}).drop(columns="municipality_name")


def side_by_side(worlds: Iterable[World]) -> World:
    """Several draws as one roll-out of so many regions."""
    worlds = list(worlds)
    panels = [world.panel.assign(municipality=f"{world.seed}: " + world.panel["municipality"]) for world in worlds]
    truth = {name: float(np.mean([world.truth[name] for world in worlds])) for name in ("overall", "event", "group", "window")}
    return World(seed=worlds[0].seed, panel=pd.concat(panels, ignore_index=True), truth=truth)


def one_wave(world: World) -> World:
    """The first wave and those that never start."""
    start = world.panel["first_treated"]
    return replace(world, panel=world.panel[start.isna() | (start == start.min())])


def few_treated(world: World, count: int) -> World:
    """Some of the first wave, drawn by lot, and the municipalities of other waves or none, until the second wave starts.

    Only municipalities with somebody measured in every quarter until then take part.
    """
    assert world.effect is not None
    start, until = world.panel["first_treated"], world.panel["quarter"]
    first, second = sorted(start.dropna().unique())[:2]
    seen = (until < second).groupby(world.panel["municipality"]).transform("sum")
    complete = seen == seen.max()
    wave = np.unique(world.panel["municipality"][complete & (start == first)])
    chosen = world.panel["municipality"].isin(np.random.default_rng(world.seed).choice(wave, count, replace=False))
    kept = complete & (chosen | (start != first)) & (until < second)
    treated = kept & chosen & (world.panel["quarter"] >= first)
    panel = world.panel[kept].assign(first_treated=lambda df: df["first_treated"].where(df["first_treated"] == first))
    return replace(world, panel=panel, truth={"few": float(world.effect[treated.to_numpy()].mean())})
