"""The papers that print the formulas of each method, as records that a reference list can be made from."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Paper:
    """One paper: authors as ``Family, Given``; ``journal`` is the publisher of a book."""

    authors: tuple[str, ...]
    year: int
    title: str
    journal: str
    volume: str = ""
    pages: str = ""
    doi: str = ""


def _read(path: Path) -> dict[str, Paper]:
    with path.open(encoding="utf-8", newline="") as lines:
        rows: dict[str, dict[str, Any]] = {row.pop("paper"): row for row in csv.DictReader(lines)}
    return {
        name: Paper(**{**row, "authors": tuple(row["authors"].split("; ")), "year": int(row["year"])})
        for name, row in rows.items()
    }


PAPERS: Mapping[str, Paper] = _read(Path(__file__).with_name("method_papers.csv"))
# What each method is first cited for; its docstring names the rest.
METHODS: Mapping[str, tuple[str, ...]] = {
    "did.att_gt": ("callaway_santanna_2021", "santanna_zhao_2020"),
    "did.aggregate": ("callaway_santanna_2021",),
    "did.two_by_two": ("santanna_zhao_2020",),
    "did.twfe": ("cameron_miller_2015", "goodman_bacon_2021"),
    "did.event_study": ("sun_abraham_2021",),
    "did.imputation": ("borusyak_2024",),
    "did.synthetic": ("arkhangelsky_2021",),
    "did.stacked": ("wing_2024",),
    "did.bacon": ("goodman_bacon_2021",),
    "did.honest": ("rambachan_roth_2023",),
    "did.pretrend_power": ("roth_2022",),
    "did.conley_taber": ("conley_taber_2011",),
    "did.ferman_pinto": ("ferman_pinto_2019",),
    "did.randomisation_test": ("mackinnon_webb_2020",),
    "matching.estimate": ("ho_2007", "abadie_spiess_2022"),
    "matching.aipw": ("robins_1994",),
    "matching.rosenbaum_bounds": ("rosenbaum_2002",),
    "matching.e_value": ("vanderweele_ding_2017",),
    "matching.omitted_variable_bias": ("cinelli_hazlett_2020",),
    "matching.specification_curve": ("simonsohn_2020",),
    "matching.placebo": ("lipsitch_2010",),
    "synthesis.pool": ("viechtbauer_2005", "knapp_hartung_2003"),
    "synthesis.multilevel": ("pustejovsky_tipton_2022",),
    "synthesis.meta_regression": ("knapp_hartung_2003",),
    "synthesis.network": ("rucker_2012",),
    "synthesis.subgroups": ("borenstein_higgins_2013",),
    "synthesis.combine": ("higgins_2009",),
    "synthesis.pool_counts": ("mantel_haenszel_1959",),
    "benchmarking.compare": ("spiegelhalter_2005",),
    "benchmarking.frontier": ("charnes_1978",),
    "benchmarking.stochastic_frontier": ("aigner_1977",),
    "economics.cost_effectiveness": ("stinnett_mullahy_1998",),
}
