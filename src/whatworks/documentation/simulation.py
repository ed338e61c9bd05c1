"""Simulated deliveries with known truth."""

from typing import Any

import numpy as np
import pandas as pd

from whatworks.core.errors import InvalidOption
from whatworks.documentation.scenarios import PEOPLE, REGION, find_scenario
from whatworks.documentation.simulated_individuals import draw_individuals
from whatworks.documentation.simulated_region import draw_region
from whatworks.documentation.simulated_rollout import draw_rollout


def simulate(*, scenario: str = "default", seed: int = 0) -> tuple[dict[str, pd.DataFrame], dict[str, Any]]:
    """Draw the documentation of a region's social services, with the truth beside it.

    41 municipalities (Midtjylland and Syddanmark, real codes and names) are followed through 40 quarters, 2014K1 to 2023K4.
    Methods, services and citizens are invented. In a roll-out one method is started by 12 of them in 2017K3, 12 in 2019K3, 7 in
    2021K3 and never by 10, the worse-off tending to come first. A score is the sum of municipality, person, occasion, age, season
    and trend, of an entry dip (people are referred at a low point and get better by themselves) and of the effect, which grows in
    over four quarters; it is rounded to the instrument's step and held within its range.

    Roll-outs that an estimator can answer: ``"S1"`` (the default) selection on level, constant effect; ``"S0"`` the same,
    adopters drawn by lot; ``"S3"`` an effect that keeps growing and is weaker in later cohorts, on an instrument where low is
    good; ``"AV"`` no effect at all; ``"XX"`` a method that harms.

    Roll-outs in which something is wrong: ``"S2"`` adopters would have improved by 0.08 points more each quarter anyway; ``"S4"``
    those who do badly are lost to follow-up where the method is not in use; ``"S5"`` scores drop in the quarter before the
    start; ``"S6"`` three tenths of the effect reach neighbours (:func:`simulated_neighbours`); ``"S7"`` one municipality is
    treated; ``"S8"`` an event in 2020K2 costs everybody four points for a year, and adopters four more; ``"S9"`` the method is
    adopted by services, of which nine merge into three; ``"S10"`` another instrument takes over in 2019K1.

    Individuals, for matched comparisons: ``"M1"`` young people take a method up the sooner the worse they are and the more
    motivated, both measured; ``"M2"`` a motivation that nobody measured besides.

    ``"region"`` is the whole frame: nine pairs of target group and method, about 120 services, 9,000 episodes, 7,500 citizens,
    2,400 households, costs and rates, nine services that merge into three, and all tables of the data model. Its numbers of
    citizens follow the municipalities' sizes, of which some are small: weigh by citizens.

    The deliveries of S1, S3 and AV embedded under evidence/documentation/ are drawn with seeds numbered on from 20261101 in that
    order. The seeds were fixed before any result was seen, and their results were only checked for being typical.

    Parameters
    ----------
    scenario : ``"default"`` or one of the above
    seed : whole number from 0; equal seeds give equal tables, byte for byte

    Returns
    -------
    ``(tables, truth)``. ``tables``: frames by name, as :func:`build_panel` and :func:`write_delivery` take them. ``truth``: plain
    values, in the instrument's unit: ``att_overall`` (mean over treated municipality-quarters, as
    ``did.aggregate(by="simple")``), ``att_event`` (mean over event times from 0, as ``by="event"``), ``att_by_cohort``,
    ``att_by_event_time``, ``null`` and what was simulated. Effects are of the measured citizens' recorded scores: with the
    method less without it, same draws. Units that merge count as one throughout; after a change of instrument nothing is
    counted. Of individuals: ``att_overall`` of those who took the method up. Of the region: ``pairs``, each with ``outcomes``
    (as above, and ``att_on_those_reached``), ``cost_effect`` (kr a citizen and quarter of use, by payer) and
    ``net_present_value`` (by payer), both in prices of 2019; ``rate_breaches`` (service, year), ``refunds``, ``merged``.

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
    if scenario == REGION:
        return draw_region(int(seed))
    return draw_rollout(find_scenario(scenario), int(seed))
