"""What an instrument can give, whom it is made for, who may answer."""

import pandas as pd

from whatworks.documentation.rules.values import broken_instruments, impossible_values, wrong_age, wrong_informant


def test_nothing_is_found_where_values_fit(tables):
    for rule in (broken_instruments, impossible_values, wrong_age, wrong_informant):
        assert rule(tables) == []


def test_values_outside_the_range_or_between_the_steps_are_found(tables):
    tables["measurement"]["value"] = [104.0, 41.0, 100.0]
    (found,) = impossible_values(tables)
    assert (found.rule, found.rows.tolist()) == ("V07", [0, 1])


def test_a_step_that_no_binary_number_holds_exactly_is_no_fault(tables):
    tables["instrument"] = tables["instrument"].assign(min=-0.758, max=1.0, step=0.001)
    tables["measurement"]["value"] = [0.761, -0.758, 0.1234]
    (found,) = impossible_values(tables)
    assert found.rows.tolist() == [2]


def test_a_broken_instrument_refuses_the_delivery(tables):
    tables["instrument"]["step"] = 0.0
    (found,) = broken_instruments(tables)
    assert found.severity == "refuse"


def test_age_is_judged_with_the_year_that_a_birth_year_leaves_open(tables):
    tables["citizen"]["birth_year"] = pd.array([2011, 2012, 2013], dtype="Int64")
    (found,) = wrong_age(tables)
    # In 2020 they turn 9, 8 and 7; the one who turns 8 may have the form for 9 in hand at 8 and 11 months.
    assert (found.rule, found.rows.tolist()) == ("V08", [2])


def test_an_informant_without_a_form_is_found(tables):
    tables["measurement"].loc[2, "informant"] = "parent"
    (found,) = wrong_informant(tables)
    assert (found.rule, found.rows.tolist()) == ("V09", [2])
