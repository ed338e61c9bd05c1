"""``whatworks plan``: freeze an analysis plan before outcomes are read."""

from pathlib import Path
from typing import Annotated

import typer

from whatworks.cli.app import WRONG_USE, app, say

_EXAMPLES = """
Examples:

  whatworks plan --example > plan.yml

  whatworks plan plan.yml
"""


@app.command(epilog=_EXAMPLES)
def plan(
    file: Annotated[Path | None, typer.Argument(metavar="FILE", help="The plan, a YAML file.", show_default=False)] = None,
    example: Annotated[bool, typer.Option("--example", help="Print a plan to start from, and stop.")] = False,
) -> None:
    """Freeze an analysis plan with its fingerprint and the time, before outcomes are read.

    The frozen copy stands beside the file. Freezing the same plan again changes nothing; a plan that was changed since is refused
    with the fields that differ.
    """
    from whatworks.design.plan import EXAMPLE, freeze

    if example:
        typer.echo(EXAMPLE, nl=False)
        return
    if file is None:
        say("Name the plan, or ask for one to start from: whatworks plan --example", err=True)
        raise typer.Exit(WRONG_USE)
    frozen = freeze(file)
    say(f"Frozen {frozen.frozen_at} with fingerprint {frozen.fingerprint}. Report departures with ww.design.deviations.")
