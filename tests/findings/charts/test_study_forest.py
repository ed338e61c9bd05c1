"""The studies behind a pooled effect."""

import math

import pytest

from whatworks.core.errors import EmptyData
from whatworks.findings import charts


def test_studies_come_first_then_the_pooled_effect_then_the_prediction(make):
    data = charts.study_forest_data(make.pooled_result())
    assert data["kind"].tolist() == ["part", "part", "part", "headline", "prediction"]
    assert data["weight"].sum() == pytest.approx(1)


def test_log_ratios_come_out_as_ratios(make):
    data = charts.study_forest_data(make.pooled_result())
    assert data["estimate"].iloc[0] == pytest.approx(math.exp(-0.89))
    assert data["conf_high"].iloc[-1] == pytest.approx(math.exp(0.44))


def test_a_heavier_study_has_a_larger_dot(make):
    html = charts.study_forest_figure(make.pooled_result())
    radii = [float(part.split('"')[0]) for part in html.split(' r="')[1:]]
    assert radii == sorted(radii)
    assert radii[0] < radii[-1]


def test_the_caption_has_the_pooled_effect_and_what_a_new_place_can_expect(make):
    assert charts.study_forest_alt(make.pooled_result(), language="da").startswith(
        "Den samlede effekt er 0,49 (0,35 til 0,70); et nyt sted kan vente 0,15 til 1,55. Samlet fra 3 undersøgelser"
    )


def test_a_result_without_studies_is_refused(make):
    with pytest.raises(EmptyData, match="no studies to draw"):
        charts.study_forest_data(make.effect(1, 1))


def test_a_study_without_weight_and_a_hostile_name_is_drawn(make):
    parts = [{"term": make.hostile, "kind": "part", "estimate": 1.0, "std_error": 0.5}]
    html = charts.study_forest_figure(make.effect(1, 1, parts=parts), language="en")
    assert "<script" not in html
    assert make.faults(html) == []
