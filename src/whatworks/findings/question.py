"""A question with its words: codes looked up once, so that results and pages speak of the same thing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from whatworks.core.check import Check
from whatworks.core.errors import InvalidOption, UnknownCode
from whatworks.core.options import one_of
from whatworks.core.result import EffectResult
from whatworks.documentation import is_synthetic
from whatworks.evidence import Registry
from whatworks.findings.finding import DESIGNS, TESTS, Finding
from whatworks.findings.fit_to_publish import fewest_of

# The folder of a report that gathers what others have published for a target group.
PUBLISHED = "published_reviews"
# Not in the outcome's unit, whatever the question.
_OF_THEIR_OWN_UNIT = ("benchmarking.frontier",)


@dataclass(frozen=True, kw_only=True)
class Question:
    """One target group, one method, one outcome and the design that is to answer; see :func:`ask`."""

    target_group: str
    method: str
    outcome: str | None
    design: str
    labels: Mapping[str, Any]
    synthetic: bool

    def answered(
        self,
        *,
        results: Mapping[str, EffectResult] | None = None,
        answer: str | None = None,
        benchmark: str | None = None,
        robustness: Mapping[str, EffectResult] | None = None,
        doubts: Sequence[Check | EffectResult] = (),
        tables: Mapping[str, pd.DataFrame] | None = None,
        source: Mapping[str, str] | None = None,
    ) -> Finding:
        """Put results and tables together into a finding, every result in the outcome's unit and direction of good.

        Parameters
        ----------
        results : name to result, in the order a reader should meet them
        answer : the result that answers the question; one of the tests may be asked to
        benchmark : the result that the others are held against
        robustness : name to result of what was done to put the answer to the test; the doubts that only such a test can raise
            or lay to rest become checks of the answer, so that every page shows them
        doubts : checks made by themselves, such as of who is observed, and tests whose numbers are not to be published; their
            checks too become checks of the answer
        tables : small tables of groups
        source : where the data come from, ``{"da", "en"}``
        """
        told = {name: self.in_unit(result) for name, result in (results or {}).items()}
        tests = {name: self.in_unit(result) for name, result in (robustness or {}).items()}
        if answer in tests and answer not in told:
            told[answer] = tests.pop(answer)
        if answer in told:
            alone = [doubt for doubt in doubts if isinstance(doubt, Check)]
            tested = [*tests.values(), *(doubt for doubt in doubts if isinstance(doubt, EffectResult))]
            raised = [check for test in tested for check in test.checks if check.name in TESTS]
            told[answer] = replace(told[answer], checks=(*told[answer].checks, *alone, *raised))
        return Finding(
            target_group=self.target_group,
            method=self.method,
            outcome=self.outcome,
            design=self.design,
            labels=self.labels,
            synthetic=self.synthetic,
            results=told,
            answer=answer,
            benchmark=benchmark,
            robustness=tests,
            tables=dict(tables or {}),
            source=dict(source or {}),
        )

    @property
    def fewest(self) -> int:
        """The fewest places, or people, that a published number may be about."""
        return fewest_of(self.design)

    @property
    def unit(self) -> Mapping[str, str] | None:
        """The outcome's unit in both languages; None where the question covers several outcomes."""
        about = self.labels.get("outcome")
        return None if about is None else about["unit"]

    def in_unit(self, result: EffectResult) -> EffectResult:
        """The same result, saying its unit and which direction is good for the person."""
        about = self.labels.get("outcome")
        if about is None or result.method in _OF_THEIR_OWN_UNIT:
            return result
        return replace(result, unit=about["unit"]["en"], good=about["good"])


def ask(
    registry: Registry, *, target_group: str, method: str, outcome: str | None, design: str, data: str | Path | None = None
) -> Question:
    """Look a question's codes up in the catalogues, and hold the data against them.

    Parameters
    ----------
    registry : the evidence base, from ``ww.evidence.load()``
    target_group, method, outcome : codes; for ``design="reviews"`` the method is ``"published_reviews"`` and the outcome
        is None or empty
    design : ``"matched"``, ``"rollout"``, ``"reviews"`` or ``"benchmark"``; :func:`money_question` asks for ``"investment"``
    data : folder of the delivery that is to answer; for ``"rollout"`` and ``"benchmark"``

    Returns
    -------
    :class:`Question`: the codes with their words, ready to gather results into a finding.

    Raises
    ------
    UnknownCode
        If a code is not in its catalogue, listing those that are.
    InvalidOption
        If the data are simulated and the method is real, or the other way round: a real programme's name never stands over
        an invented result.

    Examples
    --------
    >>> registry = ww.evidence.load()
    >>> question = ask(registry, target_group="adults_autism", method="klare_billeder", outcome="who5", design="rollout")
    >>> question.synthetic, question.labels["outcome"]["good"]
    (True, 'up')
    """
    one_of(design, DESIGNS, name="design")
    labels: dict[str, Any] = {"target_group": dict(_entry(registry.target_groups, target_group, "target group").name)}
    synthetic = False
    if method != PUBLISHED:
        entry = _entry(registry.methods, method, "method")
        labels["method"] = dict(entry.name)
        synthetic = bool(entry.fields.get("synthetic", False))
    if design in ("rollout", "benchmark") and data:
        _refuse_mixed(method, synthetic, is_synthetic(data))
    if outcome:
        entry = _entry(registry.outcomes, outcome, "outcome")
        kept = ("unit", "good", "decimals", "smallest_important")
        labels["outcome"] = {"name": dict(entry.name), **{key: entry.fields.get(key) for key in kept}}
    return Question(
        target_group=target_group, method=method, outcome=outcome or None, design=design, labels=labels, synthetic=synthetic
    )


def _refuse_mixed(method: str, invented: bool, simulated: bool) -> None:
    if simulated and not invented:
        raise InvalidOption(
            f"The data are simulated, but {method!r} is a real method. "
            "Only a method marked synthetic in evidence/methods.yml may stand over simulated results."
        )
    if invented and not simulated:
        raise InvalidOption(f"The data are about real people, but {method!r} is an invented method. Name the method they got.")


def _entry(catalogue: Mapping[str, Any], code: str, kind: str) -> Any:
    if code not in catalogue:
        raise UnknownCode(f"There is no {kind} {code!r} in the catalogue; there are {', '.join(sorted(catalogue))}.")
    return catalogue[code]
