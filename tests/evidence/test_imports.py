"""Tables of others, with invented studies."""

import pytest

import whatworks as ww
from whatworks.core.errors import InvalidEvidence, InvalidOption, MissingColumn

CODES = {"target_group": "mental_illness", "method": "peer_support", "outcome": "personal_recovery"}
METAPSY = """study;condition_arm1;condition_arm2;outcome_type;instrument;time;time_weeks;year;country;doi;.g;.g_se;\
rand_arm1;rand_arm2
Øberg & Müller, 2014;peer;cau;recovery;ras;post;12;2014;us;https://doi.org/10.1000/x1;0,35;0,12;60;58
Øberg & Müller, 2014;peer;cau;recovery;ras;fu;52;2014;us;https://doi.org/10.1000/x1;-0,05;0,13;60;58
Quill, 2018;peer;wl;recovery;star;post;NA;2018;eu;NA;0,20;0,10;100,0;100
"""


@pytest.fixture
def file(tmp_path):
    def write(text, name="table.csv"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_a_metapsy_table_is_read_with_decimal_commas(file):
    table = ww.evidence.read_metapsy(file(METAPSY), **CODES, good="up")
    assert table["study_id"].tolist() == ["oberg_muller_2014", "oberg_muller_2014", "quill_2018"]
    assert table["effect_id"].tolist() == ["e1", "e2", "e1"]
    assert table["effect"].tolist() == [0.35, -0.05, 0.20]
    assert table["std_error"].tolist() == [0.12, 0.13, 0.10]
    assert table["assigned_treated"].tolist() == [60, 60, 100]
    assert table["country"].tolist() == ["US", "US", ""]
    assert table["doi"].tolist() == ["10.1000/x1", "10.1000/x1", ""]
    assert table["follow_up_months"].round(1).tolist()[:2] == [2.8, 12.0]
    assert set(table["design"]) == {"rct"}


def test_the_sign_that_is_good_must_be_said(file):
    table = ww.evidence.read_metapsy(file(METAPSY), **CODES, good="down")
    assert ww.evidence.standardise(table)["yi"].tolist() == [-0.35, 0.05, -0.20]
    with pytest.raises(InvalidOption, match="'up', 'down'"):
        ww.evidence.read_metapsy(file(METAPSY), **CODES, good="left")


def test_an_imported_table_can_be_put_into_the_base(file, base):
    folder = base / "studies"
    folder.mkdir()
    table = ww.evidence.read_metapsy(file(METAPSY), **CODES, good="up")
    table.to_csv(folder / "invented.csv", index=False)
    (folder / "invented.yml").write_text(
        "citation: x\nlicence: CC0\nseen_on: 2026-11-22\nsynthetic: true\nabout:\n  da: Prøve\n  en: Test\n", encoding="utf-8"
    )
    read = ww.evidence.load(base).studies
    assert read[list(table.columns)].equals(table)


def test_arms_are_read_where_no_effect_is_printed(file):
    text = "study;mean_arm1;sd_arm1;n_arm1;mean_arm2;sd_arm2;n_arm2;year\nInvented, 2001;6;1;3;5;1;3;2001\n"
    table = ww.evidence.read_metapsy(file(text), **CODES, good="up")
    assert ww.evidence.standardise(table)["yi"].iloc[0] == pytest.approx(0.80)


def test_every_row_that_cannot_be_read_is_named_with_its_line(file):
    spoilt = METAPSY.replace("0,35", "abc").replace("0,20;0,10", "NA;NA").replace("2018", "1492")
    with pytest.raises(InvalidEvidence) as caught:
        ww.evidence.read_metapsy(file(spoilt), **CODES, good="up")
    message = str(caught.value)
    assert "line 2: effect needs a number with a decimal point" in message
    assert "line 4: there is no effect, and nothing to compute one from" in message
    assert "line 4: year 1492 is out of range" in message


def test_a_study_that_stands_twice_is_refused(file):
    with pytest.raises(InvalidEvidence, match="line 5: the row is a duplicate of line 4: the same study stands twice"):
        ww.evidence.read_metapsy(file(METAPSY + METAPSY.splitlines()[-1] + "\n"), **CODES, good="up")


def test_another_table_is_no_metapsy_table(file):
    with pytest.raises(MissingColumn, match="is no Metapsy table"):
        ww.evidence.read_metapsy(file("a,b\n1,2\n"), **CODES, good="up")
    with pytest.raises(MissingColumn):
        ww.evidence.read_metapsy(file(""), **CODES, good="up")


def test_an_extract_of_means_is_read_by_its_usual_names(file):
    text = (
        "Study,Study year,Experimental mean,Experimental SD,Experimental N,Control mean,Control SD,Control N,Weight\n"
        "Invented 2001,2001,6,1,3,5,1,3,50\n"
    )
    table = ww.evidence.read_extract(file(text), **CODES, good="up", measure="SMD", design="rct")
    assert table["n_treated"].tolist() == [3]
    assert ww.evidence.standardise(table)["yi"].iloc[0] == pytest.approx(0.80)


def test_an_extract_of_events_with_semicolons_is_read(file):
    text = "Study;Experimental cases;Experimental N;Control cases;Control N\nInvented 2001;60;100;50;100\n"
    table = ww.evidence.read_extract(file(text), **CODES, good="up", measure="RR", design="rct")
    assert ww.evidence.standardise(table)["yi"].iloc[0] == pytest.approx(0.2448, abs=5e-5)


def test_columns_of_other_names_are_pointed_out_by_the_caller(file):
    text = "Trial;Hedges g;SE\nInvented;0,4;0,1\n"
    table = ww.evidence.read_extract(
        file(text), **CODES, good="up", measure="g", design="did", columns={"study": "Trial", "effect": "Hedges g"}
    )
    assert table[["study_id", "design", "effect", "std_error"]].iloc[0].tolist() == ["invented", "did", 0.4, 0.1]


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"measure": "SMDD"}, InvalidOption, "measure='SMDD' is not known"),
        ({"design": "rkt"}, InvalidOption, "design='rkt' is not known"),
        ({"columns": {"efect": "Effect"}}, InvalidOption, "columns names efect"),
        ({"columns": {"effect": "Efect"}}, MissingColumn, "has no column 'Efect'; it has Study, Effect, SE"),
    ],
)
def test_what_an_extract_cannot_be_read_by_is_refused(file, options, error, words):
    call = {"good": "up", "measure": "g", "design": "rct"} | options
    with pytest.raises(error, match=words):
        ww.evidence.read_extract(file("Study,Effect,SE\nInvented,0.4,0.1\n"), **CODES, **call)


def test_a_file_in_another_encoding_is_refused(tmp_path):
    path = tmp_path / "table.csv"
    path.write_bytes("study;.g;.g_se\nØberg;0,1;0,1\n".encode("latin-1"))
    with pytest.raises(InvalidEvidence, match=r"table\.csv cannot be read \(UnicodeDecodeError\)"):
        ww.evidence.read_metapsy(path, **CODES, good="up")
