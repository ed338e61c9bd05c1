"""Published pooled effects, drawn as printed."""

import numpy as np
import pandas as pd
import pytest

import whatworks as ww
from whatworks.core.errors import EmptyData, InvalidColumn, InvalidEffect, MissingColumn
from whatworks.findings import charts

pytestmark = pytest.mark.filterwarnings("error")


def test_signs_and_numbers_stay_as_printed(make):
    reviews = make.every_review()
    data = charts.forest_data(reviews)
    assert sorted(data["effect"]) == sorted(reviews["effect"])
    turned = data[data["good"] == "down"]
    assert set(turned["effect"]) == {-0.24, 0.63}


def test_ratios_come_first_then_higher_is_better_then_lower(make):
    data = charts.forest_data(make.every_review())
    blocks = list(dict.fromkeys(zip(data["family"], data["good"], strict=True)))
    assert blocks == [("ratio", "up"), ("ratio", "down"), ("standardised", "up"), ("standardised", "down")]


def test_verdicts_know_the_direction_of_good(make):
    data = charts.forest_data(make.every_review()).set_index("effect")["verdict"]
    assert data[-0.24] == "better"
    assert data[0.63] == "better"
    assert data[-0.3] == "worse"
    assert data[0.08] == "unclear"
    assert data[0.27] == "unknown"


def test_an_unknown_direction_is_never_called_better(make):
    data = charts.forest_data(pd.DataFrame([make.review(direction_of_good=None)]))
    assert data["verdict"].tolist() == ["different"]
    assert "bedste retning ikke oplyst" not in charts.forest_figure(pd.DataFrame([make.review()]))
    assert "bedste retning ikke oplyst" in charts.forest_figure(pd.DataFrame([make.review(direction_of_good=None)]))


def test_a_missing_interval_is_said_and_drawn_open(make):
    reviews = pd.DataFrame([make.review(conf_low=np.nan, conf_high=np.nan)])
    html = charts.forest_figure(reviews, language="da")
    assert "0,20 (interval ikke oplyst)" in html
    assert html.count("<circle") == html.count('fill="var(--card)"') == 1
    assert "så man kan ikke sige, hvor sikker den er." in html
    assert "for usikker" not in html
    assert "(interval not stated)" in charts.forest_figure(reviews, language="en")


def test_half_an_interval_is_no_interval(make):
    data = charts.forest_data(pd.DataFrame([make.review(conf_high=np.nan)]))
    assert data["verdict"].tolist() == ["unknown"]


def test_labels_come_from_the_caller_then_columns_then_codes(make):
    reviews = pd.DataFrame([make.review(method_da="Kammeratstøtte", method_en="Peer support")])
    given = {"method": {"peer_support": {"da": "Peerstøtte", "en": "Peers"}}}
    assert charts.forest_data(reviews, labels=given, language="en")["method"].tolist() == ["Peers"]
    assert charts.forest_data(reviews, language="da")["method"].tolist() == ["Kammeratstøtte"]
    assert charts.forest_data(reviews.drop(columns="method_en"), language="en")["method"].tolist() == ["peer support"]


def test_two_effects_on_one_outcome_are_told_apart(make):
    detail = charts.forest_data(make.every_review()).set_index("effect")["detail"]
    assert detail[0.195] == "»recovery, last follow-up«, Smit et al. 2022"
    assert detail[0.08] == ""


def test_three_printed_decimals_are_kept(make):
    assert "0,195 (0,122 til 0,268)" in charts.forest_alt(make.every_review(), language="da")


def test_caption_counts_what_is_drawn(make):
    alt = charts.forest_alt(make.every_review(), language="en")
    assert alt.startswith(
        "For 5 of 8 published effects the whole interval lies on the good side (on the bad side: 1; too uncertain"
    )
    one = pd.DataFrame([make.review()])
    assert charts.forest_alt(one, language="da").startswith("Hele intervallet for den udgivne effekt ligger på den gode side.")


def test_all_and_none_are_said_in_words(make):
    good, unclear = make.review(), make.review(conf_low=-0.1)
    assert charts.forest_alt(pd.DataFrame([good] * 2), language="da").startswith(
        "For alle 2 udgivne effekter ligger hele intervallet på den gode side."
    )
    assert charts.forest_alt(pd.DataFrame([unclear] * 2), language="da").startswith(
        "For ingen af de 2 udgivne effekter ligger hele intervallet på den gode side (for usikkert"
    )


def test_the_caption_claims_no_more_than_the_interval_shows(make):
    for language, banned in (("da", "klart"), ("en", "clearly")):
        assert banned not in charts.forest_figure(make.every_review(), language=language)


def test_a_source_without_authors_is_named_by_its_journal(make):
    rows = [
        make.review(authors="", source="PMC5558146", year=2017.0),
        make.review(authors=np.nan, source=np.nan, year=2017.0),
        make.review(authors="Smit et al.", source="PMC1", year=np.nan),
    ]
    data = charts.forest_data(pd.DataFrame(rows))
    assert data["source"].tolist() == ["PMC5558146 2017", "2017", "Smit et al."]
    assert data["detail"].tolist()[0] == "»personal recovery«, PMC5558146 2017"


def test_studies_are_counted_or_said_to_be_unknown(make):
    html = charts.forest_figure(make.every_review(), language="da")
    assert "49 undersøgelser" in html
    assert "antal undersøgelser ikke oplyst · skal bekræftes" in html
    assert "1 undersøgelse · skal bekræftes" in html


def test_the_ratio_axis_is_a_ratio_axis(make):
    reviews = pd.DataFrame(
        [make.review(measure="RR", effect=x, conf_low=x, conf_high=x, direction_of_good=None) for x in (0.5, 1.0, 2.0)]
    )
    places = [float(part.split('"')[0]) for part in charts.forest_figure(reviews).split('circle cx="')[1:]]
    assert places[1] - places[0] == pytest.approx(places[2] - places[1], abs=0.2)


def test_hostile_names_are_text(make):
    rows = [make.review(method=make.hostile, outcome=make.hostile * 3, outcome_as_printed=make.hostile, authors=make.hostile)] * 2
    html = charts.forest_figure(pd.DataFrame(rows), language="en")
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert "\x00" not in html[html.index("<svg") : html.index("</svg>")].split("<desc")[0]
    assert make.faults(html) == []


def test_an_interval_without_its_estimate_is_refused(make):
    with pytest.raises(InvalidEffect, match="1 of 2 published effects lie outside"):
        charts.forest_data(pd.DataFrame([make.review(), make.review(effect=0.5)]))


def test_a_negative_ratio_is_refused(make):
    with pytest.raises(InvalidEffect, match="not above 0"):
        charts.forest_data(pd.DataFrame([make.review(measure="RR", effect=-0.1, conf_low=-0.2, conf_high=0.1)]))


def test_empty_or_wrong_frames_are_refused_by_name(make):
    reviews = pd.DataFrame([make.review()])
    with pytest.raises(EmptyData, match="reviews has no rows"):
        charts.forest_data(reviews.iloc[:0])
    with pytest.raises(MissingColumn, match="'direction_of_good'"):
        charts.forest_data(reviews.drop(columns="direction_of_good"))
    with pytest.raises(InvalidColumn, match="'effect'"):
        charts.forest_data(reviews.assign(effect="0.2"))


def test_nullable_columns_and_odd_indexes_are_read(make):
    reviews = make.every_review().convert_dtypes()
    reviews.index = [7] * len(reviews)
    assert charts.forest_data(reviews)["verdict"].tolist() == charts.forest_data(make.every_review())["verdict"].tolist()


def test_a_row_printed_the_other_way_round_says_so_in_the_drawing_and_in_the_table():
    reviews = ww.findings.published(ww.evidence.load(), "families_at_risk_of_maltreatment")
    danish = ww.findings.forest_figure(reviews, language="da")
    assert danish.count("vendt skala: over 0 er et fald") >= 2
    assert "scale turned round: above 0 is a fall" in ww.findings.forest_alt(reviews, language="en") + ww.findings.forest_figure(
        reviews, language="en"
    )
    plain = ww.findings.forest_data(reviews.assign(outcome_good=reviews["direction_of_good"]), language="en")
    assert not plain["detail"].str.contains("turned").any()


def test_endless_names_are_whole_in_the_table_and_short_in_the_words(make):
    name = "help with everyday life and " * 180
    reviews = pd.DataFrame([make.review(method=name, outcome=name, outcome_as_printed=name)])
    html = charts.forest_figure(reviews, language="da")
    assert name.strip() in html[html.index("<details") :]
    assert len(charts.forest_alt(reviews, language="da")) < 500
    assert make.faults(html) == []
