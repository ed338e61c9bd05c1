"""Who was compared with whom."""

import re

import pandas as pd
import pytest

from whatworks.core.errors import EmptyData, InvalidOption, MissingColumn, MissingValues
from whatworks.findings import charts

CITIZENS = {"coaching": 400, "peer_support": 120, "employment": 60, "usual": 700}


def test_treatments_and_pairs_carry_their_number_of_studies(make):
    data = charts.network_data(make.comparisons(), labels=make.treatments, language="en")
    treatments, pairs = (data[data["kind"] == kind].set_index("label") for kind in ("treatment", "comparison"))
    assert treatments["n_studies"].to_dict() == {"Coaching": 5, "Usual service": 7, "Peer support": 3, "Supported employment": 1}
    assert pairs["n_studies"].to_dict() == {
        "Coaching – Usual service": 4, "Usual service – Peer support": 2, "Usual service – Supported employment": 1,
        "Coaching – Peer support": 1,
    }  # fmt: skip


def test_a_study_with_three_arms_counts_once_at_each(make):
    arms = pd.DataFrame({"study": "S", "treat1": ["a", "a", "b"], "treat2": ["b", "c", "c"]})
    data = charts.network_data(arms)
    assert data["n_studies"].tolist() == [1, 1, 1, 1, 1, 1]
    assert "3 treatments; 3 of 3 pairs were compared directly" in charts.network_alt(arms, language="en")


def test_the_direction_of_a_comparison_does_not_make_it_another(make):
    turned = make.comparisons()
    turned.loc[0, ["treat1", "treat2"]] = turned.loc[0, ["treat2", "treat1"]].to_numpy()
    pairs = charts.network_data(turned)
    assert (pairs["kind"] == "comparison").sum() == 4


def test_citizens_decide_the_size_of_the_dots_where_they_are_given(make):
    def radii(**options) -> list[float]:
        html = charts.network_figure(make.comparisons(), language="en", **options)
        return [float(part.split('"')[0]) for part in html.split(' r="')[1:]]

    order = charts.network_data(make.comparisons())["treat1"].head(4).tolist()
    by_citizens = dict(zip(order, radii(citizens=CITIZENS), strict=True))
    assert sorted(by_citizens, key=by_citizens.get) == sorted(CITIZENS, key=CITIZENS.get)
    assert radii() != radii(citizens=CITIZENS)
    html = charts.network_figure(make.comparisons(), citizens=CITIZENS, language="da")
    assert "700 borgere" in " ".join(re.findall(r">([^<>]+)</text>", html))
    assert "jo flere borgere" in html


@pytest.mark.parametrize("count", [2, 3, 6, 9, 12, 20])
def test_names_never_overlap_however_many_there_are(count, make):
    names = [f"Support that is given at home, kind {place}" for place in range(count)]
    ring = pd.DataFrame({"study": range(count), "treat1": names, "treat2": [*names[1:], names[0]]})
    every = ring if count > 2 else ring.head(1)
    html = charts.network_figure(every, language="en")
    assert make.faults(html) == []
    assert html[html.index("<svg") : html.index("</svg>")].count("<circle") == count


def test_bad_input_is_refused(make):
    with pytest.raises(MissingColumn, match="'treat2'"):
        charts.network_data(make.comparisons().drop(columns="treat2"))
    with pytest.raises(EmptyData, match="no rows"):
        charts.network_data(make.comparisons().head(0))
    with pytest.raises(MissingValues, match="1 of 8 rows"):
        charts.network_data(make.comparisons().assign(treat1=lambda df: df["treat1"].where(df.index > 0)))
    with pytest.raises(InvalidOption, match="1 of 4 treatments"):
        charts.network_data(make.comparisons(), citizens={**CITIZENS, "usual": -1})
