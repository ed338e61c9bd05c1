"""Matched comparisons of individuals, with and without a motivation that nobody measured."""

import numpy as np
import pandas as pd

import whatworks as ww
from grading.flags import fails
from grading.worlds import FIRST_SEEDS

COVARIATES = ["before", "motivation"]
_ASKED = {"treatment": "treated", "covariates": COVARIATES}
# A hidden factor that makes one of two alike people this many times likelier to take the method up is easily there.
GAMMA = 1.5
# An effect this many times as large outlives a hidden factor as strong as what was measured, so a warning would be a false one.
CLEAR = 3


def people(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """One row per citizen: well-being before and after, motivation, whether the method was taken up."""
    scores = tables["measurement"].set_index(["episode_id", "instrument", "measurement_point"])["value"].unstack([1, 2])  # noqa: PD010
    taken = tables["intervention"].set_index("episode_id")["method_id"].notna()
    return pd.DataFrame(
        {
            "before": scores["who5", "baseline"],
            "motivation": scores["motivation", "baseline"],
            "after": scores["who5", "follow_up"],
            "treated": taken.astype(int),
        }
    ).reset_index(drop=True)


def one_draw(scenario: str, seed: int) -> dict[str, float]:
    """Raw gap, three neighbours each, and what the sensitivity analyses say."""
    tables, told = ww.documentation.simulate(scenario=scenario, seed=seed)
    df, truth = people(tables), told["att_overall"]
    raw = df.loc[df["treated"] == 1, "after"].mean() - df.loc[df["treated"] == 0, "after"].mean()
    head = ww.matching.estimate(ww.matching.match(df, **_ASKED, ratio=3, replace=True), outcome="after").headline
    hidden = ww.matching.omitted_variable_bias(df, outcome="after", **_ASKED)
    df["clear"] = df["after"] + (CLEAR - 1) * truth * df["treated"]
    outlived = ww.matching.omitted_variable_bias(df, outcome="clear", **_ASKED)
    bounds = ww.matching.rosenbaum_bounds(ww.matching.match(df, **_ASKED), outcome="after")
    return {
        "truth": truth,
        "raw": raw,
        "matched": head.estimate,
        "covered": 100.0 * (head.conf_low <= truth <= head.conf_high),
        "hidden_factor": 100.0 * fails(hidden.checks, "hidden_factor"),
        "hidden_factor_clear": 100.0 * fails(outlived.checks, "hidden_factor"),
        "robustness_value": hidden.statistics["robustness_value"],
        "gamma_tolerated": bounds.statistics["gamma_tolerated"],
        f"gamma below {GAMMA}": 100.0 * (not bounds.statistics["gamma_tolerated"] >= GAMMA),
    }


def graded(scenario: str, seeds: int) -> pd.DataFrame:
    """One row per draw."""
    return pd.DataFrame([one_draw(scenario, FIRST_SEEDS[scenario] + number) for number in range(seeds)])


def summary(scenario: str, each: pd.DataFrame) -> dict[str, object]:
    """Means over draws, and the Monte Carlo error of the matched estimate."""
    error = float((each["matched"] - each["truth"]).std() / np.sqrt(len(each)))
    return {"scenario": scenario, "draws": len(each), **each.mean().to_dict(), "matched_error": error}
