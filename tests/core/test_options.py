"""Arguments of the wrong kind meet words, in every room, and no column's values are shown."""

import numpy as np
import pandas as pd
import pytest

import whatworks as ww
from whatworks.core import options
from whatworks.core.columns import as_list, binary, numeric, require_columns, unwrapped
from whatworks.core.errors import InvalidColumn, InvalidOption, MissingColumn
from whatworks.core.options import one_of

UNITS = pd.DataFrame({"unit": np.repeat(range(8), 3), "t": [1, 2, 3] * 8, "start": np.repeat([2, 2, 2, 2, 0, 0, 0, 0], 3)})
PANEL = UNITS.assign(y=np.random.default_rng(1).normal(size=24), treated=(UNITS["start"] > 0) & (UNITS["t"] > 1))
ASKED = {"outcome": "y", "unit": "unit", "time": "t", "first_treated": "start"}
PEOPLE = pd.DataFrame({"need": np.arange(40) % 7, "days": np.random.default_rng(2).normal(size=40), "treated": [0, 1, 0, 0] * 10})
TOLD = {"treatment": "treated", "covariates": "need"}
STUDIES = pd.DataFrame({"yi": [0.1, 0.4, 0.3, 0.2], "vi": [0.01, 0.02, 0.04, 0.03]})
did, matching, synthesis = ww.did, ww.matching, ww.synthesis
two_times = PANEL[PANEL["t"] < 3]


@pytest.mark.parametrize(
    ("ask", "error", "words"),
    [
        (lambda: did.att_gt(PANEL, **{**ASKED, "outcome": ["y"]}), InvalidOption, "name of one column"),
        (lambda: did.att_gt(PANEL, **ASKED, covariates=None), InvalidOption, "an empty one for none"),
        (lambda: did.att_gt(PANEL, **ASKED, control=PANEL["y"]), InvalidOption, "control=Series is not known"),
        (lambda: did.att_gt(PANEL, **ASKED, anticipation="two"), InvalidOption, "whole number of times"),
        (lambda: did.att_gt(PANEL, **ASKED, anticipation=np.inf), InvalidOption, "whole number of times"),
        (lambda: did.att_gt(PANEL, **ASKED, bootstrap=None), InvalidOption, "bootstrap=None"),
        (lambda: did.att_gt(PANEL, **ASKED, conf_level="95"), InvalidOption, "conf_level='95' must lie between 0 and 1"),
        (lambda: did.twfe(PANEL, **{**ASKED, "unit": None}), InvalidOption, "Name the column of units"),
        (lambda: did.twfe(PANEL, **ASKED, inference="wild_bootstrap", seed=-1), InvalidOption, "seed=-1; a whole number"),
        (lambda: did.event_study(PANEL, **ASKED, reference=np.nan), InvalidOption, "reference=nan"),
        (lambda: did.imputation(PANEL, **ASKED, leads=np.inf), InvalidOption, "leads=inf"),
        (
            lambda: did.two_by_two(two_times, outcome="y", unit="unot", time="t", treated="treated"),
            MissingColumn,
            "Did you mean 'unit'",
        ),
        (lambda: matching.aipw(PEOPLE, **TOLD, outcome="days", cluster="home"), MissingColumn, "'home'"),
        (lambda: matching.aipw(PEOPLE, **TOLD, outcome="days", by="home"), MissingColumn, "'home'"),
        (lambda: matching.match(PEOPLE, **TOLD, exact=-1), InvalidOption, "names of columns"),
        (lambda: synthesis.pool(STUDIES, conf_level="95"), InvalidOption, "between 0 and 1"),
        (lambda: synthesis.small_study_effects(STUDIES, step=None), InvalidOption, "step=None must lie between 0 and 1"),
        (lambda: synthesis.combine(synthesis.pool(STUDIES), synthesis.pool(STUDIES), tau2="no"), InvalidOption, "tau2='no'"),
    ],
)
def test_an_argument_of_the_wrong_kind_meets_words(ask, error, words):
    with pytest.raises(error, match=words):
        ask()


def test_a_message_shows_plain_values_and_never_those_of_a_column():
    assert options.shown([1, 2]) == "[1, 2]"
    assert options.shown(PEOPLE["days"]) == "Series"
    for refuse in (lambda value: one_of(value, ("a",), name="x"), lambda value: options.confidence(value)):
        with pytest.raises(InvalidOption) as error:
            refuse(PEOPLE["days"])
        assert str(round(PEOPLE["days"].iloc[0], 3)) not in str(error.value)


@pytest.mark.parametrize("value", [True, 1.5, "2", None, np.nan])
def test_only_whole_numbers_are_whole(value):
    with pytest.raises(InvalidOption, match="whole number of 1 or more"):
        options.whole("draws", value)
    assert options.whole("draws", np.int64(3)) == 3


def test_columns_hold_real_numbers_and_say_how_to_become_yes_and_no():
    with pytest.raises(InvalidColumn, match="complex numbers"):
        numeric(PEOPLE.assign(days=PEOPLE["days"].astype(complex)), "days")
    with pytest.raises(InvalidColumn, match="2 distinct values. Make such a column"):
        binary(PEOPLE.assign(treated=PEOPLE["treated"] + 1), "treated")
    with pytest.raises(InvalidOption, match="A list was given"):
        require_columns(PEOPLE, [["need"]])
    assert as_list("need") == ["need"]


def test_numbers_held_as_objects_are_numbers_in_every_room_and_text_beside_them_is_refused():
    assert unwrapped(pd.Series([1, 2.5, None], dtype=object), "x").dtype == float
    es = STUDIES.assign(months=[3.0, 6, 12, 24])
    plain, boxed = (synthesis.meta_regression(frame, moderators="months") for frame in (es, es.astype({"months": object})))
    assert boxed.effects.equals(plain.effects)
    for ask, frame in (
        (lambda df: synthesis.meta_regression(df, moderators="months"), es.astype({"months": object})),
        (lambda df: matching.match(df, **TOLD), PEOPLE.astype({"need": object})),
    ):
        column = frame.columns[0] if "need" in frame else "months"
        frame.loc[0, column] = "many"
        with pytest.raises(InvalidColumn, match="numbers and 1 other values"):
            ask(frame)


def test_a_distance_within_arms_needs_spread_within_arms():
    pair = pd.DataFrame({"treated": [1, 0], "age": [30.0, 40.0]})
    with pytest.raises(ww.errors.NotIdentified, match="do not vary within the arms"):
        matching.match(pair, treatment="treated", covariates="age", distance="mahalanobis")
