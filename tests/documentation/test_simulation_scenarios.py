"""Scenarios in which something is wrong: what is wrong is there, as the design says, and the rest is as in S1."""

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest

import whatworks as ww
from whatworks.documentation.scenarios import SCENARIOS
from whatworks.documentation.simulated_rollout import draw_rollout


@cache
def drawn(scenario, seed=3):
    return ww.documentation.simulate(scenario=scenario, seed=seed)


def test_where_the_method_is_not_in_use_those_who_do_badly_are_lost():
    tables, truth = drawn("S4")
    start = tables["adoption"].set_index("unit_id")["start"].dt.to_period("Q-DEC")
    rows = tables["measurement"].merge(tables["episode"][["episode_id", "acting_municipality"]], on="episode_id")
    quarter = pd.PeriodIndex(rows["quarter"].str.replace("K", "Q"), freq="Q-DEC")
    first = pd.PeriodIndex(rows["acting_municipality"].map(start).array, freq="Q-DEC")
    used = np.asarray(first.notna() & (quarter >= first))
    follow_up = (rows["measurement_point"] == "follow_up").to_numpy()
    made = rows["value"].notna().to_numpy()
    assert made[follow_up & used].mean() == pytest.approx(0.75, abs=0.02)
    assert made[follow_up & ~used].mean() == pytest.approx(0.65, abs=0.025)
    assert truth["att_overall"] == pytest.approx(4.5, abs=0.4)


def test_attrition_takes_about_two_points_off_the_effect_that_is_seen():
    off = []
    for seed in range(2):
        tables, truth = drawn("S4", seed)
        clean, _ = drawn("S1", seed)
        asked = {"target_group": truth["target_group"], "method": truth["method"], "outcome": "who5"}
        columns = {"outcome": "who5", "unit": "municipality", "time": "quarter", "first_treated": "first_treated"}
        estimates = [ww.did.att_gt(ww.documentation.build_panel(each, **asked), **columns) for each in (tables, clean)]
        off.append(estimates[0].headline.estimate - estimates[1].headline.estimate)
    assert np.mean(off) == pytest.approx(-2.0, abs=1.5)


def test_neighbours_of_adopters_get_three_tenths_of_the_effect():
    # The same draw with and without what spills over, in a smaller world.
    world = replace(SCENARIOS["S6"], places=(12, 15))
    here, there = draw_rollout(world, 3)[0], draw_rollout(replace(world, spillover=0.0), 3)[0]
    gained = (here["measurement"]["value"] - there["measurement"]["value"]).to_numpy()
    home = here["measurement"]["episode_id"].map(here["episode"].set_index("episode_id")["acting_municipality"]).to_numpy()
    adopters = set(here["adoption"]["unit_id"])
    neighbours = ww.documentation.simulated_neighbours()
    assert len(neighbours) == 39
    beside = {a for a, b in neighbours.itertuples(index=False) if b in adopters}
    beside = (beside | {b for a, b in neighbours.itertuples(index=False) if a in adopters}) - adopters
    reached = np.isin(home, list(beside)) & (here["measurement"]["quarter"] >= "2018K3").to_numpy()
    assert np.nanmean(gained[reached]) == pytest.approx(1.5, abs=0.4)
    assert not np.nan_to_num(gained[~np.isin(home, list(beside))]).any()


def test_one_treated_municipality_is_one_and_has_no_normal_interval():
    tables, truth = drawn("S7")
    panel = ww.documentation.build_panel(
        tables, target_group=truth["target_group"], method=truth["method"], outcome=truth["outcome"]
    )
    assert panel.drop_duplicates("municipality")["first_treated"].notna().sum() == 1
    with pytest.raises(ww.errors.TooFewUnits):
        ww.did.att_gt(panel, outcome="who5", unit="municipality", time="quarter", first_treated="first_treated")


def test_an_event_hits_everybody_and_adopters_harder():
    with_event, truth = drawn("S8")
    asked = {"target_group": truth["target_group"], "method": truth["method"], "outcome": truth["outcome"]}
    panel = ww.documentation.build_panel(with_event, **asked)
    later = panel["first_treated"] == pd.Period("2021Q3", "Q-DEC")
    year = panel["quarter"].between(pd.Period("2020Q2"), pd.Period("2021Q1"))
    before = panel["quarter"].between(pd.Period("2019Q2"), pd.Period("2020Q1"))

    def change(rows):
        return panel.loc[rows & year, "who5"].mean() - panel.loc[rows & before, "who5"].mean()

    assert change(panel["first_treated"].isna()) == pytest.approx(-4.0, abs=1.0)
    assert change(later) == pytest.approx(-8.0, abs=1.2)


def test_nine_services_merge_into_three_and_only_successors_tell_that_the_method_went_on():
    tables, truth = drawn("S9")
    service = tables["service"]
    closed = service.dropna(subset="successor_id")
    assert (len(service), len(closed), closed["successor_id"].nunique()) == (44, 9, 3)
    assert set(closed["service_id"]) <= set(tables["adoption"]["unit_id"])
    assert not set(closed["successor_id"]) & set(tables["adoption"]["unit_id"])
    assert not tables["episode"]["episode_id"].duplicated().any()
    measured = tables["measurement"].merge(tables["episode"], on="episode_id")
    assert (measured["date"] >= measured["start"]).all()
    assert not (measured["date"] > measured["end"]).any()
    assert len(measured) == len(tables["measurement"])
    assert truth["att_overall"] == pytest.approx(4.5, abs=0.4)


def test_after_the_change_everybody_is_measured_with_the_new_instrument_only():
    tables, truth = drawn("S10")
    measurement = tables["measurement"]
    used = measurement.groupby("instrument")["quarter"].agg(["min", "max"])
    assert used.loc["who5"].tolist() == ["2014K1", "2018K4"]
    assert used.loc["pulsmaal"].tolist() == ["2019K1", "2023K4"]
    assert (measurement.loc[measurement["instrument"] == "pulsmaal", "value"].dropna() % 10 == 0).all()
    assert list(truth["att_by_cohort"]) == ["2017K3"]


def test_scores_drop_before_the_start_and_nowhere_else():
    tables, truth = drawn("S5")
    asked = {"target_group": truth["target_group"], "method": truth["method"], "outcome": truth["outcome"]}
    panel = ww.documentation.build_panel(tables, **asked)
    distance = panel["quarter"].astype("int64") - panel["first_treated"].astype("int64")
    never = panel["first_treated"].isna()
    common = panel[never].groupby("quarter")["who5"].mean()
    gap = panel["who5"] - panel["quarter"].map(common)
    level = gap[~never & distance.between(-6, -2)].mean()
    assert gap[~never & (distance == -1)].mean() - level == pytest.approx(-5.0, abs=1.2)


def test_the_harmful_method_harms():
    _, truth = drawn("XX")
    assert truth["att_overall"] == pytest.approx(-2.7, abs=0.3)


@pytest.mark.parametrize("scenario", ["S4", "S9", "M2"])
def test_equal_seeds_give_equal_tables(scenario):
    first, second = drawn(scenario)[0], ww.documentation.simulate(scenario=scenario, seed=3)[0]
    assert list(first) == list(second)
    for name, table in first.items():
        pd.testing.assert_frame_equal(table, second[name], check_exact=True)


@pytest.mark.parametrize("name", ["M1", "M2"])
def test_individuals_are_measured_before_and_after_and_every_third_takes_the_method_up(name):
    tables, truth = drawn(name)
    points = tables["measurement"].groupby(["instrument", "measurement_point"]).size()
    assert points.to_dict() == {("who5", "baseline"): 1800, ("who5", "follow_up"): 1800, ("motivation", "baseline"): 1800}
    taken = tables["intervention"]["method_id"].notna().mean()
    assert taken == pytest.approx(0.32, abs=0.04)
    assert truth["share_treated"] == pytest.approx(taken)
    # Scores that reach the end of the scale take a little off five points.
    assert truth["att_overall"] == pytest.approx(4.97, abs=0.05)
    assert truth["hidden_factor"] == (name == "M2")


def test_a_delivery_with_services_can_be_written_and_read(tmp_path):
    tables, _ = drawn("S9")
    folder = ww.documentation.write_delivery(tables, tmp_path / "delivery", synthetic=True, seed=3)
    assert list(ww.documentation.read_delivery(folder)) == [*sorted(tables, key=list(tables).index)]
