import numpy as np
import pytest

import whatworks as ww
from whatworks.core.errors import TooFewStudies

NAMES = {
    "rstudent": "rstudent",
    "dffits": "dffits",
    "cook": "cook.d",
    "cov_ratio": "cov.r",
    "tau2_without": "tau2.del",
    "q_without": "QE.del",
    "weight": "weight",
}


@pytest.mark.parametrize("name", ["smd", "lor"])
@pytest.mark.parametrize("column", NAMES)
def test_influence_is_that_of_metafor(effects, answers, name, column):
    table = ww.synthesis.influence(effects[name])
    assert table[column].to_numpy() == pytest.approx(answers[f"influence/{name}"][NAMES[column]], rel=1e-7, abs=1e-9)


def test_contributions_to_q_add_up_to_it(effects):
    table = ww.synthesis.influence(effects["lor"])
    assert table["baujat_x"].sum() == pytest.approx(ww.synthesis.pool(effects["lor"]).statistics["q"], rel=1e-12)


def test_the_change_of_the_common_effect_is_that_of_pooling_without_the_study(effects):
    es = effects["lor"]
    table = ww.synthesis.influence(es)
    whole = ww.synthesis.pool(es, tau2="EE", test="z").headline
    without = ww.synthesis.pool(es.drop(index=3), tau2="EE", test="z").headline
    expected = ((whole.estimate - without.estimate) / without.std_error) ** 2
    assert table["baujat_y"][3] == pytest.approx(expected, rel=1e-9)


def test_two_studies_are_refused(effects):
    with pytest.raises(TooFewStudies, match="got 2"):
        ww.synthesis.influence(effects["smd"].head(2))


def test_row_order_changes_nothing(effects):
    es = effects["smd"]
    forward = ww.synthesis.influence(es, study="study").set_index("study")
    back = ww.synthesis.influence(es.iloc[::-1], study="study").set_index("study").loc[forward.index]
    assert np.allclose(forward, back, rtol=1e-9)
