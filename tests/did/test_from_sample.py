"""Matched and weighted samples straight into a panel estimator: the same as writing their weights into the frame."""

import numpy as np
import pandas as pd
import pytest

import whatworks as ww
from whatworks.core.errors import InvalidColumn, InvalidOption
from whatworks.did.from_sample import from_sample

FRAME = {"unit": "unit", "time": "period", "outcome": "outcome"}


@pytest.fixture
def baseline(panel):
    """One row per unit."""
    units = panel.drop_duplicates("unit")
    return units.assign(treated=(units["first_treated"] > 0).astype(int)).reset_index(drop=True)


@pytest.fixture
def pairs(baseline):
    return ww.matching.match(baseline, treatment="treated", covariates=["age", "need"], caliper=0.2)


@pytest.fixture
def weighted(baseline):
    return ww.matching.weight(baseline, treatment="treated", covariates=["age", "need"])


def check(result, name):
    return next(check for check in result.checks if check.name == name)


def by_hand(panel, baseline, sample):
    """The panel with the sample's weights and sets written into it."""
    table = pd.DataFrame({"unit": baseline["unit"], "w": sample.weights})
    if hasattr(sample, "subclass"):
        table["set"] = sample.subclass
    return panel.merge(table[table["w"] > 0], on="unit")


def test_matched_units_count_with_their_weight_and_cluster_by_set(panel, columns, baseline, pairs):
    result = ww.did.att_gt(panel, **columns, weights=pairs)
    hand = ww.did.att_gt(by_hand(panel, baseline, pairs), **columns, weights="w", cluster="set")
    assert result.effects.equals(hand.effects)
    assert result.statistics["clusters"] == pairs.pairs["subclass"].nunique()
    assert check(result, "clustered_by_matched_set").passed is True
    assert result.provenance.arguments["weights"] == dict(pairs.call)
    assert result.provenance.arguments["cluster"] == "matched set"


def test_units_outside_the_sample_are_counted_as_dropped_with_the_reason(panel, columns, pairs):
    result = ww.did.att_gt(panel, **columns, weights=pairs)
    out = int((pairs.weights == 0).sum())
    assert out > 0
    assert result.statistics["n_dropped"] == 8 * out
    assert result.statistics["nobs"] == 2400 - 8 * out
    assert f"{out} units ({8 * out} rows)" in check(result, "outside_sample").message
    names = [check.name for check in result.checks]
    assert [name for name in names if name in {own.name for own in pairs.checks}] == [own.name for own in pairs.checks]


def test_a_cluster_asked_for_stands_and_reuse_leaves_units_alone(panel, columns, baseline, pairs):
    chosen = ww.did.att_gt(panel, **columns, weights=pairs, cluster="municipality")
    assert chosen.provenance.arguments["cluster"] == "municipality"
    assert check(chosen, "weights_taken_as_known").passed is None
    again = ww.matching.match(baseline, treatment="treated", covariates=["age", "need"], replace=True)
    reused = ww.did.att_gt(panel, **columns, weights=again)
    assert reused.statistics["clusters"] == (again.weights > 0).sum()
    assert check(reused, "weights_taken_as_known").passed is None


def test_a_weighted_sample_weighs_units_and_says_its_weights_are_taken_as_known(panel, columns, baseline, weighted):
    result = ww.did.att_gt(panel, **columns, weights=weighted)
    hand = ww.did.att_gt(by_hand(panel, baseline, weighted), **columns, weights="w")
    assert result.effects.equals(hand.effects)
    assert check(result, "weights_taken_as_known").passed is None


def test_averages_and_json_carry_the_sample_along(panel, columns, weighted):
    result = ww.did.aggregate(ww.did.att_gt(panel, **columns, weights=weighted), by="event")
    assert check(result, "weights_taken_as_known").passed is None
    assert ww.EffectResult.from_json(result.to_json()).to_json() == result.to_json()


def test_two_times_and_several_outcomes_take_samples_too(panel, columns, baseline, pairs):
    two = panel[panel["period"].isin([2, 8])].assign(treated=lambda d: (d["first_treated"] > 0).astype(int))
    result = ww.did.two_by_two(two, **FRAME, treated="treated", weights=pairs)
    hand = ww.did.two_by_two(by_hand(two, baseline, pairs), **FRAME, treated="treated", weights="w", cluster="set")
    assert result.effects.equals(hand.effects)
    names = {name: column for name, column in columns.items() if name != "outcome"}
    several = ww.did.att_gt_many(panel, outcomes=["outcome"], **names, weights=pairs)
    assert several["outcome"] == ww.did.att_gt(panel, **columns, weights=pairs)


def test_the_unit_may_be_the_index_of_the_sample(panel, columns, baseline, pairs):
    indexed = ww.matching.match(baseline.set_index("unit"), treatment="treated", covariates=["age", "need"], caliper=0.2)
    assert ww.did.att_gt(panel, **columns, weights=indexed).effects.equals(ww.did.att_gt(panel, **columns, weights=pairs).effects)


def test_a_sample_of_the_panel_itself_with_one_weight_per_unit_is_a_frame(panel, columns):
    ever = panel.assign(treated=(panel["first_treated"] > 0).astype(int))
    sample = ww.matching.weight(ever, treatment="treated", covariates=["age", "need"])
    itself = ww.did.att_gt(sample, **columns)
    written = ww.did.att_gt(ever.assign(w=sample.weights), **columns, weights="w")
    assert itself.effects["estimate"].to_numpy() == pytest.approx(written.effects["estimate"].to_numpy(), rel=1e-9)


def test_a_column_of_weights_goes_through_untouched(panel):
    given = from_sample(panel, unit="unit", weights="weight", cluster=None)
    assert given.df is panel
    assert (given.weights, given.cluster) == ("weight", None)
    result = ww.did.two_by_two(
        panel[panel["period"].isin([2, 8])].assign(treated=lambda d: d["first_treated"] > 0), **FRAME, treated="treated"
    )
    assert given.noted(result) is result


def test_what_cannot_be_meant_is_refused_with_the_two_lines_to_write(panel, columns, baseline, pairs):
    two_lines = r"sample = ww.matching.match\(baseline"
    with pytest.raises(InvalidOption, match=two_lines):
        ww.did.att_gt(pairs, **columns)
    with pytest.raises(InvalidOption, match="Leave weights out"):
        ww.did.att_gt(pairs, **columns, weights="weight")
    with pytest.raises(InvalidOption, match="needs a panel"):
        ww.did.att_gt(panel, **columns, weights=pairs, panel=False)
    moving = panel.assign(treated=(panel["first_treated"] > 0).astype(int), need=panel["need"] + 0.1 * panel["period"])
    by_row = ww.matching.weight(moving, treatment="treated", covariates=["need"])
    with pytest.raises(InvalidColumn, match=f"several weights.*{two_lines}"):
        ww.did.att_gt(by_row, **columns)
    nameless = ww.matching.weight(baseline.drop(columns="unit"), treatment="treated", covariates=["need"])
    with pytest.raises(InvalidColumn, match="no column 'unit'"):
        ww.did.att_gt(panel, **columns, weights=nameless)
    with pytest.raises(InvalidColumn, match="Use the same labels in both"):
        ww.did.att_gt(panel.assign(unit="citizen " + panel["unit"].astype(str)), **columns, weights=pairs)


def test_row_order_and_labels_change_nothing(panel, columns, baseline, pairs):
    shuffled = ww.did.att_gt(panel.sample(frac=1, random_state=2), **columns, weights=pairs)
    plain = ww.did.att_gt(panel, **columns, weights=pairs)
    assert shuffled.effects["std_error"].to_numpy() == pytest.approx(plain.effects["std_error"].to_numpy(), rel=1e-9, nan_ok=True)
    renamed = {unit: f"c{unit}" for unit in baseline["unit"]}
    named = ww.matching.match(
        baseline.assign(unit=baseline["unit"].map(renamed)), treatment="treated", covariates=["age", "need"], caliper=0.2
    )
    relabelled = ww.did.att_gt(panel.assign(unit=panel["unit"].map(renamed)), **columns, weights=named)
    assert np.array_equal(relabelled.effects["estimate"], plain.effects["estimate"])
