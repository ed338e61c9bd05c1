"""The researcher's notebooks run from top to bottom, each in a process of its own, and show their figures with words."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
NUMBERED = sorted(path.name for path in NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))
# Everything is imported once and forked, so that ten notebooks do not pay for ten starts.
FORKING = """
import json, os, sys, time, traceback
from pathlib import Path
import papermill
from whatworks.workflow import warm
from whatworks.workflow.engines import register
folder, output, names = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:]
engine, told = register("warm"), {}
for name in names:
    began = time.monotonic()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            own = {"output": str(output / "finding")} if name.startswith("09") else {}
            papermill.execute_notebook(
                str(folder / name), str(output / name), own, engine_name=engine, cwd=str(folder), progress_bar=False
            )
            code = 0
        except BaseException:
            (output / (name + ".txt")).write_text(traceback.format_exc()[-3000:])
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    told[name] = [status, time.monotonic() - began]
print(json.dumps(told))
"""


@pytest.fixture(scope="module")
def executed(tmp_path_factory) -> dict[str, dict]:
    """Every numbered notebook with its outputs; a failure has its traceback instead."""
    pytest.importorskip("causaldata")
    output = tmp_path_factory.mktemp("desk")
    command = [sys.executable, "-c", FORKING, str(NOTEBOOKS), str(output), *NUMBERED]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr[-3000:]
    told = {}
    for name in NUMBERED:
        failure = output / f"{name}.txt"
        told[name] = {"failure": failure.read_text()} if failure.exists() else json.loads((output / name).read_text())
    return told


def test_the_desk_is_numbered_in_reading_order():
    assert [name[:2] for name in NUMBERED] == [f"{number:02d}" for number in range(len(NUMBERED))]
    start = (NOTEBOOKS / NUMBERED[0]).read_text(encoding="utf-8")
    assert all(name.removesuffix(".ipynb") in start for name in NUMBERED[1:])


@pytest.mark.parametrize("name", NUMBERED)
def test_a_notebook_runs_and_every_figure_has_words(executed, name):
    notebook = executed[name]
    assert "failure" not in notebook, notebook.get("failure")
    outputs = [output for cell in notebook["cells"] if cell["cell_type"] == "code" for output in cell["outputs"]]
    assert not [output for output in outputs if output["output_type"] in ("error", "stream") and output.get("name") == "stderr"]
    shown = ["".join(output.get("data", {}).get("text/html", "")) for output in outputs]
    figures = [html for html in shown if "<svg" in html]
    assert all("aria-label" in html or "<title" in html or "role=" in html for html in figures)
    assert shown, "a notebook shows something"
