"""Providers in charts: names in the order of the alphabet, owners by shape, and why some cannot be compared."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

import whatworks.findings.style as style
from whatworks.core.alphabet import sort_key
from whatworks.core.columns import require_columns
from whatworks.core.errors import EmptyData
from whatworks.core.result import EffectResult
from whatworks.findings.charts import rows
from whatworks.findings.charts.words import LOG_MEASURES, Words, as_ratio, spoken
from whatworks.findings.language import number, translator
from whatworks.findings.names import N_

# Shape, never colour, tells owners apart: colour would read as a verdict.
SHAPES = ("o", "s", "D", "^", "v")
_OWNERS = {"municipal": N_("municipal"), "regional": N_("regional"), "private": N_("private")}
_REASONS = {
    "too_few_citizens": N_("too few citizens"),
    "few_events": N_("too few citizens it happened to, or did not happen to"),
    "different_mix": N_("its citizens are too different from the others'"),
    "dominant": N_("it has more than half of all citizens"),
    "low_baseline": N_("too few were measured before the start"),
    "low_follow_up": N_("too few were followed up"),
    "too_few_providers": N_("there are too few services to compare"),
}


def provider_rows(result: EffectResult, *, language: str) -> pd.DataFrame:
    """The providers of a comparison in alphabetical order, values as people read them (log ratios as ratios).

    Parameters
    ----------
    result : from ``ww.benchmarking.compare``

    Raises
    ------
    MissingColumn
        If the result is no comparison of providers.
    EmptyData
        If it has no provider.
    """
    parts = result.parts
    require_columns(parts, ["level", "provider", "comparable", "reason", "shrunken"], what=f"parts of {result.method}")
    rows = parts[parts["level"] == "provider"]
    if rows.empty:
        raise EmptyData(f"{result.method} holds no provider. Use ww.benchmarking.compare.")
    out = rows.copy()
    if result.measure in LOG_MEASURES:
        for column in out.columns:
            if column in ("estimate", "conf_low", "conf_high", "unadjusted") or column.startswith(("shrunken", "limit_")):
                out[column] = [as_ratio(float(value), result.measure) for value in out[column]]
    return out.sort_values("provider", key=lambda names: names.map(lambda name: sort_key(str(name), language)), ignore_index=True)


def reason_words(reasons: str, language: str) -> str:
    """Why a provider cannot be compared, in words.

    Examples
    --------
    >>> reason_words("too_few_citizens; low_follow_up", "en")
    'too few citizens; too few were followed up'
    """
    _ = translator(language)
    return "; ".join(_(_REASONS[reason]) if reason in _REASONS else reason for reason in str(reasons).split("; ") if reason)


def owner_name(owner: Any, labels: Mapping[str, Words] | None, language: str) -> str:
    """The owner in words; empty where none is given."""
    if owner is None or pd.isna(owner):
        return ""
    if labels and str(owner) in labels:
        return spoken(labels[str(owner)], language)
    return translator(language)(_OWNERS[owner]) if owner in _OWNERS else str(owner)


def owner_shapes(owners: pd.Series, labels: Mapping[str, Words] | None, language: str) -> dict[str, str]:
    """A shape for each owner, in alphabetical order of their names; nothing where nobody is named."""
    names = sorted({name for name in (owner_name(each, labels, language) for each in owners) if name})
    return {name: SHAPES[place % len(SHAPES)] for place, name in enumerate(names)} if len(names) > 1 else {}


def owner_legend(page: Axes, y: float, shapes: Mapping[str, str]) -> float:
    """What the shapes mean, over as many lines as it takes; returns the height below."""
    if not shapes:
        return y
    names = [style.shortened(name, 150, style.SMALL) for name in shapes]
    places = rows.legend_places(names, sign=17, gap=17)
    for (x, down), text, shape in zip(places, names, shapes.values(), strict=True):
        style.mark(page, x + 6, y + down + 9, color=style.INK_2, shape=shape, size=9)
        style.write(page, x + 17, y + down + 14, text, size=style.SMALL, color=style.INK_2)
    return y + places[-1][1] + 20


def left_out(data: pd.DataFrame, language: str) -> str:
    """How many cannot be compared, as an end to a sentence; empty where all can."""
    _ = translator(language)
    missing = int((~data["comparable"]).sum())
    return _("; {n} cannot be compared").format(n=number(missing, language)) if missing else ""
