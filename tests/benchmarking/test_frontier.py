"""Data envelopment analysis: other packages' answers, properties, what is refused."""

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog

import whatworks as ww
from whatworks.benchmarking.envelopment import envelop, farrell, influence, super_efficiency
from whatworks.benchmarking.technology import read_units
from whatworks.core.errors import (
    DuplicateRows,
    InvalidColumn,
    InvalidOption,
    MissingColumn,
    MissingValues,
    NotIdentified,
    TooFewUnits,
)

INPUTS, OUTPUTS = ["cost", "staff"], ["stays", "points"]
CASES = [
    *(
        f"{package}/{returns}/{way}"
        for package in ("dealib", "pystoned")
        for returns in ("vrs", "crs")
        for way in ("input", "output")
    ),
    "dealib/drs/input",
    "dealib/drs/output",
]


@pytest.fixture
def units(homes):
    return read_units(homes, unit="unit", inputs=INPUTS, outputs=OUTPUTS)


@pytest.mark.parametrize("case", CASES)
def test_scores_slacks_and_super_efficiency_are_those_of_dealib_and_pystoned(case, units, frontier_reference):
    values = next(each["values"] for each in frontier_reference["answers"] if each["id"] == case)
    _package, returns, orientation = case.split("/")
    returns = {"drs": "nirs"}.get(returns, returns)
    found = envelop(units, returns=returns, orientation=orientation)
    # They print twelve digits; the project asks for 1e-6.
    assert found.farrell == pytest.approx(values["farrell"], abs=1e-10)
    assert farrell(units, returns=returns, orientation=orientation) == pytest.approx(values["farrell"], abs=1e-10)
    if "input_slacks" in values:
        assert found.input_slacks == pytest.approx(np.array(values["input_slacks"]), abs=1e-9)
        assert found.output_slacks == pytest.approx(np.array(values["output_slacks"]), abs=1e-9)
    if "super_efficiency" in values:
        ours = super_efficiency(units, found, returns=returns, orientation=orientation)
        reached = ~np.isnan(ours)
        assert ours[reached] == pytest.approx(np.array(values["super_efficiency"])[reached], abs=1e-9)
        assert reached.all() or returns == "vrs"


@pytest.mark.parametrize("orientation", ["input", "output"])
def test_super_efficiency_is_missing_exactly_where_no_mix_of_the_others_reaches_the_unit(orientation, units):
    # dealib 1.0.0 prints numbers here, but there is no solution: HiGHS is asked whether any mix of the others would do at all.
    found = envelop(units, returns="vrs", orientation=orientation)
    ours = super_efficiency(units, found, returns="vrs", orientation=orientation)
    for k in np.flatnonzero(found.farrell == pytest.approx(1, abs=1e-9)):
        others = np.delete(np.arange(units.n), k)
        limits, at = (-units.Y[others].T, -units.Y[k]) if orientation == "input" else (units.X[others].T, units.X[k])
        feasible = linprog(np.zeros(units.n - 1), A_ub=limits, b_ub=at, A_eq=np.ones((1, units.n - 1)), b_eq=[1.0]).status == 0
        assert np.isnan(ours[k]) == (not feasible)


def test_peers_make_what_the_unit_makes_with_the_share_of_its_inputs(units):
    found = envelop(units, returns="vrs", orientation="input")
    assert found.weights.sum(axis=1) == pytest.approx(np.ones(units.n))
    assert found.weights @ units.X + found.input_slacks == pytest.approx(found.farrell[:, None] * units.X)
    assert found.weights @ units.Y - found.output_slacks == pytest.approx(units.Y)


def test_influence_is_what_leaving_the_unit_out_does(homes, units):
    found = envelop(units, returns="vrs", orientation="input")
    change = influence(units, found, returns="vrs", orientation="input")
    worst = int(change.argmax())
    rest = read_units(homes.drop(index=worst), unit="unit", inputs=INPUTS, outputs=OUTPUTS)
    without = farrell(rest, returns="vrs", orientation="input")
    assert change[worst] == pytest.approx((without - np.delete(found.farrell, worst)).mean(), abs=1e-12)
    assert change[worst] > 0


def test_scores_do_not_depend_on_units_of_measurement_or_order(homes):
    plain = ww.benchmarking.frontier(homes, unit="unit", inputs=INPUTS, outputs=OUTPUTS, draws=0)
    other = homes.assign(cost=1e6 * homes["cost"], points=homes["points"] / 100).sample(frac=1, random_state=1)
    turned = ww.benchmarking.frontier(other, unit="unit", inputs=INPUTS, outputs=OUTPUTS, draws=0)
    columns = ["score", "scale_efficiency", "super_efficiency", "returns_to_scale", "influence"]
    one, two = (each.parts.sort_values("unit", ignore_index=True)[columns] for each in (plain, turned))
    pd.testing.assert_frame_equal(one, two, atol=1e-9)
    assert (plain.parts["scale_efficiency"] <= 1 + 1e-9).all()


def test_both_orientations_agree_under_constant_returns(homes):
    ways = [
        ww.benchmarking.frontier(homes, unit="unit", inputs=INPUTS, outputs=OUTPUTS, returns="crs", orientation=way, draws=0)
        for way in ("input", "output")
    ]
    assert ways[0].parts["score"].to_numpy() == pytest.approx(ways[1].parts["score"].to_numpy(), abs=1e-9)


def test_slacks_and_columns_are_in_their_own_units(homes):
    result = ww.benchmarking.frontier(homes, unit="unit", inputs=INPUTS, outputs=OUTPUTS, draws=0)
    parts = result.parts
    assert parts["cost"].to_numpy() == pytest.approx(homes["cost"].to_numpy())
    row = parts.loc[parts["slack_staff"].idxmax()]
    weights = dict(zip(row["peers"].split("; "), map(float, row["peer_weights"].split("; ")), strict=True))
    used = sum(weight * float(homes.loc[homes["unit"] == name, "staff"].iloc[0]) for name, weight in weights.items())
    assert row["score"] * row["staff"] - row["slack_staff"] == pytest.approx(used, rel=1e-4)


def test_returns_to_scale_of_a_known_curve():
    # Output is the square root of input: beyond where the ray touches, returns fall.
    size = np.array([1.0, 2, 3, 4, 6, 9, 12, 16])
    frame = pd.DataFrame({"used": size, "made": np.sqrt(size) - 0.5})
    found = ww.benchmarking.frontier(frame, inputs="used", outputs="made", draws=0).parts["returns_to_scale"].tolist()
    assert found == ["constant", *["decreasing"] * 7]


def test_the_result_reads_back_and_equal_calls_give_equal_bytes(homes):
    call = {"unit": "unit", "inputs": INPUTS, "outputs": OUTPUTS, "draws": 20}
    result = ww.benchmarking.frontier(homes, **call)
    assert ww.core.EffectResult.from_json(result.to_json()) == result == ww.benchmarking.frontier(homes, **call)
    assert result != ww.benchmarking.frontier(homes, **call, seed=1)


def test_checks_say_when_units_are_few_and_when_one_decides(homes):
    few = ww.benchmarking.frontier(homes.head(13), unit="unit", inputs=INPUTS, outputs=OUTPUTS, draws=0)
    assert {each.name for each in few.failed_checks} >= {"units_per_measure", "frontier_discrimination"}
    outlier = pd.DataFrame({"used": [10.0] * 20, "made": [*np.linspace(1, 2, 19), 20.0]})
    found = ww.benchmarking.frontier(outlier, inputs="used", outputs="made", returns="crs", draws=0)
    assert "frontier_influence" in {each.name for each in found.failed_checks}
    assert found.statistics["largest_influence"] == pytest.approx((np.linspace(1, 2, 19) / 2 - np.linspace(1, 2, 19) / 20).mean())


def test_identical_units_are_equally_efficient(homes):
    twins = pd.concat([homes, homes.assign(unit=homes["unit"] + " twin")], ignore_index=True)
    found = ww.benchmarking.frontier(twins, unit="unit", inputs=INPUTS, outputs=OUTPUTS, draws=0).parts
    half = len(homes)
    assert found["score"].to_numpy()[:half] == pytest.approx(found["score"].to_numpy()[half:], abs=1e-9)
    # A unit with a twin has no advantage over all others.
    assert found["super_efficiency"].max() == pytest.approx(1.0, abs=1e-7)


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"cost": 0.0}, InvalidColumn, "'cost' is zero or negative in 1 of 40"),
        ({"cost": -2.0}, InvalidColumn, "zero or negative in 1 of 40"),
        ({"points": -0.1}, InvalidColumn, "'points' is negative in 1 of 40"),
        ({"points": 0.0, "stays": 0.0}, InvalidColumn, "1 of 40 units have no output"),
        ({"staff": np.nan}, MissingValues, "lacks a value in 1 of 40"),
        ({"unit": "Service 02"}, DuplicateRows, "1 rows repeat a unit"),
    ],
)
def test_impossible_units_are_refused(homes, change, error, words):
    bad = homes.copy()
    for column, value in change.items():
        bad.loc[0, column] = value
    with pytest.raises(error, match=words):
        ww.benchmarking.frontier(bad, unit="unit", inputs=INPUTS, outputs=OUTPUTS, draws=0)


def test_other_calls_that_cannot_be_answered_are_refused(homes):
    with pytest.raises(TooFewUnits, match="11 units with 2 inputs and 2 outputs; at least 12"):
        ww.benchmarking.frontier(homes.head(11), unit="unit", inputs=INPUTS, outputs=OUTPUTS)
    with pytest.raises(InvalidOption, match="conf_level=95 must lie"):
        ww.benchmarking.frontier(homes, unit="unit", inputs=INPUTS, outputs=OUTPUTS, conf_level=95)
    with pytest.raises(InvalidOption, match="seed=-1"):
        ww.benchmarking.frontier(homes, unit="unit", inputs=INPUTS, outputs=OUTPUTS, draws=100, seed=-1)
    with pytest.raises(InvalidOption, match="Named twice"):
        ww.benchmarking.frontier(homes, unit="unit", inputs=["cost", "stays"], outputs="stays")
    with pytest.raises(MissingColumn, match="'beds'"):
        ww.benchmarking.frontier(homes, unit="unit", inputs="beds", outputs="stays")
    with pytest.raises(InvalidColumn, match="'level' holds 2 different values"):
        ww.benchmarking.frontier(
            homes.assign(level=np.arange(40) % 2), unit="unit", inputs="cost", outputs="stays", same="level", draws=0
        )
    equal = pd.DataFrame({"used": np.ones(8), "made": np.ones(8)})
    with pytest.raises(NotIdentified, match="0 of 8 units lie behind the frontier"):
        ww.benchmarking.frontier(equal, inputs="used", outputs="made", draws=10)
