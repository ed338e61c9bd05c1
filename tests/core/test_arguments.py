"""A call that fails on an argument of the wrong kind says which, in every room of estimators."""

import inspect
import pickle
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import pytest

import whatworks as ww
from whatworks.core.arguments import fits, in_words, naming_arguments
from whatworks.core.disclosure import checked_k
from whatworks.core.errors import DisclosureRisk, InvalidOption, MissingColumn

ROOMS = ("benchmarking", "design", "did", "economics", "matching", "synthesis")
PEOPLE = pd.DataFrame({"need": np.arange(40) % 7, "days": np.random.default_rng(2).normal(size=40), "treated": [0, 1, 0, 0] * 10})
MATCHED = ww.matching.match(PEOPLE, treatment="treated", covariates="need")
STUDIES = pd.DataFrame({"yi": [0.1, 0.4, 0.3, 0.2], "vi": [0.01, 0.02, 0.04, 0.03]})
UNITS = pd.DataFrame({"unit": np.repeat(range(8), 3), "t": [1, 2, 3] * 8, "start": np.repeat([2, 2, 2, 2, 0, 0, 0, 0], 3)})
RATES = pd.DataFrame({"valid_from": ["2021-01-07"], "first_year": [0], "last_year": [35], "rate": [0.035]})


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda: ww.matching.placebo(MATCHED, outcome={}), "outcome={}; placebo needs .*text"),
        (lambda: ww.matching.match(PEOPLE, treatment=PEOPLE["treated"], covariates="need"), "treatment=Series; match needs text"),
        (lambda: ww.synthesis.pool(STUDIES, unit=STUDIES["yi"]), "unit=Series; pool needs text"),
        (lambda: ww.synthesis.combine(None, ww.synthesis.pool(STUDIES)), "local=None; combine needs an EffectResult"),
        (lambda: ww.did.bacon(UNITS.assign(y=1.0), outcome="y", unit="unit", time="t", first_treated="start",
                              cluster=UNITS["unit"]), "cluster=Series; bacon needs text or None. See help.bacon."),
        (lambda: ww.economics.rates_in_force(RATES, on="soon"), "on='soon' is not a day"),
        (lambda: ww.design.learn_noise(UNITS, outcome="t", unit="unit", time="t", people="t", sd="much"), "sd='much'"),
    ],
)  # fmt: skip
def test_the_argument_that_made_a_call_fail_is_named(ask, words):
    with pytest.raises(InvalidOption, match=words) as refused:
        ask()
    assert "0.01" not in str(refused.value), "a column's values were shown"


def test_every_estimator_names_its_arguments_and_reaches_another_process():
    for room in ROOMS:
        for name in getattr(ww, room).__all__:
            public = getattr(getattr(ww, room), name)
            if inspect.isfunction(public):
                assert public.__wrapped__.__name__ == name
                assert pickle.loads(pickle.dumps(public)) is public


def test_errors_in_words_and_errors_of_fitting_arguments_pass_as_they_are():
    def divided(by: float, *, column: str = "x") -> float:
        if column != "x":
            raise MissingColumn("No such column.")
        return 1 / by

    public = naming_arguments(divided)
    assert public(2.0) == 0.5
    with pytest.raises(ZeroDivisionError):
        public(0.0)
    with pytest.raises(MissingColumn):
        public("two", column="y")
    with pytest.raises(TypeError, match="unexpected keyword"):
        public(2.0, columns="x")


@pytest.mark.parametrize(
    ("value", "kind", "fit"),
    [
        (3, float, True), (np.float64(3), float, True), (True, float, False), ("3", float, False), (np.nan, float, True),
        (np.int64(3), int, True), (3.0, int, False), (np.bool_(True), bool, True), (1, bool, False),
        ("a", Sequence[str], False), (["a"], Sequence[str], True), ([1], Sequence[str], False), (None, str | None, True),
        ({"a": 1}, Mapping[str, float], True), ({"a": "b"}, Mapping[str, float], False),
        ([1.0, 2.0], np.ndarray, True), (["a"], np.ndarray, False), ([[1], [1, 2]], np.ndarray, False), (2.0, np.ndarray, False),
    ],
)  # fmt: skip
def test_what_is_of_a_kind(value, kind, fit):
    assert fits(value, kind) is fit


def test_kinds_in_words():
    assert in_words(ww.EffectResult | Mapping[str, float] | Sequence[float]) == "an EffectResult, a dict or a list of a number"


@pytest.mark.parametrize("k", [np.nan, np.inf, "5", None, pd.Series([5]), True, -1, 2.9])
def test_no_smallest_cell_but_a_number_of_three_or_more(k):
    with pytest.raises(DisclosureRisk, match="the smallest published cell is 3"):
        checked_k(k)
