"""What an effort costs, whether it is worth it, and who gets the money back, in plain sentences."""

import math
from collections.abc import Mapping
from typing import Any

from whatworks.core.result import EffectResult
from whatworks.findings.language import number, percent, translator
from whatworks.findings.names import N_

# Better and worse are about the citizen, cheaper and dearer about the public.
QUADRANTS: Mapping[str, str] = {
    "dominant": N_("better and cheaper"),
    "more_for_more": N_("better and dearer"),
    "less_for_less": N_("worse and cheaper"),
    "dominated": N_("worse and dearer"),
}
PAYERS: Mapping[str, tuple[str, str]] = {
    "all": (N_("The public as a whole"), N_("the public as a whole")),
    "municipality": (N_("The municipality"), N_("the municipality")),
    "region": (N_("The region"), N_("the region")),
    "state": (N_("The state"), N_("the state")),
    "foundation": (N_("A foundation"), N_("a foundation")),
}
_MILLION, _SPACE = 1e6, "\N{NO-BREAK SPACE}"


def kroner(value: float, language: str, *, signed: bool = False) -> str:
    """Kroner as people say them: two or three digits, millions in words.

    Examples
    --------
    >>> kroner(2_418_063, "da"), kroner(24_181, "en"), kroner(-612_042, "da", signed=True)
    ('2,4\xa0mio.\xa0kr.', '24,000\xa0kr.', '−612.000\xa0kr.')
    """
    _ = translator(language)
    if abs(value) >= 0.9995 * _MILLION:
        amount = number(value / _MILLION, language, decimals=1 if abs(value) < 99.95 * _MILLION else 0, signed=signed)
        return _("{amount} million kr.").format(amount=amount).replace(" ", _SPACE)
    step = 1000 if abs(value) >= 10_000 else 100 if abs(value) >= 1000 else 10 if abs(value) >= 100 else 1
    return f"{number(step * round(value / step), language, signed=signed)}{_SPACE}kr."


def kroner_range(low: float, high: float, language: str) -> str:
    """Both ends of a range of kroner with one unit.

    Examples
    --------
    >>> kroner_range(-13_190, 52_800, "en"), kroner_range(-330_000, 5.4e6, "en")
    ('−13,000 to +53,000\xa0kr.', '−0.3 to +5.4\xa0million\xa0kr.')
    """
    _ = translator(language)
    joint = _("{low} to {high}")
    if max(abs(low), abs(high)) >= 0.9995 * _MILLION:
        ends = [number(value / _MILLION, language, decimals=1, signed=True) for value in (low, high)]
        return _("{amount} million kr.").replace(" ", _SPACE).format(amount=joint.format(low=ends[0], high=ends[1]))
    first = kroner(low, language, signed=True).removesuffix(f"{_SPACE}kr.")
    return joint.format(low=first, high=kroner(high, language, signed=True))


def chance(share: float, language: str) -> str:
    """A probability in whole per cent; never 0 or 100, which a simulation cannot know.

    Examples
    --------
    >>> chance(0.933, "en"), chance(1.0, "en"), chance(0.002, "da")
    ('93%', 'over 99%', 'under 1\xa0%')
    """
    _ = translator(language)
    if share > 0.99:
        return _("over {share}").format(share=percent(0.99, language))
    return _("under {share}").format(share=percent(0.01, language)) if share < 0.01 else percent(share, language)


def payer_name(payer: str, language: str, *, within: bool = False) -> str:
    """What a reader calls a payer; ``within`` a sentence it begins small.

    Examples
    --------
    >>> payer_name("all", "da"), payer_name("municipality", "en", within=True)
    ('Det offentlige samlet', 'the municipality')
    """
    names = PAYERS.get(payer)
    return translator(language)(names[1 if within else 0]) if names else payer.replace("_", " ")


def quadrant_words(place: str, language: str) -> str:
    """Where extra cost and effect lie, in words.

    Examples
    --------
    >>> quadrant_words("dominant", "da")
    'bedre og billigere'
    """
    return translator(language)(QUADRANTS[place])


def never_alone(language: str) -> str:
    """The sentence that stands on every page with an investment case.

    Parameters
    ----------
    language : ``"da"`` or ``"en"``

    Returns
    -------
    Plain text.

    References
    ----------
    The national investment model (SØM), frequently asked questions: a positive result can never stand alone, and success for
    the target group is possible with a negative one.

    Examples
    --------
    >>> "never stand alone" in never_alone("en")
    True
    """
    return translator(language)(
        "The calculation can never stand alone. "
        "An intervention can be good for citizens even if it does not give a gain in money."
    )


def quantity(result: EffectResult, name: str, **where: Any) -> Any:
    """The one row of a quantity; None where there is none.

    Examples
    --------
    >>> effects = pd.DataFrame({"term": ["a", "b"], "kind": ["headline", "part"], "estimate": [1.0, 2.0], "std_error": [0.0, 0.0],
    ...                         "conf_low": [1.0, 2.0], "conf_high": [1.0, 2.0], "p_value": [0.0, 0.0], "quantity": ["", "npv"]})
    >>> result = ww.EffectResult(method="example", estimand="", measure="money", unit="kr.", effects=effects,
    ...                          provenance=ww.Provenance(data_fingerprint="0"))
    >>> float(quantity(result, "npv").estimate), quantity(result, "moon")
    (2.0, None)
    """
    rows = result.parts[result.parts["quantity"] == name]
    for column, wanted in where.items():
        rows = rows[rows[column] == wanted]
    return next(rows.itertuples(index=False), None)


def no_pay_back_words(result: EffectResult, payer: str, language: str) -> str:
    """What there is instead of a pay-back for one whom the intervention costs nothing per citizen."""
    _ = translator(language)
    loses = quantity(result, "npv_per_citizen", payer=payer).estimate < 0
    return _("loses without paying per citizen") if loses else _("pays nothing per citizen")


def pay_back_words(result: EffectResult, payer: str, language: str) -> str:
    """``back after 3 years``, ``back in the first year``, or ``not back within 5 years``."""
    _ = translator(language)
    year = float(quantity(result, "break_even_year", payer=payer).estimate)
    if not math.isfinite(year):
        return _("not back within {years} years").format(years=number(float(result.provenance.arguments["horizon"]), language))
    if year == 0:
        return _("back in the first year")
    return _("back after 1 year") if year == 1 else _("back after {years} years").format(years=number(year, language))
