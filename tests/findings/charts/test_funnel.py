"""The contour funnel: where studies stand, what shades mean, and what may be said of them."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

import whatworks as ww
from whatworks.core.errors import EmptyData, InvalidOption, MissingColumn
from whatworks.findings import charts
from whatworks.findings.charts.funnel import _boundary, _bounds
from whatworks.findings.charts.scale import Scale
from whatworks.synthesis.trim_and_fill import trim_and_fill


def filled_of(es: pd.DataFrame):
    return trim_and_fill(es["yi"].to_numpy(), es["vi"].to_numpy())


def test_each_study_carries_its_own_p_value(make):
    data = charts.funnel_data(make.pool_of(14))
    es = make.effect_sizes(14)
    assert data["p_value"].to_numpy() == pytest.approx(2 * norm.sf(np.abs(es["yi"]) / np.sqrt(es["vi"])))
    assert data["std_error"].to_numpy() == pytest.approx(np.sqrt(es["vi"]))


def test_log_ratios_stand_as_ratios_but_are_judged_on_their_own_scale():
    es = pd.DataFrame({"yi": [np.log(2.0), 0.0, -0.2], "vi": [0.04, 0.04, 0.09]})
    data = charts.funnel_data(ww.synthesis.pool(es, measure="logRR"))
    assert data["estimate"].tolist() == pytest.approx([2.0, 1.0, np.exp(-0.2)])
    assert data["p_value"].iloc[:2].tolist() == pytest.approx([2 * norm.sf(np.log(2.0) / 0.2), 1.0])


def test_contours_stand_at_the_quantiles_of_peters_et_al():
    # Peters et al. (2008), J Clin Epidemiol 61:991-996: p = 0.10, 0.05 and 0.01, two-sided.
    assert [round(_bounds(place)[1], 3) for place in range(3)] == [1.645, 1.96, 2.576]
    across, down = Scale(-1.0, 1.0, 0, 200), Scale(0.0, 0.4, 0, 100)
    apex, end = _boundary(across, down, 0.0, 1.96, 1.0)
    assert apex == (100.0, 0.0)
    assert end == pytest.approx((across(1.96 * 0.4), 100.0))


def test_a_contour_that_leaves_the_plane_turns_down_its_edge():
    across, down = Scale(0.5, 2.0, 0, 200, log=True), Scale(0.0, 1.0, 0, 100)
    apex, turn, end = _boundary(across, down, 1.0, 2.576, 2.0)
    assert apex == pytest.approx((100.0, 0.0))
    assert turn == pytest.approx((200.0, down(np.log(2) / 2.576)))
    assert end == pytest.approx((200.0, 100.0))


def test_added_studies_are_open_and_named_as_added(make):
    es = make.effect_sizes(60)
    filled = filled_of(es)
    assert filled.missing > 0
    data = charts.funnel_data(make.pool_of(60), filled=filled)
    added = data[data["kind"] == "filled"]
    assert len(added) == filled.missing
    assert added["estimate"].tolist() == pytest.approx(filled.yi[-filled.missing :].tolist())
    html = charts.funnel_figure(make.pool_of(60), filled=filled, language="en")
    assert html.count("added by trim and fill") == filled.missing
    assert f"trim and fill adds {filled.missing} studies" in html


def test_few_studies_are_not_read_at_all(make):
    looks = ww.synthesis.small_study_effects(make.effect_sizes(9))
    said = charts.funnel_alt(make.pool_of(9), looks=looks, language="en")
    assert said.startswith("With 9 studies it cannot be seen whether small studies find something else")


@pytest.mark.parametrize(
    ("p", "words"),
    [
        (0.0002, "Små undersøgelser finder noget andet end store (Eggers test, p < 0,001)"),
        (0.4, "Der er ikke noget klart tegn på, at små undersøgelser finder noget andet end store (Eggers test, p = 0,400)"),
    ],
)
def test_the_test_decides_what_is_said_and_its_p_value_is_stated(p, words, make):
    looks = ww.synthesis.small_study_effects(make.effect_sizes(20))
    changed = looks.assign(p_value=np.where(looks["test"] == "egger", p, looks["p_value"]))
    assert charts.funnel_alt(make.pool_of(20), looks=changed, language="da").startswith(words)


def test_without_a_test_the_small_studies_are_counted(make):
    result = make.pool_of(14)
    small = charts.funnel_data(result).nlargest(7, "std_error")
    above = int((small["estimate"] > result.headline.estimate).sum())
    said = charts.funnel_alt(result, language="en")
    assert f"Of the 7 least precise studies, {above} lie above the pooled effect and {7 - above} below it" in said


def test_other_tables_and_results_are_refused(make):
    with pytest.raises(EmptyData, match="no rows"):
        charts.funnel_data(make.effect(1, 1))
    with pytest.raises(MissingColumn):
        charts.funnel_alt(make.pool_of(12), looks=pd.DataFrame({"p": [1.0]}))
    with pytest.raises(InvalidOption, match="egger"):
        charts.funnel_alt(make.pool_of(12), looks=pd.DataFrame({"test": ["begg"], "p_value": [0.1]}))
