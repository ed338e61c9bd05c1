"""``whatworks promote``: one of our own results becomes part of the evidence base, after disclosure control."""

from pathlib import Path
from typing import Annotated

import typer

from whatworks.cli.app import app, say

_EXAMPLES = """
Examples:

  whatworks promote reports/adults_outside_labour_market/supported_work

  whatworks promote results.json --revises "A year of data was added."

  whatworks promote effect.json --target-group homelessness --method housing_first --outcome hospitalisation --design did --real
"""


@app.command(epilog=_EXAMPLES)
def promote(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", exists=True, help="A report's folder, its results.json, or one result as JSON.")
    ],
    target_group: Annotated[str | None, typer.Option(metavar="CODE", help="For one result as JSON.", show_default=False)] = None,
    method: Annotated[str | None, typer.Option(metavar="CODE", help="For one result as JSON.", show_default=False)] = None,
    outcome: Annotated[str | None, typer.Option(metavar="CODE", help="For one result as JSON.", show_default=False)] = None,
    design: Annotated[
        str | None, typer.Option(metavar="CODE", help="rct, did, matching ...; for one result as JSON.", show_default=False)
    ] = None,
    synthetic: Annotated[
        bool | None,
        typer.Option(
            "--simulated/--real", help="Where one result as JSON is from; simulated ones are refused.", show_default=False
        ),
    ] = None,
    revises: Annotated[
        str, typer.Option(metavar="WHY", help="Why it takes over from the version that stands there.", show_default=False)
    ] = "",
    evidence: Annotated[Path, typer.Option(metavar="DIR", help="The evidence base.")] = Path("evidence"),
) -> None:
    """Write one of our own results into evidence/local/, fit to publish.

    Small groups are hidden first. Simulated results are refused, and so is a result that rests on too few people or does not say
    on how many. What stands there is never overwritten: another result becomes the next version, and says why.
    """
    from whatworks.findings.promoting import promote_file

    written = promote_file(
        file,
        root=evidence,
        revises=revises,
        synthetic=synthetic,
        target_group=target_group,
        method=method,
        outcome=outcome,
        design=design,
    )
    say(f"{written} stands in the evidence base.")
