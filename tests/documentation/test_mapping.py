"""A sender's names are mapped in a file, and what is not yet mapped is suggested."""

import pandas as pd
import pytest

import whatworks as ww
from whatworks.documentation import read_delivery, read_mapping, suggest_mapping, validate
from whatworks.documentation.faults import PersonalDataFound
from whatworks.documentation.names import column_named, nearest_column
from whatworks.documentation.schema import TABLES

MAPPING = """
sender: Fagsystemet
synthetic: true
decimal: ","
files:
  "udtraek_*.csv":
    table: maaling
    columns: {Nr.: maaling_id, Sagsnr.: forloeb_id, Skema: instrument, Hvornår: dato, Point: vaerdi, Hvem: informant}
    codes:
      informant: {Selv: borger}
      instrument: {Trivsel: who5}
    constants: {quarter: 2020K1}
    ignore: [Note]
"""


@pytest.fixture
def mapping(tmp_path):
    place = tmp_path / "mapping.yml"
    place.write_text(MAPPING, encoding="utf-8")
    return place


def test_headers_codes_constants_and_columns_to_ignore(tmp_path, mapping):
    text = "Nr.;Sagsnr.;Skema;Hvornår;Point;Hvem;Note\nm1;e1;Trivsel;15-01-2020;44,0;Selv;ok\n"
    (tmp_path / "udtraek_januar.csv").write_text(text, encoding="latin-1")
    known = {
        "episode": pd.DataFrame({"episode_id": ["e1"]}).astype("str"),
        "instrument": pd.DataFrame({"instrument": ["who5"]}).astype("str"),
    }
    validation = validate(tmp_path / "udtraek_januar.csv", mapping, known=known)
    assert [fault.rule for fault in validation.faults] == ["V25"]
    assert validation.synthetic is True
    row = validation.tables["measurement"].iloc[0]
    assert (row["instrument"], row["value"], row["informant"], row["quarter"]) == ("who5", 44.0, "citizen", "2020K1")


def test_a_column_that_is_ignored_is_still_searched_for_people(tmp_path, mapping):
    text = "Nr.;Sagsnr.;Skema;Hvornår;Point;Hvem;Note\nm1;e1;Trivsel;15-01-2020;44,0;Selv;610170-1234\n"
    (tmp_path / "udtraek_januar.csv").write_text(text, encoding="utf-8")
    shown = "\n".join(map(str, validate(tmp_path / "udtraek_januar.csv", mapping).faults))
    assert "column number 7 (V01)" in shown
    assert "610170" not in shown


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("files: []", "one key for each file"),
        ("files: {a.csv: {table: nothing}}", "needs `table`"),
        ("files: {a.csv: {table: maaling, columns: {A: nothing}}}", "has no such column"),
        ("files: {a.csv: {table: maaling, colums: {}}}", "'colums' is not known"),
        ("files: {a.csv: {table: maaling, codes: {informant: Selv}}}", "one line for each of the sender's codes"),
        ("files: {a.csv: {table: maaling, codes: {informant: {Selv: ven}}}}", "no such code; there are citizen"),
        ("decimal: point", "`decimal` is one of"),
        ("dates: american", "`dates` is one of"),
        ("allow: [name]", "`allow` is a list of origin_group"),
        ("tables: {}", "'tables' is not known"),
        ("files: [", "not valid YAML"),
    ],
)
def test_faults_of_a_mapping_are_told_with_file_and_line(tmp_path, text, words):
    place = tmp_path / "mapping.yml"
    place.write_text(text, encoding="utf-8")
    with pytest.raises(ww.errors.InvalidParameters, match="mapping.yml") as caught:
        read_mapping(place)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "sender: '{}'",
        "'{}': 1",
        "files: {{a.csv: {{table: maaling, columns: {{'{}': vaerdi}}}}}}",
        "files: {{a.csv: {{table: maaling, constants: {{informant: '{}'}}}}}}",
        "files: {{'{}.csv': {{table: maaling}}}}",
        "# of {}",
        "files: [ {}",
    ],
)
def test_a_mapping_that_holds_somebodys_number_is_refused_and_does_not_show_it(tmp_path, text):
    number = "610170" + "-1234"
    place = tmp_path / "mapping.yml"
    for written in (number, "".join(f"\\x{ord(sign):02x}" for sign in number)) if text.startswith("sender") else (number,):
        place.write_text(text.replace("'{}'", '"{}"').format(written), encoding="utf-8")
        with pytest.raises(PersonalDataFound, match="V01") as caught:
            read_mapping(place)
        assert "1234" not in str(caught.value)


def test_a_mapping_that_is_not_there_is_told(tmp_path):
    with pytest.raises(ww.errors.InvalidParameters, match="cannot be read"):
        read_mapping(tmp_path / "nowhere.yml")


@pytest.mark.parametrize(
    ("table", "header", "column"),
    [
        ("episode", "Sagsnummer", "episode_id"),
        ("episode", "Startdato", "start"),
        ("episode", "AfslutningsÅrsag", "end_reason"),
        ("episode", "Handle kommunen", "acting_municipality"),
        ("citizen", "Fødselsaar", "birth_year"),
        ("measurement", "maale punkt", "measurement_point"),
        ("rate", "Takst", "amount"),
        ("citizen", "Yndlingsfarve", None),
    ],
)
def test_near_names_are_suggested(table, header, column):
    known = column_named(TABLES[table], header)
    assert (known.name if known else nearest_column(TABLES[table], header)) == column


def test_no_column_is_suggested_twice():
    first = nearest_column(TABLES["episode"], "Startdato")
    assert nearest_column(TABLES["episode"], "Startdato", taken=[first]) != first


def test_a_draft_names_headers_and_codes_but_nothing_that_could_be_a_persons(tmp_path):
    place = tmp_path / "maaling.csv"
    lines = ["Nummer på måling;Sagsnr;Skema;Måledato;61017012;informant"]
    lines += [f"m{n};e{n};who5;2020-01-15;4;{'Selvbesvaret' if n > 3 else 'Hans Jensen'}" for n in range(9)]
    place.write_text("\n".join(lines), encoding="utf-8")
    draft = suggest_mapping(place)
    assert "Måledato: date" in draft
    assert "Selvbesvaret: ''" in draft
    assert "Hans" not in draft
    assert "610170" not in draft
    (tmp_path / "draft.yml").write_text(draft.replace("Selvbesvaret: ''", "Selvbesvaret: citizen"), encoding="utf-8")
    assert read_mapping(tmp_path / "draft.yml").of_file("maaling.csv").column_of("Måledato") == "date"


def test_the_example_mapping_reads_the_example_export():
    folder = "evidence/mappings"
    delivery = read_delivery(f"{folder}/example_export.xlsx", f"{folder}/example_mapping.yml")
    assert delivery.synthetic
    assert set(delivery) >= {"citizen", "episode", "measurement"}
    assert delivery.validation.rows["quarantined"].sum() == 0
