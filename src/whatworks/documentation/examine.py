"""Typed tables held to every rule: rows that break one are kept aside, the others stay."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from whatworks.documentation.faults import QUARANTINE, Fault, row_numbers
from whatworks.documentation.rules import RULES
from whatworks.documentation.rules.change import missing_baselines, reversed_scores, uneven_follow_up
from whatworks.documentation.rules.costs import cost_of_one, mixed_price_levels, paid_unlike_rate
from whatworks.documentation.rules.dates import (
    adopted_in_the_future,
    dates_out_of_order,
    measured_outside_the_episode,
    paragraphs_not_in_force,
)
from whatworks.documentation.rules.finding import Finding, Tables
from whatworks.documentation.rules.keys import out_of_range, repeated_keys, repeated_measurements
from whatworks.documentation.rules.people import overlapping_stays, readable_pseudonyms, too_many
from whatworks.documentation.rules.references import unknown_references, unknown_units
from whatworks.documentation.rules.services import (
    closed_without_successor,
    rates_above_projection,
    unapproved_paragraphs,
    unlikely_sizes,
)
from whatworks.documentation.rules.values import broken_instruments, impossible_values, wrong_age, wrong_informant

# In this order: what a row says by itself, then what it refers to, then what several rows say together.
_BY_ITSELF: tuple[Callable[[Tables], list[Finding]], ...] = (
    broken_instruments,
    out_of_range,
    repeated_keys,
    repeated_measurements,
    dates_out_of_order,
    paragraphs_not_in_force,
    adopted_in_the_future,
    cost_of_one,
    readable_pseudonyms,
)
_TOGETHER: tuple[Callable[[Tables], list[Finding]], ...] = (
    measured_outside_the_episode,
    impossible_values,
    wrong_age,
    wrong_informant,
    reversed_scores,
    missing_baselines,
    uneven_follow_up,
    unapproved_paragraphs,
    overlapping_stays,
    too_many,
    unlikely_sizes,
    rates_above_projection,
    closed_without_successor,
    mixed_price_levels,
    paid_unlike_rate,
)
# Services refer to services; a chain of departments is never longer.
_LONGEST_CHAIN = 20


@dataclass
class Examination:
    """Tables under examination.

    Attributes
    ----------
    tables : typed frames, all rows that were read, numbered from 0 as in their file
    files : file of each table
    first_rows : number of each table's first row of data, as a spreadsheet shows it
    aside : rows kept aside, by table
    reasons : the rule that put each of them aside first, by table and row
    faults : what was found
    """

    tables: dict[str, pd.DataFrame]
    files: Mapping[str, str]
    first_rows: Mapping[str, int] = field(default_factory=dict)
    aside: dict[str, np.ndarray] = field(default_factory=dict)
    reasons: dict[str, np.ndarray] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def __post_init__(self) -> None:
        for name, frame in self.tables.items():
            self.aside[name] = np.zeros(len(frame), dtype=bool)
            self.reasons[name] = np.full(len(frame), "", dtype=object)
        self._kept: dict[str, pd.DataFrame] = dict(self.tables)

    @property
    def kept(self) -> dict[str, pd.DataFrame]:
        """The rows that are left."""
        return self._kept

    def put_aside(self, table: str, bad: np.ndarray, rule: str) -> None:
        """Keep rows aside; the first reason stands."""
        self.reasons[table][bad & ~self.aside[table]] = rule
        self.aside[table] |= bad
        if bad.any():
            self._kept[table] = self.tables[table][~self.aside[table]]

    def note(self, finding: Finding) -> None:
        """Write a finding down, and keep its rows aside where its rule says so."""
        bad = np.zeros(len(self.tables[finding.table]), dtype=bool)
        bad[finding.rows.to_numpy(dtype="int64")] = True
        severity = finding.severity or RULES[finding.rule].severity
        self.faults.append(
            Fault(
                rule=finding.rule,
                table=finding.table,
                file=self.files[finding.table],
                column=finding.column,
                message=finding.found,
                remedy=finding.remedy,
                places=finding.places,
                severity=severity,
                count=len(finding.rows),
                rows=row_numbers(bad, first_row=self.first_rows.get(finding.table, 2)),
            )
        )
        if severity == QUARANTINE:
            self.put_aside(finding.table, bad, finding.rule)


def examine(examination: Examination, known: Mapping[str, pd.DataFrame]) -> None:
    """Hold tables to every rule that looks at more than one cell.

    Parameters
    ----------
    examination : tables, without the rows whose cells are faulty; it notes what is found
    known : tables delivered before, which rows may refer to
    """
    for rule in _BY_ITSELF:
        _hold(examination, rule)
    _follow_references(examination, known)
    for rule in _TOGETHER:
        _hold(examination, rule)


def _hold(examination: Examination, rule: Callable[[Tables], list[Finding]]) -> None:
    for finding in rule(examination.kept):
        examination.note(finding)


def _follow_references(examination: Examination, known: Mapping[str, pd.DataFrame]) -> None:
    """A row whose parent is kept aside goes with it, and so do those that refer to that row."""
    noted: set[tuple[str, str | None, str]] = set()
    for _step in range(_LONGEST_CHAIN):
        findings = [*unknown_units(examination.kept, known), *unknown_references(examination.kept, known)]
        new = [one for one in findings if len(one.rows) or (one.table, one.column, one.rule) not in noted]
        noted |= {(one.table, one.column, one.rule) for one in findings if not len(one.rows)}
        for finding in new:
            examination.note(finding)
        if not any(len(one.rows) for one in new):
            return
