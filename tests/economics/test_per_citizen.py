"""Costs that follow the citizens add up to the costs they were shared from."""

import pytest

import whatworks as ww
from whatworks.economics.errors import ImplausibleAmount


@pytest.fixture
def costs():
    return ww.economics.implementation_costs(
        60,
        price_level=2024,
        years=3,
        ratio=12,
        salary=560_000,
        training=45_000,
        turnover=0.2,
        start={"lead": 350_000},
        margin=0.1,
    )


def test_as_many_citizens_as_before_cost_as_much_as_before(costs):
    shared = ww.economics.following_citizens(costs, citizens=60)
    recurring = costs["ledger"] == "recurring"
    for column in ("amount", "amount_low", "amount_high"):
        assert (60 * shared.loc[recurring, column]).tolist() == pytest.approx(costs.loc[recurring, column].tolist())
    assert set(shared.loc[recurring, "per"]) == {"citizen"}
    assert set(shared.loc[recurring, "last_year"]) == {0}


def test_what_is_paid_once_stays_as_it_is(costs):
    shared = ww.economics.following_citizens(costs, citizens=60, years=2)
    once = costs["ledger"] == "one_off"
    assert shared[once].astype(str).equals(costs[once].astype({"amount": "float64"}).astype(str))


@pytest.mark.parametrize("citizens", [0, -5])
def test_there_must_be_citizens_to_share_among(costs, citizens):
    with pytest.raises(ImplausibleAmount, match="citizens above 0"):
        ww.economics.following_citizens(costs, citizens=citizens)
