"""The store: append-only, versioned, idempotent, whole or not at all."""

import json
import os
import resource
import signal
import threading
import time
from contextlib import contextmanager
from datetime import date

import duckdb
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

import whatworks as ww
from whatworks.core.errors import DuplicateRows, EmptyData, InvalidColumn, InvalidOption, MissingData, UnknownCode
from whatworks.documentation import Store
from whatworks.documentation.store_errors import (
    DeliveryConflict,
    StoreBusy,
    StoreDamaged,
    StoreNotWritable,
    StoreTooNew,
)


@pytest.fixture(scope="module")
def delivery():
    """Forty episodes of the embedded example."""
    tables = dict(ww.documentation.read_delivery("evidence/documentation/adults_autism"))
    episode = tables["episode"].head(40)
    tables["measurement"] = tables["measurement"][tables["measurement"]["episode_id"].isin(episode["episode_id"])]
    return {name: frame.reset_index(drop=True) for name, frame in {**tables, "episode": episode}.items()}


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "store.duckdb", wait=5)


def methods(**names):
    return {"method": pd.DataFrame({"method_id": list(names), "method_name": list(names.values())})}


def episodes(ids, citizen, **more):
    start = pd.Series(pd.Timestamp("2020-01-01"), index=range(len(ids))).astype("datetime64[s]")
    frame = pd.DataFrame({"episode_id": ids, "citizen_id": citizen, "target_group_code": "t", "acting_municipality": "751"})
    return {"episode": frame.assign(start=start, **more)}


def names_of(store, as_of=None):
    return store.tables(as_of)["method"].set_index("method_id")["method_name"].to_dict()


def test_a_delivery_comes_back_as_it_was_read(store, delivery):
    store.append(delivery, source="autism", synthetic=True)
    tables = store.tables()
    assert list(tables) == list(delivery)
    for name, frame in delivery.items():
        assert_frame_equal(tables[name], frame)


def test_every_type_comes_back_with_its_missing_cells(store):
    frame = pd.DataFrame(
        {
            "instrument": ["A", "B"],
            "min": [0.0, -1.5],
            "max": [1.0, float("nan")],
            "step": [0.1, float("nan")],
            "higher_is_better": pd.array([True, None], dtype="boolean"),
        }
    )
    episode = episodes(["e1", "e2"], ["b1", None])["episode"]
    episode["end"] = pd.Series([pd.NaT, pd.Timestamp("2021-02-03")]).astype("datetime64[s]")
    episode["baseline_support_need"] = pd.array([None, 3], dtype="Int64")
    store.append({"instrument": frame, "episode": episode}, source="a", synthetic=True)
    tables = store.tables()
    assert_frame_equal(tables["instrument"], frame)
    assert_frame_equal(tables["episode"][episode.columns], episode)


def test_the_same_content_twice_changes_nothing(store, delivery):
    first = store.append(delivery, source="autism", synthetic=True, received=date(2024, 1, 1))
    before = store.deliveries()
    again = store.append(delivery, source="another name", synthetic=True, received=date(2025, 1, 1))
    assert (first.status, again.status, again.delivery) == ("stored", "known", 1)
    assert_frame_equal(store.deliveries(), before)


def test_a_correction_supersedes_and_the_first_can_still_be_read(store):
    store.append(methods(a="A", b="B"), source="s", synthetic=True)
    corrected = store.append(methods(a="A2"), source="s", synthetic=True)
    assert corrected.supersedes == 1
    assert names_of(store) == {"a": "A2"}
    assert names_of(store, as_of=1) == {"a": "A", "b": "B"}
    assert store.deliveries()["counts"].tolist() == [0, 1]


def test_a_late_copy_of_the_file_that_was_corrected_does_not_undo_the_correction(store):
    store.append(methods(a="A"), source="s", synthetic=True)
    store.append(methods(a="A2"), source="s", synthetic=True)
    assert store.append(methods(a="A"), source="s", synthetic=True).status == "superseded"
    assert names_of(store) == {"a": "A2"}


def test_a_correction_of_one_table_leaves_the_others(store, delivery):
    store.append(delivery, source="autism", synthetic=True)
    measurement = delivery["measurement"].iloc[:-1]
    store.append({"measurement": measurement}, source="autism", synthetic=True)
    tables = store.tables()
    assert len(tables["measurement"]) == len(measurement)
    assert_frame_equal(tables["episode"], delivery["episode"])


def test_a_correction_does_not_push_aside_what_came_from_others_in_between(store):
    open_one = episodes(["e1"], ["b1"], end_reason="unknown")
    closed = episodes(["e1", "e2"], ["b1", "b2"], end_reason="moved")
    corrected = episodes(["e1"], ["b1"], end_reason="died")
    for frames, source in ((open_one, "2023"), (closed, "2024"), (corrected, "2023")):
        store.append(frames, source=source, synthetic=True)
    now = store.tables()["episode"].set_index("episode_id")["end_reason"].to_dict()
    assert now == {"e1": "moved", "e2": "moved"}


def test_rows_that_a_correction_leaves_behind_are_told_of(store, delivery):
    store.append({"episode": delivery["episode"]}, source="episodes", synthetic=True)
    store.append({"measurement": delivery["measurement"]}, source="measurements", synthetic=True)
    kept = delivery["episode"].iloc[10:]
    lost = int((~delivery["measurement"]["episode_id"].isin(kept["episode_id"])).sum())
    assert store.append({"episode": kept}, source="episodes", synthetic=True).dangling == {"measurement": lost}
    assert store.append({"episode": delivery["episode"].iloc[::-1]}, source="episodes", synthetic=True).dangling == {}


def test_tables_as_of_a_day(store):
    store.append(methods(a="A"), source="s", synthetic=True, received=date(2024, 1, 31))
    store.append(methods(a="A2"), source="s", synthetic=True, received=date(2024, 6, 30))
    assert names_of(store, as_of=date(2024, 3, 1)) == {"a": "A"}
    assert names_of(store, as_of=date(2024, 6, 30)) == {"a": "A2"}
    with pytest.raises(MissingData, match=r"as of 2023-01-01.*deliveries"):
        store.tables(as_of=date(2023, 1, 1))
    with pytest.raises(MissingData, match="as of 9"):
        store.tables(as_of=9)


def test_two_senders_with_the_same_number_for_different_people_are_told_apart(store):
    store.append(episodes(["e1"], ["b_one"]), source="a", synthetic=True)
    with pytest.raises(DeliveryConflict, match=r"1 rows of episode.*prefix") as caught:
        store.append(episodes(["e1"], ["b_two"]), source="b", synthetic=True)
    assert "b_two" not in str(caught.value)
    assert len(store.deliveries()) == 1


def test_another_period_under_the_same_source_is_refused(store):
    store.append(methods(a="A"), source="delivery", synthetic=True)
    with pytest.raises(DeliveryConflict, match=r"no row .* in common.*period"):
        store.append(methods(b="B"), source="delivery", synthetic=True)
    assert names_of(store) == {"a": "A"}


def test_simulated_and_real_people_are_never_mixed(store):
    store.append(methods(a="A"), source="a", synthetic=True)
    with pytest.raises(DeliveryConflict, match="never be mixed"):
        store.append(methods(b="B"), source="b", synthetic=False)


def test_rows_in_are_rows_stored_and_rows_kept_aside(store):
    aside = pd.DataFrame({"method_id": ["x"], "method_name": [None], "rule": ["V05"], "file_row": [7]})
    done = store.append(methods(a="A"), source="a", synthetic=True, quarantined={"method": aside})
    assert (done.rows, done.quarantined) == ({"method": 1}, {"method": 1})
    kept = store.quarantine()["method"]
    assert kept.to_dict("records") == [{"method_id": "x", "method_name": "", "rule": "V05", "file_row": 7, "delivery": 1}]
    store.append(methods(a="A", x="X"), source="a", synthetic=True)
    assert store.quarantine() == {}
    assert len(store.quarantine(delivery=1)["method"]) == 1


def test_columns_delivered_later_are_empty_in_what_came_before(store):
    store.append(methods(a="A"), source="a", synthetic=True)
    store.append({"method": methods(b="B")["method"].assign(version="2")}, source="b", synthetic=True)
    assert store.tables()["method"]["version"].isna().tolist() == [True, False]
    assert "version" not in store.tables(as_of=1)["method"]


@pytest.mark.parametrize(
    ("tables", "error", "words"),
    [
        ({"methods": pd.DataFrame({"a": [1]})}, UnknownCode, "no table 'methods'"),
        ({"method": pd.DataFrame({"method_id": ["a"], "color": ["red"]})}, UnknownCode, "no column 'color'"),
        ({"method": pd.DataFrame({"method_name": ["a"]})}, InvalidColumn, "lacks its key method_id"),
        ({"method": pd.DataFrame({"method_id": ["a", "a"]})}, DuplicateRows, "1 rows of method"),
        ({"method": pd.DataFrame({"method_id": pd.Series([], dtype="str")})}, EmptyData, "no rows"),
    ],
)
def test_what_is_no_delivery_is_refused(store, tables, error, words):
    with pytest.raises(error, match=words):
        store.append(tables, source="a", synthetic=True)


def test_a_type_that_changed_is_refused_and_nothing_is_stored(store):
    store.append({"instrument": pd.DataFrame({"instrument": ["A"], "min": [0.0]})}, source="a", synthetic=True)
    with pytest.raises(InvalidColumn, match=r"instrument\.min is delivered as str"):
        store.append({"instrument": pd.DataFrame({"instrument": ["B"], "min": ["0"]})}, source="b", synthetic=True)
    assert len(store.deliveries()) == 1


def test_a_source_has_a_name(store):
    with pytest.raises(InvalidOption, match="1 to 100"):
        store.append(methods(a="A"), source=" ", synthetic=True)
    with pytest.raises(InvalidOption, match="civil registration number") as caught:
        store.append(methods(a="A"), source="610170" + "-1234", synthetic=True)
    assert "1234" not in str(caught.value)


def test_a_store_that_is_not_there_is_named(tmp_path):
    with pytest.raises(MissingData, match="whatworks ingest"):
        Store(tmp_path / "none.duckdb").tables()


def test_a_store_made_by_a_newer_version_is_refused_and_untouched(store):
    store.append(methods(a="A"), source="a", synthetic=True)
    with duckdb.connect(str(store.path)) as connection:
        connection.execute("UPDATE _store SET format = 99")
    for act in (store.tables, lambda: store.append(methods(b="B"), source="b", synthetic=True)):
        with pytest.raises(StoreTooNew, match="newer version"):
            act()


def test_a_file_of_a_newer_database_is_refused_as_such(store):
    store.append(methods(a="A"), source="a", synthetic=True)
    content = bytearray(store.path.read_bytes())
    # The header holds a checksum, the letters DUCK, and then the version of the layout.
    assert content[8:12] == b"DUCK"
    content[12:20] = (9999).to_bytes(8, "little")
    store.path.write_bytes(bytes(content))
    with pytest.raises((StoreTooNew, StoreDamaged), match=r"newer version|cannot be opened"):
        store.tables()


def test_several_may_read_at_once(store):
    store.append(methods(a="A"), source="a", synthetic=True)
    from whatworks.documentation.store_file import reading

    with reading(store.path, wait=1):
        child, said = in_child(lambda out: out.write(str(names_of(Store(store.path, wait=1)))))
        assert said.read() == "{'a': 'A'}"
        os.waitpid(child, 0)


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write anywhere")
def test_a_store_can_be_read_where_nobody_may_write(store):
    store.append(methods(a="A"), source="a", synthetic=True)
    (store.path.parent / f".{store.path.name}-lock").unlink()
    store.path.parent.chmod(0o500)
    assert names_of(store) == {"a": "A"}


def test_a_file_that_is_no_store_is_refused(tmp_path):
    text = tmp_path / "notes.duckdb"
    text.write_text("not a database, " * 1000)
    with pytest.raises(StoreDamaged):
        Store(text).tables()
    other = tmp_path / "other.duckdb"
    with duckdb.connect(str(other)) as connection:
        connection.execute("CREATE TABLE mine (a INTEGER)")
    with pytest.raises(StoreDamaged, match="not a store"):
        Store(other).append(methods(a="A"), source="a", synthetic=True)


def test_only_the_owner_may_read_the_file(store):
    store.append(methods(a="A"), source="a", synthetic=True)
    assert store.path.stat().st_mode & 0o077 == 0


def in_child(act, *args):
    """Run something in a process of its own; the reading end of a pipe into which it says how it went."""
    reader, writer = os.pipe()
    child = os.fork()
    if child:
        os.close(writer)
        return child, os.fdopen(reader)
    with os.fdopen(writer, "w", buffering=1) as out:
        try:
            act(out, *args)
        except BaseException as error:
            out.write(f"{type(error).__name__}: {error}\n")
        finally:
            out.flush()
            os._exit(0)


def append_rows(out, path, rows, source):
    numbers = pd.Series(range(rows)).astype("str")
    frame = pd.DataFrame({"citizen_id": numbers, "quarter": "2020K1", "status": "other"})
    out.write("ready\n")
    done = Store(path, wait=20).append({"employment": frame}, source=source, synthetic=True)
    out.write(f"{done.status}\n")


def whole_or_not_at_all(store, rows):
    """Whether the killed delivery is there. It may have been whole just before it could say so."""
    log = store.deliveries()
    assert log["n_rows"].tolist() in ([1], [1, rows])
    assert names_of(store) == {"a": "A"}
    if len(log) == 2:
        assert len(store.tables()["employment"]) == rows
    return len(log) == 2


@pytest.mark.parametrize("moment", [0.0, 0.04, 0.1, 0.2])
def test_an_ingest_killed_at_any_moment_leaves_the_store_as_it_was(store, moment):
    store.append(methods(a="A"), source="a", synthetic=True)
    child, said = in_child(append_rows, store.path, 120_000, "other")
    assert said.readline() == "ready\n"
    time.sleep(moment)
    os.kill(child, signal.SIGKILL)
    told = said.read()
    os.waitpid(child, 0)
    assert whole_or_not_at_all(store, 120_000) or "stored" not in told
    assert store.append(methods(b="B"), source="b", synthetic=True).status == "stored"


@pytest.mark.parametrize(
    ("stage", "kept"),
    [("add_columns", False), ("count_overlaps", False), ("insert_rows", False), ("_note_delivered", False), ("committed", True)],
)
def test_an_ingest_killed_after_each_step_is_whole_or_not_there(store, stage, kept):
    store.append(methods(a="A"), source="a", synthetic=True)

    def die_after(out):
        from whatworks.documentation import store_append as module
        from whatworks.documentation import store_file

        def then_die(function):
            def wrapped(*args, **options):
                function(*args, **options)
                os.kill(os.getpid(), signal.SIGKILL)

            return wrapped

        if stage == "committed":
            store_file._connected = dying_at_close(store_file._connected)
        else:
            setattr(module, stage, then_die(getattr(module, stage)))
        append_rows(out, store.path, 50_000, "other")

    child, said = in_child(die_after)
    assert "stored" not in said.read()
    assert os.WIFSIGNALED(os.waitpid(child, 0)[1])
    assert whole_or_not_at_all(store, 50_000) is kept
    assert store.append(methods(b="B"), source="b", synthetic=True).status == "stored"


def dying_at_close(connected):
    @contextmanager
    def wrapped(*args, **options):
        with connected(*args, **options) as connection:
            yield connection
            os.kill(os.getpid(), signal.SIGKILL)

    return wrapped


def test_the_second_of_two_ingests_waits(store):
    children = [in_child(append_rows, store.path, 10 + n, f"s{n}") for n in range(2)]
    assert [said.read() for _child, said in children] == ["ready\nstored\n"] * 2
    for child, _said in children:
        os.waitpid(child, 0)
    # The second source repeats the keys of the first: each stands once.
    assert store.deliveries()["n_rows"].sum() == 21
    assert len(store.tables()["employment"]) == 11


def test_the_second_of_two_ingests_is_refused_by_name_when_it_may_not_wait(store):
    store.append(methods(a="A"), source="a", synthetic=True)
    from whatworks.documentation.store_file import writing

    entered, leave = threading.Event(), threading.Event()

    def hold():
        with writing(store.path, wait=1):
            entered.set()
            leave.wait(10)

    holder = threading.Thread(target=hold)
    holder.start()
    entered.wait(10)
    impatient = Store(store.path, wait=0.1)
    try:
        with pytest.raises(StoreBusy, match=r"'store\.duckdb' is in use.*waited 0\.1"):
            impatient.append(methods(b="B"), source="b", synthetic=True)
        with pytest.raises(StoreBusy):
            impatient.tables()
    finally:
        leave.set()
        holder.join()
    assert impatient.append(methods(b="B"), source="b", synthetic=True).status == "stored"


def test_a_full_disk_is_named_and_leaves_the_store_as_it_was(store):
    store.append(methods(a="A"), source="a", synthetic=True)

    def on_a_small_disk(out):
        resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, 2_000_000))
        append_rows(out, store.path, 500_000, "other")

    child, said = in_child(on_a_small_disk)
    error = said.read()
    os.waitpid(child, 0)
    assert "StoreNotWritable" in error
    assert "as it was before" in error
    assert store.deliveries()["n_rows"].tolist() == [1]
    assert store.append(methods(b="B"), source="b", synthetic=True).status == "stored"


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write anywhere")
def test_a_folder_that_may_not_be_written_is_named(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(StoreNotWritable, match="permission denied"):
        Store(tmp_path / "store.duckdb").append(methods(a="A"), source="a", synthetic=True)


def test_nothing_spilled_by_a_killed_ingest_is_left(store):
    store.append(methods(a="A"), source="a", synthetic=True)
    spilled = store.path.with_name(store.path.name + ".tmp")
    spilled.mkdir()
    (spilled / "rows").write_text(json.dumps({"row": 1}))
    store.append(methods(b="B"), source="b", synthetic=True)
    assert not spilled.exists()
