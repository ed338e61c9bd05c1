"""The part of a finding page that says what it costs, who gets the money back, and whether it should be spread."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
from markupsafe import Markup

from whatworks.core.result import EffectResult
from whatworks.findings import charts
from whatworks.findings.charts import rows
from whatworks.findings.checks import check_sentence
from whatworks.findings.doubts import check_lists
from whatworks.findings.economics_sentences import economics_sentence
from whatworks.findings.economics_tables import ledger_table, pay_back_table, rules_table, scaling_table
from whatworks.findings.economics_words import chance, kroner, kroner_range, never_alone, pay_back_words, payer_name, quantity
from whatworks.findings.figures import table_html
from whatworks.findings.finding import Finding
from whatworks.findings.labels import within
from whatworks.findings.language import number, translator
from whatworks.findings.view import Cell

# Which results of an investment finding hold what.
CASE, SCALING, COST_EFFECTIVENESS = "case", "scaling", "cost_effectiveness"
# Said beside the ledger instead of among the doubts.
_OF_THE_LEDGER = ("funds_cover_start", "carries_itself", "cashable_gains")


def folder_of(finding: Finding) -> str:
    """The folder beside the finding in which its investment case stands."""
    return f"{finding.method}_investment"


def cost_cell(case: Finding, language: str) -> Cell:
    """Cost per citizen at a glance, with when the money is back for the one who pays, and how likely."""
    _ = translator(language)
    result = case.results[CASE]
    cost = quantity(result, "cost_per_citizen", payer="all")
    value = _("{cost} per citizen").format(cost=kroner(cost.estimate, language))
    if not case.labels["trusted"]:
        return Cell(_("What does it cost?"), value, _("Whether it pays cannot be said: the effect is not reliable."), "neutral")
    operator = str(result.provenance.arguments["operator"])
    why = _("For {payer} alone: {when}. The chance of getting the money back is {chance}. The amount cannot stand alone.").format(
        payer=payer_name(operator, language, within=True),
        when=pay_back_words(result, operator, language),
        chance=chance(float(quantity(result, "pays_back", payer=operator).estimate), language),
    )
    return Cell(_("What does it cost?"), value, why, "neutral")


def economics_view(case: Finding, language: str, *, address: str) -> dict[str, Any]:
    """Everything the section shows, from the saved results of an investment case.

    Parameters
    ----------
    case : the investment finding
    language : ``"da"`` or ``"en"``
    address : of the folder with the case's own pages, relative to the page; empty on the case's own page

    Returns
    -------
    Texts, tables and figures by name. Where the effect is not reliable, only costs: no gain is told.
    """
    _ = translator(language)
    result = case.results[CASE]
    shown: dict[str, Any] = {
        "never_alone": never_alone(language),
        "prices": _prices(result, language),
        "page": f"{address}finding.{language}.html" if address else "",
        "report": f"{address}report.{language}.html",
        "withheld": "",
    }
    if not case.labels["trusted"]:
        return {**shown, **_withheld(result, language)}
    told: dict[str, Any] = {"language": language, "synthetic": case.synthetic}
    return {
        **shown,
        "told": _without(economics_sentence(result, language), never_alone(language)),
        "strip": _strip(result, language),
        "pay_back": table_html(
            pay_back_table(result, language), caption=_("Per citizen, for each who pays or gains"), language=language
        ),
        "net": charts.net_present_value_figure(result, **told),
        "flow": charts.cash_flow_figure(result, **told),
        "ledger": table_html(ledger_table(result, language), caption=_ledger_caption(result, language), language=language),
        "ledger_says": [check_sentence(check, language) for check in result.checks if check.name in _OF_THE_LEDGER],
        "doubts": _doubts(case, CASE, language),
        **_spreading(case, language),
    }


def _withheld(result: EffectResult, language: str) -> dict[str, Any]:
    _ = translator(language)
    cost = quantity(result, "cost_per_citizen", payer="all")
    said = _("The intervention costs {cost} per citizen ({year} prices).").format(
        cost=kroner(cost.estimate, language), year=result.provenance.arguments["price_level"]
    )
    withheld = _("We show no gain in money, because the comparison that it would rest on is not reliable.")
    empty = dict.fromkeys(("pay_back", "net", "flow", "ledger", "scaling", "scaling_table", "rules"), Markup(""))
    return {**empty, "told": said.replace("kr..", "kr."), "withheld": withheld, "strip": [], "ledger_says": [], "doubts": []}


def _strip(result: EffectResult, language: str) -> list[Cell]:
    """Cost, then pay-back for the payer who runs it and for the public, then the net result."""
    _ = translator(language)
    operator = str(result.provenance.arguments["operator"])
    cost, net = quantity(result, "cost_per_citizen", payer="all"), result.headline
    level = _("{year} prices, probably {range}").format(
        year=result.provenance.arguments["price_level"], range=kroner_range(cost.conf_low, cost.conf_high, language)
    )
    cells = [Cell(_("Cost per citizen"), kroner(cost.estimate, language), level.replace("+", ""), "neutral")]
    for payer in (operator, "all"):
        share = chance(float(quantity(result, "pays_back", payer=payer).estimate), language)
        why = _("chance that the money comes back; expected: {when}").format(when=pay_back_words(result, payer, language))
        heading = _("Money back: {payer}").format(payer=payer_name(payer, language, within=True))
        cells.append(Cell(heading, share, why, "neutral"))
    years = number(float(result.provenance.arguments["horizon"]), language)
    reach = kroner_range(net.conf_low, net.conf_high, language)
    spread = _("over {years} years for the public as a whole, probably {range}").format(years=years, range=reach)
    return [*cells, Cell(_("Net result per citizen"), kroner(net.estimate, language, signed=True), spread, "neutral")]


def _spreading(case: Finding, language: str) -> dict[str, Any]:
    """Whether to spread it, where, and when to go on or to stop."""
    _ = translator(language)
    plan = case.results.get(SCALING)
    if plan is None:
        return {"scaling": "", "scaling_table": Markup(""), "rules": Markup(""), "scaling_doubts": []}
    rules = rules_table(plan, language)
    measured = case.labels.get("measured") or {}
    caption = _("Go on or stop, in effect per citizen")
    if measured:
        caption = _("Go on or stop: improvement in {unit} ({outcome})").format(
            outcome=within(measured["name"][language]), unit=measured["unit"][language]
        )
    nowhere = _("Even a large effect in the new places would hardly bring the money back for {payer}.").format(
        payer=payer_name(str(plan.provenance.arguments["operator"]), language, within=True)
    )
    said = _without(economics_sentence(plan, language), never_alone(language))
    return {
        "scaling": said if len(rules) else f"{said} {nowhere}",
        "scaling_table": table_html(
            scaling_table(plan, language), caption=_("Places where it could be spread"), language=language
        ),
        "rules": table_html(rules, caption=caption, language=language) if len(rules) else Markup(""),
        "scaling_doubts": [
            check_sentence(check, language) for check in plan.checks if check.name in ("capacity", "scaled_effect", "go_rule")
        ],
    }


def _doubts(case: Finding, name: str, language: str) -> list[dict[str, Any]]:
    """What could make the amounts wrong: what came true first, and what is open."""
    listed: Sequence[dict[str, Any]] = [row for each in check_lists(case, name, language)[:1] for row in each["rows"]]
    said = {check_sentence(check, language) for check in case.results[name].checks if check.name in _OF_THE_LEDGER}
    return [row for row in listed if row["text"] not in said]


def _prices(result: EffectResult, language: str) -> str:
    _ = translator(language)
    return _(
        "All amounts are in {year} prices. Gains and costs in later years count less, by the state's discount rates."
    ).format(year=result.provenance.arguments["price_level"])


def _ledger_caption(result: EffectResult, language: str) -> str:
    _ = translator(language)
    payer = payer_name(str(result.provenance.arguments["operator"]), language, within=True)
    return _("One-off money and running costs for {payer}, year by year").format(payer=payer)


def _without(said: str, ending: str) -> str:
    """A text without a sentence that the section says once for all of it."""
    return " ".join(said.replace(ending, "").split(" ")).strip()


def costs_table(costs: pd.DataFrame, language: str = "da", *, names: Any = None) -> pd.DataFrame:
    """What the effort costs, item by item.

    Parameters
    ----------
    costs : as ``ww.economics.implementation_costs`` returns it
    language : ``"da"`` or ``"en"``
    names : code -> ``{"da", "en"}``, from :func:`item_names`

    Returns
    -------
    A frame with headings in the language, ready to be shown.

    Examples
    --------
    >>> costs = ww.economics.implementation_costs(120, price_level=2024, years=3, ratio=15, salary=550_000)
    >>> len(costs_table(costs, "en", names=ww.findings.item_names({})))
    1
    """
    _ = translator(language)
    ledgers = {"one_off": _("once"), "recurring": _("every year")}
    told = [
        {
            _("What"): (names or {}).get(row.item, {}).get(language, row.item.replace("_", " ")),
            _("Paid"): ledgers[row.ledger],
            _("Amount"): kroner(row.amount, language),
            _("Probably"): kroner_range(row.amount_low, row.amount_high, language).replace("+", ""),
        }
        for row in rows.each(costs)
    ]
    return pd.DataFrame(told)


def consequences_table(consequences: pd.DataFrame, language: str = "da", *, names: Any = None) -> pd.DataFrame:
    """What is thought to follow from one unit of the effect, and its price for each who pays.

    Parameters
    ----------
    consequences : as ``ww.evidence.read_investment`` gives them
    language : ``"da"`` or ``"en"``
    names : code -> ``{"da", "en"}``

    Returns
    -------
    A frame with headings in the language, ready to be shown.

    Examples
    --------
    >>> inputs = ww.evidence.read_investment("evidence/investments/trappestoette")
    >>> len(consequences_table(inputs.consequences, "en", names=inputs.names)) == len(inputs.consequences)
    True
    """
    _ = translator(language)
    told = [
        {
            _("What"): (names or {}).get(row.consequence, {}).get(language, row.consequence.replace("_", " ")),
            _("Whose money"): payer_name(row.payer, language),
            _("A year per unit of effect"): number(row.units, language, decimals=2, signed=True),
            _("Probably"): _("{low} to {high}").format(
                low=number(row.units_low, language, decimals=2), high=number(row.units_high, language, decimals=2)
            ),
            _("Price of one"): kroner(row.price, language),
            _("Years after the start"): f"{int(row.first_year)}–{int(row.last_year)}",
            _("Source"): row.units_source,
        }
        for row in rows.each(consequences)
    ]
    return pd.DataFrame(told)


def cost_per_citizen(case: EffectResult) -> tuple[float, float, float]:
    """What the effort costs per citizen, all payers together, with its 95 per cent range: kroner, discounted.

    Parameters
    ----------
    case : of ``ww.economics.investment_case``

    Returns
    -------
    The cost, the low end and the high end, in kroner at the case's price level.

    Examples
    --------
    >>> case = ww.economics.example_case()
    >>> round(cost_per_citizen(case)[0])
    30000
    """
    cost = quantity(case, "cost_per_citizen", payer="all")
    return float(cost.estimate), float(cost.conf_low), float(cost.conf_high)
