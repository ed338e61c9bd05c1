"""What may stand in the repository: no machine paths, no stored outputs, the two commands."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / line for line in listed.stdout.splitlines() if (ROOT / line).is_file()]


def test_no_tracked_file_holds_a_path_of_one_machine(tracked):
    pattern = re.compile(rb"(^|[^\w.\-/:])/(work|root|home|farm)/[\w.\-]")
    found = [
        str(path.relative_to(ROOT)) for path in tracked if path.name != Path(__file__).name and pattern.search(path.read_bytes())
    ]
    assert found == []


def test_ci_runs_the_command_of_the_readme():
    assert "make test" in (ROOT / ".ci/run").read_text()
    readme = (ROOT / "README.md").read_text()
    assert "make reports" in readme
    assert "make test" in readme


def test_generated_reports_are_not_tracked(tracked):
    assert [path.name for path in tracked if path.parent.name == "reports"] == [".gitignore"]


def test_examples_of_a_module_that_shares_its_functions_name_run_alone():
    ask = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "src/whatworks/economics/refund.py"]
    ran = subprocess.run(ask, cwd=ROOT, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout
