"""Numbers that look like a person's are found wherever they hide; other numbers are let through."""

import pytest

from whatworks.documentation.privacy import cpr_rows, looks_like_cpr, names_a_person

DAY = 60 + 1


def test_every_way_of_writing_it_is_found(nobodys_number):
    assert looks_like_cpr(nobodys_number)
    assert looks_like_cpr(f"see {nobodys_number}, please")


def test_plain_dates_are_found_without_asking_the_checksum():
    # 1 January and serial 0000: no such number was ever issued, and its checksum is wrong.
    assert looks_like_cpr("0101" + "00" + "0000")


def test_full_width_digits_and_hard_spaces_do_not_hide_it():
    number = f"{DAY}0170" + "1234"
    assert looks_like_cpr(number.translate({ord("0") + digit: 0xFF10 + digit for digit in range(10)}))
    assert looks_like_cpr(f"{DAY}0170" + "\u00a0" + "1234")


@pytest.mark.parametrize(
    "text",
    [
        "2014-01-03",
        "20140103",
        "03-01-2014",
        "2014K1",
        "m_000001",
        "12345678",
        "3103991234567",
        "9913991234",
        "3102701234",
        "0.5",
        "who5",
        "b_abcdefghij234567",
        "010114 text",
    ],
)
def test_dates_counts_and_ids_are_not_taken_for_it(text):
    assert not looks_like_cpr(text)


def test_a_number_inside_a_pseudonym_is_found():
    pseudonym = f"b_x{DAY}01701234abcde"
    assert cpr_rows([pseudonym]) == [True]
    assert cpr_rows([f"b_12{DAY}017012345678"]) == [False]
    assert cpr_rows([f"b_12{DAY}017012345678"], pseudonyms=True) == [True]


def test_decimals_of_a_measured_number_are_let_through_but_a_whole_number_is_not():
    decimals = f"0.{DAY}01701234"
    assert cpr_rows([decimals], numbers=True) == [False]
    assert cpr_rows([f"{DAY}01701234.0"], numbers=True) == [True]


@pytest.mark.parametrize("header", ["CPR", "cpr_nr", "CPR-nummer", "Personnummer", "fornavn", "Efter navn", "E-mail", "mobil_nr"])
def test_columns_for_direct_identifiers_are_known_by_their_names(header):
    assert names_a_person(header)


@pytest.mark.parametrize("header", ["citizen_id", "birth_year", "navn", "acting_municipality"])
def test_columns_of_the_data_model_are_not_direct_identifiers(header):
    assert names_a_person(header) is None
