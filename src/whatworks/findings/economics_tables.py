"""Tables of costs and gains for a page: who gets the money back when, two ledgers, and a plan district by district."""

import math

import pandas as pd

from whatworks.core.result import EffectResult
from whatworks.findings.economics_sentences import effect_size
from whatworks.findings.economics_words import (
    chance,
    kroner,
    kroner_range,
    no_pay_back_words,
    pay_back_words,
    payer_name,
    quantity,
)
from whatworks.findings.language import number, translator
from whatworks.findings.names import N_

_LEDGER = {
    "one_off": N_("One-off costs"),
    "funded": N_("Paid by one-off money"),
    "recurring": N_("Recurring costs"),
    "gains": N_("Gains"),
    "cashable": N_("Gains that can be taken home"),
    "recurring_net": N_("Gains less recurring costs"),
}


def pay_back_table(result: EffectResult, language: str = "da") -> pd.DataFrame:
    """One row per payer: cost and net result per citizen, when the money is back, and how likely that is.

    Parameters
    ----------
    result : of ``ww.economics.investment_case``
    language : ``"da"`` or ``"en"``

    Returns
    -------
    A frame with headings in the language, ready to be shown.

    Examples
    --------
    >>> case = ww.economics.example_case()
    >>> len(pay_back_table(case, "en")) > 0
    True
    """
    _ = translator(language)
    rows = []
    for payer in ("all", *result.provenance.arguments["payers"]):
        cost, net = (quantity(result, name, payer=payer) for name in ("cost_per_citizen", "npv_per_citizen"))
        pays = cost.estimate > 0
        rows.append(
            {
                _("Who"): payer_name(payer, language),
                _("Cost per citizen"): kroner(cost.estimate, language),
                _("Net result per citizen"): kroner(net.estimate, language, signed=True),
                _("Probably"): kroner_range(net.conf_low, net.conf_high, language),
                _("When is the money back?"): pay_back_words(result, payer, language)
                if pays
                else no_pay_back_words(result, payer, language),
                _("Chance"): chance(float(quantity(result, "pays_back", payer=payer).estimate), language) if pays else "–",
            }
        )
    return pd.DataFrame(rows)


def ledger_table(result: EffectResult, language: str = "da") -> pd.DataFrame:
    """One row per year for the payer that runs the effort: one-off money against recurring operation, undiscounted.

    Parameters
    ----------
    result : of ``ww.economics.investment_case``
    language : ``"da"`` or ``"en"``

    Returns
    -------
    A frame with headings in the language, ready to be shown.

    Examples
    --------
    >>> case = ww.economics.example_case()
    >>> len(ledger_table(case, "en")) > 0
    True
    """
    _ = translator(language)
    rows = result.parts[result.parts["quantity"] == "ledger"]
    table = rows.pivot_table(index="year", columns="item", values="estimate", sort=False)
    out = pd.DataFrame({_("Year"): [number(float(year), language) for year in table.index]})
    for item, words in _LEDGER.items():
        out[_(words)] = [kroner(value, language) for value in table[item]]
    return out


def scaling_table(result: EffectResult, language: str = "da") -> pd.DataFrame:
    """One row per district, in the order given, and one for all: who is reached, staff lacking, net result, chance.

    Parameters
    ----------
    result : of ``ww.economics.scaling_plan``
    language : ``"da"`` or ``"en"``

    Returns
    -------
    A frame with headings in the language, ready to be shown.

    Examples
    --------
    >>> plan = ww.economics.example_plan()
    >>> "North" in scaling_table(plan, "en").iloc[:, 0].tolist()
    True
    """
    _ = translator(language)
    operator = str(result.provenance.arguments["operator"])
    rows = []
    for item in result.parts.loc[result.parts["quantity"] == "citizens", "item"]:
        net = quantity(result, "npv", item=item, payer=operator)
        everyone = quantity(result, "npv", item=item, payer="all")
        lacking = float(quantity(result, "staff_lacking", item=item).estimate)
        rows.append(
            {
                _("District"): item or _("All districts"),
                _("Citizens"): number(float(quantity(result, "citizens", item=item).estimate), language),
                _("Full-time staff lacking"): number(lacking, language, decimals=1 if lacking else 0),
                _("Net result, {payer}").format(payer=payer_name(operator, language, within=True)): kroner(
                    net.estimate, language, signed=True
                ),
                _("Probably"): kroner_range(net.conf_low, net.conf_high, language),
                _("Net result, {payer}").format(payer=payer_name("all", language, within=True)): kroner(
                    everyone.estimate, language, signed=True
                ),
                _("Chance"): chance(float(quantity(result, "pays_back", item=item).estimate), language),
            }
        )
    return pd.DataFrame(rows)


def rules_table(result: EffectResult, language: str = "da") -> pd.DataFrame:
    """When to go on and when to stop, in effects measured where the effort is spread; no rows where no effect is enough.

    Parameters
    ----------
    result : of ``ww.economics.scaling_plan``
    language : ``"da"`` or ``"en"``

    Returns
    -------
    A frame with headings in the language, ready to be shown.

    Examples
    --------
    >>> plan = ww.economics.example_plan()
    >>> len(rules_table(plan, "en").columns) > 1
    True
    """
    _ = translator(language)
    words = {"go": _("For the money: go on from"), "stop": _("For the money: stop below")}
    rows = []
    for item, name in words.items():
        value = float(quantity(result, "rule", item=item).estimate)
        if math.isfinite(value):
            rows.append({_("Rule"): name, _("Effect in the new places"): effect_size(result, value, language)})
    return pd.DataFrame(rows, columns=[_("Rule"), _("Effect in the new places")])
