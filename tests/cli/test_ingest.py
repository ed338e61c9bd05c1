"""``whatworks ingest``: what it says, and how it ends."""

import pandas as pd
import pytest
from typer.testing import CliRunner

from whatworks.cli import app
from whatworks.documentation import Store


@pytest.fixture
def folder(tmp_path):
    """Two tables without people: enough to be stored, or kept aside."""
    folder = tmp_path / "methods_2023"
    folder.mkdir()
    (folder / "delivery.yml").write_text("synthetic: true\n")
    (folder / "method.csv").write_text("method_id,method_name,status\na,Lærkemodellen,trial\nb,Mønster,idea\n")
    return folder


def run(*arguments):
    return CliRunner().invoke(app, ["ingest", *map(str, arguments)])


def test_a_delivery_is_stored_once_and_said_so(folder, tmp_path):
    store = tmp_path / "store.duckdb"
    first, again = run(folder, "--store", store), run(folder, "--store", store)
    assert (first.exit_code, again.exit_code) == (0, 0), first.output
    assert "Stored as delivery 1 (source 'methods_2023'" in first.output
    assert "Nothing changed" in again.output
    assert len(Store(store).deliveries()) == 1


def test_rows_kept_aside_can_be_written_for_the_sender(folder, tmp_path):
    (folder / "method.csv").write_text("method_id,method_name,status\na,Lærkemodellen,trial\nb,Mønster,nonsense\n")
    done = run(folder, "--store", tmp_path / "store.duckdb", "--source", "aarhus", "--quarantine", tmp_path / "aside")
    assert done.exit_code == 0, done.output
    assert "source 'aarhus'" in done.output
    assert "nonsense" not in done.output
    assert len(pd.read_csv(tmp_path / "aside" / "method.csv")) == 1


def test_a_refused_delivery_ends_with_1_and_wrong_use_with_2(folder, tmp_path):
    (folder / "names.csv").write_text("fornavn\nA\n")
    refused = run(folder, "--store", tmp_path / "store.duckdb")
    assert refused.exit_code == 1
    assert not (tmp_path / "store.duckdb").exists()
    assert run(folder).exit_code == 2
    assert run(tmp_path / "none", "--store", tmp_path / "store.duckdb").exit_code == 1


def test_help_has_examples():
    done = run("--help")
    assert done.exit_code == 0
    assert "randers_2024.zip" in done.output
