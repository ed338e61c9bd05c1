"""``whatworks ingest``: what it says, and how it ends."""

import shutil

import pandas as pd
from typer.testing import CliRunner

from whatworks.cli import app
from whatworks.documentation import Store

AUTISM = "evidence/documentation/adults_autism"


def run(*arguments):
    return CliRunner().invoke(app, ["ingest", *map(str, arguments)])


def test_a_delivery_is_stored_once_and_said_so(tmp_path):
    store = tmp_path / "store.duckdb"
    first, again = run(AUTISM, "--store", store), run(AUTISM, "--store", store)
    assert (first.exit_code, again.exit_code) == (0, 0), first.output
    assert "Stored as delivery 1 (source 'adults_autism'" in first.output
    assert "Nothing changed" in again.output
    assert len(Store(store).deliveries()) == 1


def test_rows_kept_aside_can_be_written_for_the_sender(tmp_path):
    folder = shutil.copytree(AUTISM, tmp_path / "delivery")
    path = next(folder.glob("measurement.csv*"))
    frame = pd.read_csv(path, dtype="str", keep_default_na=False)
    path.unlink()
    frame.assign(value=frame["value"].where(frame.index != 5, "999")).to_csv(folder / "measurement.csv", index=False)
    done = run(folder, "--store", tmp_path / "store.duckdb", "--source", "aarhus", "--quarantine", tmp_path / "aside")
    assert done.exit_code == 0, done.output
    assert "source 'aarhus'" in done.output
    assert len(pd.read_csv(tmp_path / "aside" / "measurement.csv")) == 1


def test_a_refused_delivery_ends_with_1_and_wrong_use_with_2(tmp_path):
    folder = shutil.copytree(AUTISM, tmp_path / "delivery")
    (folder / "names.csv").write_text("fornavn\nA\n")
    refused = run(folder, "--store", tmp_path / "store.duckdb")
    assert refused.exit_code == 1
    assert not (tmp_path / "store.duckdb").exists()
    assert run(AUTISM).exit_code == 2
    assert run(tmp_path / "none", "--store", tmp_path / "store.duckdb").exit_code == 1


def test_help_has_examples():
    done = run("--help")
    assert done.exit_code == 0
    assert "randers_2024.zip" in done.output
