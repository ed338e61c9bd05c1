"""Wall time of the whole site: everything made, nothing changed, one report forced.

Run with ``make bench``. The site is written to a temporary folder; reports/ is left alone.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
WHATWORKS = Path(sys.executable).with_name("whatworks")


def seconds(*options: str) -> tuple[float, str]:
    """Wall time of ``whatworks reports`` with these options, and its last line."""
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    started = time.perf_counter()
    done = subprocess.run(
        [str(WHATWORKS), "reports", *options], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    return time.perf_counter() - started, done.stdout.strip().splitlines()[-1].split(" Open ")[0]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        output = ("--output", str(Path(folder) / "reports"))
        cases = (
            ("everything", output),
            ("nothing changed", output),
            ("one report again", (*output, "--force", "--target-group", "homelessness")),
        )
        print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before the start")
        for name, options in cases:
            wall, said = seconds(*options)
            print(f"{name:<18} {wall:6.1f} s   {said}")


if __name__ == "__main__":
    main()
