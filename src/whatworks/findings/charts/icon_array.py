"""A hundred people twice: without the intervention and with it, so that a difference can be counted."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import whatworks.findings.style as style
from whatworks.core.errors import InvalidOption
from whatworks.core.options import one_of
from whatworks.findings.charts import rows
from whatworks.findings.charts.words import Words, spoken
from whatworks.findings.figures import figure_html
from whatworks.findings.language import interval, number, translator

_SIDE, _STEP, _ICON = 10, 16.0, 11.0
_SECOND = 184.0
_TOP = 62.0
_STATES = ("same", "changed", "possible", "other")


def icon_array_data(without: float, with_it: float, *, low: float, high: float) -> pd.DataFrame:
    """What each of a hundred icons stands for, in both panels.

    Parameters
    ----------
    without, with_it : shares of 1 it applies to without and with the intervention
    low, high : the range of ``with_it``

    Returns
    -------
    Columns panel ("without", "with"), icon (1 to 100), state: "same" (it applies in both panels), "changed" (the difference at
    the best estimate), "possible" (a larger difference, still within the range), "other". Whole persons.

    Raises
    ------
    InvalidOption
        If a share is not between 0 and 1, or the estimate is outside its range.

    References
    ----------
    Garcia-Retamero & Galesic (2010), Social Science & Medicine 70:1019-1025: icon arrays with the same denominator.

    Examples
    --------
    >>> icons = icon_array_data(0.30, 0.41, low=0.34, high=0.48)
    >>> icons.groupby(["panel", "state"]).size().to_dict()
    {('with', 'changed'): 11, ('with', 'other'): 52, ('with', 'possible'): 7, ('with', 'same'): 30, ('without', 'other'): 70, \
('without', 'same'): 30}
    """
    for name, share in (("without", without), ("with_it", with_it), ("low", low), ("high", high)):
        if not 0 <= share <= 1:
            raise InvalidOption(f"{name} is {share}; a share is between 0 and 1.")
    if not low <= with_it <= high:
        raise InvalidOption(
            f"with_it is {with_it}, outside its range {low} to {high}. Give low, estimate and high in that order."
        )
    first, second, lowest, highest = (int(100 * share + 0.5) for share in (without, with_it, low, high))
    far = highest if second >= first else lowest
    near, end = min(first, second), max(first, second)
    possible = range(end + 1, far + 1) if second >= first else range(far + 1, near + 1)
    icons = [("without", icon, "same" if icon <= first else "other") for icon in range(1, 101)]
    for icon in range(1, 101):
        state = "same" if icon <= near else "changed" if icon <= end else "other"
        icons.append(("with", icon, "possible" if icon in possible else state))
    return pd.DataFrame(icons, columns=["panel", "icon", "state"])


@style.applied()
def icon_array_chart(
    without: float, with_it: float, *, low: float, high: float, good: str = "up", language: str = "da"
) -> Figure:
    """Draw :func:`icon_array_data`: two squares of a hundred; what differs has its own shape and colour.

    Parameters
    ----------
    good : ``"up"`` where it is good that it applies to more people, else ``"down"``
    """
    one_of(good, ("up", "down"), name="good")
    _ = translator(language)
    data = icon_array_data(without, with_it, low=low, high=high)
    more = with_it >= without
    color = style.GOOD if more == (good == "up") else style.WARN
    page = style.sheet()
    heads = ((0.0, _("Without the intervention"), without), (_SECOND, _("With the intervention"), with_it))
    for left, title, share in heads:
        style.write(page, left, 16, title, size=style.SMALL, color=style.INK_2)
        style.write(page, left, 42, _("{n} of 100").format(n=number(int(100 * share + 0.5), language)), size=20, bold=True)
    for row in rows.each(data):
        _icon(page, row.panel, row.icon, row.state, color=color, more=more)
    bottom = _TOP + _SIDE * _STEP + 14
    return style.finished(page, _key(page, bottom, data, color=color, more=more, language=language))


def _icon(page: Axes, panel: str, icon: int, state: str, *, color: str, more: bool) -> None:
    row, column = divmod(icon - 1, _SIDE)
    x = (0.0 if panel == "without" else _SECOND) + column * _STEP + _ICON / 2
    _drawn(page, x, _TOP + row * _STEP + _ICON / 2, state, color=color, more=more)


def _drawn(page: Axes, x: float, y: float, state: str, *, color: str, more: bool) -> None:
    """One person. More people are filled diamonds; fewer are crossed out; what is only possible is hollow."""
    if state == "same":
        style.mark(page, x, y, color=style.INK_2, size=_ICON)
    elif state == "changed" and more:
        style.mark(page, x, y, color=color, shape="D", size=_ICON - 1)
    elif state == "changed":
        style.mark(page, x, y, color=color, shape="X", size=_ICON)
    elif state == "possible":
        style.mark(page, x, y, color=color, shape="D" if more else "o", size=_ICON - 3, hollow=True)
    else:
        style.mark(page, x, y, color=style.RULE_STRONG, size=4)


def _key(page: Axes, y: float, data: pd.DataFrame, *, color: str, more: bool, language: str) -> float:
    """What the shapes mean, said once and only for those that are drawn."""
    _ = translator(language)
    words = {
        "changed": _("{n} more of 100 with the intervention") if more else _("{n} fewer of 100 with the intervention"),
        "possible": _("{n} more within the range") if more else _("{n} fewer within the range"),
    }
    counts = data.loc[data["panel"] == "with", "state"].value_counts()
    for state, said in words.items():
        if state in counts:
            _drawn(page, _ICON / 2, y, state, color=color, more=more)
            style.write(page, _ICON + 10, y + 5, said.format(n=number(int(counts[state]), language)), size=style.SMALL)
            y += 22
    return y + 2


def icon_array_alt(without: float, with_it: float, *, low: float, high: float, language: str = "da") -> str:
    """Say both numbers, the range, and the difference."""
    _ = translator(language)
    first, second = int(100 * without + 0.5), int(100 * with_it + 0.5)
    return _("Two squares of a hundred people. Without the intervention {without}, with it {with_it} (probably {range}).").format(
        without=number(first, language),
        with_it=number(second, language),
        range=interval(int(100 * low + 0.5), int(100 * high + 0.5), language),
    )


def icon_array_figure(
    without: float,
    with_it: float,
    *,
    low: float,
    high: float,
    outcome: Words,
    good: str = "up",
    note: str = "",
    language: str = "da",
    synthetic: bool = False,
) -> str:
    """The two squares as a figure for a page, with caption, alternative text and table twin."""
    _ = translator(language)
    first, second = number(int(100 * without + 0.5), language), number(int(100 * with_it + 0.5), language)
    table = pd.DataFrame(
        {
            _("People"): [_("Without the intervention"), _("With the intervention")],
            _("Out of 100"): [first, second],
            _("Range"): ["–", interval(int(100 * low + 0.5), int(100 * high + 0.5), language)],
        }
    )
    return figure_html(
        icon_array_chart(without, with_it, low=low, high=high, good=good, language=language),
        caption=_("{with_it} of 100 instead of {without}").format(with_it=second, without=first),
        unit=spoken(outcome, language),
        alt=icon_array_alt(without, with_it, low=low, high=high, language=language),
        note=note or _("Each shape is one of 100 people."),
        table=table,
        language=language,
        synthetic=synthetic,
    )
