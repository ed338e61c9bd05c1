"""A result or a small table as it goes to print: title, columns with units, rows fit to publish, notes on checks and source."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from whatworks.core.disclosure import K_PUBLISH, disclose
from whatworks.core.errors import DisclosureRisk, InvalidOption
from whatworks.core.result import EffectResult
from whatworks.findings.checks import check_sentence
from whatworks.findings.finding import Finding
from whatworks.findings.fit_to_publish import MAX_ROWS
from whatworks.findings.language import number, percent, translator
from whatworks.findings.names import N_
from whatworks.findings.wording import LOGGED, sentence, shown_decimals

MARKS = {True: "✓", False: "✗", None: "?"}
_VERDICTS = {True: N_("Passed"), False: N_("Failed"), None: N_("Cannot tell")}
_NUMBERS = ("estimate", "std_error", "conf_low", "conf_high")
# What tells the rows of a kind apart, beyond their names.
_EXTRAS = ("group", "time", "event_time", "bound", "weight")


@dataclass(frozen=True, kw_only=True)
class PrintedTable:
    """What is printed, whatever the file.

    Attributes
    ----------
    language : of all words
    title : one line
    frame : headings and values; numbers are still numbers
    decimals : by heading; None where a column is text or whole numbers
    notes : sentences below the table
    about : what every row of a machine-readable file repeats: unit, level, source
    """

    language: str
    title: str
    frame: pd.DataFrame
    decimals: dict[str, int | None]
    notes: tuple[str, ...]
    about: dict[str, str | float]

    def cells(self) -> pd.DataFrame:
        """The table with every value as text, numbers as the language writes them."""
        out = {}
        for column in self.frame:
            values = self.frame[column]
            out[column] = [_cell(value, self.decimals.get(str(column)), self.language) for value in values]
        return pd.DataFrame(out, dtype="str")


def printed(
    table: EffectResult | pd.DataFrame,
    *,
    language: str,
    title: str | None = None,
    unit: str | None = None,
    source: str | None = None,
    k: int = K_PUBLISH,
) -> PrintedTable:
    """Make a result or a table of groups ready for print.

    Raises
    ------
    DisclosureRisk
        If it has a row per person, too many rows, or rests on too few people.
    InvalidOption
        If it is neither a result nor a frame.
    """
    if isinstance(table, EffectResult):
        return _of_result(disclose(table, k), language, title=title, unit=unit, source=source)
    if not isinstance(table, pd.DataFrame):
        raise InvalidOption(f"A result or a pandas DataFrame can be printed; this is a {type(table).__name__}.")
    # The same door as every finding: no row per person, no columns that name one, no counts that give few people away.
    kept = Finding(target_group="", method="", outcome=None, design="matched", labels={}, tables={"table": table}).tables["table"]
    _ = translator(language)
    frame = kept.rename(columns=str)
    decimals = {str(column): _frame_decimals(frame[column]) for column in frame}
    notes = [_("Unit: {unit}.").format(unit=unit)] if unit else []
    about = {_("unit"): unit or "", _("source"): source or ""}
    return PrintedTable(
        language=language, title=title or _("Table"), frame=frame, decimals=decimals, notes=(*notes, *_sourced(source, language)),
        about={name: value for name, value in about.items() if value},
    )  # fmt: skip


def _of_result(result: EffectResult, language: str, *, title: str | None, unit: str | None, source: str | None) -> PrintedTable:
    _ = translator(language)
    if len(result.effects) > MAX_ROWS:
        raise DisclosureRisk(
            f"{result.method} has {len(result.effects)} rows; at most {MAX_ROWS} are printed. Summarise it first."
        )
    unit = unit or result.unit
    level = percent(result.conf_level, language)
    heads = {
        "estimate": _("Effect ({unit})").format(unit=unit),
        "std_error": _("Standard error"),
        "conf_low": _("{level} interval, from").format(level=level),
        "conf_high": _("{level} interval, to").format(level=level),
        "p_value": _("p-value"),
    }
    effects = result.effects
    extras = [name for name in _EXTRAS if name in effects and effects[name].notna().any()]
    row = result.headline
    places = shown_decimals(float(row.estimate), float(row.conf_low), float(row.conf_high))
    frame = pd.DataFrame({_("Row"): [_row_name(each, language) for each in effects[["term", "kind"]].itertuples(index=False)]})
    for name in extras:
        frame[_(_EXTRA_HEADS[name])] = pd.Series(_extra(effects[name]), index=frame.index)
    for name, head in heads.items():
        frame[head] = effects[name].astype(float).to_numpy()
    decimals: dict[str, int | None] = {**{heads[name]: places for name in _NUMBERS}, heads["p_value"]: 3}
    decimals |= {_(_EXTRA_HEADS[name]): 2 for name in extras if pd.api.types.is_float_dtype(effects[name])}
    return PrintedTable(
        language=language,
        title=title or result.estimand,
        frame=frame,
        decimals=decimals,
        notes=_notes(result, language, unit=unit, source=source),
        about={
            _("unit"): unit, _("measure"): result.measure, _("interval"): result.conf_level, _("method"): result.method,
            _("failed checks"): "; ".join(check.name for check in result.failed_checks), _("source"): source or "",
            _("data fingerprint"): result.provenance.data_fingerprint,
        },
    )  # fmt: skip


_EXTRA_HEADS = {
    "group": N_("Start"),
    "time": N_("Time"),
    "event_time": N_("Time since start"),
    "bound": N_("Bound"),
    "weight": N_("Weight"),
}


def _row_name(row: tuple[object, ...], language: str) -> str:
    _ = translator(language)
    term, kind = row
    if kind == "headline":
        return _("The answer: {name}").format(name=term)
    return _("Expected in a new place") if kind == "prediction" else str(term)


def _extra(values: pd.Series) -> list[object]:
    """Whole numbers whole, periods and text as text, missing ones empty."""
    if pd.api.types.is_float_dtype(values) and (values.dropna() % 1 == 0).all():
        return ["" if math.isnan(value) else int(value) for value in values]
    if pd.api.types.is_numeric_dtype(values):
        return values.tolist()
    return ["" if missing else str(value) for value, missing in zip(values, values.isna(), strict=True)]


def _notes(result: EffectResult, language: str, *, unit: str, source: str | None) -> tuple[str, ...]:
    _ = translator(language)
    notes = [sentence(result, language, unit=unit)]
    if result.measure in LOGGED:
        notes.append(_("The numbers in the table are logarithms of a ratio; 0 means no difference."))
    for check in sorted(result.checks, key=lambda each: (each.passed is not False, each.passed is True)):
        said = check_sentence(check, language).striptags()
        notes.append(f"{MARKS[check.passed]} {_(_VERDICTS[check.passed])}: {said}")
    made = _("Calculated by {method} in whatworks {version}; data {fingerprint}.").format(
        method=result.method, version=result.provenance.version, fingerprint=result.provenance.data_fingerprint
    )
    return (*notes, *_sourced(source, language), made)


def _sourced(source: str | None, language: str) -> Sequence[str]:
    return [translator(language)("Source: {source}").format(source=source)] if source else []


def _frame_decimals(values: pd.Series) -> int | None:
    return 2 if pd.api.types.is_float_dtype(values) and not (values.dropna() % 1 == 0).all() else None


def _cell(value: object, decimals: int | None, language: str) -> str:
    if value is None or (not isinstance(value, str) and bool(pd.isna(value))):  # type: ignore[call-overload]
        return "–"
    if isinstance(value, (str, bool)) or not pd.api.types.is_number(value):
        return str(value)
    if math.isinf(float(value)):  # type: ignore[arg-type]
        return "∞" if float(value) > 0 else "−∞"  # type: ignore[arg-type]
    return number(float(value), language, decimals=decimals or 0)  # type: ignore[arg-type]
