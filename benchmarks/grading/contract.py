"""The grading contract: what is required of estimators, checks and validation, what was measured, and whether it is met."""

from collections.abc import Callable, Iterable

import numpy as np
import pandas as pd
from scipy import stats

import whatworks as ww
from grading import deliveries, flags, individuals, region
from grading.worlds import ASKED, FIRST_SEEDS, World, simulated
from whatworks.core import EffectResult
from whatworks.documentation.scenarios import SCENARIOS
from whatworks.documentation.simulated_rollout import draw_rollout

# Minimal important changes; a tenth of them is the bias that is let pass.
_MIC = {"who5": 10.0, "honos": 4.0}
_TENTH = 0.1
# Where effect and counterfactual are there to be found, and by what.
_Asked = Callable[[pd.DataFrame], EffectResult]


def _without_neighbours(panel: pd.DataFrame) -> EffectResult:
    return ww.did.spillover(panel, neighbours=ww.documentation.simulated_neighbours(), **ASKED)


def _group_time(panel: pd.DataFrame) -> EffectResult:
    return ww.did.att_gt(panel, **ASKED)


IDENTIFIED: dict[str, _Asked] = {
    "S0": _group_time, "S1": _group_time, "S3": _group_time, "AV": _group_time, "XX": _group_time,
    "S6": _without_neighbours, "S9": _group_time, "S10": _group_time,
}  # fmt: skip
# The check that must speak up, by scenario.
MUST_FLAG = {
    "S2": "trends",
    "S4": "composition",
    "S5": "anticipation",
    "S6": "spillover",
    "S7": "refused",
    "S8": "national_event",
}
# Where a check must keep quiet.
CLEAN = {
    "trends": ("S0", "S1", "S3", "AV"),
    "composition": ("S0", "S1", "S3", "AV"),
    "anticipation": ("S0", "S1", "S3", "AV"),
    "national_event": ("S0", "S1", "S3", "AV", "S8, everybody alike"),
    "spillover": ("S6, nothing spills over",),
}


def world_of(scenario: str, number: int) -> World:
    """A world of an identified scenario; services that merge are followed to their successors."""
    seed = FIRST_SEEDS[scenario] + number
    if scenario != "S9":
        return simulated(scenario, seed)
    rules = SCENARIOS[scenario]
    tables, told = draw_rollout(rules, seed)
    panel = region.unit_panel(
        tables, target_group=rules.target_group, method=rules.method, instrument=rules.instrument.code, by_service=True
    )
    return World(seed=seed, panel=panel, truth={"overall": told["att_overall"]})


def _row(scenario: str, required: str, measured: float, error: float, *, met: bool, of: int) -> dict[str, object]:
    return {"scenario": scenario, "required": required, "measured": measured, "mc_error": error, "met": met, "draws": of}


def _share(hits: Iterable[bool]) -> tuple[float, float, int]:
    """Per cent, its Monte Carlo error, and of how many."""
    each = np.asarray(list(hits), dtype=float)
    share = each.mean()
    return 100 * share, 100 * float(np.sqrt(share * (1 - share) / len(each))), len(each)


def _within(share: tuple[float, float, int], low: float, high: float) -> bool:
    """Whether a share within the limits brings such a count 98 times in 100."""
    measured, _, draws = share
    hits = round(measured * draws / 100)
    return bool(stats.binom.ppf(0.01, draws, low / 100) <= hits <= stats.binom.ppf(0.99, draws, high / 100))


def estimator_rows(scenario: str, seeds: int) -> list[dict[str, object]]:
    """Bias and coverage where the effect can be found; rejections of no effect; the sign of what harms."""
    heads, truths = [], []
    for number in range(seeds):
        world = world_of(scenario, number)
        heads.append(IDENTIFIED[scenario](world.panel).headline)
        truths.append(world.truth["overall"])
    truth = np.array(truths)
    bias = np.array([head.estimate for head in heads]) - truth
    error = float(bias.std(ddof=1) / np.sqrt(seeds))
    tenth = _TENTH * _MIC[SCENARIOS[scenario].instrument.code]
    rows = [
        _row(
            scenario,
            f"|bias| <= max({tenth:g}, 2 errors)",
            bias.mean(),
            error,
            met=abs(bias.mean()) <= max(tenth, 2 * error),
            of=seeds,
        )
    ]
    covered = _share(head.conf_low <= true <= head.conf_high for head, true in zip(heads, truth, strict=True))
    rows.append(_row(scenario, "coverage 92-98 %", covered[0], covered[1], met=_within(covered, 92, 98), of=seeds))
    if scenario == "AV":
        rejected = _share(head.p_value < 0.05 for head in heads)
        rows.append(_row(scenario, "rejections 2-8 %", rejected[0], rejected[1], met=_within(rejected, 2, 8), of=seeds))
    if scenario == "XX":
        negative = _share(head.estimate < 0 for head in heads)
        rows.append(_row(scenario, "sign negative >= 90 %", negative[0], negative[1], met=negative[0] >= 90, of=seeds))
    return rows


def flag_rows(spoken: pd.DataFrame) -> list[dict[str, object]]:
    """Checks speak up in at least 80 per cent where they must, and in at most 10 where nothing is wrong."""
    by = spoken.set_index("scenario")
    rows = []
    for scenario, check in MUST_FLAG.items():
        if scenario in by.index:
            rows.append(_flag_row(by.loc[scenario], scenario, check, "flagged >= 80 %"))
    for check, quiet in CLEAN.items():
        rows += [_flag_row(by.loc[each], each, check, "flagged <= 10 %") for each in quiet if each in by.index]
    return rows


def _flag_row(found: pd.Series, scenario: str, check: str, required: str) -> dict[str, object]:
    share, draws = float(found[check]), int(found["draws"])
    error = float(np.sqrt(share * (100 - share) / draws))
    met = share >= 80 if ">=" in required else _within((share, error, draws), 0, 10)
    return _row(scenario, f"{check}: {required}", share, error, met=bool(met), of=draws)


def individual_rows(scenario: str, each: pd.DataFrame) -> list[dict[str, object]]:
    """The matched estimate is right where all that matters is measured; the hidden factor is warned of where it is not."""
    n, error = len(each), float((each["matched"] - each["truth"]).std() / np.sqrt(len(each)))
    bias = float((each["matched"] - each["truth"]).mean())
    covered = _share(each["covered"] > 0)
    told, clear = _share(each["hidden_factor"] > 0), _share(each["hidden_factor_clear"] > 0)
    if scenario == "M2":
        return [_row("M2", "hidden_factor: flagged >= 80 %", told[0], told[1], met=told[0] >= 80, of=n)]
    tenth = _TENTH * _MIC["who5"]
    return [
        _row("M1", f"|bias| <= max({tenth:g}, 2 errors)", bias, error, met=abs(bias) <= max(tenth, 2 * error), of=n),
        _row("M1", "coverage 92-98 %", covered[0], covered[1], met=_within(covered, 92, 98), of=n),
        _row("M1", "hidden_factor: flagged <= 10 %", told[0], told[1], met=_within(told, 0, 10), of=n),
        _row("M1, a large effect", "hidden_factor: flagged <= 10 %", clear[0], clear[1], met=_within(clear, 0, 10), of=n),
    ]


def region_rows(each: pd.DataFrame) -> list[dict[str, object]]:
    """Every pair of the region within three Monte Carlo errors, since nine are looked at together, and covered."""
    rows = []
    for pair, found in each.groupby("pair", sort=False):
        error = float(found["error"].std() / np.sqrt(len(found)))
        bias = float(found["error"].mean())
        covered = _share(found["covered"])
        rows.append(_row(f"region, {pair}", "|bias| <= 3 errors", bias, error, met=abs(bias) <= 3 * error, of=len(found)))
        rows.append(
            _row(f"region, {pair}", "coverage 92-98 %", covered[0], covered[1], met=_within(covered, 92, 98), of=len(found))
        )
    return rows


def delivery_rows(each: pd.DataFrame) -> list[dict[str, object]]:
    """All planted faults found, the delivery with numbers refused, clean ones not."""
    rows = []
    for rule, found in each.groupby("rule", sort=False):
        if rule == "-":
            share = _share(found["refused"])
            rows.append(_row("deliveries", "clean: refused 0 %", *share[:2], met=share[0] == 0, of=share[2]))
        elif rule == "V01":
            share = _share(found["refused"] & (found["found"] >= found["planted"]))
            rows.append(_row("deliveries", "V01: found and refused 100 %", *share[:2], met=share[0] == 100, of=share[2]))
        else:
            share = _share(found["found"] >= found["planted"])
            rows.append(_row("deliveries", f"{rule}: all found 100 %", *share[:2], met=share[0] == 100, of=share[2]))
    return rows


def contract(scenarios: Iterable[str], seeds: int) -> pd.DataFrame:
    """The whole table for the scenarios named."""
    rows: list[dict[str, object]] = []
    spoken = []
    for scenario in scenarios:
        if scenario in IDENTIFIED:
            rows += estimator_rows(scenario, seeds)
        if scenario in flags.CHECKED:
            spoken.append(flags.spoken_up_by_scenario(scenario, flags.drawn(scenario, seeds)))
        if scenario in ("M1", "M2"):
            rows += individual_rows(scenario, individuals.graded(scenario, seeds))
        if scenario == "region":
            rows += region_rows(region.graded(seeds))
        if scenario == "deliveries":
            # The same files are found or not: a few draws tell.
            rows += delivery_rows(deliveries.graded(max(1, seeds // 10)))
    if spoken:
        rows += flag_rows(pd.DataFrame(spoken))
    return pd.DataFrame(rows)


EVERYTHING = (*FIRST_SEEDS, *flags.TWINS, "deliveries")
