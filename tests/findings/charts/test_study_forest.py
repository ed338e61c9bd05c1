"""The studies behind a pooled effect."""

import math

import pytest

import whatworks as ww
from whatworks.core.errors import EmptyData, InvalidOption
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


def test_one_study_is_shown_as_it_is_and_nothing_is_pooled(make, language):
    data = charts.study_forest_data(make.pool_of(1))
    assert data["kind"].tolist() == ["part"]
    html = charts.study_forest_figure(make.pool_of(1), language=language)
    assert {"da": "der er ikke lagt noget sammen", "en": "nothing is pooled"}[language] in html
    assert {"da": ">Samlet<", "en": ">Pooled<"}[language] not in html


def test_our_own_figures_stand_apart_with_their_name(make):
    own = ww.synthesis.own_effect(make.effect(3.0, 1.0), study="Our town", sd_comparison=10.0)
    data = charts.study_forest_data(make.pool_of(5), own=own)
    row = data[data["kind"] == "own"].iloc[0]
    assert row["label"] == "Our town"
    assert row[["estimate", "conf_low", "conf_high"]].tolist() == pytest.approx([0.3, 0.3 - 0.196, 0.3 + 0.196], abs=1e-4)
    assert "our own figures show 0.30 (0.10 to 0.50)" in charts.study_forest_alt(make.pool_of(5), own=own, language="en")


def test_a_result_of_ours_stands_without_a_name(make):
    html = charts.study_forest_figure(make.pool_of(5), own=make.effect(0.3, 0.1, measure="SMD"), language="da")
    assert "Vores egne tal" in html
    assert "Firkanten er vores egne tal" in html


def test_a_combination_adds_ours_and_what_both_say(make):
    both = make.combined()
    data = charts.study_forest_data(make.pool_of(14), own=both)
    assert data["kind"].tolist()[-2:] == ["own", "combined"]
    assert data["estimate"].iloc[-1] == pytest.approx(both.headline.estimate)
    assert data["weight"].sum() == pytest.approx(1)


def test_two_that_contradict_each_other_are_not_averaged(make):
    data = charts.study_forest_data(make.pool_of(14), own=make.combined(-1.6))
    assert "own" in data["kind"].tolist()
    assert "combined" not in data["kind"].tolist()


def test_figures_on_another_scale_are_refused(make):
    with pytest.raises(InvalidOption, match="cannot share an axis"):
        charts.study_forest_data(make.pool_of(5), own=make.effect(3.0, 1.0))
    with pytest.raises(InvalidOption, match="cannot share an axis"):
        charts.study_forest_data(make.pooled_result(), own=make.combined())


def test_several_effects_of_a_study_are_told_apart(make):
    es = make.effect_sizes(6).assign(study=["A", "A", "B", "B", "C", "D"], effect=["x", "y", "x", "y", "x", "x"])
    data = charts.study_forest_data(ww.synthesis.multilevel(es, study="study", effect="effect", measure="SMD"))
    assert data.loc[data["kind"] == "part", "label"].tolist() == ["A · x", "A · y", "B · x", "B · y", "C", "D"]
