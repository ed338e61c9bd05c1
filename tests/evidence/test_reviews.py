import csv
import random
import re
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import whatworks as ww
from whatworks.core.errors import InvalidEvidence
from whatworks.evidence.catalogues import SCHEMAS, read_catalogue
from whatworks.evidence.reviews import COLUMNS, REQUIRED, read_reviews

PROJECT = Path(__file__).parents[2]


def rows_of(folder: Path) -> list[list[str]]:
    with (folder / "reviews.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


@cache
def known_codes() -> dict[str, tuple[str, ...] | None]:
    return {kind: read_catalogue(kind, PROJECT / "evidence", "evidence").codes for kind in SCHEMAS}


def write(folder: Path, rows: list[list[str]]) -> None:
    with (folder / "reviews.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


# Row 6 is Baxter's emergency visits: IRR 0.63 (0.48 to 0.82).
FAULTS = [
    (
        {"target_group": "homelesness"},
        r"target_group 'homelesness' is not known; did you mean 'homelessness'\?.*acquired_brain_injury",
    ),
    ({"method": "housing_frist"}, r"method .* did you mean 'housing_first'\?.*peer_support"),
    ({"outcome": "emergency"}, r"outcome 'emergency' is not known.*Use one of: .*who5"),
    ({"measure": "SMDD"}, r"measure 'SMDD' is not known; did you mean 'SMD'\? Use one of: SMD, g, d, MD, RD, RR, OR"),
    ({"conf_low": "0.7"}, r"the interval 0.7 to 0.82 does not hold its estimate 0.63; it needs conf_low <= effect <= conf_high"),
    ({"conf_low": "0.82", "conf_high": "0.48"}, r"does not hold its estimate"),
    ({"conf_low": ""}, r"conf_high is given and conf_low is not; give both ends of the interval, or none"),
    ({"conf_high": ""}, r"conf_low is given and conf_high is not"),
    ({"effect": "0,63"}, r"effect needs a number with a decimal point.*'0,63'"),
    ({"effect": "nan"}, r"effect needs a number"),
    ({"effect": "1e999"}, r"effect needs a number"),
    ({"effect": "−0.63"}, r"effect needs a number"),
    ({"k": "four"}, r"k needs a whole number or nothing; it holds 'four'"),
    ({"k": "4.5"}, r"k needs a whole number"),
    ({"n": "9" * 5000}, r"n needs a whole number or nothing"),
    ({"year": "9" * 5000}, r"year needs a whole number or nothing"),
    ({"k": "0"}, r"k is 0; a pooled effect rests on 1 study or more"),
    ({"n": "349 effects"}, r"n needs a whole number"),
    ({"measure": "RR", "share_comparison": "27"}, r"share_comparison is 27; it is a share of people, above 0 and below 1"),
    ({"share_comparison": "0.27"}, r"share_comparison goes with RR, OR, RD; an effect in IRR counts no people"),
    ({"measure": "RR", "share_comparison": "a few"}, r"share_comparison needs a number"),
    ({"effect": ""}, r"effect is empty. Required: review_id"),
    ({"source": "  "}, r"source is empty"),
    ({"confirmed": "maybe"}, r"confirmed 'maybe' is not known. Use one of: yes, no"),
    ({"confirmed": "yes", "seen_at": "", "doi": ""}, r"confirmed is yes, but neither doi nor seen_at"),
    ({"direction_of_good": "left"}, r"direction_of_good 'left' is not known. Use one of: up, down"),
    ({"year": "1492"}, r"year 1492 is out of range; use 1970 to 20"),
    ({"year": "2999"}, r"year 2999 is out of range"),
    (
        {"effect": "-0.46", "conf_low": "-0.73", "conf_high": "-0.2"},
        r"effect is -0.46, but a ratio \(IRR\) is above 0. Was its logarithm",
    ),
    ({"conf_low": "0"}, r"conf_low is 0, but a ratio \(IRR\) is above 0"),
    ({"doi": "https://doi.org/10.1136/jech"}, r"doi .* needs the form 10.1234/name"),
    ({"seen_at": "javascript:alert(1)"}, r"seen_at .* needs an address that begins with https://"),
    (
        {"direction_of_good": "up"},
        r"direction_of_good is up, but down is good for the outcome emergency_visits in outcomes.yml\..*"
        r"write 'sign: above 1 favours the intervention' in note",
    ),
    ({"direction_of_good": "up", "note": "sign: below 1 favours the intervention"}, r"write 'sign: above 1 favours"),
    ({"restates": "no_such_row", "restates_how": "subset"}, r"restates 'no_such_row' is the review_id of no other row"),
    ({"restates": "baxter_2019_emergency_visits", "restates_how": "subset"}, r"restates .* is the review_id of no other row"),
    (
        {"restates": "gutterswijk_2020_tfco_a", "restates_how": "subset"},
        r"which restates 'gutterswijk_2020_all' itself; name that",
    ),
    ({"restates": "baxter_2019_housed"}, r"restates and restates_how go together"),
    (
        {"restates": "baxter_2019_housed", "restates_how": "copy"},
        r"restates_how 'copy' is not known. Use one of: adjusted, subset",
    ),
    ({"review_id": "../escape"}, r"review_id '../escape' needs lower-case letters"),
]


@pytest.mark.parametrize(
    ("cells", "words"), FAULTS, ids=[" ".join(f"{k}={v}" for k, v in cells.items())[:50] for cells, _ in FAULTS]
)
def test_a_fault_in_a_row_names_file_line_and_what_is_allowed(base, change, cells, words):
    line = change(6, **cells)
    with pytest.raises(InvalidEvidence, match=rf"evidence/reviews\.csv:{line}: .*{words}"):
        ww.evidence.load(base)


def test_a_row_printed_the_other_way_round_is_kept_when_its_note_says_so(base, change):
    change(6, direction_of_good="up", note="sign: above 1 favours the intervention")
    assert len(ww.evidence.load(base).reviews) == 55


def test_every_row_printed_the_other_way_round_says_which_sign_favours_the_method(registry):
    usual = [registry.outcomes[code].fields["good"] for code in registry.reviews["outcome"]]
    turned = registry.reviews[registry.reviews["direction_of_good"] != usual]
    assert len(turned) == 15
    positive = turned["note"].str.contains("sign: positive favours")
    negative = turned["note"].str.contains("sign: negative favours")
    assert positive.tolist() == (turned["direction_of_good"] == "up").tolist()
    assert negative.tolist() == (turned["direction_of_good"] == "down").tolist()


def test_all_faults_of_all_files_are_told_at_once(base, change, replace):
    lines = [
        f"evidence/reviews.csv:{change(0, measure='XX', k='many')}",
        f"evidence/reviews.csv:{change(52, confirmed='perhaps')}",
        f"evidence/methods.yml:{replace('methods.yml', '  proper_name: true', '  propper_name: true')}",
        f"evidence/outcomes.yml:{replace('outcomes.yml', '  good: up', '  good: sideways')}",
        f"evidence/target_groups.yml:{replace('target_groups.yml', '  area: autism', '  area: autismus')}",
    ]
    with pytest.raises(InvalidEvidence) as caught:
        ww.evidence.load(base)
    message = str(caught.value)
    # The misspelt key leaves Housing First without its licence to be the same in both languages: one fault more.
    assert message.startswith("7 faults in the evidence base:")
    assert all(f"{line}: " in message for line in lines)
    assert message.count(lines[0] + ": ") == 2


def test_a_name_used_twice_is_refused_even_for_another_finding(base, change):
    line = change(7, review_id="baxter_2019_emergency_visits")
    with pytest.raises(InvalidEvidence, match=rf":{line}: review_id 'baxter_2019_emergency_visits' was used on line 8"):
        ww.evidence.load(base)


def test_the_same_row_under_another_name_is_refused(base):
    rows = rows_of(base)
    write(base, [*rows, ["another_name", *rows[7][1:-1], "another note"]])
    with pytest.raises(InvalidEvidence, match=r"1 fault .*\n.*reviews.csv:57: the row is a duplicate of line 8"):
        ww.evidence.load(base)


def test_the_same_finding_quoted_by_another_source_is_kept(base):
    rows = rows_of(base)
    quoted = list(rows[7])
    quoted[0], quoted[COLUMNS.index("source")] = "baxter_2019_quoted", "quoted in another review"
    write(base, [*rows, quoted])
    assert len(ww.evidence.load(base).reviews) == 56


def test_a_result_told_twice_is_counted_once_and_alone_it_counts(registry):
    told = registry.reviews.query("restates != ''")
    assert told["review_id"].tolist() == [
        "laws_2018_distress_adjusted",
        "j_clin_med_2022_5100_daily_living_blinded",
        "gutterswijk_2020_tfco_a",
        "gutterswijk_2020_home_based",
    ]
    assert len(ww.evidence.counted(registry.reviews)) == 55 - 4
    assert len(ww.evidence.counted(registry.select(method="tfco_a"))) == 1


def test_a_file_from_before_a_column_was_added_is_still_read(base, registry):
    rows = rows_of(base)
    dropped = [COLUMNS.index(name) for name in ("share_comparison", "restates", "restates_how")]
    write(base, [[cell for place, cell in enumerate(row) if place not in dropped] for row in rows])
    loaded = ww.evidence.load(base).reviews
    assert set(loaded["restates"]) == {""}
    assert loaded["share_comparison"].isna().all()
    assert loaded["effect"].equals(registry.reviews["effect"])


def test_columns_may_stand_in_any_order_and_blank_lines_are_no_rows(base, registry):
    rows = [row[::-1] for row in rows_of(base)]
    write(base, [rows[0], [], *rows[1:], []])
    assert ww.evidence.load(base).reviews.equals(registry.reviews)


def test_line_numbers_hold_after_a_cell_of_several_lines(base, change):
    change(2, note="first line\nsecond line\n\nfourth line")
    change(6, measure="XX")
    with pytest.raises(InvalidEvidence, match=r"evidence/reviews\.csv:11: measure"):
        ww.evidence.load(base)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda text: text.replace(",", ";"), r"reviews.csv:1: the columns are parted by semicolons"),
        (
            lambda text: text.replace("conf_low", "ci_low", 1),
            r"reviews.csv:1: column 'ci_low' is not known; did you mean 'conf_low'.*\n.*the header lacks conf_low",
        ),
        (lambda text: text.replace("conf_low", "effect", 1), r"the column effect stands twice"),
        (lambda text: text.replace("\n", ",extra\n", 1), r"reviews.csv:1: column 'extra' is not known"),
        (lambda text: text + "too,few,cells\n", r"reviews.csv:57: the row has 3 cells and the header 26"),
        (lambda text: text + '"never closed', r"reviews.csv:57: cannot be read from here on .*every quote is closed"),
        (lambda text: "", r"reviews.csv:1: the header lacks review_id"),
    ],
)
def test_a_file_of_the_wrong_shape_is_refused(base, spoil, words):
    path = base / "reviews.csv"
    path.write_text(spoil(path.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(InvalidEvidence, match=words):
        ww.evidence.load(base)


def test_a_file_in_another_encoding_is_refused(base, change):
    change(0, note="målgruppe")
    path = base / "reviews.csv"
    path.write_bytes(path.read_text(encoding="utf-8").encode("latin-1", errors="replace"))
    with pytest.raises(InvalidEvidence, match=r"reviews\.csv: cannot be read \(UnicodeDecodeError\). Save it .* UTF-8"):
        ww.evidence.load(base)


def test_a_missing_file_is_a_fault_like_others(base):
    (base / "reviews.csv").unlink()
    with pytest.raises(InvalidEvidence, match=r"evidence/reviews\.csv: the file is missing"):
        ww.evidence.load(base)


def test_a_byte_order_mark_and_windows_line_ends_are_read(base, registry):
    path = base / "reviews.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert ww.evidence.load(base).reviews.equals(registry.reviews)


def test_a_header_alone_is_an_empty_base(base):
    write(base, [list(COLUMNS)])
    empty = ww.evidence.load(base)
    assert empty.reviews.empty
    assert empty.select(target_group="homelessness").empty


@pytest.mark.parametrize(
    "title",
    ["<script>alert('x')</script> & <b>bold</b>", "x" * 5000, '=HYPERLINK("x")', 'Æ, ø og å; "citat"', "{{ 7 * 7 }} %s {0}"],
)
def test_any_title_passes_through_as_text(base, change, title):
    change(6, source=title, authors=title)
    loaded = ww.evidence.load(base)
    row = loaded.reviews.iloc[6]
    assert row["source"] == title
    assert ww.evidence.citation(row) == f"{title} (2019), {title}, doi:10.1136/jech-2018-210981"


def test_a_very_long_value_does_not_flood_the_message(base, change):
    change(6, effect="9" * 5000 + "x", review_id="A" * 5000, measure="m" * 5000)
    with pytest.raises(InvalidEvidence) as caught:
        ww.evidence.load(base)
    assert len(str(caught.value)) < 1500


def test_an_unreadable_catalogue_does_not_make_every_code_unknown(base):
    (base / "methods.yml").write_text("a: [1\n", encoding="utf-8")
    with pytest.raises(InvalidEvidence, match=r"^1 fault in the evidence base:\n  evidence/methods\.yml:\d+: not valid YAML"):
        ww.evidence.load(base)


@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_order_never_matters_and_a_repeated_row_is_always_found(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("evidence")
    header, *rows = rows_of(PROJECT / "evidence")
    repeated = data.draw(st.lists(st.sampled_from(rows), max_size=4))
    shuffled = [*rows, *repeated]
    random.Random(data.draw(st.integers(0, 10_000))).shuffle(shuffled)
    write(folder, [header, *shuffled])
    frame, faults = read_reviews(folder, "evidence", known_codes())
    assert len(faults) == len(repeated)
    assert all("was used on line" in fault.message for fault in faults)
    # Each fault points at a row that an earlier line holds too.
    for fault in faults:
        earlier = int(re.search(r"on line (\d+)", fault.message).group(1))
        assert earlier < fault.line
        assert shuffled[earlier - 2] == shuffled[fault.line - 2]
    if not repeated:
        assert sorted(frame["review_id"]) == sorted(row[0] for row in rows)
        assert frame["effect"].sum() == pytest.approx(sum(float(row[COLUMNS.index("effect")]) for row in rows))


@given(effect=st.floats(-5, 5), below=st.floats(0, 3), above=st.floats(0, 3), column=st.sampled_from(["conf_low", "conf_high"]))
@settings(max_examples=40, deadline=None)
def test_an_interval_is_accepted_exactly_when_it_holds_its_estimate(tmp_path_factory, effect, below, above, column):
    folder = tmp_path_factory.mktemp("evidence")
    low, high = effect - below, effect + above
    row = dict.fromkeys(COLUMNS, "") | dict.fromkeys(REQUIRED, "x")
    row |= {"measure": "g", "direction_of_good": "up", "confirmed": "no", "effect": repr(effect)}
    row |= {"conf_low": repr(low), "conf_high": repr(high)}
    codes = dict.fromkeys(("target_group", "method", "outcome"), ("x",))
    write(folder, [list(row), list(row.values())])
    frame, faults = read_reviews(folder, "evidence", codes)
    assert faults == []
    assert frame[["conf_low", "effect", "conf_high"]].iloc[0].tolist() == [low, effect, high]
    row[column] = repr(effect + 1.0 if column == "conf_low" else effect - 1.0)
    write(folder, [list(row), list(row.values())])
    assert ["does not hold its estimate" in fault.message for fault in read_reviews(folder, "evidence", codes)[1]] == [True]
