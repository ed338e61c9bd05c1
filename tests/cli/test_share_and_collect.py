"""``whatworks share`` and ``whatworks collect``: from a report's folder to one pooled answer."""

import json

import pandas as pd
import pytest
from typer.testing import CliRunner

import whatworks as ww
from whatworks.cli import app
from whatworks.findings.finding import Finding, save

LABELS = {
    "target_group": {"da": "Voksne med autisme", "en": "Adults with autism"},
    "method": {"da": "Mønster", "en": "Pattern"},
    "outcome": {"name": {"da": "Trivsel", "en": "Well-being"}, "unit": {"da": "point", "en": "points"}, "good": "up"},
}


def run(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def report_in(folder, shift):
    rows = pd.DataFrame({"treated": [1, 0] * 20, "who5": [50.0 + n % 7 + (3 + shift) * (n % 2 == 0) for n in range(40)]})
    result = ww.matching.estimate(ww.matching.unmatched(rows, treatment="treated", randomised=True), outcome="who5")
    finding = Finding(target_group="adults_autism", method="moenster", outcome="who5", design="matched", labels=LABELS,
                      synthetic=True, results={"matched": result}, answer="matched")  # fmt: skip
    save(finding, folder)
    return folder


@pytest.fixture
def packages(tmp_path):
    out = tmp_path / "packages"
    for sender, shift in (("730", 0.0), ("751", 2.0)):
        done = run("share", report_in(tmp_path / sender, shift), "--sender", sender, "--output", out / f"{sender}.json")
        assert done.exit_code == 0, done.output
        assert "No row about a person" in done.output
        assert json.loads((out / f"{sender}.json").read_text())["fingerprint"] in done.output
    return out


def test_packages_are_pooled_and_say_that_people_are_simulated(packages, tmp_path):
    done = run("collect", packages, "--output", tmp_path / "pooled.json", "--language", "en")
    assert done.exit_code == 0, done.output
    assert "SIMULATED" in done.output
    assert "Average over 2 municipalities" in done.output
    assert ww.EffectResult.from_json((tmp_path / "pooled.json").read_text()).statistics["k"] == 2


def test_what_is_pooled_is_said_in_one_language(packages):
    told = run("collect", packages).output
    assert "Gennemsnit over 2 kommuner" in told
    assert not any(word in told.split() for word in ("average", "municipalities", "ok.", "studies", "with", "the"))


def test_data_that_do_not_fit_end_with_1_and_wrong_use_with_2(packages, tmp_path):
    one = run("collect", packages / "730.json")
    assert (one.exit_code, "IncompatiblePackage" in one.output) == (1, True)
    odd = run("collect", packages, "--expect", "nonsense")
    assert (odd.exit_code, "CODE=FINGERPRINT" in odd.output) == (2, True)
    nobody = run("share", tmp_path / "730", "--sender", "999", "--output", tmp_path / "x.json")
    assert nobody.exit_code == 2
    nowhere = run("share", tmp_path / "none", "--sender", "751", "--output", tmp_path / "x.json")
    assert nowhere.exit_code == 1
    counts = run("share", tmp_path / "730", "--sender", "751", "--output", tmp_path / "x.json", "--groups", tmp_path / "no.csv")
    assert (counts.exit_code, "no.csv" in counts.output) == (1, True)
    assert not (tmp_path / "x.json").exists()


def test_a_fingerprint_that_does_not_fit_is_refused(packages):
    done = run("collect", packages, "--expect", "751=" + "0" * 64)
    assert (done.exit_code, "TamperedPackage" in done.output) == (1, True)


def test_a_package_whose_fingerprint_was_told_and_that_did_not_come_is_missed(packages):
    done = run("collect", packages, "--expect", "657=" + "0" * 64)
    assert (done.exit_code, "No package came from 657" in done.output) == (1, True)


def test_groups_are_read_from_a_file(tmp_path):
    groups = tmp_path / "groups.csv"
    groups.write_text("group,n_treated,n_comparison\na,10,10\nb,10,10\n")
    done = run("share", report_in(tmp_path / "r", 0), "--sender", "751", "--output", tmp_path / "p.json", "--groups", groups)
    assert done.exit_code == 0, done.output
    assert json.loads((tmp_path / "p.json").read_text())["groups"]["columns"]["n_treated"]["values"] == [10, 10]


@pytest.mark.parametrize("command", ["share", "collect"])
def test_help_has_examples(command):
    done = run(command, "--help")
    assert done.exit_code == 0
    assert "Examples" in done.output


def test_a_place_that_cannot_be_written_is_named_in_one_line(packages, tmp_path):
    for done in (
        run("collect", packages, "--output", tmp_path),
        run("share", tmp_path / "730", "--sender", "730", "--output", tmp_path),
    ):
        assert (done.exit_code, tmp_path.name in done.output, "Check the path" in done.output) == (1, True, True)
        assert str(tmp_path.parent) not in done.output
        assert isinstance(done.exception, SystemExit)
