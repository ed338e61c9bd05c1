"""Doubts in plain words: what was checked, and what the answer means for the reader."""

import math
from collections.abc import Mapping
from html import escape

from markupsafe import Markup

from whatworks.core.check import Check
from whatworks.core.disclosure import COUNTS, LEFT_OUT
from whatworks.findings.language import number, percent, translator
from whatworks.findings.names import N_

# Sentences for a doubt that did not come true, that did, and that the data cannot settle.
_SENTENCES: Mapping[str, tuple[str, str, str]] = {
    "parallel_pretrends": (
        N_(
            "Just before the start we see no clear difference. "
            "That does not prove that the groups would have moved together after it."
        ),
        N_("The groups developed differently already before the start. The comparison is therefore not reliable."),
        N_("We cannot tell whether the groups developed alike before the start. There are too few earlier measurements."),
    ),
    "dropped_rows": (
        N_("All rows in the data could be used."),
        N_("We left out {n_dropped} of the rows because they could not be used. That can tilt the result."),
        N_("We do not know whether rows were left out."),
    ),
    "few_clusters": (
        N_("There are enough independent groups ({clusters}) to judge how uncertain the number is."),
        N_("There are only {clusters} independent groups. That is few, and the uncertainty may be larger than shown."),
        N_("We do not know how many independent groups the numbers come from."),
    ),
    "small_cells": (
        N_("No part of the answer rests on very few."),
        N_("Parts of the answer that rest on very few and are therefore uncertain: {cells}."),
        N_("We do not know how many each part of the answer rests on."),
    ),
    "unestimated_cells": (
        N_("Every part of the answer could be calculated."),
        N_("Parts that could not be calculated and are missing from the answer: {cells}."),
        N_("We do not know whether parts of the answer are missing."),
    ),
    "overlap": (
        N_("Everyone who got the intervention has someone to be compared with."),
        N_("Places or people without anyone to be compared with: {units}."),
        N_("We cannot tell whether everyone has someone to be compared with."),
    ),
    "forbidden_comparisons": (
        N_("Nobody is compared with someone who had already started."),
        N_("In {share} of the calculation the comparison is with someone who had already started. That can distort the result."),
        N_("We cannot tell how much of the calculation compares with someone who had already started."),
    ),
    "no_never_treated": (
        N_("Some never got the intervention, so there is someone to compare with all the way."),
        N_("Everyone got the intervention sooner or later. We can only compare with those who had not started yet."),
        N_("Everyone got the intervention sooner or later. We can only compare with those who had not started yet."),
    ),
    "balance": (
        N_("Once matched, the groups are alike in what we compared. The largest difference is {worst_smd} standard deviations."),
        N_(
            "Even when matched, the groups differ. The largest difference is {worst_smd} standard deviations and should be below "
            "{limit}. Part of the result may come from that."
        ),
        N_("We cannot tell whether the groups are alike."),
    ),
    "common_support": (
        N_("Almost everyone who got the intervention has someone who looks alike to be compared with."),
        N_("{share_outside} of those who got the intervention have nobody who looks alike. About them we can say nothing."),
        N_("We cannot tell whether everyone has someone who looks alike to be compared with."),
    ),
    "dropped_treated": (
        N_("Everyone who got the intervention is part of the comparison."),
        N_("{n_dropped} of the {n_treated} who got the intervention are left out. The result is only about the others."),
        N_("We do not know whether everyone who got the intervention is part of the comparison."),
    ),
    "effective_sample_size": (
        N_("The comparison rests on enough different people."),
        N_("The comparison rests on few: {n_comparison} people were available, but they count as {ess}."),
        N_("We do not know how many people the comparison rests on."),
    ),
    "far_pairs": (
        N_("Those who are compared look very much alike."),
        N_("In {share} of the pairs the two do not look much alike."),
        N_("We cannot tell how much alike the pairs are."),
    ),
    "unadjusted": (
        N_("The comparison takes differences between the groups into account."),
        N_("The groups are compared as they are. Those who got the intervention may differ from the others in many ways."),
        N_("We do not know whether the comparison takes differences between the groups into account."),
    ),
    "few_studies": (
        N_("There are studies enough to pool ({k})."),
        N_("There are few studies ({k}). One more can change the picture."),
        N_("We do not know how many studies there are."),
    ),
    "heterogeneity": (
        N_("The studies largely agree."),
        N_("The studies differ a good deal. The effect depends on something that we do not know yet."),
        N_("We cannot tell whether the studies agree."),
    ),
    "prediction_spans_zero": (
        N_("We expect an effect in the same direction in a new place."),
        N_("In a new place the effect can lie anywhere between {low} and {high}. In some places there may be none."),
        N_("We cannot say what to expect in a new place."),
    ),
    "dependent_effects": (
        N_("Each study counts once."),
        N_("Some of the {studies} studies count more than once. That makes the answer look more certain than it is."),
        N_("We do not know whether each study counts once."),
    ),
    "collinear_covariates": (
        N_("Every background variable could be used."),
        N_("Some background variables told nothing new in parts of the calculation and were left out there: {covariates}."),
        N_("We do not know whether every background variable could be used."),
    ),
    "disclosure": (
        N_("No number is about so few that it must be hidden."),
        N_("Numbers that are about fewer than {k} people and are not shown: {hidden_parts}."),
        N_("Numbers that are about fewer than {k} people and are not shown: {hidden_parts}."),
    ),
}
# Trends before the start, by whether steps are quarters and whether there is one: a passed test names what it looked at.
_BEFORE: Mapping[tuple[bool, bool], str] = {
    (True, True): N_(
        "In the quarter just before the start we see no clear difference. "
        "That does not prove that the groups would have moved together after it."
    ),
    (True, False): N_(
        "In the {df} quarters just before the start we see no clear difference. "
        "That does not prove that the groups would have moved together after it."
    ),
    (False, True): N_(
        "In the measurement just before the start we see no clear difference. "
        "That does not prove that the groups would have moved together after it."
    ),
    (False, False): N_(
        "In the {df} measurements just before the start we see no clear difference. "
        "That does not prove that the groups would have moved together after it."
    ),
}
_TWO_DECIMALS = ("worst_smd", "low", "high")


def check_sentence(check: Check, language: str = "da", *, quarters: bool = False) -> str:
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
    if check.name == "parallel_pretrends" and check.passed and times is not None and math.isfinite(times) and times >= 1:
        return _BEFORE[quarters, times == 1]
    sentences = _SENTENCES.get(check.name, ("", "", ""))
    return sentences[{True: 0, False: 1, None: 2}[check.passed]]


def _spoken(check: Check, language: str) -> dict[str, str]:
    """The check's numbers as the language writes them; a missing one is left out, a hidden count says so in words."""
    _ = translator(language)
    values = {key: math.nan if value is None else float(value) for key, value in check.statistics.items()}
    spoken = {key: _number(check.name, key, value, language) for key, value in values.items() if math.isfinite(value)}
    hidden = {**dict.fromkeys(LEFT_OUT, _("fewer than 5")), **dict.fromkeys(COUNTS, _("not shown"))}
    return {**{key: hidden[key] for key in values if key in hidden}, **spoken}


def _number(name: str, key: str, value: float, language: str) -> str:
    if key.startswith("share"):
        return percent(value, language)
    two = key in _TWO_DECIMALS or (key == "limit" and name == "balance")
    return number(value, language, decimals=2 if two else 0)
