"""Net result by payer."""

import pytest

from whatworks.findings import charts


def test_each_purse_has_its_dot_range_and_probability(make):
    result = make.investment_answer()
    data = charts.net_present_value_data(result).set_index("payer")
    assert data.index.tolist() == ["all", "municipality", "region", "state"]
    assert data.loc["all", "estimate"] == pytest.approx(result.headline.estimate)
    assert data.loc["all", "probability"] == result.statistics["pays_back"]
    assert data.loc["all", "estimate"] == pytest.approx(data["estimate"].iloc[1:].sum())
