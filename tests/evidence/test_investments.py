"""Inputs of investment cases: priced for everyone who pays, labelled, and every fault told with its place."""

import shutil
from pathlib import Path

import pytest

import whatworks as ww
from whatworks.core.errors import InvalidEvidence, MissingData

ROOT = Path(__file__).resolve().parents[2]
EMBEDDED = sorted((ROOT / "evidence" / "investments").iterdir())


@pytest.fixture
def folder(tmp_path):
    return Path(shutil.copytree(ROOT / "evidence" / "investments" / "trappestoette", tmp_path / "case"))


def read(folder):
    return ww.evidence.read_investment(folder, root=ROOT / "evidence")


@pytest.mark.parametrize("folder", EMBEDDED, ids=lambda folder: folder.name)
def test_embedded_inputs_are_invented_and_say_so(folder):
    inputs = read(folder)
    registry = ww.evidence.load(ROOT / "evidence")
    assert inputs.synthetic
    assert registry.methods[folder.name].fields["synthetic"]
    assert inputs.consequences["synthetic"].all()
    assert set(inputs.source) == {"da", "en"}
    assert set(inputs.consequences["price_level"]) == {inputs.price_level}


def test_a_consequence_has_a_row_for_everyone_whose_money_it_is(folder):
    rows = read(folder).consequences.set_index(["consequence", "payer"])
    assert rows.loc[("synthetic_psychiatric_bed_day", "region"), "price"] == 4400
    assert rows.loc[("synthetic_psychiatric_bed_day", "municipality"), "price"] == 900
    assert rows.loc[("synthetic_support_hour", "municipality"), "units"] == 16


def test_the_day_of_the_decision_picks_the_discount_rates(folder):
    assert read(folder).discount_rates["rate"].tolist() == [0.035, 0.025, 0.015]
    case = folder / "case.yml"
    case.write_text(case.read_text().replace("2024-06-01", "2015-01-01"))
    assert read(folder).discount_rates["rate"].tolist() == [0.04, 0.03, 0.02]


@pytest.mark.parametrize(
    ("file", "good", "bad", "words"),
    [
        ("consequences.csv", "synthetic_support_hour", "synthetic_suport_hour", ["did you mean 'synthetic_support_hour'"]),
        ("consequences.csv", "16,9,23", "16,,23", ["case/consequences.csv:2", "units_low is empty"]),
        ("consequences.csv", "16,9,23", "sixteen,9,23", ["case/consequences.csv:2", "units"]),
        ("districts.csv", "45,3.5", "many,3.5", ["case/districts.csv:2", "citizens"]),
        ("case.yml", "decided_on", "decided_at", ["decided_on is missing", "did you mean 'decided_on'"]),
    ],
)
def test_a_fault_is_told_with_its_place(folder, file, good, bad, words):
    path = folder / file
    path.write_text(path.read_text().replace(good, bad, 1))
    with pytest.raises(InvalidEvidence) as caught:
        read(folder)
    for each in words:
        assert each in str(caught.value)


def test_a_folder_without_a_case_says_what_to_name(tmp_path):
    with pytest.raises(MissingData, match=r"holds no case\.yml"):
        read(tmp_path)
