"""The data dictionary: every table and column of the shared documentation concept, as one frame."""

import pandas as pd

from whatworks.documentation.schema import TABLES, Column


def dictionary() -> pd.DataFrame:
    """Every column of the data model.

    Returns
    -------
    One row per column in the order of the model: table, table_da (Danish alias), column, alias, label_da, kind, part_of_key,
    required, may_be_empty, codes (English=Danish, between semicolons), low, high, pattern, refers_to, unit.

    Examples
    --------
    >>> entry = dictionary().query("table == 'measurement' and column == 'value'").iloc[0]
    >>> entry["alias"], entry["label_da"], entry["kind"]
    ('vaerdi', 'Værdi', 'number')
    """
    rows = [
        {
            "table": table.name,
            "table_da": table.alias,
            "column": column.name,
            "alias": column.alias or column.name,
            "label_da": column.label,
            "kind": column.kind,
            "part_of_key": column.part_of_key,
            "required": column.required,
            "may_be_empty": column.empty,
            "codes": _codes(column),
            "low": column.low,
            "high": column.high,
            "pattern": column.pattern or "",
            "refers_to": column.references or "",
            "unit": column.unit or "",
        }
        for table in TABLES.values()
        for column in table.columns
    ]
    return pd.DataFrame(rows).astype({"low": "float64", "high": "float64"})


def table_meanings() -> pd.DataFrame:
    """What one row of each table is: table, table_da, label_da, meaning_en, meaning_da.

    Returns
    -------
    One row per table.

    Examples
    --------
    >>> table_meanings().query("table == 'episode'")["meaning_en"].item()
    "A citizen's course in a service."
    """
    return pd.DataFrame(
        [
            {
                "table": table.name,
                "table_da": table.alias,
                "label_da": table.label,
                "meaning_en": table.meaning["en"],
                "meaning_da": table.meaning["da"],
            }
            for table in TABLES.values()
        ]
    )


def _codes(column: Column) -> str:
    return "; ".join(english if english == danish else f"{english}={danish}" for english, danish in column.codes.items())
