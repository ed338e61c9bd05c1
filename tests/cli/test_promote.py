"""One of our own results into the evidence base, by command."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import whatworks as ww
from whatworks.cli import app

EVIDENCE = Path(__file__).parents[2] / "evidence"
CODES = ["--target-group", "adults_outside_labour_market", "--method", "supported_work", "--outcome", "earnings"]


@pytest.fixture
def base(tmp_path):
    folder = tmp_path / "evidence"
    folder.mkdir()
    for path in EVIDENCE.iterdir():
        if path.suffix in (".yml", ".csv"):
            shutil.copy(path, folder)
    return folder


@pytest.fixture
def result():
    rng = np.random.default_rng(1)
    people = pd.DataFrame({"treated": np.repeat([1, 0], 50), "earnings": rng.normal(10_000, 900, 100)})
    sample = ww.matching.unmatched(people, treatment="treated", randomised=True)
    return replace(ww.matching.estimate(sample, outcome="earnings"), good="up", unit="dollars a year")


@pytest.fixture
def folder(tmp_path, result):
    def save(**more):
        known = {
            "target_group": "adults_outside_labour_market", "method": "supported_work", "outcome": "earnings",
            "design": "matched", "labels": {}, "results": {"experiment": result},
            "answer": "experiment", "benchmark": "experiment",
        }  # fmt: skip
        ww.findings.save(ww.findings.Finding(**(known | more)), tmp_path / "report")
        return tmp_path / "report"

    return save


def run(*arguments):
    return CliRunner().invoke(app, ["promote", *map(str, arguments)])


def test_a_report_is_promoted_by_its_folder_with_the_design_that_answered(base, folder):
    done = run(folder(), "--evidence", base)
    assert done.exit_code == 0, done.output
    row = ww.evidence.load(base).local.iloc[0]
    assert row[["method", "outcome", "design", "version"]].tolist() == ["supported_work", "earnings", "rct", 1]
    assert "earnings.v1.json" in done.output


def test_the_same_report_again_changes_nothing_and_another_needs_a_reason(base, folder, result):
    assert run(folder(), "--evidence", base).exit_code == 0
    assert run(folder(), "--evidence", base).exit_code == 0
    other = folder(results={"experiment": replace(result, unit="dollars")})
    refused = run(other, "--evidence", base)
    assert refused.exit_code == 2
    assert 'revises="why"' in refused.output
    assert run(other, "--evidence", base, "--revises", "The unit was wrong.").exit_code == 0
    assert ww.evidence.load(base).local["version"].tolist() == [2]


def test_a_single_result_needs_its_codes_and_whether_it_is_real(base, result, tmp_path):
    file = tmp_path / "effect.json"
    file.write_text(result.to_json(), encoding="utf-8")
    bare = run(file, "--evidence", base)
    assert bare.exit_code == 2
    assert "target_group, method, outcome, design and whether its data were simulated" in bare.output
    assert run(file, *CODES, "--design", "rct", "--real", "--evidence", base).exit_code == 0


@pytest.mark.parametrize(
    ("more", "code", "words"),
    [
        ({"synthetic": True}, 2, "only results on real data"),
        ({"target_group": "nobody"}, 2, "target_group 'nobody' is not known"),
        ({"results": {}, "answer": None, "benchmark": None}, 1, "holds no result of our own"),
    ],
)
def test_what_may_not_be_promoted_is_named_and_nothing_is_written(base, folder, more, code, words):
    done = run(folder(**more), "--evidence", base)
    assert (done.exit_code, words in done.output) == (code, True), done.output
    assert not (base / "local").exists()


def test_too_few_people_end_with_exit_code_one(base, result, tmp_path):
    few = replace(result, statistics={**result.statistics, "n_treated": 4.0})
    (tmp_path / "effect.json").write_text(few.to_json(), encoding="utf-8")
    done = run(tmp_path / "effect.json", *CODES, "--design", "rct", "--real", "--evidence", base)
    assert done.exit_code == 1
    assert "DisclosureRisk" in done.output
    assert "n_treated below 5" in done.output


def test_codes_beside_a_finding_and_files_of_another_kind_are_refused(base, folder, tmp_path):
    assert run(folder(), *CODES, "--evidence", base).exit_code == 2
    (tmp_path / "other.json").write_text("[1]", encoding="utf-8")
    assert run(tmp_path / "other.json", "--evidence", base).exit_code == 1
    assert run(tmp_path / "missing.json", "--evidence", base).exit_code == 2
