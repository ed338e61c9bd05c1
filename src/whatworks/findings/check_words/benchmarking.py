"""Words for doubts about comparisons of services and municipalities: fair, sure, and not to be read as a ranking."""

from collections.abc import Mapping

from whatworks.findings.names import N_

# By name of the check: the doubt did not come true, it did, and the data cannot settle it.
BENCHMARKING: Mapping[str, tuple[str, str, str]] = {
    "fair_comparison": (
        N_("All {providers} services can be compared fairly."),
        N_("Services that cannot be compared fairly: {left} of {providers}. Each of them says why."),
        N_("We do not know whether the services can be compared fairly."),
    ),
    "overdispersion": (
        N_("The services differ little more than chance and their citizens explain."),
        N_(
            "The services differ much more than chance and their citizens explain. "
            "Something that we have not measured may be behind it. Look for that first."
        ),
        N_("We cannot tell whether the services differ by more than chance."),
    ),
    "chance_alarms": (
        N_("There is no sign that services stand out by chance alone."),
        N_("Services that stand out: {outside} of {providers}. Chance alone would make about as many stand out."),
        N_("Services that stand out: {outside} of {providers}. Chance alone may have made them stand out."),
    ),
    "small_expected": (
        N_("Every service is large enough for what we count to happen at least a few times."),
        N_("Services where it would be expected to happen fewer than 5 times: {small} of {providers}. Their limits are rough."),
        N_("We do not know how often it would be expected to happen in each service."),
    ),
    "units_per_measure": (
        N_("There are enough to compare ({services}) for what each is measured on."),
        N_("There are {services} to compare. For what each is measured on, {wanted} are wanted. Differences may not be real."),
        N_("We do not know whether there are enough to compare."),
    ),
    "frontier_influence": (
        N_("No single service decides what the others are held against."),
        N_("One service alone decides much of what the others are held against. Check its numbers first."),
        N_("We cannot tell whether one service decides what the others are held against."),
    ),
    "frontier_discrimination": (
        N_("The comparison tells services apart."),
        N_("On the frontier: {share} of the services. So the comparison hardly tells them apart."),
        N_("We cannot tell whether the comparison tells services apart."),
    ),
    "mostly_noise": (
        N_("Most of what services miss is more than bad luck or bad measurement."),
        N_("Of what services miss, {share} is bad luck or bad measurement. So little can be said about a single service."),
        N_("We cannot tell how much of what services miss is bad luck."),
    ),
    "need_explained": (
        N_("What people need explains {share} of the differences in spending."),
        N_("What people need explains only {share} of the differences in spending. The expected spending is a rough measure."),
        N_("We do not know how much of the differences in spending people's needs explain."),
    ),
    "nobody_alike": (
        N_("Every municipality has others that look like it."),
        N_("Municipalities that hardly any other looks like: {alone}. What we expect of them is uncertain."),
        N_("We do not know whether every municipality has others that look like it."),
    ),
    "service_or_productivity": (
        N_("Higher spending is known to give more service."),
        N_("Higher spending is known to give no more service."),
        N_(
            "A municipality that spends more than expected may give more service, or get less for the money. "
            "We cannot tell which."
        ),
    ),
}
