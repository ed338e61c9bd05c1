"""Plain names for designs, background variables and kinds of measure, each with the one sentence that explains it."""

from collections.abc import Mapping

from whatworks.findings.language import translator


def N_(message: str) -> str:  # noqa: N802 (gettext's own name)
    """Mark a message for the catalogues; it is looked up where it is shown."""
    return message


DESIGN_NAMES: Mapping[str, tuple[str, str]] = {
    "raw_gap": (N_("Raw gap"), N_("The two groups as they are. They may differ in many ways.")),
    "matched": (N_("Matched comparison"), N_("Each participant is compared with people who look alike on paper.")),
    "matched_did": (
        N_("Matched comparison, before and after"),
        N_("Matched as above, but what is compared is the change from before to after."),
    ),
    "experiment": (
        N_("Randomised trial"),
        N_("A draw of lots decided who took part. That makes it the yardstick for the others."),
    ),
    "case": (N_("Investment case"), N_("Costs and gains for everyone who pays, year by year.")),
    "scaling": (N_("Plan for spreading it"), N_("What each new place would pay and gain.")),
    "cost_effectiveness": (N_("Cost beside effect"), N_("What an improvement costs, without a price on it.")),
    "comparison": (N_("Comparison of services"), N_("Each service is held against what could be expected of its citizens.")),
    "frontier": (N_("Use of money"), N_("Each service is held against those that get most out of what they use.")),
    "naive": (
        N_("Simple comparison"),
        N_("Places that have started are compared with places that have not. They may differ in many ways."),
    ),
    "twfe": (
        N_("Two-way comparison"),
        N_("Fixed differences between places and between quarters are removed. Late starters may be compared with early ones."),
    ),
    "event": (N_("From quarter to quarter"), N_("The difference in each quarter before and after the start.")),
    "overall": (
        N_("Comparison with those who wait"),
        N_("Places that start together are compared with places that have not started. The answers are then averaged."),
    ),
    "sun_abraham": (
        N_("Course by starting time"),
        N_(
            "Each group that starts together gets a course of its own, beside those who start last or never. "
            "The courses are then averaged."
        ),
    ),
    "imputation": (
        N_("Comparison with what would have been expected"),
        N_(
            "From measurements without the intervention we calculate what would have been expected. "
            "What happened is held against that."
        ),
    ),
    "stacked": (
        N_("Start by start"),
        N_(
            "Each starting time is a comparison of its own with those who had not started. "
            "The comparisons are then added together."
        ),
    ),
    "synthetic": (
        N_("Composed comparison"),
        N_("Places without the intervention are mixed, so that together they look like those with it before the start."),
    ),
    "conley_taber": (
        N_("Two-way comparison, few places started"),
        N_("The uncertainty is read from how much the numbers vary in the places that did not start."),
    ),
    "ferman_pinto": (
        N_("Two-way comparison, few places of different size"),
        N_("The uncertainty is read from the places that did not start. It counts that small places vary more than large ones."),
    ),
    "randomisation": (
        N_("Starting times drawn again"),
        N_(
            "The starting times are handed out by lot many times. "
            "We see how often chance alone makes a difference as large as ours."
        ),
    ),
    "before_after": (
        N_("Before and after alone"),
        N_("The same places before and after the start. What would have happened anyway is not taken out."),
    ),
    "wild_bootstrap": (
        N_("Two-way comparison, careful with few places"),
        N_("The same number as in the two-way comparison. The range is calculated in a way that is made for few places."),
    ),
    "honest": (
        N_("With room for drifting apart"),
        N_("The range has room for the groups to drift apart after the start, in the light of how much they did before it."),
    ),
    "mahalanobis": (
        N_("Matched on everything together"),
        N_("Each participant is compared with the person who is nearest in all background variables taken together."),
    ),
    "optimal": (
        N_("Pairs chosen together"),
        N_("All pairs are chosen at once, so that taken together they look as much alike as possible."),
    ),
    "full": (N_("Matched in small groups"), N_("Everyone is placed in small groups of participants and others who look alike.")),
    "cem": (
        N_("Matched in classes"),
        N_("Background variables are divided into classes, such as age groups. People in the same classes are compared."),
    ),
    "exact": (
        N_("Matched exactly"),
        N_("Participants are only compared with people whose background variables are exactly the same."),
    ),
    "subclass": (
        N_("Compared in layers"),
        N_("People are divided into layers by their chance of taking part. They are compared within each layer."),
    ),
    "cardinality": (
        N_("The largest groups that are alike"),
        N_("As many as possible are kept, as long as the groups are alike on average."),
    ),
    "ipw": (
        N_("Weighted comparison"),
        N_("People count for more or less by their chance of taking part, so that the groups look alike on paper."),
    ),
    "entropy": (
        N_("Weighted to equal averages"),
        N_("People count for more or less, so that the groups have the same averages on paper."),
    ),
    "cbps": (
        N_("Weighted by chance and averages"),
        N_("People count for more or less by a chance of taking part that is fitted so that the groups have the same averages."),
    ),
    "aipw": (
        N_("Two calculations in one"),
        N_(
            "One calculation of the chance of taking part and one of the expected result. It is enough that one of them is right."
        ),
    ),
    "g_computation": (
        N_("Expected with and without"),
        N_("For everyone we calculate the expected result with and without the intervention. The two are compared."),
    ),
    "placebo": (
        N_("Test where there can be no difference"),
        N_("The same calculation on something that the intervention cannot have changed. A clear difference there is a warning."),
    ),
    "specification_curve": (
        N_("The answer calculated in many ways"),
        N_("The same question calculated in many reasonable ways. It shows how much the answer depends on our choices."),
    ),
    "rosenbaum": (
        N_("Hidden differences within pairs"),
        N_(
            "How unlike those in a pair may be in their chance of taking part, "
            "through something hidden, before the result is in doubt."
        ),
    ),
    "e_value": (
        N_("Strength of a hidden cause"),
        N_("How closely a hidden cause must hang together with both taking part and the result to explain the whole difference."),
    ),
    "omitted_variable": (
        N_("What a hidden difference would change"),
        N_("How much the number changes if the groups also differ in something hidden. The measure is what we have measured."),
    ),
    "combined": (
        N_("Our own and published numbers together"),
        N_("One number for a place like ours. The published studies say what to expect, and our own numbers adjust it."),
    ),
    "published": (N_("Published studies"), N_("What the published studies make us expect in a place like ours.")),
    "ours": (N_("Our own numbers"), N_("What our own numbers show, taken alone.")),
}

COVARIATES: Mapping[str, str] = {
    "age": N_("Age"),
    "educ": N_("Years of schooling"),
    "black": N_("Black"),
    "hisp": N_("Hispanic"),
    "marr": N_("Married"),
    "nodegree": N_("No high-school diploma"),
    "re74": N_("Earnings in 1974"),
    "re75": N_("Earnings in 1975"),
    "re78": N_("Earnings in 1978"),
    "worked_before": N_("Had earnings the year before"),
    "propensity": N_("Chance of taking part"),
    "distance": N_("Chance of taking part"),
}


def design_name(key: str, language: str = "da") -> str:
    """What a reader calls a design; a key nobody has named is shown with its underscores as spaces.

    Parameters
    ----------
    key : what the result is called, such as ``"overall"``
    language : ``"da"`` or ``"en"``

    Returns
    -------
    Plain text.

    Examples
    --------
    >>> design_name("raw_gap", "da"), design_name("raw_gap", "en")
    ('Rå forskel', 'Raw gap')
    """
    return translator(language)(DESIGN_NAMES[key][0]) if key in DESIGN_NAMES else _spoken(key)


def design_explanation(key: str, language: str = "da") -> str:
    """One plain sentence about how a design compares; empty for a design nobody has explained.

    Parameters
    ----------
    key : what the result is called, such as ``"overall"``
    language : ``"da"`` or ``"en"``

    Returns
    -------
    Plain text.

    Examples
    --------
    >>> design_explanation("experiment", "en")
    'A draw of lots decided who took part. That makes it the yardstick for the others.'
    """
    return translator(language)(DESIGN_NAMES[key][1]) if key in DESIGN_NAMES else ""


def covariate_name(key: str, language: str = "da") -> str:
    """What a reader calls a background variable; unknown columns keep their own name.

    Parameters
    ----------
    key : name of the column
    language : ``"da"`` or ``"en"``

    Returns
    -------
    Plain text.

    Examples
    --------
    >>> covariate_name("re75", "da"), covariate_name("support_need", "da")
    ('Lønindkomst i 1975', 'support need')
    """
    return translator(language)(COVARIATES[key]) if key in COVARIATES else _spoken(key)


def _spoken(key: str) -> str:
    return key.replace("_", " ")
