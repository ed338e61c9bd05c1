"""Covariates that tell the arms apart without error, however a fit comes to rest."""

import numpy as np
import pandas as pd
import pytest

import whatworks as ww
from whatworks.core.errors import NotIdentified
from whatworks.matching.separation import _separated, fit_unseparated


def people(seed: int) -> pd.DataFrame:
    """Few people with one to three covariates on scales far apart, often separated in part or wholly."""
    rng = np.random.default_rng(seed)
    size = int(rng.integers(8, 80))
    columns = {
        f"x{place}": rng.integers(0, 2, size) if rng.random() < 0.5 else rng.normal(size=size) * 10 ** rng.uniform(-3, 3)
        for place in range(int(rng.integers(1, 4)))
    }
    df = pd.DataFrame(columns)
    lead = df["x0"] / (df["x0"].std() or 1.0)
    df["treated"] = (rng.random(size) < 1 / (1 + np.exp(-lead * rng.uniform(0, 4)))).astype(int)
    if rng.random() < 0.4:
        df["half"] = ((df["treated"] == 1) & (rng.random(size) < 0.4)).astype(int)
    return df


def standardised(df: pd.DataFrame) -> np.ndarray | None:
    """The covariates on one scale; None where they are no design."""
    matrix = df.drop(columns="treated").to_numpy(dtype=float)
    if df.nunique().min() < 2:
        return None
    matrix = (matrix - matrix.mean(axis=0)) / matrix.std(axis=0)
    full = np.linalg.matrix_rank(np.column_stack([np.ones(len(df)), matrix])) == matrix.shape[1] + 1
    return matrix if full else None


@pytest.mark.parametrize("link", ["logit", "probit"])
def test_a_score_is_refused_exactly_where_a_linear_programme_finds_separation(link):
    refused = fitted = 0
    for seed in range(80):
        df = people(seed)
        matrix = standardised(df)
        if matrix is None:
            continue
        asked = {"treatment": "treated", "covariates": [name for name in df if name != "treated"], "link": link}
        if _separated(matrix, df["treated"].to_numpy() == 1):
            refused += 1
            for ask in (ww.matching.propensity_score, ww.matching.weight):
                with pytest.raises(NotIdentified, match="separate|splits"):
                    ask(df, **asked)
        else:
            fitted += 1
            weights = ww.matching.weight(df, **asked, estimand="ATE").weights
            assert np.isfinite(weights).all()
            assert (weights >= 1).all()
    assert min(refused, fitted) > 10


@pytest.mark.parametrize("estimand", ["ATT", "ATC", "ATE", "ATO", "ATM"])
@pytest.mark.parametrize("link", ["logit", "probit"])
def test_a_mark_that_only_treated_people_carry_never_gives_weights(estimand, link):
    rng = np.random.default_rng(3)
    for size in (30, 120, 400, 2000):
        df = pd.DataFrame({"treated": rng.integers(0, 2, size), "age": rng.integers(20, 60, size)})
        df["mark"] = df["treated"] * (df["age"] > 40)
        with pytest.raises(NotIdentified, match="'mark'"):
            ww.matching.weight(df, treatment="treated", covariates=["mark", "age"], estimand=estimand, link=link)


def test_one_person_far_out_on_the_right_side_is_no_separation():
    rng = np.random.default_rng(4)
    need = rng.normal(size=200)
    df = pd.DataFrame({"treated": (need + rng.normal(size=200) > 0.5).astype(int), "need": need})
    far = int(df.index[df["treated"] == 1][0])
    df.loc[far, "need"] = 60.0
    scores = ww.matching.propensity_score(df, treatment="treated", covariates="need")
    assert scores[far] > 1 - 1e-9
    assert scores.drop(far).between(0, 1, inclusive="neither").all()


def test_people_without_weight_tell_nothing():
    X = np.column_stack([np.ones(6), [0.0, 0, 0, 1, 1, 1]])
    y = np.array([0.0, 1, 0, 1, 1, 0])
    assert fit_unseparated(X, y).fitted[-1] == pytest.approx(2 / 3)
    with pytest.raises(NotIdentified, match="separate yes from no"):
        fit_unseparated(X, y, weights=np.array([1.0, 1, 1, 1, 1, 0]))


def test_a_reason_that_ranges_do_not_overlap_is_told_in_plain_words():
    df = pd.DataFrame({"treated": [1, 1, 0, 0], "mark": [1, 1, 0, 0]})
    with pytest.raises(NotIdentified, match=r"'mark' splits the arms \(2 treated, 2 comparison; their ranges do not overlap\)"):
        ww.matching.propensity_score(df, treatment="treated", covariates="mark")
