"""Solve the environment again: requirements.lock (versions and hashes) and environment.yml (the same set for conda).

Run through ``make lock``. Neither file holds an address: the index is a matter of each machine.
"""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOCK, CONDA = ROOT / "requirements.lock", ROOT / "environment.yml"
BENCH = ROOT / "benchmarks/requirements.lock"
# What each lock file is for; the peers' packages are many, and nobody who only uses whatworks needs them.
EXTRAS = {LOCK: ("examples", "cluster", "docs", "dev"), BENCH: ("bench",)}
HEAD = "# Every package of the environment with version and hashes. Made by `make lock` from pyproject.toml.\n"
CONDA_HEAD = """\
# The same environment for conda users: conda gives Python and pip, pip gives the packages of requirements.lock.
#   conda env create --file environment.yml && conda activate whatworks && pip install --no-deps --editable .
name: whatworks
channels:
  - conda-forge
dependencies:
  - python>=3.11,<3.14
  - pip
  - pip:
"""
_PIN = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*==[^\s;]+)(?:\s*;\s*(.*?))?\s*\\?$")


def pins(lock: str) -> list[str]:
    """``name==version ; marker`` of every package in a lock file, in its order."""
    found = (_PIN.match(line) for line in lock.splitlines())
    return [" ; ".join(filter(None, match.groups())) for match in found if match]


def conda(lock: str) -> str:
    """The text of environment.yml that holds the same set as a lock file."""
    return CONDA_HEAD + "".join(f'      - "{pin}"\n' for pin in pins(lock))


def solve(lock: Path, options: list[str]) -> None:
    """Write one lock file."""
    command = [
        *(sys.executable, "-m", "uv", "pip", "compile", "pyproject.toml", "--universal", "--generate-hashes"),
        *("--python-version", "3.11", "--no-header", "--no-annotate", "--quiet", "--output-file", str(lock)),
        *(item for extra in EXTRAS[lock] for item in ("--extra", extra)),
    ]
    subprocess.run([*command, *options], check=True, cwd=ROOT)
    lock.write_text(HEAD + lock.read_text())


def main() -> None:
    for lock in EXTRAS:
        solve(lock, sys.argv[1:])
    CONDA.write_text(conda(LOCK.read_text()))


if __name__ == "__main__":
    main()
