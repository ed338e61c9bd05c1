"""Small results to draw, and an eye for what stands where in a figure."""

import html
import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from itertools import combinations
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

import whatworks as ww
from whatworks import EffectResult, Provenance
from whatworks.core.samples import MatchedSample
from whatworks.findings import charts, style

UNIT = {"da": "point på WHO-5", "en": "points on WHO-5"}
MEASURES = {"cost": {"da": "udgift, mio. kr.", "en": "cost, million kroner"}, "stays": {"da": "ophold", "en": "stays"}}
HOSTILE = '<script>alert("1")</script>{{ 7*7 }} $\\frac{1}{2}$ & \x00\n"quoted"'
_TEXT = re.compile(r'<text x="([^"]+)" y="([^"]+)"([^>]*?) style="font-size:([\d.]+)px;([^"]*)">([^<]*)</text>')
_LINE = re.compile(r'<line x1="([^"]+)" y1="([^"]+)" x2="([^"]+)" y2="([^"]+)"[^>]*stroke="var\(--([\w-]+)\)')


def effect(
    estimate: float, std_error: float, *, parts: list[dict] | None = None, arguments: dict | None = None, **about
) -> EffectResult:
    """A result with this headline, its parts completed with 95 % intervals."""
    rows = [{"term": "ATT", "kind": "headline", "estimate": estimate, "std_error": std_error}, *(parts or [])]
    effects = pd.DataFrame(rows)
    for column, sign in (("conf_low", -1), ("conf_high", 1)):
        bound = effects["estimate"] + sign * 1.96 * effects["std_error"]
        effects[column] = effects[column].fillna(bound) if column in effects else bound
    effects["p_value"] = np.nan
    common = ["term", "kind", "estimate", "std_error", "conf_low", "conf_high", "p_value"]
    effects = effects[common + [column for column in effects if column not in common]]
    known = {"method": "example", "estimand": "ATT", "measure": "MD", "unit": "points", "good": "up"}
    return EffectResult(
        effects=effects, provenance=Provenance(data_fingerprint="0", arguments=arguments or {}), **{**known, **about}
    )


def review(**changes) -> dict:
    """One row of published effects."""
    row = {
        "method": "peer_support", "outcome": "recovery", "outcome_as_printed": "personal recovery", "measure": "SMD",
        "effect": 0.2, "conf_low": 0.11, "conf_high": 0.29, "k": 49.0, "direction_of_good": "up", "confirmed": "yes",
        "authors": "Smit et al.", "year": 2022.0,
    }  # fmt: skip
    return {**row, **changes}


def every_review() -> pd.DataFrame:
    """Every kind of published effect: ratio and standardised, both directions, without interval, unconfirmed."""
    return pd.DataFrame(
        [
            review(),
            review(outcome_as_printed="self-rated", effect=-0.24, conf_low=-0.39, conf_high=-0.09, direction_of_good="down", k=4),
            review(method="housing_first", outcome="housed", measure="RR", effect=2.46, conf_low=1.58, conf_high=3.84, k=4),
            review(method="housing_first", measure="IRR", effect=0.63, conf_low=0.48, conf_high=0.82, direction_of_good="down"),
            review(measure="d", effect=0.27, conf_low=np.nan, conf_high=np.nan, k=np.nan, method="parenting", confirmed="no"),
            review(outcome="functioning", effect=0.08, conf_low=-0.02, conf_high=0.18, k=1, confirmed="no"),
            review(outcome_as_printed="recovery, last follow-up", effect=0.195, conf_low=0.122, conf_high=0.268),
            review(outcome="distress", effect=-0.3, conf_low=-0.5, conf_high=-0.1),
        ]
    )  # fmt: skip


def event_result(**about) -> EffectResult:
    parts = [
        {"term": f"event {time}", "kind": "part", "estimate": 0.0 if time == -1 else 0.3 * max(time, 0) + 0.05 * (-1) ** time,
         "std_error": np.nan if time == -1 else 0.25, "event_time": time}
        for time in range(-6, 9)
    ]  # fmt: skip
    return effect(1.2, 0.3, parts=parts, method="did.event_study", **about)


def pooled_result() -> EffectResult:
    studies = [
        ("Aronson 1948", -0.89, 0.57, 5.1),
        ("Ferguson & Simes 1949", -1.59, 0.44, 6.4),
        ("TPT Madras 1980", 0.01, 0.06, 10.2),
    ]
    parts = [
        {"term": name, "kind": "part", "estimate": yi, "std_error": error, "study": name, "weight": weight}
        for name, yi, error, weight in studies
    ]
    parts.append(
        {
            "term": "prediction",
            "kind": "prediction",
            "estimate": np.nan,
            "std_error": np.nan,
            "conf_low": -1.87,
            "conf_high": 0.44,
        }
    )
    return effect(-0.71, 0.18, parts=parts, measure="logRR", unit="log risk ratio", good="down", method="synthesis.pool")


def trend_table() -> pd.DataFrame:
    quarters = [str(quarter) for quarter in pd.period_range("2019Q1", "2021Q4", freq="Q")]
    levels = {"2020Q3": 1.0, "2021Q1": 1.2, "never": 0.0}
    return pd.DataFrame(
        [
            {"cohort": cohort, "quarter": quarter, "mean": 47 + level + 0.1 * place + (quarter >= cohort), "n": 300}
            for cohort, level in levels.items()
            for place, quarter in enumerate(quarters)
        ]
    )


def rollout_table() -> pd.DataFrame:
    return pd.DataFrame(
        {"cohort": ["2021Q1", "2020Q3", "never"], "units": [14, 9, 31], "first_quarter": "2019Q1", "last_quarter": "2021Q4"}
    )


def people() -> pd.DataFrame:
    """Scores of 60 treated and 240 others, spread by hand so that some cells are small."""
    treated = np.repeat([1, 0], [60, 240])
    score = np.concatenate([np.linspace(0.3, 0.82, 60), np.linspace(0.02, 0.6, 238), [0.71, 0.72]])
    return pd.DataFrame({"propensity": score, "treated": treated, "weight": np.where((treated == 1) | (score > 0.3), 1.0, 0.0)})


def balance_table() -> pd.DataFrame:
    values = {"age": (-0.80, 0.02), "re74": (-1.57, -0.02), "married": (-1.23, 0.14)}
    return pd.DataFrame(
        [
            {"covariate": name, "stage": stage, "smd": smd}
            for name, pair in values.items()
            for stage, smd in zip(("before", "after"), pair, strict=True)
        ]
    )


def honest_result(**changes) -> EffectResult:
    """Robust intervals of the first effect that widen with the bound."""
    parts = [
        {"term": f"relative magnitude {bound}", "kind": "part", "estimate": 1.5, "std_error": np.nan, "bound": bound,
         "conf_low": 1.4 - bound, "conf_high": 1.6 + bound}
        for bound in (0.5, 1.0, 1.5, 2.0)
    ]  # fmt: skip
    known = {"method": "did.honest", "statistics": {"breakdown": 1.39}, "arguments": {"restriction": "relative_magnitude"}}
    return effect(1.5, 0.1, parts=parts, **{**known, **changes})


def group_time_result(times: list | None = None) -> EffectResult:
    """Two groups over four times; the second group's last effect has no answer."""
    times = times or [2020, 2021, 2022, 2023]
    cells = [(start, place, place - start) for start in (1, 2) for place in range(1, 4)]
    parts = [
        {"term": f"ATT({start}, {place})", "kind": "part", "group": times[start], "time": times[place], "event_time": e,
         "estimate": np.nan if (start, place) == (2, 3) else 1.2 * (e + 1) if e >= 0 else -0.3,
         "std_error": np.nan if (start, place) == (2, 3) else 0.2,
         "reason": "1 treated unit; 2 are needed." if (start, place) == (2, 3) else ""}
        for start, place, e in cells
    ]  # fmt: skip
    return effect(1.6, 0.2, parts=parts, method="did.att_gt")


def bacon_result() -> EffectResult:
    kinds = [
        ("treated_vs_never", 2021, None, 0.45, 2.4), ("treated_vs_never", 2022, None, 0.3, 2.2),
        ("earlier_vs_later", 2021, 2022, 0.11, 2.0), ("later_vs_earlier", 2022, 2021, 0.09, -0.4),
        ("later_vs_always", 2021, 2020, 0.05, 0.3),
    ]  # fmt: skip
    parts = [
        {"term": f"{group} vs {against}", "kind": "part", "estimate": estimate, "std_error": np.nan, "comparison": kind,
         "group": group, "against": against, "weight": weight}
        for kind, group, against, weight, estimate in kinds
    ]  # fmt: skip
    return effect(sum(each[3] * each[4] for each in kinds), 0.3, parts=parts, method="did.bacon")


def synthetic_result(**changes) -> EffectResult:
    parts = [
        {"term": f"event time {time}", "kind": "part", "event_time": time, "treated": 50.0 - time - 4 * (time >= 0),
         "synthetic": 50.0 - time + 0.2 * (-1) ** time, "estimate": -0.2 * (-1) ** time - 4 * (time >= 0), "std_error": 1.0}
        for time in range(-8, 5)
    ]  # fmt: skip
    known = {"method": "did.synthetic", "statistics": {"rmspe": 0.2}, "good": "down", "arguments": {"method": "sdid"}}
    return effect(-4.0, 1.0, parts=parts, **{**known, **changes})


def design_results() -> dict[str, EffectResult]:
    return {
        "raw_gap": effect(-8498, 712), "matched": effect(1650, 900),
        "matched_did": effect(1890, 850), "experiment": effect(1794, 633),
    }  # fmt: skip


def curve_result(*, term: str = "median", scale: float = 1.0, times: int = 1) -> EffectResult:
    """Two designs, a caliper, two sets of covariates, two estimators; one way failed. The answers go from 0.25 to 2.75."""
    choices = [
        {"method": method, "caliper": caliper, "covariate_set": covariates, "estimator": estimator}
        for method, caliper in (("nearest", "none"), ("nearest", "0.2"), ("entropy", "none"))
        for covariates in ("all", "without need")
        for estimator in ("difference", "g_computation")
    ] * times
    parts = [
        {"term": str(place), "kind": "part", "estimate": scale * 0.25 * (place % 12 + 1), "std_error": 0.6, **choice}
        for place, choice in enumerate(choices)
    ]
    parts[-1] |= {"estimate": np.nan, "std_error": np.nan}
    result = effect(1.5, np.nan, parts=parts, method="matching.specification_curve", statistics={"p_median": 0.002})
    return replace(result, effects=result.effects.assign(term=[term, *result.effects["term"].iloc[1:]]))


def hidden_result(*, sign: float = 1.0, strongest: float = 2.10) -> EffectResult:
    """An effect of 3.66, and what factors as strong as need, age, and the stronger of each would leave."""
    strengths = [("need", 1, 0.031, 0.094, 2.99), ("age", 1, 0.001, 0.025, 3.60), ("age", 400, np.nan, np.nan, np.nan),
                 ("strongest observed", 1, 0.031, 0.49, strongest)]  # fmt: skip
    parts = [
        {"term": f"{times} x {name}", "kind": "part", "estimate": sign * left, "std_error": 0.5, "benchmark": name,
         "multiple": float(times), "r2_treatment": treatment, "r2_outcome": outcome}
        for name, times, treatment, outcome, left in strengths
    ]  # fmt: skip
    statistics = {"df": 491.0, "robustness_value": 0.2593}
    return effect(sign * 3.658, 0.548, parts=parts, method="matching.omitted_variable_bias", statistics=statistics)


def matched_people() -> MatchedSample:
    """Of 300 people the 60 in need are treated, and matched one to one on need."""
    rng = np.random.default_rng(3)
    treated = np.repeat([1, 0], [60, 240])
    people = pd.DataFrame({"treated": treated, "need": rng.normal(5 + 0.8 * treated, 1.5).round(2)})
    return ww.matching.match(people, treatment="treated", covariates="need")


def effect_sizes(count: int = 14, name: str = "Study {place:02d}") -> pd.DataFrame:
    """Standardised differences of so many studies, spread by hand: the small ones say more than the large ones."""
    place = np.arange(count)
    vi = 0.01 + 0.1 * (place % 7) / 7
    yi = 0.2 + 0.9 * vi + 0.15 * np.sin(1.7 * place)
    return pd.DataFrame({"study": [name.format(place=each + 1) for each in place], "year": 2003 + place % 20, "yi": yi, "vi": vi})


def pool_of(count: int, **about) -> EffectResult:
    return ww.synthesis.pool(effect_sizes(count, **about), study="study", measure="SMD", good="up")


def combined(ours: float = 0.10, **options) -> EffectResult:
    """Our own estimate beside 14 published studies."""
    local = ww.synthesis.pool(pd.DataFrame({"yi": [ours], "vi": [0.01]}), measure="SMD", good="up")
    return ww.synthesis.combine(local, pool_of(14), **options)


def comparisons() -> pd.DataFrame:
    """A network of four services, one pair of them never compared directly."""
    pairs = [
        ("coaching", "usual", 0.35),
        ("peer_support", "usual", 0.2),
        ("employment", "usual", 0.5),
        ("coaching", "peer_support", 0.1),
    ]
    times = (4, 2, 1, 1)
    return pd.DataFrame(
        [
            {"study": f"{one} {other} {turn}", "treat1": one, "treat2": other, "te": te + 0.03 * turn, "se": 0.12}
            for (one, other, te), several in zip(pairs, times, strict=True)
            for turn in range(several)
        ]
    )  # fmt: skip


TREATMENTS = {
    "coaching": {"da": "Coaching", "en": "Coaching"}, "peer_support": {"da": "Støtte fra ligestillede", "en": "Peer support"},
    "employment": {"da": "Job med støtte", "en": "Supported employment"},
    "usual": {"da": "Vanlig indsats", "en": "Usual service"},
}  # fmt: skip
BIAS = {
    "randomisation": {"da": "Lodtrækningen", "en": "Randomisation process"},
    "deviations": {"da": "Afvigelser fra den planlagte indsats", "en": "Deviations from intended interventions"},
    "missing": {"da": "Manglende målinger", "en": "Missing outcome data"},
    "measurement": {"da": "Målingen", "en": "Measurement of the outcome"},
    "reporting": {"da": "Valg af, hvad der berettes", "en": "Selection of the reported result"},
}  # fmt: skip
GROUPS = {
    "adults": {"da": "Voksne i socialpsykiatrien", "en": "Adults in social psychiatry"},
    "autism": {"da": "Børn med autisme", "en": "Children with autism"},
    "homeless": {"da": "Borgere i hjemløshed", "en": "People who are homeless"},
}  # fmt: skip
DOMAINS = {
    "work": {"da": "Job, uddannelse og indkomst", "en": "Work, education and income"},
    "housing": {"da": "Bolig", "en": "Housing"},
    "wellbeing": {"da": "Trivsel og livskvalitet", "en": "Well-being and quality of life"},
    "social": {"da": "Fællesskab og relationer", "en": "Social life and relations"},
    "safety": {"da": "Forældreskab og barnets tryghed", "en": "Parenting and the child's safety"},
}  # fmt: skip


def judgements() -> pd.DataFrame:
    """Every kind of judgement; the last study lacks a domain."""
    codes = [("low", "some", "low", "high", "low"), ("low", "low", "low", "low", "some"),
             ("serious", "critical", "no_information", "some", None)]  # fmt: skip
    return pd.DataFrame(
        [
            {"study": f"Study {place + 1}", "domain": domain, "judgement": code}
            for place, row in enumerate(codes)
            for domain, code in zip(BIAS, row, strict=True)
            if code is not None
        ]
    )


def map_cells() -> pd.DataFrame:
    """Every kind of verdict; most cells have no row."""
    known = [
        ("adults", "work", "works", "moderate", 7, False, True), ("adults", "housing", "promising", "low", 2, True, False),
        ("adults", "wellbeing", "no_clear_difference", "moderate", 11, False, False),
        ("homeless", "housing", "trade_off", "high", 4, False, False), ("homeless", "social", "harmful", "low", 1, False, False),
        ("autism", "social", "unknown", "very_low", 3, True, True),
    ]  # fmt: skip
    columns = ["target_group", "domain", "verdict", "certainty", "n_studies", "under_way", "own"]
    return pd.DataFrame(known, columns=columns)


def weighed_points() -> pd.DataFrame:
    """Findings on two scales: two of nearly one price, one with a long name, two that nobody has priced."""
    known = [
        ("Trappestøtte", "Voksne i socialpsykiatrien", "important", 0.9, 0.3, 64e3, "Lav", "●●○○", "good"),
        ("Lærkemodellen", "Unge med psykiske vanskeligheder", "important", 0.4, 0.5, 61e3, "Lav", "●●○○", "neutral"),
        ("Tættere støtte til anbragte børns familier", "Børn", "important", -0.5, 0.4, 5e3, "Moderat", "●●●○", "bad"),
        ("Åben dør", "Hjemløse", "important", 0.2, 0.4, np.nan, "Meget lav", "●○○○", "neutral"),
        ("Støttet arbejde", "Voksne", "sd", 0.27, 0.2, np.nan, "Moderat", "●●●○", "good"),
    ]
    columns = ["name", "about", "scale", "effect", "reach", "cost", "certainty", "circles", "tone"]
    data = pd.DataFrame(known, columns=columns)
    ends = {"conf_low": data["effect"] - data["reach"], "conf_high": data["effect"] + data["reach"]}
    return data.assign(**ends, cost_low=0.8 * data["cost"], cost_high=1.2 * data["cost"])


@cache
def answer_by_group() -> EffectResult:
    """An effect in three groups of people, one of them with a value that is no yes or no."""
    rng = np.random.default_rng(2)
    frame = pd.DataFrame({"treated": np.arange(240) % 2, "need": rng.normal(size=240)})
    frame["worked_before"] = np.array(["yes", "no", "not known"])[np.arange(240) // 2 % 3]
    frame["income"] = 100 + 30 * frame["treated"] * (frame["worked_before"] == "yes") + rng.normal(0, 20, 240)
    sample = ww.matching.unmatched(frame, treatment="treated", covariates=["need"], randomised=True)
    return ww.matching.estimate(sample, outcome="income", vcov="HC1", by="worked_before")


def network_answer() -> EffectResult:
    return ww.synthesis.network(comparisons(), reference="usual", measure="SMD")


def stays_of_services() -> pd.DataFrame:
    """Citizens of ten services of three owners: one stands out, one has too few citizens."""
    rng = np.random.default_rng(11)
    homes = ["Bøgely", "Aagården", "Engvej", "Ådalen", "Ørehus", "Æblehaven", "Solsiden", "Vestbo", "Højbo", "Lindely"]
    sizes = np.array([60, 45, 80, 30, 52, 38, 70, 25, 90, 12])
    place = np.repeat(np.arange(len(homes)), sizes)
    need = rng.normal(size=len(place))
    shift = np.array([0.3, -0.2, 6.0, 0.1, -0.4, 0.5, -0.3, 0.2, -0.1, 0.0])[place]
    score = 50 - 3 * need + shift + rng.normal(0, 4, len(place))
    owner = np.array(["municipal", "regional", "private"])[place % 3]
    return pd.DataFrame({"home": np.array(homes)[place], "need": need, "score": score, "owner": owner})


@cache
def services_compared() -> EffectResult:
    return ww.benchmarking.compare(
        stays_of_services(), provider="home", outcome="score", case_mix="need", ownership="owner", good="up", unit="points"
    )


@cache
def services_frontier() -> EffectResult:
    rng = np.random.default_rng(5)
    cost = rng.uniform(2, 12, 18)
    homes = pd.DataFrame({"home": [f"Home {place:02d}" for place in range(18)], "cost": cost})
    homes["stays"] = 2 * cost**0.8 * np.exp(-np.abs(rng.normal(0, 0.4, 18)))
    return ww.benchmarking.frontier(homes, unit="home", inputs="cost", outputs="stays", draws=50)


def rates_checked() -> EffectResult:
    """Six rates of two years: one too dear, one with a changed content, one with the deficit of an earlier year in it."""
    changes = {"Bøgely": 1.029, "Engvej": 1.02, "Solsiden": 1.0, "Vestbo": 1.2, "Højbo": 1.04, "Lindely": 1.0203}
    rates = pd.DataFrame(
        [
            {"service_id": name, "year": year, "amount": 2000.0 * (change if year == 2024 else 1.0), "days": 3000.0,
             "carry": 45.0 * (name == "Højbo" and year == 2024), "content": "mere personale" if name == "Vestbo" else ""}
            for name, change in changes.items()
            for year in (2023, 2024)
        ]
    )  # fmt: skip
    index = ww.evidence.prices()["price_index"]
    return ww.economics.rate_check(
        rates, year=2024, key=["service_id"], index=index, series="synthetic", carry_over="carry", content="content"
    )


def budget_grown() -> EffectResult:
    """More people in dearer places, in the prices of each year."""
    stays = pd.DataFrame(
        {"paragraph": ["107", "108"] * 2, "year": [2022, 2022, 2023, 2023], "days": [3650, 3650, 3650, 5475],
         "amount": [9e6, 11e6, 9.6e6, 17.6e6], "price_level": [2022, 2022, 2023, 2023]}
    )  # fmt: skip
    index = ww.evidence.prices()["price_index"]
    return ww.economics.budget(stays, base=2022, year=2023, by="paragraph", index=index, series="synthetic")


def demand_grown(**options) -> EffectResult:
    """The invented autism group of the evidence base, to 2040."""
    prices = ww.evidence.prices()
    cost = ww.economics.Money(amount=300_000.0, price_level=2023, payer="municipality")
    call = {"base": 2023, "horizon": 2040, "unit_cost": cost, "ages": (18, 66), "share_served": 0.3}
    return ww.economics.demand(prices["population"], prices["prevalence"], **{**call, **options})


def risk_difference(estimate: float = 0.10, error: float = 0.03, **about) -> EffectResult:
    known = {"method": "matching.estimate", "measure": "RD", "unit": "share"}
    return effect(estimate, error, **{**known, **about})


@cache
def investment_answer(gain: float = 1.0) -> EffectResult:
    """A course of 3 million kroner for 100 citizens, and what follows for three purses."""
    prices = [("placement", "municipality", 60_000.0), ("support", "municipality", 20_000.0), ("benefits", "state", 30_000.0)]
    consequences = pd.DataFrame(
        [
            {"consequence": name, "payer": payer, "units": gain, "price": price, "price_low": 0.7 * price,
             "price_high": 1.4 * price, "first_year": 1, "last_year": 5, "price_level": 2024}
            for name, payer, price in prices
        ]
    )  # fmt: skip
    cost = {"payer": "municipality", "per": "year", "first_year": 0, "last_year": 0, "price_level": 2024}
    costs = pd.DataFrame(
        [
            {"item": "advisers", "ledger": "recurring", "amount": 2.4e6, "amount_low": 2.1e6, "amount_high": 2.9e6, **cost},
            {"item": "training", "ledger": "one_off", "amount": 6e5, "amount_low": 5e5, "amount_high": 7e5, **cost},
        ]
    )
    return ww.economics.investment_case(
        risk_difference(), consequences=consequences, costs=costs, citizens=100, price_level=2024, discount_rates=0.035,
        dropout=(0.1, 0.05, 0.2), draws=2000,
    )  # fmt: skip


def cost_answer(cost: tuple[float, float, float] = (-4_000, -12_000, 5_000), estimate: float = 5.0, **options) -> EffectResult:
    points = risk_difference(estimate, 3.0, measure="MD", unit="points")
    return ww.economics.cost_effectiveness_of(points, cost, price_level=2024, **options)


CASE_NAMES = {
    "placement": {"da": "anbringelse", "en": "placement"}, "support": {"da": "støtte", "en": "support"},
    "benefits": {"da": "ydelser", "en": "benefits"}, "advisers": {"da": "rådgivere", "en": "advisers"},
    "training": {"da": "oplæring", "en": "training"},
}  # fmt: skip


FIGURES: dict[str, Callable[[str], str]] = {
    "forest": lambda language: charts.forest_figure(every_review(), language=language),
    "study_forest": lambda language: charts.study_forest_figure(pooled_result(), language=language),
    "designs": lambda language: charts.designs_figure(
        design_results(), benchmark="experiment", answer="matched_did", language=language
    ),
    "love": lambda language: charts.love_figure(balance_table(), language=language),
    "overlap": lambda language: charts.overlap_figure(people(), bins=10, language=language),
    "event_study": lambda language: charts.event_study_figure(
        event_result(), honest=honest_result(), unit=UNIT, language=language
    ),
    "honest": lambda language: charts.honest_figure(honest_result(), unit=UNIT, language=language),
    "group_time_map": lambda language: charts.group_time_map_figure(group_time_result(), unit=UNIT, language=language),
    "bacon": lambda language: charts.bacon_figure(bacon_result(), unit=UNIT, language=language),
    "synthetic": lambda language: charts.synthetic_figure(synthetic_result(), unit=UNIT, language=language),
    "specification_curve": lambda language: charts.specification_curve_figure(curve_result(), unit=UNIT, language=language),
    "hidden_factor": lambda language: charts.hidden_factor_figure(hidden_result(), unit=UNIT, language=language),
    "ecdf": lambda language: charts.ecdf_figure(matched_people(), covariate="need", language=language),
    "trends": lambda language: charts.trends_figure(trend_table(), unit=UNIT, language=language),
    "rollout": lambda language: charts.rollout_figure(rollout_table(), language=language),
    "dots": lambda language: charts.dots_figure(effect(1.2, 0.6), smallest_important=0.5, unit=UNIT, language=language),
    "funnel": lambda language: charts.funnel_figure(pool_of(14), language=language),
    "provider_funnel": lambda language: charts.provider_funnel_figure(services_compared(), unit=UNIT, language=language),
    "caterpillar": lambda language: charts.caterpillar_figure(services_compared(), unit=UNIT, language=language),
    "frontier": lambda language: charts.frontier_figure(services_frontier(), labels=MEASURES, language=language),
    "baujat": lambda language: charts.baujat_figure(ww.synthesis.influence(effect_sizes(), study="study"), language=language),
    "influence": lambda language: charts.influence_figure(
        ww.synthesis.influence(effect_sizes(), study="study"), language=language
    ),
    "cumulative": lambda language: charts.cumulative_figure(
        ww.synthesis.cumulative(effect_sizes(), order="year", study="study"), measure="SMD", unit=UNIT, language=language
    ),
    "network": lambda language: charts.network_figure(comparisons(), labels=TREATMENTS, language=language),
    "ranks": lambda language: charts.ranks_figure(ww.synthesis.rank(network_answer()), labels=TREATMENTS, language=language),
    "combination": lambda language: charts.combination_figure(combined(), smallest_important=0.2, unit=UNIT, language=language),
    "traffic_light": lambda language: charts.traffic_light_figure(judgements(), labels=BIAS, language=language),
    "cost_effectiveness_plane": lambda language: charts.cost_effectiveness_plane_figure(
        cost_answer(), unit=UNIT, language=language
    ),
    "acceptability": lambda language: charts.acceptability_figure(cost_answer(), unit=UNIT, language=language),
    "cash_flow": lambda language: charts.cash_flow_figure(investment_answer(), language=language),
    "tornado": lambda language: charts.tornado_figure(investment_answer(), labels=CASE_NAMES, language=language),
    "net_present_value": lambda language: charts.net_present_value_figure(investment_answer(), language=language),
    "gap_map": lambda language: charts.gap_map_figure(map_cells(), groups=GROUPS, domains=DOMAINS, language=language),
    "rate_against_ceiling": lambda language: charts.rate_against_ceiling_figure(rates_checked(), language=language),
    "budget_growth": lambda language: charts.budget_growth_figure(budget_grown(), language=language),
    "demand_growth": lambda language: charts.demand_growth_figure(demand_grown(), language=language),
    "effect_and_cost": lambda language: charts.effect_and_cost_figure(
        weighed_points(), left_out=["Klare Billeder"], language=language
    ),
    "for_whom": lambda language: charts.for_whom_figure(answer_by_group(), unit=UNIT, language=language),
    "icon_array": lambda language: charts.icon_array_figure(
        0.30,
        0.45,
        low=0.36,
        high=0.55,
        outcome={"da": "i job eller uddannelse", "en": "in a job or education"},
        language=language,
    ),
}


def faults(markup: str) -> list[str]:
    """What is wrong with where things stand: text beyond the edge, text over text, lines through text."""
    drawing = markup[markup.index("<svg") : markup.index("</svg>")]
    width, height = map(float, re.search(r'viewBox="0 0 (\S+) (\S+)"', drawing).groups())
    boxes = []
    for x, y, anchor, size, look, words in _TEXT.findall(drawing):
        left, base, size = float(x), float(y), float(size)
        wide = style.text_width(html.unescape(words), size, bold="700" in look)
        left -= wide / 2 if "middle" in anchor else wide if "end" in anchor else 0
        boxes.append((left, base - 0.72 * size, left + wide, base + 0.2 * size, words))
    found = [f"{box[4]!r} is outside" for box in boxes if box[0] < -1 or box[2] > width + 1 or box[1] < -1 or box[3] > height + 1]
    for one, other in combinations(boxes, 2):
        if min(one[2], other[2]) - max(one[0], other[0]) > 0.5 and min(one[3], other[3]) - max(one[1], other[1]) > 0.5:
            found.append(f"{one[4]!r} over {other[4]!r}")
    for x1, y1, x2, y2, color in _LINE.findall(drawing):
        (left, right), (top, bottom) = sorted((float(x1), float(x2))), sorted((float(y1), float(y2)))
        for box in boxes:
            crossing = color != "line" and left == right and box[0] + 1 < left < box[2] - 1
            if crossing and min(box[3], bottom) - max(box[1], top) > 1:
                found.append(f"a line through {box[4]!r}")
    return found


@pytest.fixture(params=["da", "en"])
def language(request) -> str:
    return request.param


@pytest.fixture(params=list(FIGURES))
def drawn(request, language) -> str:
    """Every kind of figure in every language."""
    return _drawn(request.param, language)


@cache
def _drawn(kind: str, language: str) -> str:
    return FIGURES[kind](language)


@pytest.fixture
def make():
    """The builders above, for tests to call."""
    names = (
        effect,
        review,
        every_review,
        event_result,
        pooled_result,
        trend_table,
        rollout_table,
        people,
        balance_table,
        design_results,
        honest_result,
        group_time_result,
        bacon_result,
        synthetic_result,
        curve_result,
        hidden_result,
        matched_people,
        effect_sizes,
        pool_of,
        combined,
        comparisons,
        network_answer,
        weighed_points,
        answer_by_group,
        investment_answer,
        cost_answer,
        judgements,
        map_cells,
        rates_checked,
        budget_grown,
        demand_grown,
        stays_of_services,
        services_compared,
        services_frontier,
        faults,
    )
    words = {"treatments": TREATMENTS, "bias": BIAS, "groups": GROUPS, "domains": DOMAINS}
    return SimpleNamespace(hostile=HOSTILE, unit=UNIT, figures=FIGURES, **words, **{each.__name__: each for each in names})
