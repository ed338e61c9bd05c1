import pandas as pd
import pytest

import whatworks as ww
from whatworks.core.errors import NoTreatedGroup


def test_quarters_before_anybody_started_are_left_out_and_waiting_is_not_using():
    panel = pd.DataFrame(
        {
            "quarter": pd.PeriodIndex(["2019Q4", "2020Q1", "2020Q2"] * 2, freq="Q-DEC"),
            "first_treated": pd.PeriodIndex(["2020Q1"] * 3 + ["2020Q2"] * 3, freq="Q-DEC"),
        }
    )
    rows = ww.documentation.exposed(panel)
    assert rows["quarter"].astype(str).tolist() == ["2020Q1", "2020Q2"] * 2
    assert rows["using"].tolist() == [True, True, False, True]


def test_a_panel_without_any_start_is_refused():
    panel = pd.DataFrame({"quarter": pd.PeriodIndex(["2020Q1"], freq="Q"), "first_treated": pd.PeriodIndex([None], freq="Q-DEC")})
    with pytest.raises(NoTreatedGroup, match="starts"):
        ww.documentation.exposed(panel)
