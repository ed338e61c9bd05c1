"""A motivation that nobody measured, in a simulated world of 41 municipalities: matching cannot see it, the sensitivity analysis
says what it could do.

Young people with mental difficulties are treated the sooner the worse they are and the more motivated. Treatment adds five
points of well-being. The calibration of the design, on other draws (200 of them), gave these means: 0.58 raw and 4.87 with three
neighbours each where all that matters is seen; 1.70 and 5.85 with an unseen motivation besides.
"""

import numpy as np
import pandas as pd
import pytest

import whatworks as ww
from whatworks.matching.hidden_factor import effect_left

pytestmark = pytest.mark.slow

FIRST_SEED = 20270501
DRAWS = 30
EFFECT = 5.0
COVARIATES = ["before", "motivation"]
ASKED = {"treatment": "treated", "covariates": COVARIATES}


def young_people(seed: int, *, hidden: bool, people: int = 1800) -> pd.DataFrame:
    """WHO-5 before and after, 0 to 100: people differ by 14, occasions by 11, municipalities by 3 points."""
    rng = np.random.default_rng(seed)
    municipality = rng.choice(41, size=people, p=rng.dirichlet(np.full(41, 3.0)))
    level = 48 + rng.normal(0, 3, 41)[municipality] + rng.normal(0, 14, people)
    motivation, unseen = rng.normal(size=(2, people))
    before = np.clip(np.round(level + rng.normal(0, 11, people)), 0, 100)
    odds = -0.9 + 0.6 * motivation - 0.024 * (before - 48) + 0.6 * hidden * unseen
    treated = rng.random(people) < 1 / (1 + np.exp(-odds))
    after = level + EFFECT * treated + 1.75 * hidden * unseen + rng.normal(0, 11, people)
    return pd.DataFrame(
        {
            "municipality": municipality,
            "before": before,
            "motivation": motivation,
            "unseen": unseen,
            "treated": treated.astype(int),
            "after": np.clip(np.round(after), 0, 100),
        }
    )


def one_draw(seed: int, hidden: bool) -> dict[str, float]:
    df = young_people(seed, hidden=hidden)
    sample = ww.matching.match(df, **ASKED, ratio=3, replace=True)
    short = ww.matching.omitted_variable_bias(df, outcome="after", **ASKED)
    return {
        "naive": df.loc[df["treated"] == 1, "after"].mean() - df.loc[df["treated"] == 0, "after"].mean(),
        "matched": ww.matching.estimate(sample, outcome="after").headline.estimate,
        "adjusted": short.headline.estimate,
        "removed": short.checks[0].passed is False,
        "with_the_unseen": seen_after_all(df, short),
    }


def seen_after_all(df: pd.DataFrame, short: ww.EffectResult) -> float:
    """What the analysis says is left once a factor of the unseen one's own strength is taken out."""

    def left(y: str, *columns: str) -> float:
        X = np.column_stack([np.ones(len(df)), df[list(columns)]])
        return float(np.sum(ww.inference.fit_least_squares(X, df[y].to_numpy(float)).residuals ** 2))

    with_treatment = 1 - left("treated", *COVARIATES, "unseen") / left("treated", *COVARIATES)
    with_outcome = 1 - left("after", *COVARIATES, "treated", "unseen") / left("after", *COVARIATES, "treated")
    head = short.headline
    return float(effect_left(head.estimate, head.std_error, short.statistics["df"], with_treatment, with_outcome)[0])


@pytest.fixture(scope="module")
def draws() -> dict[bool, pd.DataFrame]:
    return {hidden: pd.DataFrame([one_draw(FIRST_SEED + number, hidden) for number in range(DRAWS)]) for hidden in (False, True)}


def error_of(values: pd.Series) -> float:
    return float(values.std() / np.sqrt(len(values)))


@pytest.mark.parametrize(("hidden", "naive", "matched"), [(False, 0.58, 4.87), (True, 1.70, 5.85)])
def test_the_world_is_the_one_that_the_design_was_calibrated_on(draws, hidden, naive, matched):
    drawn = draws[hidden]
    assert drawn["naive"].mean() == pytest.approx(naive, abs=0.5 + 2 * error_of(drawn["naive"]))
    assert drawn["matched"].mean() == pytest.approx(matched, abs=0.25 + 2 * error_of(drawn["matched"]))


def test_matching_is_right_where_all_that_matters_is_seen_and_wrong_where_it_is_not(draws):
    assert abs(draws[False]["matched"].mean() - EFFECT) < 3 * error_of(draws[False]["matched"]) + 0.13
    assert draws[True]["matched"].mean() - EFFECT > 0.4


def test_a_hidden_factor_as_strong_as_the_strongest_observed_one_would_remove_the_effect(draws):
    assert draws[True]["removed"].mean() >= 0.8


def test_taken_out_at_its_own_strength_the_unseen_motivation_leaves_the_truth(draws):
    left = draws[True]["with_the_unseen"]
    assert abs(left.mean() - EFFECT) < 3 * error_of(left)
    assert (left < draws[True]["adjusted"]).all()
