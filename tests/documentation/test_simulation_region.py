"""The whole simulated region: as many of everything as the design says, tables that fit together, and a truth beside them."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import whatworks as ww
from whatworks.documentation.schema import TABLES
from whatworks.documentation.simulated_pairs import PAIRS

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def region():
    return ww.documentation.simulate(scenario="region", seed=3)


def test_there_are_as_many_of_everything_as_the_design_says(region):
    tables, _ = region
    assert len(tables["municipality"]) == 41
    assert len(tables["service"]) == 120
    assert len(tables["episode"]) == pytest.approx(9_000, rel=0.08)
    assert len(tables["citizen"]) == pytest.approx(7_500, rel=0.08)
    assert tables["citizen"]["household_id"].nunique() == pytest.approx(2_400, rel=0.08)
    assert (tables["measurement"]["quarter"].min(), tables["measurement"]["quarter"].max()) == ("2014K1", "2023K4")


def test_every_table_of_a_delivery_is_there_and_every_key_stands_once(region):
    tables, _ = region
    wanted = (
        "municipality organisation service approval service_year rate method adoption fidelity target_group citizen episode "
        "intervention measurement goal employment cost coordination agreement"
    )
    assert set(wanted.split()) <= set(tables)
    for name, table in tables.items():
        assert not table.duplicated(list(TABLES[name].key)).any(), name


def test_every_reference_leads_somewhere(region):
    tables, _ = region
    for name, table in tables.items():
        for column in TABLES[name].columns:
            refers = getattr(column, "refers", None) or getattr(column, "references", None)
            if refers in tables and column.name in table and column.kind == "text":
                known = set(tables[refers][TABLES[refers].key[0]])
                assert set(table[column.name].dropna()) <= known, (name, column.name)


def test_the_methods_are_invented_and_known_as_such_to_the_catalogue(region):
    tables, _ = region
    catalogue = ww.evidence.load().methods
    for code, name in tables["method"][["method_id", "method_name"]].itertuples(index=False):
        assert catalogue[code].fields["synthetic"]
        assert catalogue[code].name["da"] == name
    assert tables["service"]["service_name"].str.endswith("(opdigtet)").all()
    assert tables["service"]["service_name"].is_unique


def test_the_same_seed_gives_the_same_tables(region):
    again, truth = ww.documentation.simulate(scenario="region", seed=3)
    for name, table in region[0].items():
        pd.testing.assert_frame_equal(table, again[name], check_exact=True)
    assert truth == region[1]


def test_the_truth_of_every_pair_has_the_sign_and_about_the_size_that_it_was_given(region):
    _, truth = region
    assert list(truth["pairs"]) == [pair.code for pair in PAIRS]
    for pair in PAIRS:
        outcomes = truth["pairs"][pair.code]["outcomes"]
        for measure in pair.measures:
            code = measure.instrument.code if measure.subscale is None else f"{measure.instrument.code}:{measure.subscale}"
            reached = outcomes[code]["att_on_those_reached"]
            assert outcomes[code]["null"] == (measure.effect == 0 and measure.decline == 0)
            # Effects come in over a year, and later cohorts get less of them.
            if measure.effect:
                assert 0.4 < reached / measure.effect < 1.0, (pair.code, code)
            elif measure.decline:
                assert reached < 0


def test_what_usual_care_loses_the_care_track_keeps(region):
    tables, truth = region
    assert truth["pairs"]["OM"]["outcomes"]["vum_theme:self_care"]["att_overall"] < 0
    assert (tables["episode"].loc[tables["episode"]["target_group_code"] == "intellectual_disability", "track"] == "care").all()


def test_a_rate_is_its_budget_over_places_days_and_occupancy(region):
    tables, _ = region
    accounts = tables["service_year"]
    costs = ["cost_direct", "cost_indirect", "overhead", "depreciation", "interest", "pension", "supervision_fee"]
    budget = accounts[costs].sum(axis=1) - accounts["other_income"]
    days = accounts["places_budgeted"] * accounts["days"] * accounts["occupancy_budgeted"]
    rate = tables["rate"].assign(year=tables["rate"]["valid_from"].dt.year)
    rate = accounts[["service_id", "year"]].merge(rate, on=["service_id", "year"], validate="one_to_one")
    assert (budget / days - rate["amount"]).between(-1e-6, 0.0100001).all()


def test_exactly_the_planted_rates_grow_by_more_than_the_index(region):
    tables, truth = region
    rate = tables["rate"].assign(year=tables["rate"]["valid_from"].dt.year).sort_values(["service_id", "year"])
    before = rate.groupby("service_id")["amount"].shift()
    # Within half a tenth of a per cent is rounding.
    above = rate[rate["amount"] / before / 1.02 - 1 > 0.0005]
    assert sorted(map(list, above[["service_id", "year"]].to_numpy().tolist())) == sorted(truth["rate_breaches"])
    assert len(above) / before.notna().sum() == pytest.approx(0.15, abs=0.04)


def test_rates_are_paid_for_the_days_of_the_episodes(region):
    tables, _ = region
    episode = tables["episode"].set_index("episode_id")
    cost = tables["cost"][tables["cost"]["cost_type"] == "rate"].iloc[::50]
    quarter = pd.PeriodIndex(cost["quarter"].str.replace("K", "Q"), freq="Q-DEC")
    stay = episode.loc[cost["episode_id"]]
    begin = np.maximum(quarter.start_time.to_numpy(), stay["start"].to_numpy())
    until = np.minimum(quarter.end_time.normalize().to_numpy(), stay["end"].fillna(pd.Timestamp("2030-01-01")).to_numpy())
    days = (until - begin) / np.timedelta64(1, "D") + 1
    rate = tables["rate"].assign(year=tables["rate"]["valid_from"].dt.year).set_index(["service_id", "year"])["amount"]
    paid = days * rate.loc[list(zip(stay["service_id"], quarter.year, strict=True))].to_numpy()
    assert np.abs(paid - cost["amount"].to_numpy()).max() <= 0.01


def digest(table):
    """Of the cells as they would be written, whatever the machine."""
    return hashlib.sha256(pd.util.hash_pandas_object(table, index=False).to_numpy().astype("<u8").tobytes()).hexdigest()[:16]


def test_the_tables_are_those_of_every_other_machine(region):
    expected = json.loads((ROOT / "tests/reference/simulated_region.json").read_text(encoding="utf-8"))
    assert {name: digest(table) for name, table in region[0].items()} == expected


def test_every_cost_has_one_bearer_and_a_price_level(region):
    cost = region[0]["cost"]
    assert (cost["episode_id"].notna() ^ cost["adoption_id"].notna()).all()
    assert (cost["price_level"].astype("str") == cost["quarter"].str[:4]).all()
    assert (cost["refunded"] <= cost["amount"]).all()


def test_the_refund_is_that_of_the_brackets_person_by_person(region):
    tables, truth = region
    cost = tables["cost"].merge(tables["episode"][["episode_id", "citizen_id"]], on="episode_id")
    cost = cost[(cost["price_level"] == 2020) & cost["cost_type"].isin(["rate", "intervention", "management"])]
    refund = 0.0
    for spent in cost.groupby("citizen_id")["amount"].sum():
        refund += 0.25 * max(0, min(spent, 1_630_000) - 830_000)
        refund += 0.50 * max(0, min(spent, 2_050_000) - 1_630_000) + 0.75 * max(0, spent - 2_050_000)
    assert truth["refunds"]["from 2021"]["refund"] == pytest.approx(refund, abs=0.01)
    assert truth["refunds"]["from 2021"]["citizens"] > 20


def test_nine_services_become_three_and_their_citizens_stay(region):
    tables, truth = region
    closed = tables["service"].dropna(subset="successor_id")
    assert dict(zip(closed["service_id"], closed["successor_id"], strict=True)) == truth["merged"]
    assert len(closed) == 6
    assert closed["successor_id"].nunique() == 3
    episode = tables["episode"]
    assert not (episode.loc[episode["service_id"].isin(closed["service_id"]), "start"] >= "2018-07-01").any()
    # Who moves with the service is not referred anew.
    begun = (episode["start"] == "2018-07-01") & (episode["referral"] == episode["start"])
    moved = episode[begun & episode["service_id"].isin(closed["successor_id"])]
    assert len(moved) > 20
    assert set(moved["citizen_id"]) <= set(episode.loc[episode["end"] == "2018-06-30", "citizen_id"])


def test_nobody_is_measured_outside_an_episode(region):
    tables, _ = region
    measured = tables["measurement"].merge(tables["episode"], on="episode_id")
    assert (measured["date"] >= measured["start"]).all()
    assert not (measured["date"] > measured["end"]).any()


def test_those_with_more_need_are_measured_less(region):
    tables, _ = region
    measurement = tables["measurement"]
    measurement = measurement[(measurement["measurement_point"] == "follow_up") & (measurement["informant"] != "register")]
    need = measurement["episode_id"].map(tables["episode"].set_index("episode_id")["baseline_support_need"])
    made = measurement["value"].notna().groupby(need.to_numpy(dtype=int)).mean()
    assert made.is_monotonic_decreasing
    assert measurement["value"].notna().mean() < 0.75


def test_the_truth_is_ready_for_json_and_is_not_in_the_tables(region):
    tables, truth = region
    assert json.loads(json.dumps(truth)) == truth
    columns = {column for table in tables.values() for column in table.columns}
    assert not columns & {"effect", "running", "cohort", "without", "person"}
