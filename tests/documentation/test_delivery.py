"""Rows that break a rule are kept aside, what cannot be understood is refused, and everything is said but people's data."""

import gzip
import os
import traceback

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import whatworks as ww
from whatworks.documentation import InvalidDelivery, PersonalDataFound, is_synthetic, read_delivery, validate, write_delivery
from whatworks.documentation.schema import TABLES


def refusal(folder, error=InvalidDelivery) -> str:
    with pytest.raises(error) as caught:
        read_delivery(folder)
    return str(caught.value)


def told(folder) -> str:
    """Everything found, whether it refuses the delivery or not."""
    return "\n".join(map(str, validate(folder).faults))


def test_what_is_written_is_read_back_the_same(simulated, whole_delivery):
    tables = read_delivery(whole_delivery)
    assert list(tables) == list(simulated[0])
    for name, table in simulated[0].items():
        pd.testing.assert_frame_equal(tables[name], table)


def test_equal_tables_give_equal_bytes(small_tables, tmp_path):
    first = write_delivery(small_tables, tmp_path / "first", synthetic=True, seed=7)
    second = write_delivery(small_tables, tmp_path / "second", synthetic=True, seed=7)
    assert {place.name: place.read_bytes() for place in first.iterdir()} == {
        place.name: place.read_bytes() for place in second.iterdir()
    }


def test_a_simulated_delivery_says_so_in_both_languages(whole_delivery):
    assert is_synthetic(whole_delivery)
    read_me = (whole_delivery / "README.md").read_text(encoding="utf-8")
    assert "EKSEMPEL MED SIMULEREDE DATA - må ikke bruges til beslutninger" in read_me
    assert "SIMULATED DATA" in read_me


def test_a_delivery_about_people_says_so(small_tables, tmp_path):
    folder = write_delivery(small_tables, tmp_path / "people", synthetic=False)
    assert not is_synthetic(folder)
    assert "SIMULER" not in (folder / "README.md").read_text(encoding="utf-8").upper()


def test_danish_names_of_tables_columns_and_codes_are_read_as_english(delivery):
    expected = read_delivery(delivery)
    for table in map(TABLES.get, expected):
        place = delivery / f"{table.name}.csv"
        text = pd.read_csv(place, dtype=str, keep_default_na=False)
        for column in table.columns:
            if column.name in text and column.codes:
                text[column.name] = text[column.name].replace(dict(column.codes))
        text = text.rename(columns={column.name: column.alias for column in table.columns if column.alias})
        place.unlink()
        text.to_csv(delivery / f"{table.alias}.csv", index=False, encoding="utf-8-sig")
    assert (delivery / "maaling.csv").is_file()
    for name, table in read_delivery(delivery).items():
        pd.testing.assert_frame_equal(table, expected[name])


def test_a_number_like_a_persons_is_refused_in_any_text_cell_and_never_shown(change, nobodys_number):
    folder = change("method.csv", "Klare Billeder", f"Klare {nobodys_number}")
    with pytest.raises(PersonalDataFound) as caught:
        read_delivery(folder)
    shown = "".join(traceback.format_exception(caught.value))
    assert "V01" in shown
    assert "method.csv, column method_name" in shown
    assert "1 row: 2" in shown
    assert nobodys_number not in shown
    assert "0170" not in shown


def test_such_numbers_are_counted_and_their_first_rows_named(delivery, nobodys_number):
    place = delivery / "episode.csv"
    lines = place.read_text(encoding="utf-8").splitlines()
    for row in range(1, 9):
        lines[row] = lines[row].replace(lines[row].split(",")[0], nobodys_number, 1)
    place.write_text("\n".join(lines), encoding="utf-8")
    shown = refusal(delivery, PersonalDataFound)
    assert "episode.csv, column episode_id (V01)" in shown
    assert "8 rows: 2, 3, 4, 5, 6, ..." in shown
    assert "0170" not in shown


@pytest.mark.parametrize("spot", ["header", "file name", "manifest", "read me", "beyond the header", "pseudonym"])
def test_such_a_number_is_refused_outside_the_cells_too(delivery, spot):
    number = f"{60 + 1}0170" + "1234"
    method = delivery / "method.csv"
    match spot:
        case "header":
            method.write_text(method.read_text(encoding="utf-8").replace("status", number), encoding="utf-8")
        case "file name":
            method.rename(delivery / f"{number}.csv")
        case "manifest":
            (delivery / "delivery.yml").write_text(f"synthetic: true\nseed: {number}\n", encoding="utf-8")
        case "read me":
            (delivery / "README.md").write_text(f"Ask about {number}.", encoding="utf-8")
        case "beyond the header":
            method.write_text(method.read_text(encoding="utf-8").rstrip() + f",{number}\n", encoding="utf-8")
        case "pseudonym":
            place = delivery / "citizen.csv"
            text = place.read_text(encoding="utf-8")
            place.write_text(text.replace(text.splitlines()[1][:18], f"b_abc{number}abc", 1), encoding="utf-8")
    shown = refusal(delivery, PersonalDataFound)
    assert "V01" in shown
    assert number not in shown


@pytest.mark.parametrize("header", ["cpr_nummer", "Fornavn", "adresse", "e-mail", "telefonnr"])
def test_a_column_for_a_name_an_address_or_the_like_is_refused(change, header):
    shown = refusal(change("citizen.csv", "sex", header), PersonalDataFound)
    assert "V02" in shown
    assert "citizen.csv" in shown


def test_an_unknown_column_is_refused_with_the_nearest_name_but_without_showing_the_header(change):
    shown = refusal(change("citizen.csv", "birth_year", "birth_yaer"))
    assert "citizen.csv, column number 2" in shown
    assert "Did you mean birth_year?" in shown
    assert "citizen.csv, column birth_year (column): The column is missing. Add birth_year (or foedselsaar)." in shown
    assert "yaer" not in shown


def test_a_file_without_a_header_row_does_not_show_its_first_citizen(delivery):
    place = delivery / "citizen.csv"
    lines = place.read_text(encoding="utf-8").splitlines()
    place.write_text("\n".join(lines[1:]), encoding="utf-8")
    shown = refusal(delivery)
    assert "citizen.csv" in shown
    assert not any(cell in shown for cell in lines[1].split(",")[:2])


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        ("municipality.csv", "municipality_code", "kommune", ["municipality_code", "missing"]),
        ("measurement.csv", ",value,", ",value,value,", ["measurement.csv", "fields of the header"]),
        ("instrument.csv", ",100,", ",many,", ["column max", "not a number"]),
        ("instrument.csv", ",100,", ",nan,", ["column max", "not a number"]),
        ("instrument.csv", ",0,", ",200,", ["column max (V07)", "above the smallest"]),
        ("instrument.csv", "true", "perhaps", ["higher_is_better", "not true or false"]),
        ("adoption.csv", "municipality", "region", ["column level", "not one of municipality, service, team"]),
        ("adoption.csv", "2017-07-01", "01-07-2017", ["column start (V24)", "yyyy-mm-dd"]),
        ("adoption.csv", "2017-07-01", "2017-02-30", ["column start", "yyyy-mm-dd"]),
        ("adoption.csv", "2018-04-01", "2016-04-01", ["full_operation (V19)", "before start"]),
        ("adoption.csv", "klare_billeder", "andet", ["method_id (V05)", "Not found in the table method"]),
        ("adoption.csv", "klare_billeder", "", ["method_id (type)", "empty"]),
        ("adoption.csv", ",municipality,410", ",municipality,411", ["unit_id (V23)"]),
        ("measurement.csv", "2014K1", "2014Q1", ["column quarter", "2014K1"]),
        ("measurement.csv", "2014K1", "2015K1", ["column quarter (agreement)"]),
        ("measurement.csv", "m_000002", "m_000001", ["measurement_id (key)", "stands in an earlier row"]),
        ("citizen.csv", "b_", "c_", ["citizen_id (V03)"]),
    ],
)
def test_each_fault_is_named_with_file_column_and_need(delivery, change, file, old, new, words):
    shown = told(change(file, old, new))
    assert file in shown
    for word in words:
        assert word in shown


def test_a_score_outside_the_range_or_between_the_steps_is_refused(delivery):
    place = delivery / "measurement.csv"
    table = pd.read_csv(place, dtype=str, keep_default_na=False)
    measured = table.index[table["value"] != ""]
    for row, wrong in zip(measured[:3], ["104", "-4", "41"], strict=True):
        table.loc[row, "value"] = wrong
    table.to_csv(place, index=False)
    shown = told(delivery)
    assert "measurement.csv, column value (V07)" in shown
    assert f"3 rows: {', '.join(str(row + 2) for row in measured[:3])}." in shown


def test_the_same_measurement_twice_is_kept_once(delivery):
    place = delivery / "measurement.csv"
    first = place.read_text(encoding="utf-8").splitlines()[1]
    place.write_text(place.read_text(encoding="utf-8") + first.replace("m_0", "m_9", 1) + "\n", encoding="utf-8")
    assert "(V10)" in told(delivery)


def test_a_table_that_others_refer_to_must_be_delivered(delivery):
    (delivery / "citizen.csv").unlink()
    assert "Refers to the table citizen, which was not delivered" in refusal(delivery)


def test_the_list_of_municipalities_stands_in_when_it_is_not_delivered(delivery):
    expected = read_delivery(delivery)
    (delivery / "municipality.csv").unlink()
    assert set(read_delivery(delivery)) == set(expected) - {"municipality"}


def test_all_faults_are_told_at_once(delivery, change):
    change("instrument.csv", "true", "perhaps")
    change("adoption.csv", "2017-07-01", "soon")
    shown = told(change("citizen.csv", "b_", "c_"))
    assert all(file in shown for file in ("instrument.csv", "adoption.csv", "citizen.csv"))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "No header row"),
        (b"\n\n", "No header row"),
        (b"method_id,method_name\na,b\0c\n", "NUL"),
        (b'method_id,method_name\na,"b\n', "quotation mark"),
        (b"method_id:method_name\na:b\n", "The header is not in the data model"),
        (b"method_id,method_name\na\n", "fields of the header"),
        (b"method_id,method_name,method_id\na,b,c\n", "stands twice"),
    ],
)
def test_a_file_that_is_not_the_csv_we_read_is_refused(delivery, content, words):
    (delivery / "method.csv").write_bytes(content)
    shown = refusal(delivery)
    assert "method.csv" in shown
    assert words in shown


@pytest.mark.parametrize("damage", ["cut", "not gzip"])
def test_a_damaged_archive_is_refused(delivery, damage):
    place = delivery / "method.csv"
    packed = gzip.compress(place.read_bytes())
    place.unlink()
    (delivery / "method.csv.gz").write_bytes(packed[:-9] if damage == "cut" else b"method_id")
    assert "method.csv.gz (file): Cannot be read or unpacked" in refusal(delivery)


def test_nothing_outside_the_folder_is_read(delivery, tmp_path):
    outside = tmp_path / "method.csv"
    (delivery / "method.csv").rename(outside)
    (delivery / "method.csv").symlink_to(outside)
    assert "method.csv (file): Not an ordinary file" in refusal(delivery)
    (delivery / "method.csv").unlink()
    os.mkfifo(delivery / "method.csv")
    assert "Not an ordinary file" in refusal(delivery)


def test_a_manifest_outside_the_folder_is_not_read(delivery, tmp_path):
    (delivery / "delivery.yml").rename(tmp_path / "delivery.yml")
    (delivery / "delivery.yml").symlink_to(tmp_path / "delivery.yml")
    assert "Not an ordinary file" in refusal(delivery)
    with pytest.raises(InvalidDelivery):
        is_synthetic(delivery)


def test_unknown_files_a_table_twice_and_an_empty_folder_are_refused(delivery, tmp_path):
    (delivery / "goals.csv").write_text("a,b\n")
    (delivery / "metode.csv").write_bytes((delivery / "method.csv").read_bytes())
    (delivery / "old").mkdir()
    shown = told(delivery)
    assert "goals.csv (table)" in shown
    assert "The tables are municipality, organisation" in shown
    assert "The table method is delivered twice" in shown
    assert "old (file)" in shown
    (tmp_path / "empty").mkdir()
    assert "No table in it" in refusal(tmp_path / "empty")


def test_a_folder_that_is_not_there_is_missing_data(tmp_path):
    with pytest.raises(ww.errors.MissingData, match="no folder 'nowhere'"):
        read_delivery(tmp_path / "nowhere")
    with pytest.raises(ww.errors.MissingData):
        is_synthetic(tmp_path / "nowhere")


def test_writing_refuses_what_reading_would_refuse_and_leaves_nothing_behind(small_tables, tmp_path):
    number = f"{60 + 1}0170" + "1234"
    tables = {**small_tables, "method": small_tables["method"].assign(method_name=number)}
    with pytest.raises(PersonalDataFound):
        write_delivery(tables, tmp_path / "delivery", synthetic=True)
    assert list(tmp_path.iterdir()) == []


def test_writing_refuses_unknown_tables_columns_types_and_a_folder_in_use(small_tables, tmp_path):
    folder = write_delivery(small_tables, tmp_path / "delivery", synthetic=True)
    with pytest.raises(ww.errors.InvalidOption, match="not an empty folder"):
        write_delivery(small_tables, folder, synthetic=True)
    with pytest.raises(ww.errors.UnknownCode, match="no table 'goals'"):
        write_delivery({"goals": pd.DataFrame()}, tmp_path / "other", synthetic=True)
    with pytest.raises(ww.errors.UnknownCode, match="has no column 'note'"):
        write_delivery({"method": small_tables["method"].assign(note="x")}, tmp_path / "other", synthetic=True)
    wrong = small_tables["measurement"].assign(value="high")
    with pytest.raises(ww.errors.InvalidColumn, match="'value'"):
        write_delivery({**small_tables, "measurement": wrong}, tmp_path / "other", synthetic=True)
    wrong = small_tables["measurement"].assign(date="2014-01-01")
    with pytest.raises(ww.errors.InvalidColumn, match="'date'"):
        write_delivery({**small_tables, "measurement": wrong}, tmp_path / "other", synthetic=True)


def read_or_refused(folder) -> set | None:
    """The tables of a delivery; None when it was refused by its named error. Any other error fails the test."""
    try:
        return set(read_delivery(folder))
    except InvalidDelivery:
        return None


# A whole delivery is read each time: what is found is told as it is, for making it smaller would take many minutes.
PHASES = (Phase.explicit, Phase.generate)
DELIVERED = {"municipality", "method", "target_group", "instrument", "adoption", "citizen", "episode", "measurement"}
CELLS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["", "-", "nan", "1e999", "9" * 40, "0001-01-01", "9999-12-31", "2014K1", '"', "\x00", "é" * 3, "=1+1"]),
    st.floats().map(str),
    st.dates().map(str),
)


@settings(
    max_examples=16, deadline=None, derandomize=True, phases=PHASES, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_any_table_of_text_is_read_or_refused_by_a_named_error(delivery, data):
    table = TABLES[data.draw(st.sampled_from(sorted(DELIVERED)))]
    place = delivery / f"{table.name}.csv"
    before = place.read_bytes()
    names = st.sampled_from([column.name for column in table.columns])
    header = data.draw(st.lists(st.one_of(names, names, names, CELLS), min_size=1, max_size=len(table.columns) + 1))
    rows = data.draw(st.lists(st.lists(CELLS, min_size=1, max_size=len(header) + 1), max_size=4))
    text = "\n".join(",".join(row) for row in [header, *rows])
    try:
        place.write_text(text, encoding="utf-8", errors="replace", newline="")
        assert read_or_refused(delivery) in (None, DELIVERED)
    finally:
        place.write_bytes(before)


@settings(
    max_examples=12, deadline=None, derandomize=True, phases=PHASES, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data(), cell=CELLS)
def test_one_strange_cell_is_read_or_refused_without_a_crash(delivery, data, cell):
    table = data.draw(st.sampled_from(sorted(DELIVERED)))
    place = delivery / f"{table}.csv"
    before = place.read_bytes()
    frame = pd.read_csv(place, dtype=str, keep_default_na=False)
    row = data.draw(st.integers(0, len(frame) - 1))
    column = data.draw(st.integers(0, frame.shape[1] - 1))
    frame.iloc[row, column] = cell
    try:
        place.write_bytes(frame.to_csv(index=False).encode("utf-8", errors="replace"))
        assert read_or_refused(delivery) in (None, DELIVERED)
    finally:
        place.write_bytes(before)


@settings(
    max_examples=12, deadline=None, derandomize=True, phases=PHASES, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(content=st.binary(max_size=200), file=st.sampled_from(["method.csv", "delivery.yml", "README.md", "citizen.csv"]))
def test_any_bytes_are_read_or_refused_by_a_named_error(delivery, content, file):
    before = (delivery / file).read_bytes()
    try:
        (delivery / file).write_bytes(content)
        assert read_or_refused(delivery) in (None, DELIVERED)
    finally:
        (delivery / file).write_bytes(before)
