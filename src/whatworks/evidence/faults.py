"""Faults in evidence files: collected, then told all at once with file, line and allowed values."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from whatworks.core.errors import InvalidEvidence
from whatworks.core.unseen import quoted


@dataclass(frozen=True, order=True)
class Fault:
    """One thing that is wrong in one place.

    Attributes
    ----------
    file : the file as a reader knows it, e.g. ``evidence/reviews.csv``
    line : line number from 1; 0 when the whole file is meant
    message : what was found, what is needed
    """

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.message}"


def not_allowed(what: str, value: object, allowed: Iterable[str]) -> str:
    """Say that a value is not among the allowed ones, list them, and offer the nearest.

    Examples
    --------
    >>> not_allowed("good", "upp", ["up", "down"])
    "good 'upp' is not known; did you mean 'up'? Use one of: up, down."
    """
    known = sorted(allowed) if not isinstance(allowed, (list, tuple)) else list(allowed)
    near = get_close_matches(str(value)[:80], known, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else "."
    return f"{what} {quoted(value)} is not known{hint} Use one of: {', '.join(known) or 'nothing yet'}."


def refuse(faults: Iterable[Fault]) -> None:
    """Raise one error that lists every fault; do nothing when there is none.

    Raises
    ------
    InvalidEvidence
    """
    ordered = sorted(set(faults))
    if not ordered:
        return
    count = "1 fault" if len(ordered) == 1 else f"{len(ordered)} faults"
    lines = "\n".join(f"  {fault}" for fault in ordered)
    raise InvalidEvidence(
        f"{count} in the evidence base:\n{lines}\nCorrect them; evidence/README.md says what each field may hold."
    )
