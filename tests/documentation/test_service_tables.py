"""Services side by side: what each told of a year, and what became of its citizens."""

import gzip
from pathlib import Path

import pandas as pd
import pytest

import whatworks as ww
from whatworks.core.errors import EmptyData, MissingData

ROOT = Path(__file__).resolve().parents[2]
EMBEDDED = ROOT / "evidence" / "services"
SEED = 20261104
PAIRS = {"adults_autism": ("klare_billeder", "who5"), "adults_social_psychiatry": ("trappestoette", "honos")}


@pytest.fixture(scope="module")
def tables():
    return ww.documentation.read_delivery(EMBEDDED / "adults_social_psychiatry")


def test_money_and_places_add_up(tables):
    found = ww.documentation.service_table(tables, method="trappestoette").set_index("service_id")
    told = tables["service_year"].query("year == 2023").set_index("service_id")
    costs = ["cost_direct", "cost_indirect", "overhead", "depreciation", "interest", "pension", "supervision_fee"]
    expected = told[costs].astype(float).sum(axis=1) - told["other_income"].astype(float)
    assert found["cost"].to_dict() == pytest.approx(expected.to_dict())
    first = found.index[0]
    used = told.loc[first, "places_budgeted"] * told.loc[first, "occupancy_actual"] * 365 / 365.25
    assert found.loc[first, "citizen_years"] == pytest.approx(float(used))


def test_years_with_the_method_count_from_the_start_and_are_none_before(tables):
    found = ww.documentation.service_table(tables, method="trappestoette", year=2022).set_index("service_id")
    later = ww.documentation.service_table(tables, method="trappestoette").set_index("service_id")
    users = found["years_with_method"] > 0
    assert (found["years_with_method"] == 0).any()
    assert (later["years_with_method"] - found["years_with_method"])[users].tolist() == pytest.approx(
        [1.0] * users.sum(), abs=0.01
    )


def test_a_made_up_service_needs_no_brackets_in_its_name(tables):
    names = ww.documentation.service_table(tables, method="trappestoette")["service_name"]
    assert not names.str.contains("opdigtet").any()
    assert names.is_unique
    real = {**tables, "service": tables["service"].assign(fictitious=False)}
    assert ww.documentation.service_table(real, method="trappestoette")["service_name"].str.contains("opdigtet").all()


def test_two_services_with_one_name_are_told_apart(tables):
    alike = {**tables, "service": tables["service"].assign(service_name="Huset")}
    assert ww.documentation.service_table(alike, method="trappestoette")["service_name"].is_unique


def test_a_year_nobody_told_of_and_a_table_that_lacks_are_named(tables):
    with pytest.raises(EmptyData, match="No service told of 1999; the delivery covers 2022 to 2023"):
        ww.documentation.service_table(tables, method="trappestoette", year=1999)
    with pytest.raises(MissingData, match="service_year"):
        ww.documentation.service_table({"service": tables["service"]}, method="trappestoette")


def test_every_stay_is_in_a_service_with_a_name_and_an_owner(tables):
    stays = ww.documentation.service_stays(
        tables, target_group="adults_social_psychiatry", method="trappestoette", outcome="honos"
    )
    assert stays[["service_name", "ownership", "baseline", "follow_up"]].notna().all().all()
    assert set(stays["ownership"]) == {"municipal", "regional", "private"}


@pytest.mark.parametrize("group", PAIRS)
def test_embedded_services_are_simulated_small_and_do_not_hold_the_truth(group):
    folder = EMBEDDED / group
    assert ww.documentation.is_synthetic(folder)
    assert sum(path.stat().st_size for path in folder.iterdir()) < 200_000
    assert not any(word in content for content in contents(folder).values() for word in (b"att_", b"truth"))


def contents(folder):
    return {
        path.name: gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        for path in sorted(folder.iterdir())
    }


def drawn(tables, group, method, outcome):
    """The part of the simulated region that a comparison of a group's services uses."""
    episode = tables["episode"].query("target_group_code == @group")
    adoption = tables["adoption"].query("method_id == @method")
    service, stays = tables["service"], set(episode["service_id"])
    service = service[service["service_id"].isin(stays | set(adoption["unit_id"])) | service["successor_id"].isin(stays)]
    intervention = tables["intervention"][tables["intervention"]["episode_id"].isin(episode["episode_id"])]
    began = intervention.query("method_id == @method").groupby("episode_id")["start"].min()
    since = episode.set_index("episode_id")["start"].to_frame("start").assign(began=began)
    since = since["began"].fillna(since["start"])
    scores = tables["measurement"].query("instrument == @outcome")
    scores = scores[scores["episode_id"].isin(episode["episode_id"])]
    days = (scores["date"] - scores["episode_id"].map(since)).dt.days
    fidelity, told = tables["fidelity"], tables["service_year"]
    return {
        **{name: tables[name] for name in ("municipality", "organisation")},
        "service": service,
        "service_year": told[told["service_id"].isin(service["service_id"]) & (told["year"] >= 2022)],
        "method": tables["method"].query("method_id == @method"),
        "target_group": tables["target_group"].query("target_group_code == @group"),
        "instrument": tables["instrument"].query("instrument == @outcome"),
        "adoption": adoption,
        "fidelity": fidelity[fidelity["adoption_id"].isin(adoption["adoption_id"]) & fidelity["quarter"].str.startswith("2023")],
        "citizen": tables["citizen"][tables["citizen"]["citizen_id"].isin(episode["citizen_id"])],
        "episode": episode,
        "intervention": intervention,
        "measurement": scores[days.abs().le(60) | (days - 365).abs().le(60)],
    }


@pytest.mark.slow
def test_embedded_services_are_drawn_again_byte_for_byte(tmp_path):
    region, _truth = ww.documentation.simulate(scenario="region", seed=SEED)
    for group, (method, outcome) in PAIRS.items():
        parts: dict[str, pd.DataFrame] = drawn(region, group, method, outcome)
        again = {name: table.reset_index(drop=True) for name, table in parts.items()}
        folder = ww.documentation.write_delivery(again, tmp_path / group, synthetic=True, seed=SEED)
        assert contents(folder) == contents(EMBEDDED / group), group
