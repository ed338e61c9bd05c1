"""Cash flow by payer: the data, when money is back, and words for the different endings."""

import pytest

from whatworks.core.errors import EmptyData
from whatworks.findings import charts


def test_everyone_comes_first_and_a_purse_that_nothing_moves_is_left_out(make):
    data = charts.cash_flow_data(make.investment_answer())
    assert data["payer"].drop_duplicates().tolist() == ["all", "municipality", "state"]
    assert data.groupby("payer")["year"].apply(list).map(lambda years: years == [0, 1, 2, 3, 4, 5]).all()
    assert (data["conf_low"] <= data["conf_high"]).all()
    assert data.groupby("payer")["paid_back"].apply(lambda each: each.is_monotonic_increasing).all()


def test_it_says_when_the_money_is_back_and_for_whom(make):
    told = charts.cash_flow_figure(make.investment_answer(), language="en")
    assert "The money is back after 4 years for the public as a whole" in told
    assert "not back within 5 years" in charts.cash_flow_figure(make.investment_answer(gain=0.5), language="en")
    assert "ikke tjent hjem inden for 5 år" in charts.cash_flow_figure(make.investment_answer(gain=0.5), language="da")


def test_every_description_says_that_it_cannot_stand_alone(make):
    for figure in (charts.cash_flow_alt, charts.net_present_value_alt):
        assert "can never stand alone" in figure(make.investment_answer(), language="en")
        assert "aldrig stå alene" in figure(make.investment_answer(), language="da")


@pytest.mark.parametrize("language", ["da", "en"])
@pytest.mark.parametrize("gain", [0.2, 1.0, 40.0, -1.0])
def test_nothing_overlaps_however_the_case_ends(make, language, gain):
    result = make.investment_answer(gain=gain)
    for draw in (charts.cash_flow_figure, charts.net_present_value_figure, charts.tornado_figure):
        assert make.faults(draw(result, language=language)) == []


def test_a_result_about_something_else_is_refused(make):
    for data in (charts.cash_flow_data, charts.net_present_value_data, charts.tornado_data, charts.acceptability_data):
        with pytest.raises(EmptyData, match=r"ww\.economics"):
            data(make.effect(1.0, 0.5))
    with pytest.raises(EmptyData, match=r"ww\.economics"):
        charts.cost_effectiveness_plane_data(make.effect(1.0, 0.5))


def test_simulated_data_say_so(make):
    assert "EXAMPLE WITH SIMULATED DATA" in charts.cash_flow_figure(make.investment_answer(), language="en", synthetic=True)
