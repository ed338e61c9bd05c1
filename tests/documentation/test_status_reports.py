"""Status reports: dated, never written over, compared with the one before."""

import json
from dataclasses import replace
from datetime import date, timedelta
from functools import cache

import pandas as pd
import pytest

from tests.documentation.profile_tables import make_tables
from whatworks.core.errors import InvalidOption, MissingData
from whatworks.documentation.status_changes import compare_status
from whatworks.documentation.status_reports import (
    ChangedStatus,
    StatusStands,
    last_status,
    read_status,
    status_report,
    write_status,
)


@cache
def status(year, *, better=12, by="municipality", synthetic=True):
    tables = make_tables(before=[50.0] * 15 + [60.0] * 15, after=[70.0] * better + [40.0] * (30 - better))
    return status_report(tables, day=date(year, 12, 31), synthetic=synthetic, by=by)


def test_a_status_reads_back_as_it_was_written(tmp_path):
    now = status(2023)
    path = write_status(now, tmp_path)
    assert path.name == "status-2023-12-31-municipality.json"
    read = read_status(path)
    assert read.fingerprint == now.fingerprint
    pd.testing.assert_frame_equal(read.profile, now.profile)
    pd.testing.assert_frame_equal(read.reasons, now.reasons)


def test_a_status_is_never_written_over(tmp_path):
    path = write_status(status(2023), tmp_path)
    content = path.read_bytes()
    assert path.stat().st_mode & 0o222 == 0
    assert write_status(status(2023), tmp_path) == path
    with pytest.raises(StatusStands, match="never written over"):
        write_status(status(2023, better=20), tmp_path)
    assert path.read_bytes() == content
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("days", [-27, -1, 1, 27])
def test_two_statuses_a_few_days_apart_do_not_stand_beside_each_other(tmp_path, days):
    stands = status(2023)
    path = write_status(stands, tmp_path)
    with pytest.raises(StatusStands, match=r"2023-12-31 stands already.*came or were measured in between"):
        write_status(replace(stands, day=stands.day + timedelta(days=days)), tmp_path)
    assert [one.name for one in tmp_path.iterdir()] == [path.name]
    later = write_status(replace(stands, day=stands.day + timedelta(days=28)), tmp_path)
    assert later.name == "status-2024-01-28-municipality.json"


def test_a_changed_status_is_refused(tmp_path):
    path = write_status(status(2023), tmp_path)
    content = json.loads(path.read_text())
    path.chmod(0o644)
    for change in ({"day": "2022-12-31"}, {"synthetic": False}, {"format": 9}, {"kind": "other"}):
        path.write_text(json.dumps({**content, **change}))
        with pytest.raises(ChangedStatus):
            read_status(path)
    for text in ("", "{", "[]"):
        path.write_text(text)
        with pytest.raises(ChangedStatus, match="copy"):
            read_status(path)
    with pytest.raises(MissingData):
        read_status(tmp_path / "none.json")


def test_the_last_status_is_the_one_before(tmp_path):
    for year in (2022, 2023, 2024):
        write_status(status(year), tmp_path)
    assert last_status(tmp_path, before=date(2023, 12, 31), by="municipality").day == date(2022, 12, 31)
    assert last_status(tmp_path, before=date(2022, 12, 31), by="municipality") is None
    assert last_status(tmp_path, before=date(2030, 1, 1), by="service") is None


def test_change_is_now_less_before():
    table = compare_status(status(2023, better=18), status(2023, better=12))
    row = table[(table["indicator"] == "progress") & (table["unit"] == "")].iloc[0]
    assert row["change"] == pytest.approx(6 / 30)
    assert row["now"] == pytest.approx(18 / 30)


def test_what_was_hidden_before_has_no_change():
    now, before = status(2023), status(2023, better=4)
    table = compare_status(now, before)
    row = table[(table["indicator"] == "progress") & (table["unit"] == "")].iloc[0]
    assert pd.isna(row["before"])
    assert pd.isna(row["change"])


def test_reports_that_are_not_alike_are_not_compared():
    with pytest.raises(InvalidOption, match="cannot be compared"):
        compare_status(status(2022), status(2023))
    with pytest.raises(InvalidOption):
        compare_status(status(2023), status(2023, by="service"))
    with pytest.raises(InvalidOption):
        compare_status(status(2023), status(2023, synthetic=False))
