"""Rules of rates by kind of provision: occupancy, carry-over, and what a rate per day can be."""

import numpy as np
import pandas as pd

from whatworks.core.columns import numeric, require_columns
from whatworks.economics.errors import ImplausibleAmount, ImplausibleRate, MissingPrice

# Occupancy above 120 per cent of the places is a slip of the keyboard; a little above 100 happens.
HIGHEST_OCCUPANCY = 1.2
# Secure units, the dearest published, charge just under 8,000 kroner a day; a month's rate begins three times as high.
HIGHEST_PER_DAY = 25_000.0
LOWEST_PER_DAY = 200.0
# Units of a rate that are a day or a part of it.
PER_DAY = ("day_and_night", "day")


def rule_value(rules: pd.DataFrame, rule: str, provision: str) -> float:
    """The value of one rule for one kind of provision.

    Raises
    ------
    MissingPrice
        If there is no such rule.
    MissingColumn, EmptyData, MissingValues
    """
    require_columns(rules, ["rule", "provision", "value"], what="rate rules")
    values = numeric(rules, "value", what="rate rules")[
        ((rules["rule"] == rule) & (rules["provision"] == provision)).to_numpy(dtype=bool)
    ]
    if len(values) != 1:
        have = ", ".join(sorted({f"{row.rule}/{row.provision}" for row in rules.itertuples()}))
        raise MissingPrice(
            f"The rate rules hold {len(values)} rows for {rule}/{provision}; one is needed. They have {have}. "
            "Add it to evidence/prices/rate_rules.csv."
        )
    return float(values[0])


def agreed_efficiency(targets: pd.DataFrame, *, area: str, year: int) -> float:
    """What an area's municipalities agreed to take off rates in a year, as a share.

    Parameters
    ----------
    targets : ``ww.evidence.prices()["efficiency_targets"]``: area, year_from, year_to, pct
    area : code of the area, e.g. "kkr_syddanmark"
    year : the year that the rates are for; the saving is on those of the year before

    Raises
    ------
    MissingPrice
        If nothing is known of that area and year: that is not the same as nought per cent.
    MissingColumn, EmptyData, MissingValues

    Examples
    --------
    >>> agreed_efficiency(ww.evidence.prices()["efficiency_targets"], area="kkr_syddanmark", year=2012)
    0.03
    """
    require_columns(targets, ["area", "year_from", "year_to", "pct"], what="efficiency targets")
    step = (targets["area"] == area) & (targets["year_from"] == year - 1) & (targets["year_to"] == year)
    found = numeric(targets, "pct", what="efficiency targets")[step.to_numpy(dtype=bool)]
    if len(found) != 1:
        have = ", ".join(sorted({f"{row.area} {row.year_to}" for row in targets.itertuples()}))
        raise MissingPrice(
            f"The efficiency targets hold {len(found)} rows for {area} in {year}; one is needed. They have {have}. "
            "Add it to evidence/prices/efficiency_targets.csv, or give efficiency as a share (0.0 for none agreed)."
        )
    return float(found[0]) / 100


def occupancy_shares(df: pd.DataFrame, column: str, *, what: str = "frame") -> np.ndarray:
    """Occupancy as shares of the places, above 0 and at most 1.2.

    Raises
    ------
    ImplausibleAmount, MissingColumn, EmptyData, InvalidColumn, MissingValues
    """
    values = numeric(df, column, what=what)
    wrong = int(((values <= 0) | (values > HIGHEST_OCCUPANCY)).sum())
    if wrong:
        raise ImplausibleAmount(
            f"{what} column {column!r} has {wrong} of {len(values)} values outside 0 to {HIGHEST_OCCUPANCY}. "
            "Occupancy is a share of the places: 96 per cent is 0.96. Correct them."
        )
    return values


def refuse_monthly(rates: np.ndarray, *, what: str) -> None:
    """Refuse rates per day that only a month's can be.

    Raises
    ------
    ImplausibleRate
    """
    high = int((rates > HIGHEST_PER_DAY).sum())
    if high:
        raise ImplausibleRate(
            f"{high} of {len(rates)} rates per day in the {what} are above {HIGHEST_PER_DAY:,.0f} kroner. They look like rates "
            "per month. Divide them by the days they are for, or give the unit of each rate."
        )
