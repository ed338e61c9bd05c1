"""Influence functions in blocks: the same as one dense array."""

import numpy as np
import pytest

from whatworks.inference import Influence, InfluenceBlock


def blocks_and_dense(n=20_000):
    rng = np.random.default_rng(1)
    dense, blocks = np.zeros((n, 5)), []
    for rows, columns in (
        (np.arange(0, n // 2), [0, 3]),
        (np.sort(rng.choice(n, n // 3, replace=False)), [1]),
        (np.arange(n - 50, n), [4]),
    ):
        values = rng.normal(size=(len(rows), len(columns)))
        dense[np.ix_(rows, columns)] = values
        blocks.append(InfluenceBlock(rows=rows, columns=np.array(columns), values=values))
    return tuple(blocks), dense


def test_blocks_give_the_same_array_and_covariance_as_a_dense_one():
    blocks, dense = blocks_and_dense()
    influence = Influence(n_rows=len(dense), n_columns=5, blocks=blocks)
    assert (influence.dense() == dense).all()
    assert influence.covariance() == pytest.approx(dense.T @ dense)
    assert influence.n_clusters == len(dense)


def test_clusters_are_summed_before_they_are_multiplied():
    blocks, dense = blocks_and_dense()
    cluster = np.random.default_rng(2).integers(0, 30, len(dense))
    sums = np.zeros((30, 5))
    np.add.at(sums, cluster, dense)
    influence = Influence(n_rows=len(dense), n_columns=5, blocks=blocks, cluster=cluster)
    assert influence.covariance() == pytest.approx(sums.T @ sums)
    assert influence.n_clusters == 30


@pytest.mark.parametrize("clustered", [True, False])
def test_multiplier_draws_have_the_covariance_of_the_estimates(clustered):
    blocks, _ = blocks_and_dense(3000)
    cluster = np.arange(3000) % 60 if clustered else None
    influence = Influence(n_rows=3000, n_columns=5, blocks=blocks, cluster=cluster)
    draws = influence.multiplier_draws(4000, seed=3)
    spread = np.sqrt(np.diag(influence.covariance()))
    assert draws.std(axis=0) == pytest.approx(spread, rel=0.05)
    assert (draws == influence.multiplier_draws(4000, seed=3)).all()
    assert draws[:, 2].any() == (spread[2] > 0)
