"""What of a finding may be published: no row about a person, and no number that tells of too few."""

import math
import re
from dataclasses import replace

import pandas as pd

from whatworks.core.disclosure import K_FLOOR, K_PUBLISH, disclose, is_small
from whatworks.core.errors import DisclosureRisk
from whatworks.core.result import EffectResult

# Of the result of one named place: the fewest people behind any of its own numbers.
FEWEST_PEOPLE = "fewest_people"
# 98 municipalities by 20 quarters is 1,960 rows: the longest table of groups that a page has use for.
MAX_ROWS = 2_000
_PERSON = r"(citizen|person|patient|participant|household|client|borger|case|cpr|pnr)"
_IDENTIFIER = re.compile(
    rf"^(id|row|index|first_name|last_name|(birth|address).*|(.*_)?{_PERSON}(_?(id|no|nr|number|key|name))?)$"
)


def fewest_of(design: str) -> int:
    """The fewest places or people that a published number may be about.

    A roll-out counts places, which are not secret; three of them keep any one from being told apart.
    """
    return K_FLOOR if design in ("rollout", "municipality") else K_PUBLISH


def of_a_named_place(result: EffectResult, k: int) -> EffectResult:
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


def without_counts_by_row(result: EffectResult, k: int) -> EffectResult:
    """A result without counts of people in its rows where two rows differ by so few that the difference tells of them."""
    counts = [column for column in ("n_treated", "n_comparison") if column in result.effects]
    told = [result.effects[column].dropna().astype(float).sort_values().diff().dropna() for column in counts]
    if not any(gaps.map(lambda gap: is_small(gap, k)).any() for gaps in told):
        return result
    return replace(result, effects=result.effects.drop(columns=counts))


def fit_table(table: pd.DataFrame) -> pd.DataFrame:
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


def refuse_row_level(name: str, table: pd.DataFrame) -> None:
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
