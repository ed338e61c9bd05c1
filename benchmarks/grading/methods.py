"""Estimators with their inference, in the settings they are made for, and what they say in every world."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

import whatworks as ww
from grading.worlds import ASKED, REGIONS, WINDOW, World, few_treated, one_wave, side_by_side
from whatworks.core import EffectResult


@dataclass(frozen=True, kw_only=True)
class Method:
    """An estimator with its inference, in a setting, and the true value it is held to."""

    setting: str
    name: str
    target: str
    ask: Callable[[pd.DataFrame], EffectResult] = field(repr=False)


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
