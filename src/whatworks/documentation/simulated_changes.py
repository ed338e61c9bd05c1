"""An instrument that is replaced by another while a method is rolled out."""

import numpy as np
import pandas as pd

from whatworks.documentation.scenarios import Instrument

# The new instrument gives the same people higher scores than the old one.
_SHIFT = 6.0


def with_new_instrument(tables: dict[str, pd.DataFrame], instrument: Instrument, since: pd.Period) -> dict[str, pd.DataFrame]:
    """The tables of a roll-out in which every municipality measures with another instrument from a quarter on."""
    measurement = tables["measurement"].copy()
    later = (measurement["quarter"] >= f"{since.year}K{since.quarter}").to_numpy()
    steps = np.round((measurement.loc[later, "value"] + _SHIFT - instrument.low) / instrument.step)
    measurement.loc[later, "value"] = np.clip(instrument.low + instrument.step * steps, instrument.low, instrument.high)
    measurement.loc[later, "instrument"] = instrument.code
    known = tables["instrument"]
    added = known.assign(instrument=instrument.code, instrument_name=instrument.name, step=float(instrument.step))
    return {**tables, "instrument": pd.concat([known, added], ignore_index=True), "measurement": measurement}
