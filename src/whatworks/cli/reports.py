"""``whatworks reports``: run what changed and put the site in place."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from whatworks.cli.app import FAILED, app
from whatworks.core.errors import InvalidOption

if TYPE_CHECKING:
    from whatworks.workflow.jobs import Runner

_EXAMPLES = """
Examples:

  whatworks reports

  whatworks reports --target-group homelessness --target-group schizophrenia

  whatworks reports --method supported_work --force

  whatworks reports --language en --output ../site

  whatworks reports --workers 4 --engine plain

  whatworks reports --cluster tcp://machine:8786

  whatworks reports --verify
"""


class Language(StrEnum):
    """Languages that pages are written in."""

    DA = "da"
    EN = "en"


class Engine(StrEnum):
    """Ways to run a notebook."""

    WARM = "warm"
    PLAIN = "plain"


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
    cluster: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="Make the reports on the machines of this Dask scheduler.", show_default=False),
    ] = None,
    engine: Annotated[
        Engine, typer.Option(help="warm: processes with everything imported. plain: a kernel for each report, as papermill does.")
    ] = Engine.WARM,
    verify: Annotated[
        bool, typer.Option("--verify", help="Run reports again beside the site and compare results byte by byte. Writes nothing.")
    ] = False,
    log: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Where to log what is done; .reports-log beside the site when left out.", show_default=False
        ),
    ] = None,
) -> None:
    """Run the reports whose question, data, code or notebook changed, and put the site in place.

    Reports that did not change are carried over. A report that fails gets an error page, the others finish, and the exit code
    is 1. What an interrupted run had finished is not run again.
    """
    from whatworks.cli.progress import following, summarise, tell_verified
    from whatworks.findings.language import LANGUAGES
    from whatworks.workflow.project import find_project
    from whatworks.workflow.site import build_site

    _refuse_contradictions(verify=verify, force=force, language=language, cluster=cluster, workers=workers)
    target = find_project().root / "reports" if output is None else output
    asked: dict[str, Any] = {"target_groups": target_group or (), "methods": method or (), "output": output}
    runner = _runner(cluster, workers, engine.value)
    with following(sys.stdout, log=log or target.parent / f".{target.name}-log") as progress:
        if verify:
            from whatworks.workflow.verify import verify_site

            verdicts = verify_site(**asked, runner=runner, progress=progress)
        else:
            languages = LANGUAGES if language is None else (language.value,)
            run = build_site(**asked, languages=languages, force=force, runner=runner, progress=progress)
    good = tell_verified(verdicts, sys.stdout) if verify else summarise(run, sys.stdout)
    if not good:
        raise typer.Exit(FAILED)


def _runner(cluster: str | None, workers: int | None, engine: str) -> "Runner":
    if cluster is None:
        from whatworks.workflow.run import in_processes

        return in_processes(workers=workers, engine=engine)
    from whatworks.workflow.cluster import in_cluster

    return in_cluster(cluster, engine=engine)


def _refuse_contradictions(*, verify: bool, force: bool, language: object, cluster: object, workers: object) -> None:
    if verify and (force or language is not None):
        raise InvalidOption("--verify compares results, which no language and no --force changes. Leave them out.")
    if cluster is not None and workers is not None:
        raise InvalidOption(
            "--workers is for this machine; a cluster has as many as were started for it. Leave one of the two out."
        )
