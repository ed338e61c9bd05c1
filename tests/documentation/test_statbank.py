"""The StatBank client, against a local server that answers as the API does."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import product
from unicodedata import normalize

import numpy as np
import pytest

from whatworks.core.errors import InvalidOption, UnknownCode
from whatworks.documentation.municipality_names import municipalities
from whatworks.documentation.statbank import StatBank
from whatworks.documentation.statbank_transport import StatBankOffline, StatBankRefused

CODES = municipalities()["municipality_code"].tolist()
QUARTERS = [f"{year}K{quarter}" for year in (2023, 2024) for quarter in (1, 2, 3, 4)]


def variable(code, values, *, elimination=False, time=False):
    return {"id": code, "text": code.lower(), "elimination": elimination, "time": time,
            "values": [{"id": value, "text": f"navn {value}"} for value in values]}  # fmt: skip


TABLES = {
    "hand07": {
        "id": "HAND07", "text": "Modtagere af handicapydelser", "description": "Invented numbers", "unit": "Antal",
        "suppressedDataValue": "..", "updated": "2025-03-01T08:00:00", "active": True,
        "variables": [variable("OMRÅDE", CODES[1:]), variable("YDELSESTYPE", ["10", "20"], elimination=True),
                      variable("Tid", QUARTERS, time=True)],
    },
    "regk11": {
        "id": "REGK11", "text": "Regnskaber", "unit": "-", "updated": "2025-03-01T08:00:00", "active": False,
        "variables": [variable("OMRÅDE", CODES), variable("PRISENHED", ["LOBM", "INDL"], elimination=True),
                      variable("Tid", ["2024"], time=True)],
    },
    "folk1a": {
        "id": "FOLK1A", "text": "Folketal", "unit": "Antal", "updated": "2025-03-01T08:00:00", "active": True,
        "variables": [variable("OMRÅDE", ["000", "084", *CODES[:2]]), variable("KØN", ["TOT", "1", "2"], elimination=True),
                      variable("Tid", QUARTERS[::-1], time=True)],
    },
}  # fmt: skip


def number(combination):
    """The server's number: 0 for some, hidden for some, else one of its own."""
    place = sum(ord(letter) for letter in "".join(combination))
    return 0.0 if place % 7 == 0 else None if place % 11 == 0 else place / 2


class Api(BaseHTTPRequestHandler):
    """Answers as the StatBank API: JSON for what is about tables; BULK, CSV and JSON-stat for numbers."""

    def log_message(self, *arguments):
        pass

    def do_POST(self):
        question = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        function = self.path.rsplit("/", 1)[1]
        self.server.asked.append((function, question))
        if self.server.trouble:
            trouble = self.server.trouble.pop(0)
            if trouble == "hang up":
                self.connection.close()
                return
            self.answer(trouble.get("status", 200), trouble["body"], trouble.get("headers", {}))
            return
        self.answer(200, getattr(self, function)(question))

    def answer(self, status, body, headers=()):
        content = body if isinstance(body, bytes) else body.encode("utf-8")
        self.send_response(status)
        for name, value in dict(headers).items():
            self.send_header(name, value)
        if "Content-Length" not in dict(headers):
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def subjects(self, question):
        below = [{"id": "20", "description": "Sociale forhold", "active": True, "hasSubjects": True, "subjects": []}]
        top = {"id": "2", "description": "Borgere", "active": True, "hasSubjects": True}
        return json.dumps([{**top, "subjects": below if question["subjects"] else []}])

    def tables(self, question):
        about = {"firstPeriod": "2023K1", "latestPeriod": "2024K4", "variables": ["område", "ydelsestype", "tid"]}
        return json.dumps([{**{key: TABLES["hand07"][key] for key in ("id", "text", "unit", "updated", "active")}, **about}])

    def tableinfo(self, question):
        return json.dumps({**TABLES[question["table"]], **self.server.changed})

    def data(self, question):
        chosen = {one["code"]: one["values"] for one in question["variables"]}
        cells = {combination: number(combination) for combination in product(*chosen.values())}
        if question["format"] == "JSONSTAT":
            return self.json_stat(chosen, cells)
        shown = {True: lambda value: "..", False: lambda value: f"{value:g}".replace(".", ",")}
        bulk = question["format"] == "BULK"
        rows = [";".join(code.upper() for code in chosen) + ";INDHOLD"]
        for combination, value in reversed(cells.items()):
            # BULK leaves zeros out, and gives hidden numbers as rows without one. Its rows stand in no order.
            if not (bulk and value == 0):
                text = "" if bulk and value is None else shown[value is None](value)
                rows.append(";".join((*combination, text)))
        return "\ufeff" + "\r\n".join(rows) + "\r\n"

    def json_stat(self, chosen, cells):
        dimension = {}
        for code, values in chosen.items():
            index = {value: place for place, value in enumerate(values)}
            dimension[code] = {"label": code, "category": {"index": index, "label": {}}}
        dimension["ContentsCode"] = {"label": "Indhold", "category": {"index": ["1"], "label": {"1": "Antal"}}}
        names, sizes = [*chosen, "ContentsCode"], [*map(len, chosen.values()), 1]
        role = {"metric": ["ContentsCode"], "time": ["Tid"]}
        dataset = {"dimension": {**dimension, "id": names, "size": sizes, "role": role}, "value": list(cells.values())}
        return json.dumps({"dataset": dataset})


@pytest.fixture
def server():
    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Api)
    httpd.asked, httpd.trouble, httpd.changed = [], [], {}
    thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield httpd
    httpd.shutdown()
    httpd.server_close()
    thread.join()


@pytest.fixture
def bank(server, tmp_path):
    waited = []
    out = StatBank(tmp_path / "cache", online=True, base=f"http://127.0.0.1:{server.server_port}/v1", sleep=waited.append)
    out.waited = waited
    return out


SELECTED = {"OMRÅDE": ["751", "730"], "YDELSESTYPE": "*", "Tid": ">=2023K4<=2024K1"}


def truth(frame):
    return [number((row["OMRÅDE"], row["YDELSESTYPE"], row["Tid"])) for _index, row in frame.iterrows()]


@pytest.mark.parametrize("form", ["BULK", "CSV", "JSONSTAT"])
def test_every_format_gives_the_same_numbers_in_the_same_order(bank, form):
    frame = bank.data("hand07", values={**SELECTED, "OMRÅDE": "*"}, format=form)
    assert frame.columns.tolist() == ["OMRÅDE", "YDELSESTYPE", "Tid", "value", "status"]
    assert frame["Tid"].unique().tolist() == ["2023K4", "2024K1"]
    expected = truth(frame)
    assert None in expected
    assert 0.0 in expected
    np.testing.assert_array_equal(frame["value"], np.array(expected, dtype=float))
    assert (frame["status"] == "missing").tolist() == [value is None for value in expected]


def test_what_bulk_leaves_out_is_zero_and_what_it_gives_without_a_number_is_not(bank):
    frame = bank.data("HAND07", values={**SELECTED, "OMRÅDE": "*"})
    assert (frame.loc[frame["status"] == "not_listed", "value"] == 0).all()
    assert frame.loc[frame["status"] == "missing", "value"].isna().all()
    assert set(frame["status"]) == {"", "missing", "not_listed"}


def test_the_source_the_day_and_the_holes_stand_with_the_numbers(bank):
    frame = bank.data("HAND07", values={**SELECTED, "OMRÅDE": "*"})
    assert frame.attrs["missing_municipalities"] == CODES[:1]
    assert frame.attrs["source"].startswith("Kilde: Danmarks Statistik, Statistikbanken, tabel HAND07, hentet ")
    assert any("missing or hidden; they are not 0" in note for note in frame.attrs["notes"])
    assert any("1 municipalities are not in the table" in note for note in frame.attrs["notes"])
    assert bank.data("HAND07", values=SELECTED).attrs["missing_municipalities"] == []


def test_a_variable_left_out_by_accident_is_refused(bank, server):
    with pytest.raises(InvalidOption, match=r"select Tid.*newest"):
        bank.data("HAND07", values={"OMRÅDE": "*", "YDELSESTYPE": "*"})
    with pytest.raises(InvalidOption, match="select YDELSESTYPE"):
        bank.data("HAND07", values={"OMRÅDE": "*", "Tid": "(1)"})
    assert not any(function == "data" for function, _question in server.asked)


def test_a_variable_may_be_summed_over_on_purpose_where_the_table_allows_it(bank, server):
    frame = bank.data("HAND07", values={"OMRÅDE": ["751"], "Tid": "(-n+3)"}, sum_over=["YDELSESTYPE"])
    assert frame["Tid"].tolist() == ["2024K2", "2024K3", "2024K4"]
    assert [one["code"] for one in server.asked[-1][1]["variables"]] == ["OMRÅDE", "Tid"]
    for over, words in (("OMRÅDE", "cannot be summed over OMRÅDE"), ("Tid", "cannot be summed over Tid")):
        rest = {"OMRÅDE": "*", "YDELSESTYPE": "*", "Tid": "*"}
        rest.pop(over)
        with pytest.raises(InvalidOption, match=words):
            bank.data("HAND07", values=rest, sum_over=[over])
    with pytest.raises(InvalidOption, match="Choose one"):
        bank.data("HAND07", values=SELECTED, sum_over=["YDELSESTYPE"])
    with pytest.raises(InvalidOption, match="BULK gives every value"):
        bank.data("HAND07", values={"OMRÅDE": "*", "Tid": "*"}, sum_over=["YDELSESTYPE"], format="BULK")


@pytest.mark.parametrize(
    ("pattern", "found"),
    [("(1)", QUARTERS[-1:]), ("(-n+2)", QUARTERS[-2:]), ("*", QUARTERS), ("2023*", QUARTERS[:4]), (">=2024K3", QUARTERS[6:]),
     ("<=2023K1", QUARTERS[:1]), ("2024K2", ["2024K2"]), (["2024K2", "2023K1"], ["2023K1", "2024K2"])],
)  # fmt: skip
def test_patterns_mean_what_the_service_says_they_mean(bank, pattern, found):
    assert bank.table("HAND07").variable("tid").chosen(pattern) == found


def test_unknown_codes_are_named(bank):
    with pytest.raises(UnknownCode, match=r"no variable 'AGE'; it has OMRÅDE"):
        bank.data("HAND07", values={**SELECTED, "AGE": "*"})
    for values in ({**SELECTED, "OMRÅDE": "999"}, {**SELECTED, "Tid": "2031K1"}, {**SELECTED, "Tid": ">=2031K1"}):
        with pytest.raises(UnknownCode, match="has no value"):
            bank.data("HAND07", values=values)


def test_an_answer_that_would_be_too_large_is_refused_before_it_is_asked_for(bank, server, monkeypatch):
    monkeypatch.setattr("whatworks.documentation.statbank._LARGEST_ANSWER", 10)
    with pytest.raises(InvalidOption, match="32 fields are asked for, and CSV gives at most 10"):
        bank.data("HAND07", values=SELECTED, format="CSV")
    monkeypatch.setattr("whatworks.documentation.statbank._LARGEST_GRID", 5)
    with pytest.raises(InvalidOption, match="8 combinations"):
        bank.data("HAND07", values=SELECTED)
    assert not any(function == "data" for function, _question in server.asked)


def test_values_that_overlap_are_pointed_out(bank):
    frame = bank.data("REGK11", values={"OMRÅDE": ["751"], "PRISENHED": "*", "Tid": "*"})
    assert any("amounts and amounts per inhabitant" in note for note in frame.attrs["notes"])
    assert any("no longer updated" in note for note in frame.attrs["notes"])
    one = bank.data("REGK11", values={"OMRÅDE": ["751"], "PRISENHED": ["LOBM"], "Tid": "*"})
    assert not any("mix" in note for note in one.attrs["notes"])


def test_amounts_of_two_kinds_are_not_summed_over(bank, server):
    with pytest.raises(InvalidOption, match="mix amounts and amounts per inhabitant"):
        bank.data("REGK11", values={"OMRÅDE": ["751"], "Tid": "*"}, sum_over=["PRISENHED"])
    assert not any(function == "data" for function, _question in server.asked)


def test_the_country_a_region_and_totals_beside_their_parts_are_pointed_out(bank):
    everything = bank.data("FOLK1A", values={"OMRÅDE": "*", "KØN": "*", "Tid": "(1)"}).attrs["notes"]
    assert [note.split(" hold")[0] for note in everything if "Never add" in note] == ["OMRÅDE: 000, 084", "KØN: TOT"]
    one_level = bank.data("FOLK1A", values={"OMRÅDE": CODES[:2], "KØN": "TOT", "Tid": "(1)"}).attrs["notes"]
    assert not any("Never add" in note for note in one_level)


def test_the_newest_period_is_the_newest_in_whatever_order_periods_come(bank):
    assert bank.table("FOLK1A").variable("Tid").chosen("(-n+2)") == QUARTERS[-2:]
    with pytest.raises(UnknownCode):
        bank.table("FOLK1A").variable("Tid").chosen("(-n+0)")


def test_a_variable_is_found_however_its_letters_are_put_together(bank):
    assert bank.table("FOLK1A").variable(normalize("NFD", "OMRÅDE")).code == "OMRÅDE"


def test_signs_for_a_missing_number_are_missing_nil_is_nil_and_what_is_neither_is_refused(bank, server):
    header = "OMRÅDE;YDELSESTYPE;TID;INDHOLD\n"
    asked = {"OMRÅDE": ["751"], "YDELSESTYPE": "*", "Tid": ">=2023K4<=2024K1"}
    info = {"body": json.dumps(TABLES["hand07"])}
    cells = [f"751;{kind};{period};" for kind in ("10", "20") for period in ("2023K4", "2024K1")]
    signs = ["-", ".", "..", "7,5"]
    server.trouble = [info, {"body": header + "\n".join(map("".join, zip(cells, signs, strict=True)))}]
    found = bank.data("HAND07", values=asked, format="CSV")
    np.testing.assert_array_equal(found["value"], [0, np.nan, np.nan, 7.5])
    server.trouble = [info, {"body": header + cells[0] + "1.234,5\n"}]
    with pytest.raises(StatBankRefused, match="1 of its numbers are neither"):
        bank.data("HAND07", values=asked)


def test_an_answer_that_breaks_off_is_asked_for_again_and_never_read_as_zeros(bank, server):
    bank.table("HAND07")
    server.trouble = [{"body": json.dumps(TABLES["hand07"])},
                      {"body": "OMRÅDE;YDELSESTYPE;TID;INDHOLD\n", "headers": {"Content-Length": "9999"}}]  # fmt: skip
    frame = bank.data("HAND07", values=SELECTED)
    assert bank.waited
    np.testing.assert_array_equal(frame["value"], np.array(truth(frame), dtype=float))


def test_what_cannot_be_read_is_not_kept_in_place_of_an_answer(bank, server):
    first = bank.data("HAND07", values=SELECTED)
    page = {"body": "<html>Log on to the network</html>"}
    server.trouble = [page]
    with pytest.raises(StatBankRefused):
        bank.table("HAND07")
    server.trouble = [{"body": json.dumps(TABLES["hand07"])}, page]
    other = {**SELECTED, "Tid": "*"}
    with pytest.raises(StatBankRefused):
        bank.data("HAND07", values=other)
    assert len(bank.data("HAND07", values=other)) == 32
    assert StatBank(bank.transport.cache).data("HAND07", values=SELECTED).equals(first)


def test_an_answer_is_asked_for_once_and_read_offline_afterwards(bank, server):
    first = bank.data("HAND07", values=SELECTED)
    asked = len(server.asked)
    offline = StatBank(bank.transport.cache)
    again = offline.data("HAND07", values=SELECTED)
    assert again.equals(first)
    assert (first.attrs["from_cache"], again.attrs["from_cache"]) == (False, True)
    assert len(server.asked) == asked
    with pytest.raises(StatBankOffline, match=r"not kept in cache.*online=True"):
        offline.data("HAND07", values={**SELECTED, "Tid": "(1)"})
    with pytest.raises(StatBankOffline):
        offline.table("FOLK1A")


def test_an_updated_table_is_asked_for_again(bank, server):
    bank.data("HAND07", values=SELECTED)
    bank.data("HAND07", values=SELECTED)
    assert sum(function == "data" for function, _question in server.asked) == 1
    server.changed = {"updated": "2025-06-01T08:00:00"}
    assert bank.data("HAND07", values=SELECTED).attrs["updated"] == "2025-06-01T08:00:00"
    assert sum(function == "data" for function, _question in server.asked) == 2


def test_a_kept_answer_that_was_changed_is_not_believed(bank, server):
    bank.data("HAND07", values=SELECTED)
    (place,) = bank.transport.cache.glob("data-*.txt")
    place.write_text(place.read_text().replace("INDHOLD", "INDHOLD "))
    with pytest.raises(StatBankOffline):
        StatBank(bank.transport.cache).data("HAND07", values=SELECTED)
    assert bank.data("HAND07", values=SELECTED).attrs["from_cache"] is False


def test_a_busy_service_is_waited_for_as_long_as_it_asks(bank, server):
    busy = {"status": 429, "body": "", "headers": {"Retry-After": "7"}}
    server.trouble = [busy, {"status": 503, "body": ""}, "hang up"]
    assert bank.table("HAND07").id == "HAND07"
    assert bank.waited == [7.0, 2.0, 4.0]
    server.trouble = [{"status": 503, "body": "", "headers": {"Retry-After": "99999"}}]
    bank.table("HAND07")
    assert bank.waited[-1] == 60.0


def test_a_service_that_cannot_be_reached_is_named_and_what_is_kept_is_used_and_said(bank, server):
    kept = bank.data("HAND07", values=SELECTED)
    server.trouble = ["hang up"] * 5
    again = bank.data("HAND07", values=SELECTED)
    assert again.equals(kept)
    assert any("could not be reached" in note for note in again.attrs["notes"])
    server.trouble = ["hang up"] * 5
    with pytest.raises(StatBankOffline, match="after 5 tries"):
        bank.table("FOLK1A")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("OMRÅDE;YDELSESTYPE;INDHOLD\n751;10;1\n", "do not have 4 fields"),
        ("OMRÅDE;YDELSESTYPE;KØN;INDHOLD\n751;10;1;1\n", "Tid is not in it"),
        ("OMRÅDE;YDELSESTYPE;TID;INDHOLD\n751;10;2024K1;1\n751;10;2024K1;1\n", "1 combinations stand twice"),
        ("OMRÅDE;YDELSESTYPE;TID;INDHOLD\n101;10;2024K1;1\n", "codes that were not asked for"),
        ("", "do not have 4 fields"),
        (b"\xff\xfe", "not UTF-8"),
    ],
)
def test_an_answer_of_another_form_is_refused(bank, server, body, words):
    bank.table("HAND07")
    server.trouble = [{"body": json.dumps(TABLES["hand07"])}, {"body": body}]
    with pytest.raises(StatBankRefused, match=words):
        bank.data("HAND07", values=SELECTED)


@pytest.mark.parametrize("body", ["{", "{}", '{"dataset": {"dimension": {"id": ["Tid"], "size": [1]}, "value": [1]}}'])
def test_json_stat_of_another_form_is_refused(bank, server, body):
    server.trouble = [{"body": json.dumps(TABLES["hand07"])}, {"body": body}]
    with pytest.raises(StatBankRefused, match="another form"):
        bank.data("HAND07", values=SELECTED, format="JSONSTAT")


def test_what_the_service_says_about_a_wrong_question_is_passed_on(bank, server):
    body = json.dumps({"errorTypeCode": "TABLE-NOT-FOUND", "message": "Tabellen HAND99 findes ikke"})
    server.trouble = [{"status": 400, "body": body}]
    with pytest.raises(StatBankRefused, match=r"status 400\): Tabellen HAND99 findes ikke"):
        bank.table("HAND99")
    server.trouble = [{"status": 404, "body": "<html>"}]
    with pytest.raises(StatBankRefused, match="no reason given"):
        bank.table("HAND99")
    server.trouble = [{"body": "not json"}]
    with pytest.raises(StatBankRefused, match="JSON"):
        bank.table("HAND07")
    server.trouble = [{"body": "[]"}]
    with pytest.raises(StatBankRefused, match="another form"):
        bank.table("HAND07")


def test_tables_and_subjects_are_listed(bank, server):
    assert bank.tables()[["id", "latest_period"]].to_numpy().tolist() == [["HAND07", "2024K4"]]
    assert bank.subjects()["id"].tolist() == ["2"]
    assert bank.subjects(["2"])["description"].tolist() == ["Sociale forhold"]
    agents = {question["lang"] for _function, question in server.asked}
    assert agents == {"da"}
