"""The environment is one set, written three ways: pyproject.toml, requirements.lock, environment.yml."""

import importlib.util
import re
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
_SPEC = importlib.util.spec_from_file_location("lock", ROOT / "tests/setup/lock.py")
lock = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(lock)


@pytest.fixture(scope="module")
def locked() -> str:
    return (ROOT / "requirements.lock").read_text()


def test_environment_yml_holds_the_same_set_as_the_lock(locked):
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())
    pip = next(item["pip"] for item in environment["dependencies"] if isinstance(item, dict))
    assert [str(pin) for pin in pip] == lock.pins(locked)
    assert len(pip) > 100


def test_every_pin_has_a_hash_and_no_file_has_an_address(locked):
    for text in (locked, lock.BENCH.read_text()):
        assert len(lock.pins(text)) == len(re.findall(r"^[A-Za-z0-9][^\n]*==[^\n]* \\\n    --hash=sha256:", text, re.M))
    for name in ("requirements.lock", "environment.yml", "benchmarks/requirements.lock"):
        assert "://" not in (ROOT / name).read_text()


@pytest.mark.parametrize("lock_file", list(lock.EXTRAS), ids=lambda file: file.parent.name)
def test_the_lock_satisfies_every_bound_of_pyproject(lock_file):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = {
        lock_file: [item for name in names for item in project["optional-dependencies"][name]]
        for lock_file, names in lock.EXTRAS.items()
    }
    assert sorted(name for names in lock.EXTRAS.values() for name in names) == sorted(project["optional-dependencies"])
    wanted = [*project["dependencies"], *extras[lock_file]]
    versions: dict[str, list[str]] = {}
    for pin in lock.pins(lock_file.read_text()):
        name, version = pin.split(" ;")[0].split("==")
        versions.setdefault(canonicalize_name(name), []).append(version)
    for text in wanted:
        requirement = Requirement(text)
        assert requirement.specifier, f"{requirement.name} has no bound"
        for version in versions[canonicalize_name(requirement.name)]:
            assert requirement.specifier.contains(version), f"{text}: locked {version}"


def test_what_is_installed_is_what_is_locked(locked):
    from importlib.metadata import version

    for pin in lock.pins(locked):
        requirement = Requirement(pin)
        if requirement.marker is None or requirement.marker.evaluate():
            assert requirement.specifier.contains(version(requirement.name)), pin


def test_matplotlib_stays_below_the_release_that_breaks_seaborn():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    bounds = next(Requirement(item) for item in project["dependencies"] if item.startswith("matplotlib"))
    assert not bounds.specifier.contains("3.13.0")


def test_importing_the_package_loads_nothing_heavy():
    import subprocess

    heavy = ["matplotlib", "seaborn", "statsmodels", "linearmodels", "papermill", "nbconvert", "jinja2", "rich", "typer"]
    code = f"import sys, whatworks; print([name for name in {heavy!r} if name in sys.modules])"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"
