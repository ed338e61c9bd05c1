"""What the state pays back of a dear case (central refusion), and what is left for the municipality."""

import numpy as np
import pandas as pd

from whatworks.core.check import Check
from whatworks.core.columns import numeric, require_columns
from whatworks.core.errors import InvalidOption, MissingValues
from whatworks.core.provenance import Provenance, fingerprint
from whatworks.core.result import EffectResult
from whatworks.economics.doubts import synthetic_prices
from whatworks.economics.errors import ImplausibleAmount, MixedPriceLevels
from whatworks.economics.money import above_zero, levels_of, one_level
from whatworks.economics.refund_limits import RefundRule, refund_rule
from whatworks.economics.table import effects_of


def refund_by_person(
    df: pd.DataFrame,
    *,
    limits: pd.DataFrame,
    rule: str,
    cost: str = "cost",
    person: str = "citizen_id",
    period: str = "year",
    price_level: int | str = "price_level",
    months: str | None = None,
    household: str | None = None,
    age: str | None = None,
    covered_before: str | None = None,
) -> pd.DataFrame:
    """Cost, refund and net cost of each person and period; rows about people, so never for a page.

    Parameters
    ----------
    df : cost lines; those of one person and period are added up before the limits are put on
    limits, rule : ``ww.evidence.prices()["refund_limits"]`` and the name of a rule in it
    cost : column of kroner, net of income and of other refunds; one-off costs spread over the year, fixed-share financing
        left out
    person, period : columns that name whose costs they are and when (a year, or a month where ``months`` is 1)
    price_level : the year whose prices the costs are in, or a column of it; the limits must be of the same year
    months : column with the months of the period that the costs cover (12 without it): the limits are so many twelfths
    household : column with the household of siblings whose costs are added up where the rule allows it; missing for others
    age, covered_before : columns with age, and True where the person was covered just before the rule's age limit

    Returns
    -------
    Columns person, period, cost, refund, net; siblings share the refund by their costs.

    Raises
    ------
    MixedPriceLevels
        If costs and limits are not in the prices of the same year.
    ImplausibleAmount, InvalidOption, MissingPrice, MissingColumn, MissingValues, EmptyData, InvalidColumn

    Examples
    --------
    >>> case = pd.DataFrame({"citizen_id": ["a", "a"], "year": 2021, "cost": [1_000_000, 1_500_000], "price_level": 2020})
    >>> limits = ww.evidence.prices()["refund_limits"]
    >>> refund_by_person(case, limits=limits, rule="sel_176_from_2021")["refund"].tolist()
    [747500.0]
    """
    known = refund_rule(limits, rule)
    people, cases = _cases(df, known, cost, person, period, price_level, months, household, age, covered_before)
    _amounts, refunds = known.brackets(cases["cost"].to_numpy(), cases["months"].to_numpy())
    case_refund = pd.Series(refunds.sum(axis=1) * cases["covered"].to_numpy(), index=cases.index)
    share = people["cost"] / cases["cost"].reindex(people["case"]).to_numpy()
    paid = share * case_refund.reindex(people["case"]).to_numpy()
    return people.assign(refund=paid, net=people["cost"] - paid)[[person, period, "cost", "refund", "net"]].reset_index(drop=True)


def refund(
    df: pd.DataFrame,
    *,
    limits: pd.DataFrame,
    rule: str,
    cost: str = "cost",
    person: str = "citizen_id",
    period: str = "year",
    price_level: int | str = "price_level",
    months: str | None = None,
    household: str | None = None,
    age: str | None = None,
    covered_before: str | None = None,
) -> EffectResult:
    """What the state refunds of dear cases, bracket by bracket.

    Of the part of a person's costs above each limit the state refunds the share that belongs to it, up to the next limit: 25,
    50 and 75 per cent. So of a krone saved on a dear case the municipality keeps only 25 to 75 øre; compute savings on net costs.

    Parameters
    ----------
    df, limits, rule, cost, person, period, price_level, months, household, age, covered_before : as in :func:`refund_by_person`

    Returns
    -------
    Headline: refund in kroner, paid by the state. Parts: one per bracket, with from_amount (its limit), share, amount (kroner of
    costs in it), cases (persons or households with costs in it). Statistics: gross, net (paid by the municipality), nobs
    (persons and periods), cases_with_refund. Nothing has a standard error.

    Raises
    ------
    As :func:`refund_by_person`.

    References
    ----------
    Serviceloven section 176, with bill L 197 (2019-20); Barnets lov section 198; the order on the central refund, BEK 1485 of
    2023, section 3 (costs month by month against a twelfth of the limits) and section 6 (from 67).

    Examples
    --------
    >>> case = pd.DataFrame({"citizen_id": ["a"], "year": [2021], "cost": [2_500_000], "price_level": [2020]})
    >>> limits = ww.evidence.prices()["refund_limits"]
    >>> ww.economics.refund(case, limits=limits, rule="sel_176_from_2021").headline.estimate
    747500.0
    """
    known = refund_rule(limits, rule)
    people, cases = _cases(df, known, cost, person, period, price_level, months, household, age, covered_before)
    level = one_level(levels_of(df, price_level, what="costs"), what="costs")
    counted = cases[cases["covered"]]
    amounts, refunds = known.brackets(counted["cost"].to_numpy(), counted["months"].to_numpy())
    total, gross = float(refunds.sum()), float(people["cost"].sum())
    parts = [
        {"term": f"{share:.0%} above {above:,.0f}", "kind": "part", "estimate": refunds[:, place].sum(), "from_amount": above,
         "share": share, "amount": amounts[:, place].sum(), "cases": int((amounts[:, place] > 0).sum())}
        for place, (above, share) in enumerate(zip(known.above, known.share, strict=True))
    ]  # fmt: skip
    used = limits[limits["rule"] == rule]
    arguments = {"rule": rule, "cost": cost, "person": person, "period": period, "months": months, "household": household,
                 "age": age, "covered_before": covered_before}  # fmt: skip
    return EffectResult(
        method="economics.refund",
        estimand=f"Refund by the state under the rule {rule}",
        measure="money",
        unit=f"kroner, {level} prices",
        effects=effects_of([{"term": "refund", "kind": "headline", "estimate": total}, *parts]).assign(
            price_level=level, payer="state"
        ),
        statistics={
            "nobs": len(people),
            "n_dropped": 0,
            "gross": gross,
            "net": gross - total,
            "cases_with_refund": int((refunds.sum(axis=1) > 0).sum()),
            "price_level": level,
        },
        checks=(_age_check(known, age, cases), _extrapolation(known), synthetic_prices(used, df)),
        provenance=Provenance(data_fingerprint=fingerprint(df), arguments=arguments),
    )


def _cases(
    df: pd.DataFrame,
    rule: RefundRule,
    cost: str,
    person: str,
    period: str,
    price_level: int | str,
    months: str | None,
    household: str | None,
    age: str | None,
    covered_before: str | None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Costs by person and period, and by case: a person, or the siblings of a household."""
    require_columns(df, [person, period, *([] if household is None else [household])], what="costs")
    lines = pd.DataFrame({person: df[person], period: df[period], "cost": above_zero(df, cost, what="costs")})
    lacking = int(lines[[person, period]].isna().any(axis=1).sum())
    if lacking:
        raise MissingValues(f"costs lack {person} or {period} in {lacking} of {len(df)} rows.")
    _refuse_other_level(df, price_level, rule)
    if household is not None and not rule.siblings:
        raise InvalidOption(f"The rule {rule.name!r} does not add up siblings. Leave household out, or choose another rule.")
    lines["months"] = _months(df, months)
    lines["covered"] = _covered(df, rule, age, covered_before)
    lines["house"] = df[household].to_numpy() if household is not None else None
    people = lines.groupby([person, period], sort=False, as_index=False).agg(
        cost=("cost", "sum"),
        months=("months", "max"),
        spans=("months", "nunique"),
        covered=("covered", "min"),
        house=("house", "first"),
    )
    alone = "p|" + people[person].astype(str)
    together = "h|" + people["house"].astype(str)
    people["case"] = alone.where(people["house"].isna(), together) + "|" + people[period].astype(str)
    cases = people.groupby("case", sort=False).agg(
        cost=("cost", "sum"), months=("months", "max"), spans=("months", "nunique"), covered=("covered", "min")
    )
    uneven = int((people["spans"] > 1).sum() + (cases["spans"] > 1).sum())
    if uneven:
        raise InvalidOption(f"{uneven} cases have costs over different numbers of months. Give one row per month, with months 1.")
    return people, cases.assign(covered=cases["covered"].astype(bool))


def _refuse_other_level(df: pd.DataFrame, price_level: int | str, rule: RefundRule) -> None:
    level = one_level(levels_of(df, price_level, what="costs"), what="costs")
    if rule.level_year is not None and level != rule.level_year:
        raise MixedPriceLevels(
            f"The costs are in {level} prices and the limits of {rule.name!r} of the level of {rule.level_year}. "
            f"Add the limits of {level} to evidence/prices/refund_limits.csv, or regulate them knowingly with "
            f"ww.economics.regulated_limits(..., to={level})."
        )


def _months(df: pd.DataFrame, months: str | None) -> np.ndarray:
    if months is None:
        return np.full(len(df), 12.0)
    values = numeric(df, months, what="costs")
    wrong = int(((values <= 0) | (values > 12)).sum())
    if wrong:
        raise ImplausibleAmount(f"costs column {months!r} has {wrong} of {len(values)} values outside 1 to 12 months.")
    return values


def _covered(df: pd.DataFrame, rule: RefundRule, age: str | None, covered_before: str | None) -> np.ndarray:
    """True unless the person is past the rule's age limit and was not covered just before it."""
    if age is None or rule.age_limit is None:
        return np.ones(len(df), dtype=bool)
    old = numeric(df, age, what="costs") >= rule.age_limit
    before = numeric(df, covered_before, what="costs") == 1 if covered_before is not None else np.zeros(len(df), dtype=bool)
    return ~old | before


def _age_check(rule: RefundRule, age: str | None, cases: pd.DataFrame) -> Check:
    left = int((~cases["covered"]).sum())
    told = rule.age_limit is None or age is not None
    return Check(
        name="refund_age",
        passed=True if told else None,
        message=f"{left} cases get no refund because of age."
        if told
        else f"The rule covers people from {rule.age_limit:.0f} only where they were covered before; ages were not given.",
        statistics={"cases_too_old": float(left)},
    )


def _extrapolation(rule: RefundRule) -> Check:
    return Check(
        name="limits_extrapolated",
        passed=not rule.extrapolated,
        message="The limits are regulated by an index and not read; published amounts are rounded and may differ."
        if rule.extrapolated
        else "The limits are as published.",
    )
