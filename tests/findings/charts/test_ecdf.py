"""Whole distributions before and after."""

import numpy as np
import pandas as pd
import pytest

import whatworks as ww
from whatworks.core.errors import EmptyData, InvalidColumn, MissingColumn
from whatworks.findings import charts


def test_shares_are_those_of_the_people(make):
    sample = make.matched_people()
    data = charts.ecdf_data(sample, covariate="need")
    treated, kept = sample.data["treated"] == 1, sample.weights > 0
    for stage, group, people in (
        ("before", "treated", treated), ("before", "comparison", ~treated), ("after", "comparison", ~treated & kept),
    ):  # fmt: skip
        part = data[(data["stage"] == stage) & (data["group"] == group)]
        wanted = [(sample.data.loc[people, "need"] <= value).mean() for value in part["value"]]
        assert part["share"].to_numpy() == pytest.approx(wanted)
    assert data.groupby(["stage", "group"])["share"].max().eq(1).all()


def test_between_two_values_lie_none_or_enough_of_every_group(make):
    sample = make.matched_people()
    grid = charts.ecdf_data(sample, covariate="need")["value"].unique()
    treated, kept = (sample.data["treated"] == 1).to_numpy(), (sample.weights > 0).to_numpy()
    edges = [-np.inf, *grid]
    for arm in (treated, ~treated):
        for group in (arm & kept, arm & ~kept):
            people = np.histogram(sample.data.loc[group, "need"], bins=[each + 1e-9 for each in edges])[0]
            assert not ((people > 0) & (people < 5)).any()


def test_the_caption_says_how_far_apart_the_groups_are_at_most(make):
    said = charts.ecdf_alt(make.matched_people(), covariate="need", labels={"need": "Support need"}, language="en")
    assert said.startswith("Support need: the groups are at most ")
    data = charts.ecdf_data(make.matched_people(), covariate="need").pivot_table("share", ["stage", "value"], "group")
    apart = (data["treated"] - data["comparison"]).abs().groupby("stage").max()
    assert apart["after"] < apart["before"]
    assert f"at most {100 * apart['before']:.0f} percentage points apart before and {100 * apart['after']:.0f} after" in said


def test_the_finished_table_draws_the_same(make):
    sample = make.matched_people()
    table = charts.ecdf_data(sample, covariate="need")
    assert charts.ecdf_figure(table, covariate="need") == charts.ecdf_figure(sample, covariate="need")


def test_a_weighted_sample_is_weighted_after_and_not_before(make):
    people = make.matched_people().data
    sample = ww.matching.weight(people, treatment="treated", covariates="need", method="entropy")
    data = charts.ecdf_data(sample, covariate="need")
    comparison = data[(data["group"] == "comparison")].pivot_table("share", "value", "stage")
    plain = [(people.loc[people["treated"] == 0, "need"] <= value).mean() for value in comparison.index]
    assert comparison["before"].to_numpy() == pytest.approx(plain)
    assert (comparison["after"] <= comparison["before"] + 1e-9).all()


def test_the_unit_is_stated(make):
    html = charts.ecdf_figure(make.matched_people(), covariate="need", unit={"da": "point", "en": "points"}, language="da")
    assert "Andel af hver gruppe på eller under en værdi; point" in html


def test_what_cannot_be_drawn_is_refused(make):
    sample = make.matched_people()
    with pytest.raises(InvalidColumn, match="fewer than three"):
        charts.ecdf_data(sample, covariate="treated")
    with pytest.raises(MissingColumn, match="'shoe_size'"):
        charts.ecdf_data(sample, covariate="shoe_size")
    few = pd.DataFrame({"treated": [1] * 6 + [0] * 6, "need": np.arange(12.0) ** 2})
    with pytest.raises(EmptyData, match="too few people"):
        charts.ecdf_data(ww.matching.unmatched(few, treatment="treated"), covariate="need")
