"""From a file to the store: everything is stored or kept aside, and a refused file leaves no trace."""

import shutil

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

import whatworks as ww
from whatworks.core.errors import MissingData
from whatworks.documentation import InvalidDelivery, PersonalDataFound, Store
from whatworks.documentation.ingesting import ingest

AUTISM = "evidence/documentation/adults_autism"


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """Sixty episodes of the embedded example, as a delivery of their own."""
    tables = dict(ww.documentation.read_delivery(AUTISM))
    episode = tables["episode"].head(60)
    tables["citizen"] = tables["citizen"][tables["citizen"]["citizen_id"].isin(episode["citizen_id"])]
    tables["measurement"] = tables["measurement"][tables["measurement"]["episode_id"].isin(episode["episode_id"])]
    tables = {name: frame.reset_index(drop=True) for name, frame in {**tables, "episode": episode}.items()}
    return ww.documentation.write_delivery(tables, tmp_path_factory.mktemp("small") / "delivery", synthetic=True)


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "store.duckdb", wait=5)


@pytest.fixture
def folder(small, tmp_path):
    return shutil.copytree(small, tmp_path / "autism_2023")


def changed(folder, table, change):
    path = next(folder.glob(f"{table}.csv*"))
    frame = pd.read_csv(path, dtype="str", keep_default_na=False)
    path.unlink()
    change(frame).to_csv(folder / f"{table}.csv", index=False)


def test_the_embedded_example_goes_the_same_road(store):
    done = ingest(AUTISM, store)
    assert done.appended.source == "adults_autism"
    read = ww.documentation.read_delivery(AUTISM)
    tables = store.tables()
    for name, frame in read.items():
        assert_frame_equal(tables[name], frame.reset_index(drop=True))
    method = tables["adoption"]["method_id"].iloc[0]
    panel = ww.documentation.build_panel(tables, target_group="adults_autism", method=method, outcome="who5")
    assert len(panel) > 1000


def test_rows_in_are_rows_stored_and_rows_kept_aside(store, folder):
    changed(folder, "measurement", lambda frame: frame.assign(value=frame["value"].where(frame.index % 100 != 7, "999")))
    done = ingest(folder, store)
    counts = done.rows.set_index("table")
    assert (counts["delivered"] == counts["kept"] + counts["quarantined"]).all()
    assert counts.loc["measurement", "quarantined"] > 0
    assert len(store.quarantine()["measurement"]) == counts.loc["measurement", "quarantined"]
    assert len(store.tables(only=["measurement"])["measurement"]) == counts.loc["measurement", "kept"]
    said = "\n".join(done.lines())
    assert "kept aside" in said
    assert "999" not in said


def test_the_same_file_twice_changes_nothing_and_a_corrected_one_supersedes(store, folder):
    ingest(folder, store)
    again = ingest(folder, store)
    assert again.appended.status == "known"
    assert again.lines() == ["Nothing changed: the same content is delivery 1 (source 'autism_2023') already."]
    changed(folder, "measurement", lambda frame: frame.iloc[:-3])
    corrected = ingest(folder, store)
    assert corrected.appended.supersedes == 1
    assert "which corrects delivery 1" in corrected.lines()[0]


def test_a_file_with_somebodys_number_is_refused_and_leaves_no_trace(store, folder):
    number = "61" + "0170" + "-" + "1234"
    changed(folder, "municipality", lambda frame: frame.assign(municipality_name=number))
    with pytest.raises(PersonalDataFound) as caught:
        ingest(folder, store)
    assert number not in str(caught.value)
    assert not store.path.exists()


def test_a_later_delivery_may_refer_to_what_was_delivered_before(store, folder, tmp_path):
    ingest(folder, store)
    later = tmp_path / "later"
    later.mkdir()
    row = pd.read_csv(next(folder.glob("measurement.csv*")), dtype="str", keep_default_na=False).head(1)
    row.assign(measurement_id="m_later").to_csv(later / "measurement.csv", index=False)
    (later / "delivery.yml").write_text("synthetic: true\n")
    assert (
        ingest(later, store).appended.rows["measurement"] + ingest(later, store).appended.quarantined.get("measurement", 0) == 1
    )
    with pytest.raises(InvalidDelivery):
        ingest(later, Store(tmp_path / "new.duckdb"))


def test_a_file_that_is_not_there_is_named(store, tmp_path):
    with pytest.raises(MissingData):
        ingest(tmp_path / "none.zip", store)
