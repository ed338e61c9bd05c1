"""``whatworks simulate``: a delivery of invented citizens, with the truth kept apart."""

from pathlib import Path
from typing import Annotated, Any

import typer

from whatworks.cli.app import app, say
from whatworks.core.errors import InvalidOption

_EXAMPLES = """
Examples:

  whatworks simulate --output delivery

  whatworks simulate --scenario region --seed 7 --output region --truth region-truth.json

  whatworks simulate --scenario S4 --seed 1 --output attrition

  whatworks simulate --scenario region --seed 7 --dirt --output faulty --truth planted.json
"""


@app.command(epilog=_EXAMPLES)
def simulate(
    output: Annotated[Path, typer.Option(metavar="DIR", help="Folder of the delivery; must not exist or be empty.")],
    scenario: Annotated[
        str,
        typer.Option(metavar="CODE", help="S0 to S10, AV, XX: one method is rolled out. M1, M2: individuals. region: all of it."),
    ] = "default",
    seed: Annotated[int, typer.Option(min=0, metavar="N", help="Equal seeds give equal files.")] = 0,
    dirt: Annotated[
        bool, typer.Option("--dirt", help="Plant faults: a delivery with faults to find, and one that must be refused.")
    ] = False,
    truth: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write what is true to this file, outside the delivery.", show_default=False),
    ] = None,
) -> None:
    """Write a simulated delivery with known truth.

    The citizens are invented, and the delivery says so. The truth is written only where asked for, and never inside a delivery:
    whoever tries out a method there should not know the answer beforehand.
    """
    from whatworks.documentation import simulate as draw
    from whatworks.documentation import write_delivery
    from whatworks.documentation.simulated_dirt import write_dirty

    if truth is not None:
        _refuse_truth_inside(truth, output)
    tables, told = draw(scenario=scenario, seed=seed)
    if dirt:
        planted = write_dirty(tables, output, seed=seed)
        told = {**told, "planted": planted.astype("object").where(planted.notna(), None).to_dict("records")}
    else:
        write_delivery(tables, output, synthetic=True, seed=seed)
    if truth is not None:
        _write_truth(truth, told)
    rows = sum(len(table) for table in tables.values())
    say(f"{output}: {len(tables)} tables, {rows} rows, simulated.")
    if truth is not None:
        say(f"{truth}: what is true. Keep it away from the delivery.")


def _refuse_truth_inside(truth: Path, output: Path) -> None:
    """The truth may lie in no delivery, and nothing is written over."""
    place, folder = truth.resolve(), output.resolve()
    inside = [parent for parent in place.parents if parent == folder or (parent / "delivery.yml").exists()]
    if inside:
        raise InvalidOption(
            f"The truth would lie inside the delivery {inside[0].name}, where notebooks read. Choose another place."
        )
    if place.exists():
        raise InvalidOption(f"{truth.name} is there already. Choose another name, or take it away first.")
    if not place.parent.is_dir():
        raise InvalidOption(f"There is no folder {truth.parent}. Make it first.")


def _write_truth(place: Path, told: dict[str, Any]) -> None:
    import json

    # To nine decimals: processors differ in the last digit of a sum.
    rounded = json.loads(json.dumps(told), parse_float=lambda number: round(float(number), 9))
    place.write_text(json.dumps(rounded, ensure_ascii=False, indent=1) + "\n", encoding="utf-8", newline="\n")
