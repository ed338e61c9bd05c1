"""How the pooled effect settled as studies came in."""

import numpy as np
import pandas as pd
import pytest

import whatworks as ww
from whatworks.core.errors import EmptyData, MissingColumn
from whatworks.findings import charts


def settled(bounds: list[tuple[float, float]]) -> pd.DataFrame:
    """A study added at a time, with these intervals."""
    low, high = np.array(bounds).T
    return pd.DataFrame(
        {"added": [f"Study {place + 1}" for place in range(len(bounds))], "k": range(1, len(bounds) + 1),
         "estimate": (low + high) / 2, "conf_low": low, "conf_high": high}
    )  # fmt: skip


def test_the_last_row_is_the_pooled_effect(make):
    es = make.effect_sizes(14)
    data = charts.cumulative_data(ww.synthesis.cumulative(es, order="year", study="study"))
    head = make.pool_of(14).headline
    assert data[["estimate", "conf_low", "conf_high"]].iloc[-1].tolist() == pytest.approx(
        [head.estimate, head.conf_low, head.conf_high]
    )
    assert data["k"].tolist() == list(range(1, 15))


@pytest.mark.parametrize(
    ("bounds", "words"),
    [
        ([(-1, 2), (0.1, 2), (-0.1, 1), (0.1, 0.9), (0.2, 0.8)], "has kept clear of no difference since Study 4 was added"),
        ([(0.1, 2), (0.1, 1)], "kept clear of no difference from the first study on"),
        ([(0.1, 2), (-0.1, 1)], "the interval still reaches over no difference"),
        ([(0.1, 2.1)], "With 1 study the effect is 1.10 (0.10 to 2.10)."),
    ],
)
def test_it_says_since_when_the_answer_has_stood(bounds, words):
    assert words in charts.cumulative_alt(settled(bounds), language="en")


def test_ratios_are_held_against_one():
    table = settled([(-0.2, 0.4), (0.1, 0.5)])
    data = charts.cumulative_data(table, measure="logRR")
    assert data["clear"].tolist() == [False, True]
    assert data["conf_high"].tolist() == pytest.approx([np.exp(0.4), np.exp(0.5)])


def test_years_stand_beside_the_names():
    table = settled([(0, 1), (0.1, 1)])
    assert charts.cumulative_data(table, years={"Study 2": 2011})["label"].tolist() == ["Study 1", "Study 2 (2011)"]


def test_two_studies_alone_do_not_crush_the_rest(make):
    table = settled([(0.0, 0.4), (-9.0, 9.0), (0.1, 0.4), (0.15, 0.35)])
    html = charts.cumulative_figure(table, language="en")
    assert "it is cut off here" in html
    assert "0.00 (−9.00 to 9.00)" in html[html.index("<details") :]
    assert make.faults(html) == []


def test_other_tables_are_refused():
    with pytest.raises(MissingColumn, match="'added'"):
        charts.cumulative_data(settled([(0, 1)]).drop(columns="added"))
    with pytest.raises(EmptyData, match="no rows"):
        charts.cumulative_data(settled([(0, 1)]).head(0))
