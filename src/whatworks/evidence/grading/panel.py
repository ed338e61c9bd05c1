"""The published standards side by side for one body of studies: rating, reasons, and what would lift each one."""

import pandas as pd

from whatworks.core import EffectResult
from whatworks.core.columns import require_columns
from whatworks.core.errors import InvalidEffect
from whatworks.core.options import one_of
from whatworks.evidence.grading.attrition import BOUNDARIES
from whatworks.evidence.grading.emmie import DIMENSIONS
from whatworks.evidence.grading.grade import DEFAULT_SMALLEST
from whatworks.evidence.grading.panel_rows import (
    clearinghouse_row,
    coverage_row,
    effect_row,
    grade_row,
    locks_row,
    majority_row,
    maryland_row,
    months_row,
    programme_rows,
    quality_row,
)
from whatworks.evidence.grading.per_study import grade_studies, standardised
from whatworks.evidence.grading.pooled import (
    read_pooled,
)
from whatworks.evidence.judgements import read_judgements
from whatworks.evidence.measures import MEASURES
from whatworks.evidence.study_table import COLUMNS

PANEL_COLUMNS = (
    "standard", "name_en", "name_da", "rating", "label_en", "label_da", "reason_codes", "reasons_en", "reasons_da",
    "inputs", "missing", "judgement_required", "lift_en", "lift_da", "rule_version",
)  # fmt: skip
_NEEDED = ("study_id", "design", "measure", "direction_of_good")


def standards(
    studies: pd.DataFrame,
    *,
    judgements: pd.DataFrame | None = None,
    pooled: EffectResult | None = None,
    egger_p: float | None = None,
    smallest_important: float = DEFAULT_SMALLEST,
    boundary: str = "cautious",
    as_of: int | None = None,
    school_outcome: bool = False,
) -> pd.DataFrame:
    """Rate one body of studies (one method, one outcome, one target group) by every published standard at once.

    Programmes are rated differently by different registers; instead of one more opaque score, each is computed from the same
    studies, with its reasons and the one input that would lift it. What is missing gives ``"not_assessable"``, never a pass;
    where the rating is the same whatever the missing answer would be, it stands. What only a person can judge is an input.

    Parameters
    ----------
    studies : rows of ``Registry.studies`` or of :func:`read_metapsy` and :func:`read_extract`, all on one outcome; columns that
        are not there count as not known
    judgements : coded judgements with the columns question, answer, role, reason, and study_id ("" for the body as a whole)
    pooled : the pooled effect in standard deviations, from ``ww.synthesis.pool``; None for a single study
    egger_p : p-value of Egger's test, needed from 10 studies
    smallest_important : the smallest effect that matters, in standard deviations; set it before looking
    boundary : attrition boundary of the protocol, ``"cautious"`` or ``"optimistic"``
    as_of : the year the evidence is read for, to tell old studies; None leaves that not known
    school_outcome : adds months of progress, which have a meaning for school outcomes only

    Returns
    -------
    One row per standard: standard, name_en, name_da, rating, label_en, label_da, reason_codes, reasons_en, reasons_da (text,
    parted by "; "), inputs (a mapping), missing and judgement_required (tuples; the second are those a person must answer),
    lift_en, lift_da, rule_version. None of it is escaped for HTML.

    Raises
    ------
    MissingColumn, InvalidEffect, InvalidEvidence, InvalidOption

    References
    ----------
    What Works Clearinghouse (2022), Handbook 5.0; What Works Growth (2016), Maryland scale; Guyatt et al. (2011), J Clin
    Epidemiol 64:383-394 (GRADE); Johnson, Tilley & Bowers (2015), J Exp Criminol 11:459-473 (EMMIE); Wadhwa, Zheng & Cook
    (2024), Review of Educational Research, doi:10.3102/00346543231152262 (how seldom registers agree).

    Examples
    --------
    >>> study = pd.DataFrame([{"study_id": "a", "design": "before_after", "measure": "SMD", "effect": 0.4, "std_error": 0.1,
    ...                        "direction_of_good": "up"}])
    >>> panel = ww.evidence.standards(study).set_index("standard")
    >>> panel.loc["som", ["rating", "lift_en"]].tolist()
    ['3', 'One more study with a comparable group that finds a clear good effect.']
    >>> panel.loc["grade", "rating"]
    'not_assessable'
    """
    one_of(boundary, BOUNDARIES, name="boundary")
    if not smallest_important > 0:
        raise InvalidEffect(f"smallest_important is {smallest_important:g}; it must be above 0.")
    table, judged = _complete(studies), read_judgements(judgements)
    graded = grade_studies(table, judged, boundary=boundary)
    mean = read_pooled(pooled, graded)
    rows = [
        clearinghouse_row(graded),
        maryland_row(graded),
        grade_row(graded, judged, mean, egger_p, smallest_important),
        effect_row(graded, mean),
        coverage_row(judged),
        *(quality_row(judged, dimension) for dimension in ("effect", *DIMENSIONS)),
        majority_row(graded),
        locks_row(graded, mean, as_of),
        *programme_rows(graded, judged, mean),
        *([months_row(mean)] if school_outcome else []),
    ]
    return pd.DataFrame(rows, columns=list(PANEL_COLUMNS))


def standardise(studies: pd.DataFrame) -> pd.DataFrame:
    """Add each effect in standard deviations, above 0 is better, ready to be pooled.

    Differences in standard deviations stay; odds ratios and events become Cox indices, means and standard deviations Hedges' g.

    Parameters
    ----------
    studies : a study table on one outcome, as :func:`standards` takes it

    Returns
    -------
    The table with ``yi`` (standard deviations), ``vi`` (their variance) and ``turned`` (whether the sign was) added, effects
    missing where they cannot be had; ``measure`` is then ``"SMD"`` and the printed one stands in ``measure_as_printed``. Pool
    with ``ww.synthesis.pool(es, good="up")``.

    References
    ----------
    Hedges (1981), Journal of Educational Statistics 6:107-128; the clearinghouse's Cox index: handbook 5.0, appendix E.

    Examples
    --------
    >>> study = pd.DataFrame([{"study_id": "a", "design": "rct", "measure": "SMD", "effect": -0.4, "std_error": 0.1,
    ...                        "direction_of_good": "down"}])
    >>> ww.evidence.standardise(study)[["yi", "vi"]].round(3).values.tolist()
    [[0.4, 0.01]]
    """
    found = [standardised(row) for _, row in _complete(studies).iterrows()]
    turned = studies["direction_of_good"] == "down"
    out = studies.assign(measure_as_printed=studies["measure"], measure="SMD", turned=turned)
    return out.assign(yi=[g for g, _ in found], vi=[error**2 for _, error in found])


def _complete(studies: pd.DataFrame) -> pd.DataFrame:
    """The table with every column there, and refused where its rows cannot be one body."""
    if len(studies) == 0:
        return pd.DataFrame(columns=list(COLUMNS))
    require_columns(studies, _NEEDED, what="studies")
    for column in ("target_group", "method", "outcome"):
        values = set(studies[column]) if column in studies else set()
        if len(values) > 1:
            raise InvalidEffect(
                f"studies hold {len(values)} different values of {column}; the standards rate one at a time. "
                "Select one with Registry.select_studies."
            )
    unknown = sorted(set(studies["measure"]) - set(MEASURES))
    if unknown:
        raise InvalidEffect(f"measure {', '.join(map(repr, unknown))[:80]} is not known; use one of {', '.join(MEASURES)}.")
    twice = studies.duplicated(["study_id", "effect_id"] if "effect_id" in studies else ["study_id"]).sum()
    if twice:
        raise InvalidEffect(
            f"{twice} rows repeat a study_id and effect_id; a study stands twice. Remove it, or give an effect_id."
        )
    cells = studies.reindex(columns=list(COLUMNS))
    filled = cells.to_numpy(dtype=object)
    filled[cells.isna().to_numpy()] = ""
    return pd.DataFrame(filled, index=studies.index, columns=list(COLUMNS))
