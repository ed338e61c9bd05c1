"""The frontier: which units are on it, and which input and output are drawn."""

import pytest

from whatworks.core.errors import InvalidOption, MissingColumn
from whatworks.findings import charts


def test_units_on_the_frontier_are_those_with_score_one(make):
    result = make.services_frontier()
    data = charts.frontier_data(result).set_index("label")
    scores = result.parts.set_index("unit")["score"]
    assert (data["on_frontier"] == (scores > 0.999999)).all()
    assert data["used"].to_numpy() == pytest.approx(result.parts.set_index("unit")["cost"].loc[data.index].to_numpy())


def test_the_caption_counts_them_and_the_note_says_that_it_can_be_luck(make):
    result = make.services_frontier()
    count = int(result.statistics["n_efficient"])
    assert f"{count} of 18 services are on the frontier" in charts.frontier_alt(result, language="en")
    assert "Being there can be luck" in charts.frontier_figure(result, language="en")


def test_measures_and_results_it_does_not_have_are_refused(make):
    with pytest.raises(InvalidOption, match="input='beds'"):
        charts.frontier_data(make.services_frontier(), input="beds")
    with pytest.raises(MissingColumn, match="'unit'"):
        charts.frontier_data(make.services_compared())
