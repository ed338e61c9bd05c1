"""Rows that stand twice: the same is kept once, a contradiction is settled by the sender."""

import pandas as pd

from whatworks.documentation.rules.keys import out_of_range, repeated_keys, repeated_measurements


def test_nothing_is_found_where_nothing_is_wrong(tables):
    assert [*out_of_range(tables), *repeated_keys(tables), *repeated_measurements(tables)] == []


def test_of_two_rows_that_are_the_same_the_first_stays(tables):
    tables["citizen"] = pd.concat([tables["citizen"]] * 2, ignore_index=True)
    (found,) = repeated_keys(tables)
    assert found.rule == "key"
    assert found.rows.tolist() == [3, 4, 5]


def test_of_two_rows_that_contradict_each_other_none_stays(tables):
    again = tables["citizen"].head(1).assign(birth_year=1981)
    tables["citizen"] = pd.concat([tables["citizen"], again], ignore_index=True)
    (found,) = repeated_keys(tables)
    assert found.rows.tolist() == [0, 3]
    assert "differ" in found.found


def test_one_measurement_under_two_ids_counts_once_and_two_values_of_it_not_at_all(tables):
    same = tables["measurement"].head(1).assign(measurement_id="m8")
    other = tables["measurement"].tail(1).assign(measurement_id="m9", value=52.0)
    tables["measurement"] = pd.concat([tables["measurement"], same, other], ignore_index=True)
    first, second = repeated_measurements(tables)
    assert first.rows.tolist() == [3]
    assert second.rows.tolist() == [2, 4]


def test_numbers_outside_their_columns_limits_are_found(tables):
    tables["episode"]["baseline_support_need"] = pd.array([0, 4, 5], dtype="Int64")
    (found,) = out_of_range(tables)
    assert (found.column, found.rows.tolist(), found.places) == ("baseline_support_need", [2], {"low": "0", "high": "4"})
