"""Efficiency against the best there is: data envelopment analysis with slacks, peers, and how sure the scores are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from whatworks.benchmarking.envelopment import NOTHING, Envelopment, as_efficiency, envelop, farrell, influence, super_efficiency
from whatworks.benchmarking.inputs import one_value, plain_name
from whatworks.benchmarking.smoothed_bootstrap import BootstrappedScores, bootstrap_scores
from whatworks.benchmarking.technology import ORIENTATIONS, Units, read_units
from whatworks.core import Check, EffectResult, Provenance, fingerprint
from whatworks.core.columns import as_list
from whatworks.core.options import confidence, one_of
from whatworks.inference import checked_draws

# Below five units per input and output many units are efficient for want of anybody to be held against.
WANTED_PER_MEASURE = 5
# One unit that moves the average efficiency of all others by more than 5 points decides the answer more than they do.
MOST_INFLUENCE = 0.05


def frontier(
    df: pd.DataFrame,
    *,
    inputs: str | Sequence[str],
    outputs: str | Sequence[str],
    unit: str | None = None,
    returns: str = "vrs",
    orientation: str = "input",
    draws: int = 2000,
    seed: int | None = 0,
    same: str | Sequence[str] = (),
    conf_level: float = 0.95,
) -> EffectResult:
    """How far units are from the best observed, all inputs and outputs together: data envelopment analysis.

    Parameters
    ----------
    df : one row per unit, e.g. service-year
    inputs : columns with what units use, all above 0 and in one unit each (kroner of one price level, full-time staff)
    outputs : columns with what units deliver, at least 0 and more is better (citizen-years by level of need, outcome points).
        Quality belongs here: a frontier of cost and volume alone calls poor care efficient
    unit : column that names the units; the index by default
    returns : "vrs" variable returns to scale (default): units are held against others of their size; "crs" constant
    orientation : "input": the same for fewer; "output": more for the same
    draws : pseudo-samples of the bootstrap; 0 for scores without bias correction and intervals
    seed : of the draws
    same : columns that must hold one value in all rows, e.g. price level, paragraph, instrument
    conf_level : coverage of the intervals

    Returns
    -------
    EffectResult
        Headline: mean efficiency, 1 is the frontier. Parts, in the order of the frame: unit, estimate (bias-corrected efficiency;
        the plain score when draws=0) with bootstrap interval, score (plain: share of the inputs that would do, or share of
        possible outputs that is reached), super_efficiency (above 1 for units on the frontier; missing where the others cannot
        reach what the unit does), scale_efficiency, returns_to_scale ("increasing", "constant", "decreasing"), peers and
        peer_weights (parted by "; "), influence (points of 1 that the others' mean efficiency rises without the unit),
        slack_<input>, slack_<output> and the columns themselves, in their own units. Statistics: nobs, n_inputs, n_outputs,
        n_efficient, mean_score, largest_influence, bandwidth. Checks: units_per_measure, frontier_influence,
        frontier_discrimination.

    Raises
    ------
    TooFewUnits
        If there are fewer than three units per input and output.
    InvalidColumn
        If an input is zero or negative, an output negative, a unit has no output, or a column in ``same`` holds several values.
    DuplicateRows, MissingColumn, MissingValues, InvalidOption
    NotIdentified
        If all units are on the frontier, so that nothing can be drawn.

    References
    ----------
    Charnes, Cooper & Rhodes (1978), European Journal of Operational Research 2:429-444; Banker, Charnes & Cooper (1984),
    Management Science 30:1078-1092; Simar & Wilson (1998), Management Science 44:49-61 (bootstrap); Andersen & Petersen (1993),
    Management Science 39:1261-1264 (super-efficiency).

    Examples
    --------
    >>> homes = pd.DataFrame({"home": list("ABCDEF"), "cost": [2.0, 4.0, 4.0, 6.0, 5.0, 8.0], "served": [1.0, 1, 3, 4, 2, 4.5]})
    >>> result = ww.benchmarking.frontier(homes, unit="home", inputs="cost", outputs="served", draws=0)
    >>> result.parts[["unit", "score", "peers"]]
      unit  score peers
    0    A    1.0     A
    1    B    0.5     A
    2    C    1.0     C
    3    D    1.0     D
    4    E    0.6  A; C
    5    F    1.0     F
    """
    one_of(returns, ("vrs", "crs"), name="returns")
    one_of(orientation, ORIENTATIONS, name="orientation")
    checked_draws(draws, fewest=0)
    confidence(conf_level)
    one_value(df, same)
    units = read_units(df, unit=unit, inputs=inputs, outputs=outputs)
    model = _solve(units, returns=returns, orientation=orientation, draws=draws, seed=seed)
    columns = [*units.inputs, *units.outputs, *as_list(same)]
    arguments = {"unit": unit, "inputs": list(units.inputs), "outputs": list(units.outputs), "returns": returns}
    return EffectResult(
        method="benchmarking.frontier",
        estimand="mean efficiency: "
        + ("share of inputs that would do" if orientation == "input" else "share of possible outputs"),
        measure="ratio",
        unit="share of the best observed",
        conf_level=conf_level,
        effects=_effects(units, model, conf_level),
        statistics=_statistics(units, model),
        checks=_checks(units, model),
        provenance=Provenance(
            data_fingerprint=fingerprint(df, columns if unit is None else [unit, *columns]),
            arguments={**arguments, "orientation": orientation, "draws": draws, "same": as_list(same), "conf_level": conf_level},
            seed=seed if draws else None,
        ),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class _Model:
    """Everything that was solved; efficiencies at most 1."""

    found: Envelopment
    efficiency: np.ndarray
    super_efficiency: np.ndarray
    scale_efficiency: np.ndarray
    returns_to_scale: np.ndarray
    influence: np.ndarray
    drawn: BootstrappedScores | None


def _solve(units: Units, *, returns: str, orientation: str, draws: int, seed: int | None) -> _Model:
    found = envelop(units, returns=returns, orientation=orientation)
    by_returns = {
        kind: as_efficiency(farrell(units, returns=kind, orientation=orientation), orientation) for kind in ("crs", "vrs", "nirs")
    }
    beyond = as_efficiency(super_efficiency(units, found, returns=returns, orientation=orientation), orientation)
    drawn = bootstrap_scores(units, returns=returns, orientation=orientation, draws=draws, seed=seed) if draws else None
    return _Model(
        found=found,
        efficiency=as_efficiency(found.farrell, orientation),
        super_efficiency=beyond,
        scale_efficiency=by_returns["crs"] / by_returns["vrs"],
        returns_to_scale=_returns_to_scale(by_returns),
        influence=influence(units, found, returns=returns, orientation=orientation),
        drawn=drawn,
    )


def _returns_to_scale(scores: Mapping[str, np.ndarray]) -> np.ndarray:
    """Where a unit stands on the frontier: Fare, Grosskopf & Lovell (1985), The Measurement of Efficiency of Production."""
    constant = np.abs(scores["crs"] - scores["vrs"]) <= NOTHING
    increasing = np.abs(scores["nirs"] - scores["crs"]) <= NOTHING
    return np.where(constant, "constant", np.where(increasing, "increasing", "decreasing"))


def _effects(units: Units, model: _Model, conf_level: float) -> pd.DataFrame:
    n = units.n
    estimate, std_error = model.efficiency, np.full(n, np.nan)
    low, high = np.full(n, np.nan), np.full(n, np.nan)
    head = [float(model.efficiency.mean()), np.nan, np.nan, np.nan]
    if model.drawn is not None:
        # Distances are at least 1, so efficiencies stay between 0 and 1 whatever the correction.
        estimate = 1 / model.drawn.corrected()
        from_below, from_above = model.drawn.limits(conf_level)
        low, high = 1 / from_above, 1 / from_below
        efficiencies = 1 / model.drawn.draws
        std_error = efficiencies.std(axis=0, ddof=1)
        head = _mean_efficiency(model.drawn, conf_level)
    parts = pd.DataFrame(
        {
            "term": list(units.names),
            "kind": "part",
            "estimate": estimate,
            "std_error": std_error,
            "conf_low": low,
            "conf_high": high,
            "p_value": np.nan,
            "unit": list(units.names),
            "score": model.efficiency,
            "super_efficiency": model.super_efficiency,
            "scale_efficiency": model.scale_efficiency,
            "returns_to_scale": model.returns_to_scale,
            "peers": ["; ".join(units.names[j] for j in np.flatnonzero(row)) for row in model.found.weights],
            "peer_weights": ["; ".join(f"{value:.6g}" for value in row[row > 0]) for row in model.found.weights],
            "influence": model.influence,
            **_columns(units, model),
        }
    )
    headline = pd.DataFrame([["mean efficiency", "headline", *head, np.nan]], columns=parts.columns[:7])
    out = pd.concat([headline, parts], ignore_index=True)[list(parts.columns)]
    return out.astype(dict.fromkeys(("term", "kind", "unit", "returns_to_scale", "peers", "peer_weights"), "str"))


def _mean_efficiency(drawn: BootstrappedScores, conf_level: float) -> list[float]:
    """Mean, error and interval from the draws' own means, on the scale of distances."""
    means = 1 / (1 / drawn.draws).mean(axis=1)
    distance = float(1 / (1 / drawn.distance).mean())
    one = BootstrappedScores(distance=np.array([distance]), draws=means[:, None], bandwidth=drawn.bandwidth)
    low, high = one.limits(conf_level)
    return [float(1 / one.corrected()[0]), float((1 / means).std(ddof=1)), float(1 / high[0]), float(1 / low[0])]


def _columns(units: Units, model: _Model) -> dict[str, np.ndarray]:
    """Slacks and the columns themselves, scaled back to their own units."""
    out: dict[str, np.ndarray] = {}
    pairs: list[tuple[Any, ...]] = [
        (units.inputs, units.X, units.input_means, model.found.input_slacks),
        (units.outputs, units.Y, units.output_means, model.found.output_slacks),
    ]
    for names, values, means, slacks in pairs:
        for place, name in enumerate(names):
            out[f"slack_{name}"] = slacks[:, place] * means[place]
            out[plain_name(name)] = values[:, place] * means[place]
    return out


def _statistics(units: Units, model: _Model) -> dict[str, float]:
    return {
        "nobs": units.n,
        "n_dropped": 0,
        "n_inputs": len(units.inputs),
        "n_outputs": len(units.outputs),
        "n_efficient": int((model.efficiency > 1 - NOTHING).sum()),
        "mean_score": float(model.efficiency.mean()),
        "largest_influence": float(model.influence.max()),
        "bandwidth": model.drawn.bandwidth if model.drawn is not None else float("nan"),
    }


def _checks(units: Units, model: _Model) -> tuple[Check, ...]:
    return (_units_per_measure(units), _influence_check(units, model.influence), _discrimination(model.efficiency))


def _units_per_measure(units: Units) -> Check:
    measures = len(units.inputs) + len(units.outputs)
    wanted = WANTED_PER_MEASURE * measures
    message = f"{units.n} units for {measures} inputs and outputs; {wanted} or more are wanted."
    statistics = {"services": units.n, "wanted": wanted}
    return Check(name="units_per_measure", passed=units.n >= wanted, message=message, statistics=statistics)


def _influence_check(units: Units, change: np.ndarray) -> Check:
    worst = int(change.argmax())
    message = (
        f"Without {units.names[worst]!r} the others' mean efficiency rises by {100 * change[worst]:.1f} points "
        f"(limit {100 * MOST_INFLUENCE:.0f})."
    )
    statistics = {"share": float(change[worst]), "limit_share": MOST_INFLUENCE}
    return Check(name="frontier_influence", passed=bool(change[worst] <= MOST_INFLUENCE), message=message, statistics=statistics)


def _discrimination(efficiency: np.ndarray) -> Check:
    """More than half on the frontier tells units apart by nothing but what they are measured on."""
    share = float((efficiency > 1 - NOTHING).mean())
    message = f"{100 * share:.0f} per cent of the units are on the frontier (limit 50)."
    return Check(name="frontier_discrimination", passed=share <= 0.5, message=message, statistics={"share": share})
