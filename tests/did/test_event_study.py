"""Event studies: against R's fixest, and where the designs must agree with each other."""

import numpy as np
import pandas as pd
import pytest

import whatworks as ww
from whatworks.core.errors import (
    DuplicateRows,
    EmptyData,
    InvalidColumn,
    InvalidOption,
    MissingColumn,
    NoComparisonGroup,
    NotIdentified,
    NoTreatedGroup,
    TooFewUnits,
    TreatmentReversal,
)
from whatworks.did.event_study import fit_event_cells
from whatworks.did.panel import Columns
from whatworks.did.regression import group_into_profiles, read_roll_out_panel


def shown(values, prefix):
    return [int(term.removeprefix(prefix)) for term in values["term"]]


@pytest.mark.parametrize("cluster", ["unit", "municipality"])
@pytest.mark.parametrize(
    ("name", "method", "prefix"), [("twfe_event_study", "twfe", "event::"), ("sunab/period", "sunab", "period::")]
)
def test_every_event_time_equals_fixest(answers, panel, columns, name, method, prefix, cluster):
    values = answers[f"{name}/{cluster}"]
    result = ww.did.event_study(panel, **columns, method="twfe" if method == "twfe" else "sun_abraham", cluster=cluster)
    parts = result.parts.set_index("event_time").loc[shown(values, prefix)]
    assert parts["estimate"].to_numpy() == pytest.approx(values["estimate"], rel=1e-9)
    assert parts["std_error"].to_numpy() == pytest.approx(values["se"], rel=1e-9)


@pytest.mark.parametrize("cluster", ["unit", "municipality"])
def test_average_over_treated_rows_equals_fixest(answers, panel, columns, cluster):
    values = answers[f"sunab/att/{cluster}"]
    statistics = ww.did.event_study(panel, **columns, cluster=cluster).statistics
    assert statistics["att"] == pytest.approx(values["estimate"], rel=1e-9)
    assert statistics["att_std_error"] == pytest.approx(values["se"], rel=1e-9)


@pytest.mark.parametrize("cluster", ["unit", "municipality"])
def test_averages_by_cohort_equal_fixest(answers, panel, cluster):
    values = answers[f"sunab/cohort/{cluster}"]
    names = Columns(outcome="outcome", unit="unit", time="period", cluster=cluster)
    cells = fit_event_cells(group_into_profiles(read_roll_out_panel(panel, names, "first_treated")), reference=-1, by_cohort=True)
    for cohort, estimate, se in zip(shown(values, "cohort::"), values["estimate"], values["se"], strict=True):
        weights = cells.average((cells.cohort == cohort) & (cells.event_time >= 0))
        assert weights @ cells.fit.coefficients == pytest.approx(estimate, rel=1e-9)
        assert np.sqrt(weights @ cells.fit.vcov @ weights) == pytest.approx(se, rel=1e-9)


def test_sun_abraham_on_a_balanced_panel_is_the_group_time_average_with_a_universal_base(panel, columns):
    study = ww.did.event_study(panel, **columns)
    cells = ww.did.att_gt(panel, **columns, base_period="universal")
    event = ww.did.aggregate(cells, by="event")
    assert study.parts["event_time"].tolist() == event.parts["event_time"].tolist()
    assert study.parts["estimate"].to_numpy() == pytest.approx(event.parts["estimate"].to_numpy(), abs=1e-9)
    assert study.headline.estimate == pytest.approx(event.headline.estimate)


def test_the_covariance_of_the_parts_is_returned_and_its_reference_row_is_zero(panel, columns):
    study = ww.did.event_study(panel, **columns)
    known = study.parts["event_time"] != -1
    spread = np.sqrt(np.diag(study.vcov))
    assert spread[known] == pytest.approx(study.parts.loc[known, "std_error"].to_numpy())
    assert (study.vcov.loc["event time -1"] == 0).all()


def test_without_never_treated_the_last_cohort_compares_until_it_starts(panel, columns):
    staggered = panel[panel["first_treated"] > 0]
    study = ww.did.event_study(staggered, **columns)
    until = staggered[staggered["period"] < 7]
    as_never = until.assign(first_treated=until["first_treated"].replace(7, 0))
    assert study.parts["estimate"].to_numpy() == pytest.approx(
        ww.did.event_study(as_never, **columns).parts["estimate"].to_numpy()
    )
    assert any(check.name == "no_never_treated" for check in study.checks)
    assert study.statistics["n_dropped"] == len(staggered) - len(until)


def test_another_reference_shifts_every_effect_by_a_constant_where_there_is_one_cohort(panel, columns):
    one = panel[panel["first_treated"].isin([0, 4])]
    near, far = ww.did.event_study(one, **columns), ww.did.event_study(one, **columns, reference=-2)
    shift = (near.parts["estimate"] - far.parts["estimate"]).to_numpy()
    assert shift == pytest.approx(shift[0])
    assert abs(shift[0]) > 0.01


def one_treated(d):
    """The never treated, and one unit of the second cohort."""
    return d[(d["first_treated"] == 0) | (d["unit"] == d.loc[d["first_treated"] == 4, "unit"].iloc[0])]


def quarters(d):
    """Times as pandas periods, NaT for never."""
    first = pd.Period("2020Q1", freq="Q")
    starts = [pd.NaT if start == 0 else first + start for start in d["first_treated"]]
    return d.assign(period=pd.PeriodIndex([first + t for t in d["period"]]), first_treated=starts)


@pytest.mark.parametrize("method", ["sun_abraham", "twfe"])
@pytest.mark.parametrize(
    "respell",
    [
        lambda d: d.assign(first_treated=d["first_treated"].replace(0, np.nan)),
        lambda d: d.assign(first_treated=d["first_treated"].astype(float).replace(0, np.inf)),
        lambda d: d.assign(first_treated=d["first_treated"].astype("Int64").replace(0, pd.NA), unit=d["unit"].astype("category")),
        quarters,
    ],
)
def test_never_and_time_may_be_spelt_in_many_ways(panel, columns, method, respell):
    plain = ww.did.event_study(panel, **columns, method=method)
    other = ww.did.event_study(respell(panel), **columns, method=method)
    assert other.effects["estimate"].to_numpy() == pytest.approx(plain.effects["estimate"].to_numpy(), abs=1e-11)
    assert other.parts["event_time"].tolist() == plain.parts["event_time"].tolist()


@pytest.mark.parametrize("method", ["sun_abraham", "twfe"])
def test_row_order_and_labels_change_nothing_and_doubling_the_unit_doubles_the_effect(panel, columns, method):
    mixed = panel.sample(frac=1, random_state=1)
    mixed["unit"] = "u" + mixed["unit"].astype(str)
    mixed["municipality"] = pd.Categorical(mixed["municipality"])
    mixed["outcome"] *= 2
    options = {**columns, "method": method, "cluster": "municipality"}
    plain, other = ww.did.event_study(panel, **options), ww.did.event_study(mixed, **options)
    for column in ("estimate", "std_error", "conf_low", "conf_high"):
        doubled = 2 * plain.effects[column].to_numpy()
        assert other.effects[column].to_numpy() == pytest.approx(doubled, abs=1e-11, nan_ok=True)


@pytest.mark.parametrize("method", ["sun_abraham", "twfe"])
def test_missing_outcomes_are_the_same_as_missing_rows(panel, columns, method):
    hole = (panel["unit"] + panel["period"]) % 9 == 0
    gone = ww.did.event_study(panel[~hole], **columns, method=method)
    missing = ww.did.event_study(panel.assign(outcome=panel["outcome"].mask(hole)), **columns, method=method)
    assert missing.effects["estimate"].to_numpy() == pytest.approx(gone.effects["estimate"].to_numpy(), abs=1e-11)
    assert missing.statistics["n_dropped"] == hole.sum()


def test_units_treated_from_the_first_time_on_are_left_out_and_counted(panel, columns):
    always = panel["unit"] == panel["unit"].iloc[0]
    result = ww.did.event_study(panel.assign(first_treated=panel["first_treated"].mask(always, 1)), **columns)
    assert result.statistics["n_dropped"] == 8
    assert result.headline.estimate == pytest.approx(ww.did.event_study(panel[~always], **columns).headline.estimate)


def test_a_cohort_of_one_unit_keeps_the_rest_standing(panel, columns):
    lone = panel.loc[panel["first_treated"] == 3, "unit"].iloc[0]
    result = ww.did.event_study(panel[(panel["first_treated"] != 3) | (panel["unit"] == lone)], **columns)
    assert np.isfinite(result.effects["estimate"]).all()


def test_a_slow_drift_before_the_start_fails_the_check(panel, columns):
    drifting = panel["first_treated"].gt(0) * panel["period"] * 0.35
    result = ww.did.event_study(panel.assign(outcome=panel["outcome"] + drifting), **columns)
    pretrends = next(check for check in result.checks if check.name == "parallel_pretrends")
    assert pretrends.passed is False
    assert pretrends.statistics["slope"] == pytest.approx(0.35, abs=0.2)


@pytest.mark.parametrize(
    ("spoil", "options", "error", "words"),
    [
        (lambda d: d, {"method": "stacked"}, InvalidOption, "'sun_abraham'"),
        (lambda d: d, {"reference": 0}, InvalidOption, "before the start"),
        (lambda d: d, {"conf_level": 2}, InvalidOption, "0.95"),
        (lambda d: d.assign(first_treated=4), {}, NoComparisonGroup, "same time"),
        (lambda d: d.assign(first_treated=1), {}, NoTreatedGroup, "first observed time"),
        (lambda d: d[d["first_treated"] > 0], {"method": "twfe"}, NotIdentified, "calendar time"),
        (lambda d: d[(d["period"] != 2)], {}, NotIdentified, "event time -1"),
        (lambda d: d.iloc[:0], {}, EmptyData, "no rows"),
        (lambda d: d, {"outcome": "income"}, MissingColumn, "income"),
        (lambda d: d.assign(outcome="much"), {}, InvalidColumn, "numbers are needed"),
        (lambda d: pd.concat([d, d.iloc[:3]]), {}, DuplicateRows, "more than one row"),
        (lambda d: d.assign(first_treated=d["first_treated"].where(d["period"] < 8, 0)), {}, TreatmentReversal, "stay on"),
        (lambda d: d[d["period"] == 4], {}, NotIdentified, "time"),
        (lambda d: d.assign(first_treated=0), {}, NoTreatedGroup, "first observed time"),
        (one_treated, {}, TooFewUnits, "conley_taber"),
        (one_treated, {"method": "twfe"}, TooFewUnits, "ferman_pinto"),
        (lambda d: d.assign(area=d["first_treated"].gt(0)), {"cluster": "area"}, TooFewUnits, "randomisation_test"),
    ],
)
def test_bad_input_is_refused_with_the_way_out(panel, columns, spoil, options, error, words):
    with pytest.raises(error, match=words):
        ww.did.event_study(spoil(panel), **{**columns, **options})
