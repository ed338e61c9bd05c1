"""How a result looks in a notebook: the answer first, marks on checks, the reader's colours, and never large."""

import numpy as np
import pandas as pd
import pytest

from whatworks.core import Check, EffectResult, Provenance


def result(effects: pd.DataFrame, **said) -> EffectResult:
    about = {
        "method": "example",
        "estimand": "ATT <1 & 2>",
        "measure": "MD",
        "unit": "days",
        "provenance": Provenance(data_fingerprint="0"),
    }
    return EffectResult(effects=effects, **{**about, **said})


def frame(n: int, headline: int = 0) -> pd.DataFrame:
    effects = pd.DataFrame({"term": "part", "kind": "part", "estimate": np.arange(n, dtype=float) + 0.12345}, index=range(n))
    effects.loc[headline, ["term", "kind"]] = ["ATT", "headline"]
    return effects.assign(std_error=1234567.0, conf_low=-2.5, conf_high=np.nan, p_value=1e-9)[
        ["term", "kind", "estimate", "std_error", "conf_low", "conf_high", "p_value"]
    ]


def test_the_answer_stands_first_with_numbers_that_can_be_read():
    html = result(frame(30, headline=20))._repr_html_()
    body = html[html.index("<tbody>") :]
    assert body.index("headline") < body.index(">part<")
    assert "<td>20.12</td>" in body
    assert "<td>1,234,567</td>" in body
    assert "<td>−2.5</td>" in body
    assert "&lt; 0.001" in body
    assert "nan" not in body
    assert "18 more rows" in html
    assert "ATT &lt;1 &amp; 2&gt;" in html


def test_failed_checks_come_first_each_on_a_line_with_a_mark():
    checks = [
        Check(name=name, passed=passed, message=f"About {name}.")
        for name, passed in (("good", True), ("open", None), ("bad", False))
    ]
    html = result(frame(1), checks=tuple(checks))._repr_html_()
    assert html.index("✗</span> bad: failed. About bad.") < html.index("?</span> open") < html.index("✓</span> good: passed")
    assert html.count("<li") == 3


def test_no_colour_is_fixed_so_that_a_dark_notebook_stays_dark():
    html = result(frame(2))._repr_html_()
    assert "#" not in html
    assert "white" not in html.replace("white-space", "")
    assert "color:inherit" in html
    assert "prefers-color-scheme" not in html


@pytest.mark.parametrize("wide", [False, True])
def test_a_result_of_five_million_rows_is_shown_small(wide):
    effects = frame(5_000_000)
    if wide:
        effects = pd.concat([effects.head(3), pd.DataFrame({f"extra_{n}": [n] * 3 for n in range(200)})], axis=1)
    many = result(effects, checks=tuple(Check(name="x", passed=True, message="long " * 2000) for _ in range(100)))
    html = many._repr_html_()
    assert len(html) < 12_000
    assert ("195 more columns" if wide else "4,999,988 more rows") in html
