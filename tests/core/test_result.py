import numpy as np
import pandas as pd
import pytest

import whatworks as ww
from whatworks.core.errors import InvalidResult


def make_result(**changes):
    effects = pd.DataFrame(
        {
            "term": ["ATT", "2019Q3", "2021Q3"],
            "kind": ["headline", "part", "part"],
            "estimate": [1.5, 2.0, 1.0],
            "std_error": [0.5, 0.6, np.nan],
            "conf_low": [0.5, 0.8, np.nan],
            "conf_high": [2.5, 3.2, np.nan],
            "p_value": [0.003, 0.001, np.nan],
            "group": pd.PeriodIndex(["2019Q3", "2019Q3", "2021Q3"], freq="Q"),
            "n_treated": pd.array([30, 20, None], dtype="Int64"),
        }
    )
    content = {
        "method": "did.att_gt",
        "estimand": "ATT",
        "measure": "MD",
        "unit": "points",
        "good": "up",
        "effects": effects,
        "statistics": {"nobs": 100, "tau2": np.float64(0.25), "h2": np.inf},
        "checks": (ww.Check(name="overlap", passed=None, message="Cannot tell.", statistics={"units": np.int64(3)}),),
        "vcov": pd.DataFrame([[0.36, 0.0], [0.0, 0.1]], index=["2019Q3", "2021Q3"], columns=["2019Q3", "2021Q3"]),
        "provenance": ww.Provenance(data_fingerprint="ab", arguments={"cluster": None, "covariates": ("age",)}, seed=7),
    }
    return ww.EffectResult(**{**content, **changes})


def test_json_of_equal_input_is_equal_byte_for_byte():
    assert make_result().to_json() == make_result().to_json()
    assert make_result() == make_result()
    assert make_result() != make_result(unit="days")


def test_json_reads_back_to_the_same_result_with_types_and_missing_values():
    back = ww.EffectResult.from_json(make_result().to_json())
    assert back.to_json() == make_result().to_json()
    pd.testing.assert_frame_equal(back.effects, make_result().effects)
    pd.testing.assert_frame_equal(back.vcov, make_result().vcov)
    assert back.statistics["h2"] == np.inf
    assert back.checks[0].passed is None


def test_dates_categories_and_booleans_survive_json():
    effects = make_result().effects.assign(
        day=pd.to_datetime(["2020-01-01", None, "2021-06-30"]),
        arm=pd.Categorical(["a", "b", "a"]),
        flag=[True, False, True],
    )
    back = ww.EffectResult.from_json(make_result(effects=effects).to_json()).effects
    pd.testing.assert_series_equal(back["day"], effects["day"])
    assert back["arm"].tolist() == ["a", "b", "a"]
    assert back["flag"].tolist() == [True, False, True]


def test_headline_is_the_one_row_and_gives_columns_as_attributes():
    headline = make_result().headline
    assert headline.estimate == 1.5
    assert headline.conf_high == 2.5
    assert make_result().parts["term"].tolist() == ["2019Q3", "2021Q3"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda e: e.rename(columns={"p_value": "p"}), "p_value"),
        (lambda e: e.assign(kind=["part"] * 3), "found 0"),
        (lambda e: e.assign(kind=["headline"] * 3), "found 3"),
        (lambda e: e.assign(kind=["headline", "part", "total"]), "total"),
        (lambda e: e.assign(conf_low=[9.0, 0.0, 0.0]), "conf_low above conf_high"),
    ],
)
def test_effects_that_break_the_contract_are_refused(change, words):
    with pytest.raises(InvalidResult, match=words):
        make_result(effects=change(make_result().effects))


@pytest.mark.parametrize("change", [{"good": "better"}, {"conf_level": 95}, {"statistics": {"nobs": [1, 2]}}])
def test_other_fields_that_break_the_contract_are_refused(change):
    with pytest.raises(InvalidResult):
        make_result(**change)


def test_table_in_a_notebook_is_bounded_and_escapes_text():
    effects = pd.concat([make_result().effects] + [make_result().effects.iloc[1:]] * 3000, ignore_index=True)
    html = make_result(effects=effects, unit="<script>alert(1)</script>", vcov=None)._repr_html_()
    assert len(html) < 10_000
    assert "<script>" not in html
    assert "more rows" in html


def test_glance_and_tidy_are_frames():
    assert make_result().glance().loc[0, "nobs"] == 100
    tidy = make_result().tidy()
    tidy.loc[0, "estimate"] = 99
    assert make_result().headline.estimate == 1.5
