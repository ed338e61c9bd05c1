"""The two-way regression: against R's fixest and bacondecomp."""

import numpy as np
import pandas as pd
import pytest

import whatworks as ww
from whatworks.core.errors import DuplicateRows, NotIdentified, NoTreatedGroup


@pytest.mark.parametrize("cluster", ["unit", "municipality"])
@pytest.mark.parametrize(("name", "weights"), [("twfe_static", None), ("twfe_static_weighted", "weight")])
def test_estimate_and_clustered_standard_error_equal_fixest(answers, panel, columns, name, weights, cluster):
    values = answers[f"{name}/{cluster}"]
    result = ww.did.twfe(panel, **columns, weights=weights, cluster=cluster)
    assert result.headline.estimate == pytest.approx(values["estimate"], rel=1e-9)
    assert result.headline.std_error == pytest.approx(values["se"], rel=1e-9)
    assert result.statistics["nobs"] == values["nobs"]


def test_two_groups_and_two_times_equal_fixest(answers, panel, columns):
    pair = panel[panel["period"].isin([3, 4]) & panel["first_treated"].isin([0, 4])]
    values = answers["two_by_two_regression/unit"]
    result = ww.did.twfe(pair, **columns)
    assert result.headline.estimate == pytest.approx(values["estimate"], rel=1e-9)
    assert result.headline.std_error == pytest.approx(values["se"], rel=1e-9)
    without_factor = ww.did.two_by_two(
        pair.assign(treated=pair["first_treated"] > 0), outcome="outcome", unit="unit", time="period", treated="treated"
    )
    assert without_factor.headline.std_error == pytest.approx(values["se_no_small_sample"], rel=1e-9)


def test_weight_of_forbidden_comparisons_equals_bacondecomp(answers, panel, columns):
    check = next(c for c in ww.did.twfe(panel, **columns).checks if c.name == "forbidden_comparisons")
    share = answers["bacon"]["by_type"]["Later vs Earlier Treated"]["weight"]
    assert check.statistics["share"] == pytest.approx(share, rel=1e-9)
    assert check.passed is False


def test_one_start_for_all_treated_makes_no_forbidden_comparison(panel, columns):
    once = panel[panel["first_treated"].isin([0, 4])]
    check = next(c for c in ww.did.twfe(once, **columns).checks if c.name == "forbidden_comparisons")
    assert check.statistics["share"] == 0
    assert check.passed is True


def test_row_order_and_labels_change_nothing_and_doubling_doubles(frames, columns):
    df = frames["panel_unbalanced"]
    first = ww.did.twfe(df, **columns).headline
    shuffled = df.sample(frac=1, random_state=2).assign(
        unit=lambda d: "u" + d["unit"].astype(str), outcome=lambda d: 2 * d["outcome"]
    )
    second = ww.did.twfe(shuffled, **columns).headline
    assert second.estimate == pytest.approx(2 * first.estimate)
    assert second.std_error == pytest.approx(2 * first.std_error)
    assert second.p_value == pytest.approx(first.p_value)


@pytest.mark.parametrize(
    ("spoil", "error", "words"),
    [
        (lambda d: d.assign(first_treated=np.inf), NoTreatedGroup, "Nobody is treated"),
        (lambda d: d.assign(first_treated=4), NotIdentified, "within any period"),
        (lambda d: pd.concat([d, d.iloc[:1]]), DuplicateRows, "1 pairs"),
    ],
)
def test_bad_input_is_refused_with_the_way_out(panel, columns, spoil, error, words):
    with pytest.raises(error, match=words):
        ww.did.twfe(spoil(panel), **columns)
