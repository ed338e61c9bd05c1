"""Doubts in plain words: what was checked, and what the answer means for the reader."""

import math
from html import escape

from markupsafe import Markup

from whatworks.core.check import Check
from whatworks.core.disclosure import COUNTS, LEFT_OUT
from whatworks.findings.check_words import BEFORE, ROBUST_TO_BENDS, SENTENCES, TOO_FEW_GROUPS
from whatworks.findings.language import number, percent, translator

_PERCENT = ("false_alarm",)
# Shares taken from one another: told in points, and the sentence does not say which way.
_POINTS = ("difference",)
_TWO_DECIMALS = ("worst_smd", "worst", "low", "high")
_WITH_TWO_DECIMALS_LIMIT = ("balance", "balance_within_subgroups")


def check_sentence(check: Check, language: str = "da", *, quarters: bool = False) -> Markup:
    """One or two plain sentences about a check: passed, failed, or not to be settled.

    Parameters
    ----------
    check : a check of any result
    language : ``"da"`` or ``"en"``
    quarters : True where the steps of time are known to be quarters; otherwise they are called measurements

    Returns
    -------
    Text ready for a page (``markupsafe.Markup``). A check without words of its own, or without the numbers its words
    need, gives its English message, marked ``lang="en"`` on a page in another language.

    Examples
    --------
    >>> pretrends = Check(name="parallel_pretrends", passed=True, message="p = 0.41.", statistics={"df": 3.0})
    >>> str(check_sentence(pretrends, "da"))
    'I de 3 målinger lige før start ser vi ingen tydelig forskel. Det beviser ikke, at grupperne ville have fulgtes ad bagefter.'
    >>> str(check_sentence(Check(name="moon_phase", passed=False, message="The moon was full."), "da"))
    '<span lang="en">The moon was full.</span>'
    """
    words = _words(check, quarters=quarters)
    if words:
        try:
            said = translator(language)(words).format_map(_spoken(check, language))
            # A sentence may begin with a number in words: "fewer than 5 of the ...".
            return Markup(escape(said[:1].upper() + said[1:]))  # noqa: S704 (escaped)
        except KeyError:
            # A number that the sentence needs is missing; the researcher's message still says what happened.
            pass
    message = escape(check.message)
    return Markup(message if language == "en" else f'<span lang="en">{message}</span>')  # noqa: S704 (escaped)


def _words(check: Check, *, quarters: bool) -> str:
    """The sentence with its places still to fill; empty for a check without words."""
    times = check.statistics.get("df")
    if check.name == "parallel_pretrends" and times is not None and math.isfinite(times) and times >= 1:
        if check.passed:
            return BEFORE[quarters, times == 1]
        if check.passed is None:
            return TOO_FEW_GROUPS
    sentences = SENTENCES.get(check.name, ("", "", ""))
    # A bound of 0 on bends asks for less than as much drift as before the start.
    if check.name == "robust_to_trends" and check.statistics.get("bound") == 0:
        sentences = ROBUST_TO_BENDS
    return sentences[{True: 0, False: 1, None: 2}[check.passed]]


def _spoken(check: Check, language: str) -> dict[str, str]:
    """The check's numbers as the language writes them; a missing one is left out, a hidden count says so in words."""
    _ = translator(language)
    values = {key: math.nan if value is None else float(value) for key, value in check.statistics.items()}
    spoken = {key: _number(check.name, key, value, language) for key, value in values.items() if math.isfinite(value)}
    hidden = {**dict.fromkeys(LEFT_OUT, _("fewer than 5")), **dict.fromkeys(COUNTS, _("not shown"))}
    return {**{key: hidden[key] for key in values if key in hidden}, **spoken}


def _number(name: str, key: str, value: float, language: str) -> str:
    if "share" in key.split("_") or key in _PERCENT:
        return percent(value, language)
    if key in _POINTS:
        return number(100 * abs(value), language)
    two = key in _TWO_DECIMALS or (key == "limit" and name in _WITH_TWO_DECIMALS_LIMIT)
    return number(value, language, decimals=2 if two else 0)
