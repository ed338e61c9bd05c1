"""From results to words, charts and pages that people can act on, in Danish and English.

Names are loaded when they are first used, so that ``import whatworks.findings`` draws in neither pandas nor matplotlib.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from whatworks.core.alphabet import sort_key

if TYPE_CHECKING:
    from whatworks.findings.advice import advice_table, choice_sentence, power_sentence, power_table
    from whatworks.findings.benchmark_tables import attribute_names, practices_table, services_table
    from whatworks.findings.case_question import item_names, money_question
    from whatworks.findings.coverage_page import page_of_coverage
    from whatworks.findings.diagnostics import compared_table, first_years, pretrend_power_table, robustness_table, same_question
    from whatworks.findings.economics_section import consequences_table, cost_per_citizen, costs_table
    from whatworks.findings.economics_sentences import economics_sentence
    from whatworks.findings.economics_tables import ledger_table, pay_back_table, rules_table, scaling_table
    from whatworks.findings.economics_words import never_alone
    from whatworks.findings.explanation import explain
    from whatworks.findings.explorers import explore_honest, explore_investment, explore_specifications
    from whatworks.findings.export import write_table
    from whatworks.findings.finding import Finding, load, save
    from whatworks.findings.gap_map_cells import gap_cells
    from whatworks.findings.group_page import page_of_group
    from whatworks.findings.hidden_factors import hidden_factor_table
    from whatworks.findings.index import error_page, index_page
    from whatworks.findings.language import interval, number, percent, translator
    from whatworks.findings.municipality_page import answer_sentence, effects_table
    from whatworks.findings.one_place import local_question, own_place
    from whatworks.findings.page_frame import document
    from whatworks.findings.pages import page
    from whatworks.findings.plans import beside_plan, plan_of, plan_section, plan_sentence, plan_table
    from whatworks.findings.profile_page import page_of_profile
    from whatworks.findings.question import ask
    from whatworks.findings.refusal import refused
    from whatworks.findings.report import (
        REVIEWS_SOURCE,
        checks_table,
        counts_table,
        designs_table,
        question_table,
        reviews_table,
        std_error_rules,
        std_errors_table,
    )
    from whatworks.findings.reviews import published
    from whatworks.findings.shares import out_of_100_table
    from whatworks.findings.status_page import page_of_status
    from whatworks.findings.wording import (
        certainty,
        check_sentence,
        covariate_name,
        design_explanation,
        design_name,
        sentence,
        verdict,
    )

_WORDS = ("certainty", "check_sentence", "covariate_name", "design_explanation", "design_name", "sentence", "verdict")
_PAGES = {
    "Finding": "finding",
    "document": "page_frame",
    "interval": "language",
    "load": "finding",
    "number": "language",
    "percent": "language",
    "save": "finding",
    "translator": "language",
    "answer_sentence": "municipality_page",
    "attribute_names": "benchmark_tables",
    "consequences_table": "economics_section",
    "effects_table": "municipality_page",
    "local_question": "one_place",
    "own_place": "one_place",
    "cost_per_citizen": "economics_section",
    "costs_table": "economics_section",
    "item_names": "case_question",
    "money_question": "case_question",
    "practices_table": "benchmark_tables",
    "services_table": "benchmark_tables",
    "REVIEWS_SOURCE": "report",
    "advice_table": "advice",
    "beside_plan": "plans",
    "choice_sentence": "advice",
    "first_years": "diagnostics",
    "plan_of": "plans",
    "plan_section": "plans",
    "plan_sentence": "plans",
    "refused": "refusal",
    "ask": "question",
    "checks_table": "report",
    "compared_table": "diagnostics",
    "counts_table": "report",
    "designs_table": "report",
    "economics_sentence": "economics_sentences",
    "error_page": "index",
    "explain": "explanation",
    "explore_honest": "explorers",
    "explore_investment": "explorers",
    "explore_specifications": "explorers",
    "gap_cells": "gap_map_cells",
    "hidden_factor_table": "hidden_factors",
    "index_page": "index",
    "ledger_table": "economics_tables",
    "never_alone": "economics_words",
    "out_of_100_table": "shares",
    "page": "pages",
    "page_of_coverage": "coverage_page",
    "page_of_group": "group_page",
    "page_of_profile": "profile_page",
    "page_of_status": "status_page",
    "pay_back_table": "economics_tables",
    "plan_table": "plans",
    "power_sentence": "advice",
    "power_table": "advice",
    "pretrend_power_table": "diagnostics",
    "published": "reviews",
    "question_table": "report",
    "reviews_table": "report",
    "robustness_table": "diagnostics",
    "rules_table": "economics_tables",
    "same_question": "diagnostics",
    "scaling_table": "economics_tables",
    "std_error_rules": "report",
    "std_errors_table": "report",
    "write_table": "export",
}
# Where charts, figures for notebooks and the one style live; each lists its own public names.
_DRAWING = ("notebook", "charts", "figures", "style")

__all__ = [
    "REVIEWS_SOURCE",
    "Finding",
    "advice_table",
    "answer_sentence",
    "ask",
    "attribute_names",
    "beside_plan",
    "certainty",
    "check_sentence",
    "checks_table",
    "choice_sentence",
    "compared_table",
    "consequences_table",
    "cost_per_citizen",
    "costs_table",
    "counts_table",
    "covariate_name",
    "design_explanation",
    "design_name",
    "designs_table",
    "document",
    "economics_sentence",
    "effects_table",
    "error_page",
    "explain",
    "explore_honest",
    "explore_investment",
    "explore_specifications",
    "first_years",
    "gap_cells",
    "hidden_factor_table",
    "index_page",
    "interval",
    "item_names",
    "ledger_table",
    "load",
    "local_question",
    "money_question",
    "never_alone",
    "number",
    "out_of_100_table",
    "own_place",
    "page",
    "page_of_coverage",
    "page_of_group",
    "page_of_profile",
    "page_of_status",
    "pay_back_table",
    "percent",
    "plan_of",
    "plan_section",
    "plan_sentence",
    "plan_table",
    "power_sentence",
    "power_table",
    "practices_table",
    "pretrend_power_table",
    "published",
    "question_table",
    "refused",
    "reviews_table",
    "robustness_table",
    "rules_table",
    "same_question",
    "save",
    "scaling_table",
    "sentence",
    "services_table",
    "sort_key",
    "std_error_rules",
    "std_errors_table",
    "translator",
    "verdict",
    "write_table",
]


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    for place in _places(name):
        module = import_module(f"whatworks.findings.{place}")
        if hasattr(module, name):
            return getattr(module, name)
        if place == name:
            return module
    raise AttributeError(f"whatworks.findings has no {name!r}; it has {', '.join(__all__)}, and a name per chart.")


def _places(name: str) -> tuple[str, ...]:
    if name in _WORDS:
        return ("wording",)
    return (_PAGES[name],) if name in _PAGES else _DRAWING


def __dir__() -> list[str]:
    """So that Tab finds what has not been loaded yet."""
    return sorted({*globals(), *__all__})
