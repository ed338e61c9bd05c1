"""What every comparison asks of a frame before it compares."""

from collections.abc import Sequence

import pandas as pd

from whatworks.core.columns import as_list, require_columns
from whatworks.core.errors import InvalidColumn
from whatworks.core.result import COMMON_COLUMNS

# Columns that parts of our results have by nature; a caller's column of the same name stands beside them under another.
_OWN = (
    *COMMON_COLUMNS, "unit", "score", "super_efficiency", "scale_efficiency", "returns_to_scale", "peers", "peer_weights",
    "influence",
)  # fmt: skip


def one_value(df: pd.DataFrame, columns: str | Sequence[str]) -> None:
    """Refuse a frame that mixes what must not be mixed: price levels, paragraphs, instruments.

    Raises
    ------
    InvalidColumn
        If a column holds several values, or some and none.

    Examples
    --------
    >>> one_value(pd.DataFrame({"price_level": [2025, 2025]}), "price_level")
    """
    columns = as_list(columns)
    require_columns(df, columns)
    for column in columns:
        distinct = df[column].nunique(dropna=False)
        if distinct > 1:
            raise InvalidColumn(
                f"Column {column!r} holds {distinct} different values; a comparison is only fair within one. "
                "Choose one of them, or bring them to one level first."
            )


def plain_name(column: str) -> str:
    """The name a caller's column has in a result, clear of those every result has.

    Examples
    --------
    >>> plain_name("cost"), plain_name("score")
    ('cost', 'value_score')
    """
    return f"value_{column}" if column in _OWN or column.startswith("slack_") else column
