"""Published only, ours, and both together."""

import re

import numpy as np
import pandas as pd
import pytest

import whatworks as ww
from whatworks.core.errors import InvalidOption, InvalidResult
from whatworks.findings import charts


def test_intervals_hold_by_50_and_by_95_per_cent(make):
    result = make.combined()
    data = charts.combination_data(result).set_index("term")
    head = result.headline
    assert data.loc["combined", ["conf_low", "conf_high"]].tolist() == pytest.approx([head.conf_low, head.conf_high])
    assert data.loc["ours", "half_high"] - data.loc["ours", "estimate"] == pytest.approx(0.67449 * 0.1, rel=1e-4)
    assert head.conf_low < data.loc["combined", "half_low"] < head.estimate < data.loc["combined", "half_high"] < head.conf_high
    assert data["weight"].tolist() == pytest.approx(
        [result.statistics["weight_published"] / 100, result.statistics["weight_local"] / 100, 1.0]
    )


def test_the_caption_says_the_weights_in_words(make):
    result = make.combined()
    ours = f"{result.statistics['weight_local']:.0f}"
    assert f"our own figures weigh {ours}%, the published studies {100 - int(ours)}%." in charts.combination_alt(
        result, language="en"
    )


def test_two_that_contradict_each_other_are_shown_without_an_average(make):
    result = make.combined(-1.6)
    html = charts.combination_figure(result, smallest_important=0.2, language="en")
    drawing = html[html.index("<svg") : html.index("</svg>")]
    assert "contradict the published studies" in html
    assert "their average is no answer" in " ".join(re.findall(r">([^<>]+)</text>", drawing))
    assert f"{result.headline.estimate:.2f}" not in re.sub(r'"[^"]*"', "", html)
    assert "chance" not in html
    assert charts.combination_data(result)["answers"].tolist() == [True, True, False]


@pytest.mark.parametrize(
    ("ours", "smallest", "words"),
    [(0.1, 0.2, "er omkring"), (0.1, 0.01, "er over 95"), (0.1, 0.9, "er under 5")],
)  # fmt: skip
def test_the_chance_that_it_matters_is_said_in_steps_of_five(make, ours, smallest, words):
    said = charts.combination_alt(make.combined(ours), smallest_important=smallest, language="da")
    chance = re.search(r"stor nok til at betyde noget, (er \w+ (\d+))", said)
    assert chance.group(1).startswith(words)
    assert int(chance.group(2)) % 5 == 0


def test_where_less_is_better_the_limit_lies_below(make):
    es = make.effect_sizes(14).assign(yi=lambda df: -df["yi"])
    elsewhere = ww.synthesis.pool(es, study="study", measure="SMD", good="down")
    here = ww.synthesis.pool(pd.DataFrame({"yi": [-0.1], "vi": [0.01]}), measure="SMD", good="down")
    mirrored = charts.combination_alt(ww.synthesis.combine(here, elsewhere), smallest_important=0.2, language="en")
    plain = charts.combination_alt(make.combined(), smallest_important=0.2, language="en")
    chance = re.compile(r"The chance [^.]*\.")
    assert chance.search(mirrored).group() == chance.search(plain).group()


def test_ratios_are_read_as_ratios():
    elsewhere = ww.synthesis.pool(pd.DataFrame({"yi": [0.1, 0.3, 0.2], "vi": [0.01] * 3}), measure="logRR", good="up")
    here = ww.synthesis.pool(pd.DataFrame({"yi": [0.15], "vi": [0.02]}), measure="logRR", good="up")
    result = ww.synthesis.combine(here, elsewhere)
    data = charts.combination_data(result)
    assert data["estimate"].iloc[2] == pytest.approx(np.exp(result.headline.estimate))
    assert "chance" in charts.combination_alt(result, smallest_important=0.1, language="en")
    with pytest.raises(InvalidOption, match="cannot fall by that much"):
        charts.combination_chart(result, smallest_important=1.2, good="down")


def test_how_our_citizens_differ_is_part_of_the_note(make):
    assert "ikke undersøgt, om vores borgere ligner" in charts.combination_figure(make.combined(), language="da")
    far = pd.DataFrame({"covariate": ["age"], "ours": [50.0], "studies": [30.0], "sd": [10.0]})
    assert "Our citizens differ much" in charts.combination_figure(make.combined(transport=far), language="en")
    near = far.assign(studies=49.0)
    assert "citizens" not in charts.combination_figure(make.combined(transport=near), language="en")


def test_bad_input_is_refused(make):
    with pytest.raises(InvalidResult, match=r"synthesis\.combine"):
        charts.combination_data(make.pool_of(5))
    with pytest.raises(InvalidOption, match="positive"):
        charts.combination_chart(make.combined(), smallest_important=-0.2)
