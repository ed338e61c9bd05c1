"""One municipality of a roll-out alone: held against those that had not begun, or told why nothing can be said."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from whatworks.core.columns import require_columns
from whatworks.core.disclosure import K_PUBLISH
from whatworks.core.errors import InvalidOption
from whatworks.core.result import EffectResult
from whatworks.did import ferman_pinto
from whatworks.documentation import trends
from whatworks.findings.finding import Finding
from whatworks.findings.fit_to_publish import FEWEST_PEOPLE
from whatworks.findings.language import LANGUAGES, translator
from whatworks.findings.question import Question

# Two years to either side of the start: what a municipality can oversee, and all of them are asked the same.
_QUARTERS = 8
# With one treated unit, ranks among fewer others never reach 95 per cent.
_FEWEST_OTHERS = 19
_FEWEST_BEFORE, _FEWEST_AFTER = 2, 2
# Names of the results in a finding about one municipality.
OWN, TOGETHER = "ferman_pinto", "overall"


@dataclass(frozen=True, kw_only=True)
class OwnPlace:
    """What can be said of one municipality; see :func:`own_place`.

    Attributes
    ----------
    municipality : its code
    number : its place among those in the panel, from 1; an invented result stands under no real name
    name : as the data have it
    result : its effect alone; None where nothing can be said
    reason : why not, a code; empty where there is a result
    numbers : that the reason is told with
    trends : its own course and that of the others, as :func:`whatworks.documentation.trends` has it; small cells are blank
    """

    municipality: str
    number: int
    name: str
    result: EffectResult | None = None
    reason: str = ""
    numbers: Mapping[str, float] = field(default_factory=dict)
    trends: pd.DataFrame = field(repr=False)

    @property
    def answer(self) -> str | None:
        """Name of its own result; None where nothing can be said."""
        return None if self.result is None else OWN

    def results(self, rests_on: Finding) -> dict[str, EffectResult]:
        """The municipality's own effect, where there is one, and that of all together."""
        together = rests_on.answering
        return {**({} if self.result is None else {OWN: self.result}), **({} if together is None else {TOGETHER: together})}

    def tables(self) -> dict[str, pd.DataFrame]:
        """The course, and the reason where there is no effect."""
        reason = pd.DataFrame({"reason": [self.reason], **{name: [value] for name, value in self.numbers.items()}})
        return {"trends": self.trends, **({"reason": reason} if self.reason else {})}


def own_place(panel: pd.DataFrame, *, municipality: str, outcome: str, draws: int = 9999, seed: int = 1) -> OwnPlace:
    """Effect of a method in one municipality alone, against those that had not begun when it did.

    Two years to either side of its start are looked at; municipalities that begin within them are left out, and so are quarters
    in which fewer than 5 people stand behind a mean. One municipality has no normal interval: the spread is learned from the
    others, by their size (:func:`whatworks.did.ferman_pinto`).

    Parameters
    ----------
    panel : from ``ww.documentation.read_panel``
    municipality : its code in the panel
    outcome : the panel's outcome column
    draws, seed : of the bootstrap

    Returns
    -------
    The effect; or the reason why there is none: ``"not_begun"``, ``"few_before"``, ``"few_after"``, ``"not_counted"`` (the panel
    does not count people), ``"small_cells"``, or ``"few_others"`` (fewer than 19 to learn the spread from).

    Raises
    ------
    MissingColumn, EmptyData
    InvalidOption
        If the panel has no such municipality.

    Examples
    --------
    >>> tables, truth = ww.documentation.simulate(scenario="S1", seed=1)
    >>> asked = {key: truth[key] for key in ("target_group", "method", "outcome")}
    >>> panel = ww.documentation.build_panel(tables, **asked)
    >>> waiting = panel.loc[panel["first_treated"].isna(), "municipality"].iloc[0]
    >>> own_place(panel, municipality=waiting, outcome=truth["outcome"]).reason
    'not_begun'
    """
    require_columns(panel, ["municipality", "quarter", "first_treated", outcome], what="panel")
    own = panel[panel["municipality"] == municipality]
    if own.empty:
        raise InvalidOption(f"The panel has no municipality {municipality!r}. Name one of those in the data.")
    start = own["first_treated"].iloc[0]
    window = panel if pd.isna(start) else _window(panel, start)
    others = window[(window["municipality"] != municipality) & ~(window["first_treated"] <= window["quarter"].max())]
    compared = pd.concat([window[window["municipality"] == municipality], others.assign(first_treated=pd.NaT)])
    compared["first_treated"] = pd.PeriodIndex(compared["first_treated"], freq="Q-DEC")
    number, name = places(panel)[municipality]
    course = _course(compared, panel, municipality, outcome)
    place = OwnPlace(municipality=municipality, number=number, name=name, trends=course)
    reason, numbers = _obstacle(compared, start, municipality)
    if reason:
        return replace(place, reason=reason, numbers=numbers)
    return replace(place, result=_effect(_without_small_cells(compared), municipality, outcome, draws=draws, seed=seed))


def places(panel: pd.DataFrame) -> dict[str, tuple[int, str]]:
    """Number, from 1 in the order of codes, and name of every municipality in a panel, by code."""
    names = panel.get("municipality_name", panel["municipality"])
    found = dict(sorted(zip(panel["municipality"].astype("str"), names.astype("str"), strict=True)))
    return {code: (number, name) for number, (code, name) in enumerate(found.items(), start=1)}


def place_name(number: int, name: str, *, synthetic: bool) -> dict[str, str]:
    """What pages call a municipality, in both languages: an invented result stands under no real name.

    Examples
    --------
    >>> place_name(3, "Aarhus", synthetic=True)["da"]
    'Opdigtet kommune 3'
    """
    if not synthetic:
        return dict.fromkeys(LANGUAGES, name)
    return {language: translator(language)("Invented municipality {n}").format(n=number) for language in LANGUAGES}


def _window(panel: pd.DataFrame, start: pd.Period) -> pd.DataFrame:
    return panel[(panel["quarter"] >= start - _QUARTERS) & (panel["quarter"] < start + _QUARTERS)]


def _obstacle(compared: pd.DataFrame, start: Any, municipality: str) -> tuple[str, dict[str, float]]:
    """The first reason why nothing can be said; empty where there is none."""
    if pd.isna(start):
        return "not_begun", {}
    quarters = pd.Index(compared["quarter"].unique())
    before, after = int((quarters < start).sum()), int((quarters >= start).sum())
    if before < _FEWEST_BEFORE:
        return "few_before", {"quarters": before, "needed": _FEWEST_BEFORE}
    if after < _FEWEST_AFTER:
        return "few_after", {"quarters": after, "needed": _FEWEST_AFTER}
    if "n_citizens" not in compared:
        return "not_counted", {}
    kept = _without_small_cells(compared).groupby("municipality")["quarter"].nunique()
    if kept.get(municipality, 0) < len(quarters):
        return "small_cells", {"quarters": len(quarters), "needed": K_PUBLISH}
    others = int((kept.drop(municipality) == len(quarters)).sum())
    if others < _FEWEST_OTHERS:
        return "few_others", {"others": others, "needed": _FEWEST_OTHERS}
    return "", {}


def _without_small_cells(compared: pd.DataFrame) -> pd.DataFrame:
    return compared[compared["n_citizens"] >= K_PUBLISH]


def _effect(compared: pd.DataFrame, municipality: str, outcome: str, *, draws: int, seed: int) -> EffectResult:
    result = ferman_pinto(
        compared,
        outcome=outcome,
        unit="municipality",
        time="quarter",
        first_treated="first_treated",
        size="n_citizens",
        draws=draws,
        seed=seed,
    )
    fewest = float(compared.loc[compared["municipality"] == municipality, "n_citizens"].min())
    return replace(result, statistics={**result.statistics, FEWEST_PEOPLE: fewest})


def _course(compared: pd.DataFrame, panel: pd.DataFrame, municipality: str, outcome: str) -> pd.DataFrame:
    """The municipality's course and the others'; blank where its own would tell of few who began with it."""
    course = trends(compared, outcome=outcome)
    start = panel.loc[panel["municipality"] == municipality, "first_treated"].iloc[0]
    if pd.notna(start) and "n_citizens" in panel:
        # Held against the mean of all who began then, its own would tell of the few who remain.
        beside = panel[(panel["first_treated"] == start) & (panel["municipality"] != municipality)]
        people = beside.groupby("quarter")["n_citizens"].sum()
        few = people[people < K_PUBLISH].index
        telling = course["cohort"].notna() & course["quarter"].isin(few)
        course[["mean", "n"]] = course[["mean", "n"]].astype("float64").mask(telling)
    return course


def local_question(rests_on: Finding, place: OwnPlace) -> Question:
    """What is asked of one municipality, in the words of the finding about all of them.

    Parameters
    ----------
    rests_on : the saved finding about all municipalities together
    place : of :func:`own_place`

    Returns
    -------
    :class:`Question` with the design ``"municipality"``.

    Examples
    --------
    >>> tables, truth = ww.documentation.simulate(scenario="S1", seed=1)
    >>> asked = {key: truth[key] for key in ("target_group", "method", "outcome")}
    >>> panel = ww.documentation.build_panel(tables, **asked)
    >>> waiting = panel.loc[panel["first_treated"].isna(), "municipality"].iloc[0]
    >>> place = ww.findings.own_place(panel, municipality=waiting, outcome=truth["outcome"])
    >>> everywhere = ww.findings.Finding(**asked, design="rollout", labels={}, synthetic=True)
    >>> local_question(everywhere, place).design
    'municipality'
    """
    return Question(
        target_group=rests_on.target_group,
        method=rests_on.method,
        outcome=rests_on.outcome,
        design="municipality",
        labels={**rests_on.labels, "municipality": place_name(place.number, place.name, synthetic=rests_on.synthetic)},
        synthetic=rests_on.synthetic,
    )
