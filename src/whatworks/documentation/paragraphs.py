"""Laws and sections as municipalities write them, and which section of the Act on Children followed which of the old law."""

import pandas as pd

_LAWS = {
    "sel": "SEL", "serviceloven": "SEL", "lov om social service": "SEL", "service": "SEL",
    "bl": "BL", "barnets lov": "BL", "barnetslov": "BL",
    "abl": "ABL", "almenboligloven": "ABL",
}  # fmt: skip

# As far as sources were read; the law has more. Aftercare is spread over the sections from 113.
_FOLLOWED = (("52", "32"), ("66", "43"), ("76", "113"), ("140", "91"), ("176", "198"))


def law_code(laws: pd.Series) -> pd.Series:
    """Laws by their short names; others as they stand.

    Examples
    --------
    >>> law_code(pd.Series(["Serviceloven", "BL", "KSL"], dtype="str")).tolist()
    ['SEL', 'BL', 'KSL']
    """
    codes, unique = pd.factorize(laws)
    short = pd.Series([_LAWS.get(str(law).strip().casefold(), law) for law in unique], dtype="str")
    return pd.Series(short.array.take(codes, allow_fill=True), index=laws.index)


def paragraph_number(paragraphs: pd.Series) -> pd.Series:
    """The number of a section; missing where there is none.

    Examples
    --------
    >>> paragraph_number(pd.Series(["§ 107", "52, stk. 3 nr. 7", "85 a"], dtype="str")).tolist()
    [107, 52, 85]
    """
    # Few different sections stand in a column of millions.
    codes, unique = pd.factorize(paragraphs)
    numbers = pd.Series(unique, dtype="str").str.extract(r"(\d{1,4})")[0].astype("float64").astype("Int64")
    return pd.Series(numbers.array.take(codes, allow_fill=True), index=paragraphs.index)


def paragraph_crosswalk() -> pd.DataFrame:
    """Sections of the Act on Social Services about children, and those of the Act on Children that followed on 1 January 2024.

    Returns
    -------
    The table ``paragraph_crosswalk`` of the data model. A panel that crosses 2023/24 joins on it.

    Examples
    --------
    >>> paragraph_crosswalk().query("paragraph == '52'")["new_paragraph"].item()
    '32'
    """
    old, new = zip(*_FOLLOWED, strict=True)
    frame = pd.DataFrame({"law": "SEL", "paragraph": old, "new_law": "BL", "new_paragraph": new}).astype("str")
    return frame.assign(valid_from=pd.Timestamp("2024-01-01")).astype({"valid_from": "datetime64[s]"})
