"""The data model in pandera: every table, every key, every reference, names in both languages."""

import re

import pandera.pandas as pa
import pytest

from whatworks.documentation import dictionary, table_meanings
from whatworks.documentation.names import plain
from whatworks.documentation.schema import TABLES

# As the shared documentation concept names them, with their Danish names.
EXPECTED = {
    "municipality": "kommune", "organisation": "organisation", "service": "tilbud", "approval": "tilbud_godkendelse",
    "service_year": "tilbud_aar", "rate": "takst", "method": "metode", "adoption": "ibrugtagning", "fidelity": "fidelitet",
    "target_group": "maalgruppe", "citizen": "borger", "episode": "forloeb", "intervention": "indsats", "measurement": "maaling",
    "goal": "maal", "employment": "beskaeftigelse", "cost": "omkostning", "coordination": "koordinering",
    "price_index": "pl_indeks", "refund_threshold": "refusionsgraense", "investment_price": "soem_pris",
    "instrument": "instrument", "paragraph_crosswalk": "paragraf_krydstabel", "quality_theme": "kvalitet_tema",
}  # fmt: skip


def test_every_table_of_the_concept_is_there_under_both_names():
    assert {name: TABLES[name].alias for name in EXPECTED} == EXPECTED
    assert set(TABLES) - set(EXPECTED) == {"agreement", "service_history"}


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_a_table_has_a_key_and_refers_to_tables_of_the_model(table):
    assert table.key
    assert set(table.unique) <= {column.name for column in table.columns}
    for column in table.columns:
        assert column.references is None or column.references in TABLES
        if column.part_of_key:
            assert column.required
            assert not column.empty


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_no_two_columns_of_a_table_share_a_name_alias_or_label(table):
    taken = {}
    for column in table.columns:
        for name in {plain(name) for name in (column.name, column.alias, column.label) if name}:
            assert taken.setdefault(name, column.name) == column.name
        assert re.fullmatch(r"[a-z0-9_]+", column.name)
        assert column.label
        codes = [plain(code) for code in column.codes.values()]
        assert len(set(codes)) == len(codes)


def test_a_citizen_has_no_direct_identifier():
    assert {column.name for column in TABLES["citizen"].columns} == {
        "citizen_id", "birth_year", "sex", "household_id", "residence_municipality", "paying_municipality", "origin_group"
    }  # fmt: skip


def test_simulated_tables_pass_their_models_and_a_broken_one_does_not(simulated):
    for name, frame in simulated[0].items():
        TABLES[name].model.validate(frame, lazy=True)
    with pytest.raises(pa.errors.SchemaErrors):
        TABLES["citizen"].model.validate(simulated[0]["citizen"].assign(sex="X"), lazy=True)


def test_the_dictionary_has_a_line_for_every_column_and_both_meanings_of_every_table():
    assert len(dictionary()) == sum(len(table.columns) for table in TABLES.values())
    assert not table_meanings().isin([""]).any(axis=None)
