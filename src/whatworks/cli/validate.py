"""``whatworks validate``: everything that is wrong with a delivery, at once."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from whatworks.cli.app import FAILED, app, say

if TYPE_CHECKING:
    from whatworks.documentation.validation import Validation

_EXAMPLES = """
Examples:

  whatworks validate randers_2024.zip

  whatworks validate udtraek.xlsx --mapping randers.yml --output report/

  whatworks validate udtraek.csv --suggest draft.yml
"""


@app.command(epilog=_EXAMPLES)
def validate(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file, a folder or an archive with a delivery.")],
    mapping: Annotated[
        Path | None, typer.Option(metavar="FILE", help="From the sender's headers and codes to ours (YAML).", show_default=False)
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Also write the report here: HTML in Danish and English, and CSV.", show_default=False),
    ] = None,
    suggest: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Also write a draft of a mapping here, for what is not known yet.", show_default=False),
    ] = None,
    quarantine: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Also write the rows kept aside here, for the sender alone.", show_default=False),
    ] = None,
) -> None:
    """Hold a delivery to every rule and say all that is wrong with it, with row numbers and what to do.

    Nothing is stored, and no cell's value is shown. The exit code is 1 where the delivery is refused, and 0 where it can be used,
    also when rows are kept aside.
    """
    from whatworks.documentation.quarantine import write_quarantine
    from whatworks.documentation.suggesting import suggest_mapping
    from whatworks.documentation.validating import validate as held_to_the_rules

    validation = held_to_the_rules(file, mapping)
    for fault in validation.faults:
        say(f"{fault.severity}: {fault}")
    for row in validation.rows.itertuples():
        told = f"{row.delivered} rows, {row.kept} can be used, {row.quarantined} kept aside, {row.refused} refused"
        say(f"{row.table}: {told}")
    if output is not None:
        _write_report(validation, output)
        say(f"Wrote the report to {output}.")
    if suggest is not None:
        suggest.write_text(suggest_mapping(file, mapping), encoding="utf-8")
        say(f"Wrote a draft of a mapping to {suggest}. Correct it before it is used.")
    if quarantine is not None and validation.quarantined:
        written = write_quarantine(validation.quarantined, quarantine)
        say(f"Wrote {len(written)} files of rows kept aside to {quarantine}. They hold people's data.")
    say("Refused." if validation.refused else "Can be used.")
    if validation.refused:
        raise typer.Exit(FAILED)


def _write_report(validation: "Validation", folder: Path) -> None:
    from whatworks.core.formulas import without_formulas
    from whatworks.findings.validation_page import validation_page

    folder.mkdir(parents=True, exist_ok=True)
    for language, other in (("da", "en"), ("en", "da")):
        page = validation_page(validation, language=language, home="#content", other_language=f"validation.{other}.html")
        (folder / f"validation.{language}.html").write_text(page, encoding="utf-8")
    # A byte order mark, so that Excel shows æ, ø and å.
    without_formulas(validation.report()).to_csv(folder / "validation.csv", index=False, encoding="utf-8-sig")
