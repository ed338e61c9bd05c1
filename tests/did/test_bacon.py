"""The decomposition of the two-way coefficient: against R's bacondecomp, and against the coefficient itself."""

import numpy as np
import pandas as pd
import pytest

import whatworks as ww
from whatworks.core.errors import InvalidColumn, MissingValues

_R = {
    "treated_vs_never": "Treated vs Untreated",
    "earlier_vs_later": "Earlier vs Later Treated",
    "later_vs_earlier": "Later vs Earlier Treated",
}


def test_every_comparison_equals_bacondecomp(answers, panel, columns):
    values = answers["bacon"]
    theirs = pd.DataFrame({key: values[key] for key in ("treated_cohort", "untreated_cohort", "weight", "estimate")})
    theirs["kind"] = values["type"]
    theirs = theirs.fillna({"untreated_cohort": 0}).set_index(["treated_cohort", "untreated_cohort"]).sort_index()
    ours = ww.did.bacon(panel, **columns).parts
    ours["against"] = ours["against"].fillna(0)
    ours = ours.set_index(["group", "against"]).sort_index()
    assert len(ours) == len(theirs)
    np.testing.assert_allclose(ours["weight"], theirs["weight"], rtol=1e-9)
    np.testing.assert_allclose(ours["estimate"], theirs["estimate"], rtol=1e-9)
    assert ours["comparison"].map(_R).tolist() == theirs["kind"].tolist()


def test_sums_by_kind_of_comparison_equal_bacondecomp(answers, panel, columns):
    statistics = ww.did.bacon(panel, **columns).statistics
    for ours, theirs in _R.items():
        expected = answers["bacon"]["by_type"][theirs]
        assert statistics[f"weight_{ours}"] == pytest.approx(expected["weight"], rel=1e-9)
        assert statistics[f"estimate_{ours}"] == pytest.approx(expected["average"], rel=1e-9)


def _with_always_treated(panel):
    return panel.assign(first_treated=panel["first_treated"].where(panel["unit"] % 10 != 3, 1))


@pytest.mark.parametrize("weights", [None, "weight"])
@pytest.mark.parametrize("change", [lambda d: d, _with_always_treated, lambda d: d[d["first_treated"] > 0]])
def test_weights_sum_to_one_and_give_back_the_two_way_coefficient(panel, columns, change, weights):
    df = change(panel)
    result = ww.did.bacon(df, **columns, weights=weights)
    parts, whole = result.parts, ww.did.twfe(df, **columns, weights=weights)
    assert parts["weight"].sum() == pytest.approx(1, abs=1e-12)
    assert (parts["weight"] * parts["estimate"]).sum() == pytest.approx(whole.headline.estimate, rel=1e-10)
    assert result.headline.std_error == whole.headline.std_error
    assert parts[["std_error", "conf_low", "conf_high", "p_value"]].isna().all(axis=None)


@pytest.mark.parametrize("change", [lambda d: d, _with_always_treated])
def test_the_check_tells_the_weight_of_forbidden_comparisons(panel, columns, change):
    result = ww.did.bacon(change(panel), **columns)
    check = next(each for each in result.checks if each.name == "forbidden_comparisons")
    forbidden = result.parts["comparison"].isin(["later_vs_earlier", "later_vs_always"])
    assert check.statistics["share"] == pytest.approx(result.parts.loc[forbidden, "weight"].sum(), rel=1e-10)
    assert check.passed is False


def test_always_treated_units_are_only_ever_held_against_others(panel, columns):
    parts = ww.did.bacon(_with_always_treated(panel), **columns).parts
    assert 1 not in parts["group"].tolist()
    assert set(parts.loc[parts["against"] == 1, "comparison"]) == {"later_vs_always"}


def test_row_order_and_labels_change_nothing_and_doubling_doubles(panel, columns):
    first = ww.did.bacon(panel, **columns).parts
    other = panel.sample(frac=1, random_state=3).assign(unit=lambda d: "u" + d["unit"].astype(str), outcome=2 * panel["outcome"])
    second = ww.did.bacon(other, **columns).parts
    np.testing.assert_allclose(second["estimate"], 2 * first["estimate"])
    np.testing.assert_allclose(second["weight"], first["weight"])


def test_times_keep_their_type_and_the_result_survives_json(panel, columns):
    names = {period: pd.Period("2019Q4", freq="Q") + period for period in range(1, 9)}
    quarters, starts = panel["period"].map(names), panel["first_treated"].map(names)
    result = ww.did.bacon(panel.assign(period=quarters, first_treated=starts), **columns)
    assert str(result.parts["group"].dtype) == "period[Q-DEC]"
    assert "2020Q3 vs never" in result.parts["term"].tolist()
    assert ww.EffectResult.from_json(result.to_json()).parts["weight"].sum() == pytest.approx(1)


@pytest.mark.parametrize(
    ("spoil", "error", "words"),
    [
        (lambda d: d.iloc[1:], MissingValues, "1 of 2400 pairs .* in 1 of 300 units.* balanced panels only"),
        (lambda d: d.assign(outcome=d["outcome"].where(d["period"] > 1)), MissingValues, "300 of 2400"),
        (lambda d: d.assign(weight=np.arange(len(d)) + 1.0), InvalidColumn, "changes within units"),
    ],
)
def test_unbalanced_panels_are_refused_with_the_way_out(panel, columns, spoil, error, words):
    with pytest.raises(error, match=words):
        ww.did.bacon(spoil(panel), **columns, weights="weight")
