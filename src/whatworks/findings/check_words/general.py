"""Words for doubts that any comparison can raise: rows, places and people, and how sure we are of the uncertainty."""

from collections.abc import Mapping

from whatworks.findings.names import N_

# By name of the check: the doubt did not come true, it did, and the data cannot settle it.
GENERAL: Mapping[str, tuple[str, str, str]] = {
    "dropped_rows": (
        N_("All rows in the data could be used."),
        N_("We left out {n_dropped} of the rows because they could not be used. That can tilt the result."),
        N_("We do not know whether rows were left out."),
    ),
    "disclosure": (
        N_("No number is about so few that it must be hidden."),
        N_("Numbers that are about fewer than {k} people and are not shown: {hidden_parts}."),
        N_("Numbers that are about fewer than {k} people and are not shown: {hidden_parts}."),
    ),
    "few_clusters": (
        N_("There are enough independent groups ({clusters}) to judge how uncertain the number is."),
        N_("There are only {clusters} independent groups. That is few, and the uncertainty may be larger than shown."),
        N_("We do not know how many independent groups the numbers come from."),
    ),
    "few_treated_clusters": (
        N_("The intervention was tried in enough independent groups ({treated}) to judge how uncertain the number is."),
        N_("The intervention was tried in few independent groups: {treated}. The uncertainty may be larger than shown."),
        N_("We do not know how many independent groups got the intervention."),
    ),
    "few_degrees_of_freedom": (
        N_("There is enough to go by to judge how uncertain the number is."),
        N_("There is too little to go by to judge how uncertain the number is. The range may be much too narrow."),
        N_("We cannot tell how well we know the uncertainty of the number."),
    ),
    "bounded_interval": (
        N_("The range ends in both directions."),
        N_("In at least one direction the range has no end. Even very large differences cannot be ruled out."),
        N_("We cannot tell how far the range reaches."),
    ),
}
