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
    assert cpr_rows([pseudonym]).tolist() == [True]
    assert cpr_rows([f"b_12{DAY}017012345678"]).tolist() == [False]
    assert cpr_rows([f"b_12{DAY}017012345678"], pseudonyms=True).tolist() == [True]


def test_decimals_of_a_measured_number_are_let_through_but_a_whole_number_is_not():
    decimals = f"0.{DAY}01701234"
    assert cpr_rows([decimals], numbers=True).tolist() == [False]
    assert cpr_rows([f"{DAY}01701234.0"], numbers=True).tolist() == [True]


@pytest.mark.parametrize("header", ["CPR", "cpr_nr", "CPR-nummer", "Personnummer", "fornavn", "Efter navn", "E-mail", "mobil_nr"])
def test_columns_for_direct_identifiers_are_known_by_their_names(header):
    assert names_a_person(header)


@pytest.mark.parametrize("header", ["citizen_id", "birth_year", "navn", "acting_municipality"])
def test_columns_of_the_data_model_are_not_direct_identifiers(header):
    assert names_a_person(header) is None


@pytest.mark.parametrize("cell", ["101701234", " 101701234 ", "see 101701234", "101701234.0"])
def test_a_number_that_lost_the_zero_in_front_is_found(cell):
    # 1 January 1970 and serial 1234, as a program writes it that takes it for a number.
    assert cpr_rows(["who5", cell]).tolist() == [False, True]


def test_a_long_series_of_other_nine_digit_numbers_is_let_through_but_few_are_not():
    series = [str(412_345_678 + 7_654_321 * place) for place in range(60)]
    assert not cpr_rows(series).any()
    assert cpr_rows([*series[:5], "101701234"])[-1]
    assert cpr_rows([str(101_701_234 + place) for place in range(60)]).all()


def test_a_series_with_more_such_numbers_than_chance_gives_is_refused():
    # Every third of a column of other numbers is one that lost its zero.
    other = [str(499_345_678 + 7_000_003 * place) for place in range(40)]
    assert not cpr_rows(other).any()
    assert cpr_rows([*other, *(str(101_701_234 + 1_000_011 * place) for place in range(20))])[40:].sum() >= 10


@pytest.mark.parametrize("gap", ["\u2212", "_", "\n", "\t", "\u00ad", "\u200b", "\u00b7", "~"])
def test_no_sign_between_date_and_serial_hides_it(gap):
    cell = f"{DAY}0170{gap}1234"
    assert looks_like_cpr(cell)
    assert cpr_rows(["who5", cell]).tolist() == [False, True]


@pytest.mark.parametrize("cell", ["".join(chr(0x660 + int(digit)) for digit in f"{DAY}01701234"), f"{DAY}0170 12 34"])
def test_foreign_digits_and_pairs_do_not_hide_it(cell):
    assert looks_like_cpr(cell)
    assert cpr_rows(["æ", cell]).tolist() == [False, True]


def test_a_number_with_an_exponent_is_read_in_full():
    assert cpr_rows(["1,01701234E+08", "3.101701234e9", "1.0170E+08", "2.5e8"]).tolist() == [True, True, False, False]


def test_ids_of_common_terms_are_let_through():
    assert not cpr_rows(["b508ff12-1012-4862-bf1a-74aadb68eff8"]).any()
    assert cpr_rows([f"b508ff-{DAY}0170-1234"]).all()


def test_a_column_for_p_numbers_lets_ten_digits_through_and_nothing_else():
    number = f"{DAY}01701234"
    assert cpr_rows([number], register=True).tolist() == [False]
    assert cpr_rows([f"{DAY}0170-1234"], register=True).tolist() == [True]
    assert cpr_rows([number]).tolist() == [True]


@pytest.mark.parametrize("position", [0, 499, 999])
def test_one_number_among_a_thousand_cells_is_found_at_its_place(position):
    cells = [f"m_{place:06d}" for place in range(1000)]
    cells[position] = f"{DAY}0170-1234"
    assert cpr_rows(cells).nonzero()[0].tolist() == [position]
