"""Names, addresses, telephone numbers and running text are refused; a P-number and a CVR number are not taken for a person's."""

import pytest

from whatworks.documentation import validate

HEAD = "citizen_id,birth_year"
WHO = "b_qwcz5k2mfa7xn3dv,1980"


def told(tmp_path, name, text):
    place = tmp_path / name
    place.write_text(text, encoding="utf-8")
    return "\n".join(map(str, validate(place).faults))


@pytest.mark.parametrize("header", ["Fornavn", "Borgers CPR-nr.", "E-mail", "Adresse", "Mobil", "tlf."])
def test_columns_that_name_a_person_are_refused(tmp_path, header):
    assert "(V02)" in told(tmp_path, "citizen.csv", f"{HEAD},{header}\n{WHO},x\n")


@pytest.mark.parametrize(
    ("cell", "rule"),
    [
        ("navn@eksempel.dk", "V02"),
        ("+45 12345678", "V02"),
        ("12 34 56 78", "V02"),
        ("Opdigtetvej 12", "V02"),
        ("Hans Hansen", "V04"),
        ("x" * 250, "V04"),
    ],
)
def test_cells_that_tell_about_a_person_are_refused_and_not_shown(tmp_path, cell, rule):
    shown = told(tmp_path, "citizen.csv", f"{HEAD},household_id\n{WHO},{cell}\n")
    assert f"column household_id ({rule})" in shown
    assert cell not in shown


def test_running_text_in_a_column_nobody_knows_is_refused_as_such(tmp_path):
    text = "Borgeren har det bedre efter samtalerne i foråret"
    shown = told(tmp_path, "citizen.csv", f"{HEAD},bemærkning\n{WHO},{text}\n")
    assert "(V04)" in shown
    assert "samtalerne" not in shown


def test_what_a_method_is_about_may_be_written_in_full(tmp_path):
    text = "Metoden bygger på samtaler i hjemmet en gang om ugen. " * 8
    shown = told(tmp_path, "method.csv", f"method_id,method_name,programme_theory\na,Lærken,{text}\n")
    assert "V0" not in shown


def test_sensitive_columns_are_refused_until_the_mapping_says_it_was_agreed(tmp_path):
    text = f"{HEAD},origin_group\n{WHO},a\n"
    assert "column origin_group (V04)" in told(tmp_path, "citizen.csv", text)
    mapping = tmp_path / "mapping.yml"
    mapping.write_text("synthetic: true\nallow: [origin_group]\n", encoding="utf-8")
    assert not validate(tmp_path / "citizen.csv", mapping).refused


def test_p_numbers_and_cvr_numbers_are_let_through_where_they_belong(tmp_path):
    number = "1003883942"
    services = "service_id,service_name,p_number\ns1,Fyrrely (opdigtet),{}\n"
    assert "V01" not in told(tmp_path, "service.csv", services.format(number))
    assert "(V01)" in told(tmp_path, "service.csv", services.format(f"{number[:6]}-{number[6:]}"))
    assert "(V01)" in told(tmp_path, "service.csv", f"service_id,service_name\n{number},Fyrrely\n")
    text = "organisation_id,organisation_name,cvr,ownership\no1,Fonden (opdigtet),12345678,fond\n"
    assert "V0" not in told(tmp_path, "organisation.csv", text)


def test_a_path_with_a_number_that_leads_nowhere_is_refused_and_not_shown(tmp_path):
    number = "610170" + "-1234"
    validation = validate(tmp_path / f"{number}.csv")
    assert validation.refused
    assert validation.report()["rule"].tolist() == ["V01"]
    assert number not in validation.report().to_string() + validation.name
