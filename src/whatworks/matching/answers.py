"""What was asked of a sample, and the rows of the table that answer it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from whatworks.core.check import Check
from whatworks.core.errors import InvalidOption
from whatworks.core.options import confidence, whole
from whatworks.core.samples import MatchedSample
from whatworks.matching.bootstrap import bootstrap_covariance
from whatworks.matching.by_matching import difference_by_matching
from whatworks.matching.contrasts import contrast
from whatworks.matching.intervals import Row, interval_row
from whatworks.matching.regression import ArmMeans, arm_means
from whatworks.matching.rows import Rows, Sample, refuse_gaps, rows_of, sets_are_clusters
from whatworks.matching.standard_errors import covariance, refuse_lone_arm
from whatworks.matching.subgroups import (
    Subgroups,
    balance_within,
    interaction,
    interaction_statistics,
    many_subgroups,
    part_rows,
    subgroups_of,
)

DRAWS = 500


@dataclass(frozen=True, kw_only=True)
class Question:
    """What was asked of a sample, with the standard error decided on."""

    outcome: str
    names: tuple[str, ...]
    interact: bool
    measure: str
    vcov: str
    cluster: str | None
    bias_adjust: bool
    by: str | None
    conf_level: float
    draws: int | None
    seed: int | None
    measured_after: tuple[str, ...]

    def options(self) -> dict[str, Any]:
        """What was asked, as it is written into a result; options left alone are not mentioned."""
        options: dict[str, Any] = {
            "outcome": self.outcome,
            "adjusted_for": list(self.names),
            "interact": self.interact,
            "vcov": self.vcov,
            "cluster": self.cluster,
            "bias_adjust": self.bias_adjust,
        }
        said = {
            "measure": self.measure,
            "by": self.by,
            "draws": self.draws,
            "measured_after": list(self.measured_after),
        }
        return options | {key: value for key, value in said.items() if value and value != "difference"}


@dataclass(frozen=True, kw_only=True, eq=False)
class Answer:
    """Rows of the result's table, and what stands beside it."""

    rows: list[Row]
    vcov: pd.DataFrame | None
    statistics: Mapping[str, float]
    checks: tuple[Check, ...]


def refuse_draws(kind: str, conf_level: float, draws: int | None, seed: int | None) -> None:
    """Refuse a bootstrap without a seed, and draws where nothing is drawn."""
    confidence(conf_level)
    if kind != "bootstrap" and (draws is not None or seed is not None):
        raise InvalidOption(f"draws and seed belong to vcov='bootstrap'; here it is {kind!r}. Leave them out.")
    if kind == "bootstrap" and seed is None:
        raise InvalidOption("vcov='bootstrap' needs a seed, so that the same call gives the same numbers. Add seed=1, say.")
    if draws is not None:
        whole("draws", draws, least=2)


def by_matching(sample: Sample, question: Question) -> Answer:
    """The difference within pairs made with replacement."""
    assert isinstance(sample, MatchedSample)
    effect, std_error = difference_by_matching(
        sample,
        question.outcome,
        list(question.names),
        robust=question.vcov == "abadie_imbens_robust",
        bias_adjust=question.bias_adjust,
    )
    return Answer(rows=[_headline(sample, question, effect, std_error, np.inf)], vcov=None, statistics={}, checks=())


def by_regression(sample: Sample, question: Question) -> Answer:
    """Effects from two mean outcomes, of the whole and of every subgroup asked for."""
    clustered = question.vcov == "cluster"
    rows = rows_of(
        sample,
        question.outcome,
        question.names,
        by_set=clustered and sets_are_clusters(sample, question.cluster),
        cluster=question.cluster if clustered else None,
    )
    refuse_lone_arm(question.vcov, rows.person, rows.design.treated)
    groups = None if question.by is None else subgroups_of(sample, rows, question.by)
    members = [np.ones(len(rows.person), dtype=bool), *(() if groups is None else groups.members)]
    fits = [_fit(rows, member, question) for member in members]
    told = [contrast(question.measure, fit.means) for fit in fits]
    parts = [(fit, member, slope) for fit, member, (_, slope) in zip(fits, members, told, strict=True)]
    matrix, drawn = _covariance(sample, rows, question, groups, parts)
    freedom = fits[0].freedom if question.vcov == "classical" else _clusters(sample, question.cluster) - 1
    headline = _headline(sample, question, told[0][0], float(np.sqrt(max(matrix[0, 0], 0.0))), freedom)
    whole = Answer(rows=[headline], vcov=None, statistics=drawn, checks=())
    if groups is None:
        return whole
    effects = np.array([effect for effect, _ in told[1:]])
    return _with_parts(whole, sample, rows, question, groups, effects, matrix[1:, 1:], freedom)


def _clusters(sample: Sample, cluster: str | None) -> float:
    """Clusters with somebody of weight; endless where none are named."""
    return np.inf if cluster is None else float(sample.data.loc[sample.weights.to_numpy() > 0, cluster].nunique())


def _covariance(
    sample: Sample,
    rows: Rows,
    question: Question,
    groups: Subgroups | None,
    parts: list[tuple[ArmMeans, np.ndarray, np.ndarray]],
) -> tuple[np.ndarray, dict[str, float]]:
    """Covariance of all effects, and how many draws it rests on where it does."""
    if question.vcov == "sandwich" and question.cluster is not None:
        refuse_gaps(sample, np.ones(len(sample.data), dtype=bool), [question.cluster])
    if question.vcov != "bootstrap":
        return covariance(question.vcov, sample, rows, parts, cluster=question.cluster), {}
    draws = int(question.draws or DRAWS)
    matrix, failed = bootstrap_covariance(
        sample,
        lambda drawn: _effects_again(sample, drawn, question, groups),
        outcome=question.outcome,
        names=question.names,
        cluster=question.cluster,
        draws=draws,
        seed=int(question.seed or 0),
    )
    return matrix, {"draws": float(draws), "draws_failed": float(failed)}


def _fit(rows: Rows, member: np.ndarray, question: Question) -> ArmMeans:
    design = rows.design if member.all() else rows.design.only(member)
    return arm_means(design, interact=question.interact, yes_or_no=question.measure != "difference")


def _effects_again(sample: Sample, rows: Rows, question: Question, groups: Subgroups | None) -> np.ndarray:
    """The headline and every subgroup on rows drawn again."""
    members = [np.ones(len(rows.person), dtype=bool)]
    if groups is not None:
        place = groups.places(sample.data[groups.column])[rows.person]
        members += [place == number for number in range(len(groups.labels))]
    return np.array([contrast(question.measure, _fit(rows, member, question).means)[0] for member in members])


def _with_parts(
    whole: Answer,
    sample: Sample,
    rows: Rows,
    question: Question,
    groups: Subgroups,
    effects: np.ndarray,
    matrix: np.ndarray,
    freedom: float,
) -> Answer:
    # One variance for all rows of a part has the freedom of that part; clusters are few in every part alike.
    parts = part_rows(
        groups, effects, matrix, rows.design.treated, conf_level=question.conf_level,
        freedom=np.inf if question.vcov == "classical" else freedom,
    )  # fmt: skip
    test = interaction(effects, matrix)
    terms = [part["term"] for part in parts]
    return Answer(
        rows=[*whole.rows, *parts],
        vcov=pd.DataFrame(matrix, index=terms, columns=terms),
        statistics={**whole.statistics, **interaction_statistics(test)},
        checks=(many_subgroups(test, len(parts)), *balance_within(sample, rows, groups)),
    )


def _headline(sample: Sample, question: Question, effect: float, std_error: float, freedom: float) -> Row:
    term = "difference" if sample.call["method"] == "unmatched" else str(sample.call["estimand"])
    row = interval_row(term, "headline", effect, std_error, freedom=freedom, conf_level=question.conf_level)
    if std_error == 0:
        # Matched people who never differ: no error is left, and no test.
        row.update(std_error=0.0, conf_low=effect, conf_high=effect)
    return row
