"""What one report found, fit to publish: results, tables and labels, and no row about a person."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from whatworks.core.disclosure import disclose
from whatworks.core.encoding import decode_frame, encode_frame
from whatworks.core.errors import InvalidResult, MissingData
from whatworks.core.formulas import without_formulas
from whatworks.core.options import one_of
from whatworks.core.provenance import plain
from whatworks.core.result import COMMON_COLUMNS, EffectResult
from whatworks.findings.fit_to_publish import fewest_of, fit_table, of_a_named_place, refuse_row_level, without_counts_by_row

# Checks that put the answer itself to the test; other checks of a test are about that test.
TESTS = (
    "failed_specifications",
    "hidden_factor",
    "many_leads",
    "missing_information",
    "placebo",
    "robust_to_trends",
    "specification_curve",
)
DESIGNS = ("matched", "rollout", "municipality", "reviews", "investment", "benchmark")
RESULTS_JSON, RESULTS_CSV = "results.json", "results.csv"


@dataclass(frozen=True, kw_only=True, eq=False)
class Finding:
    """One question answered: one target group, one method, one outcome.

    Parameters
    ----------
    target_group, method, outcome : codes of the catalogues; ``outcome`` is None where published reviews cover several
    design : ``"matched"``, ``"rollout"``, ``"municipality"`` (one of a roll-out alone), ``"reviews"``, ``"investment"`` (of an
        effect) or ``"benchmark"`` (of services)
    labels : names in both languages, ``{"target_group": {"da", "en"}, "method": {"da", "en"}, "outcome": {"name":
        {"da", "en"}, "unit": {"da", "en"}, "good", "decimals", "smallest_important"}}``
    synthetic : True where the data are simulated; every page and figure then says so
    results : name to :class:`EffectResult`, in the order a reader meets them
    answer : name of the result that answers the question; None where there is no own result
    benchmark : name of the result that the others are held against; None where there is none
    robustness : name to result of what was done to put the answer to the test: other designs, robust intervals, placebos,
        hidden factors. The method report shows them; a page shows the doubts that they raise
    tables : small tables of groups, never of persons
    source : ``{"da", "en"}`` text about where the data come from

    Raises
    ------
    DisclosureRisk
        If a table is longer than 2,000 rows or has a column that names persons, or a result rests on too few people.
    InvalidResult
        If ``answer`` or ``benchmark`` is not among the results.

    Examples
    --------
    >>> finding = Finding(target_group="adults_outside_work", method="supported_work", outcome=None, design="reviews",
    ...                   labels={"target_group": {"da": "Voksne uden arbejde", "en": "Adults outside work"}})
    >>> Finding.from_json(finding.to_json()) == finding
    True
    """

    target_group: str
    method: str
    outcome: str | None
    design: str
    labels: Mapping[str, Any]
    synthetic: bool = False
    results: Mapping[str, EffectResult] = field(default_factory=dict, repr=False)
    answer: str | None = None
    benchmark: str | None = None
    robustness: Mapping[str, EffectResult] = field(default_factory=dict, repr=False)
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict, repr=False)
    source: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        one_of(self.design, DESIGNS, name="design")
        for role, name in (("answer", self.answer), ("benchmark", self.benchmark)):
            if name is not None and name not in self.results:
                known = ", ".join(self.results) or "none"
                raise InvalidResult(f"{role}={name!r} is not among the results ({known}). Name one of them, or None.")
        for name, table in self.tables.items():
            refuse_row_level(name, table)
        k = fewest_of(self.design)
        named = self.design == "municipality"
        published = {name: of_a_named_place(result, k) if named else disclose(result, k) for name, result in self.results.items()}
        object.__setattr__(self, "results", published)
        tested = {name: without_counts_by_row(disclose(result, k), k) for name, result in self.robustness.items()}
        object.__setattr__(self, "robustness", tested)
        object.__setattr__(self, "tables", {name: fit_table(table) for name, table in self.tables.items()})

    @property
    def answering(self) -> EffectResult | None:
        """The result that answers the question; None where there is no own result."""
        return None if self.answer is None else self.results[self.answer]

    @property
    def compared(self) -> Mapping[str, EffectResult]:
        """Results that answer the same question in one number each, so that they may stand side by side."""
        return {name: result for name, result in self.results.items() if name != "event"}

    def tidy(self) -> pd.DataFrame:
        """One row per effect over all results; without results the published effects."""
        if not self.results:
            return self.tables["reviews"].copy() if "reviews" in self.tables else pd.DataFrame(columns=list(COMMON_COLUMNS))
        frames = []
        for name, result in {**self.results, **self.robustness}.items():
            about: dict[str, Any] = {
                "result": name,
                "method": result.method,
                "estimand": result.estimand,
                "measure": result.measure,
            }
            about |= {"unit": result.unit, "good": result.good, "conf_level": result.conf_level}
            rows = result.tidy()
            meaning = pd.DataFrame({key: [value] * len(rows) for key, value in about.items()}, index=rows.index)
            extras = [column for column in rows if column not in meaning]
            frames.append(pd.concat([meaning, rows[extras]], axis=1))
        return pd.concat(frames, ignore_index=True)

    def to_json(self) -> str:
        """Write as JSON text; equal input gives equal bytes."""
        content = {
            "target_group": self.target_group,
            "method": self.method,
            "outcome": self.outcome,
            "design": self.design,
            "labels": _sorted(plain(self.labels)),
            "synthetic": self.synthetic,
            "answer": self.answer,
            "benchmark": self.benchmark,
            "source": _sorted(plain(self.source)),
            "results": {name: json.loads(result.to_json()) for name, result in self.results.items()},
            "robustness": {name: json.loads(result.to_json()) for name, result in self.robustness.items()},
            "tables": {name: encode_frame(self.tables[name]) for name in sorted(self.tables)},
        }
        return json.dumps(content, ensure_ascii=False, allow_nan=False, indent=1)

    @classmethod
    def from_json(cls, text: str) -> "Finding":
        """Read what :meth:`to_json` wrote."""
        content = json.loads(text)
        results, robustness = (
            {name: EffectResult.from_json(json.dumps(result)) for name, result in content.pop(role, {}).items()}
            for role in ("results", "robustness")
        )
        tables = {name: decode_frame(table) for name, table in content.pop("tables").items()}
        return Finding(**content, results=results, robustness=robustness, tables=tables)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Finding) and self.to_json() == other.to_json()

    def __hash__(self) -> int:
        return hash(self.to_json())


def save(finding: Finding, folder: str | Path) -> Path:
    """Write ``results.json`` (everything) and ``results.csv`` (one row per effect); make the folder where it is missing.

    Parameters
    ----------
    finding : fit to publish, as every finding is
    folder : of the report

    Returns
    -------
    The path of ``results.json``.

    Examples
    --------
    >>> import tempfile
    >>> nothing = Finding(target_group="a", method="b", outcome=None, design="reviews", labels={})
    >>> with tempfile.TemporaryDirectory() as place:
    ...     file = save(nothing, place)
    ...     file.name
    'results.json'
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / RESULTS_CSV, without_formulas(finding.tidy()).to_csv(index=False, lineterminator="\n"))
    return _write(folder / RESULTS_JSON, finding.to_json())


def load(folder: str | Path) -> Finding:
    """Read the finding that :func:`save` wrote to this folder.

    Parameters
    ----------
    folder : of the report

    Returns
    -------
    :class:`Finding`.

    Raises
    ------
    MissingData
        If the folder holds no ``results.json``.

    Examples
    --------
    >>> import tempfile
    >>> nothing = Finding(target_group="a", method="b", outcome=None, design="reviews", labels={})
    >>> with tempfile.TemporaryDirectory() as place:
    ...     file = save(nothing, place)
    ...     load(place) == nothing
    True
    """
    path = Path(folder) / RESULTS_JSON
    if not path.is_file():
        raise MissingData(f"{path} is not there. Run the report first; it is written by ww.findings.save(finding, folder).")
    return Finding.from_json(path.read_text(encoding="utf-8"))


def _write(path: Path, text: str) -> Path:
    # Beside first, then in place: a killed run leaves the old file whole.
    beside = path.with_name(path.name + ".new")
    beside.write_text(text, encoding="utf-8", newline="")
    return beside.replace(path)


def _sorted(value: Any) -> Any:
    """Mappings in alphabetical order, so that the order of writing does not show in the bytes."""
    if isinstance(value, Mapping):
        return {key: _sorted(value[key]) for key in sorted(value)}
    return [_sorted(item) for item in value] if isinstance(value, list) else value
