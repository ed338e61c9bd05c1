"""One doubt about a result, and whether it came true."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Check:
    """What could make a result wrong, and whether it did.

    Parameters
    ----------
    name : machine name, e.g. ``"parallel_pretrends"``; wording for readers is looked up by it
    passed : True, False, or None when the data cannot say
    message : one English sentence with the numbers in it, for researchers
    statistics : the numbers behind the verdict, e.g. ``{"p_value": 0.41, "df": 3}``

    Examples
    --------
    >>> check = Check(name="balance", passed=False, message="Worst standardised difference is 0.31 (limit 0.10).",
    ...               statistics={"worst_smd": 0.31, "limit": 0.10})
    >>> str(check)
    'balance: FAILED. Worst standardised difference is 0.31 (limit 0.10).'
    """

    name: str
    passed: bool | None
    message: str
    statistics: Mapping[str, float] = field(default_factory=dict)

    def __str__(self) -> str:
        verdict = {True: "ok", False: "FAILED", None: "cannot tell"}[self.passed]
        return f"{self.name}: {verdict}. {self.message}"

    def to_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        return {"name": self.name, "passed": self.passed, "message": self.message, "statistics": dict(self.statistics)}
