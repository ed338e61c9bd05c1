"""Files made to do harm, or by an accident that looks like it: refused by name, at once, and nothing grows without limit."""

import os
import time
import zipfile

import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl.comments import Comment

from whatworks.documentation import validate
from whatworks.documentation.archives import LARGEST_FILE

NUMBER = "610170-1234"
HEADER = "method_id,method_name\n"


def told(path, mapping=None) -> str:
    validation = validate(path, mapping)
    assert validation.refused
    shown = "\n".join(map(str, validation.faults)) + validation.report().to_string()
    assert NUMBER not in shown
    assert NUMBER[:6] not in shown
    return shown


def workbook(place, *rows):
    book = openpyxl.Workbook()
    for row in rows or (["method_id", "method_name"], ["a", "Lærken"]):
        book.active.append(row)
    book.save(place)
    return book


@pytest.fixture
def folder(tmp_path):
    """A delivery that can be used."""
    (tmp_path / "method.csv").write_text(f"{HEADER}a,Lærken\n", encoding="utf-8")
    (tmp_path / "delivery.yml").write_text("synthetic: true\n", encoding="utf-8")
    assert not validate(tmp_path).refused
    return tmp_path


@pytest.mark.parametrize("name", ["method.csv", "delivery.zip"])
def test_a_file_larger_than_the_limit_is_refused_before_it_is_read(tmp_path, name):
    packed = tmp_path / "method.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("method.csv", HEADER)
    with (tmp_path / name).open("wb") as file:
        # Nothing is on the disk in front of it: the file says that it has four gigabytes, and has them when it is read.
        file.seek(LARGEST_FILE)
        file.write(packed.read_bytes())
    begun = time.process_time()
    assert "far larger than a delivery" in told(tmp_path / name)
    assert time.process_time() - begun < 1


def test_one_long_column_is_read_whole_and_a_longer_one_is_refused(tmp_path, monkeypatch):
    """The road of a gigabyte in one column (benchmarks/documentation.py --column), with the limit made small."""
    place = tmp_path / "method.csv"
    place.write_bytes(HEADER.encode() + b"".join(b"m%07d,%s\n" % (row, b"x" * 90) for row in range(20_000)))
    monkeypatch.setattr("whatworks.documentation.archives.LARGEST_FILE", place.stat().st_size)
    assert validate(place).rows["delivered"].tolist() == [20_000]
    monkeypatch.setattr("whatworks.documentation.archives.LARGEST_FILE", place.stat().st_size - 1)
    assert "far larger than a delivery" in told(place)


def test_a_cell_far_out_does_not_make_a_sheet_of_thousands_of_millions(tmp_path):
    book = workbook(tmp_path / "method.xlsx")
    book.active["XFD1"] = book.active["A1048576"] = "x"
    book.save(tmp_path / "method.xlsx")
    assert "A cell far out" in told(tmp_path / "method.xlsx")


def test_a_few_values_that_parquet_repeats_without_end_are_not_written_out(tmp_path):
    repeated = pa.DictionaryArray.from_arrays(np.zeros(1_000_000, dtype="int32"), ["x" * 10_000])
    pq.write_table(pa.table({"method_id": repeated, "method_name": repeated}), tmp_path / "method.parquet")
    assert (tmp_path / "method.parquet").stat().st_size < 100_000
    assert "unpacks to far more" in told(tmp_path / "method.parquet")


@pytest.mark.parametrize("name", [["x", "y"], {"of": 1}])
def test_lists_and_records_in_parquet_are_named(tmp_path, name):
    pq.write_table(pa.table({"method_id": ["a"], "method_name": [name]}), tmp_path / "method.parquet")
    assert "A column holds lists or records" in told(tmp_path / "method.parquet")


def test_nul_in_parquet_and_in_utf_16_is_refused(tmp_path):
    pq.write_table(pa.table({"method_id": ["a"], "method_name": ["b\0c"]}), tmp_path / "method.parquet")
    assert "holds NUL" in told(tmp_path / "method.parquet")
    (tmp_path / "method.csv").write_bytes(f"{HEADER}a,b\0c\n".encode("utf-16"))
    assert "holds NUL" in told(tmp_path / "method.csv")


def test_thousands_of_columns_are_told_of_together(tmp_path):
    place = tmp_path / "method.csv"
    place.write_text(",".join(f"c{n}" for n in range(2000)) + "\n" + ",".join("x" * 2000) + "\n", encoding="utf-8")
    shown = told(place)
    assert "1970 more columns" in shown
    assert "column number 31 " not in shown


def test_rows_cut_by_another_separator_than_the_header_take_no_longer_than_others(tmp_path):
    place = tmp_path / "method.csv"
    place.write_text("method_id;method_name;version\n" + "a,b,c\n" * 40_000 + f"a,{NUMBER},c\n", encoding="utf-8")
    begun = time.process_time()
    shown = told(place)
    assert time.process_time() - begun < 2
    assert "40001 rows" in shown
    assert "(V01)" in shown


@pytest.mark.parametrize("where", ["note", "property", "second sheet"])
def test_a_number_that_no_cell_of_the_table_shows_is_found_in_a_workbook(tmp_path, where):
    book = workbook(tmp_path / "method.xlsx")
    match where:
        case "note":
            book.active["A2"].comment = Comment(f"ring til {NUMBER}", "x")
        case "property":
            book.properties.title = NUMBER
        case "second sheet":
            hidden = book.create_sheet("copy")
            hidden.sheet_state = "veryHidden"
            hidden.append(["method_id", NUMBER])
    book.save(tmp_path / "method.xlsx")
    assert "(V01)" in told(tmp_path / "method.xlsx")


def test_a_workbook_without_anything_beside_its_cells_is_let_through(tmp_path):
    book = workbook(tmp_path / "method.xlsx")
    book.active["A2"].comment = Comment("se vejledningen af 01-02-2023, side 1234", "x")
    book.save(tmp_path / "method.xlsx")
    assert not any(fault.rule == "V01" for fault in validate(tmp_path / "method.xlsx").faults)


def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "method.csv")
    assert "Not an ordinary file" in told(tmp_path / "method.csv")


@pytest.mark.parametrize("name", [b"a\nb.csv", b"\x1b[31mred.csv", b"\xff.csv", "a\u202ecsv.exe.csv".encode()])
def test_a_name_cannot_break_a_line_or_colour_a_screen(folder, name):
    (folder / os.fsdecode(name)).write_text("a\n1\n", encoding="utf-8")
    shown = told(folder)
    assert "\N{REPLACEMENT CHARACTER}" in shown
    assert all(sign.isprintable() for fault in validate(folder).faults for sign in fault.file)
    shown.encode("utf-8")


def test_two_files_of_one_name_in_an_archive_are_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "sent.zip", "w") as archive:
        archive.writestr("method.csv", f"{HEADER}a,b\n")
        archive.writestr("delivery.yml", "synthetic: false\n")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("delivery.yml", "synthetic: true\n")
    assert "two files of one name" in told(tmp_path / "sent.zip")


def test_a_number_in_the_comment_of_an_archive_is_found(tmp_path):
    with zipfile.ZipFile(tmp_path / "sent.zip", "w") as archive:
        archive.writestr("method.csv", f"{HEADER}a,b\n")
        archive.comment = NUMBER.encode()
    assert "(V01)" in told(tmp_path / "sent.zip")


def test_a_manifest_and_a_mapping_that_contradict_each_other_are_refused(folder, tmp_path_factory):
    mapping = tmp_path_factory.mktemp("mapping") / "mapping.yml"
    mapping.write_text("synthetic: false\n", encoding="utf-8")
    assert "It says otherwise than the mapping" in told(folder, mapping)
    mapping.write_text("synthetic: true\n", encoding="utf-8")
    assert not validate(folder, mapping).refused


def test_a_manifest_without_end_is_refused(folder):
    lines = "".join(f"  k{n}: v\n" for n in range(20_000))
    (folder / "delivery.yml").write_text(f"synthetic: true\nlabel:\n{lines}", encoding="utf-8")
    assert "far too long" in told(folder)


@pytest.mark.parametrize("gap", ["\x1b", "\x7f", "\x85", "\x9b", "\u2028", "\u3164", "\u115f", "\u0301", "\ufe0f"])
def test_no_sign_that_is_not_seen_hides_a_number(tmp_path, gap):
    place = tmp_path / "method.csv"
    place.write_text(f"{HEADER}a,610170{gap}1234\n", encoding="utf-8")
    assert "(V01)" in told(place)


def test_a_table_of_only_a_header_has_no_rows_and_no_fault_of_its_own(folder):
    (folder / "method.csv").write_text(HEADER, encoding="utf-8")
    (folder / "target_group.csv").write_text("target_group_code,target_group_name\na,A\n", encoding="utf-8")
    validation = validate(folder)
    assert not validation.faults
    assert validation.rows["delivered"].tolist() == [0, 1]
