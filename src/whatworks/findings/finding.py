"""What one report found, fit to publish: results, tables and labels, and no row about a person."""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from whatworks.core.disclosure import K_FLOOR, K_PUBLISH, disclose, is_small
from whatworks.core.encoding import decode_frame, encode_frame
from whatworks.core.errors import DisclosureRisk, InvalidResult, MissingData
from whatworks.core.options import one_of
from whatworks.core.provenance import plain
from whatworks.core.result import COMMON_COLUMNS, EffectResult

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
# Of the result of one named place: the fewest people behind any of its own numbers.
FEWEST_PEOPLE = "fewest_people"
RESULTS_JSON, RESULTS_CSV = "results.json", "results.csv"
# 98 municipalities by 20 quarters is 1,960 rows: the longest table of groups that a page has use for.
MAX_ROWS = 2_000
_PERSON = r"(citizen|person|patient|participant|household|client|borger|case|cpr|pnr)"
_IDENTIFIER = re.compile(
    rf"^(id|row|index|first_name|last_name|(birth|address).*|(.*_)?{_PERSON}(_?(id|no|nr|number|key|name))?)$"
)


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
            _refuse_row_level(name, table)
        k = fewest_of(self.design)
        named = self.design == "municipality"
        published = {
            name: _of_a_named_place(result, k) if named else disclose(result, k) for name, result in self.results.items()
        }
        object.__setattr__(self, "results", published)
        tested = {name: _without_counts_by_row(disclose(result, k), k) for name, result in self.robustness.items()}
        object.__setattr__(self, "robustness", tested)
        object.__setattr__(self, "tables", {name: _published(table) for name, table in self.tables.items()})

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


def fewest_of(design: str) -> int:
    """The fewest places or people that a published number may be about.

    A roll-out counts places, which are not secret; three of them keep any one from being told apart.
    """
    return K_FLOOR if design in ("rollout", "municipality") else K_PUBLISH


def _of_a_named_place(result: EffectResult, k: int) -> EffectResult:
    """One place may be named, and then counts as one; what is guarded is the people behind its numbers."""
    fewest = result.statistics.get(FEWEST_PEOPLE)
    if fewest is None:
        return disclose(result, k)
    if not fewest >= K_PUBLISH:
        raise DisclosureRisk(
            f"{result.method}: a number of the place rests on fewer than {K_PUBLISH} people, so the effect cannot be published. "
            "Leave out the quarters with few people, or pool several places."
        )
    return result


def _without_counts_by_row(result: EffectResult, k: int) -> EffectResult:
    """A result without counts of people in its rows where two rows differ by so few that the difference tells of them."""
    counts = [column for column in ("n_treated", "n_comparison") if column in result.effects]
    told = [result.effects[column].dropna().astype(float).sort_values().diff().dropna() for column in counts]
    if not any(gaps.map(lambda gap: is_small(gap, k)).any() for gaps in told):
        return result
    return replace(result, effects=result.effects.drop(columns=counts))


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
    _write(folder / RESULTS_CSV, finding.tidy().to_csv(index=False, lineterminator="\n"))
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


def _published(table: pd.DataFrame) -> pd.DataFrame:
    """A table without numbers that tell of fewer than five people, alone or held against another number.

    Where few people were left out by matching, neither they nor those who stayed are counted. Means before and after
    matching would give back the sum over those left out, so balance keeps differences to two decimals.
    """
    table = table.reset_index(drop=True)
    if {"arm", "dropped", "matched"} <= set(table.columns):
        few = table["dropped"].map(is_small) | table["matched"].map(is_small)
        if few.any():
            table = table.assign(**{column: math.nan for column in ("matched", "dropped", "ess") if column in table})
    if {"covariate", "stage", "smd"} <= set(table.columns):
        kept = [column for column in ("covariate", "stage", "smd", "variance_ratio", "ks", "ecdf_mean") if column in table]
        table = table[kept].round(2)
    return table


def _refuse_row_level(name: str, table: pd.DataFrame) -> None:
    if len(table) > MAX_ROWS:
        raise DisclosureRisk(
            f"Table {name!r} has {len(table)} rows; at most {MAX_ROWS} are published. Summarise it by group before saving it."
        )
    # Published rows may carry a number of their own: it names a review, not a person.
    persons = [] if name == "reviews" else [str(column) for column in table.columns if _IDENTIFIER.match(str(column).casefold())]
    if persons:
        raise DisclosureRisk(
            f"Table {name!r} has columns that name persons or rows: {', '.join(persons)}. Summarise it by group, or drop them."
        )
