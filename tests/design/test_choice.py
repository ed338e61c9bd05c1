"""The design that answers: the one asked for or the best, and what happens where one refuses."""

import numpy as np
import pandas as pd
import pytest

from whatworks.core.errors import InvalidOption, MissingColumn, TooFewUnits
from whatworks.design import advise, choose

CALL = {"unit": "town", "time": "quarter", "first_treated": "start"}


def advice(starts, times=8):
    n = len(starts)
    df = pd.DataFrame(
        {"town": np.repeat(np.arange(n), times), "quarter": np.tile(np.arange(times), n), "start": np.repeat(starts, times)}
    )
    return advise(df, **CALL)


STAGGERED = [4] * 12 + [6] * 12 + [0] * 12


def refuse():
    raise TooFewUnits("too few")


@pytest.mark.parametrize(
    ("starts", "times", "asked", "design", "road"),
    [
        (STAGGERED, 8, "auto", "group_time", "courses"),
        (STAGGERED, 8, "imputation", "imputation", "courses"),
        (STAGGERED, 8, "before_after", None, "none"),
        ([12] + [0] * 24, 20, "auto", "synthetic", "places"),
        ([12] + [0] * 24, 20, "group_time", None, "none"),
        ([4] * 12, 8, "auto", None, "none"),
    ],
)
def test_the_design_asked_for_answers_or_nothing_does(starts, times, asked, design, road):
    choice = choose(advice(starts, times), asked)
    assert (choice.design, choice.road) == (design, road)
    roles = choice.table.set_index("design")["role"]
    assert list(roles[roles == "answers"].index) == ([design] if design else [])
    assert list(roles[roles == "asked"].index) == ([asked] if design is None and asked != "auto" else [])


def test_a_design_that_does_not_exist_is_refused_with_those_that_do():
    with pytest.raises(InvalidOption, match="group_time"):
        choose(advice(STAGGERED), "magic")


def test_one_time_before_the_start_leaves_nothing_to_look_back_at():
    assert not choose(advice([1] * 12 + [0] * 12)).looks_back


def test_a_way_that_refuses_beside_the_answer_is_told_and_the_others_stand():
    tried = choose(advice(STAGGERED)).run({"stacked": refuse, "imputation": lambda: "result", "synthetic": lambda: "not run"})
    assert tried.results == {"imputation": "result"}
    assert tried.table.to_dict("records") == [{"result": "stacked", "message": "too few"}]


def test_the_answer_itself_is_not_passed_over():
    with pytest.raises(TooFewUnits):
        choose(advice(STAGGERED)).run({"overall": refuse})


def test_a_call_that_was_wrong_is_not_taken_for_a_limit():
    def wrong():
        raise MissingColumn("panel has no column")

    with pytest.raises(MissingColumn):
        choose(advice(STAGGERED)).run({"stacked": wrong})
