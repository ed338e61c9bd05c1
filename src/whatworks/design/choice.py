"""The design that answers: the one asked for, or the best that a roll-out can carry. No outcome is read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pandas as pd

from whatworks.core.columns import require_columns
from whatworks.core.errors import NoComparisonGroup, NotConverged, NotIdentified, NoTreatedGroup, TooFewUnits
from whatworks.core.options import one_of
from whatworks.core.result import EffectResult
from whatworks.design.advice import CANNOT, RULES

AUTO = "auto"
# What each design's result is called where results stand side by side; the others are called by their own name.
RESULTS: Mapping[str, str] = {"group_time": "overall", "event_study": "sun_abraham"}
# Designs whose course before the start can be looked at; the rest give one number each.
COURSES = ("group_time", "imputation", "event_study", "twfe")
# A way of calculating that says these has met its limits; anything else is a mistake in how it was called.
_REFUSALS = (NoComparisonGroup, NoTreatedGroup, NotConverged, NotIdentified, TooFewUnits)


@dataclass(frozen=True, kw_only=True)
class Attempts:
    """What several ways of calculating answered.

    Attributes
    ----------
    results : name to result, in the order they were tried
    refused : name to the reason given by each that could not answer

    Examples
    --------
    >>> Attempts(results={}, refused={"stacked": "No cohort has clean controls."}).table["result"].tolist()
    ['stacked']
    """

    results: Mapping[str, EffectResult]
    refused: Mapping[str, str]

    def __or__(self, other: "Attempts") -> "Attempts":
        return Attempts(results={**self.results, **other.results}, refused={**self.refused, **other.refused})

    @property
    def table(self) -> pd.DataFrame:
        """One row for each that refused: result, message (English)."""
        return pd.DataFrame({"result": list(self.refused), "message": list(self.refused.values())}, dtype="str")


@dataclass(frozen=True, kw_only=True, eq=False)
class Choice:
    """The design that is to answer, or that none can; see :func:`choose`.

    Attributes
    ----------
    asked : name of the design asked for, or ``"auto"``
    design : name of the one that answers; None where none can
    advice : of :func:`whatworks.design.advise`

    Examples
    --------
    >>> plan = pd.DataFrame({"town": np.repeat(range(24), 8), "quarter": np.tile(range(8), 24), "start": np.repeat([4, 0], 96)})
    >>> choice = choose(ww.design.advise(plan, unit="town", time="quarter", first_treated="start"))
    >>> choice.design, choice.answer, choice.road, choice.looks_back
    ('group_time', 'overall', 'courses', True)
    """

    asked: str
    design: str | None
    advice: pd.DataFrame = field(repr=False)

    @property
    def answer(self) -> str | None:
        """What the answering result is called where results stand side by side."""
        return None if self.design is None else RESULTS.get(self.design, self.design)

    @property
    def road(self) -> str:
        """``"courses"`` where courses over time are compared, ``"places"`` where few places started, ``"none"`` to refuse."""
        if self.design is None:
            return "none"
        return "courses" if self.design in COURSES else "places"

    @property
    def control(self) -> str:
        """Whom those who start are compared with: ``"not_yet"`` or ``"never"``, as a plan says it."""
        return "never" if self.road == "places" else "not_yet"

    @property
    def looks_back(self) -> bool:
        """Whether there is time enough on both sides to hold the course after the start against the one before it."""
        reasons = self.advice.set_index("design")["reason"]
        return self.road == "courses" and reasons["group_time"] not in ("one_time_before", "one_time_after")

    @property
    def table(self) -> pd.DataFrame:
        """The advice with a column ``role``: ``"answers"``, ``"asked"`` for the one that was asked for and cannot, or ``""``."""
        role = pd.Series("", index=self.advice.index, dtype="str")
        role[self.advice["design"] == self.asked] = "asked"
        role[self.advice["design"] == self.design] = "answers"
        return self.advice.assign(role=role)

    def run(self, ways: Mapping[str, Callable[[], EffectResult]]) -> Attempts:
        """Try ways of calculating, so that one that meets its limits does not take the others with it.

        Parameters
        ----------
        ways : name of the result to a call without arguments (``functools.partial``). Designs that the advice rules out are
            passed over; the advice says why

        Returns
        -------
        :class:`Attempts`: the results, and why any refused.

        Raises
        ------
        WhatworksError
            Of the design that is to answer, or one about how a way was called.
        """
        said = zip(self.advice["design"], self.advice["verdict"], strict=True)
        verdicts = {RESULTS.get(design, design): verdict for design, verdict in said}
        results, refused = {}, {}
        for name, way in ways.items():
            if verdicts.get(name) == CANNOT:
                continue
            try:
                results[name] = way()
            except _REFUSALS as error:
                if name == self.answer:
                    raise
                refused[name] = str(error)
        return Attempts(results=results, refused=refused)


def choose(advice: pd.DataFrame, design: str = AUTO) -> Choice:
    """Settle which design answers, from who starts when and nothing else.

    Parameters
    ----------
    advice : of :func:`whatworks.design.advise`
    design : a name in its column ``design``, or ``"auto"`` for the first that carries, with doubt where none carries without

    Returns
    -------
    :class:`Choice`. Its ``design`` is None where the one asked for cannot be carried, or none can: the report then refuses.

    Raises
    ------
    InvalidOption
        If there is no such design.
    MissingColumn, EmptyData

    References
    ----------
    Roth, Sant'Anna, Bilinski & Poe (2023), Journal of Econometrics 235:2218-2244.

    Examples
    --------
    >>> everyone = pd.DataFrame({"town": np.repeat(range(9), 8), "quarter": np.tile(range(8), 9), "start": 4})
    >>> advice = ww.design.advise(everyone, unit="town", time="quarter", first_treated="start")
    >>> choose(advice).design is None, choose(advice, "twfe").table["role"].tolist().count("asked")
    (True, 1)
    """
    one_of(design, (AUTO, *RULES), name="design")
    require_columns(advice, ["design", "verdict", "reason"], what="advice")
    usable = advice.loc[advice["verdict"] != CANNOT, "design"].tolist()
    chosen = (usable[0] if usable else None) if design == AUTO else design if design in usable else None
    return Choice(asked=design, design=chosen, advice=advice)
