"""Two ledgers: one-off money against recurring operation, and whether operation carries itself when the funds end."""

import numpy as np

from whatworks.core import Check
from whatworks.economics.case_draws import Case, Flows
from whatworks.economics.case_rows import Row, chance, ranged_rows

Array = np.ndarray

# Of the operator's gains, at least this share should be money that can be taken home.
CASHABLE_ENOUGH = 0.5


def ledger_rows(case: Case, middle: Flows, flows: Flows, *, conf_level: float) -> list[Row]:
    """Year by year for the operator: one-off costs, what funds pay of them, recurring costs, gains, and recurring net.

    Undiscounted kroner, as a budget counts them. ``cashable_net`` counts only the gains that can be taken home.
    """
    place = case.payers.index(case.operator)
    years = range(len(case.discount))
    rows: list[Row] = []
    for item in ("one_off", "funded", "recurring", "gains", "cashable", "recurring_net", "cashable_net"):
        about = [{"term": f"{item} year {year}", "payer": case.operator, "item": item, "year": year} for year in years]
        central, drawn = (_entry(each, item, place) for each in (middle, flows))
        rows += ranged_rows("ledger", central[0], drawn, about, measured_in="kr.", conf_level=conf_level)
    return rows + _after_rows(case, middle, flows, conf_level=conf_level)


def last_funded_year(case: Case) -> int | None:
    """The year after which no one-off money comes: the last of the funds, else of the one-off costs; None without either."""
    if case.funds:
        return max(fund.last_year for fund in case.funds)
    one_off = (case.costs.timing * case.costs.share[:, None]).sum(axis=0)
    return int(np.flatnonzero(one_off)[-1]) if one_off.any() else None


def ledger_checks(case: Case, middle: Flows, flows: Flows) -> tuple[Check, ...]:
    """Whether funds cover the one-off costs, operation carries itself afterwards, and gains can be taken home."""
    return (_covered(case, middle), _carries_itself(case, middle, flows), _cashable(case, middle))


def _entry(flows: Flows, item: str, place: int) -> Array:
    """(d, t) one line of the ledger of one payer."""
    if item == "funded":
        return np.maximum(flows.transfers[place], 0.0)
    if item in ("recurring_net", "cashable_net"):
        return (flows.gains if item == "recurring_net" else flows.cashable)[place] - flows.recurring[place]
    return np.asarray(getattr(flows, item)[place])


def _after(case: Case, flows: Flows, item: str) -> Array | None:
    """(d,) yearly average of an entry after the last one-off money; None where no year is left."""
    end = last_funded_year(case)
    if end is None or end + 1 >= len(case.discount):
        return None
    return _entry(flows, item, case.payers.index(case.operator))[:, end + 1 :].mean(axis=1)


def _after_rows(case: Case, middle: Flows, flows: Flows, *, conf_level: float) -> list[Row]:
    rows: list[Row] = []
    for item in ("recurring_net", "cashable_net"):
        central, drawn = _after(case, middle, item), _after(case, flows, item)
        if central is None or drawn is None:
            continue
        about = [{"term": f"{item} after one-off money", "payer": case.operator, "item": item}]
        rows += ranged_rows("after_funds", central, drawn[:, None], about, measured_in="kr. a year", conf_level=conf_level)
        term = f"{item} holds after one-off money"
        share = float((drawn >= 0).mean())
        rows.append(chance("after_funds_holds", share, term=term, payer=case.operator, item=item))
    return rows


def _covered(case: Case, middle: Flows) -> Check:
    place = case.payers.index(case.operator)
    left = float((middle.one_off - np.maximum(middle.transfers, 0.0))[place].sum())
    total = float(middle.one_off[place].sum())
    told = f"Of {total:,.0f} kr. in one-off costs, {left:,.0f} kr. are not covered by one-off funds."
    statistics = {"uncovered": left, "one_off": total}
    # Without funds there is nothing to hold the costs against: the operator has decided to pay them.
    passed = None if not case.funds else left <= 0.5
    return Check(name="funds_cover_start", passed=passed, message=told, statistics=statistics)


def _carries_itself(case: Case, middle: Flows, flows: Flows) -> Check:
    central, drawn = _after(case, middle, "recurring_net"), _after(case, flows, "recurring_net")
    if central is None or drawn is None:
        return Check(
            name="carries_itself",
            passed=None,
            message="No year after the last one-off money lies within the horizon, or there is none.",
            statistics={"net": np.nan, "share": np.nan},
        )
    share = float((drawn >= 0).mean())
    return Check(
        name="carries_itself",
        passed=bool(central[0] >= 0),
        message=f"After the last one-off money recurring net is {central[0]:,.0f} kr. a year (0 or more in {share:.0%}).",
        statistics={"net": float(central[0]), "share": share},
    )


def _cashable(case: Case, middle: Flows) -> Check:
    place = case.payers.index(case.operator)
    gains = float((middle.gains[place, 0] * case.discount).sum())
    cashable = float((middle.cashable[place, 0] * case.discount).sum())
    share = cashable / gains if gains > 0 else np.nan
    return Check(
        name="cashable_gains",
        passed=bool(share >= CASHABLE_ENOUGH) if gains > 0 else None,
        message=f"{share:.0%} of the operator's gains can be taken home (limit {CASHABLE_ENOUGH:.0%}).",
        statistics={"share": share, "limit": CASHABLE_ENOUGH},
    )
