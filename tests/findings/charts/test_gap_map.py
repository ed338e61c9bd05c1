"""What is known for whom, and what is not."""

import re

import numpy as np
import pandas as pd
import pytest

from whatworks.core.errors import DuplicateRows, EmptyData, InvalidColumn, MissingColumn, UnknownCode
from whatworks.findings import charts


@pytest.fixture
def draw(make):
    def table(language="en", **options):
        return charts.gap_map_table(make.map_cells(), groups=make.groups, domains=make.domains, language=language, **options)

    return table


def cell(html: str, group: str, domain: str) -> str:
    row = html[html.index(group) :]
    row = row[: row.index("</tr>")]
    return re.search(rf'<td[^>]*data-domain="{re.escape(domain)}".*?</td>', row).group()


def test_what_nobody_recorded_is_unknown(make):
    data = charts.gap_map_data(make.map_cells(), groups=make.groups, domains=make.domains)
    assert len(data) == 15
    assert (data["verdict"] == "unknown").sum() == 10
    silent = data[(data["target_group"] == "homeless") & (data["domain"] == "work")].iloc[0]
    assert silent[["verdict", "n_studies", "under_way", "own"]].tolist() == ["unknown", 0, False, False]


def test_unknown_never_looks_like_no_difference(draw):
    html = draw()
    unknown = cell(html, "Children with autism", "Housing")
    same = cell(html, "Adults in social psychiatry", "Well-being and quality of life")
    assert "We do not know" in unknown
    assert 'class="gap-unknown"' in unknown
    assert re.search(r"\.gap-unknown[^}]*repeating-linear-gradient", html)
    assert not re.search(r"\.gap-no-clear-difference[^}]*gradient", html)
    assert ">?<" in unknown
    assert "No clear difference" in same
    assert 'class="gap-no-clear-difference"' in same
    assert "▬" in same


def test_a_cell_has_sign_word_and_number_and_what_is_under_way(draw):
    html = draw("da")
    known = cell(html, "Voksne i socialpsykiatrien", "Job, uddannelse og indkomst")
    for words in ("▲", "Virker", "</span> 7<", "moderat sikkerhed", "vores egne tal"):
        assert words in known
    assert "undersøgelse i gang" not in known
    assert "undersøgelse i gang" in cell(html, "Voksne i socialpsykiatrien", "Bolig")


def test_every_verdict_has_its_own_sign_and_word(make):
    codes = ["works", "promising", "trade_off", "no_clear_difference", "harmful", "unknown"]
    frame = pd.DataFrame(
        {"target_group": codes, "domain": "x", "verdict": codes, "certainty": None, "n_studies": 1, "under_way": 0, "own": 0}
    )
    html = charts.gap_map_table(frame, language="en")
    signs = re.findall(r'aria-hidden="true">(.)</span>', html)
    words = re.findall(r"</span> (?:<b>)?([A-Z][^<]+)<", html)
    assert len(set(signs)) == len(set(words)) == 6


def test_headings_have_scope_and_roles_that_survive_restyling(draw):
    html = draw()
    assert html.count('<th scope="col" role="columnheader"') == 6
    assert html.count('<th scope="row" role="rowheader"') == 3
    assert html.count('<td role="cell"') == 15
    assert "<th>" not in html


def test_groups_link_to_their_pages(draw):
    html = draw(links={"autism": 'children/index.html?"x"'})
    assert '<a href="children/index.html?&quot;x&quot;">Children with autism</a>' in html
    assert html.count("<a ") == 1


def test_the_caption_counts_cells(make):
    said = charts.gap_map_alt(make.map_cells(), groups=make.groups, domains=make.domains, language="en")
    assert said.startswith("Of 15 combinations of target group and part of life, 6 are studied, and in 5 we can say something.")
    assert "We do not know: 10" in said
    assert "Works: Adults in social psychiatry: Work, education and income." in said


def test_an_empty_registry_is_a_map_of_what_we_do_not_know(make):
    nothing = make.map_cells().head(0)
    html = charts.gap_map_table(nothing, groups=make.groups, domains=make.domains, language="en")
    assert html.count("<td ") == html.count('<span class="said">We do not know</span>') == 15
    with pytest.raises(EmptyData, match="nothing to map"):
        charts.gap_map_data(nothing)


def test_groups_with_the_same_name_stay_apart(make):
    same = {code: "Adults" for code in make.groups}
    html = charts.gap_map_table(make.map_cells(), groups=same, domains=make.domains, language="en")
    assert html.count('<th scope="row"') == 3
    assert html.count("<td ") == 15


def test_bad_input_is_refused(make):
    cells = make.map_cells()
    with pytest.raises(UnknownCode, match="'proven'"):
        charts.gap_map_data(cells.assign(verdict="proven"))
    with pytest.raises(UnknownCode, match="'sure'"):
        charts.gap_map_data(cells.assign(certainty="sure"))
    with pytest.raises(UnknownCode, match="without a name"):
        charts.gap_map_data(cells, groups={"adults": "Adults"})
    with pytest.raises(DuplicateRows, match="1 pairs"):
        charts.gap_map_data(pd.concat([cells, cells.head(1)]))
    with pytest.raises(MissingColumn, match="'own'"):
        charts.gap_map_data(cells.drop(columns="own"))
    with pytest.raises(InvalidColumn, match="'own'"):
        charts.gap_map_data(cells.assign(own="false"))


def test_circles_grow_in_area_with_the_number_of_studies_and_signs_are_explained_below():
    frame = pd.DataFrame(
        {"target_group": ["a", "b", "c"], "domain": "x", "verdict": "not_rated", "certainty": None, "n_studies": [0, 20, 40]}
    ).assign(under_way=0, own=0, n_reviews=1)
    html = charts.gap_map_table(frame, language="en")
    none, some, many = (float(each) ** 2 for each in re.findall(r"width:([0-9.]+)em;line", html))
    assert none < some < many
    assert many - some == pytest.approx(some - none, rel=0.02)
    assert "○</span> Not rated yet. The number is" in html
    assert "No study" not in html


def test_a_missing_verdict_or_flag_is_read_as_unknown(make):
    cells = make.map_cells().assign(verdict=None, certainty=np.nan, own=np.nan)
    data = charts.gap_map_data(cells)
    assert (data["verdict"] == "unknown").all()
    assert not data["own"].any()


def test_not_rated_and_no_study_are_told_apart_from_unknown_and_from_no_difference():
    codes = ["no_clear_difference", "not_rated", "unknown", "gap"]
    frame = pd.DataFrame(
        {
            "target_group": codes,
            "domain": "x",
            "verdict": codes,
            "certainty": None,
            "n_studies": [3, 0, 2, 0],
            "under_way": 0,
            "own": 0,
        }
    ).assign(n_reviews=[1, 2, 0, 0])
    html = charts.gap_map_table(frame, language="en")
    said = {code: re.search(rf'<td[^>]*class="gap-{code.replace("_", "-")}".*?</td>', html).group() for code in codes}
    assert '<span class="said">Not rated yet, in 2 reviews</span>' in said["not_rated"]
    assert "No study" in said["gap"]
    assert "We do not know" in said["unknown"]
    assert "<b>" in said["no_clear_difference"]
    assert not any("<b>" in said[code] for code in codes[1:])
    caption = charts.gap_map_alt(frame, language="en")
    assert caption.startswith("Of 4 combinations of target group and part of life, 3 are studied, and in 1 we can say something.")
