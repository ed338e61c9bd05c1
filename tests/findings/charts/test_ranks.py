"""How treatments rank, and how sure the order is."""

import pandas as pd
import pytest

import whatworks as ww
from whatworks.core.errors import EmptyData, MissingColumn
from whatworks.findings import charts


@pytest.fixture
def table():
    return pd.DataFrame(
        {"treatment": ["b", "a", "c"], "p_score": [0.5, 0.95, 0.05], "rank_low": [1, 1, 3], "rank_high": [2, 2, 3]}
    )


def test_the_expected_rank_is_the_p_score_turned_round(table):
    # Rucker & Schwarzer (2015): P = (T - expected rank) / (T - 1).
    data = charts.ranks_data(table)
    assert data["label"].tolist() == ["a", "b", "c"]
    assert data["rank"].tolist() == pytest.approx([1.1, 2.0, 2.9])


def test_expected_ranks_of_a_network_add_up(make):
    data = charts.ranks_data(ww.synthesis.rank(make.network_answer()))
    assert data["rank"].sum() == pytest.approx(1 + 2 + 3 + 4)
    assert data["rank"].between(data["rank_low"] - 0.1, data["rank_high"] + 0.1).all()


def test_the_caption_says_how_many_may_hold_the_first_place(table):
    assert "a ranks first, but 2 of 3 treatments may hold that place." in charts.ranks_alt(table, language="en")
    alone = table.assign(rank_low=[2, 1, 3])
    assert "ingen anden indsats kan rimeligvis have den plads" in charts.ranks_alt(alone, language="da")


def test_a_rank_that_is_sure_is_one_number(table):
    assert "c: rank 3" in charts.ranks_alt(table, language="en")
    assert "a: plads 1 til 2" in charts.ranks_alt(table, language="da")


def test_other_tables_are_refused(table):
    with pytest.raises(MissingColumn, match="'p_score'"):
        charts.ranks_data(table.drop(columns="p_score"))
    with pytest.raises(EmptyData, match="no rows"):
        charts.ranks_data(table.head(0))
