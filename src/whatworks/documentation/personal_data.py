"""The first door: a delivery that names a person is refused whole, and what gave it away is not shown."""

from pathlib import Path

from whatworks.documentation.delivered_files import RawTable
from whatworks.documentation.faults import Fault, PersonalDataFound, row_fault
from whatworks.documentation.manifest import MANIFEST, READ_ME
from whatworks.documentation.privacy import any_cpr, cpr_rows, names_a_person
from whatworks.documentation.schema import Column


def refuse_personal_data(raw: list[RawTable], folder: Path) -> None:
    """V01 (values like a CPR number) and V02 (columns for names, addresses and the like) on every file of a delivery.

    Raises
    ------
    PersonalDataFound
    """
    faults = [
        Fault(rule="V01", file=name, column=None, message="The text looks like it holds a CPR number. Take it out.")
        for name in (MANIFEST, READ_ME)
        if (folder / name).is_file() and any_cpr([(folder / name).read_text(encoding="utf-8", errors="replace")])
    ]
    for delivered in raw:
        for number, cells in enumerate(delivered.columns):
            header = delivered.header[number] if number < len(delivered.header) else ""
            faults += _faults_of_column(delivered.file, number, header, delivered.table.column(header), cells)
    if faults:
        raise PersonalDataFound(faults)


def _faults_of_column(file: str, number: int, header: str, column: Column | None, cells: list[str]) -> list[Fault]:
    shown = column.name if column else f"number {number + 1}"
    identifier = names_a_person(header) if column is None else None
    faults: list[Fault] = []
    if any_cpr([header]):
        message = "The header looks like a CPR number. The first row must hold the names of the columns."
        faults.append(Fault(rule="V01", file=file, column=shown, message=message))
    elif identifier:
        message = f"The column is named like {identifier!r}. Take it out of the delivery."
        faults.append(Fault(rule="V02", file=file, column=shown, message=message))
    pseudonyms = column is not None and column.name == "citizen_id"
    message = "The value looks like a CPR number. Take it out, or replace it by a pseudonym, before anything is delivered."
    if pseudonyms:
        message += " A pseudonym is b_ and 16 characters of a-z and 2-7, which cannot look like one."
    bad = cpr_rows(cells, pseudonyms=pseudonyms, numbers=column is not None and column.kind == "number")
    return faults + row_fault(rule="V01", file=file, column=shown, message=message, bad=bad)
