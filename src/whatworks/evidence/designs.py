"""Kinds of study, and what each standard makes of them at best."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Design:
    """A kind of study.

    Attributes
    ----------
    en, da : its name
    randomised : whether lots were drawn
    compared : whether there is anybody to compare with
    maryland : highest level on the Maryland scale (What Works Growth); None where it cannot be scored
    som : level of evidence in the Danish investment model SØM (1 is best); None where it does not fit
    clearinghouse : whether the group-design standards of the What Works Clearinghouse cover it
    """

    en: str
    da: str
    randomised: bool = False
    compared: bool = True
    maryland: int | None = None
    som: int | None = 2
    clearinghouse: bool = True


DESIGNS: Mapping[str, Design] = {
    "rct": Design(en="randomised trial", da="lodtrækningsforsøg", randomised=True, maryland=5, som=1),
    "cluster_rct": Design(en="cluster-randomised trial", da="lodtrækningsforsøg med grupper", randomised=True, maryland=5, som=1),
    "iv": Design(en="instrumental variable", da="instrumentvariabel", maryland=4),
    "rdd": Design(en="regression discontinuity", da="grænseværdidesign", maryland=4, clearinghouse=False),
    "did": Design(en="difference in differences", da="forskel-i-forskelle", maryland=3),
    "event_study": Design(en="event study with a comparison group", da="begivenhedsstudie med sammenligningsgruppe", maryland=3),
    "panel_fe": Design(en="panel with fixed effects", da="panel med faste effekter", maryland=3),
    "matching": Design(en="matching or weighting", da="matchning eller vægtning", maryland=3),
    "synthetic_control": Design(en="synthetic control", da="syntetisk kontrol", maryland=3, clearinghouse=False),
    "cross_section": Design(en="adjusted cross-section", da="justeret tværsnit", maryland=2),
    "raw_comparison": Design(en="unadjusted comparison", da="ujusteret sammenligning", maryland=1, som=None),
    "before_after": Design(
        en="before and after, one group", da="før-efter-måling uden kontrol", compared=False, maryland=2, som=3
    ),
    "single_case": Design(en="single-case design", da="enkelttilfældedesign", compared=False, som=None, clearinghouse=False),
    "modelling": Design(
        en="model or survey of opinion", da="model eller vurdering", compared=False, som=None, clearinghouse=False
    ),
}
NORDIC = ("DK", "FI", "FO", "GL", "IS", "NO", "SE")
