"""Balance before and after."""

import pandas as pd
import pytest

from whatworks.core.errors import EmptyData, InvalidColumn, MissingColumn
from whatworks.findings import charts


def test_the_largest_difference_before_comes_first(make):
    data = charts.love_data(make.balance_table())
    assert data["covariate"].tolist() == ["re74", "married", "age"]
    assert data["after"].tolist() == [-0.02, 0.14, 0.02]


def test_the_caption_counts_characteristics_within_the_limit(make):
    assert charts.love_alt(make.balance_table(), language="en") == (
        "After matching the groups are alike on 2 of 3 characteristics. "
        "Before, the largest standardised difference is 1.57 (Earnings in 1974). After, the largest is 0.14 (married)."
    )


def test_the_score_is_drawn_but_is_no_characteristic(make):
    score = pd.DataFrame({"covariate": "propensity", "stage": ["before", "after"], "smd": [-9.0, 0.3]})
    balance = pd.concat([score, make.balance_table()], ignore_index=True)
    assert charts.love_data(balance)["covariate"].tolist()[0] == "propensity"
    assert charts.love_alt(balance, language="en") == charts.love_alt(make.balance_table(), language="en")
    assert "Chance of taking part" in charts.love_figure(balance, language="en")


def test_out_of_balance_has_its_own_shape_and_color(make):
    html = charts.love_figure(make.balance_table())
    assert html.count('fill="var(--warn)"') == 1
    assert html.count('fill="var(--good)"') == 2


def test_only_before_is_drawn_when_nothing_was_matched(make):
    before = make.balance_table().query("stage == 'before'")
    assert charts.love_data(before)["after"].isna().all()
    html = charts.love_figure(before, language="da")
    assert "Før matchningen ligner grupperne hinanden på 0 af 3 kendetegn." in html
    assert "ikke beregnet" in html
    assert make.faults(html) == []


def test_labels_are_the_callers_where_given(make):
    assert "Alder ved start" in charts.love_figure(make.balance_table(), labels={"age": {"da": "Alder ved start", "en": "Age"}})


def test_long_and_hostile_labels_stay_in_their_column(make):
    html = charts.love_figure(make.balance_table(), labels={"age": make.hostile * 4}, language="en")
    assert "<script" not in html
    assert make.faults(html) == []


def test_frames_that_are_not_balance_are_refused(make):
    balance = make.balance_table()
    with pytest.raises(MissingColumn, match="'smd'"):
        charts.love_data(balance.drop(columns="smd"))
    with pytest.raises(EmptyData, match="balance has no rows"):
        charts.love_data(balance.iloc[:0])
    with pytest.raises(InvalidColumn, match="neither 'before' nor 'after'"):
        charts.love_data(balance.assign(stage="during"))
    with pytest.raises(InvalidColumn, match="6 covariates with more than one row"):
        charts.love_data(pd.concat([balance, balance]))
