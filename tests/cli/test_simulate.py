"""``whatworks simulate``: writes a delivery, keeps the truth out of it, and says what is wrong in one message."""

import json

import pytest
from typer.testing import CliRunner

import whatworks as ww
from whatworks.cli import app


@pytest.fixture
def run():
    return lambda *words: CliRunner().invoke(app, ["simulate", *map(str, words)])


def test_a_delivery_is_written_that_says_it_is_simulated(run, tmp_path):
    result = run("--scenario", "AV", "--seed", 2, "--output", tmp_path / "d", "--truth", tmp_path / "truth.json")
    assert result.exit_code == 0, result.output
    assert ww.documentation.is_synthetic(tmp_path / "d")
    assert json.loads((tmp_path / "truth.json").read_text(encoding="utf-8"))["att_overall"] == 0.0
    assert not any(b"att_" in place.read_bytes() for place in (tmp_path / "d").iterdir())


@pytest.mark.parametrize("place", ["d/truth.json", "d/deeper/truth.json"])
def test_the_truth_is_not_written_where_notebooks_read(run, tmp_path, place):
    result = run("--scenario", "AV", "--output", tmp_path / "d", "--truth", tmp_path / place)
    assert result.exit_code == 2
    assert "inside the delivery" in result.output
    assert not (tmp_path / "d").exists()


def test_the_truth_is_not_written_into_another_delivery_nor_over_a_file(run, tmp_path):
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "delivery.yml").write_text("synthetic: true\n", encoding="utf-8")
    (tmp_path / "there.json").write_text("{}", encoding="utf-8")
    for place in ("other/truth.json", "there.json", "nowhere/truth.json"):
        assert run("--output", tmp_path / "d", "--truth", tmp_path / place).exit_code == 2


def test_an_unknown_scenario_is_wrong_use_and_the_known_ones_are_listed(run, tmp_path):
    result = run("--scenario", "S99", "--output", tmp_path / "d")
    assert result.exit_code == 2
    assert "'region'" in result.output


def test_with_dirt_two_deliveries_are_written_and_what_was_planted_is_told(run, tmp_path):
    result = run("--scenario", "AV", "--dirt", "--output", tmp_path / "d", "--truth", tmp_path / "planted.json")
    assert result.exit_code == 0, result.output
    assert sorted(place.name for place in (tmp_path / "d").iterdir()) == ["to_be_refused", "with_faults"]
    planted = json.loads((tmp_path / "planted.json").read_text(encoding="utf-8"))["planted"]
    assert {row["rule"] for row in planted} == {"V01", "V06", "V07", "V10", "V11", "V24", "V25"}


def test_help_shows_examples(run):
    result = run("--help")
    assert result.exit_code == 0
    assert "--scenario region --seed 7" in result.output.replace("\n", " ")
