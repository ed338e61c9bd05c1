"""What a result means and does not mean."""

import numpy as np
import pandas as pd
import pytest

import whatworks as ww
from whatworks.core import Check, EffectResult, Provenance
from whatworks.core.errors import InvalidOption
from whatworks.findings import explain


def result(low=1.0, high=5.0, **about):
    row = {
        "term": "ATT",
        "kind": "headline",
        "estimate": 3.0,
        "std_error": 1.0,
        "conf_low": low,
        "conf_high": high,
        "p_value": 0.0,
    }
    given = {"method": "did.att_gt", "estimand": "ATT", "measure": "MD", "unit": "points", "good": "up", **about}
    return EffectResult(effects=pd.DataFrame([row]), provenance=Provenance(data_fingerprint="0"), **given)


def test_a_clear_effect_is_no_proof_and_an_unclear_one_no_absence():
    assert "Chance alone is an unlikely explanation" in str(explain(result(), language="en"))
    unclear = str(explain(result(low=-1.0), language="en"))
    assert "That does not mean that there is no difference" in unclear
    assert "Chance alone" not in unclear


def test_nothing_lies_at_one_for_ratios_and_at_zero_for_their_logarithms():
    assert "Chance alone" in str(explain(result(low=1.2, high=3.0, measure="RR"), language="en"))
    assert "cannot tell" in str(explain(result(low=-0.2, high=3.0, measure="logRR"), language="en"))


def test_doubts_that_came_true_are_told_in_the_reader_s_language():
    few = Check(name="few_clusters", passed=False, message="7 clusters.", statistics={"clusters": 7.0, "limit": 40.0})
    assert "Der er kun få uafhængige grupper: 7." in str(explain(result(checks=(few,)), language="da"))
    assert "Ingen af de kontroller" in str(explain(result(), language="da"))


def test_a_number_without_a_range_says_so():
    told = str(explain(result(low=np.nan, high=np.nan), language="da"))
    assert "intet interval" in told
    assert "Hvad tallet ikke betyder" not in told


def test_units_cannot_smuggle_markup_into_a_notebook():
    html = explain(result(unit="<script>alert(1)</script>"), language="en")._repr_html_()
    assert "<script>" not in html
    assert 'lang="en"' in html


def test_what_is_no_result_is_refused():
    with pytest.raises(InvalidOption, match="this is a float"):
        explain(3.0)
    assert ww.explain is explain
