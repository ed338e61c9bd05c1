"""``whatworks init``: a workbench of one's own, and its upgrade."""

import shutil
import sys
from pathlib import Path
from typing import Annotated

import typer

from whatworks.cli.app import app, say

_EXAMPLES = """
Examples:

  whatworks init our-workbench

  cd our-workbench && whatworks reports

  whatworks init --upgrade our-workbench
"""


@app.command(epilog=_EXAMPLES)
def init(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where to; must not exist or be empty.")],
    upgrade: Annotated[
        bool, typer.Option("--upgrade", help="Bring a workbench up to date. Files that you changed stay as they are.")
    ] = False,
) -> None:
    """Make a workbench of your own: catalogues, questions, data, evidence and the report notebook.

    It holds one example with invented numbers, so that `whatworks reports` has something to show at once. An upgrade replaces
    what nobody changed; beside a file that was changed it puts the new version as FILE.new.
    """
    from whatworks.workflow.new_workbench import new_workbench, upgrade_workbench

    if not upgrade:
        made = new_workbench(folder)
        say(f"{made.folder}: {len(made.written)} files. Next: cd {made.folder} && {_command()} reports")
        return
    done = upgrade_workbench(folder)
    for name in done.beside:
        say(f"Kept yours: {name}. The new version is {name}.new; take over what you want and remove it.")
    if not (done.written or done.replaced or done.beside):
        say("Everything is up to date.")
        return
    say(f"{len(done.replaced)} replaced, {len(done.written)} added, {len(done.beside)} put beside yours.")


def _command() -> str:
    """What to write to run whatworks: its name where that is found, else where it stands."""
    beside = Path(sys.executable).with_name("whatworks")
    return "whatworks" if shutil.which("whatworks") or not beside.is_file() else str(beside)
