"""Simulated deliveries: the same for a seed, made as the design says, with a truth that can be counted again."""

import gzip
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import whatworks as ww
from whatworks.documentation.scenarios import SCENARIOS

ROOT = Path(__file__).resolve().parents[2]
EMBEDDED = ROOT / "evidence" / "documentation"
DELIVERED = {code: scenario for code, scenario in SCENARIOS.items() if scenario.embedded_seed is not None}
# Those that the embedded deliveries are drawn from, and S0. The others have tests of their own.
SMALL = ["S0", "S1", "S3", "AV"]


@pytest.fixture(scope="module", params=SMALL)
def world(request):
    tables, truth = ww.documentation.simulate(scenario=request.param, seed=11)
    return SCENARIOS[request.param], tables, truth


def contents(folder: Path) -> dict[str, bytes]:
    """Every file's bytes; archives unpacked, since zlib libraries differ in how they pack."""
    return {
        place.name: gzip.decompress(place.read_bytes()) if place.suffix == ".gz" else place.read_bytes()
        for place in sorted(folder.iterdir())
    }


def rounded(truth) -> dict:
    """Averages to nine decimals: processors differ in the last digit of a sum."""
    return json.loads(json.dumps(truth), parse_float=lambda number: round(float(number), 9))


def as_bytes(tables) -> dict[str, bytes]:
    return {name: table.to_csv().encode() for name, table in tables.items()}


@pytest.mark.parametrize("scenario", DELIVERED.values(), ids=list(DELIVERED))
def test_the_embedded_deliveries_and_their_truth_are_drawn_again_byte_for_byte(scenario, tmp_path):
    tables, truth = ww.documentation.simulate(scenario=scenario.code, seed=scenario.embedded_seed)
    folder = ww.documentation.write_delivery(tables, tmp_path / "again", synthetic=True, seed=scenario.embedded_seed)
    assert contents(folder) == contents(EMBEDDED / scenario.target_group)
    expected = json.loads((ROOT / "tests/reference/synthetic_truth.json").read_text(encoding="utf-8"))
    assert rounded(truth) == rounded(expected[scenario.target_group])


def test_the_embedded_deliveries_are_small_and_do_not_hold_the_truth():
    places = [place for place in EMBEDDED.rglob("*") if place.is_file()]
    assert sum(place.stat().st_size for place in places) < 1_500_000
    for folder in (place for place in EMBEDDED.iterdir() if place.is_dir()):
        assert ww.documentation.is_synthetic(folder)
        assert not any(b"att_" in content or b"truth" in content for content in contents(folder).values())


def test_equal_seeds_give_equal_tables_and_different_seeds_do_not():
    first, truth = ww.documentation.simulate(scenario="S3", seed=5)
    again, truth_again = ww.documentation.simulate(scenario="S3", seed=5)
    other, _ = ww.documentation.simulate(scenario="S3", seed=6)
    assert as_bytes(first) == as_bytes(again)
    assert truth == truth_again
    for name in ("adoption", "citizen", "episode", "measurement"):
        assert not first[name].equals(other[name])


def test_the_default_is_selection_on_level():
    default, truth = ww.documentation.simulate(seed=5)
    named, _ = ww.documentation.simulate(scenario="S1", seed=5)
    assert as_bytes(default) == as_bytes(named)
    assert truth["scenario"] == "S1"


def test_a_scenario_that_does_not_exist_is_refused_with_those_that_do():
    with pytest.raises(ww.errors.InvalidOption, match="'default' and 'S0', 'S1', 'S2', 'S3', 'AV'.*'M2', 'region'"):
        ww.documentation.simulate(scenario="S99", seed=1)


@pytest.mark.parametrize("seed", [-1, 1.5, "1", True, None])
def test_a_seed_that_is_not_a_whole_number_from_zero_is_refused(seed):
    with pytest.raises(ww.errors.InvalidOption, match="whole number"):
        ww.documentation.simulate(seed=seed)


def test_the_frame_is_41_municipalities_and_40_quarters_with_the_cohorts_of_the_design(world):
    scenario, tables, _ = world
    assert tables["municipality"]["region_code"].value_counts().to_dict() == {"1083": 22, "1082": 19}
    panel = ww.documentation.build_panel(
        tables, target_group=scenario.target_group, method=scenario.method, outcome=scenario.instrument.code
    )
    assert len(panel) == 41 * 40
    assert (panel["quarter"].min(), panel["quarter"].max()) == (pd.Period("2014Q1"), pd.Period("2023Q4"))
    cohorts = panel.drop_duplicates("municipality")["first_treated"].value_counts(dropna=False)
    assert cohorts[pd.Period("2017Q3", "Q-DEC")] == 12
    assert cohorts[pd.Period("2019Q3", "Q-DEC")] == 12
    assert cohorts[pd.Period("2021Q3", "Q-DEC")] == 7
    assert cohorts[pd.NaT] == 10
    assert 9 < panel["n_citizens"].mean() < 11


def test_scores_before_anyone_starts_have_the_calibrated_mean_and_spread(world):
    scenario, tables, _ = world
    measurement = tables["measurement"]
    early = measurement.loc[measurement["quarter"] < "2017K3", "value"].dropna()
    # 41 municipalities with an SD of 0.23 of the score's SD put 0.04 SD of noise on the mean; four of these are allowed.
    assert early.mean() == pytest.approx(scenario.mean, abs=0.16 * scenario.sd)
    assert early.std() == pytest.approx(scenario.sd, rel=0.06)


def test_scores_are_on_the_instruments_steps(world):
    scenario, tables, _ = world
    instrument, value = scenario.instrument, tables["measurement"]["value"].dropna()
    assert value.between(instrument.low, instrument.high).all()
    assert ((value - instrument.low) % instrument.step == 0).all()


def test_baselines_and_follow_ups_are_missing_as_often_as_the_design_says(world):
    _, tables, _ = world
    measurement = tables["measurement"]
    made = measurement["value"].notna().groupby(measurement["measurement_point"]).mean()
    assert made["baseline"] == pytest.approx(0.85, abs=0.03)
    assert made["follow_up"] == pytest.approx(0.75, abs=0.02)
    assert (measurement["value"].isna() == (measurement["missing_reason"] != "-")).all()


def test_people_are_referred_at_a_low_point_and_get_better_by_themselves(world):
    scenario, tables, _ = world
    measurement = tables["measurement"].merge(tables["episode"][["episode_id", "start"]], on="episode_id")
    measurement = measurement[(measurement["quarter"] < "2017K3") & (measurement["start"] >= "2014-01-01")]
    entry = measurement.loc[measurement["measurement_point"] == "baseline", "value"].mean()
    later = measurement.loc[(measurement["date"] - measurement["start"]).dt.days > 365, "value"].mean()
    towards_good = 1 if scenario.instrument.higher_is_better else -1
    assert towards_good * (later - entry) / scenario.sd == pytest.approx(0.4, abs=0.2)


def test_the_worse_off_tend_to_adopt_first():
    gaps = []
    for seed in range(12):
        tables, truth = ww.documentation.simulate(scenario="S3", seed=seed)
        panel = ww.documentation.build_panel(
            tables, target_group=truth["target_group"], method=truth["method"], outcome=truth["outcome"]
        )
        early = panel[panel["quarter"] < pd.Period("2017Q3")].groupby("first_treated", dropna=False)["honos"].mean()
        gaps.append(early[pd.Period("2017Q3", "Q-DEC")] - early[pd.NaT])
    # High is worse on this instrument. The gap in need is about 1.7 SD, and one SD is 3 / 18.3 of a score's SD of 6.
    assert np.mean(gaps) == pytest.approx(1.7, abs=0.6)


def early_gap(scenario, seed):
    """Mean score of the first adopters less that of never adopters, before anyone starts."""
    tables, truth = ww.documentation.simulate(scenario=scenario, seed=seed)
    asked = {"target_group": truth["target_group"], "method": truth["method"], "outcome": truth["outcome"]}
    panel = ww.documentation.build_panel(tables, **asked)
    early = panel[panel["quarter"] < pd.Period("2017Q3")].groupby("first_treated", dropna=False)[truth["outcome"]].mean()
    return early[pd.Period("2017Q3", "Q-DEC")] - early[pd.NaT]


def test_adopters_drawn_by_lot_are_no_worse_off():
    gaps = {scenario: np.mean([early_gap(scenario, seed) for seed in range(8)]) for scenario in ("S0", "S1")}
    # The gap in need is about 1.7 SD of 3 points under selection; means of 8 draws vary by about 0.7 points.
    assert gaps["S1"] == pytest.approx(-5.1, abs=2.1)
    assert gaps["S0"] == pytest.approx(0.0, abs=2.1)


def test_without_parallel_trends_adopters_gain_on_the_others_by_what_the_design_says():
    tables, truth = ww.documentation.simulate(scenario="S2", seed=3)
    asked = {"target_group": truth["target_group"], "method": truth["method"], "outcome": truth["outcome"]}
    panel = ww.documentation.build_panel(tables, **asked)
    assert 190 < panel["n_citizens"].mean() < 220
    early = panel[panel["quarter"] < pd.Period("2017Q3")].assign(adopts=lambda d: d["first_treated"].notna())
    means = early.groupby(["quarter", "adopts"])["who5"].mean().unstack()
    slope = np.polyfit(np.arange(len(means)), means[True] - means[False], 1)[0]
    # Over 14 quarters the slope of one draw has a standard error of about 0.06.
    assert slope == pytest.approx(0.08, abs=0.15)
    # The effect itself is S1's: the drift is there with and without the method.
    assert truth["att_overall"] == pytest.approx(ww.documentation.simulate(scenario="S1", seed=3)[1]["att_overall"], rel=0.15)


def test_nobody_is_measured_outside_an_episode_and_no_place_is_empty(world):
    _, tables, _ = world
    measurement = tables["measurement"].merge(tables["episode"], on="episode_id")
    assert (measurement["date"] >= measurement["start"]).all()
    assert not (measurement["date"] > measurement["end"]).any()
    assert (tables["episode"]["referral"] < tables["episode"]["start"]).all()
    per_quarter = measurement.groupby(["acting_municipality", "quarter"]).size().unstack()
    assert (per_quarter.nunique(axis=1) == 1).all()


def test_the_truth_agrees_with_what_the_design_says_by_hand(world):
    scenario, _, truth = world
    event = np.arange(26)
    effect = scenario.effect * np.clip((event + 1) / 4, 0, 1) + scenario.growth * np.clip(event - 3, 0, None)
    cohorts = {"2017K3": (12, 26), "2019K3": (12, 18), "2021K3": (7, 10)}
    by_cohort = {
        name: share * effect[:quarters].mean()
        for share, (name, (_, quarters)) in zip(scenario.cohort_shares, cohorts.items(), strict=True)
    }
    weights = [size * quarters for size, quarters in cohorts.values()]
    # Fidelity varies by an eighth between municipalities; scores that reach the end of the scale take a little off.
    for name, expected in by_cohort.items():
        assert truth["att_by_cohort"][name] == pytest.approx(expected, rel=0.15, abs=1e-12)
    assert truth["att_overall"] == pytest.approx(np.average(list(by_cohort.values()), weights=weights), rel=0.08, abs=1e-12)


def test_the_parts_of_the_truth_add_up(world):
    _, _, truth = world
    by_cohort = truth["att_by_cohort"]
    weights = {"2017K3": 12 * 26, "2019K3": 12 * 18, "2021K3": 7 * 10}
    together = np.average([by_cohort[name] for name in weights], weights=list(weights.values()))
    assert truth["att_overall"] == pytest.approx(together)
    adopters = [31] * 10 + [24] * 8 + [12] * 8
    assert truth["att_overall"] == pytest.approx(np.average(list(truth["att_by_event_time"].values()), weights=adopters))
    assert truth["att_event"] == pytest.approx(np.mean(list(truth["att_by_event_time"].values())))
    assert list(truth["att_by_event_time"]) == [str(event) for event in range(26)]
    assert truth["null"] == (truth["att_overall"] == 0)


def test_the_truth_is_ready_for_json_and_is_not_in_the_tables(world):
    _, tables, truth = world
    assert json.loads(json.dumps(truth)) == truth
    columns = {column for table in tables.values() for column in table.columns}
    assert not columns & {"effect", "need", "fidelity", "cohort", "untreated"}
