"""What a StatBank table holds, and which of its values a selection means."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any
from unicodedata import normalize

from whatworks.core.errors import InvalidOption, UnknownCode
from whatworks.documentation.statbank_transport import StatBankRefused

_RANGE = re.compile(r"(?:>=(?P<low>[^<>=]+))?(?:<=(?P<high>[^<>=]+))?")
_LAST = re.compile(r"\(-n\+(\d+)\)")
_SHOWN = 12


@dataclass(frozen=True, kw_only=True)
class Variable:
    """One variable of a table.

    Attributes
    ----------
    code : e.g. ``OMRÅDE``
    text : its name for a reader
    eliminable : may be left out, and is summed over then
    time : is it the period?
    values : codes to names, in the table's order; periods from old to new
    """

    code: str
    text: str
    eliminable: bool
    time: bool
    values: Mapping[str, str]

    def chosen(self, asked: str | Sequence[str]) -> list[str]:
        """The codes that a selection means, in the table's order.

        Parameters
        ----------
        asked : codes, or patterns: ``*`` all, ``75*`` all that begin so, ``(1)`` the newest, ``(-n+3)`` the last three,
            ``>=2015K1<=2024K4`` from and to

        Raises
        ------
        UnknownCode
        """
        wanted: set[str] = set()
        for pattern in [asked] if isinstance(asked, str) else asked:
            found = self._matching(str(pattern))
            if not found:
                have = list(self.values)
                raise UnknownCode(
                    f"{self.code} has no value {pattern!r}; it has {', '.join(have[:_SHOWN])}"
                    f"{' ...' if len(have) > _SHOWN else ''}."
                )
            wanted |= set(found)
        return [code for code in self.values if code in wanted]

    def _matching(self, pattern: str) -> list[str]:
        codes = list(self.values)
        if pattern in self.values:
            return [pattern]
        last = _LAST.fullmatch(pattern)
        if pattern == "(1)" or last:
            return codes[max(0, len(codes) - (int(last.group(1)) if last else 1)) :]
        span = _RANGE.fullmatch(pattern)
        if pattern and span and self.time:
            low, high = span.group("low") or codes[0], span.group("high") or codes[-1]
            # Periods of one table are written alike, so that text order is time order.
            return [code for code in codes if low <= code <= high]
        return [code for code in codes if "*" in pattern and fnmatchcase(code, pattern.replace("[", "[[]"))]


@dataclass(frozen=True, kw_only=True)
class TableInfo:
    """What Statistics Denmark says about a table."""

    id: str
    text: str
    description: str
    unit: str
    updated: str
    active: bool
    suppressed: str
    variables: tuple[Variable, ...]

    def variable(self, code: str) -> Variable:
        """The variable with this code, in capital or small letters.

        Raises
        ------
        UnknownCode
        """
        for variable in self.variables:
            # Some keyboards and file systems write Å as A and a ring: two signs for one.
            if variable.code.casefold() == normalize("NFC", code).casefold():
                return variable
        have = ", ".join(variable.code for variable in self.variables)
        raise UnknownCode(f"Table {self.id} has no variable {code!r}; it has {have}.")


def table_info(content: Any) -> TableInfo:
    """What ``tableinfo`` answered, as a :class:`TableInfo`.

    Raises
    ------
    StatBankRefused
        If the answer is not of the form that the service describes.
    """
    try:
        variables = tuple(
            Variable(
                code=one["id"],
                text=one["text"],
                eliminable=bool(one.get("elimination", False)),
                time=bool(one.get("time", False)),
                values=_listed(one["values"], time=bool(one.get("time", False))),
            )
            for one in content["variables"]
        )
        return TableInfo(
            id=str(content["id"]).upper(),
            text=content["text"],
            description=content.get("description", ""),
            unit=content.get("unit", ""),
            updated=content["updated"],
            active=bool(content.get("active", True)),
            suppressed=str(content.get("suppressedDataValue", "")),
            variables=variables,
        )
    except (KeyError, TypeError, AttributeError):
        raise StatBankRefused("The description of the table has another form than the service describes. Try later.") from None


def _listed(values: Sequence[Mapping[str, str]], *, time: bool) -> dict[str, str]:
    """Codes to names, as they came; periods from old to new, whatever order they came in: the newest is the last one."""
    listed = {value["id"]: value["text"] for value in values}
    return dict(sorted(listed.items())) if time else listed


def selection(info: TableInfo, values: Mapping[str, str | Sequence[str]], *, sum_over: Sequence[str]) -> dict[str, list[str]]:
    """The codes asked for by variable, in the table's order, when nothing is left out by accident.

    Raises
    ------
    InvalidOption
        If a variable is neither selected nor named in ``sum_over``: it would be summed over, or only its newest value be
        given, and nothing in the answer would say so. If it may not be summed over.
    UnknownCode
    """
    asked = {info.variable(code).code: chosen for code, chosen in values.items()}
    summed = [info.variable(code).code for code in sum_over]
    both = [code for code in summed if code in asked]
    open_ones = [variable.code for variable in info.variables if variable.code not in (*asked, *summed)]
    if open_ones:
        raise InvalidOption(
            f"Table {info.id}: select {', '.join(open_ones)}, or name it in sum_over. A variable left out would be summed over, "
            "and a period left out would be the newest, without a word about it."
        )
    if both:
        raise InvalidOption(f"Table {info.id}: {', '.join(both)} is selected and to be summed over. Choose one.")
    fixed = [code for code in summed if info.variable(code).time or not info.variable(code).eliminable]
    if fixed:
        raise InvalidOption(f"Table {info.id} cannot be summed over {', '.join(fixed)}. Select values: '*' means all.")
    return {variable.code: variable.chosen(asked[variable.code]) for variable in info.variables if variable.code in asked}
