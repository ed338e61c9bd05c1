"""Doubts of an investment case: who gains, what was counted as certain, what was invented, what was extrapolated."""

import numpy as np
import pandas as pd

from whatworks.core import Check
from whatworks.economics.case_draws import Case, Flows
from whatworks.economics.case_rows import together
from whatworks.economics.doubts import synthetic_prices

Array = np.ndarray


def case_doubts(
    case: Case, middle: Flows, *, inputs: tuple[pd.DataFrame, ...], followed_years: float | None
) -> tuple[Check, ...]:
    """What a reader should know before believing the case, however the effect was found."""
    return (
        _wrong_pockets(case, middle),
        _without_range(case),
        synthetic_prices(*inputs),
        _beyond_follow_up(case, middle, followed_years),
    )


def _wrong_pockets(case: Case, middle: Flows) -> Check:
    """The public gains and the one who pays does not."""
    present = (middle.net[:, 0] * case.discount).sum(axis=1)
    everyone, own = float(present.sum()), float(present[case.payers.index(case.operator)])
    return Check(
        name="wrong_pockets",
        passed=not (everyone > 0 >= own),
        message=f"The net present value is {everyone:,.0f} kr. for all payers and {own:,.0f} kr. for the {case.operator} alone.",
        statistics={"npv_all": everyone, "npv_operator": own},
    )


def _without_range(case: Case) -> Check:
    # A consequence has two inputs, units and price; a range around either says how unsure the two are together.
    k = len(case.gains.names)
    units, price, cost = case.ranged[3 : 3 + k], case.ranged[3 + k : 3 + 2 * k], case.ranged[3 + 2 * k :]
    fixed = int((~(units | price)).sum() + (~cost).sum())
    total = k + len(case.costs.names)
    return Check(
        name="inputs_without_range",
        passed=fixed == 0,
        message=f"{fixed} of {total} consequences and costs are given without a range and counted as certain.",
        statistics={"fixed": float(fixed), "inputs": float(total)},
    )


def _beyond_follow_up(case: Case, middle: Flows, followed_years: float | None) -> Check:
    """Share of the gains in years after the effect was last measured, counted from the start of the case."""
    gains = np.abs(together(middle.gains)[0, 0] * case.discount)
    late = gains[np.arange(len(gains)) > (np.inf if followed_years is None else followed_years)].sum()
    share = float(late / gains.sum()) if followed_years is not None and gains.sum() > 0 else np.nan
    told = f"{share:.0%} of the gains fall after the {followed_years} years in which the effect was followed."
    return Check(
        name="beyond_follow_up",
        passed=None if np.isnan(share) else share == 0,
        message="It is not stated how long the effect was followed." if np.isnan(share) else told,
        statistics={"share": share, "years": np.nan if followed_years is None else float(followed_years)},
    )
