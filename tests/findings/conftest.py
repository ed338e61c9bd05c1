"""Small hand-made findings for the tests of words and pages. The numbers are made up, but of a likely size."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from whatworks.core import Check, EffectResult, Provenance
from whatworks.findings import Finding

COLUMNS = ["term", "kind", "estimate", "std_error", "conf_low", "conf_high", "p_value"]
SUPPORTED_WORK = {
    "target_group": {"da": "Voksne uden for arbejdsmarkedet", "en": "Adults outside the labour market"},
    "method": {"da": "Støttet beskæftigelse (National Supported Work)", "en": "Supported work (National Supported Work)"},
    "outcome": {
        "name": {"da": "Årlig lønindkomst", "en": "Yearly earnings"},
        "unit": {"da": "dollar om året", "en": "dollars a year"},
        "good": "up",
        "decimals": 0,
        "smallest_important": None,
    },
}
LARK = {
    "target_group": {"da": "Unge med psykiske vanskeligheder", "en": "Young people with mental health difficulties"},
    "method": {"da": "Lærkemodellen", "en": "The Lark Model"},
    "outcome": {
        "name": {"da": "Trivsel (WHO-5)", "en": "Well-being (WHO-5)"},
        "unit": {"da": "point", "en": "points"},
        "good": "up",
        "decimals": 1,
        "smallest_important": 10,
    },
}
REVIEW_COLUMNS = [
    *("method", "outcome", "outcome_as_printed", "outcome_da", "outcome_en", "intervention", "method_da", "method_en"),
    *("authors", "year", "source", "doi", "seen_at", "k", "measure", "effect", "conf_low", "conf_high", "confirmed"),
]


def effect(estimate, low, high, *, parts=None, **about):
    """A result with one headline, and parts where given."""
    error = (high - low) / 3.92
    head = pd.DataFrame([["ATT", "headline", estimate, error, low, high, 0.01]], columns=COLUMNS)
    effects = head if parts is None else pd.concat([head, parts], ignore_index=True)
    about = {"measure": "MD", "unit": "points", "good": "up", "method": "example", "estimand": "ATT", **about}
    return EffectResult(effects=effects, provenance=Provenance(data_fingerprint="0123456789abcdef"), **about)


def matched_finding(**changes):
    """Supported work: four designs, the experiment as yardstick."""
    dollars = {"unit": "dollars a year", "method": "matching.estimate"}
    balanced = Check(name="balance", passed=True, message="Worst is 0.07.", statistics={"worst_smd": 0.07, "limit": 0.1})
    left_out = Check(name="dropped_treated", passed=False, message="13 dropped.", statistics={"n_dropped": 13, "n_treated": 185})
    plain = Check(name="unadjusted", passed=False, message="No adjustment was made.")
    trends = Check(name="parallel_pretrends", passed=None, message="One earlier year only.")
    results = {
        "raw_gap": effect(-8498, -9893, -7103, checks=(plain,), **dollars),
        "matched": effect(1402, -181, 2985, checks=(balanced, left_out), statistics={"n_treated": 172}, **dollars),
        "matched_did": effect(1716, 120, 3312, checks=(balanced, trends), **dollars),
        "experiment": effect(1794, 551, 3038, statistics={"n_treated": 185, "n_comparison": 260}, **dollars),
    }
    names = ["age", "educ", "black", "hisp", "marr", "nodegree", "re74", "re75"]
    balance = pd.DataFrame(
        {
            "covariate": names * 2,
            "stage": ["before"] * 8 + ["after"] * 8,
            "smd": [-0.8, -0.6, 2.3, 0.1, -1.2, 0.9, -1.6, -1.7, 0.05, -0.02, 0.03, 0.06, -0.01, 0.04, -0.07, 0.02],
        }
    )
    edges = np.linspace(0, 1, 11)
    overlap = pd.concat(
        pd.DataFrame({"stage": stage, "group": group, "score_low": edges[:-1], "score_high": edges[1:], "count": counts})
        for stage, group, counts in (
            ("before", "treated", [6, 8, 9, 12, 14, 20, 26, 34, 40, 16]),
            ("before", "comparison", [15000, 400, 200, 120, 80, 60, 50, 40, 30, 12]),
            ("after", "treated", [6, 8, 9, 12, 14, 20, 26, 34, 33, 10]),
            ("after", "comparison", [6, 8, 9, 12, 14, 20, 26, 34, 30, 12]),
        )
    )
    about = {
        "target_group": "adults_outside_labour_market",
        "method": "supported_work",
        "outcome": "earnings",
        "design": "matched",
        "labels": SUPPORTED_WORK,
        "results": results,
        "answer": "matched",
        "benchmark": "experiment",
        "tables": {"balance": balance, "overlap": overlap},
        "source": {
            "da": "LaLonde (1986) og Dehejia og Wahba (1999): et amerikansk forsøg fra 1970'erne og en befolkningsundersøgelse.",
            "en": "LaLonde (1986) and Dehejia and Wahba (1999): an American trial from the 1970s and a population survey.",
        },
    }
    return Finding(**{**about, **changes})


def rollout_finding(*, pretrends=True, answer=(4.6, 3.1, 6.1), **changes):
    """The Lark Model: simulated, started in steps."""
    times = range(-4, 9)
    rows = []
    for time in times:
        centre = 0.0 if time < 0 else min(5.0, 1.3 * (time + 1))
        error = 0.0 if time == -1 else 0.9
        rows.append([f"t{time}", "part", centre, error, centre - 1.96 * error, centre + 1.96 * error, np.nan, time])
    parts = pd.DataFrame(rows, columns=[*COLUMNS, "event_time"])
    checks = (
        Check(
            name="parallel_pretrends", passed=pretrends, message="Joint test of 3 leads.", statistics={"p_value": 0.4, "df": 3}
        ),
        Check(name="few_clusters", passed=False, message="12 clusters.", statistics={"clusters": 12, "limit": 30}),
        Check(name="dropped_rows", passed=True, message="None.", statistics={"n_dropped": 0}),
    )
    forbidden = Check(name="forbidden_comparisons", passed=False, message="27% forbidden.", statistics={"share": 0.27})
    quarters = pd.period_range("2019Q1", periods=12, freq="Q").astype(str)
    trends = pd.DataFrame(
        {
            "cohort": ["2020Q1"] * 12 + ["2021Q1"] * 12 + ["never"] * 12,
            "quarter": [*quarters, *quarters, *quarters],
            "mean": [44 + 0.1 * i + max(0, i - 4) * 0.6 for i in range(12)]
            + [43 + 0.1 * i + max(0, i - 8) * 0.6 for i in range(12)]
            + [45 + 0.1 * i for i in range(12)],
            "n": [80] * 36,
        }
    )
    about = {
        "target_group": "youth_mental_difficulties",
        "method": "laerkemodellen",
        "outcome": "who5",
        "design": "rollout",
        "labels": LARK,
        "synthetic": True,
        "results": {
            "naive": effect(2.1, 0.4, 3.8),
            "twfe": effect(3.2, 1.9, 4.5, checks=(forbidden,)),
            "event": effect(*answer, parts=parts),
            "overall": effect(*answer, checks=checks, statistics={"n_units": 24, "clusters": 12, "nobs": 288}),
        },
        "answer": "overall",
        "tables": {"trends": trends},
        "source": {"da": "Simulerede leverancer fra 24 kommuner.", "en": "Simulated deliveries from 24 municipalities."},
    }
    return Finding(**{**about, **changes})


def reviews_table():
    """Three published effects: one clear, one that fits both, one without interval; two methods, two publications."""
    ips = [
        "Individual Placement and Support",
        "Individuelt planlagt job med støtte (IPS)",
        "Individual Placement and Support (IPS)",
    ]
    frederick = ["Frederick & VanderWeele", 2019, "PLOS ONE", "10.1371/journal.pone.0212208", ""]
    mentoring = ["Mentoring", "Én-til-én mentor", "One-to-one mentoring"]
    elsewhere = ["", None, "J Youth Adolescence 48(3)", "", "https://example.org/seen"]
    rows = [
        [
            "ips",
            "job",
            "any competitive employment",
            "Ordinært job",
            "Ordinary job",
            *ips,
            *frederick,
            30,
            "RR",
            1.63,
            1.46,
            1.82,
            "no",
        ],
        ["ips", "qol", "quality of life", "Livskvalitet", "Life quality", *ips, *frederick, None, "d", 0.3, -0.07, 0.67, "no"],
        [
            "mentor",
            "all",
            "all youth outcomes",
            "Udvikling",
            "Development",
            *mentoring,
            *elsewhere,
            70,
            "g",
            0.21,
            None,
            None,
            "yes",
        ],
    ]
    reviews = pd.DataFrame(rows, columns=REVIEW_COLUMNS).assign(direction_of_good="up")
    return reviews.astype({"k": "Int64", "year": "Int64", "conf_low": float, "conf_high": float})


def reviews_finding(**changes):
    """A group about which others have published."""
    about = {
        "target_group": "severe_mental_illness",
        "method": "published_reviews",
        "outcome": None,
        "design": "reviews",
        "labels": {"target_group": {"da": "Voksne med svær psykisk lidelse", "en": "Adults with severe mental illness"}},
        "tables": {"reviews": reviews_table()},
    }
    return Finding(**{**about, **changes})


def unknown_finding(**changes):
    """A group about which nothing is known."""
    labels = {"target_group": {"da": "Voksne med erhvervet hjerneskade", "en": "Adults with acquired brain injury"}}
    return reviews_finding(**{"target_group": "acquired_brain_injury", "labels": labels, "tables": {}, **changes})


@pytest.fixture(scope="session")
def samples():
    """The functions that make findings, by name."""
    return SimpleNamespace(
        effect=effect,
        matched=matched_finding,
        rollout=rollout_finding,
        reviews=reviews_finding,
        reviews_table=reviews_table,
        unknown=unknown_finding,
    )
