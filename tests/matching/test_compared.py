"""Who was compared: the numbers are those of the people, and nobody can be worked out from them."""

import numpy as np
import pandas as pd
import pytest

import whatworks as ww
from whatworks.core.errors import DisclosureRisk, InvalidOption, MissingColumn, MissingValues

COVARIATES = ["age", "need", "prior_contacts", "sex", "living", "prior_outcome"]


def match_services(df, **options):
    return ww.matching.match(df, **{"treatment": "treated", "covariates": COVARIATES, **options})


def test_means_shares_and_numbers_are_those_of_the_people(services):
    sample = match_services(services)
    table = ww.matching.who_was_compared(sample).set_index(["covariate", "level"])
    treated, kept = services[services["treated"] == 1], services[(services["treated"] == 0) & (sample.weights > 0)]
    need = table.loc["need"].iloc[0]
    assert need["treated_before"] == pytest.approx(treated["need"].mean(), rel=1e-12)
    assert need["comparison_after_sd"] == pytest.approx(kept["need"].std(), rel=1e-12)
    shelter = table.loc[("living", "shelter")]
    assert shelter["treated_before"] == pytest.approx((treated["living"] == "shelter").mean(), rel=1e-12)
    assert shelter["comparison_after_n"] == (kept["living"] == "shelter").sum()
    people = table.loc["people"].iloc[0]
    assert people[["treated_before", "comparison_before", "comparison_after"]].tolist() == [146, 354, 146]
    assert not table["suppressed"].any()


def test_differences_are_those_of_the_balance_table(services):
    sample = match_services(services, ratio=2)
    balance = ww.matching.balance(sample, sd="pooled").pivot_table("smd", "covariate", "stage")
    table = ww.matching.who_was_compared(sample, sd="pooled").iloc[2:]
    label = table["covariate"].where(table["level"].isna(), table["covariate"] + "=" + table["level"].fillna(""))
    for stage in ("before", "after"):
        assert table[f"smd_{stage}"].to_numpy() == pytest.approx(balance.loc[label, stage].to_numpy(), rel=1e-12)


def test_weighted_and_unmatched_people_are_described_too(services):
    weighted = ww.matching.weight(services, treatment="treated", covariates=COVARIATES, method="entropy")
    table = ww.matching.who_was_compared(weighted).set_index("covariate")
    assert table.loc["need", "smd_after"] == pytest.approx(0, abs=1e-8)
    assert table.loc["effective sample size", "comparison_after"] < 354
    plain = ww.matching.who_was_compared(ww.matching.unmatched(services, treatment="treated", covariates=COVARIATES))
    assert plain["smd_before"].equals(plain["smd_after"])


def test_covariates_not_matched_on_can_be_described(services):
    table = ww.matching.who_was_compared(match_services(services), covariates=["municipality"])
    assert table["covariate"].tolist() == ["people", "effective sample size", "municipality"]


def rare(shares, treated=100, comparison=200):
    """People of a categorical covariate with these numbers of treated; comparison people spread evenly."""
    levels = [level for level, count in shares.items() for _ in range(count)]
    others = np.resize(list(shares), comparison).tolist()
    df = pd.DataFrame({"treated": [1] * treated + [0] * comparison, "kind": levels + others})
    return df.assign(need=np.random.default_rng(3).normal(size=len(df)))


def test_a_level_of_few_is_hidden_and_a_second_one_with_it():
    sample = ww.matching.match(rare({"a": 3, "b": 20, "c": 77}), treatment="treated", covariates="need")
    rows = ww.matching.who_was_compared(sample, covariates="kind").iloc[2:].set_index("level")
    assert rows["treated_before_n"].isna().tolist() == [True, True, False]
    assert rows["treated_before"].isna().tolist() == [True, True, False]
    assert rows["smd_before"].isna().tolist() == [True, True, False]
    assert rows["comparison_before_n"].notna().all()
    assert rows["suppressed"].tolist() == [True, True, False]


def test_the_other_of_two_levels_is_not_given_back_by_the_total():
    sample = ww.matching.match(rare({"a": 97, "b": 3}), treatment="treated", covariates="need")
    row = ww.matching.who_was_compared(sample, covariates="kind").iloc[2]
    assert row["level"] == "b"
    assert pd.isna(row["treated_before_n"])
    turned = ww.matching.match(rare({"a": 3, "b": 97}), treatment="treated", covariates="need")
    assert pd.isna(ww.matching.who_was_compared(turned, covariates="kind").iloc[2]["treated_before"])


def test_few_left_out_cannot_be_computed_from_before_and_after(services):
    sample = match_services(services, caliper=0.5)
    assert sample.counts.loc[0, "dropped"] == 1
    table = ww.matching.who_was_compared(sample)
    after = [column for column in table if column.startswith("treated_after") or column.endswith("after_n")]
    assert table[after].isna().all(axis=None)
    assert table.loc[table["kind"] == "people", "comparison_after"].isna().all()
    assert (table["smd_after"].dropna() == table["smd_after"].dropna().round(2)).all()
    assert table["suppressed"].all()


def test_a_level_that_lost_few_is_hidden_afterwards(services):
    sample = match_services(services, caliper=0.2)
    assert sample.counts.loc[0, "dropped"] == 5
    table = ww.matching.who_was_compared(sample)
    published = table[table["treated_after_n"].notna() & table["treated_before_n"].notna()]
    lost = published["treated_before_n"] - published["treated_after_n"]
    assert not lost.between(1, 4).any()
    assert table["treated_after_n"].isna().sum() >= 2


def test_what_cannot_be_described_is_refused_by_name(services):
    sample = match_services(services.assign(gap=services["age"].mask(services["age"] > 60)))
    with pytest.raises(MissingColumn, match="'shoe_size'"):
        ww.matching.who_was_compared(sample, covariates="shoe_size")
    with pytest.raises(MissingValues, match="'gap'"):
        ww.matching.who_was_compared(sample, covariates="gap")
    with pytest.raises(InvalidOption, match="'pooled'"):
        ww.matching.who_was_compared(sample, sd="both")
    with pytest.raises(DisclosureRisk, match="floor|lowers"):
        ww.matching.who_was_compared(sample, k=1)


def test_a_level_of_few_in_both_arms_has_no_name(services):
    rare = services.assign(living=services["living"].astype(object))
    rare.loc[rare.index[:3], "living"] = "lighthouse"
    table = ww.matching.who_was_compared(ww.matching.unmatched(rare, treatment="treated"), covariates="living")
    levels = table.loc[table["covariate"] == "living", "level"]
    assert "lighthouse" not in table.to_string()
    assert (levels == "(<5)").sum() == 1
    assert table.loc[table["level"] == "(<5)", ["treated_before", "comparison_before", "treated_after"]].isna().all(axis=None)
    # Rare among the treated alone, the level is known from the others, and keeps its name.
    known = services.assign(living=np.where((services["treated"] == 1) & (services.index % 40 > 0), "own", services["living"]))
    named = ww.matching.who_was_compared(ww.matching.unmatched(known, treatment="treated"), covariates="living")
    assert set(known["living"]) <= set(named["level"].dropna())
