"""``whatworks reports``: run what changed and put the site in place."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from whatworks.cli.app import FAILED, app

_EXAMPLES = """
Examples:

  whatworks reports

  whatworks reports --target-group homelessness --target-group schizophrenia

  whatworks reports --method supported_work --force

  whatworks reports --language en --output ../site
"""


class Language(StrEnum):
    """Languages that pages are written in."""

    DA = "da"
    EN = "en"


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
        raise typer.Exit(FAILED)
