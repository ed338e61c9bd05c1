"""Twenty answers that fit the numbers equally well: uncertainty that can be counted."""

import math

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from scipy.stats import t

import whatworks.findings.style as style
from whatworks.core.errors import InvalidEffect, InvalidOption
from whatworks.core.options import one_of
from whatworks.core.result import EffectResult
from whatworks.findings.charts import rows
from whatworks.findings.charts.dot_columns import column_width, dot_size, name_lines, stack_dots
from whatworks.findings.charts.scale import decimals_for, spanning
from whatworks.findings.charts.words import (
    LOG_MEASURES,
    RATIO_MEASURES,
    Words,
    as_ratio,
    better,
    estimate_text,
    null_of,
    spoken,
    unit_of,
)
from whatworks.findings.figures import figure_html
from whatworks.findings.language import number, translator

# Kay, Kola, Hullman & Munson (2016), CHI '16: 5092-5103: 20 dots are few enough to count at a glance.
DOTS = 20
# Estimated as ratios, not as their logarithms.
_PLAIN_RATIOS = tuple(measure for measure in RATIO_MEASURES if measure not in LOG_MEASURES)


def dots_data(result: EffectResult, *, good: str | None = None, smallest_important: float | None = None) -> pd.DataFrame:
    """What the quantile dot plot draws: twenty answers spread as the headline's interval says.

    The answers are quantiles of the t distribution where the result states its degrees of freedom, else of the normal
    one, placed so that ``conf_low`` and ``conf_high`` are its quantiles. Ratios are spread on the log scale.

    Parameters
    ----------
    result : any result whose headline has an interval, or a standard error on the scale of its estimate
    good : "up" or "down", which direction is better for the person; the result's own by default
    smallest_important : smallest difference that matters, as a positive number in the unit of the estimate; for a ratio
        its distance from 1

    Returns
    -------
    Columns dot (1 to 20), value, side ("important", "better", "worse"; "above" or "below" where the direction of good is
    not known). Log ratios come out as ratios, risk differences as people out of 100.

    Raises
    ------
    InvalidEffect
        If the headline has no estimate, or neither an interval nor a positive standard error.
    InvalidOption
        If ``smallest_important`` is not positive.

    References
    ----------
    Kay, Kola, Hullman & Munson (2016), CHI '16: 5092-5103. An interval read as a distribution: Xie & Singh (2013),
    International Statistical Review 81:3-39.

    Examples
    --------
    >>> effects = pd.DataFrame({"term": ["ATT"], "kind": ["headline"], "estimate": [2.0], "std_error": [1.0],
    ...                         "conf_low": [0.04], "conf_high": [3.96], "p_value": [0.05]})
    >>> result = ww.EffectResult(method="example", estimand="ATT", measure="MD", unit="points", good="up",
    ...                          effects=effects, provenance=ww.Provenance(data_fingerprint="0"))
    >>> dots_data(result, smallest_important=1.0)["side"].value_counts().to_dict()
    {'important': 17, 'better': 3}
    """
    if smallest_important is not None and not smallest_important > 0:
        raise InvalidOption(
            f"smallest_important is {smallest_important}; give it as a positive number, whichever direction is good."
        )
    good = good or result.good
    if good is not None:
        one_of(good, ("up", "down"), name="good")
    values = _answers(result)
    limit = _limit_estimated(result, good, smallest_important)
    shown = [_shown(value, result) for value in values]
    return pd.DataFrame({"dot": np.arange(1, DOTS + 1), "value": shown, "side": [_side(value, good, limit) for value in values]})


@style.applied()
def dots_chart(
    result: EffectResult, *, good: str | None = None, smallest_important: float | None = None, language: str = "da"
) -> Figure:
    """Draw :func:`dots_data`: twenty dots over the axis, the line of no difference and the smallest difference that matters."""
    _ = translator(language)
    good = good or result.good
    data = dots_data(result, good=good, smallest_important=smallest_important)
    null = null_of(result.measure)
    limit = _limit(result, good, smallest_important)
    scale = spanning(
        [*data["value"], null, *([limit] if limit is not None else [])], start=16, end=style.WIDTH - 16, log=null == 1
    )
    page = style.sheet()
    words = better(good, language)
    if words:
        right = words.endswith("→")
        place, align = (style.WIDTH, "right") if right else (0.0, "left")
        style.write(page, place, 14, words, size=style.SMALL, color=style.GOOD, bold=True, align=align)
    step = column_width(scale, data["value"], null, limit)
    columns = np.floor((np.array([scale(value) for value in data["value"]]) - scale(null)) / step)
    tallest = int(pd.Series(columns).value_counts().max())
    bottom = 76 + tallest * (dot_size(step) + 2)
    name_lines(page, scale(null), None if limit is None else scale(limit), bottom, language)
    rings = {"better"} if limit is not None else set()
    stack_dots(page, data, columns, origin=scale(null), step=step, bottom=bottom, rings=rings)
    return style.finished(page, rows.axis(page, scale, bottom, language, signed=null == 0))


def dots_alt(
    result: EffectResult,
    *,
    good: str | None = None,
    smallest_important: float | None = None,
    unit: Words | None = None,
    language: str = "da",
) -> str:
    """Say how many of twenty answers are better and how many matter, and the estimate with its interval."""
    _ = translator(language)
    head = result.headline
    printed = (float(head.estimate), float(head.conf_low), float(head.conf_high))
    estimate, low, high = printed if result.measure in _PLAIN_RATIOS else (_shown(value, result) for value in printed)
    numbers = estimate_text(estimate, low, high, language, decimals=decimals_for([estimate]), signed=null_of(result.measure) == 0)
    told = _("The estimate is {value}, {unit}.").format(value=numbers, unit=_unit(result, unit, language))
    return f"{dots_caption(result, good=good, smallest_important=smallest_important, language=language)} {told}"


def dots_caption(
    result: EffectResult, *, good: str | None = None, smallest_important: float | None = None, language: str = "da"
) -> str:
    """``19 of 20 possible answers ...``: the finding in one sentence that anyone can count after."""
    _ = translator(language)
    good = good or result.good
    counts = dots_data(result, good=good, smallest_important=smallest_important)["side"].value_counts()
    total = number(DOTS, language)
    if good is None:
        return _("{n} of {total} possible answers lie above no difference.").format(
            n=number(int(counts.get("above", 0)), language), total=total
        )
    important, gained = int(counts.get("important", 0)), int(counts.get("important", 0) + counts.get("better", 0))
    said = _("{n} of {total} possible answers are better for the person").format(n=number(gained, language), total=total)
    if smallest_important is None:
        return said + "."
    if important == 0:
        return said + _("; none is large enough to matter.")
    return said + _("; {n} of {total} are large enough to matter.").format(n=number(important, language), total=total)


def dots_figure(
    result: EffectResult,
    *,
    good: str | None = None,
    smallest_important: float | None = None,
    unit: Words | None = None,
    language: str = "da",
    source: Words | None = None,
    synthetic: bool = False,
) -> str:
    """The quantile dot plot as a figure for a page, with caption, alternative text and table twin."""
    _ = translator(language)
    data = dots_data(result, good=good, smallest_important=smallest_important)
    places = decimals_for(data["value"])
    words = {
        "important": _("better, and more than the smallest difference that matters"),
        "better": _("better"),
        "worse": _("worse"),
        "above": _("above no difference"),
        "below": _("below no difference"),
    }
    ratio = null_of(result.measure) == 1
    table = pd.DataFrame(
        {
            _("Answer"): data["dot"],
            _("Difference"): [number(each, language, decimals=places, signed=not ratio) for each in data["value"]],
            _("For the person"): data["side"].map(words),
        }
    )
    return figure_html(
        dots_chart(result, good=good, smallest_important=smallest_important, language=language),
        caption=dots_caption(result, good=good, smallest_important=smallest_important, language=language),
        unit=_unit(result, unit, language),
        alt=dots_alt(result, good=good, smallest_important=smallest_important, unit=unit, language=language),
        note=_("Each dot is one of 20 answers that fit the numbers equally well."),
        table=table,
        language=language,
        source=spoken(source, language) or None,
        synthetic=synthetic,
    )


def _answers(result: EffectResult) -> list[float]:
    """Middle and width from the headline's interval, on the scale where no difference is 0 and the interval is even."""
    head = result.headline
    if result.measure in _PLAIN_RATIOS:
        low, high = (math.log(bound) if bound > 0 else math.nan for bound in (float(head.conf_low), float(head.conf_high)))
        error = math.nan
    else:
        low, high, error = float(head.conf_low), float(head.conf_high), float(head.std_error)
    freedom = _freedom(result)
    middle, width = (low + high) / 2, (high - low) / 2 / float(t.ppf((1 + result.conf_level) / 2, freedom))
    if not np.isfinite(width):
        middle, width = float(head.estimate), error
    if not (np.isfinite(float(head.estimate)) and np.isfinite(middle) and width > 0 and np.isfinite(width)):
        raise InvalidEffect(
            f"The headline of {result.method} has neither an interval nor a positive standard error, so nothing says how far "
            "from its estimate an answer may lie. Show its estimate alone."
        )
    return [float(each) for each in t.ppf((np.arange(DOTS) + 0.5) / DOTS, freedom, loc=middle, scale=width)]


def _freedom(result: EffectResult) -> float:
    """Degrees of freedom behind the interval; infinite, which is the normal distribution, where none are stated."""
    # Knapp & Hartung (2003), Statistics in Medicine 22:2693-2710: t with the degrees of freedom of Q, k - 1.
    pooled = result.provenance.arguments.get("test") in ("knha", "adhoc")
    freedom = float(result.statistics.get("q_df" if pooled else "df", math.inf))
    return freedom if freedom > 0 else math.inf


def _shown(value: float, result: EffectResult) -> float:
    """A value on the evenly spread scale as people read it: ratios, people out of 100, or the unit itself."""
    if result.measure in _PLAIN_RATIOS:
        return math.exp(value)
    return as_ratio(value, result.measure) * (100 if result.measure == "RD" else 1)


def _side(value: float, good: str | None, limit: float | None) -> str:
    """Where an answer stands; ``value`` and ``limit`` on the scale where no difference is 0."""
    if good is None:
        return "above" if value > 0 else "below"
    sign = 1 if good == "up" else -1
    if sign * value <= 0:
        return "worse"
    return "important" if limit is not None and sign * value > sign * limit else "better"


def _limit_estimated(result: EffectResult, good: str | None, smallest_important: float | None) -> float | None:
    """Where the smallest important difference stands on that scale; a missing direction has no such place."""
    if smallest_important is None or good is None:
        return None
    step = smallest_important if good == "up" else -smallest_important
    if result.measure not in _PLAIN_RATIOS:
        return step
    return math.log(1 + step) if step > -1 else -math.inf


def _limit(result: EffectResult, good: str | None, smallest_important: float | None) -> float | None:
    """Where the smallest important difference stands on the axis; None where the axis has no such place."""
    limit = _limit_estimated(result, good, smallest_important)
    return None if limit is None or not math.isfinite(limit) else _shown(limit, result)


def _unit(result: EffectResult, unit: Words | None, language: str) -> str:
    if result.measure == "RD":
        return translator(language)("people out of 100")
    measure = LOG_MEASURES.get(result.measure, result.measure if result.measure in _PLAIN_RATIOS else None)
    if measure in (None, "ratio"):
        return unit_of(result, unit, language)
    return translator(language)("ratio ({measure}), log scale").format(measure=measure)
