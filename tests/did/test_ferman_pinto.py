"""Ferman and Pinto: the variance by size, the bootstrap written out, and right intervals where sizes differ."""

import numpy as np
import pandas as pd
import pytest

import whatworks as ww
from whatworks.core.errors import InvalidColumn, InvalidOption, NoComparisonGroup, TooFewUnits
from whatworks.did.ferman_pinto import variance_by_size

COLUMNS = {"outcome": "days", "unit": "town", "time": "year", "first_treated": "start"}


def towns_of_many_sizes(towns, treated_sizes, *, seed=0, effect=0.0):
    """Means that scatter with variance 0.05 + 40 / people, so that small towns scatter ten times as much as large ones."""
    rng = np.random.default_rng(seed)
    people = np.exp(rng.uniform(np.log(20), np.log(2000), towns))
    people[: len(treated_sizes)] = treated_sizes
    shocks = rng.normal(size=(towns, 6)) * np.sqrt(0.05 + 40 / people)[:, None]
    start = np.where(np.arange(towns) < len(treated_sizes), 4, 0)
    treated = (start[:, None] > 0) & (np.arange(1, 7) >= 4)
    return pd.DataFrame(
        {
            "town": np.repeat(np.arange(towns), 6),
            "year": np.tile(np.arange(1, 7), towns),
            "start": np.repeat(start, 6),
            "people": np.repeat(people, 6),
            "days": (shocks + effect * treated).ravel(),
        }
    )


def test_variance_by_size_is_least_squares_kept_from_going_below_zero():
    inverse = np.array([0.1, 0.2, 0.4, 0.8])
    assert variance_by_size(np.sqrt(2 + 3 * inverse), inverse) == (pytest.approx(2), pytest.approx(3))
    assert variance_by_size(np.sqrt(3 - 3 * inverse), inverse) == (pytest.approx(1.875), 0.0)
    constant, per_size = variance_by_size(np.sqrt(4 * inverse**2), inverse)
    assert constant == 0.0
    assert per_size == pytest.approx(4 * (inverse**3).sum() / (inverse**2).sum())
    assert variance_by_size(np.array([1.0, 2.0]), np.array([0.5, 0.5])) == (2.5, 0.0)


def test_the_bootstrap_is_the_paper_s_written_out():
    df = towns_of_many_sizes(25, [30.0], effect=1.0)
    result = ww.did.ferman_pinto(df, **COLUMNS, size="people", draws=199, seed=7)
    wide = df.pivot(index="town", columns="year", values="days").to_numpy()
    change = wide[:, 3:].mean(axis=1) - wide[:, :3].mean(axis=1)
    estimate = change[0] - change[1:].mean()
    assert result.headline.estimate == pytest.approx(estimate)
    # The treated town comes first, then the others by their first outcome. Under no effect, contrasts are changes less the mean.
    order = [0, *(1 + np.argsort(wide[1:, 0]))]
    restricted = (change - change.mean())[order] * np.sqrt(25 / 24)
    inverse = 1 / df.groupby("town")["people"].first().to_numpy()[order]
    constant, per_size = variance_by_size(restricted, inverse)
    spread = np.sqrt(constant + per_size * inverse)
    donors = np.random.default_rng(7).integers(0, 25, size=(199, 25), dtype=np.int32)
    drawn = (restricted / spread)[donors] * spread
    drawn = drawn[:, 0] - drawn[:, 1:].mean(axis=1)
    assert result.headline.p_value == (1 + np.sum(np.abs(drawn) >= abs(estimate))) / 200


def test_interval_and_p_value_tell_the_same():
    for effect in (0.0, 1.0, 3.0):
        row = ww.did.ferman_pinto(towns_of_many_sizes(40, [50.0], effect=effect), **COLUMNS, size="people", seed=1).headline
        assert (row.p_value > 0.05) == (row.conf_low <= 0 <= row.conf_high)


def test_sizes_are_counted_where_the_frame_has_rows_of_people():
    df = towns_of_many_sizes(25, [3.0])
    copies = 1 + df["town"] % 7
    people = df.loc[df.index.repeat(copies)].assign(people=lambda d: d.groupby(["town", "year"])["days"].transform("size"))
    counted = ww.did.ferman_pinto(people, **COLUMNS, seed=1, draws=499)
    named = ww.did.ferman_pinto(people, **COLUMNS, size="people", seed=1, draws=499)
    assert counted.headline.conf_low == named.headline.conf_low
    assert counted.statistics["size_treated"] == 1
    with pytest.raises(InvalidOption, match="size="):
        ww.did.ferman_pinto(df, **COLUMNS, seed=1)


def test_staggered_starts_and_row_order_and_units():
    df = towns_of_many_sizes(30, [50.0, 400.0])
    df.loc[df["town"] == 1, "start"] = 3
    other = df.sample(frac=1, random_state=3).assign(days=lambda d: 2 * d["days"], people=lambda d: 10 * d["people"])
    first, second = (ww.did.ferman_pinto(d, **COLUMNS, size="people", seed=2, draws=999) for d in (df, other))
    assert first.headline.estimate == pytest.approx(ww.did.twfe(df, **COLUMNS).headline.estimate, rel=1e-10)
    assert second.headline.estimate == pytest.approx(2 * first.headline.estimate)
    assert second.headline.p_value == first.headline.p_value
    assert second.headline.conf_high == pytest.approx(2 * first.headline.conf_high, abs=1e-3)
    assert first.statistics["variance_per_size"] > 0


def test_a_treated_town_beyond_all_comparison_sizes_is_doubted():
    check = {c.name: c for c in ww.did.ferman_pinto(towns_of_many_sizes(30, [2.0]), **COLUMNS, size="people", seed=1).checks}
    assert check["sizes_overlap"].passed is False
    assert check["sizes_overlap"].statistics == {"units": 1}
    assert check["few_controls"].passed is True


@pytest.mark.parametrize(
    ("spoil", "options", "error", "words"),
    [
        (lambda d: d.assign(people=0), {}, InvalidColumn, "0 or less in 180 rows"),
        (lambda d: d.assign(start=4), {}, NoComparisonGroup, "nobody is left"),
        (lambda d: d[d["town"] < 19], {}, TooFewUnits, "18 comparison units are too few"),
        (lambda d: d, {"seed": None}, InvalidOption, "need seed="),
        (lambda d: d, {"draws": 9}, InvalidOption, "draws=9"),
    ],
)
def test_bad_input_is_refused_with_the_way_out(spoil, options, error, words):
    with pytest.raises(error, match=words):
        ww.did.ferman_pinto(spoil(towns_of_many_sizes(30, [50.0])), **COLUMNS, size="people", **{"seed": 1, **options})


@pytest.mark.slow
def test_it_covers_where_conley_and_taber_are_too_sure_or_not_sure_enough():
    # 150 draws each of 40 towns with 20 to 2,000 people. 500 draws of 60 towns: a treated town of 20 is covered by 70 %
    # (Conley-Taber) and 98 % (Ferman-Pinto), one of 2,000 by 100 % and 94 %.
    covered = {}
    for people in (20.0, 2000.0):
        rows = []
        for draw in range(150):
            df = towns_of_many_sizes(40, [people], seed=draw)
            pair = (
                ww.did.conley_taber(df, **COLUMNS).headline,
                ww.did.ferman_pinto(df, **COLUMNS, size="people", seed=draw, draws=199).headline,
            )
            rows.append([row.conf_low <= 0 <= row.conf_high for row in pair])
        covered[people] = np.mean(rows, axis=0)
    assert covered[20.0][0] < 0.85
    assert covered[2000.0][0] > 0.98
    assert 0.91 < covered[20.0][1] < 0.995
    assert 0.91 < covered[2000.0][1] < 0.985
