"""Planted faults are where they are said to be, as many as said, and nobody's number is among them."""

import re

import pandas as pd
import pytest

import whatworks as ww
from whatworks.documentation.simulated_dirt import planted_dirt, write_dirty


@pytest.fixture(scope="module")
def clean():
    return ww.documentation.simulate(scenario="region", seed=5)[0]


@pytest.fixture(scope="module")
def copies(clean):
    return {name: clean[name].copy() for name in ("measurement", "episode", "rate", "intervention")}


@pytest.fixture(scope="module")
def dirty(clean, copies):
    return planted_dirt(clean, seed=5)


def count(planted, rule):
    return int(planted.set_index("rule")["count"][rule])


def test_every_kind_of_fault_is_counted(clean, dirty):
    tables, planted = dirty
    key = ["episode_id", "instrument", "subscale", "informant", "date"]
    assert tables["measurement"].duplicated(key).sum() == count(planted, "V10")
    limits = tables["instrument"].set_index("instrument")["max"]
    beyond = tables["measurement"]["value"] > tables["measurement"]["instrument"].map(limits)
    assert beyond.sum() == count(planted, "V07")
    assert (tables["episode"]["end"] < tables["episode"]["start"]).sum() == count(planted, "V06")
    unknown = ~tables["intervention"]["method_id"].dropna().isin(tables["method"]["method_id"])
    assert unknown.sum() == count(planted, "V05")
    assert (tables["rate"]["amount"] > 25_000).sum() == count(planted, "V15")
    first = tables["measurement"].iloc[: len(clean["measurement"])]
    other = (first["value"] != clean["measurement"]["value"]) & first["value"].notna() & ~beyond.iloc[: len(first)]
    # A score in the middle of the scale stays what it is when the scale is reversed.
    assert 0.9 * count(planted, "V11") < other.sum() <= count(planted, "V11")


def test_the_clean_tables_are_left_as_they_were(clean, copies, dirty):
    for name, table in copies.items():
        pd.testing.assert_frame_equal(clean[name], table)


def test_files_are_written_as_careless_senders_write_them(clean, tmp_path):
    small = {name: clean[name] for name in ("municipality", "organisation", "rate", "service_year", "instrument", "method")}
    measured = clean["measurement"].head(4000)
    episode = clean["episode"][clean["episode"]["episode_id"].isin(measured["episode_id"])]
    planted = write_dirty({**small, "measurement": measured, "episode": episode, "goal": clean["goal"]}, tmp_path / "d", seed=5)
    text = (tmp_path / "d" / "with_faults" / "rate.csv").read_text(encoding="utf-8")
    assert re.search(r";\d+,\d+;", text)
    latin = (tmp_path / "d" / "with_faults" / "organisation.csv").read_bytes()
    assert "Ærø".encode("latin-1") in latin
    with pytest.raises(UnicodeDecodeError):
        latin.decode("utf-8")
    refused = (tmp_path / "d" / "to_be_refused" / "goal.csv").read_text(encoding="utf-8")
    numbers = re.findall(r"\b(\d{2})\d{4}-\d{4}\b", refused)
    assert len(numbers) == 3
    assert all(int(day) > 60 for day in numbers), "nobody's number"
    assert set(planted["delivery"]) == {"with_faults", "to_be_refused"}
    with pytest.raises(ww.errors.InvalidOption, match="is there already"):
        write_dirty(small, tmp_path / "d", seed=5)


def test_a_delivery_with_numbers_in_it_is_refused(clean, tmp_path):
    roll_out, _ = ww.documentation.simulate(scenario="AV", seed=5)
    write_dirty(roll_out, tmp_path / "d", seed=5)
    with pytest.raises(ww.documentation.PersonalDataFound) as refused:
        ww.documentation.read_delivery(tmp_path / "d" / "to_be_refused")
    assert "610199" not in str(refused.value)
