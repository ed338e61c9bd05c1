"""The same delivery comes out of every kind of file; a damaged, dangerous or oversized one is refused by name."""

import gzip
import io
import zipfile

import openpyxl
import pandas as pd
import pytest

import whatworks as ww
from whatworks.documentation import read_delivery, validate

SCORES = "measurement.csv"


def told(path) -> str:
    return "\n".join(map(str, validate(path).faults))


@pytest.fixture
def expected(delivery):
    return dict(read_delivery(delivery))


def assert_same(found, expected):
    assert list(found) == list(expected)
    for name, frame in expected.items():
        pd.testing.assert_frame_equal(found[name], frame)


def frames(delivery):
    return {place.stem: pd.read_csv(place, dtype=str, keep_default_na=False) for place in sorted(delivery.glob("*.csv"))}


@pytest.mark.parametrize(("separator", "encoding"), [(";", "latin-1"), ("\t", "utf-8-sig"), (",", "utf-16"), (";", "utf-8")])
def test_separators_and_encodings(delivery, expected, separator, encoding):
    for name, frame in frames(delivery).items():
        frame.to_csv(delivery / f"{name}.csv", index=False, sep=separator, encoding=encoding)
    assert_same(read_delivery(delivery), expected)


def test_danish_dates_and_decimal_commas(delivery, expected):
    for name, frame in frames(delivery).items():
        for column in frame.columns.intersection(["start", "end", "date", "referral", "full_operation"]):
            frame[column] = frame[column].str.replace(r"(\d{4})-(\d\d)-(\d\d)", r"\3-\2-\1", regex=True)
        if name == "measurement":
            frame["value"] = frame["value"].where(frame["value"] == "", frame["value"] + ",0")
        frame.to_csv(delivery / f"{name}.csv", index=False, sep=";")
    assert_same(read_delivery(delivery), expected)


def test_a_workbook_with_a_sheet_for_each_table(delivery, expected, tmp_path):
    book = tmp_path / "udtræk.xlsx"
    with pd.ExcelWriter(book) as writer:
        for name, frame in expected.items():
            frame.to_excel(writer, sheet_name=name, index=False)
    mapping = tmp_path / "mapping.yml"
    mapping.write_text("synthetic: true\n", encoding="utf-8")
    assert_same(read_delivery(book, mapping), expected)


def test_parquet_with_types_of_its_own(delivery, expected):
    for name, frame in expected.items():
        (delivery / f"{name}.csv").unlink()
        frame.to_parquet(delivery / f"{name}.parquet", index=False)
    assert_same(read_delivery(delivery), expected)


@pytest.mark.parametrize("inside", ["", "leverance/"])
def test_an_archive(delivery, expected, tmp_path, inside):
    packed = tmp_path / "leverance.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for place in delivery.iterdir():
            archive.write(place, inside + place.name)
    assert_same(read_delivery(packed), expected)


def test_one_table_is_a_delivery_where_the_others_are_known(delivery, expected, tmp_path):
    mapping = tmp_path / "mapping.yml"
    mapping.write_text("synthetic: true\n", encoding="utf-8")
    found = read_delivery(delivery / SCORES, mapping, known=expected)
    assert list(found) == ["measurement"]
    with pytest.raises(ww.errors.WhatworksError, match="was not delivered"):
        read_delivery(delivery / SCORES, mapping)


def archive_of(tmp_path, **entries):
    packed = tmp_path / "delivery.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name.replace("__", "/"), content)
    return packed


def test_a_bomb_is_not_unpacked(tmp_path):
    packed = archive_of(tmp_path, **{"measurement.csv": b"a" * (80 * 2**20)})
    assert "unpacks to far more" in told(packed)


def test_an_archive_that_lies_about_its_size_is_refused(tmp_path):
    packed = archive_of(tmp_path, **{"measurement.csv": b"measurement_id\n" + b"m\n" * 1000})
    content = bytearray(packed.read_bytes())
    central = content.find(b"PK\x01\x02")
    content[central + 24 : central + 28] = (16).to_bytes(4, "little")
    packed.write_bytes(content)
    shown = told(packed)
    assert "unpacks to far more" in shown or "Cannot be read or unpacked" in shown


@pytest.mark.parametrize(
    "name", ["../measurement.csv", "/measurement.csv", "a/../../measurement.csv", "..\\measurement.csv", "C:\\a.csv"]
)
def test_a_path_that_leads_out_of_the_archive_is_refused(tmp_path, name):
    packed = tmp_path / "delivery.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(name, "measurement_id\nm1\n")
    assert "leads out" in told(packed)
    assert [place.name for place in tmp_path.iterdir()] == ["delivery.zip"]


def test_a_link_in_an_archive_is_refused(tmp_path):
    packed = tmp_path / "delivery.zip"
    entry = zipfile.ZipInfo("measurement.csv")
    entry.external_attr = 0o120777 << 16
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(entry, "/etc/passwd")
    assert "holds a link" in told(packed)


def test_two_deliveries_at_once_are_refused(delivery, tmp_path):
    packed = archive_of(tmp_path, jan__method__csv="a\n", feb__method__csv="a\n")
    assert "files in 2 folders" in told(packed)
    for name in ("jan", "feb"):
        (delivery / name).mkdir()
    assert "The folder holds 2 folders" in told(delivery)


@pytest.mark.parametrize("name", ["method.xlsx", "method.parquet", "method.csv.gz", "delivery.zip"])
@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 not an archive", b"PAR1 cut", b"\x1f\x8b\x08 cut"])
def test_truncated_files_are_refused(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    validation = validate(tmp_path / name)
    assert validation.refused
    assert validation.tables == {}


def test_half_a_workbook_and_half_an_archive_are_refused(tmp_path, delivery):
    whole = io.BytesIO()
    pd.DataFrame({"method_id": ["m"] * 50, "method_name": ["x"] * 50}).to_excel(whole, index=False)
    (tmp_path / "method.xlsx").write_bytes(whole.getvalue()[:-200])
    assert "Cannot be read or unpacked" in told(tmp_path / "method.xlsx")
    (delivery / "method.csv.gz").write_bytes(gzip.compress(b"method_id,method_name\na,b\n")[:-6])
    assert "Cannot be read or unpacked" in told(delivery)


def test_a_formula_in_a_workbook_is_refused_with_its_row(tmp_path):
    book = openpyxl.Workbook()
    for row in (["method_id", "method_name"], ["a", "Lærken"], ["b", "=A2"]):
        book.active.append(row)
    book.save(tmp_path / "method.xlsx")
    assert "column number 2 (formula): The cell holds a formula. Copy the column and paste it as values. 1 row: 3." in told(
        tmp_path / "method.xlsx"
    )


def test_a_number_that_excel_shows_without_its_zero_is_refused_in_a_workbook(tmp_path):
    book = openpyxl.Workbook()
    for row in (["method_id", "method_name"], ["a", "Lærken"], ["b", 101701234]):
        book.active.append(row)
    book.save(tmp_path / "method.xlsx")
    shown = told(tmp_path / "method.xlsx")
    assert "(V01)" in shown
    assert "101701234" not in shown


def test_a_sheet_named_with_a_number_is_refused_and_not_shown(tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "610170-1234"
    book.active.append(["method_id", "method_name"])
    book.save(tmp_path / "method.xlsx")
    shown = told(tmp_path / "method.xlsx")
    assert "(V01)" in shown
    assert "610170" not in shown


def test_a_file_named_with_a_number_is_refused_and_not_shown(tmp_path):
    place = tmp_path / "610170-1234.csv"
    place.write_text("a\n1\n", encoding="utf-8")
    validation = validate(place)
    assert [fault.rule for fault in validation.faults] == ["V01"]
    assert "610170" not in validation.name + told(place)


def test_a_huge_cell_is_refused_and_a_long_one_is_free_text(tmp_path):
    place = tmp_path / "method.csv"
    place.write_text(f"method_id,method_name\na,{'x' * 2**25}\n", encoding="utf-8")
    assert "far too large" in told(place)
    place.write_text(f"method_id,method_name\na,{'x' * 300}\n", encoding="utf-8")
    assert "(V04)" in told(place)


def test_duplicated_headers_are_refused_also_under_two_names(tmp_path):
    place = tmp_path / "method.csv"
    place.write_text("method_id,metode_id,method_name\na,b,c\n", encoding="utf-8")
    assert "column method_id (column): The column stands twice" in told(place)
