"""An effect in one plain sentence: its size, its range, its unit, and which way is good."""

import math
from collections.abc import Mapping

from whatworks.core.measures import LOGGED, PLAIN_RATIOS
from whatworks.core.result import EffectResult
from whatworks.findings.checks import check_sentence
from whatworks.findings.language import interval, number, translator
from whatworks.findings.names import N_, covariate_name, design_explanation, design_name
from whatworks.findings.verdicts import Verdict, certainty, verdict

__all__ = [
    "Verdict",
    "certainty",
    "check_sentence",
    "covariate_name",
    "design_explanation",
    "design_name",
    "sentence",
    "shown",
    "shown_decimals",
    "size_word",
    "verdict",
]

STANDARDISED = ("SMD", "g", "d")
RATIOS = (*PLAIN_RATIOS, *LOGGED)
# What is being multiplied, by measure; a ratio without a name is one of averages.
_RATIO_WORDS: Mapping[str, str] = {
    "RR": N_("With the intervention the share is {size} times the share without it"),
    "OR": N_("With the intervention the odds are {size} times the odds without it"),
    "IRR": N_("With the intervention the number is {size} times the number without it"),
    "HR": N_("With the intervention the hazard, the pace at which it happens, is {size} times the hazard without it"),
    "ratio": N_("With the intervention the average is {size} times the average without it"),
}
# By side, and whether out of 100 people.
_DIFFERENCES: Mapping[tuple[bool, bool], str] = {
    (True, False): N_("With the intervention the average is {size} {unit} higher than without it"),
    (False, False): N_("With the intervention the average is {size} {unit} lower than without it"),
    (True, True): N_("Out of 100 people it applies to {size} more with the intervention than without it"),
    (False, True): N_("Out of 100 people it applies to {size} fewer with the intervention than without it"),
}
# The range, by side and whether out of 100 people; and where it holds both sides.
_ONE_SIDED: Mapping[tuple[bool, bool], str] = {
    (True, False): N_("{said} (probably {near} to {far} higher)."),
    (False, False): N_("{said} (probably {near} to {far} lower)."),
    (True, True): N_("{said} (probably {near} to {far} more)."),
    (False, True): N_("{said} (probably {near} to {far} fewer)."),
}
_TWO_SIDED: Mapping[bool, str] = {
    False: N_("{said}, but the numbers fit anything from {down} lower to {up} higher."),
    True: N_("{said}, but the numbers fit anything from {down} fewer to {up} more."),
}
# Standardised differences below these are called trivial, small and moderate; the rest are large.
_SIZES: tuple[tuple[float, str], ...] = ((0.1, N_("very small")), (0.3, N_("small")), (0.6, N_("moderate")))


def sentence(result: EffectResult, language: str = "da", *, unit: str | None = None, decimals: int | None = None) -> str:
    """Say what an effect is in one sentence, with its range in it.

    Parameters
    ----------
    result : any result; its measure, unit and direction of good decide the words
    language : ``"da"`` or ``"en"``
    unit : the unit in that language; ``result.unit`` by default
    decimals : decimals of every number; by default as many as the range deserves

    Returns
    -------
    Plain text. Log ratios are turned back into ratios and risk differences into people out of 100.

    References
    ----------
    Santesso et al. (2020), Journal of Clinical Epidemiology 119:126-135 (informative statements); the range stands in
    the sentence because a number without one is read as exact.

    Examples
    --------
    >>> effects = pd.DataFrame({"term": ["ATT"], "kind": ["headline"], "estimate": [-22.0], "std_error": [5.0],
    ...                         "conf_low": [-32.0], "conf_high": [-12.0], "p_value": [0.0]})
    >>> result = ww.EffectResult(method="example", estimand="ATT", measure="MD", unit="nights a year", good="down",
    ...                          effects=effects, provenance=ww.Provenance(data_fingerprint="0"))
    >>> sentence(result, "en")
    'With the intervention the average is 22 nights a year lower than without it (probably 12 to 32 lower). Lower is better.'
    """
    _ = translator(language)
    estimate, low, high = scale = _read_out(result)
    if not math.isfinite(estimate):
        return _("We do not know: there is no number for this effect.")
    unit = result.unit if unit is None else unit
    if result.measure in STANDARDISED:
        unit = _("standard deviations")
    decimals = _places(result, scale, decimals)
    if not (math.isfinite(low) and math.isfinite(high)):
        return _without_range(result, estimate, unit=unit, decimals=decimals, language=language)
    if result.measure in RATIOS:
        said = _ratio(result.measure, estimate, low, high, language=language)
        return f"{said} {_good(result, language, ratio=True)}".strip()
    said = _difference(estimate, low, high, unit=unit, decimals=decimals, language=language, out_of_100=result.measure == "RD")
    return f"{said} {_good(result, language)}".strip()


def shown(result: EffectResult, language: str = "da", *, unit: str | None = None, decimals: int | None = None) -> tuple[str, str]:
    """An effect and its range as short as a table wants them.

    Returns
    -------
    Two texts: ``"+1.794 dollar om året"`` and ``"551 til 3.038"``; the second is empty where there is no range.
    """
    _ = translator(language)
    scale = _read_out(result)
    unit = result.unit if unit is None else unit
    places = _places(result, scale, decimals)
    signed = result.measure not in RATIOS
    words = {"RD": _("out of 100"), **dict.fromkeys(STANDARDISED, _("standard deviations")), **dict.fromkeys(RATIOS, _("times"))}
    if not math.isfinite(scale[0]):
        return _("not known"), ""
    size = f"{number(scale[0], language, decimals=places, signed=signed)} {words.get(result.measure, unit)}"
    if not all(map(math.isfinite, scale)):
        return size, ""
    return size, interval(scale[1], scale[2], language, decimals=places)


def shown_decimals(estimate: float, low: float, high: float) -> int:
    """Decimals that a range deserves: two digits of its width, never more than four decimals.

    Examples
    --------
    >>> shown_decimals(1794.0, 551.0, 3038.0), shown_decimals(3.2, 1.8, 4.6), shown_decimals(0.19, 0.11, 0.27)
    (0, 1, 2)
    """
    width = high - low if math.isfinite(high - low) and high > low else abs(estimate)
    return 0 if width <= 0 else min(4, max(0, 1 - math.floor(math.log10(width))))


def size_word(smd: float, language: str) -> str:
    """How large a standardised difference is, in a word.

    Examples
    --------
    >>> size_word(-0.19, "en"), size_word(0.7, "da")
    ('small', 'stor')
    """
    _ = translator(language)
    return next((_(word) for limit, word in _SIZES if abs(smd) < limit), _("large"))


def _read_out(result: EffectResult) -> tuple[float, float, float]:
    """Estimate and range on the scale that is read aloud: ratios rather than their logs, people out of 100."""
    row = result.headline
    values = (float(row.estimate), float(row.conf_low), float(row.conf_high))
    if result.measure in LOGGED:
        values = (math.exp(values[0]), math.exp(values[1]), math.exp(values[2]))
    elif result.measure == "RD":
        values = (100 * values[0], 100 * values[1], 100 * values[2])
    return values


def _places(result: EffectResult, values: tuple[float, float, float], decimals: int | None) -> int:
    """Decimals to show: ratios two, natural units as told, the rest as many as the range deserves."""
    if result.measure in RATIOS:
        return 2
    return decimals if decimals is not None and result.measure in ("MD", "money") else shown_decimals(*values)


def _difference(estimate: float, low: float, high: float, *, unit: str, decimals: int, language: str, out_of_100: bool) -> str:
    _ = translator(language)

    def size(value: float) -> str:
        return number(abs(value), language, decimals=decimals)

    up = estimate >= 0
    said = _(_DIFFERENCES[up, out_of_100]).format(size=size(estimate), unit=unit)
    if low > 0 or high < 0:
        near, far = sorted((abs(low), abs(high)))
        return _(_ONE_SIDED[up, out_of_100]).format(said=said, near=size(near), far=size(far))
    return _(_TWO_SIDED[out_of_100]).format(said=said, down=size(low), up=size(high))


def _ratio(measure: str, estimate: float, low: float, high: float, *, language: str) -> str:
    _ = translator(language)
    # Ratios are read to the second decimal; more would pretend.
    size, lowest, highest = (number(value, language, decimals=2) for value in (estimate, low, high))
    said = _(_RATIO_WORDS.get(LOGGED.get(measure, measure), _RATIO_WORDS["ratio"])).format(size=size)
    if low > 1 or high < 1:
        return _("{said} (probably {low} to {high} times).").format(said=said, low=lowest, high=highest)
    return _("{said}, but the numbers fit anything from {low} to {high} times.").format(said=said, low=lowest, high=highest)


def _without_range(result: EffectResult, estimate: float, *, unit: str, decimals: int, language: str) -> str:
    _ = translator(language)
    ratio = result.measure in RATIOS
    shown = number(estimate, language, decimals=2 if ratio else decimals, signed=not ratio)
    said = _("The effect is given as {size} {unit} without a range. So we do not know how uncertain it is.")
    return said.format(size=shown, unit=_("times") if ratio else unit)


def _good(result: EffectResult, language: str, *, ratio: bool = False) -> str:
    _ = translator(language)
    if result.good is None:
        return ""
    if ratio:
        return _("Above 1 is better.") if result.good == "up" else _("Below 1 is better.")
    return _("Higher is better.") if result.good == "up" else _("Lower is better.")
