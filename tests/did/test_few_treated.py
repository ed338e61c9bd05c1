"""What the methods for few treated groups read: times of any kind, nullable columns, and the weights behind their estimate."""

import numpy as np
import pandas as pd
import pytest

import whatworks as ww
from whatworks.did.few_treated import GroupColumns, read_groups, two_way_residuals, two_way_weights

NAMES = {"outcome": "days", "unit": "town", "time": "quarter", "first_treated": "start"}


@pytest.fixture
def numbered():
    rng = np.random.default_rng(2)
    start = np.array([5, 6, *[0] * 24])
    df = pd.DataFrame({"town": np.repeat(np.arange(26), 8), "quarter": np.tile(np.arange(1, 9), 26), "start": start.repeat(8)})
    return df.assign(days=rng.normal(size=208), people=np.repeat(rng.integers(50, 500, 26), 8))


def answers(df):
    return [
        ww.did.conley_taber(df, **NAMES, draws=199, seed=1).headline,
        ww.did.ferman_pinto(df, **NAMES, size="people", draws=199, seed=1).headline,
        ww.did.randomisation_test(df, **NAMES, draws=199, seed=1).headline,
    ]


def as_period(numbers):
    return pd.PeriodIndex.from_ordinals(np.asarray(numbers) + 200, freq="Q").to_series().reset_index(drop=True)


@pytest.mark.parametrize(
    "told_otherwise",
    [
        lambda d: d.assign(quarter=as_period(d["quarter"]), start=as_period(d["start"]).where(d["start"] > 0)),
        lambda d: d.assign(
            quarter=as_period(d["quarter"]).dt.to_timestamp(), start=as_period(d["start"]).where(d["start"] > 0).dt.to_timestamp()
        ),
        lambda d: d.astype({"days": "Float64", "people": "Int64", "quarter": "Int64"}).assign(
            town=("t" + d["town"].astype(str)).astype("category"), start=d["start"].astype("Int64").mask(d["start"] == 0)
        ),
        lambda d: d.assign(start=d["start"].replace(0, np.inf)),
    ],
    ids=["periods", "dates", "nullable", "inf"],
)
def test_times_ids_and_never_may_be_told_in_many_ways(numbered, told_otherwise):
    for plain, other in zip(answers(numbered), answers(told_otherwise(numbered)), strict=True):
        assert other.p_value == plain.p_value
        assert other.conf_low == pytest.approx(plain.conf_low)


def test_two_way_weights_find_an_effect_and_ignore_unit_and_period_levels(numbered):
    groups = read_groups(numbered, GroupColumns(**NAMES))
    weights = two_way_weights(groups)[groups.code]
    levels = np.add.outer(np.arange(26.0), np.arange(8.0) ** 2)
    assert (weights * levels).sum() == pytest.approx(0, abs=1e-12)
    assert (weights * groups.paths[groups.code]).sum() == pytest.approx(1)
    assert two_way_residuals(levels) == pytest.approx(np.zeros((26, 8)), abs=1e-10)


def test_rows_without_outcome_are_counted_not_guessed(numbered):
    gappy = numbered.assign(days=numbered["days"].where(~((numbered["town"] == 9) & (numbered["quarter"] == 3))))
    groups = read_groups(gappy, GroupColumns(**NAMES))
    assert (groups.n_comparison, groups.nobs, groups.n_rows) == (23, 200, 208)
    assert groups.dropped_rows().statistics == {"n_dropped": 8}
