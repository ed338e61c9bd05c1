"""Averages of group-time effects; their equality with R is tested beside the cells in test_att_gt.py."""

import numpy as np
import pandas as pd
import pytest

import whatworks as ww
from whatworks.core.errors import InvalidOption, TooFewUnits


def test_headline_is_the_simple_average_and_its_covariance_is_that_of_the_parts(panel, columns):
    result = ww.did.att_gt(panel, **columns)
    simple = ww.did.aggregate(result)
    assert result.headline.estimate == simple.headline.estimate
    assert result.headline.std_error == simple.headline.std_error
    assert np.sqrt(np.diag(result.vcov)) == pytest.approx(result.parts["std_error"])
    event = ww.did.aggregate(result, by="event")
    after = (event.parts["event_time"] >= 0).to_numpy()
    assert np.sqrt(event.vcov.to_numpy()[np.ix_(after, after)].mean()) == pytest.approx(event.headline.std_error)


@pytest.mark.parametrize("bootstrap", [0, 1999])
def test_simultaneous_bands_are_wider_than_pointwise_and_narrower_than_bonferroni(panel, columns, bootstrap):
    result = ww.did.att_gt(panel, **columns, bootstrap=bootstrap, seed=5)
    band = ww.did.aggregate(result, by="event", bands="simultaneous")
    assert 2.2 < band.statistics["critical_value"] < 2.9
    point = ww.did.aggregate(result, by="event")
    assert (band.parts["conf_low"] < point.parts["conf_low"]).all()
    assert band.headline.conf_low == point.headline.conf_low


@pytest.mark.parametrize(
    ("options", "words"), [({"by": "cohort"}, "'calendar'"), ({"balance": 1}, "by="), ({"bands": "wide"}, "'simultaneous'")]
)
def test_unknown_ways_of_averaging_are_refused(panel, columns, options, words):
    with pytest.raises(InvalidOption, match=words):
        ww.did.aggregate(ww.did.att_gt(panel, **columns), **options)


def test_a_balance_no_cohort_reaches_is_refused(panel, columns):
    with pytest.raises(TooFewUnits, match="smaller balance"):
        ww.did.aggregate(ww.did.att_gt(panel, **columns), by="event", balance=20)


def test_a_mean_over_event_times_is_the_mean_of_the_parts_without_anticipation_times(panel, columns):
    event = ww.did.aggregate(ww.did.att_gt(panel, **columns, anticipation=1), by="event")
    after = event.parts.loc[event.parts["event_time"] >= 0, "estimate"]
    assert event.headline.estimate == pytest.approx(after.mean())


def test_trends_before_the_start_are_tested_by_event_time(panel, columns):
    result = ww.did.att_gt(panel, **columns)
    names = [check.name for check in ww.did.aggregate(result, by="event").checks]
    assert names.count("parallel_pretrends") == 1
    test = next(check for check in ww.did.aggregate(result, by="event").checks if check.name == "parallel_pretrends")
    assert test.statistics["df"] == 5


def test_units_behind_an_average_are_counted_once_per_cohort(panel, columns):
    result = ww.did.att_gt(panel, **columns)
    sizes = panel.groupby("first_treated")["unit"].nunique()
    assert ww.did.aggregate(result, by="group").parts["n_treated"].tolist() == sizes.drop(0).tolist()
    assert ww.did.aggregate(result).headline.n_treated == sizes.drop(0).sum()
    assert ww.did.aggregate(result).headline.n_comparison == sizes[0]


def test_calendar_times_and_groups_come_back_as_periods(panel, columns):
    quarters = pd.PeriodIndex.from_ordinals(panel["period"] + 200, freq="Q")
    starts = pd.Series(pd.PeriodIndex.from_ordinals(panel["first_treated"] + 200, freq="Q")).where(panel["first_treated"] > 0)
    result = ww.did.att_gt(panel.assign(period=quarters, first_treated=starts), **columns)
    calendar = ww.did.aggregate(result, by="calendar")
    assert str(calendar.parts["time"].dtype) == "period[Q-DEC]"
    assert ww.EffectResult.from_json(calendar.to_json()) == calendar
