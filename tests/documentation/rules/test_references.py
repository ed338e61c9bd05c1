"""What a row refers to is there, in this delivery or an earlier one."""

import pandas as pd
import pytest

from whatworks.documentation import validate
from whatworks.documentation.rules.references import unknown_references, unknown_units


def test_nothing_is_found_where_everything_is_there(tables):
    assert unknown_references(tables, {}) == []
    assert unknown_units(tables, {}) == []


def test_a_reference_that_leads_nowhere_is_found(tables):
    tables["measurement"].loc[1, "episode_id"] = "e9"
    (found,) = unknown_references(tables, {})
    assert (found.rule, found.column, found.rows.tolist()) == ("V05", "episode_id", [1])


def test_what_was_delivered_before_may_be_referred_to(tables):
    episode = tables.pop("episode")
    (refused,) = [one for one in unknown_references(tables, {}) if one.column == "episode_id"]
    assert refused.severity == "refuse"
    assert unknown_references(tables, {"episode": episode}) == []


def test_an_optional_reference_to_a_table_that_was_not_delivered_is_a_warning(tables):
    del tables["service"]
    (found,) = unknown_references(tables, {})
    assert (found.table, found.column, found.severity) == ("episode", "service_id", "warn")


@pytest.mark.parametrize("code", ["411", "998", "000"])
def test_codes_that_are_no_municipality_are_found(tables, code):
    tables["episode"].loc[0, "acting_municipality"] = code
    tables["adoption"].loc[0, "unit_id"] = code
    assert {found.rule for found in [*unknown_references(tables, {}), *unknown_units(tables, {})]} == {"V23"}


def test_every_code_of_a_list_must_be_there(tables):
    tables["episode"]["secondary_target_groups"] = pd.Series(["autism", "autism;other", None], dtype="str")
    (found,) = unknown_references(tables, {})
    assert found.rows.tolist() == [1]


def test_rows_go_aside_with_the_row_they_refer_to(tables):
    tables["episode"].loc[0, "end"] = pd.Timestamp("2019-01-01")
    validation = validate(tables)
    assert not validation.refused
    assert {name: frame["rule"].tolist() for name, frame in validation.quarantined.items()} == {
        "episode": ["V06"],
        "measurement": ["V05"],
    }


def test_an_adoption_by_a_service_that_is_not_there_is_found(tables):
    tables["adoption"] = tables["adoption"].assign(level="service", unit_id="s9")
    (found,) = unknown_units(tables, {})
    assert (found.rule, found.places) == ("V05", {"table": "service"})
