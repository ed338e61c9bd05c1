"""Everybody who was delivered is in the cohort or in one step of what was left out."""

import pandas as pd
import pytest

import whatworks as ww
from whatworks.documentation import build_panel, cohort


@pytest.fixture(scope="module")
def world():
    tables, truth = ww.documentation.simulate(scenario="S1", seed=3)
    return tables, {"target_group": truth["target_group"], "method": truth["method"], "outcome": truth["outcome"]}


@pytest.fixture(scope="module")
def merged():
    tables, truth = ww.documentation.simulate(scenario="S9", seed=3)
    return tables, {"target_group": truth["target_group"], "method": truth["method"], "outcome": truth["outcome"]}


def test_steps_add_up_to_what_was_delivered(world):
    tables, asked = world
    found = cohort(tables, **asked)
    flow = found.flow
    assert flow["kept"].iloc[0] == len(tables["episode"])
    assert (flow["kept"].iloc[:-1].to_numpy() == (flow["kept"] + flow["excluded"]).iloc[1:].to_numpy()).all()
    assert flow["kept"].iloc[-1] == len(found.episodes)
    assert flow["reason"].str.len().gt(0).all()


def test_baseline_and_follow_up_are_the_values_nearest_to_their_days(world):
    tables, asked = world
    found = cohort(tables, **asked).episodes
    measured = tables["measurement"].dropna(subset="value").merge(found[["episode_id", "since"]], on="episode_id")
    day = (measured["date"] - measured["since"]).dt.days
    for name, target, reach in (("baseline", 0, 60), ("follow_up", 365, 180)):
        near = measured[(day - target).abs() <= reach].assign(far=(day - target).abs())
        nearest = near.sort_values(["far", "date"]).drop_duplicates("episode_id").set_index("episode_id")["value"]
        assert found.set_index("episode_id")[name].equals(nearest.reindex(found["episode_id"]).rename(name))


def test_treated_are_those_whose_unit_used_the_method_at_their_start(world):
    tables, asked = world
    found = cohort(tables, **asked).episodes
    start = tables["adoption"].set_index("unit_id")["start"].reindex(found["unit"])
    assert (found["treated"].to_numpy() == (start.to_numpy() <= found["since"].to_numpy())).all()
    never = found.loc[~found["treated"], "unit"].isin(tables["adoption"]["unit_id"])
    assert never.any()
    assert (~never).any()


def test_interventions_say_who_got_the_method_where_they_are_delivered():
    tables, truth = ww.documentation.simulate(scenario="M1", seed=3)
    asked = {"target_group": truth["target_group"], "method": truth["method"], "outcome": truth["outcome"]}
    found = cohort(tables, **asked).episodes
    own = tables["intervention"].query("method_id == @truth['method']")["episode_id"]
    assert set(found.loc[found["treated"], "episode_id"]) <= set(own)
    assert not found.loc[~found["treated"], "episode_id"].isin(own).any()


def test_a_course_that_a_merger_cut_in_two_is_one_episode(world, merged):
    plain, cut = cohort(world[0], **world[1]), cohort(merged[0], **merged[1], unit="service")
    assert cut.flow.set_index("step")["excluded"]["continued"] > 50
    assert len(cut.episodes) == len(plain.episodes)
    assert cut.episodes["change"].tolist() == plain.episodes["change"].tolist()
    assert cut.episodes["treated"].tolist() == plain.episodes["treated"].tolist()


def test_a_panel_of_merged_services_has_one_unit_before_and_after(merged):
    tables, asked = merged
    panel = build_panel(tables, **asked, unit="service")
    old = tables["service"].dropna(subset="successor_id")
    assert len(old) == 9
    assert not panel["service"].isin(old["service_id"]).any()
    assert panel.groupby("service")["quarter"].count().eq(40).all()
    starts = panel.groupby("service")["first_treated"].first()
    assert starts[old["successor_id"].unique()].astype("str").eq("2017Q3").all()


def test_a_merger_of_services_with_and_without_the_method_is_left_out_and_counted(merged):
    tables, asked = merged
    old = tables["service"].dropna(subset="successor_id")
    one = old["service_id"].iloc[0]
    adoption = tables["adoption"][tables["adoption"]["unit_id"] != one]
    panel = build_panel({**tables, "adoption": adoption}, **asked, unit="service")
    assert not panel["service"].eq(old["successor_id"].iloc[0]).any()
    flow = dict(panel.attrs["flow"])
    assert flow["service_known_and_not_mixed"] < flow["target_group"]
    found = cohort({**tables, "adoption": adoption}, **asked, unit="service")
    assert found.flow.set_index("step")["excluded"]["merger"] > 0


def test_services_that_follow_one_another_in_a_circle_are_refused(merged):
    tables, asked = merged
    service = tables["service"].copy()
    service["successor_id"] = service["service_id"].shift(1, fill_value=service["service_id"].iloc[-1])
    with pytest.raises(ww.errors.InvalidColumn, match="circle"):
        build_panel({**tables, "service": service}, **asked, unit="service")


def test_attrition_is_counted_by_arm(world):
    tables, asked = world
    whole = cohort(tables, **asked)
    lost = whole.episodes.loc[whole.episodes["treated"], "episode_id"].iloc[::2]
    late = tables["measurement"]["date"] - tables["measurement"]["episode_id"].map(
        tables["episode"].set_index("episode_id")["start"]
    )
    gone = tables["measurement"]["episode_id"].isin(lost) & (late > pd.Timedelta(days=100))
    found = cohort({**tables, "measurement": tables["measurement"][~gone]}, **asked)
    share = found.attrition.set_index("treated")["share"]
    assert share[True] < 0.6 < 0.9 < share[False]
    assert found.attrition["due"].tolist() == whole.attrition["due"].tolist()


def test_what_was_kept_aside_at_the_door_is_the_first_exclusion(delivery):
    place = delivery / "episode.csv"
    place.write_text(place.read_text(encoding="utf-8").replace(",adults_autism,", ",nobody,", 1), encoding="utf-8")
    asked = {"target_group": "adults_autism", "method": "klare_billeder", "outcome": "who5"}
    with pytest.raises(ww.errors.EmptyData, match="delivered 30, quarantined 29"):
        cohort(ww.documentation.read_delivery(delivery), **asked)


def test_informants_are_never_mixed_and_missing_tables_are_named(world):
    tables, asked = world
    measurement = tables["measurement"].copy()
    measurement.loc[::2, "informant"] = "staff"
    with pytest.raises(ww.errors.InvalidColumn, match="2 different kinds of informant"):
        cohort({**tables, "measurement": measurement}, **asked)
    with pytest.raises(ww.errors.MissingData, match="intervention or adoption"):
        cohort({name: frame for name, frame in tables.items() if name != "adoption"}, **asked)
