"""The published standards side by side on a page: each rating, its reason and what would lift it; "not rated" is said out."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from whatworks import evidence
from whatworks.findings.language import number, translator
from whatworks.findings.names import N_

# Standards in the order a reader meets them, with what each one asks of the studies.
ASKS: Mapping[str, str] = {
    "grade": N_("Risk of bias, how much the studies differ, how well they fit our question, how many people, and who ran them."),
    "wwc": N_("How each study formed its groups, who left along the way, and how alike the groups were at the start."),
    "maryland": N_("The design of the best study, and whether the conditions of that design hold."),
    "emmie_effect": N_("The effect of each study, with its range."),
    "emmie_coverage": N_("What the studies say of how it works, for whom, how it is done and what it costs."),
    "majority": N_("Which way each study points, and how many people are in it."),
    "locks": N_("How many solid studies there are, how old they are, who ran them, and whether one is Nordic."),
    "nesta": N_("Clear good results in studies by others than the developer and in several places, and the price."),
    "som": N_("The design of each study."),
    "vidensdeklaration": N_("The design of each study, and whether one is Nordic."),
}
# Registers that count studies; they reward many small trials, so they stand behind the others.
COUNTING: Mapping[str, str] = dict.fromkeys(
    ("eif", "cebc", "blueprints", "social_programs"),
    N_("How many studies found a clear good effect, and how long after the end."),
)
_NOT_RATED = "not_assessable"
# A reader sees the first of what is missing; the whole list stands in the method behind the panel.
_MOST = 3


def panel_rows(panel: pd.DataFrame, language: str) -> list[dict[str, Any]]:
    """A panel of ``ww.evidence.standards`` as rows for a page.

    Returns
    -------
    One row per standard that pages show: name, rating, rated (False for one that waits for an input), reasons (a list of
    clauses), lift, judged (True where the missing input is a judgement that a person must give), counting (True for a register
    that counts studies).

    Examples
    --------
    >>> study = pd.DataFrame([{"study_id": "a", "design": "before_after", "measure": "SMD", "effect": 0.4, "std_error": 0.1,
    ...                        "direction_of_good": "up"}])
    >>> rows = {row["code"]: row for row in panel_rows(ww.evidence.standards(study), "en")}
    >>> rows["grade"]["rating"], rows["som"]["rating"]
    ('Not rated', 'Level 3: before and after, no comparison')
    """
    by_code = {str(row["standard"]): row for _, row in panel.iterrows()}
    return [_row(by_code[code], code, language) for code in (*ASKS, *COUNTING) if code in by_code]


def unrated_rows(language: str) -> list[dict[str, Any]]:
    """The same standards where no single study stands in the evidence base: none rates anything, and each says what it asks."""
    _ = translator(language)
    names = evidence.standards(pd.DataFrame()).set_index("standard")[f"name_{language}"]
    return [
        {
            "code": code,
            "name": names[code],
            "rating": _("Not rated"),
            "rated": False,
            "reasons": [],
            "lift": _(asked),
            "judged": False,
            "counting": code in COUNTING,
        }
        for code, asked in {**ASKS, **COUNTING}.items()
    ]


def _row(row: pd.Series, code: str, language: str) -> dict[str, Any]:
    _ = translator(language)
    rated = row["rating"] != _NOT_RATED
    return {
        "code": code,
        "name": row[f"name_{language}"],
        "rating": row[f"label_{language}"] if rated else _("Not rated"),
        "rated": rated,
        "reasons": _reasons(row, rated, language),
        "lift": row[f"lift_{language}"],
        "judged": bool(row["judgement_required"]) and not rated,
        "counting": code in COUNTING,
    }


def _reasons(row: pd.Series, rated: bool, language: str) -> list[str]:
    _ = translator(language)
    said = [clause for clause in str(row[f"reasons_{language}"]).split("; ") if clause]
    if rated:
        return said
    known = said[: max(0, len(row["reason_codes"]) - 1)]
    words = evidence.input_words(row["missing"])[0 if language == "en" else 1].split("; ")
    missing = "; ".join(words[:_MOST])
    more = len(words) - _MOST
    if more > 0:
        missing = _("{list}; and {n} more").format(list=missing, n=number(more, language))
    return [*known, _("not known: {list}").format(list=missing)]
