"""The store's log: what was delivered when, and which deliveries count at a time."""

from datetime import date

import duckdb
import pandas as pd

from whatworks.core.errors import MissingData


def read_log(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Every delivery: its number, source, fingerprint, day."""
    return connection.sql("SELECT * FROM _delivery ORDER BY delivery").df()


def read_delivered(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Every table of every delivery: its rows, columns and their types."""
    return connection.sql("SELECT * FROM _delivered ORDER BY delivery").df()


def last_number(log: pd.DataFrame) -> int:
    """The number of the newest delivery; 0 before the first."""
    return int(log["delivery"].max()) if len(log) else 0


def number_as_of(log: pd.DataFrame, as_of: int | date | None) -> int:
    """The newest delivery to count as of a number or a day.

    Raises
    ------
    MissingData
    """
    if as_of is None:
        return last_number(log)
    counted = log if isinstance(as_of, int) else log[log["received"] <= pd.Timestamp(as_of)]
    number = as_of if isinstance(as_of, int) else last_number(counted)
    if number not in log["delivery"].tolist():
        raise MissingData(
            f"The store has no delivery as of {as_of}; it has {len(log)}. Ask store.deliveries() for their numbers and days."
        )
    return number


def live_deliveries(log: pd.DataFrame, delivered: pd.DataFrame, number: int) -> dict[str, dict[int, int]]:
    """By table: the deliveries that count, each with the place in time of its source.

    A correction stands where the delivery that it corrects stood, so that it does not push aside what other sources
    delivered in between.
    """
    counted = delivered[(delivered["delivery"] <= number) & (delivered["columns"].str.len() > 0)].merge(
        log[["delivery", "source"]], on="delivery"
    )
    first = counted.groupby(["name", "source"])["delivery"].transform("min")
    newest = counted["delivery"] == counted.groupby(["name", "source"])["delivery"].transform("max")
    rows = counted.assign(first=first)[newest]
    return {
        str(name): dict(zip(of["delivery"].astype(int), of["first"].astype(int), strict=True))
        for name, of in rows.groupby("name")
    }
