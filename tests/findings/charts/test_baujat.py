"""Which studies make the others disagree."""

import pandas as pd
import pytest

import whatworks as ww
from whatworks.core.errors import EmptyData, MissingColumn
from whatworks.findings import charts


@pytest.fixture
def table(make):
    return ww.synthesis.influence(make.effect_sizes(14), study="study")


def test_shares_add_up_to_the_heterogeneity(make, table):
    data = charts.baujat_data(table)
    assert data["contribution"].sum() == pytest.approx(ww.synthesis.pool(make.effect_sizes(14)).statistics["q"])
    assert data["share"].sum() == pytest.approx(1)


def test_those_that_stick_out_come_first_whatever_the_order_of_the_rows(table):
    data = charts.baujat_data(table)
    assert data["reach"].is_monotonic_decreasing
    pd.testing.assert_frame_equal(charts.baujat_data(table.iloc[::-1]), data)


def test_the_caption_names_the_study_that_makes_most_of_the_disagreement(table):
    apart = table.assign(baujat_x=1.0, baujat_y=1.0)
    apart.loc[2, "baujat_x"], apart.loc[5, "baujat_y"] = 7.0, 3.0
    said = charts.baujat_alt(apart, language="en")
    assert said.startswith("Study 03 makes 35% of the disagreement between the studies; Study 06 moves the result the most.")
    together = apart.assign(baujat_y=apart["baujat_x"])
    assert (
        "Study 03 skaber 35\N{NO-BREAK SPACE}% af uenigheden mellem undersøgelserne og flytter resultatet mest"
        in charts.baujat_alt(together, language="da")
    )


def test_studies_that_agree_are_said_to_agree(table):
    html = charts.baujat_figure(table.assign(baujat_x=0.0, baujat_y=0.0), language="en")
    assert "The studies agree" in html


def test_the_studies_furthest_out_are_named_in_the_drawing(table):
    html = charts.baujat_figure(table, language="en")
    drawing = html[html.index("<svg") : html.index("</svg>")]
    first, last = charts.baujat_data(table)["label"].iloc[[0, -1]]
    assert f">{first}<" in drawing
    assert f">{last}<" not in drawing


def test_other_tables_are_refused(table):
    with pytest.raises(MissingColumn, match="'baujat_x'"):
        charts.baujat_data(table.drop(columns="baujat_x"))
    with pytest.raises(EmptyData, match="no rows"):
        charts.baujat_data(table.head(0))
