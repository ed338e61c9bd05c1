"""What is no sample, no outcome, no yes or no, and no number is refused by every function of the room alike."""

import numpy as np
import pandas as pd
import pytest

import whatworks as ww
from whatworks.core.errors import InvalidColumn, InvalidOption, MissingColumn, WhatworksError

m = ww.matching
ASKED = {"treatment": "treated", "covariates": ["age", "need"]}


@pytest.fixture(scope="module")
def people() -> pd.DataFrame:
    rng = np.random.default_rng(6)
    df = pd.DataFrame({"age": rng.integers(18, 60, 160), "need": rng.normal(size=160)})
    df["treated"] = (rng.random(160) < 1 / (1 + np.exp(0.8 - df["need"]))).astype(int)
    df["days"] = 2.0 * df["treated"] + df["need"] + rng.normal(size=160)
    df["before"] = df["need"] + rng.normal(size=160)
    return df


# Every function that is told an outcome, given a frame and the outcome's name.
WITH_OUTCOME = {
    "estimate": lambda df, y: m.estimate(m.match(df, **ASKED), outcome=y),
    "estimate, reused people": lambda df, y: m.estimate(m.match(df, **ASKED, replace=True), outcome=y),
    "estimate, weighted": lambda df, y: m.estimate(m.weight(df, **ASKED), outcome=y),
    "aipw": lambda df, y: m.aipw(df, **ASKED, outcome=y),
    "placebo": lambda df, y: m.placebo(m.match(df, **ASKED), outcome=y),
    "rosenbaum_bounds": lambda df, y: m.rosenbaum_bounds(m.match(df, **ASKED), outcome=y, gamma=1),
    "rosenbaum_bounds, sets": lambda df, y: m.rosenbaum_bounds(m.match(df, **ASKED, method="full"), outcome=y, gamma=1),
    "omitted_variable_bias": lambda df, y: m.omitted_variable_bias(df, **ASKED, outcome=y),
    "omitted_variable_bias, sample": lambda df, y: m.omitted_variable_bias(m.match(df, **ASKED), outcome=y),
    "specification_curve": lambda df, y: m.specification_curve(df, **ASKED, outcome=y, methods=["nearest"]),
}
WITH_SAMPLE = {
    "estimate": lambda sample: m.estimate(sample, outcome="days"),
    "balance": m.balance,
    "who_was_compared": m.who_was_compared,
    "placebo": lambda sample: m.placebo(sample, outcome="before"),
    "rosenbaum_bounds": lambda sample: m.rosenbaum_bounds(sample, outcome="days"),
    "omitted_variable_bias": lambda sample: m.omitted_variable_bias(sample, outcome="days"),
}


@pytest.mark.parametrize("ask", WITH_OUTCOME.values(), ids=WITH_OUTCOME)
def test_outcomes_that_can_tell_nothing_are_refused(people, ask):
    with pytest.raises(InvalidOption, match="is the treatment itself"):
        ask(people, "treated")
    with pytest.raises(InvalidOption, match="one column is needed"):
        ask(people, ["days"])
    with pytest.raises(MissingColumn, match="'dayz'"):
        ask(people, "dayz")
    with pytest.raises(InvalidColumn, match="2 columns named 'days'"):
        ask(pd.concat([people, people[["days"]]], axis=1), "days")
    with pytest.raises(InvalidColumn, match="numbers are needed"):
        ask(people.assign(word="many"), "word")
    with pytest.raises(WhatworksError, match="has the same value in all"):
        ask(people.assign(same=3.0), "same")


@pytest.mark.parametrize("ask", WITH_OUTCOME.values(), ids=WITH_OUTCOME)
def test_numbers_kept_as_objects_or_with_room_for_gaps_are_numbers(people, ask):
    plain = ask(people, "days").headline
    for dtype in (object, "Float64"):
        assert ask(people.assign(days=people["days"].astype(dtype)), "days").headline.estimate == plain.estimate


@pytest.mark.parametrize("ask", WITH_SAMPLE.values(), ids=WITH_SAMPLE)
@pytest.mark.parametrize("given", ["a word", None, 3])
def test_what_is_no_sample_is_refused(ask, given):
    with pytest.raises(InvalidOption, match=r"A sample of ww\.matching\.match, weight or unmatched is needed"):
        ask(given)


def test_a_frame_is_not_taken_for_a_sample_nor_a_sample_for_a_result(people):
    for ask in (WITH_SAMPLE["estimate"], m.balance, m.who_was_compared, WITH_SAMPLE["rosenbaum_bounds"]):
        with pytest.raises(InvalidOption, match="got a DataFrame"):
            ask(people)
    with pytest.raises(InvalidOption, match="got a MatchedSample"):
        m.e_value(m.match(people, **ASKED))
    with pytest.raises(InvalidOption, match="pipeline returned a int"):
        m.multiple_imputation(people, covariates="age", pipeline=lambda df: 3, imputations=2, seed=1)


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda df: m.match(df, **ASKED, replace="no"), "replace='no'; True or False"),
        (lambda df: m.match(df, **ASKED, replace=1), "replace=1; True or False"),
        (lambda df: m.unmatched(df, treatment="treated", randomised="no"), "randomised='no'; True or False"),
        (lambda df: m.estimate(m.match(df, **ASKED), outcome="days", covariates="age", interact="no"), "interact='no'; True or"),
        (lambda df: m.estimate(m.match(df, **ASKED), outcome="days", bias_adjust="no"), "bias_adjust='no'; True or False"),
        (lambda df: m.match(df, **ASKED, tie_tolerance="small"), "tie_tolerance='small'"),
        (lambda df: m.match(df, **ASKED, method="cem", cutpoints=3), "cutpoints=3; a mapping"),
        (lambda df: m.weight(df, **ASKED, trim=np.int64(1)), "trim must be"),
        (lambda df: m.weight(df, **ASKED, method="entropy", moments=1.0), "moments=1.0; a whole number"),
        (lambda df: m.estimate(m.match(df, **ASKED), outcome="days", conf_level="0.9"), "conf_level='0.9'"),
        (lambda df: m.estimate(m.match(df, **ASKED), outcome="days", vcov="bootstrap", seed=1, draws=20.5), "draws=20.5"),
        (lambda df: m.aipw(df, **ASKED, outcome="days", folds=2.5, seed=1), "folds=2.5; a whole number"),
        (lambda df: m.aipw(df, **ASKED, outcome="days", conf_level=95), "conf_level=95"),
        (lambda df: m.rosenbaum_bounds(m.match(df, **ASKED), outcome="days", gamma="a"), "gamma='a'; numbers of 1 or more"),
        (lambda df: m.omitted_variable_bias(df, **ASKED, outcome="days", q="a"), "q='a'"),
        (lambda df: m.omitted_variable_bias(df, **ASKED, outcome="days", multiples=["a"]), "multiples="),
        (lambda df: m.placebo(m.match(df, **ASKED), outcome="before", margin="a"), "margin='a'"),
        (lambda df: m.e_value(m.estimate(m.match(df, **ASKED), outcome="days"), outcome_sd="a"), "outcome_sd='a'"),
        (lambda df: m.specification_curve(df, **ASKED, outcome="days", calipers=["a"]), "calipers='a'"),
        (lambda df: m.specification_curve(df, **ASKED, outcome="days", covariate_sets=[["age"]]), "covariate_sets must map"),
        (lambda df: m.specification_curve(df, **ASKED, outcome="days", resamples=2.5, seed=1), "resamples=2.5"),
        (lambda df: m.specification_curve(df, **ASKED, outcome="days", seed=1), "Give both, or neither"),
        (
            lambda df: m.specification_curve(df, **ASKED, outcome="days", estimand="everybody"),
            "estimand='everybody' is not known",
        ),
    ],
)
def test_words_in_the_place_of_numbers_or_of_yes_and_no_are_refused(people, ask, words):
    with pytest.raises(InvalidOption, match=words.replace("(", r"\(")):
        ask(people)


def test_numbers_of_numpy_are_numbers(people):
    plain = m.weight(people, **ASKED, trim=0.25)
    assert m.weight(people, **ASKED, trim=np.float32(0.25)).weights.equals(plain.weights)
    pairs = m.match(people, **ASKED, ratio=np.int64(2), replace=np.bool_(True), caliper=np.float64(0.5)).pairs
    assert pairs.equals(m.match(people, **ASKED, ratio=2, replace=True, caliper=0.5).pairs)
