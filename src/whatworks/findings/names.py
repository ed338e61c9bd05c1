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
    "propensity": N_("Chance of taking part"),
    "distance": N_("Chance of taking part"),
}


def design_name(key: str, language: str = "da") -> str:
    """What a reader calls a design; a key nobody has named is shown with its underscores as spaces.

    Examples
    --------
    >>> design_name("raw_gap", "da"), design_name("raw_gap", "en")
    ('Rå forskel', 'Raw gap')
    """
    return translator(language)(DESIGN_NAMES[key][0]) if key in DESIGN_NAMES else _spoken(key)


def design_explanation(key: str, language: str = "da") -> str:
    """One plain sentence about how a design compares; empty for a design nobody has explained.

    Examples
    --------
    >>> design_explanation("experiment", "en")
    'A draw of lots decided who took part. That makes it the yardstick for the others.'
    """
    return translator(language)(DESIGN_NAMES[key][1]) if key in DESIGN_NAMES else ""


def covariate_name(key: str, language: str = "da") -> str:
    """What a reader calls a background variable; unknown columns keep their own name.

    Examples
    --------
    >>> covariate_name("re75", "da"), covariate_name("support_need", "da")
    ('Arbejdsindkomst i 1975', 'support need')
    """
    return translator(language)(COVARIATES[key]) if key in COVARIATES else _spoken(key)


def _spoken(key: str) -> str:
    return key.replace("_", " ")
