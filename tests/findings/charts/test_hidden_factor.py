"""How strong a hidden factor would have to be."""

import numpy as np
import pytest

from whatworks.core.errors import EmptyData, MissingColumn
from whatworks.findings import charts
from whatworks.matching.hidden_factor import effect_left


def test_along_a_line_the_same_difference_is_left(make):
    result = make.hidden_result()
    data = charts.hidden_factor_data(result)
    head = result.headline
    for share in (0.75, 0.5, 0.25, 0.0):
        line = data[(data["kind"] == "line") & (data["label"] == f"{share:g}")]
        left = effect_left(
            head.estimate, head.std_error, result.statistics["df"], line["r2_treatment"].to_numpy(), line["r2_outcome"].to_numpy()
        )[0]
        assert left == pytest.approx(share * head.estimate, abs=1e-9)
        assert (line["estimate"] == share * head.estimate).all()


def test_benchmarks_are_once_as_strong_as_what_was_observed(make):
    data = charts.hidden_factor_data(make.hidden_result())
    known = data[data["kind"] == "benchmark"]
    assert known["label"].tolist() == ["need", "age", "strongest observed"]
    lines = data[data["kind"] == "line"]
    assert known["r2_treatment"].max() < lines["r2_treatment"].max()
    assert known["r2_outcome"].max() < lines["r2_outcome"].max()


def test_the_caption_says_how_strong_and_what_the_strongest_would_leave(make):
    said = charts.hidden_factor_alt(make.hidden_result(), unit=make.unit, labels={"need": "Support need"}, language="en")
    assert said.startswith(
        "A hidden factor would have to tell 25.9% more about both who took part and the outcome to take the difference away. "
        "One as strong as the strongest observed would leave 57% of it."
    )
    assert "Left in points on WHO-5, were it once as strong as: Support need: +2.99; Age: +3.60;" in said


def test_a_factor_that_would_take_it_all_is_said_to(make):
    result = make.hidden_result(strongest=-0.4)
    assert "One as strong as the strongest observed would." in charts.hidden_factor_alt(result, language="en")
    assert make.faults(charts.hidden_factor_figure(result, language="da")) == []


def test_the_table_holds_every_multiple_and_says_what_cannot_be(make):
    html = charts.hidden_factor_figure(make.hidden_result(), language="en")
    assert "none can be so strong" in html
    assert html.count("<tr>") == 1 + 4


def test_an_effect_below_zero_is_drawn_alike(make):
    result = make.hidden_result(sign=-1)
    data = charts.hidden_factor_data(result)
    assert (data.loc[data["kind"] == "line", "estimate"] <= 0).all()
    assert make.faults(charts.hidden_factor_figure(result, language="en")) == []


def test_hostile_names_stay_in_the_plane(make):
    html = charts.hidden_factor_figure(
        make.hidden_result(), labels={"need": make.hostile * 3, "age": make.hostile}, language="en"
    )
    assert "<script" not in html
    assert make.faults(html) == []


def test_other_results_are_refused(make):
    with pytest.raises(MissingColumn, match="'benchmark'"):
        charts.hidden_factor_data(make.event_result())
    with pytest.raises(EmptyData, match="no difference"):
        charts.hidden_factor_data(make.hidden_result(sign=np.nan))
