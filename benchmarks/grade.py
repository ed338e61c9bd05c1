"""How right difference-in-differences is where the truth is known. Run: python benchmarks/grade.py --seeds 200

Roll-outs of ww.documentation.simulate are graded in the settings that each kind of inference is made for:

* five regions: five draws side by side, 205 municipalities, for analytic and bootstrap inference;
* region: one draw, 41 municipalities in three waves and ten that never start, for randomisation inference, and to see what few
  clusters do to the others;
* one wave: the first wave and those that never start, 22 municipalities, where the two-way regression is the plain difference of
  differences, for CR2 and the wild cluster bootstrap;
* two treated, one treated: so many of the first wave beside the 29 municipalities that start later or never, until the second
  wave, for Conley and Taber, Ferman and Pinto, randomisation and placebos.

The truth is the effect on the very citizens that were measured: the same draw with the method less without it. The two-way
regression of three waves is held to the average it makes of these effects, which is not the effect on the treated. Where effects
differ much (S3), its intervals and those of randomisation, made of effects that are all alike, are wider than need be. Bias and
coverage stand beside their Monte Carlo standard errors. Coverage is expected between 93 and 97 per cent, rejections of AV, which
has no effect, between 3 and 7; the second table tells how often trends before the start are flagged; S2 alone drifts.
"""

import argparse
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

import whatworks as ww
from whatworks.core import EffectResult
from whatworks.documentation.scenarios import SCENARIOS

# Scenarios have draws of their own: equal seeds would give them equal noise.
FIRST_SEEDS = {"S0": 20280101, "S1": 20290101, "S3": 20300101, "AV": 20310101, "S2": 20320101}
GRADED = ("S0", "S1", "S3", "AV")
REGIONS = 5
WINDOW = (8, 9)
ASKED = {"unit": "municipality", "time": "quarter", "first_treated": "first_treated", "outcome": "score"}
WITHOUT = " without the method"


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


@dataclass(frozen=True, kw_only=True)
class Method:
    """An estimator with its inference, in a setting, and the true value it is held to."""

    setting: str
    name: str
    target: str
    ask: Callable[[pd.DataFrame], EffectResult] = field(repr=False)


def simulated(scenario: str, seed: int, *, twice: bool = False) -> World:
    """Draw a world; ``twice`` draws it without the method as well, so that the effect on every municipality is known."""
    tables, told = ww.documentation.simulate(scenario=scenario, seed=seed)
    panel = panel_of(tables, told)
    effect = None
    if told["null"]:
        effect = np.zeros(len(panel))
    elif twice:
        SCENARIOS.setdefault(  # type: ignore[attr-defined]
            scenario + WITHOUT, replace(SCENARIOS[scenario], code=scenario + WITHOUT, effect=0.0, growth=0.0)
        )
        without = panel_of(ww.documentation.simulate(scenario=scenario + WITHOUT, seed=seed)[0], told)
        effect = (panel["score"] - without["score"]).to_numpy()
    by_event = [told["att_by_event_time"][str(e)] for e in range(WINDOW[1] + 1)]
    starts = panel.groupby("municipality")["first_treated"].first().value_counts().sort_index()
    by_cohort = np.array(list(told["att_by_cohort"].values()))
    truth = {
        "overall": told["att_overall"],
        "event": told["att_event"],
        "group": float(np.average(by_cohort, weights=starts)),
        "window": float(np.mean(by_event)),
        "wave": float(by_cohort[0]),
    }
    if effect is not None:
        treated = panel["quarter"] >= panel["first_treated"]
        truth["calendar"] = float(pd.Series(effect)[treated].groupby(panel["quarter"][treated]).mean().mean())
        truth["two-way"] = ww.did.twfe(panel.assign(score=effect), **ASKED).headline.estimate
    return World(seed=seed, panel=panel, truth=truth, effect=effect)


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


SETTINGS: dict[str, Callable[[World], World]] = {
    "region": lambda world: world,
    "one wave": one_wave,
    "two treated": lambda world: few_treated(world, 2),
    "one treated": lambda world: few_treated(world, 1),
}


def averaged(by: str, **options: object) -> Callable[[pd.DataFrame], EffectResult]:
    """Group-time effects, averaged."""
    return lambda panel: ww.did.aggregate(ww.did.att_gt(panel, **ASKED, **options), by=by)


def _analytic(setting: str) -> tuple[Method, ...]:
    return (
        Method(setting=setting, name="group-time, simple", target="overall", ask=averaged("simple")),
        Method(setting=setting, name="group-time, event", target="event", ask=averaged("event")),
        Method(setting=setting, name="group-time, group", target="group", ask=averaged("group")),
        Method(setting=setting, name="the same, bootstrap", target="overall", ask=averaged("simple", bootstrap=499, seed=1)),
        Method(setting=setting, name="Sun-Abraham", target="event", ask=lambda df: ww.did.event_study(df, **ASKED)),
        Method(setting=setting, name="imputation", target="overall", ask=lambda df: ww.did.imputation(df, **ASKED)),
        Method(setting=setting, name="stacked", target="window", ask=lambda df: ww.did.stacked(df, **ASKED, window=WINDOW)),
    )


def _two_way(setting: str, target: str) -> tuple[Method, ...]:
    return tuple(
        Method(setting=setting, name=f"two-way, {name}", target=target, ask=lambda df, o=options: ww.did.twfe(df, **ASKED, **o))
        for name, options in {
            "clustered": {},
            "CR2": {"inference": "CR2"},
            "wild bootstrap": {"inference": "wild_bootstrap", "draws": 999, "seed": 1},
        }.items()
    )


def _randomised(setting: str, target: str, **options: object) -> Method:
    return Method(
        setting=setting,
        name="randomisation",
        target=target,
        ask=lambda df: ww.did.randomisation_test(df, **ASKED, draws=999, seed=1, **options),
    )


def _few(setting: str) -> tuple[Method, ...]:
    def sized(df: pd.DataFrame) -> EffectResult:
        return ww.did.ferman_pinto(df, **ASKED, size="n_citizens", draws=999, seed=1)

    return (
        Method(setting=setting, name="Conley-Taber", target="few", ask=lambda df: ww.did.conley_taber(df, **ASKED)),
        Method(setting=setting, name="Ferman-Pinto", target="few", ask=sized),
        _randomised(setting, "few", statistic="twfe"),
    )


METHODS = (
    *_analytic("five regions"),
    *_analytic("region"),
    Method(setting="region", name="group-time, calendar", target="calendar", ask=averaged("calendar")),
    _randomised("region", "overall"),
    *_two_way("region", "two-way"),
    *_two_way("one wave", "wave"),
    *_few("two treated"),
    *_few("one treated"),
    Method(setting="one treated", name="synthetic, placebo", target="few", ask=lambda df: ww.did.synthetic(df, **ASKED)),
)
# Slow: the weights are chosen anew in every draw.
SLOW = (
    Method(
        setting="region",
        name="synthetic, bootstrap",
        target="overall",
        ask=lambda df: ww.did.synthetic(df, **ASKED, variance="bootstrap", draws=100, seed=1),
    ),
)


def answers(worlds: Iterable[World], methods: Iterable[Method]) -> pd.DataFrame:
    """What every method says in every world: setting, method, error, covered, rejected; where its truth is known."""
    worlds, methods = list(worlds), list(methods)
    joined = [side_by_side(worlds[i : i + REGIONS]) for i in range(0, len(worlds) - REGIONS + 1, REGIONS)]
    rows = []
    for setting in dict.fromkeys(method.setting for method in methods):
        asked = [method for method in methods if method.setting == setting]
        for world in joined if setting == "five regions" else worlds:
            if world.effect is None and setting.endswith("treated"):
                continue
            arranged = world if setting == "five regions" else SETTINGS[setting](world)
            rows += [_answer(method, arranged) for method in asked if method.target in arranged.truth]
    return pd.DataFrame(rows)


def _answer(method: Method, world: World) -> dict[str, object]:
    head, truth = method.ask(world.panel).headline, world.truth[method.target]
    return {
        "setting": method.setting,
        "method": method.name,
        "error": head.estimate - truth,
        "covered": head.conf_low <= truth <= head.conf_high,
        "rejected": head.p_value < 0.05,
    }


def marks(answered: pd.DataFrame) -> pd.DataFrame:
    """One row per setting and method: draws, bias, coverage and rejections in per cent, with Monte Carlo standard errors."""
    grouped = answered.groupby(["setting", "method"], sort=False)
    out = grouped.agg(draws=("error", "size"), bias=("error", "mean"), bias_error=("error", "std"), coverage=("covered", "mean"))
    out["rejected"] = 100 * grouped["rejected"].mean()
    out["bias_error"] /= np.sqrt(out["draws"])
    out["coverage_error"] = 100 * np.sqrt(out["coverage"] * (1 - out["coverage"]) / out["draws"])
    out["coverage"] *= 100
    return out.reset_index()[["setting", "method", "draws", "bias", "bias_error", "coverage", "coverage_error", "rejected"]]


def flags(scenario: str, worlds: Iterable[World]) -> dict[str, object]:
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
            check = next(check for check in study.checks if check.name == "parallel_pretrends")
            found.setdefault(name, []).append(check.passed is False)
    return {
        "scenario": scenario,
        "draws": len(found["group-time"]),
        **{name: 100 * np.mean(each) for name, each in found.items()},
    }


def main() -> None:
    """Grade and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=50, help="draws of each scenario")
    parser.add_argument("--scenarios", nargs="+", choices=[*GRADED, "S2"], default=[*GRADED, "S2"])
    parser.add_argument("--synthetic", action="store_true", help="also the slow bootstrap of synthetic comparisons")
    args = parser.parse_args()
    flagged = []
    for scenario in args.scenarios:
        begun = time.process_time()
        worlds = [simulated(scenario, FIRST_SEEDS[scenario] + i, twice=scenario != "S2") for i in range(args.seeds)]
        flagged.append(flags(scenario, worlds))
        if scenario in GRADED:
            table = marks(answers(worlds, (*METHODS, *SLOW) if args.synthetic else METHODS))
            print(f"\n{scenario}: {args.seeds} draws, {time.process_time() - begun:.0f} s CPU")
            print(
                table.round({"bias": 3, "bias_error": 3, "coverage": 1, "coverage_error": 1, "rejected": 1}).to_string(
                    index=False
                )
            )
    print("\nTrends before the start flagged, per cent")
    print(pd.DataFrame(flagged).round(1).to_string(index=False))


if __name__ == "__main__":
    main()
