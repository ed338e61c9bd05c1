"""Propensity scores of both groups, and nobody recognisable."""

import json

import numpy as np
import pandas as pd
import pytest

from whatworks import MatchedSample
from whatworks.core.encoding import decode_frame, encode_frame
from whatworks.core.errors import EmptyData, InvalidColumn, InvalidOption, MissingColumn
from whatworks.findings import charts


def _sample(frame: pd.DataFrame, *, scored: bool = True) -> MatchedSample:
    return MatchedSample(
        data=frame.rename(columns={"treated": "took_part"}), treatment="took_part", covariates=("age",), pairs=pd.DataFrame(),
        weights=frame["weight"], subclass=pd.Series(dtype="float64"), propensity=frame["propensity"] if scored else None,
        counts=pd.DataFrame(), estimand="ATT", call={},
    )  # fmt: skip


def _counts(before: list[int], after: list[int], *, others: list[int] | None = None) -> pd.DataFrame:
    """A table of counts: the treated before and after, and enough comparison people everywhere."""
    others = others or [40] * len(before)
    low = np.arange(len(before)) / len(before)
    return pd.concat(
        [
            pd.DataFrame({"stage": stage, "group": group, "score_low": low, "score_high": low + 1 / len(before), "count": count})
            for stage, group, count in (
                ("before", "treated", before),
                ("before", "comparison", others),
                ("after", "treated", after),
                ("after", "comparison", others),
            )
        ],
        ignore_index=True,
    )


def _shares(data: pd.DataFrame, stage: str, group: str = "treated") -> list[float | None]:
    shares = data[(data["stage"] == stage) & (data["group"] == group)]["share"]
    return [None if pd.isna(each) else each for each in shares]


def test_counts_are_not_published(make):
    data = charts.overlap_data(make.people(), bins=20)
    assert list(data.columns) == ["stage", "group", "score_low", "score_high", "share", "compared"]
    shown = data["share"].dropna()
    assert ((100 * shown).round(9) % 1 == 0)[shown != 0.005].all()


def test_one_to_four_people_are_hidden_and_never_alone():
    data = charts.overlap_data(_counts([6, 7, 2, 0], [6, 7, 2, 0]))
    # The smallest other bar goes with it: six people, not seven. Nobody is not hidden.
    assert _shares(data, "before") == _shares(data, "after") == [None, 0.47, None, 0]


def test_what_is_hidden_together_holds_five_people():
    assert _shares(charts.overlap_data(_counts([1, 2, 9, 8], [1, 2, 9, 8])), "before") == [None, None, 0.45, None]


def test_a_step_that_one_person_left_is_hidden_with_another():
    data = charts.overlap_data(_counts([35, 20, 15, 30], [34, 20, 15, 30]))
    assert _shares(data, "before") == [0.35, 0.20, 0.15, 0.30]
    # Fifteen go with the thirty-four, and the shares are of the hundred before: the ninety-nine are nowhere.
    assert _shares(data, "after") == [None, 0.20, None, 0.30]


def test_steps_that_few_left_are_hidden_with_one_that_more_left():
    data = charts.overlap_data(_counts([35, 20, 15, 30], [33, 20, 15, 20]))
    assert _shares(data, "after") == [None, round(20 / 88, 2), None, None]


@pytest.mark.parametrize("seed", range(20))
def test_nobody_who_left_can_be_computed_from_what_is_shown(seed):
    rng = np.random.default_rng(seed)
    before = rng.integers(0, 40, 12)
    gone = np.minimum(rng.choice([0, 0, 0, 1, 3, 8], 12), before)
    data = charts.overlap_data(_counts(before.tolist(), (before - gone).tolist()))
    shown = {stage: np.array(_shares(data, stage), dtype=float) for stage in ("before", "after")}
    hidden = np.isnan(shown["after"])
    assert not ((gone > 0) & (gone < 5) & ~hidden).any()
    assert not ((before > 0) & (before < 5) & ~np.isnan(shown["before"])).any()
    for stage in shown:
        assert np.isnan(shown[stage]).sum() != 1
    if 0 < gone.sum() < 5:
        assert (shown["after"] == shown["before"])[~hidden].all()
    else:
        assert not 0 < gone[hidden].sum() < 5 or (gone[~hidden] == 0).all()


def test_after_is_weighted_by_the_samples_weights():
    people = pd.DataFrame(
        {
            "propensity": [0.2] * 10 + [0.8] * 30 + [0.2] * 10 + [0.8] * 10,
            "treated": [1] * 40 + [0] * 20,
            "weight": [1.0] * 40 + [1.0] * 10 + [3.0] * 10,
        }
    )
    data = charts.overlap_data(people, bins=2)
    assert _shares(data, "before", "comparison") == [0.5, 0.5]
    assert _shares(data, "after", "comparison") == [0.25, 0.75]


def test_a_few_among_thousands_are_somebody():
    data = charts.overlap_data(_counts([20, 20], [20, 20], others=[15_000, 6]))
    assert _shares(data, "before", "comparison") == [1.0, 0.005]
    html = charts.overlap_figure(data, language="da")
    assert "under 1\xa0%" in html
    assert "Alle deltagere kan sammenlignes" in html


def test_a_sample_and_its_people_give_the_same_table(make):
    pd.testing.assert_frame_equal(charts.overlap_data(_sample(make.people())), charts.overlap_data(make.people()))


def test_the_finished_table_can_be_saved_and_drawn_again(make, language):
    table = charts.overlap_data(make.people(), bins=10)
    saved = decode_frame(json.loads(json.dumps(encode_frame(table))))
    pd.testing.assert_frame_equal(charts.overlap_data(saved), table)
    assert charts.overlap_figure(saved, language=language) == charts.overlap_figure(make.people(), bins=10, language=language)


def test_the_share_with_somebody_alike_is_never_rounded_up():
    treated = np.repeat([1, 0], [1000, 10])
    score = np.concatenate([np.full(994, 0.15), np.full(6, 0.95), np.full(10, 0.15)])
    frame = pd.DataFrame({"propensity": score, "treated": treated, "weight": 1.0})
    assert charts.overlap_alt(frame, language="en").startswith("99% of the participants")


@pytest.mark.parametrize(
    ("after", "words"),
    [
        ([30, 30, 40], "All participants"),
        ([30, 30, 38], "Nearly all participants"),
        ([30, 30, 20], "80% of the participants"),
        ([0, 0, 0], "Too few people"),
    ],
)
def test_the_caption_counts_those_who_were_kept(after, words):
    alt = charts.overlap_alt(_counts([30, 30, 40], after), language="en")
    assert alt.startswith(words)


def test_few_without_anyone_alike_are_not_counted_out_loud():
    alt = charts.overlap_alt(_counts([30, 30, 3], [30, 30, 3], others=[40, 40, 0]), language="da")
    assert alt.startswith("Næsten alle deltagere kan sammenlignes")


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
    with pytest.raises(InvalidColumn, match="4 steps of the score"):
        charts.overlap_data(_counts([6, 7, 8, 9], [6, 7, 8, 9]).query("stage == 'before'"))
    with pytest.raises(MissingColumn, match="'compared'"):
        charts.overlap_data(charts.overlap_data(people).drop(columns="compared"))


def test_too_few_people_give_a_figure_that_says_so():
    frame = pd.DataFrame({"propensity": [0.2, 0.4], "treated": [0, 1], "weight": 1.0})
    html = charts.overlap_figure(frame, language="da")
    assert "Der er for få personer til at vise overlappet." in html
    assert "nan" not in html


def test_a_hidden_bar_is_marked_so_that_it_is_not_read_as_nobody(make):
    table = _counts([35, 20, 15, 30], [34, 20, 15, 30])
    html = charts.overlap_figure(table, language="en")
    assert html.count("<circle") == charts.overlap_data(table)["share"].isna().sum() == 2
    assert "An open circle is a bar not shown because it could tell about fewer than 5 people: 2." in html
    assert make.faults(html) == []
