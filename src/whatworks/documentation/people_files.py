"""Files that researchers already have, a row per person: Stata, SPSS, SAS, CSV, Excel and Parquet, with their labels."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from whatworks.core.errors import EmptyData, InvalidOption, MissingData
from whatworks.core.options import one_of
from whatworks.documentation.encodings import decode
from whatworks.documentation.faults import Fault, InvalidDelivery, PersonalDataFound, row_numbers
from whatworks.documentation.privacy import any_cpr, cpr_rows, names_a_person

VALUES = ("labels", "codes")
# Nine digits and more can be a civil registration number that a program took for a number.
_SHORTEST_NUMBER = 9


def read_people(path: str | Path, *, values: str = "labels", columns: Sequence[str] | None = None) -> pd.DataFrame:
    """Read a file with a row per person as a frame, with labels of columns and values, and reasons for missing values apart.

    Parameters
    ----------
    path : ends with .dta (Stata), .sav, .zsav or .por (SPSS), .sas7bdat or .xpt (SAS), .csv, .xlsx or .parquet
    values : ``"labels"`` makes a category of each column whose values have labels, in the order of their codes; ``"codes"`` keeps
        the codes
    columns : names of the columns to keep; all by default. All are looked at for civil registration numbers

    Returns
    -------
    One row per person. Values that the file declares missing (SPSS's 99, Stata's .a) are missing in their column, and a column
    named ``<column>_missing`` beside it holds the reason (its label, or the code). ``attrs["column_labels"]`` and
    ``attrs["value_labels"]`` hold what the file says about its columns and values, ``attrs["n_missing_codes"]`` how many values
    were set apart, by column.

    Raises
    ------
    MissingData
        If there is no such file, or a column is asked for that it does not have.
    InvalidOption
        If the ending is not known.
    PersonalDataFound
        If a cell or a header looks like a civil registration number, or a column is for a name or an address. The file is refused
        whole, and no value is shown.
    InvalidDelivery, EmptyData
        If the file cannot be read as what its name says, or has no rows.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as place:
    ...     people = pd.DataFrame({"age": [31, 45], "method": [0, 1]})
    ...     people.to_stata(Path(place) / "people.dta", write_index=False, value_labels={"method": {0: "waiting", 1: "visits"}})
    ...     frame = read_people(Path(place) / "people.dta")
    >>> frame["method"].tolist(), frame.attrs["value_labels"]["method"]
    (['waiting', 'visits'], {0: 'waiting', 1: 'visits'})
    """
    place = Path(path)
    one_of(values, VALUES, name="values")
    suffix = place.suffix.casefold()
    if suffix not in _READERS:
        raise InvalidOption(f"{place.name} ends with {place.suffix!r}; files of people are read from {', '.join(_READERS)}.")
    if not place.is_file():
        raise MissingData(f"There is no file {place.name!r}. Check the path.")
    frame, about = _READERS[suffix](place)
    _refuse_people_named(frame, place.name)
    if frame.empty:
        raise EmptyData(f"{place.name} has no rows. Check the selection that made it.")
    lacking = [name for name in columns or () if name not in frame]
    if lacking:
        raise MissingData(f"{place.name} has no column {', '.join(map(repr, lacking))}; it has {len(frame.columns)} columns.")
    chosen = list(frame.columns if columns is None else columns)
    out: dict[str, pd.Series] = {}
    apart: dict[str, int] = {}
    for name in chosen:
        series, reason = _split(frame[name], about.get(name, {}))
        out[name] = _labelled(series, about.get(name, {}), values)
        if reason is not None:
            out[f"{name}_missing"] = reason
            apart[name] = int(reason.notna().sum())
    result = pd.DataFrame(out)
    result.attrs = {
        "column_labels": {name: about[name]["label"] for name in chosen if about.get(name, {}).get("label")},
        "value_labels": {name: dict(about[name]["values"]) for name in chosen if about.get(name, {}).get("values")},
        "n_missing_codes": apart,
    }
    return result


def _statistical(reader: str) -> Callable[[Path], tuple[pd.DataFrame, dict[str, dict[str, Any]]]]:
    """A reader of pyreadstat's, with declared missing values kept so that they can be told from empty ones."""

    def read(path: Path) -> tuple[pd.DataFrame, dict[str, dict[str, Any]]]:
        import pyreadstat

        options: dict[str, Any] = {} if reader == "read_xport" else {"user_missing": True}
        if reader == "read_por":
            options = {}
        try:
            frame, meta = getattr(pyreadstat, reader)(str(path), **options)
        except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, UnicodeDecodeError, ValueError) as error:
            raise _unreadable(path, error) from None
        about: dict[str, dict[str, Any]] = {}
        for name in frame.columns:
            about[name] = {
                "label": meta.column_names_to_labels.get(name),
                "values": meta.variable_value_labels.get(name, {}),
                "ranges": getattr(meta, "missing_ranges", {}).get(name, []),
                "user": getattr(meta, "missing_user_values", {}).get(name, []),
            }
        return frame, about

    return read


def _csv(path: Path) -> tuple[pd.DataFrame, dict[str, dict[str, Any]]]:
    import io

    try:
        text = decode(path.read_bytes()).text
        first = text.split("\n", 1)[0]
        separator = max((",", ";", "\t"), key=lambda one: (first.count(one), one == ","))
        # A number of ten digits may begin with 0: what is looked at is the text, not what it was read as.
        raw = pd.read_csv(io.StringIO(text), sep=separator, dtype="str", keep_default_na=False)
        _refuse_people_named(raw, path.name)
        frame = pd.read_csv(io.StringIO(text), sep=separator, decimal="," if separator == ";" else ".")
    except (ValueError, pd.errors.ParserError) as error:
        raise _unreadable(path, error) from None
    return frame, {}


def _excel(path: Path) -> tuple[pd.DataFrame, dict[str, dict[str, Any]]]:
    from zipfile import BadZipFile

    try:
        return pd.read_excel(path), {}
    except (ValueError, KeyError, BadZipFile, OSError) as error:
        raise _unreadable(path, error) from None


def _parquet(path: Path) -> tuple[pd.DataFrame, dict[str, dict[str, Any]]]:
    import pyarrow as pa

    try:
        return pd.read_parquet(path), {}
    except (pa.ArrowInvalid, OSError) as error:
        raise _unreadable(path, error) from None


_READERS: Mapping[str, Callable[[Path], tuple[pd.DataFrame, dict[str, dict[str, Any]]]]] = {
    ".dta": _statistical("read_dta"),
    ".sav": _statistical("read_sav"),
    ".zsav": _statistical("read_sav"),
    ".por": _statistical("read_por"),
    ".sas7bdat": _statistical("read_sas7bdat"),
    ".xpt": _statistical("read_xport"),
    ".csv": _csv,
    ".xlsx": _excel,
    ".parquet": _parquet,
}


def _unreadable(path: Path, error: Exception) -> InvalidDelivery:
    message = "The file cannot be read as what its name says ({kind})."
    remedy = "Open it in the program that made it and save it again."
    return InvalidDelivery(
        [Fault(rule="file", file=path.name, column=None, message=message, remedy=remedy, places={"kind": type(error).__name__})]
    )


def _refuse_people_named(frame: pd.DataFrame, file: str) -> None:
    """Refuse direct identifiers in headers and cells; the column is told by its place, the value never."""
    faults = []
    for number, name in enumerate(map(str, frame.columns), start=1):
        word = "cpr" if any_cpr([name]) else names_a_person(name)
        place: dict[str, Any] = {"file": file, "column": f"number {number}"}
        if word:
            message = "The column is for something that names a person ({word})."
            faults.append(Fault(rule="V02", message=message, remedy="Take it out.", places={"word": word}, **place))
            continue
        bad = _suspects(frame.iloc[:, number - 1])
        if bad.any():
            message = "The value looks like a CPR number."
            remedy = "Replace it by a pseudonym before the file is used here."
            faults.append(Fault(rule="V01", message=message, remedy=remedy, count=int(bad.sum()), rows=row_numbers(bad), **place))
    if faults:
        raise PersonalDataFound(faults)


def _suspects(values: pd.Series) -> np.ndarray:
    """Rows that look like a civil registration number, as text or as a whole number of nine or ten digits."""
    found = np.zeros(len(values), dtype=bool)
    if pd.api.types.is_bool_dtype(values) or pd.api.types.is_datetime64_any_dtype(values):
        return found
    if pd.api.types.is_numeric_dtype(values):
        numbers = values.to_numpy(dtype="float64", na_value=np.nan)
        with np.errstate(invalid="ignore"):
            whole = np.isfinite(numbers) & (numbers == np.floor(numbers)) & (np.abs(numbers) >= 10 ** (_SHORTEST_NUMBER - 1))
        places = np.flatnonzero(whole & (numbers > 0) & (numbers < 1e10))
        if len(places):
            found[places] = cpr_rows([f"{number:010.0f}" for number in numbers[places]])
        return found
    texts = values[values.notna()].astype("str")
    if len(texts):
        found[values.notna().to_numpy()] = cpr_rows(texts.tolist(), pseudonyms=False)
    return found


def _split(values: pd.Series, about: Mapping[str, Any]) -> tuple[pd.Series, pd.Series | None]:
    """Values, and beside them why others are missing; None where the file declares nothing missing."""
    ranges, user = about.get("ranges") or [], about.get("user") or []
    gone = pd.Series(False, index=values.index)
    numbers = pd.to_numeric(values, errors="coerce") if ranges else None
    for limits in ranges:
        low, high = limits["lo"], limits["hi"]
        if isinstance(low, str):
            gone |= values.astype("object").eq(low)
        else:
            assert numbers is not None
            gone |= numbers.between(float(low), float(high))
    if user:
        gone |= values.astype("object").isin(user)
    if not ranges and not user:
        return values, None
    labels = about.get("values") or {}
    reasons = values.where(gone).map(lambda code: str(labels.get(code, _code(code))), na_action="ignore")
    kept = values.mask(gone)
    if user and kept.dtype == object:
        # Stata's and SAS's letters stood among numbers.
        kept = pd.to_numeric(kept, errors="coerce")
    return kept, reasons.astype("str").where(gone)


def _code(code: Any) -> str:
    return f"{code:g}" if isinstance(code, float) else str(code)


def _labelled(values: pd.Series, about: Mapping[str, Any], how: str) -> pd.Series:
    labels: Mapping[Any, str] = about.get("values") or {}
    present = set(values.dropna().unique())
    # A scale with labels at its ends only is a number, not a category.
    if how == "codes" or not labels or not present <= set(labels):
        return values
    kept = [
        code for code in sorted(labels, key=lambda code: (isinstance(code, str), code)) if code in present or not _letter(code)
    ]
    names = [labels[code] for code in kept]
    if len(set(names)) != len(names):
        return values
    return pd.Series(pd.Categorical(values.map(dict(zip(kept, names, strict=True))), categories=names), index=values.index)


def _letter(code: Any) -> bool:
    return isinstance(code, str) and len(code) == 1
