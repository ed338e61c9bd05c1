"""Every treatment against every other."""

import re

import pandas as pd
import pytest

import whatworks as ww
from whatworks.core.errors import EmptyData, MissingColumn, UnknownCode
from whatworks.findings import charts


@pytest.fixture
def table(make):
    return ww.synthesis.league(make.network_answer())


def test_each_pair_stands_twice_with_opposite_signs(table):
    data = charts.league_data(table, good="up").set_index(["treatment", "reference"])
    assert len(data) == 12
    forth, back = data.loc[("coaching", "usual")], data.loc[("usual", "coaching")]
    assert forth["estimate"] == pytest.approx(-back["estimate"])
    assert (forth["verdict"], back["verdict"]) == ("better", "worse")


def test_rows_and_columns_follow_the_ranks(make, table):
    order = ww.synthesis.rank(make.network_answer())["treatment"].tolist()
    html = charts.league_table(table, order=order, labels=make.treatments, measure="SMD", language="en")
    names = [make.treatments[code]["en"] for code in order]
    assert re.findall(r'<th scope="row"[^>]*>([^<]+)<', html) == names
    assert re.findall(r'<th scope="col">against ([^<]+)<', html) == names


def test_a_cell_is_the_row_against_the_column_with_a_sign_and_a_word(make, table):
    html = charts.league_table(table, order=["usual", "coaching", "employment", "peer_support"], good="up", language="da")
    first = html[html.index('<th scope="row"') : html.index("</tr>", html.index('<th scope="row"'))]
    cells = re.findall(r"<td>(.*?)</td>", first)
    assert cells[0] == "–"
    row = table[(table["treatment"] == "usual") & (table["reference"] == "coaching")].iloc[0]
    assert f"{abs(row['estimate']):.2f}".replace(".", ",") in cells[1]
    assert "▼" in cells[1]
    assert "dårligere" in cells[1]


def test_without_a_known_direction_nothing_is_called_better(table):
    html = charts.league_table(table, language="en")
    assert "better" not in html
    assert "different" in html
    assert "▲" not in html


def test_ratios_are_written_as_ratios(table):
    data = charts.league_data(table, measure="logOR")
    assert (data["estimate"] > 0).all()
    assert "ratio (OR), log scale" in charts.league_table(table, measure="logOR", language="en")


def test_the_caption_counts_pairs_once(table):
    data = charts.league_data(table, good="up")
    clear = int(data["verdict"].isin(["better", "worse"]).sum() / 2)
    assert f"{clear} of 6 comparisons show a difference." in charts.league_table(table, good="up", language="en")


def test_bad_input_is_refused(table):
    with pytest.raises(UnknownCode, match="each of the 4 treatments"):
        charts.league_data(table, order=["usual", "coaching"])
    with pytest.raises(MissingColumn, match="'reference'"):
        charts.league_data(table.drop(columns="reference"))
    with pytest.raises(EmptyData, match="no rows"):
        charts.league_data(pd.DataFrame(columns=table.columns))
