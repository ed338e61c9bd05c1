"""Extra cost beside extra effect: known numbers, properties, a simulation, and what is refused."""

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

import whatworks as ww
from whatworks.core import Check, EffectResult, Provenance
from whatworks.core.errors import (
    EmptyData,
    InvalidColumn,
    InvalidEffect,
    InvalidOption,
    MissingColumn,
    MissingValues,
    NoComparisonGroup,
    NotIdentified,
    NoTreatedGroup,
    TooFewUnits,
)
from whatworks.economics.errors import ImplausibleAmount, NotCausal

approx = pytest.approx


def people(n=200, *, cost=10_000.0, effect=5.0, seed=0, groups=None) -> pd.DataFrame:
    """Citizens whose extra cost and effect are known; with groups, each given the effort as a whole, alike within."""
    rng = np.random.default_rng(seed)
    group = np.arange(n) if groups is None else np.arange(n) % groups
    treated = group % 2
    shared = np.zeros(n) if groups is None else rng.normal(0, 4_000, groups)[group]
    need = rng.normal(0, 1, n)
    kroner = 60_000 + cost * treated + 8_000 * need + shared + rng.normal(0, 6_000, n)
    return pd.DataFrame(
        {"kroner": kroner, "score": 50 + effect * treated - 4 * need + rng.normal(0, 8, n), "treated": treated, "group": group}
    )


def compare(df: pd.DataFrame, **changes) -> EffectResult:
    inputs = {
        "cost": "kroner",
        "effect": "score",
        "treatment": "treated",
        "price_level": 2024,
        "good": "up",
        "effect_unit": "points",
    }
    return ww.economics.cost_effectiveness(df, **{**inputs, "randomised": True, **changes})


def estimate(value=5.0, half=2.0, **about) -> EffectResult:
    row = {"term": "ATT", "kind": "headline", "estimate": value, "std_error": half / 1.96}
    effects = pd.DataFrame([{**row, "conf_low": value - half, "conf_high": value + half, "p_value": np.nan}])
    known = {"method": "did.aggregate", "estimand": "ATT", "measure": "MD", "unit": "points", "good": "up"}
    return EffectResult(effects=effects, provenance=Provenance(data_fingerprint="0"), **{**known, **about})


def row(result: EffectResult, quantity: str, **where):
    rows = result.parts[result.parts["quantity"] == quantity]
    for column, wanted in where.items():
        rows = rows[rows[column] == wanted]
    assert len(rows) == 1
    return rows.iloc[0]


def check(result: EffectResult, name: str) -> Check:
    return next(each for each in result.checks if each.name == name)


def test_extra_cost_and_improvement_are_differences_in_means():
    df = people()
    means = df.groupby("treated")[["kroner", "score"]].mean()
    result = compare(df)
    assert result.headline.estimate == approx(means.loc[1, "kroner"] - means.loc[0, "kroner"])
    assert row(result, "improvement")["estimate"] == approx(means.loc[1, "score"] - means.loc[0, "score"])


def test_bootstrap_errors_are_those_of_a_difference_in_means():
    df = people(400)
    result = compare(df, draws=4000)
    arms = df.groupby("treated")["kroner"]
    assert result.headline.std_error == approx(math.sqrt((arms.var() / arms.size()).sum()), rel=0.05)


def test_what_costs_more_also_gains_less_stays_in_the_draws():
    """Need raises cost and lowers the score, so the two differences move against each other."""
    dots = compare(people(400)).parts.query("quantity == 'dot'")
    assert len(dots) == 100
    assert np.corrcoef(dots["estimate"], dots["effect"])[0, 1] < -0.2


def test_weights_change_the_means():
    df = people().assign(weight=1.0)
    df.loc[df["treated"] == 1, "weight"] = np.linspace(0.1, 2.0, int(df["treated"].sum()))
    treated = df[df["treated"] == 1]
    expected = np.average(treated["kroner"], weights=treated["weight"]) - df.loc[df["treated"] == 0, "kroner"].mean()
    assert compare(df, weights="weight").headline.estimate == approx(expected)


def test_groups_drawn_whole_make_the_answer_less_sure():
    df = people(400, groups=20)
    clustered, alone = compare(df, cluster="group"), compare(df)
    assert clustered.headline.estimate == approx(alone.headline.estimate)
    assert clustered.headline.std_error > 1.3 * alone.headline.std_error
    assert check(clustered, "few_clusters").passed is False


def test_groups_that_hold_both_arms_are_drawn_whole_too():
    df = people(400).assign(place=np.arange(400) // 8)
    assert compare(df, cluster="place").headline.std_error > 0


@pytest.mark.parametrize(
    ("cost", "effect", "place"),
    [(-9e3, 6, "dominant"), (9e3, 6, "more_for_more"), (-9e3, -6, "less_for_less"), (9e3, -6, "dominated")],
)
def test_the_quadrant_is_named_and_a_negative_ratio_never_given(cost, effect, place):
    result = compare(people(2000, cost=cost, effect=effect))
    assert result.headline.item == place
    assert row(result, "quadrant", item=place)["estimate"] > 0.99
    ratio = row(result, "ratio")
    if place in ("dominant", "dominated"):
        assert math.isnan(ratio["estimate"])
        assert math.isnan(ratio["conf_low"])
    else:
        assert ratio["conf_low"] < ratio["estimate"] < ratio["conf_high"]
        assert ratio["conf_low"] > 0


def test_a_ratio_whose_draws_cross_an_axis_has_no_interval():
    result = compare(people(100, cost=9e3, effect=1.0, seed=3))
    assert check(result, "quadrant_clear").passed is False
    assert math.isnan(row(result, "ratio")["conf_low"])


def test_fewer_symptoms_are_an_improvement():
    df = people()
    turned = compare(df.assign(score=-df["score"]), good="down")
    assert row(turned, "improvement")["estimate"] == approx(row(compare(df), "improvement")["estimate"])


# From two estimates, where the answer is known exactly.


def test_net_benefit_and_acceptability_are_those_of_a_normal_difference():
    result = ww.economics.cost_effectiveness_of(
        estimate(), (10_000, 6_000, 14_000), price_level=2024, thresholds=[0, 2_000, 5_000], draws=40_000
    )
    for value in (0, 2_000, 5_000):
        mean = value * 5 - 10_000
        sd = math.hypot(value * 2.0, 4_000) / norm.ppf(0.975)
        assert row(result, "net_benefit", threshold=value)["estimate"] == approx(mean)
        assert row(result, "acceptability", threshold=value)["estimate"] == approx(norm.cdf(mean / sd), abs=0.01)
        # Expected loss of deciding now: Raiffa & Schlaifer (1961), unit normal loss.
        loss = sd * (norm.pdf(mean / sd) - abs(mean / sd) * norm.cdf(-abs(mean / sd)))
        assert row(result, "perfect_information", threshold=value)["estimate"] == approx(loss, abs=25)


def test_correlation_of_errors_narrows_net_benefit():
    def spread(correlation):
        result = ww.economics.cost_effectiveness_of(
            estimate(), (10_000, 6_000, 14_000), price_level=2024, thresholds=[2_000], correlation=correlation
        )
        return row(result, "net_benefit")["std_error"]

    assert spread(0.8) < 0.6 * spread(0.0)


def test_a_ratio_from_two_estimates_is_cost_over_effect():
    result = ww.economics.cost_effectiveness_of(estimate(), (10_000, 9_000, 11_000), price_level=2024)
    assert row(result, "ratio")["estimate"] == approx(2_000)
    assert check(result, "causal_effect").passed is True
    assert check(result, "correlation_assumed").passed is None


def test_the_value_of_information_grows_with_those_it_is_for():
    one, many = (
        ww.economics.cost_effectiveness_of(
            estimate(), (10_000, 6_000, 14_000), price_level=2024, thresholds=[2_000], population=population
        )
        for population in (None, 500)
    )
    assert row(many, "perfect_information")["estimate"] == approx(500 * row(one, "perfect_information")["estimate"])
    assert row(many, "perfect_information")["measured_in"] == "kr."


# Two views, with quality beside cost.


def test_a_cheaper_effort_reaches_more_for_the_same_and_saves_for_the_same():
    result = ww.economics.cost_effectiveness_of(estimate(), (-10_000, -12_000, -8_000), price_level=2024, cost_without=50_000)
    assert row(result, "more_for_same")["estimate"] == approx(0.25)
    assert row(result, "same_for_fewer")["estimate"] == approx(10_000)
    assert check(result, "saving_with_loss").passed is True


def test_a_saving_with_a_measured_loss_is_flagged():
    """Harmful and cheap: the money saved is no gain."""
    result = ww.economics.cost_effectiveness_of(estimate(-3.0, 1.5), (-10_000, -12_000, -8_000), price_level=2024)
    assert result.headline.item == "less_for_less"
    assert check(result, "saving_with_loss").passed is False


def test_a_saving_with_an_unsure_effect_is_open_until_a_margin_says_what_is_the_same():
    cheap = {"cost": (-10_000, -12_000, -8_000), "price_level": 2024}
    assert check(ww.economics.cost_effectiveness_of(estimate(-0.5, 1.0), **cheap), "saving_with_loss").passed is None
    assert check(ww.economics.cost_effectiveness_of(estimate(-0.5, 1.0), **cheap, margin=2), "saving_with_loss").passed is True
    assert check(ww.economics.cost_effectiveness_of(estimate(-0.5, 1.0), **cheap, margin=1), "saving_with_loss").passed is False
    dear = ww.economics.cost_effectiveness_of(estimate(-0.5, 1.0), (5_000, 4_000, 6_000), price_level=2024)
    assert check(dear, "saving_with_loss").passed is True


def test_groups_compared_as_they_are_are_flagged():
    assert check(compare(people(), randomised=False), "unadjusted").passed is False


def test_the_same_seed_gives_the_same_bytes_and_reads_back():
    result = compare(people(groups=None))
    assert result.to_json() == compare(people()).to_json()
    assert EffectResult.from_json(result.to_json()) == result


def test_no_citizen_is_in_the_result():
    df = people(60)
    text = compare(df).to_json()
    assert not any(repr(value) in text for value in df["kroner"])


@pytest.mark.slow
@pytest.mark.parametrize("groups", [None, 60])
def test_percentile_intervals_hold_the_truth_95_times_in_100(groups):
    held = np.zeros(2)
    runs = 60
    for seed in range(runs):
        result = compare(people(240, seed=seed, groups=groups), draws=1000, cluster="group" if groups else None, thresholds=[1.0])
        for place, (found, truth) in enumerate(((result.headline, 10_000), (row(result, "improvement"), 5))):
            held[place] += found.conf_low <= truth <= found.conf_high
    # 2.8 standard errors of a share of 0.95 in 60.
    assert (held / runs >= 0.87).all()


# What is refused.


def test_missing_and_negative_numbers_and_absent_columns_are_refused():
    df = people()
    with pytest.raises(MissingValues, match="'kroner' lacks a value in 1 of 200"):
        compare(df.assign(kroner=df["kroner"].where(df.index > 0)))
    with pytest.raises(ImplausibleAmount, match="negative in 1 of 200"):
        compare(df.assign(kroner=df["kroner"].where(df.index > 0, -5.0)))
    with pytest.raises(ImplausibleAmount, match="zero in all 200"):
        compare(df.assign(kroner=0.0))
    with pytest.raises(NotIdentified, match="the same for all 200 citizens"):
        compare(df.assign(score=50.0))
    with pytest.raises(MissingColumn, match="'krone'"):
        compare(df, cost="krone")
    with pytest.raises(InvalidColumn, match="str"):
        compare(df.assign(score="5"))
    with pytest.raises(EmptyData):
        compare(df.head(0))


def test_an_arm_that_is_empty_or_one_group_is_refused():
    df = people()
    with pytest.raises(NoTreatedGroup):
        compare(df.assign(treated=0))
    with pytest.raises(NoComparisonGroup):
        compare(df.assign(treated=1))
    with pytest.raises(TooFewUnits, match="1 clusters"):
        compare(df.assign(group=df["treated"]), cluster="group")


def test_options_that_cannot_be_are_refused():
    for changes in (
        {"good": "better"},
        {"draws": 10},
        {"margin": -1},
        {"population": 0},
        {"conf_level": 95},
        {"seed": 1.5},
        {"thresholds": [-1]},
    ):
        with pytest.raises(InvalidOption):
            compare(people(), **changes)
    with pytest.raises(InvalidOption, match="not a year"):
        compare(people(), price_level=24)


def test_effects_that_are_none_or_have_no_interval_are_refused():
    cost = (10_000, 8_000, 12_000)
    with pytest.raises(NotCausal):
        ww.economics.cost_effectiveness_of(estimate(method="before_after"), cost, price_level=2024)
    bare = estimate()
    bare = replace(bare, effects=bare.effects.assign(conf_low=np.nan))
    with pytest.raises(InvalidEffect, match="no interval"):
        ww.economics.cost_effectiveness_of(bare, cost, price_level=2024)
    with pytest.raises(InvalidOption, match="logRR"):
        ww.economics.cost_effectiveness_of(estimate(measure="logRR"), cost, price_level=2024)
    with pytest.raises(InvalidOption, match="direction"):
        ww.economics.cost_effectiveness_of(estimate(good=None), cost, price_level=2024)
    with pytest.raises(InvalidOption, match="correlation"):
        ww.economics.cost_effectiveness_of(estimate(), cost, price_level=2024, correlation=2)
    with pytest.raises(InvalidOption, match="must hold the number"):
        ww.economics.cost_effectiveness_of(estimate(), (10_000, 12_000, 14_000), price_level=2024)
