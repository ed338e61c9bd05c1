"""The whole site, made once by the command a newcomer runs."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def _make_site(output: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run ``whatworks reports`` as a user would, in a process of its own."""
    command = [str(Path(sys.executable).with_name("whatworks")), "reports", "--output", str(output), *options]
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="session")
def make_site():
    return _make_site


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("causaldata")
    output = tmp_path_factory.mktemp("site") / "reports"
    made = _make_site(output)
    assert made.returncode == 0, made.stdout[-3000:] + made.stderr[-3000:]
    return output


@pytest.fixture(scope="session")
def pages(site: Path) -> list[Path]:
    return sorted(site.rglob("*.html"))
