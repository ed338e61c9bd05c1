"""Propensity scores of both groups, and nobody recognisable."""

import numpy as np
import pandas as pd
import pytest

from whatworks import MatchedSample
from whatworks.core.errors import EmptyData, InvalidColumn, InvalidOption, MissingColumn
from whatworks.findings import charts


def _sample(frame: pd.DataFrame, *, scored: bool = True) -> MatchedSample:
    return MatchedSample(
        data=frame.rename(columns={"treated": "took_part"}), treatment="took_part", covariates=("age",), pairs=pd.DataFrame(),
        weights=frame["weight"], subclass=pd.Series(dtype="float64"), propensity=frame["propensity"] if scored else None,
        counts=pd.DataFrame(), estimand="ATT", call={},
    )  # fmt: skip


def test_no_count_from_one_to_four_is_in_the_data(make):
    counts = charts.overlap_data(make.people(), bins=20)["count"].dropna()
    assert ((counts == 0) | (counts >= 5)).all()


def test_a_hidden_cell_never_stands_alone_in_its_group():
    score = [0.05] * 6 + [0.15] * 7 + [0.25] * 2
    frame = pd.DataFrame({"propensity": score * 2, "treated": [0] * 15 + [1] * 15, "weight": 1.0})
    data = charts.overlap_data(frame, bins=10)
    hidden = data[data["count"].isna()]
    assert hidden.groupby(["stage", "group"]).size().tolist() == [2, 2, 2, 2]
    # The smallest other bar goes with it: six people, not seven.
    assert set(hidden["score_low"].round(2)) == {0.0, 0.2}


def test_a_sample_and_its_people_give_the_same_table(make):
    pd.testing.assert_frame_equal(charts.overlap_data(_sample(make.people())), charts.overlap_data(make.people()))


def test_the_finished_table_can_be_saved_and_drawn_again(make):
    table = charts.overlap_data(make.people(), bins=10)
    again = charts.overlap_data(table.astype({"count": "float64"}))
    assert again["count"].isna().tolist() == table["count"].isna().tolist()
    assert charts.overlap_alt(table, language="en").startswith(
        charts.overlap_alt(make.people(), bins=10, language="en").split(".")[0]
    )


def test_after_counts_only_those_with_weight(make):
    data = charts.overlap_data(make.people(), bins=2)
    low = data[(data["group"] == "comparison") & (data["score_low"] == 0)].set_index("stage")["count"]
    assert low["after"] < low["before"]


def test_the_share_with_somebody_alike_is_never_rounded_up():
    treated = np.repeat([1, 0], [1000, 10])
    score = np.concatenate([np.full(994, 0.15), np.full(6, 0.95), np.full(10, 0.15)])
    frame = pd.DataFrame({"propensity": score, "treated": treated, "weight": 1.0})
    assert charts.overlap_alt(frame, language="en").startswith("99% of the participants")


def test_wrong_frames_are_refused(make):
    people = make.people()
    with pytest.raises(MissingColumn, match="'weight'"):
        charts.overlap_data(people.drop(columns="weight"))
    with pytest.raises(InvalidColumn, match="outside 0 to 1"):
        charts.overlap_data(people.assign(propensity=people["propensity"] * 3))
    with pytest.raises(InvalidOption, match="without propensity scores"):
        charts.overlap_data(_sample(people, scored=False))
    with pytest.raises(InvalidOption, match="at least 2"):
        charts.overlap_data(people, bins=1)
    with pytest.raises(EmptyData, match="overlap has no rows"):
        charts.overlap_data(people.iloc[:0])
    with pytest.raises(InvalidColumn, match="not known"):
        charts.overlap_data(charts.overlap_data(people).assign(stage="during"))


def test_too_few_people_give_a_figure_that_says_so():
    frame = pd.DataFrame({"propensity": [0.2, 0.4], "treated": [0, 1], "weight": 1.0})
    html = charts.overlap_figure(frame, language="da")
    assert "Der er for få personer til at vise overlappet." in html
    assert "nan" not in html
