"""Twenty answers that fit the numbers equally well."""

import re

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

import whatworks as ww
from whatworks.core.errors import InvalidEffect, InvalidOption
from whatworks.findings import charts, wording
from whatworks.findings.charts.words import LOG_MEASURES, RATIO_MEASURES, null_of, verdict


def test_the_answers_are_the_middle_quantiles_of_the_normal_distribution(make):
    values = charts.dots_data(make.effect(2, 1))["value"].to_numpy()
    assert len(values) == 20
    # The interval is 1.96 standard errors wide on either side, printed with two decimals.
    assert norm.cdf(values, 2, 1) == pytest.approx((np.arange(20) + 0.5) / 20, abs=1e-5)


def test_sides_follow_the_direction_of_good(make):
    up = charts.dots_data(make.effect(1, 1), good="up", smallest_important=1)["side"].value_counts().to_dict()
    down = charts.dots_data(make.effect(-1, 1), good="down", smallest_important=1)["side"].value_counts().to_dict()
    assert up == down == {"important": 10, "better": 7, "worse": 3}
    assert set(charts.dots_data(make.effect(1, 1, good=None))["side"]) == {"above", "below"}


def test_the_caption_can_be_counted_in_the_figure(make):
    result = make.effect(1, 1)
    assert charts.dots_caption(result, smallest_important=1, language="da") == (
        "17 af 20 mulige svar er bedre for borgeren; 10 af 20 er store nok til at betyde noget."
    )
    assert charts.dots_caption(result, smallest_important=9, language="en").endswith("; none is large enough to matter.")
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
        with pytest.raises(InvalidEffect, match="neither an interval nor a positive standard error"):
            charts.dots_data(make.effect(1, error))
    with pytest.raises(InvalidOption, match="positive number"):
        charts.dots_data(make.effect(1, 1), smallest_important=-1)
    with pytest.raises(InvalidOption, match="good='sideways'"):
        charts.dots_data(make.effect(1, 1), good="sideways")


@pytest.mark.parametrize("good", ["up", "down"])
@pytest.mark.parametrize("place", ["below", "across", "above"])
@pytest.mark.parametrize("measure", ["MD", "SMD", "RD", "money", *LOG_MEASURES, "RR", "OR", "IRR", "HR", "ratio"])
def test_dots_and_verdict_agree_for_every_measure(make, measure, place, good):
    low, high = {"below": (-0.6, -0.2), "across": (-0.3, 0.5), "above": (0.2, 0.6)}[place]
    if null_of(measure) == 1 and measure not in LOG_MEASURES:
        low, high = np.exp(low), np.exp(high)
    result = make.effect((low * high) ** 0.5 if low > 0 else (low + high) / 2, np.nan, measure=measure, good=good)
    result = ww.EffectResult.from_json(result.to_json())
    result.effects[["conf_low", "conf_high"]] = [low, high]
    sides = set(charts.dots_data(result)["side"])
    null = 0.0 if measure in LOG_MEASURES else null_of(measure)
    expected = {"better": {"better"}, "worse": {"worse"}, "unclear": {"better", "worse"}}
    assert sides == expected[verdict(low, high, null, good)]


def test_a_ratios_smallest_difference_is_its_distance_from_one(make):
    result = make.effect(0.8, np.nan, measure="RR", good="down")
    result.effects[["conf_low", "conf_high"]] = [0.64, 1.0]
    data = charts.dots_data(result, smallest_important=0.1)
    assert data["side"].eq("important").sum() == (data["value"] < 0.9).sum() > 10
    # No ratio lies more than 1 below 1.
    assert "important" not in set(charts.dots_data(result, smallest_important=1.5)["side"])
    assert make.faults(charts.dots_figure(result, smallest_important=1.5, language="da")) == []


def test_the_outer_dots_stand_at_the_ends_of_the_interval(make):
    result = make.effect(1.0, 0.2, statistics={"df": 3.0})
    result.effects[["conf_low", "conf_high"]] = [0.3, 1.7]
    values = charts.dots_data(result)["value"]
    assert (values.iloc[0], values.iloc[-1]) == pytest.approx((0.3, 1.7))


def test_dots_of_three_studies_reach_over_zero_where_the_interval_does(make):
    studies = pd.DataFrame({"yi": [0.3, 0.6, 0.95], "vi": [0.01, 0.01, 0.01]})
    result = ww.synthesis.pool(studies, yi="yi", vi="vi", measure="SMD", test="knha", good="up")
    head = result.headline
    assert head.conf_low < 0 < head.estimate - 1.96 * head.std_error
    data = charts.dots_data(result)
    assert data["value"].iloc[0] == pytest.approx(head.conf_low)
    assert set(data["side"]) == {"better", "worse"}
    # Quantiles of t with 2 degrees of freedom: the quartile lies 0.816 standard errors out.
    middle = data["value"].iloc[[4, 5]].mean()
    assert middle == pytest.approx(head.estimate - 0.816 * head.std_error, abs=0.02 * head.std_error)


def test_risk_differences_are_people_out_of_100(make):
    html = charts.dots_figure(make.effect(0.08, 0.02, measure="RD"), smallest_important=0.05, language="en")
    assert "The estimate is +8.00 (+4.08 to +11.92), people out of 100." in html
    assert charts.dots_data(make.effect(0.08, 0.02, measure="RD"))["value"].median() == pytest.approx(8)
    assert "personer ud af 100" in charts.dots_figure(make.effect(0.08, 0.02, measure="RD"), language="da")


def test_no_dot_is_called_likely(make, language):
    words = charts.dots_figure(make.effect(1, 1), language=language).lower()
    assert "likely" not in words
    assert "sandsynlig" not in words


def test_charts_know_every_ratio_that_the_sentences_know():
    assert set(wording.LOGGED) <= set(LOG_MEASURES)
    assert set(wording.RATIOS) <= {*LOG_MEASURES, *RATIO_MEASURES}
    logs = {name for name, measure in ww.evidence.MEASURES.items() if measure.no_effect == 1}
    assert logs <= set(RATIO_MEASURES)
