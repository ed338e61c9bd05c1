"""Folding a frame that is a grid gives what scattering it gives."""

import numpy as np
import pandas as pd
import pytest

from whatworks.core.errors import DuplicateRows, MissingValues
from whatworks.core.layout import Grid, Scattered, lay_out
from whatworks.core.timeline import read_time


def frame(n=9, T=4):
    return pd.DataFrame({"unit": np.repeat(np.arange(n)[::-1], T), "time": np.tile(np.arange(3, 3 + T), n)})


def laid_out(df):
    when, timeline = read_time(df, "time")
    return lay_out(df, "unit", when, timeline)


@pytest.mark.parametrize(
    "unit", [lambda u: u, lambda u: u.astype(str), lambda u: u.astype("category"), lambda u: u.astype("Int64")]
)
def test_a_balanced_frame_in_order_is_a_grid_whatever_its_labels(unit):
    df = frame()
    layout = laid_out(df.assign(unit=unit(df["unit"])))
    assert isinstance(layout, Grid)
    assert (layout.n, layout.T) == (9, 4)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda d: d.sample(frac=1, random_state=1),
        lambda d: d.iloc[1:],
        lambda d: d.drop(index=5),
        lambda d: d.sort_values(["time", "unit"]),
        lambda d: d.sort_values(["unit", "time"], ascending=[True, False]),
    ],
)
def test_any_other_frame_is_scattered(spoil):
    assert isinstance(laid_out(spoil(frame())), Scattered)


def test_both_layouts_give_the_same_arrays():
    df = frame(n=50, T=6).assign(y=np.random.default_rng(1).normal(size=300))
    grid, scattered = laid_out(df), Scattered(
        n=50, T=6, codes=np.repeat(np.arange(50), 6), place=np.tile(np.arange(6), 50), first=np.arange(0, 300, 6)
    )  # fmt: skip
    order = np.random.default_rng(2).permutation(50)
    for values in (df["y"].to_numpy(), df["time"].to_numpy()):
        assert (grid.wide(values, order) == scattered.wide(values, order)).all()
        assert (grid.of_units(values) == scattered.of_units(values)).all()


@pytest.mark.parametrize("spoilt", [[], [7], [0, 1, 2], [5, 299]])
def test_units_within_which_values_change_are_counted(spoilt):
    df = frame(n=50, T=6)
    grid, values = laid_out(df), df["unit"].to_numpy().astype(float)
    values[spoilt] = np.where(np.array(spoilt) == 7, np.nan, -1.0) if spoilt else values[spoilt]
    expected = len({place // 6 for place in spoilt})
    scattered = Scattered(
        n=50, T=6, codes=np.repeat(np.arange(50), 6), place=np.tile(np.arange(6), 50), first=np.arange(0, 300, 6)
    )
    assert grid.changing(values) == expected == scattered.changing(values)


def test_a_unit_that_comes_twice_in_full_is_a_duplicate():
    with pytest.raises(DuplicateRows, match="4 pairs of 'unit' and 'time'"):
        laid_out(pd.concat([frame(), frame().iloc[:4]]))


def test_a_row_without_unit_is_refused():
    df = frame()
    with pytest.raises(MissingValues, match="1 of 36"):
        laid_out(df.assign(unit=df["unit"].astype(float).mask(df.index == 7)))
