"""Cells become values in one way, or it is said why not."""

import pandas as pd
import pyarrow as pa
import pytest

from whatworks.documentation.cells import Written, typed_column
from whatworks.documentation.schema import TABLES, Column


def read(cells, column, **written):
    return typed_column(pa.chunked_array([pa.array(cells, pa.large_string())]), column, written=Written(**written))


NUMBER = Column(name="value", kind="number", empty=True)
MONEY = Column(name="amount", kind="number", empty=True, unit="kr")
DATE = Column(name="date", kind="date", empty=True)


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (["1.5", "-2", "+3", "1e2", ".5"], [1.5, -2, 3, 100, 0.5]),
        (["1,5", "-2", "1.234,5", "12.345"], [1.5, -2, 1234.5, 12345]),
        ([" 4 ", ""], [4, None]),
    ],
)
def test_numbers_with_point_or_comma_are_read(cells, values):
    typed = read(cells, NUMBER)
    assert typed.doubts == []
    assert [None if pd.isna(value) else value for value in typed.values] == values


@pytest.mark.parametrize("cell", ["1e999", "nan", "inf", "1 000", "1,2,3", "0x1F", "12a"])
def test_what_is_no_number_is_told(cell):
    (doubt,) = read(["1", cell], NUMBER).doubts
    assert (doubt.rule, doubt.bad.tolist()) == ("type", [False, True])


def test_points_and_commas_in_one_column_are_refused():
    doubts = read(["1.5", "1,5"], NUMBER).doubts
    assert [doubt.rule for doubt in doubts] == ["V24"]


def test_amounts_that_may_be_thousands_are_refused_until_the_mapping_says():
    assert [doubt.rule for doubt in read(["12.500", "3.000"], MONEY).doubts] == ["V24"]
    assert read(["12.500", "3.000"], MONEY, decimal=",").values.tolist() == [12500, 3000]
    assert read(["12.500", "3.000"], MONEY, decimal=".").values.tolist() == [12.5, 3]
    assert read(["12.5", "3.000"], MONEY).doubts == []


@pytest.mark.parametrize(
    "cells", [["2024-02-01"], ["01-02-2024"], ["1.2.2024"], ["2024-02-01 00:00:00"], ["2024-02-01T00:00:00"]]
)
def test_dates_are_read_year_first_or_day_first(cells):
    typed = read(cells, DATE)
    assert typed.doubts == []
    assert typed.values.tolist() == [pd.Timestamp("2024-02-01")]


@pytest.mark.parametrize(
    "cells",
    [
        ["2024-02-01", "13-02-2024"],
        ["02/01/2024", "03/01/2024"],
        ["01/02/2024", "01/13/2024"],
    ],
)
def test_mixed_and_ambiguous_dates_are_refused(cells):
    assert {doubt.rule for doubt in read(cells, DATE).doubts} == {"V24"}


def test_a_mapping_settles_which_of_day_and_month_comes_first():
    assert read(["02/01/2024"], DATE, dates="dd-mm-yyyy").values.tolist() == [pd.Timestamp("2024-01-02")]
    assert read(["02/01/2024"], DATE, dates="mm-dd-yyyy").values.tolist() == [pd.Timestamp("2024-02-01")]


@pytest.mark.parametrize(
    ("cell", "words"), [("45292", "Excel's own number"), ("2024-02-30", "not a date"), ("01-02-24", "not a date")]
)
def test_what_is_no_date_is_told(cell, words):
    (doubt,) = read([cell], DATE).doubts
    assert words in doubt.message


@pytest.mark.parametrize("cell", ["jan-25", "01-feb", "2. feb", "3.mar"])
def test_numbers_that_excel_made_a_date_of_are_told(cell):
    doubts = read(["1", cell], NUMBER).doubts
    assert any("Excel has made a date" in doubt.message for doubt in doubts) == (cell != "jan-25")
    assert all(doubt.bad.tolist() == [False, True] for doubt in doubts)


def test_ids_that_excel_rounded_are_told():
    (doubt,) = read(["1,23457E+15"], Column(name="episode_id", part_of_key=True)).doubts
    assert "rounded" in doubt.message


@pytest.mark.parametrize("cell", ["=1+1", "@SUM(A1)", "=HYPERLINK(1)"])
def test_text_that_begins_like_a_formula_is_refused(cell):
    (doubt,) = read([cell], Column(name="method_name")).doubts
    assert doubt.rule == "formula"


@pytest.mark.parametrize("cell", ["goal_reached", "maal_naaet", "Mål nået", "MAAL_NAAET", "mål nået "])
def test_codes_are_read_in_english_and_danish_however_they_are_spelled(cell):
    column = TABLES["episode"].column("end_reason")
    assert read([cell], column).values.tolist() == ["goal_reached"]


def test_codes_of_the_senders_are_read_through_the_mapping():
    column = TABLES["episode"].column("end_reason")
    assert read(["Færdig"], column, codes={"faerdig": "goal_reached"}).values.tolist() == ["goal_reached"]
    instrument = TABLES["measurement"].column("instrument")
    assert read(["Trivsel", "honos"], instrument, codes={"trivsel": "who5"}).values.tolist() == ["who5", "honos"]


def test_lists_and_grades_are_brought_to_one_form():
    track, declared = TABLES["episode"].column("track"), TABLES["method"].column("knowledge_declaration")
    assert read(["omsorg, rehabilitering"], track).values.tolist() == ["care;rehabilitation"]
    assert read(["effekt=b; metode = A"], declared).values.tolist() == ["effect=B;method=A"]
    assert [doubt.rule for doubt in read(["effekt=E"], declared).doubts] == ["type"]
