"""``whatworks ingest``: a delivery into the store, with an account of what became of it."""

from pathlib import Path
from typing import Annotated

import typer

from whatworks.cli.app import app, say

_EXAMPLES = """
Examples:

  whatworks ingest randers_2024.zip --store store.duckdb

  whatworks ingest udtraek.xlsx --mapping randers.yml --store store.duckdb --source randers_2024

  whatworks ingest randers_2024.zip --store store.duckdb --quarantine aside/
"""


@app.command(epilog=_EXAMPLES)
def ingest(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file, a folder or an archive with a delivery.")],
    store: Annotated[Path, typer.Option(metavar="STORE", help="The store's file; it is made where it is not there.")],
    mapping: Annotated[
        Path | None, typer.Option(metavar="FILE", help="From the sender's headers and codes to ours (YAML).", show_default=False)
    ] = None,
    source: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="Whose file it is; a correction has the same. The file's name when left out.", show_default=False
        ),
    ] = None,
    quarantine: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Also write the rows kept aside here, for the sender alone.", show_default=False),
    ] = None,
    wait: Annotated[float, typer.Option(metavar="SECONDS", min=0, help="How long to wait for another ingest.")] = 60.0,
) -> None:
    """Read a delivery, hold it to the rules, keep faulty rows aside and append the others to the store.

    The same content again changes nothing; other content from the same source is a correction and takes the place of what came
    before, which stays readable as it was. A delivery that is refused, or a run that is stopped, leaves the store as it was.
    """
    from whatworks.documentation.ingesting import ingest as take_in
    from whatworks.documentation.quarantine import write_quarantine
    from whatworks.documentation.store import Store

    opened = Store(store, wait=wait)
    done = take_in(file, opened, mapping=mapping, source=source)
    for line in done.lines():
        say(line)
    if quarantine is not None and done.appended.quarantined:
        aside = opened.quarantine(done.appended.delivery)
        written = write_quarantine({name: rows.drop(columns="delivery") for name, rows in aside.items()}, quarantine)
        say(f"Wrote {len(written)} files of rows kept aside to {quarantine}. They hold people's data.")
