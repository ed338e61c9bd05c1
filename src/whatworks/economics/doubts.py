"""Doubts that money raises: invented prices, and who was left out."""

import pandas as pd

from whatworks.core.check import Check

# Columns that mark a row as invented: of a file of prices, and of amounts that such an index has moved.
MARKS = ("synthetic", "index_synthetic")


def synthetic_prices(*frames: pd.DataFrame | None) -> Check:
    """Whether a price, an index link, a limit or a unit cost is invented.

    Parameters
    ----------
    frames : every frame the answer rests on; None for one that was not given
    """
    rows = 0
    for frame in frames:
        if frame is not None:
            marked = [frame[column].fillna(False).astype(bool) for column in MARKS if column in frame]
            rows += int(pd.concat(marked, axis=1).any(axis=1).sum()) if marked else 0
    return Check(
        name="synthetic_prices",
        passed=rows == 0,
        message=f"{rows} prices, index links, limits or amounts behind the answer are invented (marked synthetic).",
        statistics={"rows": float(rows)},
    )
