"""The command's frame: exit codes 0 done, 1 something in the data or a report failed, 2 wrong use; one message, no traceback."""

from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from whatworks.core.errors import InvalidOption, UnknownCode, WhatworksError
from whatworks.core.unseen import spelt_out
from whatworks.core.version import __version__

FAILED, WRONG_USE, STOPPED = 1, 2, 130


def say(message: str, *, err: bool = False) -> None:
    """Tell the terminal. Names come from files that others made, so nothing in them can steer it."""
    typer.echo(spelt_out(message), err=err)


class Commands(TyperGroup):
    """Says what is wrong in one message instead of a traceback."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command; an error of ours becomes its message and an exit code."""
        try:
            return super().invoke(ctx)
        except (UnknownCode, InvalidOption) as error:
            code, message = WRONG_USE, str(error)
        except WhatworksError as error:
            code, message = FAILED, f"{type(error).__name__}: {error}"
        except OSError as error:
            # No right to a folder, a folder where a file should be, a full disk: said by name, without the folders above it.
            place = Path(str(error.filename)).name if error.filename else "The disk"
            what = error.strerror or str(error)
            code, message = FAILED, f"{place}: {what}. Check the path, the right to write there and the space left."
        except KeyboardInterrupt:
            code, message = STOPPED, "Stopped."
        say(message, err=True)
        raise typer.Exit(code)


app = typer.Typer(cls=Commands, no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False)


def _say_version(asked: bool) -> None:
    if asked:
        typer.echo(f"whatworks {__version__}")
        raise typer.Exit


@app.callback()
def main(
    show_version: Annotated[
        bool, typer.Option("--version", callback=_say_version, is_eager=True, help="Say the version and stop.")
    ] = False,
) -> None:
    """What works, for whom, at what cost, and how sure are we?"""
