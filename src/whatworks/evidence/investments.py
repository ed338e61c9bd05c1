"""evidence/investments/: what an effort costs, what is thought to follow from it, and where it could be spread."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from whatworks.core.errors import MissingData
from whatworks.core.located_yaml import read_located
from whatworks.evidence.csv_rows import Row, frame_of, number_problems, read_rows
from whatworks.evidence.faults import Fault, not_allowed, refuse
from whatworks.evidence.prices import prices

CASE, CONSEQUENCES, DISTRICTS = "case.yml", "consequences.csv", "districts.csv"
_KEYS = ("synthetic", "source", "price_level", "decided_on", "case", "staffing", "funds")
_CONSEQUENCES = {
    "consequence": str, "units": float, "units_low": float, "units_high": float, "first_year": int, "last_year": int,
    "cashable_share": float, "source": str,
}  # fmt: skip
_DISTRICTS = {"district": str, "citizens": float, "staff": float}


@dataclass(frozen=True, kw_only=True)
class InvestmentInputs:
    """What an investment case is calculated from, as :func:`read_investment` reads it.

    Attributes
    ----------
    synthetic : True where the amounts are invented
    source : ``{"da", "en"}``, where they come from
    price_level : the year whose prices everything is in
    discount_rates : one vintage of real rates by period
    staffing : arguments of ``ww.economics.implementation_costs``
    case : further arguments of ``ww.economics.investment_case``: citizens, ramp, dropout, horizon, operator, followed_years
    consequences, districts, funds : frames as the same functions take them
    names : consequence -> ``{"da", "en"}``

    Examples
    --------
    >>> inputs = read_investment("evidence/investments/trappestoette")
    >>> inputs.synthetic, sorted(inputs.source)
    (True, ['da', 'en'])
    """

    synthetic: bool
    source: Mapping[str, str]
    price_level: int
    discount_rates: pd.DataFrame = field(repr=False)
    staffing: Mapping[str, Any]
    case: Mapping[str, Any]
    consequences: pd.DataFrame = field(repr=False)
    districts: pd.DataFrame = field(repr=False)
    funds: pd.DataFrame | None = field(repr=False)
    names: Mapping[str, Mapping[str, str]] = field(repr=False)

    @property
    def scaling(self) -> dict[str, Any]:
        """Arguments of ``ww.economics.scaling_plan`` that it shares with the case."""
        shared = {key: self.case[key] for key in ("dropout", "operator") if key in self.case}
        return {**shared, "ratio": self.staffing["ratio"], "districts": self.districts}


def read_investment(folder: str | Path, *, root: str | Path = "evidence") -> InvestmentInputs:
    """Read what an effort costs and what follows from it, with every consequence priced for every payer it concerns.

    Parameters
    ----------
    folder : with ``case.yml``, ``consequences.csv`` (units a year per success or per unit of the outcome, with 95 per cent
        ranges) and ``districts.csv`` (candidates for spreading the effort)
    root : the evidence base whose prices are used

    Returns
    -------
    :class:`InvestmentInputs`.

    Raises
    ------
    MissingData
        If a file is not there.
    InvalidEvidence
        If anything is wrong; every fault with file, line and what is allowed. A consequence without a price is one.

    Examples
    --------
    >>> inputs = read_investment("evidence/investments/trappestoette")
    >>> inputs.synthetic, inputs.price_level, inputs.consequences["payer"].nunique()
    (True, 2024, 2)
    """
    folder = Path(folder)
    if not (folder / CASE).is_file():
        raise MissingData(f"{folder} holds no {CASE}. Name a folder such as evidence/investments/<method>.")
    known = prices(root)
    content = _case(folder)
    consequences, faults = _table(folder, CONSEQUENCES, _CONSEQUENCES)
    districts, more = _table(folder, DISTRICTS, _DISTRICTS)
    faults += more
    priced = known["consequences"]
    have = sorted(set(priced["consequence"]))
    name = f"{folder.name}/{CONSEQUENCES}"
    faults += [Fault(name, 0, not_allowed("consequence", code, have)) for code in consequences["consequence"] if code not in have]
    refuse(faults)
    rates = known["discount_rates"]
    vintage = rates.loc[rates["valid_from"] <= pd.Timestamp(str(content["decided_on"])), "valid_from"].max()
    of_prices = priced.drop(columns=["source", "seen_at", "note"])
    merged = consequences.rename(columns={"source": "units_source"}).merge(of_prices, on="consequence")
    funds = pd.DataFrame(content["funds"]) if content.get("funds") else None
    level = int(content["price_level"])
    named = priced.drop_duplicates("consequence").set_index("consequence")
    return InvestmentInputs(
        synthetic=bool(content["synthetic"]),
        source=dict(content["source"]),
        price_level=level,
        discount_rates=rates[rates["valid_from"] == vintage].reset_index(drop=True),
        staffing={**content["staffing"], "price_level": level, "operator": content["case"]["operator"]},
        case={key: tuple(value) if isinstance(value, list) else value for key, value in content["case"].items()},
        consequences=_with_own_ranges(merged),
        districts=districts,
        funds=None if funds is None else funds.assign(price_level=level),
        names={
            code: {"da": named.loc[code, "name_da"], "en": named.loc[code, "name_en"]} for code in consequences["consequence"]
        },
    )


def is_synthetic_investment(folder: str | Path) -> bool:
    """True where the inputs say that their amounts are invented.

    Parameters
    ----------
    folder : with ``case.yml``

    Returns
    -------
    True for invented amounts.

    Examples
    --------
    >>> is_synthetic_investment("evidence/investments/trappestoette")
    True
    """
    return bool(_case(Path(folder))["synthetic"])


def _with_own_ranges(rows: pd.DataFrame) -> pd.DataFrame:
    """A price without a range is its own range."""
    return rows.assign(**{each: rows[each].fillna(rows["price"]) for each in ("price_low", "price_high")})


def _case(folder: Path) -> dict[str, Any]:
    name = f"{folder.name}/{CASE}"
    located = read_located(folder / CASE)
    content = located.value if isinstance(located.value, dict) else {}
    faults = [Fault(name, 1, f"{key} is missing.") for key in _KEYS if key not in content and key != "funds"]
    faults += [
        Fault(name, located.lines.get((key,), 0), not_allowed("the key", key, _KEYS)) for key in content if key not in _KEYS
    ]
    refuse(faults)
    return dict(content)


def _table(folder: Path, file: str, columns: Mapping[str, type]) -> tuple[pd.DataFrame, list[Fault]]:
    name = f"{folder.name}/{file}"
    rows, faults = read_rows(folder / file, name, tuple(columns), absent="the file is missing.")
    counts = tuple(column for column, kind in columns.items() if kind is int)
    numbers = tuple(column for column, kind in columns.items() if kind is float)
    for line, row in rows:
        faults += [Fault(name, line, message) for message in _problems(row, columns, counts, numbers)]
    kept = [] if faults else [row for _line, row in rows]
    return frame_of(kept, tuple(columns), counts=counts, numbers=numbers), faults


def _problems(row: Row, columns: Mapping[str, type], counts: tuple[str, ...], numbers: tuple[str, ...]) -> list[str]:
    empty = [f"{column} is empty; every cell must be filled." for column in columns if not row[column]]
    return [*empty, *number_problems(row, counts=counts, numbers=numbers)]
