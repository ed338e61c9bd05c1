"""``{validation} did``: our numbers, computed while the page is built, beside the answers R gave (tests/reference)."""

import json
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

import whatworks as ww

REFERENCE = Path(__file__).parents[3] / "tests" / "reference"
PANEL = {"outcome": "outcome", "unit": "unit", "time": "period", "first_treated": "first_treated"}
PEOPLE = {"treatment": "treated", "covariates": ["age", "need", "prior_contacts", "sex", "living", "prior_outcome"]}
HEAD = ("what", "number", "whatworks", "R", "difference", "R package")

Rows = Iterator[dict]


class Validation(SphinxDirective):
    """One table: what was computed, our number, R's number, and the difference."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        found = nodes.Element()
        rows = list(TABLES[self.arguments[0]]())
        self.state.nested_parse(StringList(as_markdown(rows), source="tests/reference"), self.content_offset, found)
        return found.children


def setup(app: Sphinx) -> dict:
    app.add_directive("validation", Validation)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def as_markdown(rows: list[dict]) -> list[str]:
    """The rows as a Markdown table."""
    lines = ["| " + " | ".join(HEAD) + " |", "| --- | --- | ---: | ---: | ---: | --- |"]
    for row in rows:
        cells = (
            row["what"], row["number"], f"{row['ours']:.10g}", f"{row['theirs']:.10g}",
            f"{abs(row['ours'] - row['theirs']):.0e}", row["by"],
        )  # fmt: skip
        lines.append("| " + " | ".join(cells) + " |")
    return lines


@cache
def _answers(name: str) -> dict[str, dict]:
    entries = json.loads((REFERENCE / f"{name}.json").read_text(encoding="utf-8"))
    return {entry["id"]: entry for entry in entries}


def _beside(what: str, entry: dict, pairs: dict[str, tuple[float, float]]) -> Rows:
    by = ", ".join(f"{name} {version}" for name, version in entry["package_version"].items())
    for number, (ours, theirs) in pairs.items():
        yield {"what": what, "number": number, "ours": float(ours), "theirs": float(theirs), "by": by}


def _did() -> Rows:
    panel = pd.read_csv(REFERENCE / "panel.csv")
    yield from _group_time(panel)
    entry = _answers("did")["imputation/none"]
    result = ww.did.imputation(panel, **PANEL)
    yield from _beside("`did.imputation`", entry, {"estimate": (result.headline.estimate, entry["values"]["att"])})
    yield from _decomposition(panel)


def _group_time(panel: pd.DataFrame) -> Rows:
    for covariates, name in (([], "none"), (["age", "need"], "age_need")):
        entry = _answers("did")[f"att_gt/{name}/dr/nevertreated/varying"]
        cells, values = ww.did.att_gt(panel, **PANEL, covariates=covariates), entry["values"]
        asked = "`did.att_gt`, doubly robust" + (", two covariates" if covariates else "")
        pairs = {"first cohort, first time after": _first_after(cells, values, "estimate", "att")}
        pairs["its standard error"] = _first_after(cells, values, "std_error", "se")
        yield from _beside(asked, entry, pairs)
        average = ww.did.aggregate(cells, by="event").headline
        pairs = {
            "estimate": (average.estimate, values["dynamic"]["overall"]),
            "standard error": (average.std_error, values["dynamic"]["overall_se"]),
        }
        yield from _beside("`did.aggregate`, by event time" + (", two covariates" if covariates else ""), entry, pairs)


def _first_after(cells: ww.EffectResult, values: dict, ours: str, theirs: str) -> tuple[float, float]:
    at = next(at for at, (group, time) in enumerate(zip(values["group"], values["period"], strict=True)) if time >= group)
    return cells.parts[ours].iloc[at], values[theirs][at]


def _decomposition(panel: pd.DataFrame) -> Rows:
    entry = _answers("did")["bacon"]
    ours, theirs = ww.did.bacon(panel, **PANEL).statistics, entry["values"]["by_type"]
    for kind, name in (("treated_vs_never", "Treated vs Untreated"), ("later_vs_earlier", "Later vs Earlier Treated")):
        pairs = {
            "weight": (ours[f"weight_{kind}"], theirs[name]["weight"]),
            "estimate": (ours[f"estimate_{kind}"], theirs[name]["average"]),
        }
        yield from _beside(f"`did.bacon`, {kind.replace('_', ' ').replace(' vs ', ' against ')}", entry, pairs)


def _matching() -> Rows:
    people = pd.read_csv(REFERENCE / "services.csv").set_index("id")
    calls = {"nearest": {}, "nearest_caliper": {"caliper": 0.2}, "nearest_ratio2": {"ratio": 2}}
    for name, options in calls.items():
        entry = _answers("matching")[f"matchit/{name}"]
        theirs = entry["values"]["effect"]["unadjusted"]
        found = ww.matching.estimate(ww.matching.match(people, **PEOPLE, **options), outcome="outcome").headline
        asked = "`matching.match`, " + name.replace("_", ", ").replace("ratio2", "two each")
        pairs = {"effect": (found.estimate, theirs["estimate"]), "standard error": (found.std_error, theirs["se_cluster_HC1"])}
        yield from _beside(asked, entry, pairs)
    yield from _weights(people)


def _weights(people: pd.DataFrame) -> Rows:
    for name, options in {"ipw/ATT": {}, "ipw/ATE": {"estimand": "ATE"}, "entropy_balancing/ATT": {"method": "entropy"}}.items():
        entry = _answers("matching")[name]
        values, sample = entry["values"], ww.matching.weight(people, **PEOPLE, **options)
        found = ww.matching.estimate(sample, outcome="outcome").headline
        pairs = {
            "largest weight": (sample.weights.max(), np.max(values["weights_in_row_order"])),
            "effect": (found.estimate, values["hajek"]),
            "standard error": (found.std_error, values["hajek_se_m_estimation"]),
        }
        yield from _beside(f"`matching.weight`, {name.replace('/', ', ').replace('_', ' ')}", entry, pairs)


def _synthesis() -> Rows:
    named = {"m1": "mean_treated", "sd1": "sd_treated", "n1": "n_treated"}
    named |= {"m2": "mean_comparison", "sd2": "sd_comparison", "n2": "n_comparison"}
    es = ww.synthesis.effect_sizes(pd.read_csv(REFERENCE / "studies.csv").rename(columns=named), measure="SMD")
    for tau2, test in (("REML", "knha"), ("DL", "z"), ("PM", "knha")):
        entry = _answers("meta")[f"pool/smd/{tau2}/{test}"]
        result, values = ww.synthesis.pool(es, study="study", tau2=tau2, test=test), entry["values"]
        pairs = {
            "pooled effect": (result.headline.estimate, values["estimate"]),
            "standard error": (result.headline.std_error, values["se"]),
            "variance between studies": (result.statistics["tau2"], values["tau2"]),
        }
        yield from _beside(f"`synthesis.pool`, {tau2}, {test}", entry, pairs)
    yield from _several_effects()
    yield from _network()


def _several_effects() -> Rows:
    effects = pd.read_csv(REFERENCE / "effects_multilevel.csv")
    for rho, name in ((0.0, "three_level"), (0.6, "correlated_hierarchical")):
        entry = _answers("meta")[f"{name}/none/REML/CR2"]
        result, values = ww.synthesis.multilevel(effects, study="study", effect="effect", rho=rho), entry["values"]
        pairs = {
            "pooled effect": (result.headline.estimate, np.atleast_1d(values["estimate"])[0]),
            "standard error, CR2": (result.headline.std_error, np.atleast_1d(values["se"])[0]),
            "degrees of freedom": (result.statistics["df"], np.atleast_1d(values["df"])[0]),
        }
        yield from _beside(f"`synthesis.multilevel`, rho = {rho:g}", entry, pairs)


def _network() -> Rows:
    entry = _answers("meta")["network/DL"]
    result, values = ww.synthesis.network(pd.read_csv(REFERENCE / "network.csv"), reference="usual", tau2="DL"), entry["values"]
    ours = ww.synthesis.league(result).set_index(["treatment", "reference"])
    for at, pair in enumerate(zip(values["treat1"], values["treat2"], strict=True)):
        if pair[1] != "usual":
            continue
        pairs = {
            "effect": (ours.loc[pair, "estimate"], values["random_estimate"][at]),
            "standard error": (ours.loc[pair, "std_error"], values["random_se"][at]),
        }
        yield from _beside(f"`synthesis.network`, {pair[0]} against usual care", entry, pairs)


TABLES: dict[str, Callable[[], Rows]] = {"did": _did, "matching": _matching, "synthesis": _synthesis}
