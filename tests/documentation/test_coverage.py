"""The coverage map: places, occupancy and gaps with known answers."""

import numpy as np
import pandas as pd
import pytest

from tests.documentation.profile_tables import dates, make_tables
from whatworks.core.errors import InvalidOption, MissingData
from whatworks.documentation.coverage import coverage_map


@pytest.fixture
def tables():
    service = pd.DataFrame({"service_id": ["s1", "s2", "s3"], "service_name": ["Fyrren", "Birken", "Elmen"]})
    service = service.assign(location_municipality=["751", "751", "730"])
    approval = pd.DataFrame(
        {"service_id": ["s1", "s2", "s3", "s3"], "law": "SEL", "paragraph": ["107", "107", "107", "104"],
         "places": pd.array([10, 30, 8, 5], dtype="Int64"), "target_group_codes": ["autism; adhd", "autism", "autism", None],
         "valid_from": dates(["2020-01-01"] * 4), "valid_to": dates([None, None, "2022-06-30", None])}
    )  # fmt: skip
    year = pd.DataFrame(
        {"service_id": ["s1", "s2"], "year": pd.array([2023, 2023], dtype="Int64"), "occupancy_actual": [1.0, 0.9]}
    )
    names = pd.DataFrame({"municipality_code": ["751", "730"], "municipality_name": ["Aarhus", "Randers"], "region_code": "1082"})
    people = make_tables(before=[50.0] * 12, after=[None] * 12)
    return {"service": service, "approval": approval, "service_year": year, "municipality": names, "episode": people["episode"]}


def cell(out, group, paragraph, area):
    rows = out[(out["target_group_code"] == group) & (out["paragraph"] == paragraph) & (out["area"] == area)]
    return rows.iloc[0] if len(rows) else None


def test_places_occupancy_and_citizens_stand_side_by_side(tables):
    row = cell(coverage_map(tables, year=2023), "autism", "107", "751")
    assert (row["services"], row["places"], row["citizens"], row["area_name"]) == (2, 40, 12, "Aarhus")
    assert row["occupancy"] == pytest.approx((10 * 1.0 + 30 * 0.9) / 40)
    assert row["gap"] == "room"


def test_a_place_for_several_groups_stands_in_the_row_of_each_and_full_is_full(tables):
    row = cell(coverage_map(tables, year=2023), "adhd", "107", "751")
    assert (row["places"], row["gap"]) == (10, "full")


def test_an_approval_counts_in_the_years_it_is_valid(tables):
    assert cell(coverage_map(tables, year=2022), "autism", "107", "730")["gap"] == "unknown"
    assert cell(coverage_map(tables, year=2023), "autism", "107", "730") is None
    assert cell(coverage_map(tables, year=2019), "autism", "107", "751") is None


def test_citizens_without_a_place_in_their_area_are_a_gap_unless_they_are_few(tables):
    elsewhere = tables["episode"].assign(acting_municipality="730")
    row = cell(coverage_map({**tables, "episode": elsewhere}, year=2023), "autism", "107", "730")
    assert (row["gap"], row["citizens"], row["services"]) == ("nothing", 12, 0)
    few = coverage_map({**tables, "episode": elsewhere.iloc[:4]}, year=2023)
    assert cell(few, "autism", "107", "730") is None
    beside = coverage_map({**tables, "episode": tables["episode"].iloc[:4]}, year=2023)
    assert pd.isna(cell(beside, "autism", "107", "751")["citizens"])
    assert cell(beside, "autism", "107", "751")["hidden"] == "few"


def test_few_citizens_cannot_be_found_from_the_total_of_their_municipality_or_region(tables):
    counts = {("751", "107"): 3, ("751", "104"): 9, ("751", "85"): 40, ("730", "107"): 20, ("730", "104"): 30, ("730", "85"): 50}
    rows = [{"acting_municipality": area, "paragraph": paragraph, "citizen_id": f"{area} {paragraph} {n}"}
            for (area, paragraph), many in counts.items() for n in range(many)]  # fmt: skip
    known = {"target_group_code": "autism", "law": "SEL", "start": pd.Timestamp("2022-01-01"), "end": pd.NaT}
    out = coverage_map({**tables, "episode": pd.DataFrame(rows).assign(**known)}, year=2023)
    helped = out[(out["target_group_code"] == "autism") & ((out["citizens"] != 0) | (out["hidden"] != ""))]
    hidden = helped.assign(gone=helped["hidden"] == "few").pivot_table(index="area", columns="paragraph", values="gone")
    assert hidden.loc["751", "107"] == 1
    assert not (hidden.sum(axis=0) == 1).any()
    assert not (hidden.sum(axis=1) == 1).any()
    assert (hidden["85"] == 0).all()


def test_the_map_by_region(tables):
    out = coverage_map(tables, year=2022, area="region")
    row = cell(out, "autism", "107", "1082")
    assert (row["services"], row["places"]) == (3, 48)


def test_services_without_occupancy_are_not_said_to_have_room(tables):
    bare = {name: tables[name] for name in ("service", "approval")}
    out = coverage_map(bare, year=2023)
    assert set(out["gap"]) == {"unknown"}
    assert np.isnan(out["occupancy"]).all()


def test_wrong_use_is_refused(tables):
    with pytest.raises(MissingData, match="approval"):
        coverage_map({"service": tables["service"]}, year=2023)
    with pytest.raises(InvalidOption, match="four digits"):
        coverage_map(tables, year="2023")
    with pytest.raises(InvalidOption, match="area"):
        coverage_map(tables, year=2023, area="country")
    with pytest.raises(MissingData, match="municipality"):
        coverage_map({name: tables[name] for name in ("service", "approval")}, year=2023, area="region")
