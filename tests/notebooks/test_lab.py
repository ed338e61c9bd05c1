"""The start notebook opened and run in JupyterLab, in a real browser."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(BROWSER is None, reason="NO BROWSER: install chromium to run the browser tests"),
]
_PATIENCE = 120


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """The address of a JupyterLab over a copy of the start notebook, beside the evidence it reads."""
    root = tmp_path_factory.mktemp("desk")
    (root / "evidence").symlink_to(NOTEBOOKS.parent / "evidence")
    (root / "notebooks").mkdir()
    shutil.copy(NOTEBOOKS / "00_start.ipynb", root / "notebooks")
    port = free_port()
    command = [
        *(sys.executable, "-m", "jupyterlab", str(root / "notebooks"), "--no-browser", f"--port={port}", "--ip=127.0.0.1"),
        *("--IdentityProvider.token=", "--allow-root", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"),
        "--LabApp.news_url=None",
    ]
    home = tmp_path_factory.mktemp("home")
    environment = {**os.environ, "HOME": str(home), "OMP_NUM_THREADS": "1", "JUPYTER_PREFER_ENV_PATH": "1"}
    log = (root / "log.txt").open("w")
    server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(address, server)
        yield address
    finally:
        server.terminate()
        server.wait(timeout=20)
        log.close()


def _wait_for(address: str, server: subprocess.Popen) -> None:
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/api/status", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
    pytest.fail("JupyterLab did not start")


def _wait_for_kernel(address: str) -> None:
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        with urllib.request.urlopen(f"{address}/api/kernels", timeout=5) as answer:
            kernels = json.load(answer)
        if any(kernel["connections"] and kernel["execution_state"] == "idle" for kernel in kernels):
            return
        time.sleep(0.3)
    pytest.fail("no kernel was connected")


def test_the_start_notebook_runs_and_shows_its_figures(lab):
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1280, "height": 1000})
        page.set_default_timeout(_PATIENCE * 1000)
        page.goto(f"{lab}/lab/tree/00_start.ipynb?reset")
        page.locator(".jp-Notebook .jp-Cell").first.wait_for()
        # Cells asked for before the page is connected to a kernel are never run.
        _wait_for_kernel(lab)
        page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]').wait_for()
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.locator('li[data-command="runmenu:run-all"]').click()
        page.wait_for_function("document.querySelectorAll('.jp-OutputArea-output svg').length >= 2", polling=500)
        assert page.locator(".jp-OutputArea-output .ansi-red-fg").count() == 0
        browser.close()
