"""Covariates that may have been measured after treatment: adjusting for what treatment changes takes part of the effect away."""

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from whatworks.core.check import Check

# A covariate that tells the outcome to within a hundredth of its variance is the outcome, or made of it.
_SAME = 0.995
# As many people tell a correlation of 0.995 from a lower one; more would only take time.
_LOOKED_AT = 5_000
_AFTER = frozenset({"after", "post", "followup", "endline", "efter", "opfølgning", "opfoelgning", "slut"})
_WORDS = re.compile(r"[^a-zæøå]+")


def suspect_covariates(
    df: pd.DataFrame, covariates: Sequence[str], *, outcome: str, measured_after: Sequence[str] = ()
) -> tuple[Check, ...]:
    """Whether the outcome, or something measured after treatment, is among the covariates.

    Parameters
    ----------
    df : the people of the sample
    covariates : columns matched on or adjusted for
    outcome : the outcome's column
    measured_after : columns known to be measured after treatment; naming any settles the question for the others

    Returns
    -------
    :class:`~whatworks.core.Check` ``outcome_among_covariates``: failed where a covariate is the outcome or among
    ``measured_after``; not to be told where one only looks so: it agrees with the outcome but for a hundredth of its variance, or
    its name says after, post, follow-up or efter. No check where nothing speaks against any and nothing was said.

    References
    ----------
    Rosenbaum (1984), Journal of the Royal Statistical Society A 147:656-666.

    Examples
    --------
    >>> from whatworks.matching.suspects import suspect_covariates
    >>> df = pd.DataFrame({"need": [1.0, 2, 3], "need_after": [0.5, 1, 3], "days": [2.0, 4, 5]})
    >>> (check,) = suspect_covariates(df, ["need", "need_after"], outcome="days")
    >>> check.passed, check.message
    (None, "Covariates that may have been measured after treatment: 'need_after' (its name says so). Adjusting ...")
    """
    names = list(dict.fromkeys(covariates))
    known = [name for name in names if name == outcome or name in measured_after]
    if known:
        named = ", ".join(map(repr, known))
        return (_check(False, f"Covariates that are the outcome, or measured after treatment: {named}", known),)
    looks = {name: reason for name in names if (reason := _reason(df, name, outcome)) and not measured_after}
    if looks:
        named = ", ".join(f"{name!r} ({reason})" for name, reason in looks.items())
        return (_check(None, f"Covariates that may have been measured after treatment: {named}", list(looks)),)
    if measured_after:
        return (_check(True, "No covariate is the outcome or measured after treatment", []),)
    return ()


def _reason(df: pd.DataFrame, name: str, outcome: str) -> str:
    """Why a covariate looks as if it were measured after treatment; empty where it does not."""
    if _AFTER & set(_WORDS.split(str(name).casefold())):
        return "its name says so"
    if _agreement(df, name, outcome) >= _SAME:
        return "it all but equals the outcome"
    return ""


def _agreement(df: pd.DataFrame, name: str, outcome: str) -> float:
    """Absolute correlation of two numeric columns where both are known; 0 where that says nothing."""
    if not all(pd.api.types.is_numeric_dtype(df[column].dtype) for column in (name, outcome)):
        return 0.0
    both = df[[name, outcome]].iloc[:: len(df) // _LOOKED_AT + 1].astype("float64").replace([np.inf, -np.inf], np.nan).dropna()
    # Two points always agree.
    if len(both) < 4 or (both.nunique() < 3).any():
        return 0.0
    return abs(float(np.corrcoef(both.to_numpy().T)[0, 1]))


def _check(passed: bool | None, message: str, suspects: list[str]) -> Check:
    return Check(
        name="outcome_among_covariates",
        passed=passed,
        message=f"{message}."
        if passed
        else f"{message}. Adjusting for what the treatment changes takes part of the effect away.",
        statistics={"suspects": float(len(suspects))},
    )
