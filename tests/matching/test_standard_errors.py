"""Standard errors in strata, with clusters, in subgroups, and where one person is all there is."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats

import whatworks as ww
from whatworks.core.errors import InvalidColumn, InvalidOption, NotIdentified, TooFewUnits


def check(result, name):
    return next(check for check in result.checks if check.name == name)


def match_services(df):
    return ww.matching.match(df, treatment="treated", covariates=["age", "need", "sex"])


def in_strata(seed: int, *, clusters: int = 40, shock: float = 0.0) -> pd.DataFrame:
    """An effect of 1 in 400 people whose needs come in four grades; municipalities differ in level and in who is treated."""
    rng = np.random.default_rng(seed)
    need, sex, home = np.digitize(rng.normal(size=400), [-1, 0, 1]), rng.integers(0, 2, 400), rng.integers(0, clusters, 400)
    level, leaning = rng.normal(size=(2, clusters)) * shock
    treated = rng.random(400) < 1 / (1 + np.exp(1.5 - 0.5 * need - 0.5 * leaning[home]))
    days = 1.0 * treated + 1.5 * need + 0.5 * sex + level[home] + rng.normal(size=400)
    return pd.DataFrame({"treated": treated.astype(int), "need": need, "sex": sex, "home": home, "days": days})


def exactly(df: pd.DataFrame, **options):
    return ww.matching.match(df, treatment="treated", covariates=["need", "sex"], method="exact", **options)


def test_a_bootstrap_of_strata_keeps_everybody_in_the_own_subgroup():
    # The effect is 1 in one half and 9 in the other, nearly without noise: people in the wrong half would be seen at once.
    rng = np.random.default_rng(0)
    df = pd.DataFrame({"treated": rng.integers(0, 2, 400), "need": rng.integers(0, 2, 400), "sex": rng.integers(0, 2, 400)})
    df["days"] = np.where(df["sex"] == 1, 9.0, 1.0) * df["treated"] + 0.1 * rng.normal(size=400)
    options = {"outcome": "days", "by": "sex"}
    plain = ww.matching.estimate(exactly(df), **options).parts
    drawn = ww.matching.estimate(exactly(df), **options, vcov="bootstrap", draws=60, seed=1).parts
    assert drawn["std_error"].to_numpy() == pytest.approx(plain["std_error"].to_numpy(), rel=0.4)


@pytest.mark.parametrize(
    "divide",
    [
        lambda need: pd.cut(need, 2),
        lambda need: pd.Timestamp("2024-01-01") + pd.to_timedelta(need % 2, "D"),
        lambda need: need % 2 == 0,
        lambda need: (need % 2).astype("category"),
        lambda need: (need % 2).astype(object),
    ],
    ids=["intervals", "dates", "truth values", "categories", "objects"],
)
def test_a_bootstrap_knows_subgroups_of_every_type(divide):
    df = in_strata(1)
    df["part"] = divide(df["need"])
    sample = ww.matching.weight(df, treatment="treated", covariates=["need", "sex"])
    result = ww.matching.estimate(sample, outcome="days", by="part", vcov="bootstrap", draws=10, seed=1)
    assert (result.parts["std_error"] > 0).all()
    assert result.statistics["draws_failed"] == 0


def test_subgroups_that_read_alike_are_refused(services):
    mixed = match_services(services.assign(part=[1 if age > 40 else "1" for age in services["age"]]))
    with pytest.raises(InvalidColumn, match="read alike"):
        ww.matching.estimate(mixed, outcome="outcome", by="part")


def test_strata_beside_a_named_cluster_are_no_clusters_and_pairs_are():
    df = in_strata(2, shock=1.0)
    weights = exactly(df).weights
    by_hand = sm.WLS(df["days"], sm.add_constant(df["treated"]), weights=weights).fit(
        cov_type="cluster", cov_kwds={"groups": df["home"]}
    )
    result = ww.matching.estimate(exactly(df), outcome="days", cluster="home")
    assert result.headline.std_error == pytest.approx(by_hand.bse["treated"], rel=1e-9)
    pairs = ww.matching.match(df, treatment="treated", covariates=["need", "sex"])
    both = ww.matching.estimate(pairs, outcome="days", cluster="home").headline.std_error
    assert both != pytest.approx(ww.matching.estimate(pairs, outcome="days", vcov="cluster").headline.std_error, rel=1e-3)


def test_intervals_from_clusters_use_students_t_with_clusters_less_one():
    df = in_strata(3, clusters=9, shock=1.0)
    results = [
        ww.matching.estimate(exactly(df), outcome="days", cluster="home", by="sex"),
        ww.matching.estimate(
            ww.matching.weight(df, treatment="treated", covariates=["need", "sex"]), outcome="days", cluster="home", by="sex"
        ),
        ww.matching.aipw(df, treatment="treated", covariates=["need", "sex"], outcome="days", cluster="home", by="sex"),
    ]
    for result in results:
        reach = (result.effects["conf_high"] - result.effects["estimate"]) / result.effects["std_error"]
        assert reach.to_numpy() == pytest.approx(stats.t(8).ppf(0.975), rel=1e-12)


def test_few_clusters_treated_clusters_and_strata_as_clusters_are_doubted():
    df = in_strata(4, clusters=50)
    df["treated"] = (df["home"] < 4).astype(int)
    told = ww.matching.estimate(exactly(df), outcome="days", cluster="home")
    assert check(told, "few_clusters").passed is True
    assert check(told, "few_treated_clusters").passed is False
    assert check(told, "few_treated_clusters").statistics["treated"] == 4
    augmented = ww.matching.aipw(df, treatment="treated", covariates=["need", "sex"], outcome="days", cluster="home")
    assert check(augmented, "few_treated_clusters").passed is False
    sample = exactly(df)
    strata = check(ww.matching.estimate(sample, outcome="days", vcov="cluster"), "few_clusters")
    assert (strata.passed, strata.statistics["clusters"]) == (False, sample.subclass.nunique())


@pytest.mark.parametrize("arm", [0, 1])
def test_an_arm_of_one_person_has_no_standard_error_of_its_own(arm):
    rng = np.random.default_rng(5)
    df = pd.DataFrame({"treated": [arm] + [1 - arm] * 60, "need": rng.normal(size=61), "days": rng.normal(size=61)})
    alone = ww.matching.unmatched(df, treatment="treated", randomised=True)
    for vcov in ("auto", "HC0", "HC1", "HC3"):
        with pytest.raises(TooFewUnits, match="one person with weight"):
            ww.matching.estimate(alone, outcome="days", vcov=vcov)
    pooled = ww.matching.estimate(alone, outcome="days", vcov="classical").headline
    expected = stats.ttest_ind(df["days"][df["treated"] == 1], df["days"][df["treated"] == 0])
    assert pooled.p_value == pytest.approx(expected.pvalue, rel=1e-9)
    reused = ww.matching.match(
        df, treatment="treated", covariates="need", distance="mahalanobis", replace=True, estimand="ATT" if arm else "ATC"
    )
    with pytest.raises(TooFewUnits, match="no spread to judge an effect by"):
        ww.matching.estimate(reused, outcome="days")


def test_hc3_is_refused_where_a_row_is_fitted_without_error():
    df = in_strata(6)
    df["alone"] = (df.index == df.index[df["treated"] == 1][0]).astype(int)
    sample = ww.matching.unmatched(df, treatment="treated")
    with pytest.raises(TooFewUnits, match="divides by nothing for 1 of 400 rows"):
        ww.matching.estimate(sample, outcome="days", covariates=["need", "alone"], interact=False, vcov="HC3")
    assert np.isfinite(
        ww.matching.estimate(sample, outcome="days", covariates=["need", "alone"], interact=False, vcov="HC1").headline.std_error
    )


@pytest.mark.parametrize("measure", ["risk_ratio", "odds_ratio"])
def test_a_share_of_nobody_divides_nothing_however_it_is_rounded(measure):
    # In the first frame the regression leaves a share of 1e-16 among comparison people.
    for days in ([1.0, 0, 0], [0.0, 0, 1]):
        arms = [1, 0, 0] if days[0] else [0, 0, 1]
        df = pd.DataFrame({"treated": arms * 4, "yes": days * 4})
        with pytest.raises(NotIdentified, match="divides by a share that is 0"):
            ww.matching.estimate(ww.matching.unmatched(df, treatment="treated"), outcome="yes", measure=measure)


def test_what_has_no_use_or_no_meaning_among_covariates_is_refused(services):
    sample = match_services(services)
    for options, words in (
        ({"interact": False}, "no covariates are named"),
        ({"covariates": "treated"}, "the treatment 'treated' itself"),
        ({"covariates": ["age", "age"]}, "'age' more than once"),
    ):
        with pytest.raises(InvalidOption, match=words):
            ww.matching.estimate(sample, outcome="outcome", **options)


def test_strata_of_more_values_than_columns_can_hold_are_alike_and_can_be_estimated_in():
    rng = np.random.default_rng(7)
    df = pd.DataFrame({"treated": np.tile([0, 0, 1], 300), "school": np.repeat([f"s{place}" for place in range(300)], 3)})
    df["days"] = 2.0 * df["treated"] + rng.normal(size=900)
    df["age"] = rng.integers(10, 16, 900)
    for options in ({"method": "exact"}, {"method": "cem"}):
        sample = ww.matching.match(df, treatment="treated", covariates="school", **options)
        assert check(ww.matching.estimate(sample, outcome="days"), "balance").statistics["worst_smd"] == 0
    binned = ww.matching.match(df, treatment="treated", covariates=["age"], method="cem", exact="school", cutpoints={"age": 2})
    assert check(ww.matching.estimate(binned, outcome="days"), "balance").statistics["worst_smd"] > 0
