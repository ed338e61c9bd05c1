"""Risk of bias, study by study and domain by domain."""

import re

import pandas as pd
import pytest

from whatworks.core.errors import DuplicateRows, EmptyData, MissingColumn, UnknownCode
from whatworks.findings import charts


def test_every_study_has_every_domain(make):
    data = charts.traffic_light_data(make.judgements(), labels=make.bias, language="en")
    assert len(data) == 15
    assert data.loc[data["judgement"] == "not_judged", ["study", "label"]].values.tolist() == [
        ["Study 3", "Selection of the reported result"]
    ]


def test_each_judgement_has_its_own_sign_and_word(make):
    html = charts.traffic_light_figure(make.judgements(), labels=make.bias, language="en")
    drawing = html[html.index("<svg") : html.index("</svg>")]
    for sign, word in (("+", "low"), ("–", "some"), ("×", "high"), ("×", "serious"), ("!", "critical"), ("?", "unstated")):
        assert f">{sign}</text>" in drawing
        assert f">{word}</text>" in drawing


def test_no_information_and_not_judged_do_not_look_alike(make):
    cells = make.judgements()
    html = charts.traffic_light_figure(cells, labels=make.bias, language="da")
    assert "ingen oplysninger" in html[html.index("<details") :]
    assert "ikke vurderet" in html[html.index("<details") :]


def test_the_caption_names_the_studies_at_high_risk(make):
    said = charts.traffic_light_alt(make.judgements(), labels=make.bias, language="en")
    assert said.startswith("2 of 3 studies have a high risk of bias in at least one domain: Study 1, Study 3.")
    assert "Randomisation process: low risk 2, serious risk 1" in said


@pytest.mark.parametrize(
    ("codes", "words"),
    [
        (["low", "low"], "No study has a high risk of bias in any domain."),
        (["low", "no_information"], "No study was found to have a high risk of bias, but not every domain is judged."),
        (["high", "critical"], "All 2 studies have a high risk of bias in at least one domain."),
        (["high", "low"], "1 of 2 studies has a high risk of bias in at least one domain: A."),
        (["serious"], "The study has a high risk of bias in at least one domain."),
    ],
)
def test_the_caption_fits_what_was_found(codes, words):
    frame = pd.DataFrame({"study": list("AB")[: len(codes)], "domain": "one", "judgement": codes})
    assert charts.traffic_light_alt(frame, language="en").startswith(words)


def test_more_domains_than_fit_go_into_blocks(make):
    frame = pd.DataFrame({"study": "A", "domain": [f"domain {place}" for place in range(9)], "judgement": "serious"})
    html = charts.traffic_light_figure(frame, language="da")
    assert make.faults(html) == []
    assert re.search(r">9</text>", html)


def test_domains_with_the_same_name_stay_apart():
    frame = pd.DataFrame({"study": "A", "domain": ["x", "y"], "judgement": ["low", "high"]})
    html = charts.traffic_light_figure(frame, labels={"x": "Same", "y": "Same"}, language="en")
    assert "<td>low risk</td><td>high risk</td>" in html


def test_bad_input_is_refused(make):
    frame = make.judgements()
    with pytest.raises(UnknownCode, match="'unclear'"):
        charts.traffic_light_data(frame.assign(judgement="unclear"))
    with pytest.raises(DuplicateRows, match="1 pairs"):
        charts.traffic_light_data(pd.concat([frame, frame.head(1)]))
    with pytest.raises(EmptyData, match="no rows"):
        charts.traffic_light_data(frame.head(0))
    with pytest.raises(MissingColumn, match="'domain'"):
        charts.traffic_light_data(frame.drop(columns="domain"))
