"""Which rows of a result are about a group of people."""

import pandas as pd

from whatworks.core.result import EffectResult


def subgroups_in(result: EffectResult) -> pd.DataFrame:
    """The rows of a result that are about a subgroup; none where nobody asked for them.

    Parameters
    ----------
    result : of ``ww.matching.estimate(by=...)`` or ``aipw(by=...)``, or any other, which then has none
    """
    parts = result.parts
    return parts[parts["subgroup"].notna()] if "subgroup" in parts else parts.head(0)
