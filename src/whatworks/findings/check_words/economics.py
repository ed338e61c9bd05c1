"""Words for doubts about prices, rates, refunds, budgets, savings and demand."""

from collections.abc import Mapping

from whatworks.findings.names import N_

# By name of the check: the doubt did not come true, it did, and the data cannot settle it.
ECONOMICS: Mapping[str, tuple[str, str, str]] = {
    "synthetic_prices": (
        N_("Every price, index and limit behind the answer comes from a named source."),
        N_("Some of the prices behind the answer are invented for the example. Do not use the amounts for decisions."),
        N_("We do not know where the prices behind the answer come from."),
    ),
    "occupancy_rules": (
        N_("Every rate is set with an occupancy within the agreed limits."),
        N_("Rates set with an occupancy outside the agreed limits: {services}. That needs approval."),
        N_("We do not know the agreed limits of occupancy, so we cannot tell whether they are kept."),
    ),
    "low_rates": (
        N_("No rate is so low that it must be a rate per hour."),
        N_("Rates that are so low that they may be per hour: {rates}. Check the unit."),
        N_("We cannot tell whether all rates are per day."),
    ),
    "zero_growth": (
        N_("All rates keep to their ceiling: last year's rate with the price and wage index, less the agreed saving."),
        N_("Rates that lie above their ceiling: {exceeds} of {lines}. Together that is {kroner} kroner a year."),
        N_("We cannot tell whether the rates keep to their ceiling."),
    ),
    "weights_agree": (
        N_("The answer is the same whether we count with last year's days or with this year's."),
        N_(
            "The answer depends on how we count. With last year's days the rates grew by {share_fixed}, with this year's by "
            "{share_current}. Days have moved between dear and cheap places."
        ),
        N_("We cannot tell whether days have moved between dear and cheap places."),
    ),
    "fuller_house": (
        N_("No rate keeps to its ceiling only because a fuller house is expected."),
        N_("Rates that keep to their ceiling only because a fuller house is expected: {rates}. The costs have not fallen."),
        N_("We cannot tell whether rates fell only because a fuller house is expected."),
    ),
    "index_vintage": (
        N_("The rates are held to the price and wage index as it was known when they were set."),
        N_("The rates are held to another price and wage index than the one known when they were set."),
        N_("The rates are held to the newest price and wage index. Another may have been known when they were set."),
    ),
    "refund_age": (
        N_("It is counted in who can get a refund at their age."),
        N_("It is not counted in who can get a refund at their age."),
        N_("We do not know how old people are. Some above the age limit may be counted in without getting a refund."),
    ),
    "limits_extrapolated": (
        N_("The limits of the refund are those that were published."),
        N_("The limits of the refund are projected by us and not read. The published ones may differ."),
        N_("We do not know whether the limits of the refund are those that were published."),
    ),
    "quality_beside": (
        N_("Quality stands beside what is delivered for the money."),
        N_("Quality fell while more was delivered for the money."),
        N_("This counts what is delivered for the money, not what it does for people. Read it with the quality beside it."),
    ),
    "compared_saving": (
        N_("Places without the effort tell what would have happened to the costs anyway."),
        N_("There is nobody to compare with. The change in costs may have come anyway and is not an effect of the effort."),
        N_("We do not know whether there is somebody to compare with."),
    ),
    "promised_saving": (
        N_("The costs fell by at least what was promised ({promised})."),
        N_("The costs did not fall by what was promised ({promised})."),
        N_("We cannot tell whether the costs fell by what was promised ({promised}). The uncertainty is too large."),
    ),
    "quality_kept": (
        N_("Quality did not fall by more than was allowed."),
        N_("Quality fell. What was saved has a price that must be told with it."),
        N_("We cannot tell whether quality was kept."),
    ),
    "few_units": (
        N_("There are places enough to see how much the numbers vary by themselves."),
        N_("In the smaller group there are only {fewest} places. That is few, and the range may be far off."),
        N_("We do not know how many places there are."),
    ),
    "prevalence_interval": (
        N_(
            "The range counts in how uncertain the number of people in the group is. The number of inhabitants is taken as known."
        ),
        N_("The range does not count in that the number of people in the group is uncertain. It is too narrow."),
        N_("We do not know how uncertain the number of people in the group is."),
    ),
    "ages_without_prevalence": (
        N_("All ages are counted in."),
        N_("Inhabitants of an age where we do not know how many are in the group: {people}. They are not counted in."),
        N_("We do not know whether all ages are counted in."),
    ),
    "short_trend": (
        N_("The growth is seen over years enough ({years}) to be carried on with care."),
        N_("The growth is seen over only {years} years. It may be a change in how people are assessed, and it need not go on."),
        N_("We do not know over how many years the growth is seen."),
    ),
}
