"""A matched or weighted sample goes straight into every regression estimator."""

import numpy as np
import pandas as pd
import pytest

import whatworks as ww

ESTIMATORS = {
    "twfe": (ww.did.twfe, {}),
    "event_study": (ww.did.event_study, {}),
    "imputation": (ww.did.imputation, {}),
    "stacked": (ww.did.stacked, {"window": (1, 1)}),
}


@pytest.fixture(scope="module")
def matched(frames):
    panel = frames["panel"]
    baseline = (
        panel.drop_duplicates("unit")
        .assign(treated=lambda df: (df["first_treated"] > 0).astype(int))
        .set_index("unit", drop=False)
    )
    options = {"treatment": "treated", "covariates": ["age", "need"]}
    return panel, baseline, options


@pytest.mark.parametrize("name", ESTIMATORS)
def test_pairs_go_straight_in_and_errors_cluster_by_pair(matched, columns, name):
    panel, baseline, options = matched
    estimator, more = ESTIMATORS[name]
    sample = ww.matching.match(baseline[baseline["first_treated"].isin([0, 4])], **options, caliper=0.5)
    straight = estimator(panel, **columns, **more, weights=sample)
    pair = panel["unit"].map(sample.subclass).to_numpy(dtype=float, na_value=np.nan)
    by_hand = panel.assign(w=panel["unit"].map(sample.weights), pair=pair).query("w > 0")
    expected = estimator(by_hand, **columns, **more, weights="w", cluster="pair")
    assert straight.headline.estimate == pytest.approx(expected.headline.estimate, rel=1e-12)
    assert straight.headline.std_error == pytest.approx(expected.headline.std_error, rel=1e-12)
    names = {check.name for check in straight.checks}
    assert {"outside_sample", "clustered_by_matched_set"} <= names
    outside = int((~panel["unit"].isin(by_hand["unit"])).sum())
    assert straight.statistics["n_dropped"] == expected.statistics["n_dropped"] + outside


@pytest.mark.parametrize("name", ESTIMATORS)
def test_weights_go_straight_in_and_are_said_to_be_taken_as_known(matched, columns, name):
    panel, baseline, options = matched
    estimator, more = ESTIMATORS[name]
    sample = ww.matching.weight(baseline, **options, method="entropy")
    straight = estimator(panel, **columns, **more, weights=sample)
    expected = estimator(panel.assign(w=panel["unit"].map(sample.weights)), **columns, **more, weights="w")
    assert straight.headline.estimate == pytest.approx(expected.headline.estimate, rel=1e-12)
    check = next(check for check in straight.checks if check.name == "weights_taken_as_known")
    assert check.passed is None
    assert straight.provenance.arguments["weights"]["method"] == "entropy"
    assert pd.Series(straight.to_json()).str.contains("whatworks: weight").sum() == 0
