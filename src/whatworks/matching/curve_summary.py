"""What a curve of specifications comes to: one row for the headline, shares, and whether choices turn the answer round."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from whatworks.core.check import Check
from whatworks.core.errors import NoMatches
from whatworks.matching.doubts import ODD_SHARE
from whatworks.matching.intervals import COMMON, Row
from whatworks.matching.specifications import CHOICES

LEVEL = 0.05


def curve_statistics(rows: pd.DataFrame, expected: str | None) -> dict[str, float]:
    """Where specifications lie, and the shares that find something."""
    done = rows[rows["reason"] == ""].astype({"estimate": "float64", "p_value": "float64"})
    effects, balanced = done["estimate"], done["balanced"] == True  # noqa: E712 (None is neither)
    significant = done["p_value"] < LEVEL
    told = {
        "n_specifications": len(rows),
        "n_failed": len(rows) - len(done),
        "median": float(effects.median()),
        "median_balanced": float(effects[balanced].median()),
        "lowest": float(effects.min()),
        "highest": float(effects.max()),
        "share_positive": float((effects > 0).mean()),
        "share_significant": float(significant.mean()),
        "share_balanced": float(balanced.sum() / max(done["balanced"].notna().sum(), 1)),
    }
    if expected is not None:
        wanted = effects > 0 if expected == "up" else effects < 0
        told["share_significant_expected"] = float((significant & wanted).mean())
    return told


def headline_row(rows: list[Row], preferred: Mapping[str, str] | None, median: float, drawn: Mapping[str, float]) -> Row:
    """The specification decided on beforehand, or the median of all."""
    if preferred is None:
        p_value = drawn.get("p_median", np.nan)
        return {**dict.fromkeys(COMMON, np.nan), "term": "median", "kind": "headline", "estimate": median, "p_value": p_value}
    row = next(row for row in rows if all(row[choice] == preferred[choice] for choice in CHOICES))
    if row["reason"]:
        raise NoMatches(f"The preferred specification failed: {row['reason']}")
    return {**row, "kind": "headline", "term": f"preferred: {row['term']}"}


def curve_checks(rows: pd.DataFrame, headline: float) -> tuple[Check, ...]:
    """Whether specifications point the headline's way, and whether any failed."""
    done = rows[rows["reason"] == ""]
    failed = rows[rows["reason"] != ""]
    other = float((np.sign(done["estimate"].astype(float)) != np.sign(headline)).mean())
    curve = Check(
        name="specification_curve",
        passed=other <= ODD_SHARE,
        message=f"{other:.1%} of {len(done)} specifications point the other way than the headline (limit {ODD_SHARE:.0%}); they "
        f"lie between {done['estimate'].min():.4g} and {done['estimate'].max():.4g}.",
        statistics={"share_other_way": other, "n_specifications": len(done)},
    )
    why = f" The first because: {failed['reason'].iloc[0]}" if len(failed) else ""
    return (
        curve,
        Check(
            name="failed_specifications",
            passed=len(failed) == 0,
            message=f"{len(failed)} of {len(rows)} specifications could not be estimated.{why}",
            statistics={"n_failed": len(failed), "n_specifications": len(rows)},
        ),
    )
