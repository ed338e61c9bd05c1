"""Tables of the method report, each in the reader's language and made from results alone."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from whatworks.core.columns import require_columns
from whatworks.core.disclosure import is_small
from whatworks.core.result import EffectResult
from whatworks.evidence import citation
from whatworks.findings.figures import table_html
from whatworks.findings.finding import Finding
from whatworks.findings.labels import decimals_of, unit_of
from whatworks.findings.language import interval, number, translator
from whatworks.findings.names import N_
from whatworks.findings.question import Question
from whatworks.findings.review_rows import printed_decimals, turned_round
from whatworks.findings.reviews import count_reviews
from whatworks.findings.wording import check_sentence, design_explanation, design_name, shown

REVIEWS_SOURCE: Mapping[str, str] = {
    "da": "Fra evidence/reviews.csv, hvor systematiske forskningsoversigter står, som de er trykt, med kilde og sted.",
    "en": "From evidence/reviews.csv, where systematic reviews stand as they are printed, with source and place.",
}
_DESIGNS = {
    "matched": N_("A matched comparison, held against a randomised trial"),
    "rollout": N_("A gradual roll-out, where those who wait are the comparison"),
    "municipality": N_("One municipality of a roll-out alone, held against those that had not begun"),
    "reviews": N_("Published systematic reviews"),
    "investment": N_("An investment case that rests on an effect of our own"),
    "benchmark": N_("Services side by side, with account taken of their citizens"),
}
_ARMS = {"treated": N_("Participants"), "comparison": N_("Comparison")}
_VERDICTS = {True: N_("Passed"), False: N_("Failed"), None: N_("Cannot tell")}
_RULES = {
    "classical": N_("Same spread in both groups (classical)"),
    "HC1": N_("Different spread allowed (robust, HC1)"),
}


def question_table(question: Question, language: str = "da") -> str:
    """What the report asks, in the words of the catalogues.

    Parameters
    ----------
    question : from :func:`ask`
    language : ``"da"`` or ``"en"``

    Returns
    -------
    A table as HTML.

    Examples
    --------
    >>> about = {"target_group": "adults_autism", "method": "klare_billeder", "outcome": "who5", "design": "rollout"}
    >>> "Adults with autism" in question_table(ww.findings.ask(ww.evidence.load(), **about), "en")
    True
    """
    _ = translator(language)
    labels = question.labels
    rows = [(_("Target group"), labels["target_group"][language])]
    if "method" in labels:
        rows.append((_("Method"), labels["method"][language]))
    if "outcome" in labels:
        outcome = labels["outcome"]
        rows.append((_("Outcome"), f"{outcome['name'][language]} ({outcome['unit'][language]})"))
    rows.append((_("Design"), _(_DESIGNS[question.design])))
    table = pd.DataFrame(rows, columns=[_("We ask about"), _("Here")])
    return table_html(table, caption=_("What this report asks"), language=language)


def counts_table(counts: pd.DataFrame, language: str = "da") -> str:
    """Who was compared: people in each group, matched and left out; counts of 1 to 4 are not shown.

    Parameters
    ----------
    counts : ``MatchedSample.counts`` with the columns arm, all, matched, dropped, ess
    language : ``"da"`` or ``"en"``

    Returns
    -------
    A table as HTML.

    Examples
    --------
    >>> counts = pd.DataFrame({"arm": ["treated"], "all": [185], "matched": [183], "dropped": [2], "ess": [183.0]})
    >>> "fewer than 5" in counts_table(counts, "en")
    True
    """
    _ = translator(language)
    require_columns(counts, ["arm", "all", "matched", "dropped", "ess"], what="counts")
    # In pairs one arm counts the other, so both are hidden when either is small.
    few = bool((counts["dropped"].map(is_small) | counts["matched"].map(is_small)).any())
    small = counts["dropped"].map(is_small)
    hidden = _("fewer than 5")

    def counted(column: str) -> list[str]:
        return ["–" if few else number(float(n), language) for n in counts[column]]

    left_out = [
        hidden if each else "–" if few else number(float(n), language) for n, each in zip(counts["dropped"], small, strict=True)
    ]
    table = pd.DataFrame(
        {
            _("Group"): [_(_ARMS.get(arm, arm)) for arm in counts["arm"]],
            _("All"): counts["all"],
            _("Matched"): counted("matched"),
            _("Left out"): left_out,
            _("Counts as (number of people)"): counted("ess"),
        }
    )
    return table_html(table, caption=_("Who is compared, in numbers of people"), language=language)


def std_error_rules(results: Mapping[str, EffectResult]) -> pd.DataFrame:
    """One row per rule for the standard error of the same estimate: rule, estimate, std_error, conf_low, conf_high.

    Parameters
    ----------
    results : rule, such as ``"HC1"``, to the estimate with its standard error by that rule

    Returns
    -------
    The table, in the unit of the results.

    Examples
    --------
    >>> effect = ww.example_effect()
    >>> std_error_rules({"HC1": effect})["std_error"].tolist()
    [0.03]
    """
    rows = [(rule, *(getattr(result.headline, name) for name in _NUMBERS)) for rule, result in results.items()]
    return pd.DataFrame(rows, columns=["rule", *_NUMBERS])


_NUMBERS = ("estimate", "std_error", "conf_low", "conf_high")


def std_errors_table(rules: pd.DataFrame, language: str = "da") -> str:
    """The trial's own answer with its standard error by each rule of :func:`std_error_rules`.

    Parameters
    ----------
    rules : of :func:`std_error_rules`
    language : ``"da"`` or ``"en"``

    Returns
    -------
    A table as HTML.

    Examples
    --------
    >>> rules = pd.DataFrame([("HC1", 2.0, 0.5, 1.0, 3.0)], columns=["rule", "estimate", "std_error", "conf_low", "conf_high"])
    >>> "robust, HC1" in std_errors_table(rules, "en")
    True
    """
    _ = translator(language)
    table = pd.DataFrame(
        {
            _("How the uncertainty is calculated"): [_(_RULES.get(rule, rule)) for rule in rules["rule"]],
            _("Effect"): [number(value, language) for value in rules["estimate"]],
            _("Standard error"): [number(value, language) for value in rules["std_error"]],
            _("95% interval"): [
                interval(low, high, language) for low, high in zip(rules["conf_low"], rules["conf_high"], strict=True)
            ],
        }
    )
    return table_html(table, caption=_("The randomised trial's own answer"), language=language)


def designs_table(finding: Finding, language: str = "da") -> str:
    """Every result of a finding with its interval, what it compares, and how many of its checks failed.

    Parameters
    ----------
    finding : with its results
    language : ``"da"`` or ``"en"``

    Returns
    -------
    A table as HTML.

    Examples
    --------
    >>> effect = ww.example_effect()
    >>> finding = ww.findings.Finding(target_group="a", method="b", outcome="c", design="rollout", labels={}, answer="overall",
    ...                               results={"overall": effect})
    >>> "Comparison with those who wait" in designs_table(finding, "en")
    True
    """
    _ = translator(language)
    rows = []
    for name, result in finding.results.items():
        unit = unit_of(finding, result, language)
        size, around = shown(result, language, unit=unit, decimals=decimals_of(finding))
        failed = len(result.failed_checks)
        rows.append((design_name(name, language), size, around or _("not stated"), design_explanation(name, language), failed))
    headings = [_("Design"), _("Effect"), _("95% interval"), _("What is compared"), _("Failed checks")]
    return table_html(pd.DataFrame(rows, columns=headings), caption=_("The answer of each design"), language=language)


def checks_table(finding: Finding, language: str = "da") -> str:
    """Every check of every result, failed ones first, in words.

    Parameters
    ----------
    finding : with its results
    language : ``"da"`` or ``"en"``

    Returns
    -------
    A table as HTML.

    Examples
    --------
    >>> effect = ww.example_effect()
    >>> finding = ww.findings.Finding(target_group="a", method="b", outcome="c", design="rollout", labels={}, answer="overall",
    ...                               results={"overall": effect})
    >>> "What we looked at" in checks_table(finding, "en")
    True
    """
    _ = translator(language)
    order = {False: 0, None: 1, True: 2}
    checks = [(name, check) for name, result in finding.results.items() for check in result.checks]
    rows = [
        (
            design_name(name, language),
            _(_VERDICTS[check.passed]),
            _plain(check_sentence(check, language, quarters=finding.design == "rollout")),
        )
        for name, check in sorted(checks, key=lambda item: order[item[1].passed])
    ]
    headings = [_("Design"), _("Verdict"), _("What we looked at")]
    return table_html(pd.DataFrame(rows, columns=headings), caption=_("What could make the answers wrong"), language=language)


def reviews_table(reviews: pd.DataFrame, language: str = "da") -> str:
    """Published effects as printed, with interval, number of studies, source, and whether they are held against the source.

    Parameters
    ----------
    reviews : from ``ww.findings.published(registry, target_group)``
    language : ``"da"`` or ``"en"``

    Returns
    -------
    A table as HTML.

    Examples
    --------
    >>> reviews = ww.findings.published(ww.evidence.load(), "homelessness")
    >>> "published results from" in reviews_table(reviews, "en")
    True
    """
    _ = translator(language)
    rows = [_review(row, language) for _index, row in reviews.iterrows()]
    headings = [_("Method"), _("Outcome"), _("Effect"), _("95% interval"), _("Studies"), _("Source"), _("Status")]
    caption = _("{n} published results from {reviews} reviews").format(
        n=number(len(reviews), language), reviews=number(count_reviews(reviews), language)
    )
    return table_html(pd.DataFrame(rows, columns=headings), caption=caption, language=language)


def _review(row: pd.Series, language: str) -> tuple[Any, ...]:
    _ = translator(language)
    stated = not (pd.isna(row["conf_low"]) or pd.isna(row["conf_high"]))
    # As on the finding page: the decimals that were printed, and what the sign means where the source turned the scale round.
    places = printed_decimals(float(row["effect"]), float(row["conf_low"]), float(row["conf_high"]))
    around = interval(row["conf_low"], row["conf_high"], language, decimals=places) if stated else _("interval not stated")
    effect = f"{number(row['effect'], language, decimals=places)} ({row['measure']})"
    turned = turned_round(row, language)
    return (
        row[f"method_{language}"],
        row[f"outcome_{language}"],
        f"{effect}. {turned}" if turned else effect,
        around,
        _("not stated") if pd.isna(row["k"]) else number(int(row["k"]), language),
        citation(row),
        _("Confirmed") if row["confirmed"] in ("yes", True) else _("To be confirmed"),
    )


def _plain(text: Any) -> str:
    """A sentence without the markup that tells a screen reader its language."""
    return text.striptags() if hasattr(text, "striptags") else str(text)
