"""One question that a report answers, and what may stand in it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from whatworks.workflow.question_places import ONE_PLACE, Places

# Designs that say what works, and those that say what it costs and how services fare.
EFFECTS = ("matched", "rollout", "reviews")
DESIGNS = (*EFFECTS, "investment", "benchmark")
REVIEWS_METHOD = "published_reviews"
DEFAULT_LANGUAGE = "da"
# Parameters that hold a code of a catalogue, never the name of a file.
CODES = ("target_group", "method", "outcome", "design", "language", "effect", "estimator", "municipality")


class Catalogues(Protocol):
    """The part of the evidence registry that questions are checked against."""

    @property
    def target_groups(self) -> Mapping[str, Any]: ...
    @property
    def methods(self) -> Mapping[str, Any]: ...
    @property
    def outcomes(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True, kw_only=True)
class Question:
    """One question, answered by one report.

    Attributes
    ----------
    target_group, method : codes; together they name the report's folder
    design : ``"matched"``, ``"rollout"``, ``"reviews"``, ``"investment"`` or ``"benchmark"``; ``"municipality"`` for one of a
        roll-out alone
    parameters : everything the notebook is given, except where to write
    where : ``file:line`` it was asked on
    effect : folder of the report that this one rests on; None where it rests on none
    places : municipalities with a report of their own, code -> name in each language

    Examples
    --------
    >>> Question(target_group="a", method="b", design="rollout", parameters={}).folder
    'a/b'
    """

    target_group: str
    method: str
    design: str
    parameters: Mapping[str, Any] = field(repr=False)
    where: str = ""
    effect: str | None = None
    places: Places = field(default_factory=dict)

    @property
    def folder(self) -> str:
        """The report's folder inside the site; an investment case stands beside the effect it rests on, one place below it."""
        if self.design == ONE_PLACE:
            return f"{self.effect}/{self.parameters['municipality']}"
        own = {"investment": f"{self.method}_investment", "benchmark": "benchmark"}
        return f"{self.target_group}/{own.get(self.design, self.method)}"
