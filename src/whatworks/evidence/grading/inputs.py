"""What each input of a standard is called for a reader: the words for what nobody has given yet."""

from collections.abc import Iterable, Mapping

_MATCH = ("how well the studies match our question", "hvor godt undersøgelserne passer til vores spørgsmål")
_COVERED = ("what the studies say beside the effect", "hvad undersøgelserne siger ud over effekten")
_CHECKLIST = ("how much of the quality checklist is met", "hvor meget af kvalitetstjeklisten der er opfyldt")
# In each language a clause that can follow "not known:" and "needed:".
WORDS: Mapping[str, tuple[str, str]] = {
    "a study": ("what single studies found", "hvad de enkelte undersøgelser fandt"),
    "effect with a range": ("the effect with a range", "effekten med interval"),
    "effect without high-risk studies": (
        "the effect without studies at high risk of bias",
        "effekten uden undersøgelser med høj risiko for skævhed",
    ),
    "range and number of people": ("a range and the number of people", "et interval og antallet af personer"),
    "prediction interval": ("what to expect in the next place", "hvad der kan ventes det næste sted"),
    "I2 and prediction interval": ("how much the studies differ", "hvor forskellige undersøgelserne er"),
    "Egger's test": ("whether small studies stand out (Egger's test)", "om små undersøgelser skiller sig ud (Eggers test)"),
    "assigned and analysed numbers": (
        "how many were assigned and how many were analysed",
        "hvor mange der blev fordelt, og hvor mange der indgår i tallene",
    ),
    "direction and people of every study": (
        "the direction and the number of people of every study",
        "retning og antal personer i hver undersøgelse",
    ),
    "n": ("how many people", "hvor mange personer"),
    "n_treated": ("how many people in each group", "hvor mange personer i hver gruppe"),
    "n_comparison": ("how many people in each group", "hvor mange personer i hver gruppe"),
    "sites": ("how many services or municipalities", "hvor mange tilbud eller kommuner"),
    "weights": ("the studies' standard errors", "undersøgelsernes standardfejl"),
    "country": ("which country", "hvilket land"),
    "months_after_end": ("how long after the end it was measured", "hvor længe efter afslutningen der blev målt"),
    "developer": ("who ran the studies", "hvem der har lavet undersøgelserne"),
    "developer_involved": ("whether the developer ran the study", "om metodens udvikler har lavet undersøgelsen"),
    "validated_measure": ("whether the measure is validated", "om målet er valideret"),
    "peer_reviewed": ("whether peers have reviewed it", "om det er fagfællebedømt"),
    "not_randomised": ("how much weight trials with drawn lots carry", "hvor meget lodtrækningsforsøg vejer"),
    "old": ("how old the studies are", "hvor gamle undersøgelserne er"),
    "nordic": ("whether a study is Nordic", "om en undersøgelse er nordisk"),
    "next_place_doubtful": ("what to expect in the next place", "hvad der kan ventes det næste sted"),
    "balance_smd": ("how alike the groups are", "hvor ens grupperne er"),
    "baseline_adjusted": (
        "whether the analysis allows for differences at the start",
        "om analysen tager højde for forskelle ved start",
    ),
    "pretrend_p": ("whether the groups were on the same path before", "om grupperne fulgtes ad før start"),
    "pretrend_gap": ("whether the groups were on the same path before", "om grupperne fulgtes ad før start"),
    "first_stage_f": ("how strong the instrument is", "hvor stærkt instrumentet er"),
    "density_p": ("whether people sorted at the threshold", "om nogen har flyttet sig hen over grænsen"),
    "rob2_overall": ("the risk of bias of each trial", "risikoen for skævhed i hvert lodtrækningsforsøg"),
    "robins_overall": ("the risk of bias of each study", "risikoen for skævhed i hver undersøgelse"),
    "confounding_factor": (
        "whether something else falls together with one group",
        "om noget andet falder sammen med den ene gruppe",
    ),
    "invalid_outcome": ("whether the outcome measure is valid", "om resultatmålet er gyldigt"),
    "compromised": ("whether the drawing of lots held", "om lodtrækningen holdt"),
    "design_conditions": ("whether the conditions of the design are met", "om designets betingelser er opfyldt"),
    "documented_harm": ("whether harm is documented", "om der er dokumenteret skade"),
    "manual_available": ("whether there are a manual and training", "om der er en manual og en uddannelse"),
    "independent_replication": ("whether others have repeated it", "om andre har gentaget det"),
    "account_of_impact": ("whether there is a programme theory", "om der er en virkningsmodel"),
    "unit_cost_known": ("what one course costs", "hvad et forløb koster"),
}


def input_words(names: Iterable[str]) -> tuple[str, str]:
    """The inputs in words, in English and Danish, each told once; a name without words stands as it is.

    Parameters
    ----------
    names : codes of inputs, several in one text parted by commas

    Returns
    -------
    The words in English and in Danish, parted by semicolons.

    Examples
    --------
    >>> input_words(["match_method, match_setting", "sites"])[0]
    'how well the studies match our question; how many services or municipalities'
    """
    told = [_words(part) for name in names for part in name.split(", ")]
    once = list(dict.fromkeys(told))
    return "; ".join(en for en, _ in once), "; ".join(da for _, da in once)


def _words(name: str) -> tuple[str, str]:
    for prefix, words in (("match_", _MATCH), ("emmie_q_", _CHECKLIST), ("emmie_", _COVERED)):
        if name.startswith(prefix):
            return words
    return WORDS.get(name, (name, name))
