"""What holds for every chart of studies: hostile and endless names, one study, two, and sixty."""

import re

import numpy as np
import pandas as pd
import pytest

import whatworks as ww
from whatworks.findings import charts

ENDLESS = "A controlled trial of " + "help with everyday life and " * 178 + "{place:02d}"


DRAWINGS = {
    "study_forest": lambda es, language: charts.study_forest_figure(pooled(es), own=own(es), language=language),
    "funnel": lambda es, language: charts.funnel_figure(pooled(es), language=language),
    "baujat": lambda es, language: charts.baujat_figure(ww.synthesis.influence(es, study="study"), language=language),
    "influence": lambda es, language: charts.influence_figure(ww.synthesis.influence(es, study="study"), language=language),
    "cumulative": lambda es, language: charts.cumulative_figure(
        ww.synthesis.cumulative(es, study="study"), measure="SMD", language=language
    ),
    "network": lambda es, language: charts.network_figure(star(es), language=language),
    "ranks": lambda es, language: charts.ranks_figure(ww.synthesis.rank(answer(es)), language=language),
    "traffic_light": lambda es, language: charts.traffic_light_figure(judged(es), language=language),
    "gap_map": lambda es, language: charts.gap_map_figure(mapped(es), language=language),
}
TABLES = {
    "league": lambda es, language: charts.league_table(ww.synthesis.league(answer(es)), language=language),
    "gap_map": lambda es, language: charts.gap_map_table(mapped(es), language=language),
}
# Leaving one study out of two leaves nothing to pool; the estimators refuse that themselves.
FEWEST = {"baujat": 3, "influence": 3}


def pooled(es: pd.DataFrame) -> ww.EffectResult:
    return ww.synthesis.pool(es, study="study", measure="SMD", good="up")


def own(es: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame({"study": [es["study"].iloc[0]], "yi": [0.3], "vi": [0.02], "measure": ["SMD"]})


def star(es: pd.DataFrame) -> pd.DataFrame:
    """Each study compares a service that bears its name with the usual one."""
    return pd.DataFrame(
        {"study": es["study"], "treat1": es["study"], "treat2": "usual", "te": es["yi"], "se": np.sqrt(es["vi"])}
    ).head(14)


def answer(es: pd.DataFrame) -> ww.EffectResult:
    return ww.synthesis.network(star(es), reference="usual", tau2="EE")


def judged(es: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame({"study": es["study"], "domain": es["study"].iloc[0], "judgement": "high"})


def mapped(es: pd.DataFrame) -> pd.DataFrame:
    cells = {"verdict": "works", "certainty": "low", "n_studies": 2, "under_way": True, "own": True}
    return pd.DataFrame({"target_group": es["study"], "domain": es["study"].iloc[0]}).assign(**cells)


@pytest.mark.parametrize("count", [1, 2, 14, 60])
@pytest.mark.parametrize("kind", list(DRAWINGS))
def test_any_number_of_studies_is_drawn_and_nothing_overlaps(kind, count, language, make):
    if count >= FEWEST.get(kind, 1):
        assert make.faults(DRAWINGS[kind](make.effect_sizes(count), language)) == []


@pytest.mark.parametrize("kind", list(DRAWINGS))
def test_names_with_markup_are_text(kind, language, make):
    html = DRAWINGS[kind](make.effect_sizes(5, name=make.hostile.replace("{", "{{").replace("}", "}}") + "{place}"), language)
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert make.faults(html) == []


@pytest.mark.parametrize("kind", list(TABLES))
def test_tables_take_names_with_markup_as_text(kind, language, make):
    html = TABLES[kind](make.effect_sizes(5, name='<img src=x onerror="1">' + "{place}"), language)
    assert "<img" not in html
    assert "&lt;img" in html
    assert re.search(r'<th scope="col"', html)
    assert re.search(r'<th scope="row"', html)


@pytest.mark.parametrize("kind", list(DRAWINGS))
def test_endless_names_are_shortened_in_the_drawing_and_whole_in_the_table(kind, make):
    es = make.effect_sizes(4, name=ENDLESS)
    html = DRAWINGS[kind](es, "da")
    drawing, table = html[html.index("<svg") : html.index("</svg>")], html[html.index("<details") :]
    assert max(map(len, re.findall(r"<text[^>]*>([^<]*)<", drawing))) < 120
    assert es["study"].iloc[0] in table
    caption = re.search(r"<figcaption>(.*?)</figcaption>", html).group(1)
    assert len(caption) < 600
    assert len(re.search(r"<desc[^>]*>(.*?)</desc>", html).group(1)) < 1500
    assert make.faults(html) == []
