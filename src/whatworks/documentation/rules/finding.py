"""What a rule finds: rows of a typed table, and words for them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

Tables = Mapping[str, pd.DataFrame]

_NO_ROWS = pd.Index([], dtype="int64")


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Rows that break a rule.

    Attributes
    ----------
    rule : id of the rule
    table : English name
    column : column to look at; None when it is the row
    found, remedy : English messages with named places
    rows : labels of the rows in the typed frame, which count from 0 in the order of the file
    places : what fills the named places; names, counts and limits, never a value
    severity : where it differs from the rule's own
    """

    rule: str
    table: str
    column: str | None
    found: str
    remedy: str
    rows: pd.Index = field(default_factory=lambda: _NO_ROWS)
    places: Mapping[str, object] = field(default_factory=dict)
    severity: str | None = None


def where(frame: pd.DataFrame, bad: object, **said: object) -> list[Finding]:
    """A finding about the rows where ``bad`` is true; none when there is none."""
    mask = pd.Series(bad).to_numpy(dtype=bool, na_value=False)
    return [Finding(rows=frame.index[mask], **said)] if mask.any() else []  # type: ignore[arg-type]
