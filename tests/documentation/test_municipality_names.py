"""The list of municipalities."""

import whatworks as ww


def test_there_are_98_municipalities_in_five_regions():
    listed = ww.documentation.municipalities()
    assert len(listed) == 98
    assert listed["municipality_code"].is_unique
    assert listed["municipality_code"].str.fullmatch(r"\d{3}").all()
    # Municipalities per region since 2007: Nordjylland 11, Midtjylland 19, Syddanmark 22, Hovedstaden 29, Sjælland 17.
    assert listed["region_code"].value_counts().to_dict() == {"1081": 11, "1082": 19, "1083": 22, "1084": 29, "1085": 17}
    assert "411" not in set(listed["municipality_code"])
