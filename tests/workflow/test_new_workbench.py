"""A workbench of one's own: what is in it, what an upgrade keeps, what is refused; and that its report runs."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from whatworks import evidence
from whatworks.cli import app
from whatworks.core.errors import InvalidOption, MissingData
from whatworks.workflow import new_workbench as module
from whatworks.workflow.new_workbench import FolderNotWritable, new_workbench, template, upgrade_workbench
from whatworks.workflow.project import find_project
from whatworks.workflow.questions import read_questions

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture
def workbench(tmp_path: Path) -> Path:
    return new_workbench(tmp_path / "ours").folder


def test_a_new_workbench_is_a_project_whose_questions_hold(workbench):
    registry = evidence.load(workbench / "evidence")
    questions = read_questions(find_project(workbench), registry)
    assert [question.folder for question in questions] == ["example_group/example_method", "example_group/published_reviews"]
    assert registry.methods["example_method"].fields["synthetic"]
    assert registry.reviews.empty


def test_the_notebook_and_the_shared_records_are_those_of_the_repository(workbench):
    for name in ("notebooks/method_report.ipynb", "evidence/README.md", "evidence/prices/price_index.csv"):
        assert (workbench / name).read_bytes() == (REPOSITORY / name).read_bytes()


def test_nothing_shared_is_kept_twice_in_the_repository():
    own = REPOSITORY / "src" / "whatworks" / "workflow" / "workbench"
    assert [name for name in module.SHARED if (own / name).exists()] == []


def test_a_file_packed_with_the_package_comes_before_the_repository(tmp_path, monkeypatch):
    packed = tmp_path / "workbench_shared" / "notebooks"
    packed.mkdir(parents=True)
    (packed / "method_report.ipynb").write_text("packed")
    (tmp_path / "workbench").mkdir()
    monkeypatch.setattr(module, "files", lambda _package: tmp_path)
    assert template()["notebooks/method_report.ipynb"] == b"packed"


def test_a_folder_that_holds_something_is_refused(tmp_path, workbench):
    with pytest.raises(InvalidOption, match="--upgrade"):
        new_workbench(workbench)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "letter.txt").write_text("mine")
    with pytest.raises(InvalidOption, match="new folder"):
        new_workbench(tmp_path / "other")
    assert [path.name for path in (tmp_path / "other").iterdir()] == ["letter.txt"]


def test_an_upgrade_of_nothing_changed_changes_nothing(workbench):
    done = upgrade_workbench(workbench)
    assert (done.written, done.replaced, done.beside) == ((), (), ())


def test_an_upgrade_keeps_a_changed_file_and_puts_the_new_one_beside_it(workbench):
    name = "evidence/target_groups.yml"
    shipped = (workbench / name).read_text()
    (workbench / name).write_text("# ours\n" + shipped)
    assert upgrade_workbench(workbench).beside == (name,)
    assert (workbench / name).read_text().startswith("# ours\n")
    assert (workbench / f"{name}.new").read_text() == shipped
    evidence.load(workbench / "evidence")


def test_an_upgrade_replaces_what_is_only_old_and_leaves_out_what_was_taken_out(workbench, monkeypatch):
    old = dict(template())
    newer = {**old, "README.md": b"newer", "data/more.md": b"more"}
    monkeypatch.setattr(module, "template", lambda: newer)
    (workbench / "data" / "example_panel.csv").unlink()
    (workbench / "notebooks" / "method_report.ipynb").unlink()
    done = upgrade_workbench(workbench)
    assert done.replaced == ("README.md",)
    assert set(done.written) == {"data/more.md", "notebooks/method_report.ipynb"}
    assert (workbench / "README.md").read_bytes() == b"newer"
    assert not (workbench / "data" / "example_panel.csv").exists()
    assert not list(workbench.rglob("*.new"))


def test_a_folder_without_a_record_is_not_upgraded(tmp_path, workbench):
    with pytest.raises(MissingData, match="no workbench"):
        upgrade_workbench(tmp_path)
    (workbench / module.RECORD).write_text(json.dumps([]))
    with pytest.raises(MissingData, match="cannot be read"):
        upgrade_workbench(workbench)


def test_a_read_only_folder_is_told_and_left_as_it_was(tmp_path, monkeypatch):
    write, written = module._write, []

    def refuse(path: Path, content: bytes) -> Path:
        if len(written) == 3:
            raise PermissionError(13, "Permission denied")
        written.append(write(path, content))
        return written[-1]

    monkeypatch.setattr(module, "_write", refuse)
    with pytest.raises(FolderNotWritable, match=r"cannot be written \(Permission denied\)"):
        new_workbench(tmp_path / "ours")
    assert [path for path in (tmp_path / "ours").rglob("*") if path.is_file()] == []


def test_the_command_says_what_it_did_and_what_it_refuses(tmp_path):
    folder = tmp_path / "ours"
    run = CliRunner()
    made = run.invoke(app, ["init", str(folder)])
    assert made.exit_code == 0
    assert "whatworks reports" in made.output
    assert run.invoke(app, ["init", str(folder)]).exit_code == 2
    assert "up to date" in run.invoke(app, ["init", "--upgrade", str(folder)]).output
    (folder / "README.md").write_text("ours")
    kept = run.invoke(app, ["init", "--upgrade", str(folder)])
    assert kept.exit_code == 0
    assert "Kept yours: README.md" in kept.output
    (tmp_path / "file").write_text("")
    blocked = run.invoke(app, ["init", str(tmp_path / "file" / "ours")])
    assert blocked.exit_code == 1
    assert "cannot be written" in blocked.output
    assert "Examples" in run.invoke(app, ["init", "--help"]).output


@pytest.mark.slow
def test_a_table_of_ones_own_becomes_a_finding(workbench, tmp_path, monkeypatch):
    """The road of the workbench's README: a CSV without counts of people, three entries, one question, one command."""
    panel = (workbench / "data" / "example_panel.csv").read_text().splitlines()
    own = [",".join(line.split(",")[:4]) for line in panel]
    (workbench / "data" / "own.csv").write_text("\n".join(own).replace("days_of_absence", "absence"))
    names = {"target_groups": "example_group", "methods": "example_method", "outcomes": "days_of_absence"}
    ours = {"example_group": "our_pupils", "example_method": "our_method", "days_of_absence": "absence"}
    for catalogue, code in names.items():
        place = workbench / "evidence" / f"{catalogue}.yml"
        text = place.read_text().replace("\n  synthetic: true", "")
        text = "\n".join(line for line in text.splitlines() if "resembles" not in line and "fast voksen" not in line)
        place.write_text("\n".join(line for line in text.splitlines() if "one adult" not in line).replace(code, ours[code]))
    questions = workbench / "notebooks" / "parameters"
    asked = "".join(
        f"{line}\n" for line in (questions / "example_group.yml").read_text().splitlines() if "design: reviews" not in line
    )
    (questions / "example_group.yml").unlink()
    for code, own_code in ours.items():
        asked = asked.replace(code, own_code)
    (questions / "our_pupils.yml").write_text(asked.replace("example_panel", "own"))
    monkeypatch.chdir(workbench)
    ran = CliRunner().invoke(app, ["reports", "--language", "en"])
    assert ran.exit_code == 0, ran.output
    page = (workbench / "reports" / "our_pupils" / "our_method" / "finding.en.html").read_text()
    assert "Our own table" in page or "A table with one row for each municipality" in page
    results = json.loads((workbench / "reports" / "our_pupils" / "our_method" / "results.json").read_text())
    assert results["results"]["overall"]["effects"]
    assert results["synthetic"] is False
