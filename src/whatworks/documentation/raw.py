"""A table as it was delivered: names of columns, and cells as text."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from whatworks.documentation.schema import Column, Table


@dataclass(frozen=True, kw_only=True)
class RawTable:
    """One delivered table, before anything is believed about it.

    Attributes
    ----------
    file : name of the file, with the sheet where it is a workbook
    table : the table of the data model it is for
    header : names of the columns as they stand there, without spaces around them
    cells : one text column per column of the file, all of one length; missing is empty text
    columns : the column of the data model that each is for; None where there is none
    ignored : headers the mapping says to leave out, by place
    first_row : number of the first row of data, as a spreadsheet shows it
    codes : the sender's codes to ours, by column of the data model
    decimal : what separates decimals, where the mapping says so
    dates : how dates are written, where the mapping says so
    separator : what separated the fields
    """

    file: str
    table: Table
    header: Sequence[str]
    cells: Sequence[pa.ChunkedArray]
    columns: Sequence[Column | None] = ()
    ignored: frozenset[int] = frozenset()
    first_row: int = 2
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    decimal: str | None = None
    dates: str | None = None
    separator: str = ","

    @property
    def n_rows(self) -> int:
        """Rows of data."""
        return len(self.cells[0]) if self.cells else 0
