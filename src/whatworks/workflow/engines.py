"""Two ways to run a notebook: ``warm`` in this very process, ``plain`` in a kernel of its own as papermill does by default.

A warm report runs in a process that was forked with everything imported, so it pays neither for a kernel's start nor for
imports. Cells run in ipykernel's own shell, and what that shell would send over the wire is written down instead: tables,
figures, streams and errors take the same way through the same code as in a kernel.
"""

import io
import os
import random
import signal
import sys
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import contextmanager
from types import FrameType
from typing import Any

import nbformat
import numpy as np
from ipykernel.compiler import XCachingCompiler
from ipykernel.ipkernel import IPythonKernel
from ipykernel.zmqshell import ZMQInteractiveShell
from jupyter_client.session import Session
from nbclient.exceptions import CellTimeoutError
from papermill.engines import Engine, NBClientEngine, papermill_engines
from traitlets import Type

from whatworks.core.options import one_of
from whatworks.workflow.jobs import ENGINES, PLAIN, WARM

# Messages that become outputs of a cell; the names that Jupyter's messaging protocol gives them.
_OUTPUTS = ("stream", "display_data", "execute_result", "error")
_INLINE = "module://matplotlib_inline.backend_inline"


def register(engine: str) -> str:
    """Make an engine known to papermill.

    Returns
    -------
    The name under which papermill has it.

    Raises
    ------
    InvalidOption
        If there is no such engine.
    """
    one_of(engine, ENGINES, name="engine")
    name = f"whatworks-{engine}"
    papermill_engines.register(name, {WARM: WarmEngine, PLAIN: NBClientEngine}[engine])
    return name


class WarmEngine(Engine):
    """papermill's engine for a process that runs one report and then ends."""

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: Any, kernel_name: str, *, execution_timeout: float | None = None, **_options: Any
    ) -> None:
        """Run every cell in turn; stop at the first that fails, with its error among its outputs."""
        with _shell() as (shell, recorder):
            for place, cell in enumerate(nb_man.nb.cells):
                if cell.cell_type != "code" or not cell.source.strip():
                    continue
                nb_man.cell_start(cell, place)
                finished = _run(shell, recorder, cell, seconds=execution_timeout)
                if not finished:
                    nb_man.cell_exception(cell, place)
                nb_man.cell_complete(cell, cell_index=place)
                if not finished:
                    break
        nb_man.nb.metadata.language_info = dict(IPythonKernel.language_info)


class _Recorder(Session):
    """Takes the messages of a shell that would otherwise go to a socket."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.outputs: list[Any] = []
        # One result can be shown under a name and shown again changed; every place with that name then changes.
        self.named: dict[str, list[Any]] = {}
        self._clear_first = False

    def send(self, stream: Any, msg_or_type: Any, content: Any = None, *_args: Any, **_options: Any) -> Any:
        """Write one message down as an output of the running cell."""
        message = msg_or_type if isinstance(msg_or_type, dict) else self.msg(msg_or_type, content)
        kind, content = message["header"]["msg_type"], message["content"]
        if kind == "clear_output":
            self._clear_first = True
            if not content["wait"]:
                self._clear()
        elif kind == "update_display_data":
            for output in self.named.get(content["transient"].get("display_id", ""), []):
                output.update(data=nbformat.from_dict(content["data"]), metadata=nbformat.from_dict(content["metadata"]))
        elif kind in _OUTPUTS:
            self._clear()
            self._keep(message)
        return message

    def _clear(self) -> None:
        if self._clear_first:
            self.outputs.clear()
        self._clear_first = False

    def _keep(self, message: dict[str, Any]) -> None:
        # Which id a display has is for this run only; documents do not keep it.
        name = message["content"].pop("transient", {}).get("display_id")
        output = nbformat.v4.output_from_msg(message)
        if name:
            self.named.setdefault(name, []).append(output)
        self.outputs.append(output)


class _Shell(ZMQInteractiveShell):
    """A kernel's shell without the kernel."""

    # Cells get file names as in a kernel, so that warnings and tracebacks read the same.
    compiler_class = Type(XCachingCompiler)

    def enable_gui(self, gui: Any = None) -> None:
        """There is no window to open."""


class _Stream(io.TextIOBase):
    """Standard output or standard error of a cell."""

    def __init__(self, name: str, recorder: _Recorder) -> None:
        self.name = name
        self._recorder = recorder

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """Of what is written."""
        return "utf-8"

    def writable(self) -> bool:
        """It is there to be written to."""
        return True

    def write(self, text: str) -> int:
        """Add text to the cell's outputs."""
        if text:
            self._recorder.send(None, "stream", {"name": self.name, "text": text})
        return len(text)


@contextmanager
def _shell() -> Iterator[tuple[Any, _Recorder]]:
    """A shell as a new kernel has it, with figures shown in line, and what takes its messages."""
    recorder = _Recorder()
    # A kernel of its own would draw its own chance; forked processes would all inherit the same.
    random.seed()
    np.random.seed()  # noqa: NPY002 (the global generator is the one that was inherited)
    shell: Any = _Shell.instance()
    # What was asked is in the notebook; a history on disk would be one more file to clear away.
    shell.history_manager.enabled = False
    for publisher in (shell.display_pub, shell.displayhook):
        publisher.session, publisher.pub_socket = recorder, None
    _show_figures_in_line(shell)
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = _Stream("stdout", recorder), _Stream("stderr", recorder)
    try:
        yield shell, recorder
    finally:
        sys.stdout, sys.stderr = before
        _Shell.clear_instance()


def _show_figures_in_line(shell: Any) -> None:
    """Bind matplotlib to this shell.

    The stack was imported before there was a shell, so the back end could not bind itself, and every figure would be lost
    without a word.
    """
    os.environ["MPLBACKEND"] = _INLINE
    shell.run_line_magic("matplotlib", "inline")


def _run(shell: Any, recorder: _Recorder, cell: MutableMapping[str, Any], *, seconds: float | None) -> bool:
    """Run one cell and keep what it shows; True when it raised nothing."""
    recorder.outputs = cell["outputs"] = []
    with _alarm(seconds) as expired:
        result = shell.run_cell(cell["source"], store_history=True)
    cell["execution_count"] = result.execution_count
    if expired():
        raise CellTimeoutError(f"A cell took longer than {seconds} seconds")
    return bool(result.success)


class _TimeIsUp(BaseException):
    """Ends a cell; no ``except Exception`` of the cell's own stops it."""


@contextmanager
def _alarm(seconds: float | None) -> Iterator[Callable[[], bool]]:
    """Raise in the middle of whatever runs when its time is up. Yields a question: was it?"""
    rang = []

    def ring(_number: int, _frame: FrameType | None) -> None:
        rang.append(True)
        raise _TimeIsUp

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds or 0)
    try:
        yield lambda: bool(rang)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
