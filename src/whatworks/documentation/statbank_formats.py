"""Answers with numbers, in the three formats that we ask for, as one kind of frame."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from whatworks.documentation.statbank_transport import StatBankRefused

_FORM = "The answer has another form than the service describes"
# Signs of Statistics Denmark: "-" is nil; the others say that a number cannot occur, is too uncertain, hidden or not yet known.
_NIL, _NO_NUMBER = "-", ("", ".", "..", "...", "\N{HORIZONTAL ELLIPSIS}")


def read_bulk(body: str, chosen: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """Numbers in BULK: a combination that is not listed is 0, one that is listed without a number is missing or hidden."""
    rows = _separated(body, chosen)
    frame = _grid(chosen).merge(rows.assign(listed=True), on=list(chosen), how="left", validate="one_to_one")
    listed = frame["listed"].notna().to_numpy()
    status = np.where(~listed, "not_listed", np.where(frame["value"].isna(), "missing", ""))
    return frame.drop(columns="listed").assign(value=frame["value"].where(listed, 0.0), status=pd.Series(status, dtype="str"))


def read_csv(body: str, chosen: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """Numbers in CSV: every combination is listed; ``..`` is missing or hidden."""
    rows = _separated(body, chosen)
    return _stated(_grid(chosen).merge(rows, on=list(chosen), how="left", validate="one_to_one"))


def read_json_stat(body: str, chosen: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """Numbers in JSON-stat 1.x, where id, size and role stand inside dimension, and values are a list or a sparse mapping."""
    try:
        dataset = json.loads(body)["dataset"]
        dimension, values = dataset["dimension"], dataset["value"]
        orders = [_in_order(dimension[name]["category"]["index"]) for name in dimension["id"]]
        sizes = [int(size) for size in dimension["size"]]
        names = list(dimension["id"])
    except (ValueError, KeyError, TypeError):
        raise StatBankRefused(f"{_FORM}. Ask in another format.") from None
    count = int(np.prod(sizes))
    if [len(order) for order in orders] != sizes or (isinstance(values, list) and len(values) != count):
        raise StatBankRefused(f"{_FORM}: {len(values)} numbers for {count} cells. Ask again.")
    cells = values if isinstance(values, list) else [values.get(str(place)) for place in range(count)]
    frame = pd.DataFrame(list(product(*orders)), columns=names, dtype="str")
    frame["value"] = pd.Series([np.nan if cell is None else float(cell) for cell in cells], dtype="float64")
    # The kind of content is a dimension of its own in JSON-stat; a table of one kind does not need it.
    kept = frame[[*_columns(names, chosen), "value"]].set_axis([*chosen, "value"], axis=1)
    return _stated(_grid(chosen).merge(kept, on=list(chosen), how="left", validate="one_to_one"))


def _separated(body: str, chosen: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """Rows of an answer separated by semicolons: variables, then INDHOLD, numbers with a comma or a point."""
    rows = list(csv.reader(io.StringIO(body, newline=""), delimiter=";"))
    rows = [row for row in rows if row]
    if not rows or any(len(row) != len(chosen) + 1 for row in rows):
        raise StatBankRefused(f"{_FORM}: its rows do not have {len(chosen) + 1} fields. Ask again.")
    header, data = rows[0], rows[1:]
    frame = pd.DataFrame(data, columns=header, dtype="str")
    frame = frame[[*_columns(header, chosen), header[-1]]].set_axis([*chosen, "value"], axis=1)
    text = frame["value"].str.strip().str.replace(",", ".", regex=False)
    frame["value"] = pd.to_numeric(text, errors="coerce").astype("float64").mask(text == _NIL, 0.0)
    odd = int((frame["value"].isna() & ~text.isin(_NO_NUMBER)).sum())
    if odd:
        raise StatBankRefused(f"{_FORM}: {odd} of its numbers are neither numbers nor a sign for a missing one. Ask again.")
    if frame.duplicated(list(chosen)).any():
        raise StatBankRefused(f"{_FORM}: {int(frame.duplicated(list(chosen)).sum())} combinations stand twice. Ask again.")
    unknown = sum(int((~frame[code].isin(list(values))).sum()) for code, values in chosen.items())
    if unknown:
        raise StatBankRefused(f"{_FORM}: {unknown} cells hold codes that were not asked for. Ask again.")
    return frame


def _columns(names: Sequence[str], chosen: Mapping[str, Sequence[str]]) -> list[str]:
    """The answer's names of the variables asked for: written in capitals or not."""
    by_name = {name.casefold(): name for name in names}
    missing = [code for code in chosen if code.casefold() not in by_name]
    if missing:
        raise StatBankRefused(f"{_FORM}: {', '.join(missing)} is not in it. Ask again.")
    return [by_name[code.casefold()] for code in chosen]


def _grid(chosen: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """Every combination asked for, in the table's order."""
    index = pd.MultiIndex.from_product([list(values) for values in chosen.values()], names=list(chosen))
    return index.to_frame(index=False).astype("str")


def _stated(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(status=pd.Series(np.where(frame["value"].isna(), "missing", ""), dtype="str"))


def _in_order(index: Any) -> list[str]:
    """Codes in order: ``{code: place}`` or a list."""
    return [str(code) for code in (sorted(index, key=index.__getitem__) if isinstance(index, Mapping) else index)]
