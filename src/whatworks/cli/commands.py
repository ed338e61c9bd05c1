"""Every command, its options and its exit codes: 0 done, 1 something in the data or a report failed, 2 wrong use."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from whatworks.core.errors import InvalidOption, UnknownCode, WhatworksError
from whatworks.core.version import __version__

_FAILED, _WRONG_USE, _STOPPED = 1, 2, 130
_EXAMPLES = """
Examples:

  whatworks reports

  whatworks reports --target-group homelessness --target-group schizophrenia

  whatworks reports --method supported_work --force

  whatworks reports --language en --output ../site
"""


class Commands(TyperGroup):
    """Says what is wrong in one message instead of a traceback."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command; an error of ours becomes its message and an exit code."""
        try:
            return super().invoke(ctx)
        except (UnknownCode, InvalidOption) as error:
            code, message = _WRONG_USE, str(error)
        except WhatworksError as error:
            code, message = _FAILED, f"{type(error).__name__}: {error}"
        except KeyboardInterrupt:
            code, message = _STOPPED, "Stopped."
        typer.echo(message, err=True)
        raise typer.Exit(code)


class Language(StrEnum):
    """Languages that pages are written in."""

    DA = "da"
    EN = "en"


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


@app.command(epilog=_EXAMPLES)
def reports(
    target_group: Annotated[
        list[str] | None, typer.Option(metavar="CODE", help="Only reports on this target group. May be given several times.")
    ] = None,
    method: Annotated[
        list[str] | None, typer.Option(metavar="CODE", help="Only reports on this method. May be given several times.")
    ] = None,
    language: Annotated[
        Language | None, typer.Option(help="Write the site in this language only. Both when left out.", show_default=False)
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Folder of the site. The project's reports/ when left out.", show_default=False),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Run reports again even where nothing changed.")] = False,
    workers: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Reports at the same time. One per core, at most two, when left out.")
    ] = None,
) -> None:
    """Run the reports whose question, data, code or notebook changed, and put the site in place.

    Reports that did not change are carried over. A report that fails gets an error page, the others finish, and the exit code
    is 1.
    """
    from whatworks.cli.progress import following, summarise
    from whatworks.findings.language import LANGUAGES
    from whatworks.workflow.run import in_processes
    from whatworks.workflow.site import build_site

    with following(sys.stdout) as progress:
        run = build_site(
            target_groups=target_group or (),
            methods=method or (),
            languages=LANGUAGES if language is None else (language.value,),
            output=output,
            force=force,
            runner=in_processes(workers=workers),
            progress=progress,
        )
    summarise(run, sys.stdout)
    if run.failed:
        raise typer.Exit(_FAILED)
