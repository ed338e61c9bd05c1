"""What became of a delivery when it was held to the rules."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from whatworks.documentation.faults import REFUSE, Fault, InvalidDelivery, PersonalDataFound

_PERSONAL = ("V01", "V02", "V03", "V04")


@dataclass(frozen=True, kw_only=True)
class Validation:
    """What became of a delivery when it was held to the rules.

    Attributes
    ----------
    name : of the file or folder
    faults : everything found, the gravest first
    tables : typed frames of the rows kept, by English table name; none where the delivery is refused
    quarantined : rows kept aside, by table, as delivered, with ``rule`` and ``file_row``
    rows : one row per table: delivered, kept, quarantined, refused; delivered is the sum of the three others
    synthetic : are the people simulated? None when nothing says so
    suggestions : columns nobody knows and what they most likely are: file, place (from 1), suggested

    Examples
    --------
    >>> whole = Validation(name="sent", faults=(), tables={}, quarantined={}, rows=pd.DataFrame({"table": [], "kept": []}))
    >>> whole.name, whole.faults
    ('sent', ())
    """

    name: str
    faults: tuple[Fault, ...]
    tables: Mapping[str, pd.DataFrame]
    quarantined: Mapping[str, pd.DataFrame]
    rows: pd.DataFrame
    synthetic: bool | None = None
    suggestions: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=["file", "place", "suggested"]))

    @property
    def refused(self) -> bool:
        """True where one fault or more refuses the delivery as a whole."""
        return any(fault.severity == REFUSE for fault in self.faults)

    def report(self) -> pd.DataFrame:
        """One row per fault: rule, severity, table, file, column, count, rows (the first), found, to_do. No value of anybody."""
        return pd.DataFrame(
            [
                {
                    "rule": fault.rule,
                    "severity": fault.severity,
                    "table": fault.table or "",
                    "file": fault.file,
                    "column": fault.column or "",
                    "count": fault.count,
                    "rows": ", ".join(map(str, fault.rows)) + (", ..." if fault.count > len(fault.rows) > 0 else ""),
                    "found": fault.message.format(**fault.places),
                    "to_do": fault.remedy.format(**fault.places),
                }
                for fault in self.faults
            ],
            columns=["rule", "severity", "table", "file", "column", "count", "rows", "found", "to_do"],
        )

    def raise_if_refused(self) -> None:
        """Raise what refuses the delivery.

        Raises
        ------
        PersonalDataFound, InvalidDelivery
        """
        grave = [fault for fault in self.faults if fault.severity == REFUSE]
        if any(fault.rule in _PERSONAL for fault in grave):
            raise PersonalDataFound(grave)
        if grave:
            raise InvalidDelivery(grave)
