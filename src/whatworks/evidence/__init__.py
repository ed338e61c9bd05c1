"""What is known: catalogues, published effects with where they come from, standards and the headline verdict."""

from whatworks.evidence.catalogues import Entry
from whatworks.evidence.comparison import citation, comparable, link
from whatworks.evidence.gaps import gap_map
from whatworks.evidence.grading.inputs import input_words
from whatworks.evidence.grading.panel import standardise, standards
from whatworks.evidence.headline import Headline, verdict
from whatworks.evidence.imports import read_extract, read_metapsy
from whatworks.evidence.investments import InvestmentInputs, is_synthetic_investment, read_investment
from whatworks.evidence.measures import MEASURES, Measure
from whatworks.evidence.outcome_ranges import OutcomeEvidence, outcome_evidence
from whatworks.evidence.own_results import own_study
from whatworks.evidence.prices import prices
from whatworks.evidence.promotion import promote
from whatworks.evidence.references import bibtex, cite, csl_json
from whatworks.evidence.registry import Registry, load
from whatworks.evidence.reviews import counted

__all__ = [
    "MEASURES",
    "Entry",
    "Headline",
    "InvestmentInputs",
    "Measure",
    "OutcomeEvidence",
    "Registry",
    "bibtex",
    "citation",
    "cite",
    "comparable",
    "counted",
    "csl_json",
    "gap_map",
    "input_words",
    "is_synthetic_investment",
    "link",
    "load",
    "outcome_evidence",
    "own_study",
    "prices",
    "promote",
    "read_extract",
    "read_investment",
    "read_metapsy",
    "standardise",
    "standards",
    "verdict",
]
