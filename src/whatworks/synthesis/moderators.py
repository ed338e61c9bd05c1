"""What may explain why studies differ: moderator columns as numbers, with names a table can print."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from whatworks.core.columns import as_list, numeric, require_columns, unwrapped
from whatworks.core.errors import InvalidColumn, InvalidOption, MissingValues, NotIdentified

Array = np.ndarray

# More levels than this is a name or an identifier, not a characteristic of studies.
_MOST_LEVELS = 12


def moderator_matrix(es: pd.DataFrame, moderators: str | Sequence[str]) -> tuple[Array, list[str]]:
    """Moderators as columns, the constant first.

    Parameters
    ----------
    es : one row per effect
    moderators : numeric columns as they are; text or categories become one 0/1 column for each level after the first (in order of
        the categories, or of the alphabet)

    Returns
    -------
    (k, p) columns, and their p names: "intercept", "fidelity", "design=rct".

    Raises
    ------
    MissingColumn, EmptyData, MissingValues, InvalidColumn
        If a column is absent, has gaps, has more than 12 levels, or holds text beside numbers.
    InvalidOption
        If no moderator is named.
    NotIdentified
        If a moderator is the same in every study.

    Examples
    --------
    >>> es = pd.DataFrame({"months": [3.0, 6, 12], "design": ["rct", "matched", "rct"]})
    >>> moderator_matrix(es, ["months", "design"])[1]
    ['intercept', 'months', 'design=rct']
    """
    names = as_list(moderators)
    if not names:
        raise InvalidOption("moderators is empty; name at least one column, or use ww.synthesis.pool.")
    require_columns(es, names, what="es")
    columns, labels = [np.ones(len(es))], ["intercept"]
    for name in names:
        for label, values in _columns_of(es, name):
            columns.append(values)
            labels.append(label)
    return np.column_stack(columns), labels


def _columns_of(es: pd.DataFrame, name: str) -> list[tuple[str, Array]]:
    values = unwrapped(es[name], name, what="es")
    if pd.api.types.is_numeric_dtype(values.dtype) or pd.api.types.is_bool_dtype(values.dtype):
        found = [(name, numeric(values.to_frame(name), name, what="es"))]
    else:
        found = _levels(values, name)
    if not found or any(np.ptp(column) == 0 for _, column in found):
        raise NotIdentified(f"Moderator {name!r} is the same in all {len(es)} rows and explains nothing. Leave it out.")
    return found


def _levels(values: pd.Series, name: str) -> list[tuple[str, Array]]:
    missing = int(values.isna().sum())
    if missing:
        raise MissingValues(
            f"es column {name!r} lacks a value in {missing} of {len(values)} rows. Fill them in, or drop those rows."
        )
    category = values.astype("category").cat.remove_unused_categories()
    levels = list(category.cat.categories)
    if len(levels) > _MOST_LEVELS:
        raise InvalidColumn(f"es column {name!r} has {len(levels)} levels; at most {_MOST_LEVELS} can be compared. Merge levels.")
    codes = category.cat.codes.to_numpy()
    return [(f"{name}={level}", (codes == place).astype(float)) for place, level in enumerate(levels) if place > 0]
