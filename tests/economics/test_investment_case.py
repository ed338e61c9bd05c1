"""Whether an effort pays back: the worked example to the last digit, properties, a simulation, and what is refused."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import whatworks as ww
from whatworks.core import Check, EffectResult, Provenance
from whatworks.core.errors import EmptyData, InvalidColumn, InvalidEffect, InvalidOption, MissingColumn, MissingValues
from whatworks.economics.errors import HorizonBeyondPrices, ImplausibleAmount, MixedPriceLevels, NotCausal, UnknownPayer

approx = pytest.approx


def effect(estimate=0.10, half=0.06, **about) -> EffectResult:
    row = {"term": "ATT", "kind": "headline", "estimate": estimate, "std_error": half / 1.96}
    effects = pd.DataFrame([{**row, "conf_low": estimate - half, "conf_high": estimate + half, "p_value": np.nan}])
    known = {"method": "matching.estimate", "estimand": "ATT", "measure": "RD", "unit": "share", "good": "up"}
    return EffectResult(effects=effects, provenance=Provenance(data_fingerprint="0"), **{**known, **about})


def consequence(payer="municipality", price=80_000.0, **about) -> dict:
    row = {
        "consequence": "support",
        "payer": payer,
        "units": 1.0,
        "price": price,
        "first_year": 1,
        "last_year": 5,
        "price_level": 2024,
    }
    return {**row, **about}


def cost(amount=3_000_000.0, **about) -> dict:
    row = {"item": "course", "payer": "municipality", "ledger": "recurring", "amount": amount, "per": "year", "first_year": 0}
    return {**row, "last_year": 0, "price_level": 2024, **about}


GAINS = pd.DataFrame([consequence(), consequence("region", 10_000.0), consequence("state", 30_000.0)])
COSTS = pd.DataFrame([cost()])


def case(result=None, **changes) -> EffectResult:
    """The worked example: 100 citizens, 3 million kroner in year 0, 10 more who succeed, five years of gains, 3.5 per cent."""
    inputs = {"consequences": GAINS, "costs": COSTS, "citizens": 100, "price_level": 2024, "discount_rates": 0.035, "draws": 2000}
    return ww.economics.investment_case(effect() if result is None else result, **{**inputs, **changes})


def value(result: EffectResult, quantity: str, payer: str = "all", **where) -> float:
    rows = result.parts[(result.parts["quantity"] == quantity) & (result.parts["payer"] == payer)]
    for column, wanted in where.items():
        rows = rows[rows[column] == wanted]
    assert len(rows) == 1
    return float(rows["estimate"].iloc[0])


def check(result: EffectResult, name: str) -> Check:
    return next(each for each in result.checks if each.name == name)


# The worked example of the specification, in the structure of the national investment model (SØM).


def test_the_worked_example_pays_back_in_year_3_with_2_418_063_kroner():
    result = case()
    by_year = result.parts[(result.parts["quantity"] == "cumulated") & (result.parts["payer"] == "all")]
    assert by_year["estimate"].round().tolist() == [-3_000_000, -1_840_580, -720_367, 361_964, 1_407_695, 2_418_063]
    assert value(result, "break_even_year") == 3
    assert value(result, "npv") == approx(2_418_063, abs=0.5)
    assert result.headline.estimate == approx(24_181, abs=0.5)
    assert value(result, "extra_successes", "") == approx(10)


def test_the_municipality_alone_waits_until_year_5_for_612_042_kroner():
    result = case()
    assert value(result, "break_even_year", "municipality") == 5
    assert value(result, "npv", "municipality") == approx(612_042, abs=0.5)


def test_payers_add_up_to_everyone():
    result = case()
    for quantity in ("npv", "npv_undiscounted", "npv_per_citizen", "cost_per_citizen"):
        assert value(result, quantity) == approx(
            sum(value(result, quantity, payer) for payer in ("municipality", "region", "state"))
        )


def test_gains_less_costs_by_item_are_the_net_present_value():
    rows = case(consequences=pd.concat([GAINS, pd.DataFrame([consequence(consequence="tax", price=5_000.0)])])).parts
    total = {quantity: rows.loc[rows["quantity"] == quantity, "estimate"].sum() for quantity in ("gain", "cost")}
    found = rows.loc[(rows["quantity"] == "npv") & (rows["payer"] == "all"), "estimate"].iloc[0]
    assert total["gain"] - total["cost"] == approx(found)


def test_those_who_leave_and_what_scaling_takes_shrink_the_gain_once():
    result = case(dropout=0.2, scale=0.7)
    assert value(result, "extra_successes", "") == approx(100 * 0.8 * 0.10 * 0.7)


def test_groups_of_later_years_gain_in_the_years_after_their_own_start():
    result = case(citizens=[50, 50], horizon=6)
    net = result.parts[(result.parts["quantity"] == "net") & (result.parts["payer"] == "state")]["estimate"]
    assert net.tolist() == approx([0, 150_000, 300_000, 300_000, 300_000, 300_000, 150_000])


def test_a_ramp_lets_fewer_start_and_costs_per_citizen_follow():
    costs = pd.DataFrame([cost(1_000.0, per="citizen")])
    result = case(costs=costs, citizens=[100], ramp=[0.25, 0.5, 0.75, 1.0])
    assert result.statistics["citizens"] == approx(62.5)
    assert value(result, "cost", "municipality", item="course") == approx(62_500)


def test_the_break_even_effect_leaves_nothing_and_nothing_owed():
    needed = value(case(), "break_even_effect", "municipality")
    assert value(case(effect(needed, 0.06)), "npv", "municipality") == approx(0, abs=1e-6)


def test_money_that_comes_back_and_is_lost_again_has_not_paid_back():
    late = pd.DataFrame([consequence(price=1_000_000.0, first_year=1, last_year=1), consequence("state", 1.0)])
    result = case(consequences=late, costs=pd.DataFrame([cost(), cost(9e6, item="rebuilding", first_year=4, last_year=4)]))
    assert value(result, "cumulated", year=1) > 0
    assert np.isinf(value(result, "break_even_year"))


def test_rates_of_several_periods_apply_each_in_its_own_years():
    rates = pd.DataFrame({"first_year": [0, 3], "last_year": [2, np.nan], "rate": [0.04, 0.03]})
    factors = ww.economics.discount_factors(4, rates=rates)
    assert factors.tolist() == approx([1, 1 / 1.04, 1 / 1.04**2, 1 / 1.04**2 / 1.03, 1 / 1.04**2 / 1.03**2])


def test_the_rates_of_2021_are_in_the_evidence_base():
    rates = ww.economics.rates_in_force(ww.evidence.prices()["discount_rates"], on="2024-01-01")
    assert rates["rate"].tolist() == [0.035, 0.025, 0.015]
    assert case(discount_rates=rates).headline.estimate == approx(24_181, abs=0.5)
    assert ww.economics.rates_in_force(ww.evidence.prices()["discount_rates"], on="2015-01-01")["rate"].iloc[0] == 0.04


# Uncertainty.


def test_probability_and_range_are_those_of_a_normal_effect():
    """With the effect alone uncertain, the net present value is normal: its mean and spread are known exactly."""
    from scipy.stats import norm

    result = case(draws=20_000)
    per_effect = 24_180.63 + 30_000
    sd = per_effect / 0.10 * 0.06 / norm.ppf(0.975)
    assert result.headline.std_error == approx(sd, rel=0.02)
    assert value(result, "pays_back") == approx(norm.cdf(24_180.63 / sd), abs=0.01)
    assert (result.headline.conf_low, result.headline.conf_high) == approx(
        (24_180.63 - 1.96 * sd, 24_180.63 + 1.96 * sd), rel=0.04
    )


def test_the_probability_of_paying_back_never_falls_with_the_years():
    rows = case().parts
    for payer in ("all", "municipality"):
        chances = rows[(rows["quantity"] == "paid_back_by") & (rows["payer"] == payer)].sort_values("year")["estimate"]
        assert chances.is_monotonic_increasing
        assert chances.iloc[-1] == value(case(), "pays_back", payer)


def test_prices_given_with_a_range_widen_the_range_of_the_answer():
    wide = GAINS.assign(price_low=GAINS["price"] * 0.5, price_high=GAINS["price"] * 2.0)
    plain, ranged = case(), case(consequences=wide)
    assert ranged.headline.std_error > 1.1 * plain.headline.std_error
    assert ranged.headline.estimate == plain.headline.estimate
    assert {"effect", "price:support"} == set(ranged.parts.loc[ranged.parts["quantity"] == "tornado", "item"])


def test_the_tornado_begins_with_the_assumption_that_matters_most():
    wide = GAINS.assign(price_low=GAINS["price"] * 0.99, price_high=GAINS["price"] * 1.01)
    rows = case(consequences=wide, dropout=(0.1, 0.0, 0.3)).parts.query("quantity == 'tornado' and payer == 'all'")
    assert rows["item"].tolist() == ["effect", "dropout", "price:support"]
    assert rows["at_low"].iloc[1] > rows["at_high"].iloc[1]


def test_the_same_seed_gives_the_same_bytes():
    assert case().to_json() == case().to_json()
    assert case(seed=1).headline.std_error != case().headline.std_error
    assert EffectResult.from_json(case().to_json()) == case()


def test_an_effect_with_a_90_per_cent_interval_is_as_unsure_as_it_says():
    narrow = effect(0.10, 0.06 * 1.6448536 / 1.959964, conf_level=0.90)
    assert case(narrow).headline.std_error == approx(case().headline.std_error, rel=1e-6)


@pytest.mark.slow
def test_the_range_holds_the_truth_95_times_in_100():
    """A true difference, estimated with its own error 40 times: the range of the net present value holds the true one."""
    rng, truth, error = np.random.default_rng(4), 0.10, 0.03
    true_npv = case().headline.estimate
    held = 0
    for estimate in rng.normal(truth, error, size=40):
        head = case(effect(estimate, 1.959964 * error)).headline
        held += head.conf_low <= true_npv <= head.conf_high
    # 2.9 standard errors of a share of 0.95 in 40.
    assert held / 40 >= 0.85


# Two ledgers.


FUNDS = pd.DataFrame(
    [{"source": "pool", "payer": "state", "cap": 500_000.0, "first_year": 0, "last_year": 1, "price_level": 2024}]
)
TWO_LEDGERS = pd.DataFrame(
    [
        cost(600_000.0, item="start", ledger="one_off"),
        cost(700_000.0, item="advisers", first_year=0, last_year=5),
    ]
)


def test_one_off_money_moves_the_bill_and_changes_nothing_for_the_public_as_a_whole():
    with_funds, without = case(costs=TWO_LEDGERS, funds=FUNDS), case(costs=TWO_LEDGERS)
    assert with_funds.headline.estimate == approx(without.headline.estimate)
    assert value(with_funds, "npv", "municipality") == approx(value(without, "npv", "municipality") + 500_000)
    assert value(with_funds, "npv", "state") == approx(value(without, "npv", "state") - 500_000)


def test_a_foundation_is_nobodys_purse():
    given = case(costs=TWO_LEDGERS, funds=FUNDS.assign(payer="foundation"))
    assert value(given, "npv") == approx(value(case(costs=TWO_LEDGERS), "npv") + 500_000)


def test_the_ledger_says_what_is_left_when_the_funds_end():
    result = case(costs=TWO_LEDGERS, funds=FUNDS)
    assert value(result, "ledger", "municipality", item="funded", year=0) == approx(500_000)
    assert value(result, "ledger", "municipality", item="recurring_net", year=3) == approx(100_000)
    assert value(result, "after_funds", "municipality", item="recurring_net") == approx(100_000)
    assert check(result, "carries_itself").passed is True
    assert check(result, "funds_cover_start").passed is False
    assert check(case(costs=TWO_LEDGERS), "funds_cover_start").passed is None


def test_operation_that_costs_more_than_it_gives_is_flagged():
    dear = TWO_LEDGERS.assign(amount=[600_000.0, 900_000.0])
    assert check(case(costs=dear, funds=FUNDS), "carries_itself").passed is False


def test_gains_that_cannot_be_taken_home_are_counted_apart():
    result = case(consequences=GAINS.assign(cashable_share=0.3), costs=TWO_LEDGERS)
    assert check(result, "cashable_gains").passed is False
    assert value(result, "ledger", "municipality", item="cashable", year=2) == approx(240_000)
    assert value(result, "ledger", "municipality", item="gains", year=2) == approx(800_000)


def test_the_funding_gap_is_the_deepest_point_of_the_purse():
    assert value(case(costs=TWO_LEDGERS), "funding_gap", "municipality") == approx(1_300_000)


# Doubts.


def test_the_wrong_pocket_is_flagged():
    poor = pd.DataFrame([consequence(price=10_000.0), consequence("state", 110_000.0)])
    assert check(case(consequences=poor), "wrong_pockets").passed is False
    assert check(case(), "wrong_pockets").passed is True


def test_invented_prices_inputs_without_range_and_years_after_follow_up_are_flagged():
    result = case(consequences=GAINS.assign(synthetic=True), followed_years=2)
    assert check(result, "synthetic_prices").passed is False
    assert check(result, "inputs_without_range").statistics == {"fixed": 2.0, "inputs": 2.0}
    gains = 1.035 ** -np.arange(1.0, 6.0)
    assert check(result, "beyond_follow_up").statistics["share"] == approx(gains[2:].sum() / gains.sum())
    assert check(case(), "beyond_follow_up").passed is None


def test_prices_of_the_evidence_base_go_straight_in_and_say_that_they_are_invented():
    prices = ww.evidence.prices()["consequences"]
    chosen = prices[
        prices["consequence"].isin(["synthetic_placement", "synthetic_psychiatric_bed_day", "synthetic_cash_benefit"])
    ]
    per_success = pd.DataFrame(
        {
            "consequence": ["synthetic_placement", "synthetic_psychiatric_bed_day", "synthetic_cash_benefit"],
            "units": [0.1, 6.0, 4.0], "first_year": 1, "last_year": 4,
        }
    )  # fmt: skip
    result = case(consequences=chosen.merge(per_success, on="consequence"), costs=COSTS.assign(amount=1e6))
    assert np.isfinite(result.headline.estimate)
    assert check(result, "synthetic_prices").passed is False
    assert {"region", "state", "municipality"} == set(result.parts.loc[result.parts["quantity"] == "gain", "payer"])


def test_prices_of_two_levels_in_the_evidence_base_are_not_added_up():
    prices = ww.evidence.prices()["consequences"].assign(units=1.0, first_year=1, last_year=4)
    with pytest.raises(MixedPriceLevels, match="2016"):
        case(consequences=prices)


def test_doubts_of_the_effect_go_with_the_money():
    doubtful = effect(checks=(Check(name="balance", passed=False, message="Unlike."),))
    assert check(case(doubtful), "effect_doubts").passed is False


@pytest.mark.parametrize("name", ["causal_effect", "effect_doubts", "wrong_pockets", "cashable_gains", "carries_itself"])
def test_every_case_carries_its_checks(name):
    assert check(case(), name).message


# What a success is.


def test_fewer_of_something_bad_is_a_success():
    assert case(effect(-0.10, 0.06, good="down")).headline.estimate == approx(case().headline.estimate)
    assert case(effect(-0.10, 0.06)).headline.estimate < 0


def test_a_risk_ratio_counts_from_the_share_without_the_effort():
    ratio = effect(np.log(1.5), 0.2, measure="logRR", method="synthesis.pool")
    assert value(case(ratio, share_without=0.2), "extra_successes", "") == approx(10)
    odds = effect(np.log(2.0), 0.2, measure="logOR", method="synthesis.pool")
    assert value(case(odds, share_without=0.5), "extra_successes", "") == approx(100 * (2 / 3 - 0.5))


def test_nights_are_units_of_the_outcome():
    nights = effect(-22.0, 8.0, measure="MD", unit="nights", good="down", method="did.aggregate")
    assert value(case(nights), "extra_successes", "") == approx(2200)


# What is refused.


def test_a_before_after_rate_is_refused_unless_the_caller_flags_it():
    before_after = effect(method="documentation.before_after")
    with pytest.raises(NotCausal, match="allow_not_causal"):
        case(before_after)
    flagged = case(before_after, allow_not_causal=True)
    assert check(flagged, "causal_effect").passed is False
    assert check(case(), "causal_effect").passed is True


def test_a_typed_in_rate_and_groups_as_they_are_are_no_effects():
    with pytest.raises(NotCausal, match="float"):
        case(0.10)
    with pytest.raises(NotCausal, match="as they are"):
        case(effect(checks=(Check(name="unadjusted", passed=False, message="As they are."),)))


def test_a_result_without_interval_is_refused():
    bare = effect()
    bare = replace(bare, effects=bare.effects.assign(conf_low=np.nan, conf_high=np.nan))
    with pytest.raises(InvalidEffect, match="no interval"):
        case(bare)


def test_a_standardised_effect_and_one_without_direction_are_refused():
    with pytest.raises(InvalidOption, match="SMD"):
        case(effect(measure="SMD"))
    with pytest.raises(InvalidOption, match="direction is good"):
        case(effect(good=None))
    with pytest.raises(InvalidOption, match="share_without"):
        case(effect(np.log(1.5), 0.2, measure="logRR"))
    with pytest.raises(InvalidOption, match="difference already"):
        case(share_without=0.2)


@pytest.mark.parametrize("amount", [0.0, -5.0])
def test_zero_and_negative_costs_are_refused(amount):
    with pytest.raises(ImplausibleAmount, match="zero or negative in 1 of 1"):
        case(costs=pd.DataFrame([cost(amount)]))


@pytest.mark.parametrize("citizens", [0, -10, np.nan, [10, -1], [0, 0]])
def test_zero_negative_and_missing_citizens_are_refused(citizens):
    with pytest.raises(InvalidOption, match="citizens"):
        case(citizens=citizens)


def test_a_payer_that_does_not_exist_is_refused():
    with pytest.raises(UnknownPayer, match="'county'"):
        case(consequences=pd.DataFrame([consequence("county")]))
    with pytest.raises(UnknownPayer, match="'kommune'"):
        case(costs=pd.DataFrame([cost(payer="kommune")]))
    with pytest.raises(UnknownPayer, match="'county'"):
        case(payers=("municipality", "county"))


def test_a_horizon_beyond_the_prices_or_the_rates_is_refused():
    with pytest.raises(HorizonBeyondPrices, match="year 5"):
        case(horizon=8)
    rates = pd.DataFrame({"first_year": [0], "last_year": [3], "rate": [0.035]})
    with pytest.raises(HorizonBeyondPrices, match="Year 4"):
        case(discount_rates=rates)


@pytest.mark.parametrize("rate", [3.5, -0.01, np.nan])
def test_per_cent_given_for_a_share_is_refused(rate):
    with pytest.raises(InvalidOption, match="0.035"):
        case(discount_rates=rate)


def test_several_vintages_of_rates_at_once_are_refused():
    with pytest.raises(InvalidOption, match="vintages"):
        case(discount_rates=ww.evidence.prices()["discount_rates"])
    with pytest.raises(HorizonBeyondPrices, match="oldest"):
        ww.economics.rates_in_force(ww.evidence.prices()["discount_rates"], on="1990-01-01")


def test_mixed_price_levels_are_refused():
    with pytest.raises(MixedPriceLevels, match="2022"):
        case(consequences=GAINS.assign(price_level=[2024, 2022, 2024]))
    with pytest.raises(MixedPriceLevels, match="2019"):
        case(costs=COSTS.assign(price_level=2019))


def test_missing_numbers_and_columns_are_named():
    with pytest.raises(MissingValues, match="'price' lacks a value in 1 of 3"):
        case(consequences=GAINS.assign(price=[1.0, np.nan, 2.0]))
    with pytest.raises(MissingColumn, match="units"):
        case(consequences=GAINS.drop(columns="units"))
    with pytest.raises(MissingValues, match="both or neither"):
        case(consequences=GAINS.assign(price_low=1.0))
    with pytest.raises(EmptyData):
        case(costs=COSTS.head(0))


def test_inputs_that_cannot_be_are_refused():
    with pytest.raises(ImplausibleAmount, match="negative units"):
        case(consequences=GAINS.assign(price=-1.0))
    with pytest.raises(InvalidColumn, match="outside price_low"):
        case(consequences=GAINS.assign(price_low=1e6, price_high=2e6))
    with pytest.raises(InvalidColumn, match="cashable_share"):
        case(consequences=GAINS.assign(cashable_share=30))
    with pytest.raises(InvalidColumn, match="ledger"):
        case(costs=COSTS.assign(ledger="start"))
    with pytest.raises(InvalidColumn, match="whole years"):
        case(costs=COSTS.assign(last_year=-1))
    with pytest.raises(InvalidOption, match="draws"):
        case(draws=100)
    with pytest.raises(InvalidOption, match="ramp"):
        case(ramp=[25, 50])
    with pytest.raises(InvalidOption, match="dropout"):
        case(dropout=20)
    with pytest.raises(InvalidOption, match="operator"):
        case(operator="foundation")
    with pytest.raises(InvalidOption, match="conf_level=95 must lie between 0 and 1"):
        case(conf_level=95)
    with pytest.raises(InvalidOption, match="seed='today'; a whole number"):
        case(seed="today")


def test_categorical_and_nullable_columns_are_read_as_what_they_hold():
    gains = GAINS.astype({"payer": "category", "first_year": "Int64", "price": "Float64", "price_level": "Int64"})
    assert case(consequences=gains).headline.estimate == case().headline.estimate


def test_the_callers_tables_are_left_as_they_were():
    gains, costs = GAINS.copy(), COSTS.copy()
    case(consequences=gains, costs=costs)
    pd.testing.assert_frame_equal(gains, GAINS)
    pd.testing.assert_frame_equal(costs, COSTS)
