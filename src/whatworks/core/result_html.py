"""A result as a notebook shows it: what it is, the first rows, one line for each check; small however large the result."""

import math
from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np
import pandas as pd

from whatworks.core.check import Check

# Enough to read; the whole table is one call away.
ROWS, COLUMNS, CHECKS, LETTERS = 12, 12, 12, 60
MARKS = {True: "✓", False: "✗", None: "?"}
_SAID = {True: "passed", False: "failed", None: "cannot tell"}
# Colours are inherited, so that a dark notebook stays dark; rules are drawn in the text's own colour.
_STYLE = (
    ".ww-result{color:inherit;background:transparent;max-width:100%;overflow-x:auto}"
    ".ww-result p{margin:.3em 0}"
    ".ww-result table{border-collapse:collapse;color:inherit;background:transparent;font-variant-numeric:tabular-nums;"
    "border-top:2px solid;border-bottom:2px solid;margin:.5em 0}"
    ".ww-result tr{background:transparent!important;color:inherit}"
    ".ww-result th,.ww-result td{padding:.25em .8em;text-align:right;border:0;border-bottom:1px solid rgba(128,128,128,.35);"
    "color:inherit;background:transparent}"
    ".ww-result thead th{border-bottom:1px solid;vertical-align:bottom}"
    ".ww-result .text{text-align:left;white-space:nowrap}.ww-result .headline td{font-weight:700}"
    ".ww-result ul{list-style:none;padding:0;margin:.3em 0}.ww-result .failed{font-weight:700}"
)


def result_html(result: Any) -> str:
    """HTML of an ``EffectResult``: its meaning, at most 12 rows and columns, and its checks; headline and failures first."""
    effects = result.effects
    headline = (effects["kind"] == "headline").to_numpy(dtype=bool)
    shown = effects.iloc[[*np.flatnonzero(headline), *np.flatnonzero(~headline)[: ROWS - 1]]]
    more = len(effects) - len(shown)
    hidden = effects.shape[1] - COLUMNS
    rest = [f"{more:,} more rows"] if more > 0 else []
    rest += [f"{hidden} more columns"] if hidden > 0 else []
    below = f"<p>{' and '.join(rest)} in <code>.effects</code>.</p>" if rest else ""
    return (
        f'<div class="ww-result"><style>{_STYLE}</style><p><strong>{escape(_short(result.estimand, 4 * LETTERS))}</strong><br>'
        f"{escape(_short(result.unit))} · {escape(result.method)} · {100 * result.conf_level:g}% intervals</p>"
        f"{_table(shown.iloc[:, :COLUMNS])}{below}{_checks(result.checks)}</div>"
    )


def _table(rows: pd.DataFrame) -> str:
    text = [not pd.api.types.is_numeric_dtype(rows[column]) for column in rows]
    heads = "".join(
        f'<th scope="col"{_left(left)}>{escape(_short(str(column)))}</th>' for column, left in zip(rows, text, strict=True)
    )
    body = []
    for values in rows.itertuples(index=False, name=None):
        cells = "".join(
            f"<td{_left(left)}>{escape(_cell(value, str(column)))}</td>"
            for column, value, left in zip(rows, values, text, strict=True)
        )
        body.append(f'<tr class="headline">{cells}</tr>' if values[1] == "headline" else f"<tr>{cells}</tr>")
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{''.join(body)}</tbody></table>"


def _left(text: bool) -> str:
    return ' class="text"' if text else ""


def _cell(value: Any, column: str) -> str:
    """A number to four digits that count, large ones whole; a missing value is empty."""
    if not isinstance(value, str) and pd.isna(value):
        return ""
    if isinstance(value, bool) or not pd.api.types.is_number(value):
        return _short(str(value))
    x = float(value)  # type: ignore[arg-type]
    if column == "p_value" and x < 0.001:
        return "< 0.001"
    if math.isinf(x):
        return "∞" if x > 0 else "−∞"
    said = f"{x:,.0f}" if abs(x) >= 1000 or x == int(x) else f"{x:.4g}"
    return said.replace("-", "−")


def _checks(checks: Sequence[Check]) -> str:
    ordered = sorted(checks, key=lambda check: (check.passed is not False, check.passed is True))
    lines = [
        f'<li class="{_SAID[check.passed].replace(" ", "-")}"><span aria-hidden="true">{MARKS[check.passed]}</span> '
        f"{escape(check.name)}: {_SAID[check.passed]}. {escape(_short(check.message, 4 * LETTERS))}</li>"
        for check in ordered[:CHECKS]
    ]
    if len(ordered) > CHECKS:
        lines.append(f"<li>{len(ordered) - CHECKS} more in <code>.checks</code>.</li>")
    return f"<ul>{''.join(lines)}</ul>" if lines else ""


def _short(text: str, letters: int = LETTERS) -> str:
    return text if len(text) <= letters else text[: letters - 1] + "…"
