"""What an investment case, a scaling plan or a cost beside an effect says, in a few sentences."""

import math
from collections.abc import Mapping

from whatworks.core.errors import InvalidOption
from whatworks.core.result import EffectResult
from whatworks.findings.check_words import SENTENCES
from whatworks.findings.economics_words import (
    chance,
    kroner,
    kroner_range,
    never_alone,
    pay_back_words,
    payer_name,
    quadrant_words,
    quantity,
)
from whatworks.findings.language import interval, number, translator
from whatworks.findings.names import N_

# By quadrant: what is said about cost and about the result, with the size of each.
_COST_WORDS: Mapping[bool, str] = {
    True: N_("It costs {cost} more per citizen than the alternative ({year} prices; range {range})."),
    False: N_("It costs {cost} less per citizen than the alternative ({year} prices; range {range})."),
}

_RESULT_WORDS: Mapping[bool, str] = {
    True: N_("The result is {size} {unit} better (range {range})."),
    False: N_("The result is {size} {unit} worse (range {range})."),
}


def economics_sentence(result: EffectResult, language: str = "da", *, unit: str | None = None) -> str:
    """Say what it costs, whether it is worth it, and who gets the money back, in a few sentences.

    Parameters
    ----------
    result : of ``ww.economics.investment_case``, ``cost_effectiveness``, ``cost_effectiveness_of`` or ``scaling_plan``
    language : ``"da"`` or ``"en"``
    unit : unit of the effect in that language, for cost-effectiveness; the result's own by default

    Returns
    -------
    Plain text. Where money is said to come back, it also says that the calculation can never stand alone; where the gains
    rest on no causal effect, or a saving goes with a measured loss, it says that too.

    Raises
    ------
    InvalidOption
        If the result is about something else.

    Examples
    --------
    >>> effects = pd.DataFrame({"term": ["ATT"], "kind": ["headline"], "estimate": [0.10], "std_error": [0.03],
    ...                         "conf_low": [0.04], "conf_high": [0.16], "p_value": [0.0]})
    >>> effect = ww.EffectResult(method="matching.estimate", estimand="ATT", measure="RD", unit="share", good="up",
    ...                          effects=effects, provenance=ww.Provenance(data_fingerprint="0"))
    >>> consequences = pd.DataFrame([{"consequence": "placement", "payer": "municipality", "units": 1, "price": 80000,
    ...                               "first_year": 1, "last_year": 5, "price_level": 2024}])
    >>> costs = pd.DataFrame([{"item": "course", "payer": "municipality", "ledger": "recurring", "amount": 3e6, "per": "year",
    ...                        "first_year": 0, "last_year": 0, "price_level": 2024}])
    >>> case = ww.economics.investment_case(effect, consequences=consequences, costs=costs, citizens=100, price_level=2024,
    ...                                     discount_rates=0.035)
    >>> "never stand alone" in economics_sentence(case, "en")
    True
    """
    if result.method == "economics.investment_case":
        parts = _investment(result, language)
    elif result.method == "economics.cost_effectiveness":
        parts = _cost_effectiveness(result, language, unit)
    elif result.method == "economics.scaling_plan":
        parts = _scaling(result, language)
    else:
        raise InvalidOption(f"{result.method} is not about costs and gains. Use ww.findings.sentence for an effect.")
    said = " ".join(part for part in [*parts, *economics_warnings(result, language)] if part)
    # "kr." ends an amount and may end a sentence; one full stop does for both.
    return said.replace("kr..", "kr.")


def economics_warnings(result: EffectResult, language: str) -> list[str]:
    """What must stand beside the numbers wherever they are quoted."""
    _ = translator(language)
    failed = {check.name for check in result.failed_checks}
    return [_(SENTENCES[name][1]) for name in ("causal_effect", "saving_with_loss") if name in failed]


def _investment(result: EffectResult, language: str) -> list[str]:
    _ = translator(language)
    operator = str(result.provenance.arguments["operator"])
    level = str(result.provenance.arguments["price_level"])
    cost = quantity(result, "cost_per_citizen", payer="all")
    cost_said = _("The intervention costs {cost} per citizen ({year} prices).").format(
        cost=kroner(cost.estimate, language), year=level
    )
    whole, own = (pay_back_words(result, payer, language) for payer in ("all", operator))
    chances = [chance(float(quantity(result, "pays_back", payer=payer).estimate), language) for payer in ("all", operator)]
    runner = payer_name(operator, language, within=True)
    back = _(
        "On these assumptions the money is {whole} for the public as a whole (chance {chance_whole}). "
        "For {payer} alone it is {own} (chance {chance_own})."
    )
    head = result.headline
    gain = _(
        "Over {years} years we expect a net result of {value} per citizen for the public as a whole. "
        "It may lie anywhere in the range {range}."
    )
    return [
        cost_said,
        back.format(whole=whole, chance_whole=chances[0], own=own, payer=runner, chance_own=chances[1]),
        gain.format(
            years=number(float(result.provenance.arguments["horizon"]), language),
            value=kroner(head.estimate, language, signed=True),
            range=kroner_range(head.conf_low, head.conf_high, language),
        ),
        never_alone(language),
    ]


def _cost_effectiveness(result: EffectResult, language: str, unit: str | None) -> list[str]:
    _ = translator(language)
    head, better = result.headline, quantity(result, "improvement")
    share = float(quantity(result, "quadrant", item=head.item).estimate)
    arguments = result.provenance.arguments
    unit = str(unit or arguments["effect_unit"])
    places = 0 if abs(better.estimate) >= 100 else 1
    sure = next(check.passed for check in result.checks if check.name == "quadrant_clear")
    said = _("The intervention is {quadrant} (chance {share}).")
    if not sure:
        said = _("The intervention looks {quadrant}, but that is not certain (chance {share}).")
    cost = _(_COST_WORDS[head.estimate > 0]).format(
        cost=kroner(abs(head.estimate), language),
        year=arguments["price_level"],
        range=kroner_range(head.conf_low, head.conf_high, language),
    )
    effect = _(_RESULT_WORDS[better.estimate >= 0]).format(
        size=number(abs(better.estimate), language, decimals=places),
        unit=unit,
        range=interval(better.conf_low, better.conf_high, language, decimals=places, signed=True),
    )
    place = said.format(quadrant=quadrant_words(head.item, language), share=chance(share, language))
    return [place, cost, effect, _ratio(result, unit, language)]


def _ratio(result: EffectResult, unit: str, language: str) -> str:
    """What one unit costs, or saves; nothing where a ratio would have no meaning."""
    _ = translator(language)
    ratio = quantity(result, "ratio")
    if not math.isfinite(ratio.estimate):
        return ""
    words = {
        "more_for_more": _("Each unit of improvement ({unit}) costs {ratio}."),
        "less_for_less": _("Each unit that is lost ({unit}) saves {ratio}."),
    }
    return words[ratio.item].format(unit=unit, ratio=kroner(ratio.estimate, language))


def _scaling(result: EffectResult, language: str) -> list[str]:
    _ = translator(language)
    operator = str(result.provenance.arguments["operator"])
    head = result.headline
    reach = _("Spread to {districts} places the intervention would reach {citizens} citizens.").format(
        districts=number(result.statistics["districts"], language), citizens=number(result.statistics["citizens"], language)
    )
    money = _("We expect a net result of {value} for {payer} (range {range}). The chance that the money comes back is {chance}.")
    stop, go = (float(quantity(result, "rule", item=item).estimate) for item in ("stop", "go"))
    rule = ""
    if math.isfinite(stop) and math.isfinite(go):
        rule = _(
            "On money alone: go on if the effect measured in the new places is at least {go}, stop if it is below {stop}."
        ).format(go=effect_size(result, go, language), stop=effect_size(result, stop, language))
    said = money.format(
        value=kroner(head.estimate, language, signed=True),
        payer=payer_name(operator, language, within=True),
        range=kroner_range(head.conf_low, head.conf_high, language),
        chance=chance(float(quantity(result, "pays_back", item="").estimate), language),
    )
    return [reach, said, rule, never_alone(language)]


def effect_size(result: EffectResult, value: float, language: str) -> str:
    """An effect per citizen: people out of 100 where it counts successes, else units of the outcome."""
    _ = translator(language)
    if result.provenance.arguments["effect_measure"] == "MD":
        return number(value, language, decimals=1)
    return _("{n} more out of 100").format(n=number(100 * value, language, decimals=1))
