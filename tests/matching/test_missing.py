"""Covariates with gaps: marked, or filled in several times; the truth is covered where the gaps follow what is known."""

import numpy as np
import pandas as pd
import pytest

import whatworks as ww
from whatworks.core.errors import InvalidColumn, InvalidOption, MissingColumn, MissingValues, TooFewUnits
from whatworks.matching.chained_equations import Imputer
from whatworks.matching.intervals import effects_frame, interval_row
from whatworks.matching.missing import rubins_rules

COVARIATES = ["age", "need", "prior_contacts", "sex", "living", "prior_outcome"]


def effect(df):
    sample = ww.matching.match(df, treatment="treated", covariates=COVARIATES)
    return ww.matching.estimate(sample, outcome="outcome")


@pytest.fixture
def gaps(services):
    """Need is not known for a fifth, living for an eighth."""
    rng = np.random.default_rng(4)
    return services.assign(
        need=services["need"].mask(rng.random(500) < 0.2), living=services["living"].mask(rng.random(500) < 0.125)
    )


def impute(df, **options):
    asked = {"covariates": COVARIATES, "predictors": ["treated", "outcome"], "pipeline": effect, "imputations": 5, "seed": 1}
    return ww.matching.multiple_imputation(df, **{**asked, **options})


def test_indicators_fill_with_the_mean_or_a_level_of_their_own(gaps):
    filled, names = ww.matching.with_missing_indicators(gaps, covariates=COVARIATES)
    assert names == [*COVARIATES, "need_missing"]
    unknown = gaps["need"].isna()
    assert (filled.loc[unknown, "need"] == gaps["need"].mean()).all()
    assert (filled["need_missing"] == unknown).all()
    assert (filled.loc[gaps["living"].isna(), "living"] == "not known").all()
    assert filled.loc[~unknown, "need"].equals(gaps.loc[~unknown, "need"])
    assert gaps["need"].isna().any()
    sample = ww.matching.match(filled, treatment="treated", covariates=names)
    assert len(sample.pairs) == 146


def test_gaps_that_always_come_together_get_one_indicator(services):
    gap = services["age"] > 50
    torn = services.assign(need=services["need"].mask(gap), prior_contacts=services["prior_contacts"].mask(gap).astype("Int64"))
    _, names = ww.matching.with_missing_indicators(torn, covariates=["need", "prior_contacts"])
    assert names == ["need", "prior_contacts", "need_missing"]


def test_without_gaps_indicators_change_nothing(services):
    filled, names = ww.matching.with_missing_indicators(services, covariates=COVARIATES)
    assert names == COVARIATES
    assert filled.equals(services)


def test_what_cannot_be_marked_is_refused(services):
    with pytest.raises(InvalidColumn, match="'need' lacks a value in all 500"):
        ww.matching.with_missing_indicators(services.assign(need=np.nan), covariates=["need"])
    torn = services.assign(need=services["need"].mask(services["age"] > 50), need_missing=0)
    with pytest.raises(InvalidColumn, match="'need_missing'"):
        ww.matching.with_missing_indicators(torn, covariates=["need"])
    with pytest.raises(MissingColumn, match="'shoe_size'"):
        ww.matching.with_missing_indicators(services, covariates=["shoe_size"])


def test_rubins_rules_give_the_numbers_of_the_book():
    # Rubin (1987), section 3.3, by hand: within 2, between 1 (m = 4): total 2 + 1.25, share 1.25 / 3.25.
    estimates = np.array([1.0, 1.0, 1.0, 1.0]) + np.sqrt(3 / 4) * np.array([1, 1, -1, -1])
    pooled = rubins_rules(estimates, np.full(4, 2.0), freedom=np.inf)
    assert pooled["std_error"] ** 2 == pytest.approx(3.25)
    assert pooled["df"] == pytest.approx(3 / (1.25 / 3.25) ** 2)
    # Barnard & Rubin (1999), equation (3): fewer than either source of uncertainty alone leaves.
    observed = 21 / 23 * 20 * (2 / 3.25)
    small = rubins_rules(estimates, np.full(4, 2.0), freedom=20)
    assert small["df"] == pytest.approx(1 / (1 / pooled["df"] + 1 / observed))


def test_with_nothing_missing_the_answer_is_that_of_the_pipeline(services):
    pooled, plain = impute(services), effect(services)
    for column in ("estimate", "std_error", "conf_low", "conf_high", "p_value"):
        assert getattr(pooled.headline, column) == pytest.approx(getattr(plain.headline, column), rel=1e-12)
    assert pooled.statistics["missing_information"] == 0
    assert pooled.checks[0].passed


def test_every_imputation_is_matched_anew_and_stands_in_a_row(gaps):
    result = impute(gaps)
    assert result.parts["imputation"].tolist() == [1, 2, 3, 4, 5]
    assert result.parts["estimate"].nunique() > 1
    assert result.headline.estimate == pytest.approx(result.parts["estimate"].mean())
    assert result.headline.std_error > np.sqrt((result.parts["std_error"] ** 2).mean())
    assert 0 < result.statistics["missing_information"] < 0.5
    assert result.checks[0].name == "missing_information"
    assert {"balance", "far_pairs"} <= {check.name for check in result.checks}


def test_equal_seeds_give_equal_results_and_others_do_not(gaps):
    result = impute(gaps, imputations=2)
    assert impute(gaps, imputations=2) == result
    assert impute(gaps, imputations=2, seed=2).headline.estimate != result.headline.estimate
    assert ww.EffectResult.from_json(result.to_json()) == result


def test_the_order_of_people_and_the_unit_do_not_move_what_is_drawn_from(gaps):
    drawn = Imputer.of(gaps, ["need"], ["treated", "age"]).filled(np.random.default_rng(1), cycles=1)
    scaled = Imputer.of(gaps.assign(need=10 * gaps["need"]), ["need"], ["treated", "age"]).filled(
        np.random.default_rng(1), cycles=1
    )
    assert scaled["need"].to_numpy() == pytest.approx(10 * drawn["need"].to_numpy())


def test_drawn_values_are_such_as_were_seen_in_the_column_s_own_type(gaps):
    torn = gaps.assign(
        contacts=gaps["prior_contacts"].astype("Int64").mask(gaps["age"] > 55),
        woman=(gaps["sex"] == "woman").astype("boolean").mask(gaps["age"] < 25),
        home=gaps["living"].astype("category"),
    )
    names = ["contacts", "woman", "home", "need"]
    filled = Imputer.of(torn, names, ["treated", "outcome"]).filled(np.random.default_rng(2), cycles=3)
    for name in names:
        assert filled[name].dtype == torn[name].dtype
        assert filled[name].notna().all()
        assert set(filled[name]) <= set(torn[name].dropna())
        known = torn[name].notna()
        assert (filled.loc[known, name] == torn.loc[known, name]).all()


def test_what_is_drawn_follows_what_is_known():
    rng = np.random.default_rng(7)
    df = pd.DataFrame({"x": rng.normal(size=2000)})
    df["number"] = (2 * df["x"] + rng.normal(size=2000)).mask(rng.logistic(size=2000) < df["x"])
    df["kind"] = np.where(df["x"] + rng.logistic(size=2000) > 0, "b", "a")
    df["kind"] = df["kind"].mask(rng.random(2000) < 0.3)
    imputer = Imputer.of(df, ["number", "kind"], ["x"])
    for numbers in ("donors", "normal"):
        filled = imputer.filled(np.random.default_rng(1), cycles=3, numbers=numbers)
        slope, level = np.polyfit(df["x"], filled["number"], 1)
        assert (slope, level) == pytest.approx((2, 0), abs=0.1)
        assert (filled["number"] - slope * df["x"]).std() == pytest.approx(1, abs=0.06)
    gap = df["kind"].isna()
    shares = (filled["kind"] == "b").groupby([gap, df["x"] > 0]).mean().unstack()
    assert shares.loc[True].to_numpy() == pytest.approx(shares.loc[False].to_numpy(), abs=0.06)


def test_a_level_that_is_separated_does_not_stop_the_draw():
    df = pd.DataFrame({"x": np.arange(40.0), "kind": ["a"] * 20 + ["b"] * 20})
    df.loc[[3, 30], "kind"] = None
    filled = Imputer.of(df, ["kind"], ["x"]).filled(np.random.default_rng(1), cycles=1)
    assert filled["kind"].notna().all()


def test_a_doubt_of_any_imputation_is_a_doubt_of_the_answer(gaps):
    number = iter(range(5))

    def sometimes(df):
        result = effect(df)
        passed = next(number) != 3
        return ww.EffectResult(
            **{**vars(result), "checks": (ww.Check(name="moon_phase", passed=passed, message="Full or not."),)}
        )

    assert [check.name for check in impute(gaps, pipeline=sometimes).failed_checks] == ["moon_phase"]


def test_what_cannot_be_filled_in_is_refused(gaps):
    with pytest.raises(InvalidOption, match="imputations=1"):
        impute(gaps, imputations=1)
    with pytest.raises(InvalidOption, match="cycles=0"):
        impute(gaps, cycles=0)
    with pytest.raises(InvalidOption, match="'normal'"):
        impute(gaps, numbers="mean")
    with pytest.raises(InvalidOption, match="'need' is both"):
        impute(gaps, predictors=["need"])
    with pytest.raises(MissingValues, match="'gap'"):
        impute(gaps.assign(gap=gaps["outcome"].mask(gaps["age"] > 60)), predictors=["gap"])
    with pytest.raises(InvalidColumn, match="'need' lacks a value in all"):
        impute(gaps.assign(need=np.nan))
    with pytest.raises(InvalidColumn, match="'prior_contacts' of type Int64"):
        impute(gaps.assign(prior_contacts=gaps["prior_contacts"].astype("Int64").mask(gaps["age"] > 60)), numbers="normal")
    with pytest.raises(MissingColumn, match="'shoe_size'"):
        impute(gaps, covariates=["shoe_size"])

    def without_error(df):
        result = effect(df)
        return ww.EffectResult(**{**vars(result), "effects": result.effects.assign(std_error=np.nan)})

    with pytest.raises(TooFewUnits, match="no standard error"):
        impute(gaps, pipeline=without_error)


@pytest.mark.slow
@pytest.mark.parametrize(("numbers", "pull"), [("normal", 1.0), ("donors", 0.5)])
def test_intervals_cover_the_truth_where_leaving_people_out_would_not(numbers, pull):
    covered, complete = [], []
    for seed in range(90):
        rng = np.random.default_rng(seed)
        df = pd.DataFrame({"need": rng.normal(size=200)})
        df["treated"] = (df["need"] + rng.logistic(size=200) > 0).astype(int)
        df["outcome"] = df["treated"] + 2 * df["need"] + rng.normal(size=200)
        # Those who did well were seldom asked.
        df["need"] = df["need"].mask(rng.random(200) < 1 / (1 + np.exp(1.5 - pull * df["outcome"])))
        pooled = ww.matching.multiple_imputation(
            df,
            covariates="need",
            predictors=["treated", "outcome"],
            pipeline=regression,
            imputations=5,
            numbers=numbers,
            seed=seed,
        ).headline
        covered.append(pooled.conf_low <= 1 <= pooled.conf_high)
        left = regression(df.dropna()).headline
        complete.append(left.conf_low <= 1 <= left.conf_high)
    # Three Monte Carlo errors below 95 %.
    assert np.mean(covered) >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / 90)
    assert np.mean(complete) < np.mean(covered)


def regression(df):
    """Least squares of the outcome on treatment and need, without all that a matched sample brings along."""
    X = np.column_stack([np.ones(len(df)), df["treated"], df["need"]])
    fit = ww.inference.fit_least_squares(X, df["outcome"].to_numpy())
    error = np.sqrt(fit.residuals @ fit.residuals / (len(df) - 3) * fit.bread[1, 1])
    effects = effects_frame([interval_row("effect", "headline", fit.coefficients[1], error, freedom=len(df) - 3)])
    return ww.EffectResult(
        method="regression", estimand="effect", measure="MD", unit="outcome", effects=effects, statistics={"df": len(df) - 3},
        provenance=ww.Provenance(data_fingerprint="0"),
    )  # fmt: skip


def test_types_and_values_that_cannot_be_filled_are_refused_before_anything_is():
    dates = pd.Series(pd.Timestamp("2024-01-01"), index=range(4)).where(lambda each: each.index > 0)
    for filled in (
        lambda df: ww.matching.with_missing_indicators(df, covariates="x"),
        lambda df: ww.matching.multiple_imputation(df, covariates="x", pipeline=lambda each: each, imputations=2, seed=1),
    ):
        with pytest.raises(InvalidColumn, match="2 columns named 'x'"):
            filled(pd.concat([pd.DataFrame({"x": [1.0, None]})] * 2, axis=1))
        with pytest.raises(InvalidColumn, match="1 infinite values"):
            filled(pd.DataFrame({"x": [1.0, np.inf, np.nan]}))
    with pytest.raises(InvalidColumn, match="numbers, text or categories"):
        ww.matching.with_missing_indicators(pd.DataFrame({"x": dates}), covariates="x")


def test_values_that_a_column_cannot_hold_are_not_told():
    rng = np.random.default_rng(3)
    df = pd.DataFrame({"age": pd.array(rng.integers(20, 60, 60), dtype="Int64"), "days": rng.normal(size=60)})
    df.loc[::9, "age"] = pd.NA
    with pytest.raises(InvalidColumn, match="Use numbers='donors'") as refusal:
        ww.matching.multiple_imputation(
            df, covariates="age", predictors="days", numbers="normal", pipeline=lambda each: each, imputations=2, seed=1
        )
    assert not any(character.isdigit() for character in str(refusal.value).replace("Int64", "").replace("float64", ""))
