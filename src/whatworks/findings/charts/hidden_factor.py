"""How strong a factor that nobody measured would have to be to take the difference away."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import whatworks.findings.style as style
from whatworks.core.columns import require_columns
from whatworks.core.errors import EmptyData
from whatworks.core.result import EffectResult
from whatworks.findings.charts import rows
from whatworks.findings.charts.love import covariate_label
from whatworks.findings.charts.scale import Scale, decimals_for
from whatworks.findings.charts.words import Words, spoken, unit_of
from whatworks.findings.figures import figure_html
from whatworks.findings.language import number, percent, translator

Labels = Mapping[str, Words]
STRONGEST = "strongest observed"
_HEIGHT, _LEFT, _RIGHT = 250.0, 44.0, 104.0
# Shares of the difference that are left along the thin lines.
_LEFT_OVER = (0.75, 0.5, 0.25)
_POINTS = 60
# Shares of variance that the axes name; near zero the axes are stretched, as most covariates stand there.
_TICKS = (0.0, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 1.0)
_EDGE = style.WIDTH - _RIGHT
_BOX = tuple[float, float, float, float]


class _Stretched:
    """A scale of shares on which equal steps are equal steps of correlation.

    Parameters
    ----------
    high : largest share
    start, end : places of 0 and of ``high`` in pixels
    """

    def __init__(self, high: float, start: float, end: float) -> None:
        self._along = Scale(0, float(np.sqrt(high)), start, end)
        self.ticks = [tick for tick in _TICKS if tick <= high]

    def __call__(self, share: float) -> float:
        return self._along(float(np.sqrt(share)))


def hidden_factor_data(result: EffectResult) -> pd.DataFrame:
    """What the chart of hidden factors draws: lines of equal difference left, and factors as strong as observed ones.

    Parameters
    ----------
    result : of ``ww.matching.omitted_variable_bias``

    Returns
    -------
    Columns kind ("line", "benchmark"), label (share of the difference left along a line, or the covariate), estimate (the
    difference left, in the result's unit), r2_treatment and r2_outcome (shares, 0 to 1, of what is left of both variances). The
    last line is where nothing is left; benchmarks are once as strong as the covariate.

    Raises
    ------
    MissingColumn
        If the result is not of ``omitted_variable_bias``.
    EmptyData
        If the result has no difference that anything could take away.
    """
    parts = result.parts
    require_columns(parts, ["benchmark", "multiple", "r2_treatment", "r2_outcome"], what=f"parts of {result.method}")
    head, freedom = result.headline, result.statistics["df"]
    once = parts[(parts["multiple"] == 1) & parts["r2_treatment"].notna()]
    strength = (head.estimate / head.std_error) ** 2 / freedom
    if not (np.isfinite(strength) and strength > 0):
        raise EmptyData("The result has no difference that a hidden factor could take away.")
    largest = _reach(once, result)
    lines = []
    for share in (*_LEFT_OVER, 0.0):
        # Equation (7) of Cinelli & Hazlett (2020), solved for the hold on the outcome.
        needed = strength * (1 - share) ** 2
        # From where the line enters at the top to the right edge, in equal steps of correlation.
        treatment = np.linspace(np.sqrt(needed / (needed + largest)), np.sqrt(largest), _POINTS) ** 2
        outcome = needed * (1 - treatment) / treatment
        inside = treatment <= largest
        lines.append(
            pd.DataFrame(
                {
                    "kind": "line", "label": f"{share:g}", "estimate": share * head.estimate,
                    "r2_treatment": treatment[inside], "r2_outcome": outcome[inside],
                }
            )
        )  # fmt: skip
    known = once[["benchmark", "estimate", "r2_treatment", "r2_outcome"]].rename(columns={"benchmark": "label"})
    return pd.concat([*lines, known.assign(kind="benchmark")], ignore_index=True)[
        ["kind", "label", "estimate", "r2_treatment", "r2_outcome"]
    ]


@style.applied()
def hidden_factor_chart(result: EffectResult, *, labels: Labels | None = None, language: str = "da") -> Figure:
    """Draw :func:`hidden_factor_data`: further out, a hidden factor takes away more; beyond the thick line, all.

    Parameters
    ----------
    labels : words for covariates
    """
    _ = translator(language)
    data = hidden_factor_data(result)
    page = style.sheet()
    above = style.wrapped(_("↑ how much more it tells about the outcome"), style.WIDTH, style.SMALL)
    top = 30.0 + 16 * len(above)
    largest = float(data[["r2_treatment", "r2_outcome"]].to_numpy(dtype=float).max()) * 1.04
    across = _Stretched(largest, _LEFT, _EDGE)
    up = _Stretched(largest, top + _HEIGHT, top)
    bottom = _axes(page, across, up, language)
    taken = _lines(page, data, across, up, result, language)
    _benchmarks(page, data, across, up, taken, labels, language)
    for text in style.wrapped(_("how much more it tells who took part"), style.WIDTH, style.SMALL):
        bottom += 16
        style.write_within(page, (_LEFT + _EDGE) / 2, bottom, text)
    for place, text in enumerate(above):
        style.write(page, 0, 14 + 16 * place, text, size=style.SMALL, color=style.INK_2)
    if (data["label"] == STRONGEST).any():
        words = _("the strongest observed")
        style.write(page, style.WIDTH, top - 14, words, size=style.SMALL, color=style.ACCENT, align="right")
        style.mark(page, style.WIDTH - style.text_width(words, style.SMALL) - 10, top - 18, color=style.ACCENT, shape="D", size=9)
    return style.finished(page, bottom + 8)


def hidden_factor_alt(
    result: EffectResult, *, unit: Words | None = None, labels: Labels | None = None, language: str = "da"
) -> str:
    """Say how strong a hidden factor would have to be, and what one as strong as the strongest observed one would leave."""
    _ = translator(language)
    data = hidden_factor_data(result)
    known = data[data["kind"] == "benchmark"]
    places = decimals_for([result.headline.estimate])
    listed = "; ".join(
        f"{_label(row.label, labels, language)}: {number(row.estimate, language, decimals=places, signed=True)}"
        for row in rows.each(known)
    )
    said = _finding(result, language)
    if not listed:
        return said
    told = _("Left in {unit}, were it once as strong as: {list}.").format(unit=unit_of(result, unit, language), list=listed)
    return f"{said} {told}"


def hidden_factor_figure(
    result: EffectResult,
    *,
    unit: Words | None = None,
    labels: Labels | None = None,
    language: str = "da",
    source: Words | None = None,
    synthetic: bool = False,
) -> str:
    """The chart of hidden factors as a figure for a page, with caption, alternative text and table twin."""
    _ = translator(language)
    parts = result.parts
    places = decimals_for([result.headline.estimate])
    table = pd.DataFrame(
        {
            _("A hidden factor as strong as"): [_label(each, labels, language) for each in parts["benchmark"]],
            _("Times"): [number(each, language) for each in parts["multiple"]],
            _("Tells who took part"): [_share(each, language) for each in parts["r2_treatment"]],
            _("Tells about the outcome"): [_share(each, language) for each in parts["r2_outcome"]],
            _("Difference left"): [
                _("none can be so strong") if pd.isna(each) else number(each, language, decimals=places, signed=True)
                for each in parts["estimate"]
            ],
        }
    )
    return figure_html(
        hidden_factor_chart(result, labels=labels, language=language),
        caption=_finding(result, language),
        unit=unit_of(result, unit, language),
        alt=hidden_factor_alt(result, unit=unit, labels=labels, language=language),
        note=_(
            "Per cent of what the observed characteristics leave unexplained; the axes are stretched near zero. Along each thin "
            "line the same difference is left; on the thick line, none. A dot is a hidden factor as strong as the one named."
        ),
        table=table,
        language=language,
        source=spoken(source, language) or None,
        synthetic=synthetic,
    )


def _reach(once: pd.DataFrame, result: EffectResult) -> float:
    """How far the axes go: every benchmark is on them, and the line where nothing is left."""
    gone = result.statistics["robustness_value"] / max(float(result.provenance.arguments.get("q", 1.0)), 1e-9)
    furthest = [gone * 1.5, *(once["r2_treatment"] * 1.1), *(once["r2_outcome"] * 1.1)]
    return float(min(max(each for each in furthest if np.isfinite(each)), 1.0))


def _axes(page: Axes, across: _Stretched, up: _Stretched, language: str) -> float:
    """Per cent on both sides; returns the height below the numbers."""
    for tick in up.ticks:
        style.line(page, (_LEFT, _EDGE), (up(tick), up(tick)), color=style.RULE)
        style.write(page, _LEFT - 6, up(tick) + 4, _share(tick, language), size=style.SMALL, color=style.INK_2, align="right")
    style.line(page, (_LEFT, _EDGE), (up(0), up(0)), color=style.RULE_STRONG)
    taken = -np.inf
    for tick in across.ticks:
        style.line(page, (across(tick), across(tick)), (up(0), up(0) + 4), color=style.RULE_STRONG)
        half = style.text_width(_share(tick, language), style.SMALL) / 2
        if across(tick) - half > taken:
            style.write_within(page, across(tick), up(0) + 18, _share(tick, language))
            taken = across(tick) + half + 5
    return up(0) + 20


def _lines(page: Axes, data: pd.DataFrame, across: _Stretched, up: _Stretched, result: EffectResult, language: str) -> list[_BOX]:
    """Lines of equal difference left, each with its number at its right end; returns what stands in the way of other words."""
    _ = translator(language)
    places = decimals_for([result.headline.estimate])
    taken: list[_BOX] = []
    lines = data[data["kind"] == "line"]
    below = np.inf
    for label in dict.fromkeys(lines["label"]):
        line, nothing = lines[lines["label"] == label], label == "0"
        x, y = [across(each) for each in line["r2_treatment"]], [up(each) for each in line["r2_outcome"]]
        style.line(page, x, y, color=style.WARN if nothing else style.MUTED, width=3 if nothing else 1.5)
        taken += [(left - 2, low - 2, left + 2, low + 2) for left, low in zip(x, y, strict=True)]
        value = number(float(line["estimate"].iloc[0]), language, decimals=places, signed=True)
        text = _("nothing left") if nothing else _("{value} left").format(value=value)
        below = min(y[-1] + 4, below - 15)
        words = style.shortened(text, _RIGHT - 8, style.SMALL)
        style.write(page, _EDGE + 6, below, words, size=style.SMALL, color=style.WARN if nothing else style.INK_2, bold=nothing)
    return taken


def _benchmarks(
    page: Axes, data: pd.DataFrame, across: _Stretched, up: _Stretched, taken: list[_BOX], labels: Labels | None, language: str
) -> None:
    """A mark for each factor as strong as an observed one; named where there is room, the strongest first."""
    known = data[data["kind"] == "benchmark"]
    by_hold = (known["r2_treatment"] * known["r2_outcome"]).to_numpy(dtype=float)
    points = [(across(x), up(y)) for x, y in zip(known["r2_treatment"], known["r2_outcome"], strict=True)]
    taken += [(x - 6, y - 6, x + 6, y + 6) for x, y in points]
    for place in np.argsort(-by_hold, kind="stable"):
        (x, y), row = points[place], known.iloc[place]
        strongest = row["label"] == STRONGEST
        style.mark(page, x, y, color=style.ACCENT if strongest else style.INK_2, shape="D" if strongest else "o", size=9)
        if strongest:
            continue
        text = style.shortened(_label(row["label"], labels, language), 170, style.SMALL)
        half = style.text_width(text, style.SMALL) / 2
        around = [(x + side * (half + 9), y + 4 + step) for step in (0, -9, 9, -16, 16) for side in (1, -1)]
        around += [(x, y - 10), (x, y + 19)]
        spot = _free_spot(text, around, taken)
        if spot is not None:
            _put(page, text, spot, taken)


def _free_spot(text: str, spots: list[tuple[float, float]], taken: list[_BOX]) -> tuple[float, float] | None:
    """The first place, as the middle of the text's baseline, where it lies on nothing and within the plane."""
    for x, y in spots:
        box = _box(text, x, y)
        if box[0] < _LEFT or box[2] > _EDGE or box[1] < 36 or box[3] > 46 + _HEIGHT - 1:
            continue
        if not any(box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3] for other in taken):
            return x, y
    return None


def _put(page: Axes, text: str, spot: tuple[float, float], taken: list[_BOX]) -> None:
    taken.append(_box(text, *spot))
    style.write(page, *spot, text, size=style.SMALL, align="center")


def _box(text: str, x: float, y: float) -> _BOX:
    half = style.text_width(text, style.SMALL) / 2 + 2
    return x - half, y - 12, x + half, y + 5


def _label(benchmark: str, labels: Labels | None, language: str) -> str:
    return (
        translator(language)("the strongest observed") if benchmark == STRONGEST else covariate_label(benchmark, labels, language)
    )


def _share(value: float, language: str) -> str:
    _ = translator(language)
    return (
        _("not computed")
        if pd.isna(value)
        else percent(value, language, decimals=0 if round(value, 3) in _TICKS or value >= 0.1 else 1)
    )


def _finding(result: EffectResult, language: str) -> str:
    _ = translator(language)
    value = percent(result.statistics["robustness_value"], language, decimals=1)
    parts = result.parts
    strongest = parts[(parts["multiple"] == 1) & parts["estimate"].notna()].tail(1)
    said = _(
        "A hidden factor would have to tell {share} more about both who took part and the outcome to take the difference away."
    )
    if strongest.empty:
        return said.format(share=value)
    left = float(strongest["estimate"].iloc[0]) / float(result.headline.estimate)
    if left <= 0:
        more = _("One as strong as the strongest observed would.")
    else:
        more = _("One as strong as the strongest observed would leave {left} of it.").format(left=percent(left, language))
    return f"{said.format(share=value)} {more}"
