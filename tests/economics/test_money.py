"""Money carries price level and payer, and amounts that differ in them are never added up."""

import numpy as np
import pandas as pd
import pytest

import whatworks as ww
from whatworks.core.errors import InvalidColumn, InvalidOption, MissingValues
from whatworks.economics.errors import ImplausibleAmount, MixedPriceLevels, UnknownPayer
from whatworks.economics.money import above_zero, levels_of, one_level, one_payer, payers_of

Money = ww.economics.Money


def test_money_of_one_level_and_payer_adds_up():
    total = Money(amount=2.0, price_level=2020, payer="state") + Money(amount=3.0, price_level=2020, payer="state") * 2
    assert total == Money(amount=8.0, price_level=2020, payer="state")


def test_mixed_price_levels_and_payers_are_refused():
    here = Money(amount=1.0, price_level=2020, payer="state")
    with pytest.raises(MixedPriceLevels, match="2020 .* 2021 .*price_level"):
        here + Money(amount=1.0, price_level=2021, payer="state")
    with pytest.raises(UnknownPayer, match="state and one paid by region"):
        here - Money(amount=1.0, price_level=2020, payer="region")


def test_payers_and_years_that_do_not_exist_are_refused():
    with pytest.raises(UnknownPayer, match="'kommune' is not known; use one of 'municipality'"):
        Money(amount=1.0, price_level=2020, payer="kommune")
    for year in (20, 2020.5, True, "2020", float("nan")):
        with pytest.raises(InvalidOption, match="is not a year"):
            Money(amount=1.0, price_level=year, payer="state")


def test_columns_of_levels_and_payers_are_checked():
    df = pd.DataFrame({"level": [2020, 2021], "payer": ["state", "region"], "odd": [2020.5, 2021], "who": ["state", None]})
    with pytest.raises(MixedPriceLevels, match=r"2020 \(1 amounts\), 2021 \(1 amounts\)"):
        one_level(levels_of(df, "level"))
    with pytest.raises(InvalidColumn, match="'odd' has 1 values that are no year"):
        levels_of(df, "odd")
    with pytest.raises(UnknownPayer, match="mixes payers: region, state"):
        one_payer(df, "payer")
    with pytest.raises(UnknownPayer, match="neither a column of the frame nor a payer"):
        payers_of(df, "kommune")
    with pytest.raises(MissingValues, match="lacks a payer in 1 of 2"):
        payers_of(df, "who")
    with pytest.raises(UnknownPayer, match="do not exist: stat\\."):
        payers_of(df.assign(who=["state", "stat"]), "who")


def test_costs_and_citizens_are_above_zero():
    df = pd.DataFrame({"cost": [1.0, 0.0, -1.0], "gap": [1.0, np.nan, 2.0]})
    with pytest.raises(ImplausibleAmount, match="'cost' is zero or negative in 2 of 3"):
        above_zero(df, "cost")
    with pytest.raises(ImplausibleAmount, match="'cost' is negative in 1 of 3"):
        above_zero(df, "cost", zero=True)
    with pytest.raises(MissingValues, match="lacks a value in 1 of 3"):
        above_zero(df, "gap")
