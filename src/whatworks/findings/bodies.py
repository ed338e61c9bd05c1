"""What is known of one method on one outcome for one target group: published, our own, both together, rated, and the verdict."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from whatworks import evidence, synthesis
from whatworks.core.result import EffectResult
from whatworks.evidence import Headline, OutcomeEvidence, Registry
from whatworks.findings.finding import Finding
from whatworks.findings.labels import speaking
from whatworks.findings.study_pools import egger_p, pooled_studies, turned_to
from whatworks.findings.verdicts import DISQUALIFYING

# What the standards call the design behind each of our results.
_DESIGNS = {"experiment": "rct", "raw_gap": "raw_comparison", "naive": "raw_comparison"}
OF_FINDING = {"matched": "matching", "rollout": "did"}
# Standard deviations, where nobody has set the smallest effect that matters for the outcome: Cohen's small effect.
DEFAULT_SMALLEST = 0.20
_STANDARDISED = ("SMD", "g", "d")


@dataclass(frozen=True, kw_only=True, eq=False)
class Own:
    """A result of our own.

    Attributes
    ----------
    result : the result that answers
    name : its name among the finding's results, such as ``"experiment"``; ``""`` for a promoted one
    design : code of its design among those that the standards know
    finding : the finding it is from; None for one promoted into the evidence base
    """

    result: EffectResult
    name: str
    design: str
    finding: Finding | None

    @property
    def trusted(self) -> bool:
        """Whether no check that decides the matter failed."""
        return not any(check.name in DISQUALIFYING for check in self.result.failed_checks)


@dataclass(frozen=True, kw_only=True, eq=False)
class Body:
    """One method on one outcome for one target group, with everything that is known of it.

    Attributes
    ----------
    target_group, method, outcome : codes
    registry : the evidence base it is read from
    reviews : published pooled effects, as printed
    studies : effects of single published studies; where the method is invented these are invented too
    own : our own result; None where there is none
    synthetic : whether the method is invented, and everything about it with it
    """

    target_group: str
    method: str
    outcome: str
    registry: Registry
    reviews: pd.DataFrame
    studies: pd.DataFrame
    own: Own | None
    synthetic: bool

    @property
    def smallest_important(self) -> float | None:
        """The smallest effect that matters, in the outcome's unit; None where nobody has set one."""
        value = self.registry.outcomes[self.outcome].fields["smallest_important"]
        return None if value is None else float(value)

    @cached_property
    def published(self) -> EffectResult | None:
        """The published studies pooled on the scale of our own result, else in standard deviations; None below two studies."""
        if self.own is not None and self.own.result.measure == "MD" and set(self.studies["measure"]) == {"MD"}:
            return pooled_studies(turned_to(self.studies, self.own.result), "MD", self.own.result.good, self.own.result.unit)
        return self.pooled

    @cached_property
    def pooled(self) -> EffectResult | None:
        """The published studies pooled in standard deviations, above 0 is better; None below two studies with such an effect."""
        if self.studies.empty:
            return None
        return pooled_studies(evidence.standardise(self.studies), "SMD", "up", "standard deviations")

    @cached_property
    def combined(self) -> EffectResult | None:
        """Our own result beside the published ones; None where they cannot be put together, see :attr:`apart`."""
        if self.apart or self.own is None or self.published is None:
            return None
        return synthesis.combine(self.own.result, self.published)

    @property
    def apart(self) -> str:
        """Why our own and the published results are not put together; ``""`` where they are."""
        if self.own is None:
            return "no_own"
        if self.reviews.empty and self.studies.empty:
            return "no_published"
        if not self.own.trusted:
            return "not_trusted"
        if self.studies.empty:
            return "only_pooled"
        if self.published is None:
            return "too_few"
        same = self.own.result.measure == self.published.measure and self.own.result.good == self.published.good
        head = self.own.result.headline
        return "" if same and math.isfinite(head.std_error) and head.std_error > 0 else "other_scale"

    @cached_property
    def rated(self) -> pd.DataFrame:
        """The studies that the standards rate: the published ones, and our own as one of them."""
        rows = [] if self.studies.empty else [self.studies.drop(columns=["review", "synthetic"])]
        if self.own is not None and self.own.result.good is not None:
            rows.append(self._own_row())
        return pd.concat(rows, ignore_index=True) if rows else self.studies.iloc[:0]

    def _own_row(self) -> pd.DataFrame:
        assert self.own is not None
        finding = self.own.finding
        balance = None if finding is None else finding.tables.get("balance")
        after = [] if balance is None else balance.loc[balance["stage"] == "after", "smd"].abs().tolist()
        return evidence.own_study(
            self.own.result,
            target_group=self.target_group,
            method=self.method,
            outcome=self.outcome,
            design=self.own.design,
            people=finding is None or finding.design != "rollout",
            balance_smd=max(after) if after and self.own.design == "matching" else None,
            sd=self._sd_elsewhere(),
        )

    def _sd_elsewhere(self) -> float | None:
        """The outcome's standard deviation in the published studies' comparison groups, where ours is in the same unit."""
        known = self.studies.loc[self.studies["measure"] == "MD", "sd_comparison"].dropna()
        same = self.own is not None and self.own.result.measure == "MD"
        return float((known**2).mean() ** 0.5) if same and len(known) else None

    @cached_property
    def panel(self) -> pd.DataFrame:
        """The published standards side by side, one row each; see :func:`whatworks.evidence.standards`."""
        pooled = self.pooled if self.own is None else None
        if self.own is not None and not self.studies.empty:
            pooled = pooled_studies(evidence.standardise(self.rated), "SMD", "up", "standard deviations") or self.pooled
        return evidence.standards(
            self.rated,
            judgements=self.registry.judgements_on(self.target_group, self.method, self.outcome),
            pooled=pooled,
            egger_p=egger_p(pooled),
            smallest_important=DEFAULT_SMALLEST,
            as_of=self._read_for(),
        )

    def _read_for(self) -> int | None:
        """The year that the search behind the studies ended, or the table was read where it does not say."""
        sources = [self.registry.sources[review].fields for review in self.studies["review"].unique()]
        return max((fields.get("as_of", fields["seen_on"]).year for fields in sources), default=None)

    @property
    def certainty(self) -> str | None:
        """GRADE's level; None where an input is missing, which only a person can give or nobody has printed."""
        if self.rated.empty:
            return None
        level = str(self.panel.set_index("standard").loc["grade", "rating"])
        return None if level == "not_assessable" else level

    @cached_property
    def headline(self) -> Headline:
        """The verdict, by the ordered rule; see :func:`whatworks.evidence.verdict`."""
        goal = str(self.registry.outcomes[self.outcome].fields.get("goal", "develop"))
        return evidence.verdict([self._evidence()], goal=goal)

    def _evidence(self) -> OutcomeEvidence:
        speaks = self.combined or self.pooled or (self.own.result if self.own is not None and self.own.trusted else None)
        count = len(self.reviews) + self.studies["study_id"].nunique() + (self.own is not None)
        if speaks is not None and speaks.good is not None and speaks.headline.std_error > 0:
            limit = DEFAULT_SMALLEST if speaks.measure in _STANDARDISED else self.smallest_important
            return evidence.outcome_evidence(
                speaks, outcome=self.outcome, certainty=self.certainty, smallest_important=limit, studies=count
            )
        stated = not self.reviews.empty and bool(self.reviews["conf_low"].notna().any())
        # A range stands in the publications; without a certainty it decides nothing, whatever its ends.
        ends = (0.0, 0.0) if stated else (None, None)
        return OutcomeEvidence(
            outcome=self.outcome, conf_low=ends[0], conf_high=ends[1], certainty=None, smallest_important=None, studies=count
        )


def bodies_of(registry: Registry, target_group: str, findings: Sequence[Finding] = ()) -> list[Body]:
    """Everything known of a target group, one body for each method and outcome.

    Parameters
    ----------
    registry : the evidence base
    target_group : its code
    findings : saved findings; those of other groups are passed over

    Returns
    -------
    In the order of the catalogues: methods, then outcomes. An invented method meets invented studies only, a real one real ones.

    Examples
    --------
    >>> registry = ww.evidence.load()
    >>> [(body.method, body.outcome, body.headline.reason) for body in bodies_of(registry, "intellectual_disability")]
    [('psychological_therapies', 'mental_health', 'no_range')]
    """
    own = _own_results(registry, target_group, findings)
    reviews, studies = registry.select(target_group=target_group), registry.select_studies(target_group=target_group)
    pairs = {*own, *_pairs(reviews), *_pairs(studies)}
    methods, outcomes = list(registry.methods), list(registry.outcomes)
    found = []
    for method, outcome in sorted(pairs, key=lambda pair: (methods.index(pair[0]), outcomes.index(pair[1]))):
        invented = bool(registry.methods[method].fields.get("synthetic", False))
        here = studies[(studies["method"] == method) & (studies["outcome"] == outcome) & (studies["synthetic"] == invented)]
        found.append(
            Body(
                target_group=target_group,
                method=method,
                outcome=outcome,
                registry=registry,
                reviews=registry.select(target_group, method, outcome),
                studies=here.reset_index(drop=True),
                own=own.get((method, outcome)),
                synthetic=invented,
            )
        )
    return found


def bodies_by_group(registry: Registry, findings: Sequence[Finding] = ()) -> dict[str, list[Body]]:
    """Every target group of the catalogue with its bodies; each is worked out once, however many pages ask."""
    return {group: bodies_of(registry, group, findings) for group in registry.target_groups}


def design_of(finding: Finding, name: str) -> str:
    """What the standards call the design behind a result of a finding, such as ``"rct"`` or ``"did"``."""
    return _DESIGNS.get(name, OF_FINDING.get(finding.design, "cross_section"))


def _own_results(registry: Registry, target_group: str, findings: Sequence[Finding]) -> dict[tuple[str, str], Own]:
    """Our own results by method and outcome; a finding goes before a promoted result about the same."""
    own: dict[tuple[str, str], Own] = {}
    for found in registry.local_versions:
        if found.target_group == target_group:
            own[found.method, found.outcome] = Own(result=found.result, name="", design=found.design, finding=None)
    for finding in findings:
        spoken = speaking(finding)
        # What an effect costs and how services compare rest on effects; they are none themselves.
        known = finding.design in OF_FINDING and finding.method in registry.methods and finding.outcome in registry.outcomes
        if finding.target_group == target_group and finding.outcome is not None and spoken is not None and known:
            design = design_of(finding, spoken[0])
            own[finding.method, finding.outcome] = Own(result=spoken[1], name=spoken[0], design=design, finding=finding)
    return own


def _pairs(frame: pd.DataFrame) -> list[tuple[str, str]]:
    return list(frame[["method", "outcome"]].drop_duplicates().itertuples(index=False, name=None))
