"""One effect in several groups of people."""

import math
from dataclasses import replace

import pytest

from whatworks.core.errors import EmptyData
from whatworks.findings import charts


def test_everyone_stands_first_and_each_group_has_its_own_interval(make):
    data = charts.for_whom_data(make.answer_by_group(), language="en")
    assert data["role"].tolist() == ["all", "group", "group", "group"]
    assert data["name"].tolist() == [
        "Everyone",
        "Had earnings the year before: no",
        "Had earnings the year before: not known",
        "Had earnings the year before: yes",
    ]
    parts = make.answer_by_group().parts
    assert data["estimate"].tolist()[1:] == parts["estimate"].tolist()
    assert math.isnan(data["people"][0])
    assert data["people"].tolist()[1:] == [80, 80, 80]


def test_each_group_is_judged_by_what_is_good_and_by_where_no_difference_lies(make):
    result = make.answer_by_group()
    higher, lower = (charts.for_whom_data(replace(result, good=good), language="en") for good in ("up", "down"))
    turned = {"better": "worse", "worse": "better"}
    assert set(higher["verdict"]) & set(turned), "no group is clear, so nothing would turn"
    assert lower["verdict"].tolist() == [turned.get(each, each) for each in higher["verdict"]]
    shrunk = result.effects.assign(**{each: result.effects[each] / 1e4 for each in ("estimate", "conf_low", "conf_high")})
    ratios = charts.for_whom_data(replace(result, measure="logRR", good="up", effects=shrunk), language="en")
    assert ratios["estimate"].tolist() == pytest.approx([math.exp(each / 1e4) for each in higher["estimate"]])
    assert ratios["verdict"].tolist() == higher["verdict"].tolist()


def test_the_figure_says_what_several_looks_mean(make):
    html = charts.for_whom_figure(make.answer_by_group(), language="en")
    assert "We looked at few subgroups (3)." in html
    assert "An effect in one group only is a hint that must be tested again. It is not an answer." in html


def test_the_caption_goes_by_the_test_that_all_groups_have_the_same_effect(make):
    result = make.answer_by_group()
    assert result.statistics["interaction_p"] < 0.01
    assert charts.for_whom_alt(result, language="en").startswith("The effect differs between the groups: chance alone")
    assert "under 1" in charts.for_whom_alt(result, language="en")
    alike = replace(result, statistics={**result.statistics, "interaction_p": 0.31})
    assert "cannot tell whether it works better for some: chance alone would make as large differences in 31%" in (
        charts.for_whom_alt(alike, language="en")
    )
    untested = replace(result, statistics={})
    assert charts.for_whom_alt(untested, language="en").startswith(
        "Whether the effect differs between the groups was not tested."
    )


def test_a_result_without_groups_is_refused(make):
    with pytest.raises(EmptyData, match="by="):
        charts.for_whom_data(make.effect(1.0, 0.5))
