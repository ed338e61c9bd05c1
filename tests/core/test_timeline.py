"""Time in whole numbers: steps of dates, gaps, and labels back."""

import numpy as np
import pandas as pd
import pytest

from whatworks.core.errors import InvalidColumn
from whatworks.core.timeline import read_start, read_time


def steps(values):
    return read_time(pd.DataFrame({"time": values}), "time")[1].ordinals.tolist()


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([2019, 2021, 2020], [2019, 2020, 2021]),
        (pd.to_datetime(["2020-01-01", "2020-07-01", "2020-04-01", "2021-04-01"]), [0, 1, 2, 5]),
        (pd.to_datetime(["2020-01-31", "2020-02-29", "2020-04-30"]), [0, 1, 3]),
        (pd.to_datetime(["2020-01-06", "2020-01-20", "2020-01-13"]), [0, 1, 2]),
        (pd.PeriodIndex(["2020Q1", "2020Q3", "2020Q2"], freq="Q"), [200, 201, 202]),
        (pd.Categorical([3, 1, 2]), [1, 2, 3]),
        (pd.Series([pd.Timestamp(year, 1, 1).date() for year in (2020, 2022, 2021)]), [0, 1, 2]),
        (pd.to_datetime(["2020-01-01", "2020-02-01"]).tz_localize("Europe/Copenhagen"), [0, 1]),
    ],
)
def test_times_become_steps_that_keep_gaps(values, expected):
    assert steps(values) == expected


def test_a_start_inside_a_quarter_belongs_to_that_quarter():
    df = pd.DataFrame({"time": pd.to_datetime(["2020-01-01", "2020-04-01", "2020-07-01"]),
                       "start": pd.to_datetime(["2020-05-20", None, "2020-04-01"])})  # fmt: skip
    _, timeline = read_time(df, "time")
    assert read_start(df, "start", timeline).tolist() == [1, np.inf, 1]
    as_periods = df.assign(time=df["time"].dt.to_period("Q"))
    _, quarters = read_time(as_periods, "time")
    assert read_start(as_periods, "start", quarters).tolist() == [201, np.inf, 201]


def test_where_dates_are_month_ends_a_start_belongs_to_the_quarter_that_ends_next():
    df = pd.DataFrame({"time": pd.to_datetime(["2020-03-31", "2020-06-30", "2020-09-30"]),
                       "start": pd.to_datetime(["2020-05-20", "2020-07-01", "2020-06-30"])})  # fmt: skip
    _, timeline = read_time(df, "time")
    assert read_start(df, "start", timeline).tolist() == [1, 2, 1]


def test_zero_is_not_read_as_never_where_it_is_a_time_as_well():
    around = pd.DataFrame({"time": [-1, 0, 1], "start": [0, 0, 1]})
    for frame in (around, around.astype({"start": object}), around.astype("Int64")):
        with pytest.raises(InvalidColumn, match="0 in 2 rows.*never treated"):
            read_start(frame, "start", read_time(frame, "time")[1])
    from_zero = pd.DataFrame({"time": [0, 1, 2], "start": [0, 0, 1]})
    assert read_start(from_zero, "start", read_time(from_zero, "time")[1]).tolist() == [np.inf, np.inf, 1]


def test_two_times_on_one_day_are_refused():
    df = pd.DataFrame({"time": pd.to_datetime(["2020-01-01 08:00", "2020-01-01 20:00", "2020-01-02 08:00"])})
    with pytest.raises(InvalidColumn, match="1 times on the same day"):
        read_time(df, "time")


@pytest.mark.parametrize("never", [0, None, np.nan, np.inf, pd.NaT])
def test_all_ways_to_say_never_stand_beside_periods(never):
    quarter = pd.Period("2020Q2")
    df = pd.DataFrame(
        {"time": pd.PeriodIndex(["2020Q1", "2020Q2"], freq="Q"), "start": pd.Series([quarter, never], dtype=object)}
    )
    _, timeline = read_time(df, "time")
    assert read_start(df, "start", timeline).tolist() == [quarter.ordinal, np.inf]


def test_periods_of_another_frequency_are_refused():
    df = pd.DataFrame(
        {"time": pd.PeriodIndex(["2020Q1", "2020Q2"], freq="Q"), "start": pd.PeriodIndex(["2020-02", "2020-02"], freq="M")}
    )
    _, timeline = read_time(df, "time")
    with pytest.raises(InvalidColumn, match="asfreq"):
        read_start(df, "start", timeline)


def test_labels_come_back_in_their_own_type_also_between_observed_times():
    df = pd.DataFrame({"time": pd.PeriodIndex(["2020Q1", "2020Q4"], freq="Q")})
    _, timeline = read_time(df, "time")
    labels = timeline.column_of([np.nan, 200, 202])
    assert labels.dtype == "period[Q-DEC]"
    assert [str(label) for label in labels] == ["NaT", "2020Q1", "2020Q3"]
