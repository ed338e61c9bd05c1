"""A panel of one's own in one CSV file: what is read, and what is refused without showing a value."""

from pathlib import Path

import pandas as pd
import pytest

import whatworks as ww
from whatworks.core.errors import (
    DuplicateRows,
    EmptyData,
    InvalidColumn,
    MissingColumn,
    MissingData,
    MissingValues,
    NotIdentified,
)
from whatworks.documentation import InvalidDelivery, PersonalDataFound, is_synthetic, read_panel, source, trends, window

ABOUT = {"target_group": "young_people", "method": "visits", "outcome": "days"}
GOOD = """\
municipality,quarter,first_treated,days,n_citizens
b,2021Q2,never,5,9
a,2021-q1,2021K2,4.5,12
b,2021Q1,,6,8
a,2021Q2,2021Q2,3,11
"""


@pytest.fixture
def read(tmp_path: Path):
    """Write a file and read it as a panel."""

    def panel(text: str, encoding: str = "utf-8") -> pd.DataFrame:
        (tmp_path / "own.csv").write_text(text, encoding=encoding)
        return read_panel(tmp_path / "own.csv", **ABOUT)

    return panel


def test_rows_come_sorted_with_typed_columns(read):
    panel = read(GOOD)
    assert panel.columns.tolist() == ["municipality", "quarter", "days", "n_citizens", "first_treated"]
    assert panel["municipality"].tolist() == ["a", "a", "b", "b"]
    assert panel["quarter"].astype("str").tolist() == ["2021Q1", "2021Q2"] * 2
    assert panel["days"].tolist() == [4.5, 3.0, 6.0, 5.0]
    assert panel["first_treated"].isna().tolist() == [False, False, True, True]
    assert panel.attrs["flow"] == [("rows", 4), ("with_value", 4), ("municipalities", 2)]


def test_danish_names_semicolons_commas_and_latin_1_are_read(read):
    text = "Kommune;Kvartal;Startkvartal;Days\nØen;2021K1;aldrig;4,5\nØen;2021K2;aldrig;3,25\n"
    panel = read(text, encoding="latin-1")
    assert panel["municipality"].tolist() == ["Øen", "Øen"]
    assert panel["days"].tolist() == [4.5, 3.25]
    assert panel["first_treated"].isna().all()


def test_a_code_keeps_the_zero_in_front(read):
    assert read("kommune,kvartal,startkvartal,days\n0101,2021K1,,1\n")["municipality"].tolist() == ["0101"]


def test_rows_without_a_value_are_counted(read):
    panel = read("municipality,quarter,first_treated,days\na,2021Q1,,1\na,2021Q2,,\n")
    assert panel.attrs["flow"][:2] == [("rows", 2), ("with_value", 1)]


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        ("municipality,quarter,days\na,2021Q1,1\n", MissingColumn, "no column 'first_treated'"),
        ("municipality,quarter,first_treated,days\na,January,,1\n", InvalidColumn, "1 of 1 rows (the first: 2); a quarter"),
        ("municipality,quarter,first_treated,days\na,2021Q1,,many\n", InvalidColumn, "a number is needed"),
        ("municipality,quarter,first_treated,days\na,2021Q1,,\n", EmptyData, "empty in all 1 rows"),
        ("municipality,quarter,first_treated,days\n,2021Q1,,1\n", MissingValues, "'municipality' is empty in 1 of 1"),
        ("municipality,quarter,first_treated,days\na,2021Q1,,1\na,2021Q1,,2\n", DuplicateRows, "1 rows for a municipality"),
        ("municipality,quarter,first_treated,days\na,2021Q1,,1,2\n", InvalidDelivery, "fields of the header"),
        ("municipality,quarter,first_treated,days,Days\na,2021Q1,,1,2\n", InvalidColumn, "2 columns are called 'days'"),
    ],
)
def test_a_fault_says_where_it_is_and_what_is_needed(read, text, error, words):
    with pytest.raises(error) as caught:
        read(text)
    assert words in str(caught.value)
    assert "January" not in str(caught.value)
    assert "many" not in str(caught.value)


@pytest.mark.parametrize("other", ["ÅRHUS", "aarhus", "A\u030arhus", "Aar\u200bhus"])
def test_a_place_spelt_in_two_ways_is_refused_before_it_counts_as_two(read, other):
    with pytest.raises(InvalidColumn, match="spells a place in more than one way.* Write each place in one way"):
        read(f"municipality,quarter,first_treated,days\nAarhus,2021Q1,,1\n{other},2021Q2,,1\nRanders,2021Q1,,1\n")


def test_a_number_of_a_person_is_refused_and_not_shown(read):
    number = "0" * 10
    with pytest.raises(PersonalDataFound) as caught:
        read(f"municipality,quarter,first_treated,days\n{number},2021Q1,,1\n")
    assert number not in str(caught.value)
    with pytest.raises(PersonalDataFound, match="cpr"):
        read("municipality,quarter,first_treated,days,CPR-nr\na,2021Q1,,1,\n")


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(MissingData, match=r"no file 'own\.csv'"):
        read_panel(tmp_path / "own.csv", **ABOUT)


def test_invented_numbers_say_so_themselves(tmp_path):
    place = tmp_path / "own.csv"
    header = "municipality,quarter,first_treated,days,synthetic\n"
    place.write_text(header + "a,2021Q1,,1,true\na,2021Q2,,1,true\n")
    assert is_synthetic(place)
    assert "Simulated" in source(place)["en"]
    place.write_text(GOOD)
    assert not is_synthetic(place)
    assert "one row for each municipality" in source(place)["en"]
    place.write_text(header + "a,2021Q1,,1,true\na,2021Q2,,1,\n")
    with pytest.raises(InvalidColumn, match="1 of 2 rows"):
        is_synthetic(place)


def test_without_counts_of_people_a_mean_of_few_places_is_not_shown(read):
    few = "".join(f"m{place},2021Q1,,4\n" for place in range(3)) + "x,2021Q1,2021Q3,9\n"
    table = trends(read("municipality,quarter,first_treated,days\n" + few), outcome="days")
    assert table["mean"].isna().tolist() == [True, False]
    assert table["n"].isna().all()


def test_the_window_is_that_of_the_cohort_seen_widest():
    quarter = pd.period_range("2020Q1", "2023Q4", freq="Q-DEC")
    late, early = (pd.Period(start, freq="Q-DEC") for start in ("2023Q3", "2021Q1"))
    panel = pd.concat([pd.DataFrame({"quarter": quarter, "first_treated": start}) for start in (late, early, pd.NaT)])
    assert window(panel) == (4, 8)
    assert window(panel, most=3) == (3, 3)
    with pytest.raises(NotIdentified, match="two quarters before"):
        window(panel[panel["quarter"] >= pd.Period("2023Q2")])


def test_a_panel_of_ones_own_goes_straight_into_an_estimator(read):
    rows = [
        f"m{place},202{year}Q{quarter},{'2021Q1' if place < 4 else ''},{10 + place - (2 if place < 4 and year == 1 else 0)}"
        for place in range(8)
        for year in (0, 1)
        for quarter in range(1, 5)
    ]
    panel = read("municipality,quarter,first_treated,days\n" + "\n".join(rows) + "\n")
    columns = {"outcome": "days", "unit": "municipality", "time": "quarter", "first_treated": "first_treated"}
    assert ww.did.twfe(panel, **columns).headline.estimate == pytest.approx(-2.0)
