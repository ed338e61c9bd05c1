"""Why a rate moved, and what a line is called: the parts add up to the change."""

import numpy as np
import pandas as pd

COMPONENTS = ("index", "efficiency", "occupancy", "carry_over", "content", "rest")
STATUSES = ("complies", "exceeds", "later_adjustment", "changed_content", "new_provision", "discontinued")


def with_ceiling(lines: pd.DataFrame, *, index: np.ndarray, efficiency: np.ndarray) -> pd.DataFrame:
    """Add the ceiling, the deviation from it and the parts of the change.

    ceiling = rate of the year before x (1 + index) x (1 - efficiency); deviation = rate / ceiling - 1.

    The parts, in kroner per day, in this order: ``index`` puts the index on last year's rate; ``efficiency`` takes the agreed
    saving off; ``occupancy`` is what another assumed occupancy does to last year's rate without its carry-over; ``carry_over`` is
    the change in what surplus and deficit of earlier years put into the rate; ``content`` is what the changed content costs as
    stated, or where its cost is not stated all that is left; ``rest`` is what is left. They add up to the change.

    Parameters
    ----------
    lines : from :func:`whatworks.economics.rate_lines.paired_lines`
    index, efficiency : shares per line: 0.02 is two per cent
    """
    before, rate = lines["rate_before"], lines["rate"]
    ceiling = before * (1 + index) * (1 - efficiency)
    carried = lines["carry_over"] - lines["carry_over_before"]
    cost = (before - lines["carry_over_before"]) * (1 + index) * (1 - efficiency)
    occupancy = (cost * (lines["occupancy_before"] / lines["occupancy"] - 1)).fillna(0.0)
    left = rate - ceiling - occupancy - carried
    changed = lines["content"] != ""
    content = lines["content_amount"].where(changed & lines["content_amount"].notna(), left.where(changed, 0.0))
    known = ceiling.notna() & rate.notna()
    parts = {
        "part_index": before * index,
        "part_efficiency": -before * (1 + index) * efficiency,
        "part_occupancy": occupancy,
        "part_carry_over": carried,
        "part_content": content,
        "part_rest": left - content,
    }
    return lines.assign(
        ceiling=ceiling, deviation=rate / ceiling - 1, **{name: part.where(known) for name, part in parts.items()}
    )


def with_status(lines: pd.DataFrame, *, tolerance: float) -> pd.DataFrame:
    """Say of each line whether it keeps to its ceiling, and where it does only because a fuller house was assumed.

    Parameters
    ----------
    lines : from :func:`with_ceiling`
    tolerance : share by which rounding may lift a rate over its ceiling
    """
    over = lines["deviation"] > tolerance
    # Without what earlier years put into the rate, against last year's rate without the same.
    factor = lines["ceiling"] / lines["rate_before"]
    bare_ceiling = (lines["rate_before"] - lines["carry_over_before"]) * factor
    carried = over & ((lines["rate"] - lines["carry_over"]) / bare_ceiling - 1 <= tolerance)
    chosen = [lines["rate_before"].isna(), lines["rate"].isna(), over & (lines["content"] != ""), carried, over]
    names = ["new_provision", "discontinued", "changed_content", "later_adjustment", "exceeds"]
    fuller = lines["part_occupancy"] < 0
    without = (lines["rate"] - lines["part_occupancy"]) / lines["ceiling"] - 1 > tolerance
    return lines.assign(
        status=np.select(chosen, names, default="complies"),
        by_occupancy=(~over & fuller & without).astype(bool),
        excess=(lines["rate"] - lines["ceiling"]) * lines["days"],
    )


def growth(lines: pd.DataFrame) -> dict[str, float]:
    """Growth of rates and of ceilings with the days of the year before and with those of the year, and of the average.

    Fixed weights follow Laspeyres, current weights Paasche. ``growth_average`` also moves where days move to dearer or cheaper
    lines, which neither of the others does; ``growth_mix`` is what it moves beyond the fixed weights.
    """
    both = lines.dropna(subset=["rate", "rate_before"])
    out = {}
    for name, weight in (("fixed", both["days_before"]), ("current", both["days"])):
        base = float((weight * both["rate_before"]).sum())
        out[f"growth_{name}"] = float((weight * both["rate"]).sum()) / base - 1 if base else np.nan
        out[f"ceiling_growth_{name}"] = float((weight * both["ceiling"]).sum()) / base - 1 if base else np.nan
    spent, days = float((both["days"] * both["rate"]).sum()), float(both["days"].sum())
    spent_before = float((both["days_before"] * both["rate_before"]).sum())
    days_before = float(both["days_before"].sum())
    average = (spent / days) / (spent_before / days_before) - 1 if days and spent_before else np.nan
    return {**out, "growth_average": average, "growth_mix": (1 + average) / (1 + out["growth_fixed"]) - 1}
