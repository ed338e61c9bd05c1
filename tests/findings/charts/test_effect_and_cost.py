"""Effect against cost: what is drawn where, and what is never drawn at zero."""

import numpy as np
import pytest

from whatworks.core.errors import EmptyData, InvalidColumn
from whatworks.findings import charts
from whatworks.findings.charts.spread import spread


@pytest.fixture
def points(make):
    return make.weighed_points()


def test_the_dearest_stands_first_and_what_nobody_priced_last_on_each_scale(points):
    data = charts.effect_and_cost_data(points)
    assert data.loc[data["scale"] == "important", "name"].str[:4].tolist() == ["Trap", "Lærk", "Tætt", "Åben"]
    assert data["cost"].isna().tolist() == [False, False, False, True, True]


def test_a_cost_that_nobody_knows_is_said_and_never_a_zero(points):
    html = charts.effect_and_cost_figure(points, language="en")
    rows = html[html.index("<tbody>") :]
    assert rows.count("cost not known") == 2
    assert "<td>0 kr.</td>" not in rows
    assert ">Cost not known<" in html[html.index("<svg") : html.index("</svg>")]
    priced = charts.effect_and_cost_figure(points.dropna(), language="en")
    assert "Cost not known" not in priced


def test_what_cannot_stand_on_the_axis_is_named(points):
    html = charts.effect_and_cost_figure(points, left_out=["Klare <b>"], language="da")
    assert "Ikke tegnet" in html
    assert "Klare &lt;b&gt;" in html


def test_the_words_count_effects_and_costs_and_say_each(points):
    said = charts.effect_and_cost_alt(points, language="en")
    assert said.startswith("2 of 5 effects lie wholly on the good side; the cost is known for 3 of 5.")
    assert "Trappestøtte (Voksne i socialpsykiatrien): +0.90 (0.60 to 1.20) times the smallest difference that matters" in said
    alone = charts.effect_and_cost_alt(points.tail(1), language="en")
    assert alone.startswith("The whole range of the effect lies on the good side, but the cost is not known.")


def test_it_refuses_nothing_a_strange_scale_and_a_cost_below_zero(points):
    with pytest.raises(EmptyData, match="no rows"):
        charts.effect_and_cost_data(points.head(0))
    with pytest.raises(InvalidColumn, match="months"):
        charts.effect_and_cost_data(points.assign(scale="months"))
    with pytest.raises(InvalidColumn, match="3 are"):
        charts.effect_and_cost_data(points.assign(cost=-1.0 * points["cost"]))


def test_ratios_have_panels_of_their_own_and_their_better_side(points, make):
    ratios = points.head(2).assign(scale=["ratio_down", "ratio_up"], effect=[0.5, 2.0], conf_low=[0.4, 1.5], conf_high=[0.8, 3.0])
    html = charts.effect_and_cost_figure(ratios, language="en")
    assert make.faults(html) == []
    assert "2 of 2 effects lie wholly on the good side" in html
    drawing = html[html.index("<svg") : html.index("</svg>")]
    assert "← better for the person" in drawing
    assert "better for the person →" in drawing
    assert "0.50 (0.40 to 0.80) times as much as without the intervention" in html
    with pytest.raises(InvalidColumn, match="not above 0"):
        charts.effect_and_cost_data(ratios.assign(conf_low=-0.1))


def test_labels_never_overlap_and_stay_in_order():
    rng = np.random.default_rng(3)
    for _trial in range(20):
        sizes = rng.uniform(10, 40, 6)
        places = spread(np.sort(rng.uniform(0, 300, 6)).tolist(), sizes.tolist(), low=0.0, high=300.0)
        gaps = np.diff(places) - (sizes[:-1] + sizes[1:]) / 2
        assert gaps.min() > -1e-9
        assert places[0] >= sizes[0] / 2 - 1e-9
        assert places[-1] <= max(300.0, sizes.sum()) - sizes[-1] / 2 + 1e-9
    assert spread([], [], low=0.0, high=1.0) == []
