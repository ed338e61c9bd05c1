"""Freezing a plan from the command line."""

from typer.testing import CliRunner

from whatworks.cli import app
from whatworks.design.plan import EXAMPLE

run = CliRunner()


def test_a_plan_is_printed_frozen_and_stays_frozen(tmp_path):
    printed = run.invoke(app, ["plan", "--example"])
    assert printed.stdout == EXAMPLE
    file = tmp_path / "plan.yml"
    file.write_text(printed.stdout, encoding="utf-8")
    first, second = run.invoke(app, ["plan", str(file)]), run.invoke(app, ["plan", str(file)])
    assert first.exit_code == second.exit_code == 0
    assert first.stdout == second.stdout
    assert (tmp_path / "plan.frozen.json").is_file()


def test_a_changed_plan_a_faulty_one_and_none_at_all_end_with_a_message(tmp_path):
    file = tmp_path / "plan.yml"
    file.write_text(EXAMPLE, encoding="utf-8")
    run.invoke(app, ["plan", str(file)])
    file.write_text(EXAMPLE.replace("who5", "honos"), encoding="utf-8")
    changed = run.invoke(app, ["plan", str(file)])
    assert (changed.exit_code, "changed after it was frozen" in changed.stderr) == (1, True)
    assert "outcome" in changed.stderr
    faulty = tmp_path / "faulty.yml"
    faulty.write_text("question: why\n", encoding="utf-8")
    assert run.invoke(app, ["plan", str(faulty)]).exit_code == 1
    assert run.invoke(app, ["plan"]).exit_code == 2
