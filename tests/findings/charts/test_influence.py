"""Does the result hang on one study?"""

import pytest

import whatworks as ww
from whatworks.core.errors import EmptyData, MissingColumn
from whatworks.findings import charts


@pytest.fixture
def table(make):
    calm = ww.synthesis.influence(make.effect_sizes(6), study="study")
    return calm.assign(rstudent=0.5, cook=0.1)


def test_limits_are_those_of_the_literature(table):
    table.loc[0, "rstudent"], table.loc[1, "rstudent"] = 1.97, -1.97
    # The median of chi-squared with one degree of freedom is 0.4549.
    table.loc[2, "cook"], table.loc[3, "cook"] = 0.456, 0.454
    data = charts.influence_data(table)
    assert data["stands_out"].tolist() == [True, True, False, False, False, False]
    assert data["moves"].tolist() == [False, False, True, False, False, False]


def test_weights_are_shares(table):
    assert charts.influence_data(table)["weight"].sum() == pytest.approx(1)


def test_a_calm_set_is_said_to_be_calm(table):
    assert charts.influence_alt(table, language="en").startswith(
        "None of the 6 studies carries the result alone, and none stands out from the others."
    )


def test_studies_beyond_a_limit_are_named_and_drawn_as_diamonds(table):
    table.loc[3, "cook"] = 0.9
    html = charts.influence_figure(table, language="da")
    assert "Resultatet afhænger af Study 04: uden den flytter det sig" in html
    assert ">Study 04</text>" in html.replace("font-weight:700", "")
    assert "flytter resultatet" in html[html.index("<details") :]
    assert "font-weight:700" in html[html.index("<svg") : html.index(">Study 04</text>")]
    table.loc[4, "cook"] = 0.9
    assert "hangs on Study 04, Study 05: without each of them" in charts.influence_alt(table, language="en")


def test_a_study_that_only_stands_out_is_not_said_to_carry_the_result(table):
    table.loc[1, "rstudent"] = -2.6
    said = charts.influence_alt(table, language="en")
    assert "None of the 6 studies carries the result alone; Study 02 stands out" in said
    assert "Furthest from the others: Study 02, −2.6 standard errors (limit 1.96)" in said


def test_many_names_are_counted_instead_of_listed(table):
    said = charts.influence_alt(table.assign(rstudent=3.0), language="en")
    assert "Study 01, Study 02, Study 03 and 3 more stand out" in said


def test_other_tables_are_refused(table):
    with pytest.raises(MissingColumn, match="'cook'"):
        charts.influence_data(table.drop(columns="cook"))
    with pytest.raises(EmptyData, match="no rows"):
        charts.influence_data(table.head(0))
