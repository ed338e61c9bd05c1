"""One treated unit, or one treated cluster, gets no normal interval."""

import numpy as np
import pytest

from whatworks.core.errors import TooFewUnits
from whatworks.did.one_treated import refuse_one_treated
from whatworks.did.panel import Columns
from whatworks.did.regression import read_roll_out_panel

WAYS_OUT = ("ww.did.conley_taber", "ww.did.ferman_pinto", "ww.did.randomisation_test", "ww.did.synthetic")


def wide(frame, cluster=None):
    columns = Columns(outcome="outcome", unit="unit", time="period", cluster=cluster)
    return read_roll_out_panel(frame, columns, "first_treated")


def with_treated(panel, units):
    """Never treated units and the first few of the treated."""
    treated = panel.loc[panel["first_treated"] > 0, "unit"].unique()[:units]
    return panel[(panel["first_treated"] == 0) | panel["unit"].isin(treated)]


def test_one_treated_unit_is_refused_and_every_way_out_is_named(panel):
    with pytest.raises(TooFewUnits) as refused:
        refuse_one_treated(wide(with_treated(panel, 1)))
    assert all(way in str(refused.value) for way in WAYS_OUT)


def test_two_treated_units_in_one_cluster_are_refused_only_when_clustered(panel):
    two = with_treated(panel, 2)
    together = two.assign(municipality=np.where(two["first_treated"] > 0, "a", two["unit"].astype(str)))
    refuse_one_treated(wide(together))
    with pytest.raises(TooFewUnits, match="All 2 treated units lie in one cluster"):
        refuse_one_treated(wide(together, cluster="municipality"))


def test_a_unit_without_outcomes_after_its_start_does_not_count(panel):
    two = with_treated(panel, 2)
    last = two.loc[two["first_treated"] > 0, "unit"].max()
    gone = (two["unit"] == last) & (two["period"] >= two["first_treated"])
    with pytest.raises(TooFewUnits, match="One treated unit"):
        refuse_one_treated(wide(two.assign(outcome=two["outcome"].mask(gone))))


def test_nobody_treated_is_for_others_to_refuse(panel):
    refuse_one_treated(wide(panel[panel["first_treated"] == 0]))
