"""``whatworks validate``: what it prints and writes, how it ends, and what it never shows."""

import pandas as pd
import pytest
from typer.testing import CliRunner

import whatworks as ww
from whatworks.cli import app

EXAMPLE = "evidence/mappings/example_export.xlsx"
MAPPING = "evidence/mappings/example_mapping.yml"


def run(*arguments):
    return CliRunner().invoke(app, ["validate", *map(str, arguments)])


@pytest.fixture
def faulty(tmp_path):
    """One table with a value nobody may see, a code nobody knows and a row too many."""
    row = "m1;e1;who5;2020-01-01;2020K1;44;qzx\n"
    text = f"maaling_id;forloeb_id;instrument;dato;kvartal;vaerdi;informant\n{row}{row}"
    place = tmp_path / "maaling.csv"
    place.write_text(text, encoding="utf-8")
    mapping = tmp_path / "mapping.yml"
    mapping.write_text("synthetic: true\n", encoding="utf-8")
    return place, mapping


def test_what_can_be_used_ends_with_0_and_says_how_many_rows():
    done = run(EXAMPLE, "--mapping", MAPPING)
    assert done.exit_code == 0
    assert "citizen: 36 rows, 36 can be used, 0 kept aside, 0 refused" in done.output
    assert done.output.endswith("Can be used.\n")


def test_what_is_refused_ends_with_1_and_every_fault_is_told_at_once(faulty):
    done = run(faulty[0], "--mapping", faulty[1])
    assert done.exit_code == 1
    assert "refuse: maaling.csv, column episode_id (V05)" in done.output
    assert "quarantine: maaling.csv, column informant (type)" in done.output
    assert "2 rows: 2, 3." in done.output
    assert "qzx" not in done.output


def test_the_report_is_written_in_both_languages_and_as_csv(faulty, tmp_path):
    run(faulty[0], "--mapping", faulty[1], "--output", tmp_path / "report")
    written = {place.name: place.read_text(encoding="utf-8-sig") for place in (tmp_path / "report").iterdir()}
    assert set(written) == {"validation.da.html", "validation.en.html", "validation.csv"}
    assert not any("qzx" in text for text in written.values())
    assert "Kan leverancen bruges?" in written["validation.da.html"]
    assert "Can the delivery be used?" in written["validation.en.html"]
    report = pd.read_csv(tmp_path / "report" / "validation.csv")
    assert list(report) == ["rule", "severity", "table", "file", "column", "count", "rows", "found", "to_do"]
    assert set(report["rule"]) == {"V05", "type"}


def test_rows_kept_aside_are_written_for_the_sender(tmp_path):
    tables, _ = ww.documentation.simulate(scenario="AV", seed=2)
    ww.documentation.write_delivery(tables, tmp_path / "delivery", synthetic=True)
    adoption = tmp_path / "delivery" / "adoption.csv"
    adoption.write_text(adoption.read_text(encoding="utf-8").replace("klare_billeder", "andet", 1), encoding="utf-8")
    done = run(tmp_path / "delivery", "--quarantine", tmp_path / "aside")
    assert done.exit_code == 0
    assert "adoption: 31 rows, 30 can be used, 1 kept aside" in done.output
    assert pd.read_csv(tmp_path / "aside" / "adoption.csv")["rule"].tolist() == ["V05"]


def test_a_draft_of_a_mapping_is_written(tmp_path):
    done = run(EXAMPLE, "--suggest", tmp_path / "draft.yml")
    assert done.exit_code == 1
    assert "Sagsnummer: episode_id" in (tmp_path / "draft.yml").read_text(encoding="utf-8")


def test_no_file_and_a_wrong_mapping_are_told_in_one_line(tmp_path):
    done = run(tmp_path / "nowhere.csv")
    assert done.exit_code == 1
    assert "MissingData" in done.output
    wrong = tmp_path / "mapping.yml"
    wrong.write_text("tables: {}", encoding="utf-8")
    assert "InvalidParameters" in run(EXAMPLE, "--mapping", wrong).output


def test_help_shows_examples():
    assert "whatworks validate randers_2024.zip" in run("--help").output


def test_a_file_named_like_a_formula_is_no_formula_in_the_report(tmp_path):
    (tmp_path / "=HYPERLINK(1).csv").write_text("a,b\n1,2\n")
    run(tmp_path / "=HYPERLINK(1).csv", "--output", tmp_path / "report")
    report = pd.read_csv(tmp_path / "report" / "validation.csv")
    assert "'=HYPERLINK(1).csv" in report["file"].tolist()
    assert not report["file"].str.startswith("=").any()
