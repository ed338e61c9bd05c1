"""The 98 municipalities of Denmark since 2007: code, name, region."""

from importlib.resources import files

import pandas as pd

# Midtjylland and Syddanmark, the two regions that the simulated deliveries play in.
SIMULATED_REGIONS = ("1082", "1083")


def municipalities() -> pd.DataFrame:
    """Code, name and region of every municipality, in the order of the codes.

    Returns
    -------
    Columns municipality_code (three digits, text), municipality_name, region_code (1081 to 1085, text). Christiansø (411)
    is not a municipality and not in it.

    Examples
    --------
    >>> municipalities().query("municipality_code == '751'")["municipality_name"].item()
    'Aarhus'
    """
    with files("whatworks.documentation").joinpath("municipalities.csv").open("r", encoding="utf-8") as file:
        return pd.read_csv(file, dtype="str")
