"""Simulated deliveries with known truth."""

from typing import Any

import numpy as np
import pandas as pd

from whatworks.core.errors import InvalidOption
from whatworks.documentation.scenarios import PEOPLE, find_scenario
from whatworks.documentation.simulated_individuals import draw_individuals
from whatworks.documentation.simulated_rollout import draw_rollout


def simulate(*, scenario: str = "default", seed: int = 0) -> tuple[dict[str, pd.DataFrame], dict[str, Any]]:
    """Draw the documentation of one method in one target group, with the truth beside it.

    41 municipalities (Midtjylland and Syddanmark, real codes and names) are followed through 40 quarters, 2014K1 to 2023K4.
    An invented method is started by 12 of them in 2017K3, 12 in 2019K3, 7 in 2021K3 and never by 10, the worse-off tending
    to come first. A score is the sum of municipality, person, occasion, age, season and trend, of an entry dip (people are
    referred at a low point and get better by themselves) and of the effect, which grows in over four quarters; it is
    rounded to the instrument's step and held within its range.

    Scenarios: ``"S1"`` (the default) selection on level, constant effect; ``"S0"`` the same, adopters drawn by lot; ``"S2"`` as
    S1, but municipalities that adopt would have improved by 0.08 points more each quarter anyway, so trends are not parallel
    and no comparison of the two is right; ``"S3"`` an effect that keeps growing and is weaker in later cohorts, on an
    instrument where low is good; ``"AV"`` no effect at all. The deliveries of S1, S3 and AV embedded under
    evidence/documentation/ are drawn with seeds numbered on from 20261101 in that order. The seeds were fixed before any
    result was seen, and their results were only checked for being typical.

    Parameters
    ----------
    scenario : ``"default"``, ``"S0"``, ``"S1"``, ``"S2"``, ``"S3"`` or ``"AV"``
    seed : whole number from 0; equal seeds give equal tables, byte for byte

    Returns
    -------
    ``(tables, truth)``. ``tables``: the frames municipality, method, target_group, instrument, adoption, citizen, episode,
    measurement, as :func:`build_panel` and :func:`write_delivery` take them. ``truth``: plain values, in the instrument's
    unit: ``att_overall`` (mean over treated municipality-quarters, as ``did.aggregate(by="simple")``), ``att_event``
    (mean over event times from 0, as ``by="event"``), ``att_by_cohort``, ``att_by_event_time``, ``null`` and what was
    simulated. Effects are of the measured citizens' recorded scores: with the method less without it, same draws.

    Raises
    ------
    InvalidOption
        If there is no such scenario, or the seed is negative or not a whole number.

    References
    ----------
    Roll-out and dynamics follow the designs of Callaway & Sant'Anna (2021), Journal of Econometrics 225:200-230, and
    Goodman-Bacon (2021), Journal of Econometrics 225:254-277.

    Examples
    --------
    >>> tables, truth = simulate(scenario="AV", seed=1)
    >>> len(tables["municipality"]), len(tables["adoption"]), truth["att_overall"]
    (41, 31, 0.0)
    """
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or seed < 0:
        raise InvalidOption(f"seed={seed!r} cannot be used; give a whole number from 0.")
    if scenario in PEOPLE:
        return draw_individuals(scenario, int(seed))
    return draw_rollout(find_scenario(scenario), int(seed))
