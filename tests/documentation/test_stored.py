"""A store as the data of a question: the panel of what stands in it, whose people they are, one name for its deliveries."""

from pathlib import Path

import pandas as pd
import pytest

import whatworks as ww
from whatworks.core.errors import MissingData
from whatworks.documentation.store_errors import StoreDamaged
from whatworks.documentation.stored import deliveries_digest, stored_tables

ASKED = {"target_group": "youth_mental_difficulties", "method": "laerkemodellen", "outcome": "who5"}


@pytest.fixture(scope="module")
def tables():
    return ww.documentation.simulate(scenario="S1", seed=1)[0]


@pytest.fixture(scope="module")
def store(tables, tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("stored") / "region.duckdb"
    ww.documentation.Store(path).append(tables, source="region", synthetic=True)
    return path


def test_the_panel_of_a_store_is_that_of_what_was_delivered(store, tables):
    panel = ww.documentation.read_panel(store, **ASKED)
    pd.testing.assert_frame_equal(panel, ww.documentation.build_panel(tables, **ASKED))


def test_a_store_says_that_its_people_are_simulated(store):
    assert ww.documentation.is_synthetic(store)
    assert ww.documentation.source(store)["en"].startswith("Simulated data.")


def test_a_store_of_real_people_is_told_as_deliveries(tmp_path):
    method = pd.DataFrame({"method_id": ["m1"], "method_name": ["Navn"]})
    ww.documentation.Store(tmp_path / "own.store").append({"method": method}, source="own", synthetic=False)
    assert not ww.documentation.is_synthetic(tmp_path / "own.store")
    assert "own deliveries" in ww.documentation.source(tmp_path / "own.store")["en"]


def test_rows_kept_aside_come_with_the_tables(tmp_path):
    method = pd.DataFrame({"method_id": ["m1"], "method_name": ["Navn"]})
    aside = pd.DataFrame({"method_id": ["m2"], "method_name": [""], "rule": ["V05"], "file_row": [3]})
    store = ww.documentation.Store(tmp_path / "own.duckdb")
    store.append({"method": method}, source="own", synthetic=True, quarantined={"method": aside})
    assert len(stored_tables(store.path).quarantined["method"]) == 1


def test_the_same_content_again_leaves_the_name_of_the_deliveries(tmp_path):
    method = pd.DataFrame({"method_id": ["m1"], "method_name": ["Navn"]})
    store = ww.documentation.Store(tmp_path / "own.duckdb")
    names = []
    for name in ("Navn", "Navn", "Nyt"):
        store.append({"method": method.assign(method_name=name)}, source="own", synthetic=True)
        names.append(deliveries_digest(store.path))
    assert names[0] == names[1] != names[2]


def test_what_is_no_store_is_named(tmp_path):
    with pytest.raises(MissingData, match="There is no store"):
        ww.documentation.read_panel(tmp_path / "none.duckdb", **ASKED)
    (tmp_path / "text.duckdb").write_text("not a store, only text that is long enough")
    with pytest.raises(StoreDamaged):
        ww.documentation.is_synthetic(tmp_path / "text.duckdb")
