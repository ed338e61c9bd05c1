"""Of a hundred people: shares that are saved beside another answer."""

import pandas as pd
import pytest

from whatworks.core.errors import DisclosureRisk, InvalidOption
from whatworks.findings import page
from whatworks.findings.shares import out_of_100_table, saved_shares

NAMES = {"da": "Har lønindkomst", "en": "Has earnings"}


@pytest.fixture
def in_work(samples):
    # Dehejia & Wahba's randomised sample: 64.6 % and 75.7 % have earnings in 1978.
    counts = {"n_treated": 185, "n_comparison": 260}
    return samples.effect(0.1106, 0.0256, 0.1956, measure="RD", unit="share", statistics=counts)


def test_shares_beside_the_answer_are_saved_and_told_with_icons(samples, in_work):
    table = out_of_100_table(in_work, without=0.6462, outcome=NAMES)
    assert table.loc[0, ["without", "with_it", "low", "high"]].tolist() == [0.646, 0.757, 0.672, 0.842]
    finding = samples.matched(tables={"out_of_100": table})
    html = page(finding, "da")
    assert "Har lønindkomst: ca. 65 af 100 uden indsatsen og ca. 76 af 100 med den" in html
    assert "Uden indsatsen" in html
    assert saved_shares(samples.matched()) is None
    assert "ud af 100" not in page(samples.matched(), "da")


def test_no_share_is_told_beside_an_answer_that_is_not_reliable(samples, in_work):
    table = out_of_100_table(in_work, without=0.6462, outcome=NAMES)
    html = page(samples.rollout(pretrends=False, tables={"out_of_100": table}), "da")
    assert "ud af 100" not in html


def test_less_can_be_better(in_work):
    assert out_of_100_table(in_work.__class__.from_json(in_work.to_json()), without=0.3, outcome=NAMES)["good"][0] == "up"
    with pytest.raises(InvalidOption, match="good"):
        out_of_100_table(in_work, without=0.3, outcome=NAMES, good="sideways")


def test_an_average_gives_no_share_and_few_people_are_not_told_of(samples, in_work):
    with pytest.raises(InvalidOption, match="0/1 outcome"):
        out_of_100_table(samples.effect(4.0, 2.0, 6.0), without=0.5, outcome=NAMES)
    small = samples.effect(0.1, 0.05, 0.2, measure="RD", statistics={"n_treated": 300, "n_comparison": 30})
    with pytest.raises(DisclosureRisk, match="n_comparison"):
        out_of_100_table(small, without=0.1, outcome=NAMES)


def test_a_table_without_rows_says_nothing(samples):
    assert saved_shares(samples.matched(tables={"out_of_100": pd.DataFrame()})) is None
