"""``whatworks share``: a report's answer as a small file without anybody's data."""

from pathlib import Path
from typing import Annotated

import typer

from whatworks.cli.app import app, say

_EXAMPLES = """
Examples:

  whatworks share reports/adults_autism/moenster --sender 751 --output 751.json

  whatworks share reports/adults_autism/moenster --sender 751 --output 751.json --result matched --k 10
"""


@app.command(epilog=_EXAMPLES)
def share(
    report: Annotated[Path, typer.Argument(metavar="REPORT", help="Folder of the report; it holds results.json.")],
    sender: Annotated[str, typer.Option(metavar="CODE", help="Three-digit code of the municipality that shares.")],
    output: Annotated[Path, typer.Option(metavar="FILE", help="The package to write.")],
    result: Annotated[
        str | None, typer.Option(metavar="NAME", help="Result to share. The report's answer when left out.", show_default=False)
    ] = None,
    groups: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="CSV with counts by group: group, n_treated, n_comparison.", show_default=False),
    ] = None,
    k: Annotated[int, typer.Option(metavar="N", help="Smallest count of people that may leave; never below 3.")] = 5,
) -> None:
    """Write a report's answer as a package that may leave the municipality: estimates and counts, no row about a person.

    Small groups are hidden first. The package carries a fingerprint; tell it to the receiver by another road than the file.
    """
    import pandas as pd

    from whatworks.core.errors import MissingData
    from whatworks.documentation.sharing_package import write_package
    from whatworks.workflow.collecting import share_report

    if groups is not None and not groups.is_file():
        raise MissingData(f"There is no file {groups.name!r} with counts of groups. Check the path.")
    counts = None if groups is None else pd.read_csv(groups)
    package = share_report(report, sender=sender, result=result, groups=counts, k=k)
    write_package(package, output)
    say(f"Wrote {output}: {', '.join(package.question.values())} from {package.sender}. No row about a person is in it.")
    say(f"Fingerprint: {package.fingerprint}")
