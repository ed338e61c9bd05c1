"""Did a promised saving happen? Real costs before and after, against places without the effort where there are any."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import t as student

from whatworks.core.check import Check
from whatworks.core.columns import binary, numeric, require_columns
from whatworks.core.errors import InvalidOption, MissingValues, NoComparisonGroup, NoTreatedGroup, TooFewUnits
from whatworks.core.options import confidence
from whatworks.core.provenance import Provenance, fingerprint
from whatworks.core.result import EffectResult
from whatworks.economics.doubts import synthetic_prices
from whatworks.economics.money import above_zero, levels_of, one_level, one_payer
from whatworks.economics.table import effects_of

# Below this, a t interval rests on hardly anything.
_FEW = 5


def savings(
    df: pd.DataFrame,
    *,
    unit: str,
    after: str,
    cost: str,
    promised: float,
    treated: str | None = None,
    quality: str | None = None,
    quality_good: str = "up",
    quality_margin: float = 0.0,
    price_level: int | str = "price_level",
    payer: str = "municipality",
    claim_effect: bool = False,
    conf_level: float = 0.95,
) -> EffectResult:
    """The change in real cost per unit, beside what was promised and beside the change in quality.

    Each unit counts once: its mean cost after less its mean before. With units without the effort the answer is the difference
    between the two groups' mean changes (difference-in-differences, Welch's interval). Without them it is the mean change of
    those with it, which is **not an effect**: what would have happened anyway is in it.

    Parameters
    ----------
    df : one row per unit and time, in the prices of one year
    unit : column that names a service, team or municipality
    after : 0/1 column, 1 after the effort began (for units without it: after the same day)
    cost : column of kroner per full-year person, day or whatever was promised
    promised : the saving that was promised, in the unit of ``cost``, above 0
    treated : 0/1 column, 1 for units with the effort; None where all have it
    quality : column of a quality measure; ``quality_good`` says which way is good, and ``quality_margin`` how much of a loss is
        too small to matter, in its unit
    price_level : the year whose prices the costs are in, or a column of it
    payer : who pays, or a column of it
    claim_effect : True asks for an effect; without units to compare with that is refused
    conf_level : of the intervals

    Returns
    -------
    Headline: change in cost in kroner, below 0 where something was saved. Parts: ``before`` and ``after`` (mean cost with the
    effort), ``comparison`` (mean change without it), ``promised`` (the change that was promised), ``quality`` (its change, in
    its own unit). Statistics: share_delivered (change over promise), probability_promised and the counts of units.

    Raises
    ------
    NoComparisonGroup
        If an effect is claimed and nobody is without the effort.
    MixedPriceLevels
        If costs are not all in the prices of one year: a cut in kroner can be inflation.
    ImplausibleAmount, NoTreatedGroup, TooFewUnits, UnknownPayer, InvalidOption, MissingColumn, MissingValues, EmptyData,
    InvalidColumn

    References
    ----------
    Bertrand, Duflo & Mullainathan (2004), Quarterly Journal of Economics 119:249-275, section IV.C (before and after, collapsed);
    Welch (1947), Biometrika 34:28-35.

    Examples
    --------
    >>> homes = pd.DataFrame({"home": list("abcdef") * 2, "after": [0] * 6 + [1] * 6, "treated": [1, 1, 1, 0, 0, 0] * 2,
    ...                       "cost": [900.0, 950.0, 1000.0, 900.0, 940.0, 1010.0, 850.0, 905.0, 945.0, 905.0, 950.0, 1015.0]})
    >>> cut = ww.economics.savings(
    ...     homes, unit="home", after="after", cost="cost", promised=40, treated="treated", price_level=2024)
    >>> round(cut.headline.estimate, 2), round(cut.statistics["share_delivered"], 2)
    (-56.67, 1.42)
    """
    _refuse_options(promised, quality_margin, quality_good)
    level = one_level(levels_of(df, price_level, what="costs"), what="costs")
    paid_by = one_payer(df, payer, what="costs")
    above_zero(df, cost, what="costs")
    arms = _arms(df, unit, after, treated)
    if claim_effect and not arms.compared:
        raise NoComparisonGroup(
            "A saving is claimed as an effect, and no unit is without the effort. Name units to compare with in treated=, or "
            "report the change before and after as what it is."
        )
    answer = _change(df, arms, cost, confidence(conf_level))
    quality_answer = _change(df, arms, quality, conf_level) if quality is not None else None
    rows = _rows(df, arms, cost, promised, answer, quality_answer)
    kept = _quality(quality_answer, quality_good, quality_margin)
    arguments = {"unit": unit, "after": after, "cost": cost, "promised": promised, "treated": treated, "quality": quality,
                 "quality_good": quality_good, "quality_margin": quality_margin}  # fmt: skip
    change = "Change against units without the effort" if arms.compared else "Change before and after, no effect"
    return EffectResult(
        method="economics.savings",
        estimand=f"{change}: real cost of {cost.replace('_', ' ')}",
        measure="money",
        unit=f"kroner, {level} prices",
        good="down",
        conf_level=conf_level,
        effects=effects_of(rows).assign(price_level=level, payer=paid_by),
        statistics={
            "nobs": len(df),
            "n_dropped": 0,
            "n_treated": len(arms.treated),
            "n_comparison": len(arms.comparison),
            "promised": promised,
            "share_delivered": -answer.estimate / promised,
            "probability_promised": answer.probability_below(-promised),
            "price_level": level,
        },
        checks=(_compared(arms), _delivered(answer, promised), *kept, _few(arms), synthetic_prices(df)),
        provenance=Provenance(data_fingerprint=fingerprint(df), arguments=arguments),
    )


@dataclass(frozen=True)
class _Arms:
    """Which rows are after the start, and the units with and without the effort."""

    unit: pd.Series
    after: np.ndarray
    treated: list[Any]
    comparison: list[Any]

    @property
    def compared(self) -> bool:
        return bool(self.comparison)


@dataclass(frozen=True)
class _Change:
    """A mean change with its t interval; the change of those without the effort beside it."""

    estimate: float
    std_error: float
    df: float
    low: float
    high: float
    comparison: float

    @property
    def p_value(self) -> float:
        return float(2 * student.sf(abs(self.estimate) / self.std_error, self.df)) if self.std_error > 0 else math.nan

    def probability_below(self, bound: float) -> float:
        """Confidence that the change is at or below a bound: the share of the t distribution around the estimate."""
        return float(student.cdf((bound - self.estimate) / self.std_error, self.df)) if self.std_error > 0 else math.nan


def _refuse_options(promised: float, margin: float, good: str) -> None:
    if not (math.isfinite(promised) and promised > 0):
        raise InvalidOption(f"promised={promised!r} must be above 0: the saving that was promised, in the unit of the cost.")
    if not (math.isfinite(margin) and margin >= 0):
        raise InvalidOption(f"quality_margin={margin!r} must be 0 or above.")
    if good not in ("up", "down"):
        raise InvalidOption(f"quality_good={good!r} is not known; use one of 'up', 'down'.")


def _arms(df: pd.DataFrame, unit: str, after: str, treated: str | None) -> _Arms:
    require_columns(df, [unit, after], what="costs")
    later = binary(df, after, what="costs")
    with_effort = binary(df, treated, what="costs") if treated is not None else np.ones(len(df), dtype=bool)
    units = pd.DataFrame({"unit": df[unit], "after": later, "treated": with_effort})
    changing = int((units.drop_duplicates(["unit", "treated"])["unit"].value_counts() > 1).sum())
    if changing:
        raise InvalidOption(
            f"{changing} units are both with and without the effort in {treated!r}; mark each unit the same in all its rows."
        )
    both = units.groupby("unit")["after"].nunique() == 2
    lacking = int((~both).sum())
    if lacking:
        raise MissingValues(
            f"{lacking} of {len(both)} units have no cost before or none after the start. Leave them out knowingly."
        )
    arm = units.groupby("unit")["treated"].first()
    chosen, others = list(arm.index[arm]), list(arm.index[~arm])
    if not chosen:
        raise NoTreatedGroup(f"No unit has the effort: {treated!r} is 0 in every row.")
    if len(chosen) < 2 or len(others) == 1:
        raise TooFewUnits(
            f"{len(chosen)} units have the effort and {len(others)} have not; two of each are needed to see how much they vary. "
            "With one unit ask ww.did.synthetic."
        )
    return _Arms(df[unit], later, chosen, others)


def _change(df: pd.DataFrame, arms: _Arms, column: str, conf_level: float) -> _Change:
    values = pd.Series(numeric(df, column, what="costs"), index=df.index)
    means = (
        values.groupby([arms.unit.rename("unit"), pd.Series(arms.after, index=df.index, name="after")])
        .mean()
        .reset_index(name="value")
        .pivot_table(index="unit", columns="after", values="value")
    )
    moved = means[True] - means[False]
    first = moved.loc[arms.treated].to_numpy()
    error2, dof = first.var(ddof=1) / len(first), float(len(first) - 1)
    estimate, other = float(first.mean()), math.nan
    if arms.compared:
        second = moved.loc[arms.comparison].to_numpy()
        other = float(second.mean())
        estimate, more = estimate - other, second.var(ddof=1) / len(second)
        spread = error2**2 / (len(first) - 1) + more**2 / (len(second) - 1)
        dof = float((error2 + more) ** 2 / spread) if spread > 0 else float(len(first) + len(second) - 2)
        error2 += more
    error = math.sqrt(float(error2))
    half = float(student.ppf(0.5 + conf_level / 2, dof)) * error
    return _Change(estimate, error, dof, estimate - half, estimate + half, other)


def _rows(
    df: pd.DataFrame, arms: _Arms, cost: str, promised: float, answer: _Change, quality: _Change | None
) -> list[dict[str, object]]:
    chosen = arms.unit.isin(arms.treated).to_numpy()
    levels = {
        name: df.loc[chosen & (arms.after == later), cost].astype(float).groupby(arms.unit).mean().mean()
        for name, later in (("before", False), ("after", True))
    }
    rows: list[dict[str, object]] = [
        {"term": "change", "kind": "headline", **_numbers(answer)},
        *({"term": name, "kind": "part", "estimate": value} for name, value in levels.items()),
        {"term": "promised", "kind": "part", "estimate": -promised},
    ]
    if arms.compared:
        rows.append({"term": "comparison", "kind": "part", "estimate": answer.comparison})
    if quality is not None:
        rows.append({"term": "quality", "kind": "part", **_numbers(quality)})
    return rows


def _numbers(change: _Change) -> dict[str, float]:
    return {"estimate": change.estimate, "std_error": change.std_error, "conf_low": change.low, "conf_high": change.high,
            "p_value": change.p_value}  # fmt: skip


def _compared(arms: _Arms) -> Check:
    return Check(
        name="compared_saving",
        passed=arms.compared,
        message=f"{len(arms.comparison)} units without the effort tell what would have happened anyway."
        if arms.compared
        else "No unit is without the effort: the change is no effect.",
    )


def _delivered(answer: _Change, promised: float) -> Check:
    passed = True if answer.high <= -promised else False if answer.low > -promised else None
    return Check(
        name="promised_saving",
        passed=passed,
        message=f"A saving of {promised:,.0f} was promised; the change is {answer.estimate:,.0f} "
        f"({answer.low:,.0f} to {answer.high:,.0f}).",
        statistics={"promised": promised, "change": answer.estimate, "low": answer.low, "high": answer.high},
    )


def _quality(answer: _Change | None, good: str, margin: float) -> tuple[Check, ...]:
    """Whether quality held: nothing measured is no answer, and a loss beyond the margin is told."""
    if answer is None:
        return (Check(name="quality_kept", passed=None, message="Quality was not measured beside the cost."),)
    sign = 1.0 if good == "up" else -1.0
    low, high = sorted((sign * answer.low, sign * answer.high))
    passed = True if low > -margin or (margin == 0 and low == 0) else False if high < -margin else None
    return (
        Check(
            name="quality_kept",
            passed=passed,
            message=f"Quality changed by {answer.estimate:g} ({answer.low:g} to {answer.high:g}); "
            f"a loss of up to {margin:g} is allowed.",
            statistics={"quality": answer.estimate, "margin": margin},
        ),
    )


def _few(arms: _Arms) -> Check:
    fewest = min(len(arms.treated), len(arms.comparison) or len(arms.treated))
    return Check(
        name="few_units",
        passed=fewest >= _FEW,
        message=f"The smaller group has {fewest} units (limit {_FEW}).",
        statistics={"fewest": float(fewest), "limit": float(_FEW)},
    )
