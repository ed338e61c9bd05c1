"""Two groups, two times: against R's DRDID, by numerical differentiation, and on bad input."""

import json
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import whatworks as ww
from whatworks.core.errors import (
    InvalidColumn,
    InvalidOption,
    NoComparisonGroup,
    NotIdentified,
    NoTreatedGroup,
    TooFewUnits,
    TreatmentReversal,
)
from whatworks.did.arms import Arms
from whatworks.did.cross_section_effects import cross_section_effects
from whatworks.did.panel_effects import ESTIMATORS, panel_effects

ESTIMATOR = {
    "drdid_imp": "dr_improved",
    "drdid_trad": "dr",
    "ipw_normalised": "ipw",
    "ipw_horvitz_thompson": "ipw_unnormalised",
    "ordid": "reg",
}
IDS = [
    entry["id"]
    for entry in json.loads((Path(__file__).parents[1] / "reference" / "did.json").read_text(encoding="utf-8"))
    if entry["id"].startswith("two_by_two/")
]


@pytest.fixture
def pair(panel):
    """Cohort 4 and the never treated, before and after."""
    rows = panel[panel["period"].isin([3, 4]) & panel["first_treated"].isin([0, 4])]
    return rows.assign(treated=(rows["first_treated"] == 4).astype(int)).reset_index(drop=True)


@pytest.fixture
def columns():
    return {"outcome": "outcome", "unit": "unit", "time": "period", "treated": "treated"}


@pytest.mark.parametrize("name", IDS)
def test_every_estimator_equals_r(name, answers, frames):
    _, data, covariates, estimator, weighted = name.split("/")
    values = answers[name]
    df = frames[data]
    df = df[df["period"].isin([values["pre"], values["post"]]) & df["first_treated"].isin([0, values["cohort"]])]
    result = ww.did.two_by_two(
        df.assign(treated=df["first_treated"] == values["cohort"]),
        outcome="outcome",
        unit="unit" if data == "panel" else None,
        time="period",
        treated="treated",
        covariates=[] if covariates == "none" else ["age", "need"],
        estimator=ESTIMATOR[estimator],
        weights="weight" if weighted == "weighted" else None,
    )
    assert result.headline.estimate == pytest.approx(values["att"], rel=1e-9)
    # DRDID handles the weighted share of late rows otherwise in this one estimator: its standard error differs by up to 4e-4.
    # Ours is the derivative in every row's weight, which the test below checks numerically.
    peculiar = data == "cross_sections" and estimator == "ipw_horvitz_thompson" and weighted == "weighted"
    assert result.headline.std_error == pytest.approx(values["se"], rel=4e-4 if peculiar else 1e-9)


# The improved estimator's variance on cross-sections leaves the nuisance coefficients' vanishing error out, as in the paper.
DIFFERENTIABLE = [case for case in product(["panel", "cross_sections"], ESTIMATORS) if case != ("cross_sections", "dr_improved")]


@pytest.mark.parametrize(("kind", "estimator"), DIFFERENTIABLE)
def test_contributions_are_the_derivative_in_every_rows_weight(frames, estimator, kind):
    df = frames[kind]
    df = df[df["period"].isin([3, 4]) & df["first_treated"].isin([0, 4])].sort_values(["unit", "period"])
    if kind == "panel":
        wide = df.pivot(index="unit", columns="period", values="outcome")
        df = df[df["period"] == 3]
    X = np.column_stack([np.ones(len(df)), df["age"], df["need"]])
    treated, w = (df["first_treated"] == 4).to_numpy(), df["weight"].to_numpy()

    def effects(weights):
        if kind == "panel":
            arms = Arms.of_rows(X, treated, weights, (wide[4] - wide[3]).to_numpy()[:, None])
            return panel_effects(arms, estimator=estimator)
        late = (df["period"] == 4).to_numpy()
        return cross_section_effects(df["outcome"].to_numpy(), late, X, treated, weights, estimator=estimator)

    everything = slice(0, len(df))
    parts = [part(everything)[0] if callable(part) else part[:, 0] for part in effects(w).contributions]
    contributions = np.empty(len(df))
    for rows, part in zip((treated, ~treated) if kind == "panel" else (slice(None),), parts, strict=True):
        contributions[rows] = part
    for row in range(0, len(df), 29):
        step = np.where(np.arange(len(df)) == row, 1e-4 * w, 0.0)
        slope = (effects(w + step).estimates[0] - effects(w - step).estimates[0]) / 2e-4
        assert contributions[row] == pytest.approx(slope, rel=1e-5, abs=1e-9)


def test_the_plain_estimate_is_the_difference_of_differences(pair, columns):
    means = pair.groupby(["treated", "period"])["outcome"].mean()
    plain = means[1, 4] - means[1, 3] - (means[0, 4] - means[0, 3])
    for estimator in ESTIMATORS:
        assert ww.did.two_by_two(pair, **columns, estimator=estimator).headline.estimate == pytest.approx(plain)


def test_the_group_may_be_marked_at_both_times_or_only_when_treated(pair, columns):
    switching = pair.assign(treated=pair["treated"] * (pair["period"] == 4))
    assert ww.did.two_by_two(switching, **columns).effects.equals(ww.did.two_by_two(pair, **columns).effects)


def test_standard_errors_clustered_above_the_unit_sum_contributions(pair, columns):
    result = ww.did.two_by_two(pair, **columns, cluster="municipality")
    wide = pair.pivot(index="unit", columns="period", values="outcome")
    change = (wide[4] - wide[3]).to_frame("change").join(pair.drop_duplicates("unit").set_index("unit"))
    arm = change.groupby("treated")["change"]
    part = (change["change"] - arm.transform("mean")) / arm.transform("size") * np.where(change["treated"] == 1, 1, -1)
    by_hand = np.sqrt((part.groupby(change["municipality"]).sum() ** 2).sum())
    assert result.headline.std_error == pytest.approx(by_hand)
    assert result.statistics["clusters"] == change["municipality"].nunique()


def test_units_seen_once_are_not_used_but_missing_outcomes_are_counted(pair, columns):
    holed = pair.assign(outcome=pair["outcome"].mask(pair.index == 0))
    result = ww.did.two_by_two(holed, **columns)
    rest = ww.did.two_by_two(pair[pair["unit"] != pair["unit"].iloc[0]], **columns)
    assert result.headline.estimate == pytest.approx(rest.headline.estimate)
    assert result.headline.std_error == pytest.approx(rest.headline.std_error)
    assert result.statistics["n_dropped"] == 1


def test_the_interval_has_the_level_asked_for(pair, columns):
    usual, narrow = (ww.did.two_by_two(pair, **columns, conf_level=level).headline for level in (0.95, 0.5))
    df = pair["unit"].nunique() - 1
    assert usual.conf_high - usual.estimate == pytest.approx(stats.t.ppf(0.975, df) * usual.std_error)
    assert narrow.conf_high - narrow.estimate == pytest.approx(stats.t.ppf(0.75, df) * narrow.std_error)
    assert narrow.p_value == usual.p_value


@pytest.mark.parametrize(
    ("spoil", "options", "error", "words"),
    [
        (lambda d: d[d["period"] == 3], {}, NotIdentified, "one time only"),
        (lambda d: pd.concat([d, d.assign(period=5)]), {}, NotIdentified, "holds 3 times"),
        (lambda d: d.assign(treated=0), {}, NoTreatedGroup, "'treated'"),
        (lambda d: d.assign(treated=1), {}, NoComparisonGroup, "not treated"),
        (lambda d: d.assign(treated=d["treated"] * (d["period"] == 4)), {"unit": None}, NoTreatedGroup, "both times"),
        (lambda d: d.assign(treated=np.where(d["unit"].isin(d["unit"].iloc[:2]) & (d["period"] == 4), 0, d["treated"])), {},
         TreatmentReversal, "switches off in 1"),
        (lambda d: d.assign(treated=np.where((d["period"] == 3) & (d["unit"] % 2 == 0), 0, d["treated"])), {}, InvalidColumn,
         "earlier rows"),
        (lambda d: d.assign(treated=d["treated"] + 1), {}, InvalidColumn, "0/1"),
        (lambda d: d[(d["treated"] == 0) | (d["unit"] == d["unit"][d["treated"] == 1].iloc[0])], {}, TooFewUnits,
         "One treated unit.*ww.did.synthetic"),
        (lambda d: d.assign(municipality=d["treated"]), {"cluster": "municipality"}, TooFewUnits, "lie in one cluster"),
        (lambda d: d, {"conf_level": 95}, InvalidOption, "0.95"),
        (lambda d: d.assign(need=d["treated"] * 1.0 + d["need"] / 100), {"covariates": ["need"]}, TooFewUnits, "separate"),
        (lambda d: d, {"estimator": "matching"}, InvalidOption, "'dr_improved'"),
        (lambda d: d.assign(municipality=1), {"cluster": "municipality"}, TooFewUnits, "found 1"),
    ],
)  # fmt: skip
def test_bad_input_is_refused_with_the_way_out(pair, columns, spoil, options, error, words):
    with pytest.raises(error, match=words):
        ww.did.two_by_two(spoil(pair), **{**columns, **options})
