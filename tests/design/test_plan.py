"""Plans are frozen once, changes show, and departures are named."""

import datetime as dt
import json

import pytest

from whatworks.core.errors import InvalidParameters, PlanChanged
from whatworks.design import deviations, freeze, read_plan
from whatworks.design.plan import EXAMPLE

MOMENT = dt.datetime(2026, 11, 22, 10, 0, tzinfo=dt.UTC)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "plan.yml"
    path.write_text(EXAMPLE, encoding="utf-8")
    return path


def test_a_frozen_plan_says_when_and_stays_as_it_is(file):
    frozen = freeze(file, now=MOMENT)
    assert frozen.frozen_at == "2026-11-22T10:00:00+00:00"
    assert read_plan(file) == frozen
    assert freeze(file) == frozen


def test_comments_and_order_do_not_change_a_plan(file):
    frozen = freeze(file, now=MOMENT)
    lines = [line for line in EXAMPLE.splitlines() if not line.startswith("#")]
    file.write_text("\n".join(["# another comment", *lines[::-1]]), encoding="utf-8")
    assert read_plan(file) == frozen


def test_a_plan_changed_after_freezing_is_refused_naming_the_field(file):
    freeze(file, now=MOMENT)
    file.write_text(EXAMPLE.replace("smallest_important: 10", "smallest_important: 2"), encoding="utf-8")
    with pytest.raises(PlanChanged, match=r"changed after it was frozen on 2026-11-22.*smallest_important"):
        read_plan(file)
    with pytest.raises(PlanChanged):
        freeze(file)


def test_a_frozen_copy_changed_by_hand_is_refused(file):
    freeze(file, now=MOMENT)
    beside = file.with_name("plan.frozen.json")
    content = json.loads(beside.read_text(encoding="utf-8"))
    content["plan"]["outcome"] = "honos"
    beside.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(PlanChanged, match="another fingerprint"):
        read_plan(file)
    beside.write_text("{", encoding="utf-8")
    with pytest.raises(PlanChanged, match="cannot be read"):
        read_plan(file)


def test_every_fault_is_told_at_once_with_its_line(file):
    file.write_text(
        EXAMPLE.replace("covariates: []", "covariates: age").replace("outcome: who5\n", "").replace("10", "-1") + "colour: red\n",
        encoding="utf-8",
    )
    with pytest.raises(InvalidParameters) as caught:
        read_plan(file)
    message = str(caught.value)
    assert message.startswith("4 faults in the plan:")
    for words in (
        "no field 'colour'",
        "'outcome' is missing",
        "'covariates' must be a list",
        "'smallest_important' must be",
    ):
        assert words in message
    assert "plan.yml:1" in message


def test_a_plan_that_is_no_plan_or_not_there_is_refused(tmp_path):
    with pytest.raises(InvalidParameters, match="does not exist"):
        read_plan(tmp_path / "none.yml")
    (tmp_path / "list.yml").write_text("- a\n- b\n", encoding="utf-8")
    with pytest.raises(InvalidParameters, match="a plan is a list of fields"):
        read_plan(tmp_path / "list.yml")


def test_every_departure_from_the_plan_is_named(file):
    plan = freeze(file, now=MOMENT)
    done = {"outcome": "who5", "estimator": "imputation", "smallest_important": 10.0, "covariates": ["age"], "conf_level": 0.9}
    table = deviations(plan, done).set_index("field")["status"].to_dict()
    assert table["outcome"] == table["smallest_important"] == "as_planned"
    assert table["estimator"] == table["covariates"] == "deviates"
    assert table["conf_level"] == "added"
    assert table["subgroups"] == "not_said"
    with pytest.raises(InvalidParameters, match="no field colour"):
        deviations(plan, {"colour": "red"})
