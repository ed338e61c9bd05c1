"""Comparison of providers: what is estimated, who is refused, what may be published."""

import json

import numpy as np
import pandas as pd
import pytest

import whatworks as ww
from whatworks.core.errors import (
    EmptyData,
    InvalidColumn,
    InvalidOption,
    MissingValues,
    NotIdentified,
    TooFewUnits,
)

CALL = {"provider": "home", "outcome": "y", "case_mix": ["need", "age"]}


def providers(result):
    return result.parts[result.parts["level"] == "provider"].set_index("provider")


def test_observed_and_expected_are_those_of_a_plain_regression(make_citizens):
    import statsmodels.api as sm

    stays = make_citizens(family="logistic")
    rows = providers(ww.benchmarking.compare(stays, **CALL))
    fitted = sm.Logit(stays["y"], sm.add_constant(stays[["need", "age"]])).fit(disp=0).predict()
    of_home = stays.assign(fitted=fitted, variance=fitted * (1 - fitted)).groupby("home")
    fair = rows["comparable"]
    assert rows.loc[fair, "expected"].to_numpy() == pytest.approx(of_home["fitted"].mean()[fair].to_numpy(), abs=1e-9)
    difference = (of_home["y"].mean() - of_home["fitted"].mean())[fair]
    assert rows.loc[fair, "estimate"].to_numpy() == pytest.approx(difference.to_numpy(), abs=1e-9)
    error = np.sqrt(of_home["variance"].sum())[fair] / of_home.size()[fair]
    assert rows.loc[fair, "std_error"].to_numpy() == pytest.approx(error.to_numpy(), abs=1e-9)


def test_expected_counts_are_those_of_a_plain_poisson_regression(make_citizens):
    import statsmodels.api as sm

    stays = make_citizens(family="poisson").assign(months=lambda frame: 1 + np.arange(len(frame)) % 12)
    rows = providers(ww.benchmarking.compare(stays, **CALL, exposure="months"))
    fit = sm.GLM(stays["y"], sm.add_constant(stays[["need", "age"]]), family=sm.families.Poisson(), exposure=stays["months"]).fit(
        tol=1e-12
    )
    expected = stays.assign(mu=fit.mu).groupby("home")["mu"].sum()
    fair = rows["comparable"]
    assert rows.loc[fair, "expected"].to_numpy() == pytest.approx(expected[fair].to_numpy(), rel=1e-8)
    assert rows.loc[fair, "estimate"].to_numpy() == pytest.approx((rows["observed"] / expected)[fair].to_numpy(), rel=1e-8)


@pytest.mark.parametrize("model", ["standardised", "random"])
def test_outcomes_on_another_scale_move_estimates_with_them(stays, model):
    plain = ww.benchmarking.compare(stays, **CALL, model=model, good="up")
    larger = ww.benchmarking.compare(stays.assign(y=10 * stays["y"] + 3), **CALL, model=model, good="up")
    columns = ["estimate", "std_error", "shrunken", "limit_high_998"]
    one, two = providers(plain)[columns], providers(larger)[columns]
    np.testing.assert_allclose(10 * one, two, rtol=1e-5, atol=1e-6)
    assert (providers(plain)["place"] == providers(larger)["place"]).all()
    assert larger.headline.estimate == pytest.approx(10 * plain.headline.estimate, rel=1e-5)


def test_shrunken_estimates_lie_between_the_estimate_and_the_average_and_nearer_the_truth(make_citizens):
    stays = make_citizens(40, 25, seed=4)
    rows = providers(ww.benchmarking.compare(stays, **CALL))
    rows = rows[rows["comparable"]]
    truth = stays.groupby("home")["truth"].first().loc[rows.index]
    assert (rows["shrunken"].abs() <= rows["estimate"].abs()).all()
    wrong, less_wrong = (((rows[name] - truth) ** 2).mean() for name in ("estimate", "shrunken"))
    assert less_wrong < wrong


def test_adjusting_takes_out_what_citizens_bring_with_them(stays):
    heavy = stays.assign(need=stays["need"] + 0.5 * (stays["home"] == "Home 03"), y=lambda f: f["y"])
    heavy.loc[heavy["home"] == "Home 03", "y"] += 0.5 * 0.6
    plain, shifted = (providers(ww.benchmarking.compare(each, **CALL)).loc["Home 03"] for each in (stays, heavy))
    assert shifted["unadjusted"] > plain["unadjusted"] + 0.25
    assert shifted["estimate"] == pytest.approx(plain["estimate"], abs=0.05)


def test_owners_are_an_attribute_and_never_adjusted_for(stays):
    with_owner = ww.benchmarking.compare(stays, **CALL, ownership="owner")
    without = ww.benchmarking.compare(stays, **CALL)
    np.testing.assert_array_equal(providers(with_owner)["estimate"], providers(without)["estimate"])
    owners = with_owner.parts[with_owner.parts["level"] == "ownership"]
    assert owners["ownership"].tolist() == ["municipal", "private", "regional"]
    # Counts of an owner would give back a hidden provider's.
    assert owners["n"].isna().all()


def test_rows_are_in_danish_alphabetical_order_and_no_rank_stands_alone(stays):
    names = dict(zip(sorted(stays["home"].unique()), ["Ås", "Zoo", "Aarup", "Ærø", "Øde", *"BCDEFGHIJKLMNOP"], strict=True))
    result = ww.benchmarking.compare(stays.assign(home=stays["home"].map(names)), **CALL, good="up")
    assert list(providers(result).index) == [*"BCDEFGHIJKLMNOP", "Zoo", "Ærø", "Øde", "Aarup", "Ås"]
    rows = providers(result)
    rows = rows[rows["comparable"]]
    assert (rows["rank_low"] <= rows["rank_high"]).all()
    assert "rank" not in result.effects.columns
    assert rows[["top_third", "bottom_third"]].to_numpy().max() <= 1
    unsigned = providers(ww.benchmarking.compare(stays, **CALL))
    assert unsigned[["rank_low", "rank_high", "top_third"]].isna().all(axis=None)


def test_periods_have_rows_of_their_own_and_differences_that_last_are_seen_to_last(make_citizens):
    stays = make_citizens(30, 100, spread=0.8)
    result = ww.benchmarking.compare(stays, **CALL, period="year")
    cells = result.parts[result.parts["level"] == "provider_period"]
    assert len(cells) == 60
    assert result.statistics["persistence"] > 0.8
    shuffled = stays.assign(y=stays["y"] + 2.0 * (stays["year"] == 2024) * np.sin(97.0 * stays["truth"]))
    assert ww.benchmarking.compare(shuffled, **CALL, period="year").statistics["persistence"] < 0.7
    # A level that moves for everybody is nobody's merit.
    risen = stays.assign(y=stays["y"] + 5 * (stays["year"] == 2024))
    moved = ww.benchmarking.compare(risen, **CALL, period="year")
    np.testing.assert_allclose(providers(moved)["estimate"], providers(result)["estimate"], atol=1e-9)


@pytest.mark.slow
def test_about_one_provider_in_twenty_lies_outside_the_inner_funnel_by_chance(make_citizens):
    places = []
    for seed in range(6):
        stays = make_citizens(300, 40, spread=0.0, seed=seed)
        found = providers(ww.benchmarking.compare(stays, **CALL, overdispersion="none"))
        places += found.loc[found["comparable"], "place"].tolist()
    assert np.mean([place != "as_expected" for place in places]) == pytest.approx(0.05, abs=0.015)


@pytest.mark.slow
@pytest.mark.parametrize(("family", "model"), [("linear", "random"), ("logistic", "standardised"), ("logistic", "random")])
def test_shrunken_intervals_hold_the_truth_as_often_as_they_say(make_citizens, family, model):
    held = []
    for seed in range(6):
        stays = make_citizens(40, 40, family=family, seed=seed, spread=0.5)
        result = ww.benchmarking.compare(stays, **CALL, model=model)
        rows = providers(result)[lambda frame: frame["comparable"]]
        truth = stays.groupby("home")["truth"].first().loc[rows.index]
        truth = truth - truth.mean()
        if model == "standardised" and family == "logistic":
            # On the scale of proportions: a difference in the linear predictor times the average of p(1 - p).
            truth = truth * result.statistics["within_variance"]
        held.append(((rows["shrunken_low"] <= truth) & (truth <= rows["shrunken_high"])).mean())
    assert 0.85 < np.mean(held) < 0.99


def test_the_result_reads_back_and_equal_calls_give_equal_bytes(stays):
    result = ww.benchmarking.compare(stays, **CALL, ownership="owner", period="year", good="up")
    assert ww.core.EffectResult.from_json(result.to_json()) == result
    assert result == ww.benchmarking.compare(stays, **CALL, ownership="owner", period="year", good="up")


def test_no_row_of_a_person_is_in_the_result(stays):
    told = json.loads(ww.benchmarking.compare(stays, **CALL, good="up").to_json())
    assert len(told["effects"]["columns"]["term"]["values"]) == 1 + 20
    assert f"{stays['y'].iloc[0]:.6f}" not in json.dumps(told)


# The gate.


def test_a_provider_with_too_few_citizens_is_named_and_not_compared(stays):
    few = stays[(stays["home"] != "Home 02") | (stays.groupby("home").cumcount() < 12)]
    row = providers(ww.benchmarking.compare(few, **CALL)).loc["Home 02"]
    assert row["reason"] == "too_few_citizens"
    assert not row["comparable"]
    assert row["n"] == 12
    assert row[["estimate", "shrunken", "observed", "limit_high_95"]].isna().all()


def test_counts_below_five_are_not_in_the_result_and_cannot_be_taken_from_the_total(stays):
    few = stays[(stays["home"] != "Home 02") | (stays.groupby("home").cumcount() < 3)]
    result = ww.benchmarking.compare(few, **CALL, ownership="owner", period="year")
    row = providers(result).loc["Home 02"]
    assert row["suppressed"]
    assert row[["n", "estimate", "observed", "expected", "unadjusted"]].isna().all()
    assert np.isnan(result.statistics["nobs"])
    cells = result.parts.query("level == 'provider_period' and provider == 'Home 02'")
    assert cells[["n", "estimate", "observed"]].isna().all(axis=None)


def test_a_provider_without_events_is_compared_and_one_with_few_is_hidden(make_citizens):
    stays = make_citizens(family="logistic")
    stays.loc[stays["home"] == "Home 04", "y"] = 0.0
    place = np.flatnonzero(stays["home"] == "Home 05")
    stays.loc[place, "y"] = 0.0
    stays.loc[place[:3], "y"] = 1.0
    rows = providers(ww.benchmarking.compare(stays, **CALL, max_difference=9))
    assert rows.loc["Home 04", "comparable"]
    assert rows.loc["Home 04", "observed"] == 0
    assert rows.loc["Home 04", "estimate"] == pytest.approx(-rows.loc["Home 04", "expected"])
    assert rows.loc["Home 05", "reason"] == "few_events"
    assert rows.loc["Home 05", "suppressed"]
    # Two hidden providers with one event each: with the number of citizens, the average would tell of the two.
    stays.loc[stays["home"].isin(["Home 05", "Home 06"]), "y"] = 0.0
    stays.loc[stays["home"].isin(["Home 05", "Home 06"]) & (stays.groupby("home").cumcount() == 0), "y"] = 1.0
    assert np.isnan(ww.benchmarking.compare(stays, **CALL, max_difference=9).statistics["nobs"])
    random = providers(ww.benchmarking.compare(stays, **CALL, model="random", max_difference=9)).loc["Home 04"]
    assert np.isfinite(random[["estimate", "shrunken", "shrunken_low"]].astype(float)).all()


def test_other_reasons_why_a_provider_cannot_be_compared(stays):
    def reason(frame, home="Home 01"):
        return providers(ww.benchmarking.compare(frame, **CALL)).loc[home, "reason"]

    ours = stays["home"] == "Home 01"
    assert reason(stays.assign(need=stays["need"] + 3 * ours)) == "different_mix"
    turn = stays.groupby("home").cumcount()
    assert reason(stays.assign(y=stays["y"].mask(ours & (turn % 2 == 0)))) == "low_follow_up"
    assert reason(stays.assign(need=stays["need"].mask(ours & (turn % 3 == 0)))) == "low_baseline"
    crowd = pd.concat([stays, *[stays[ours]] * 20])
    assert reason(crowd) == "dominant"
    seven = stays[stays["home"] < "Home 07"]
    assert set(providers(ww.benchmarking.compare(seven, **CALL))["reason"]) == {"too_few_providers"}
    result = ww.benchmarking.compare(seven, **CALL, good="up")
    assert np.isnan(result.headline.estimate)
    assert result.statistics["n_comparable"] == 0


def test_rows_without_outcome_are_counted(stays):
    result = ww.benchmarking.compare(stays.assign(y=stays["y"].mask(np.arange(len(stays)) % 10 == 0)), **CALL)
    assert result.statistics["n_dropped"] == 120
    assert next(each for each in result.checks if each.name == "dropped_rows").passed is False


# What is refused.


def test_factors_measured_after_the_start_are_refused_by_name(stays):
    frame = stays.assign(staff_ratio=1.0, hours=2.0)
    with pytest.raises(ww.benchmarking.MeasuredAfterStart, match="staff_ratio, hours"):
        ww.benchmarking.compare(
            frame,
            provider="home",
            outcome="y",
            case_mix=["need", "staff_ratio", "hours"],
            measured_after=["hours", "staff_ratio"],
        )
    with pytest.raises(InvalidOption, match="another role: owner"):
        ww.benchmarking.compare(frame, provider="home", outcome="y", case_mix="owner", ownership="owner")


@pytest.mark.parametrize(
    ("change", "options", "error", "words"),
    [
        ({"home": "Home 01"}, {}, TooFewUnits, "one provider in 'home'"),
        ({"y": 1.0}, {}, NotIdentified, "'y' is the same for all 1200"),
        ({"y": np.nan}, {}, EmptyData, "No row has both"),
        ({"home": None}, {}, MissingValues, "1200 rows have no provider"),
        ({"age": 3.0}, {}, NotIdentified, "constant or follow from the others: age"),
        ({"y": np.inf}, {}, InvalidColumn, "infinite"),
        ({}, {"family": "logistic"}, InvalidColumn, "not 0/1"),
        ({}, {"family": "poisson"}, InvalidColumn, "no count"),
        ({}, {"exposure": "year"}, InvalidColumn, "no count"),
        ({}, {"same": "year"}, InvalidColumn, "'year' holds 2 different values"),
        ({}, {"ownership": "year"}, InvalidColumn, "20 providers have several owners"),
        ({}, {"good": "higher"}, InvalidOption, "good='higher'"),
        ({}, {"conf_level": 95}, InvalidOption, "conf_level=95"),
    ],
)
def test_frames_and_options_that_cannot_be_used_are_refused(stays, change, options, error, words):
    with pytest.raises(error, match=words):
        ww.benchmarking.compare(stays.assign(**change), **CALL, **options)
