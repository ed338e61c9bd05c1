"""Which simulated municipalities border on each other."""

import pandas as pd

from whatworks.documentation.municipality_names import SIMULATED_REGIONS, municipalities


def simulated_neighbours() -> pd.DataFrame:
    """Pairs of municipalities that count as neighbours in a simulated world, for :func:`whatworks.did.spillover`.

    The borders are as invented as the citizens: in either region, each municipality lies beside the next one by code.

    Returns
    -------
    Columns unit, neighbour (codes): 39 pairs.

    Examples
    --------
    >>> ww.documentation.simulated_neighbours().iloc[0].tolist()
    ['410', '420']
    """
    frame = municipalities()
    frame = frame[frame["region_code"].isin(SIMULATED_REGIONS)].sort_values("municipality_code")
    following = frame.groupby("region_code")["municipality_code"].shift(-1)
    pairs = pd.DataFrame({"unit": frame["municipality_code"], "neighbour": following}).dropna()
    return pairs.astype("str").reset_index(drop=True)
