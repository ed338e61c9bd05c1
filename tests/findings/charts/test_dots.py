"""Twenty equally likely answers."""

import re

import numpy as np
import pytest
from scipy.stats import norm

from whatworks.core.errors import InvalidEffect, InvalidOption
from whatworks.findings import charts


def test_the_answers_are_the_middle_quantiles_of_the_normal_distribution(make):
    values = charts.dots_data(make.effect(2, 1))["value"].to_numpy()
    assert len(values) == 20
    assert norm.cdf(values, 2, 1) == pytest.approx((np.arange(20) + 0.5) / 20)


def test_sides_follow_the_direction_of_good(make):
    up = charts.dots_data(make.effect(1, 1), good="up", smallest_important=1)["side"].value_counts().to_dict()
    down = charts.dots_data(make.effect(-1, 1), good="down", smallest_important=1)["side"].value_counts().to_dict()
    assert up == down == {"important": 10, "better": 7, "worse": 3}
    assert set(charts.dots_data(make.effect(1, 1, good=None))["side"]) == {"above", "below"}


def test_the_caption_can_be_counted_in_the_figure(make):
    result = make.effect(1, 1)
    assert charts.dots_caption(result, smallest_important=1, language="da") == (
        "17 af 20 lige sandsynlige svar er bedre for borgeren; 10 af 20 er større end den mindste forskel, der betyder noget."
    )
    html = charts.dots_figure(result, smallest_important=1, language="da")
    assert html.count("<circle") == 17
    assert html.count('fill="var(--warn)"') == 3
    assert html.count('fill="var(--card)"') == 7


def test_without_a_smallest_difference_every_better_dot_is_filled(make):
    html = charts.dots_figure(make.effect(1, 1), language="en")
    assert 'fill="var(--card)"' not in html
    assert "smallest difference" not in html


@pytest.mark.parametrize("good", ["up", "down"])
@pytest.mark.parametrize(
    ("estimate", "error", "limit"), [(1794, 633, 500), (0.1, 1, 0.5), (10, 1, 0.5), (5, 1, 20), (3, 3, 0.01), (0, 1, 1)]
)
def test_no_dot_stands_on_the_wrong_side_and_no_line_runs_through_a_name(make, good, estimate, error, limit, language):
    sign = 1 if good == "up" else -1
    html = charts.dots_figure(make.effect(sign * estimate, error), good=good, smallest_important=limit, language=language)
    assert make.faults(html) == []
    (null,) = re.findall(r'<line x1="([^"]+)" y1="[^"]+" x2="\1" y2="[^"]+" fill="none" stroke="var\(--ink-2\)"/>', html)
    gains = [sign * (float(x) - float(null)) for x in re.findall(r'<circle cx="([^"]+)"', html)]
    assert min(gains, default=1) > 0


def test_log_ratios_are_shown_as_ratios(make):
    data = charts.dots_data(make.effect(-0.4, 0.3, measure="logRR", good="down"))
    assert (data["value"] > 0).all()
    assert (data["value"] < 1).sum() == (data["side"] == "better").sum()


def test_results_that_do_not_say_how_sure_they_are_are_refused(make):
    for error in (np.nan, 0.0):
        with pytest.raises(InvalidEffect, match="no positive standard error"):
            charts.dots_data(make.effect(1, error))
    with pytest.raises(InvalidOption, match="positive number"):
        charts.dots_data(make.effect(1, 1), smallest_important=-1)
    with pytest.raises(InvalidOption, match="good='sideways'"):
        charts.dots_data(make.effect(1, 1), good="sideways")
