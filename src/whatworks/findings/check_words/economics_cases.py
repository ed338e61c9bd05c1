"""Words for doubts about whether an effort pays: cost-effectiveness, investment cases and plans for spreading it."""

from collections.abc import Mapping

from whatworks.findings.names import N_

# By name of the check: the doubt did not come true, it did, and the data cannot settle it.
ECONOMICS_CASES: Mapping[str, tuple[str, str, str]] = {
    "causal_effect": (
        N_("The gains rest on a comparison with what would have happened without the intervention."),
        N_(
            "The gains rest on a number that is not compared with what would have happened without the intervention. "
            "Part of them may have come anyway."
        ),
        N_("We do not know whether the gains rest on a comparison with what would have happened without the intervention."),
    ),
    "effect_doubts": (
        N_("The comparison that the gains rest on passed every check it was put to."),
        N_("There are doubts about the comparison that the gains rest on: {n_failed}. They hold for the money too."),
        N_("We do not know whether there are doubts about the comparison that the gains rest on."),
    ),
    "wrong_pockets": (
        N_("The one who runs the intervention is not left with the bill while others take the gain."),
        N_("The public as a whole gains, but the one who runs the intervention does not get the money back."),
        N_("We cannot tell who gains and who pays."),
    ),
    "inputs_without_range": (
        N_("Every price and every cost is given with a range, and the uncertainty counts them in."),
        N_(
            "Of {inputs} consequences and costs, {fixed} are given as one number without a range. "
            "So the money is more uncertain than shown."
        ),
        N_("We do not know how uncertain the prices and costs are."),
    ),
    "beyond_follow_up": (
        N_("The effect was followed for as long as gains are counted."),
        N_("{share} of the gains are counted after the time in which the effect was followed. That the effect lasts is a guess."),
        N_("We do not know how long the effect was followed. That it lasts as long as gains are counted is a guess."),
    ),
    "funds_cover_start": (
        N_("The one-off money covers what it costs to start."),
        N_("The one-off money does not cover what it costs to start. The rest must be found in the ordinary budget."),
        N_("There is no one-off money. What it costs to start must be found in the ordinary budget."),
    ),
    "carries_itself": (
        N_(
            "When the one-off money ends, each year's gains are expected to cover that year's costs. "
            "It does not say that all is won back."
        ),
        N_("When the one-off money ends, the intervention is expected to cost more from year to year than it gives back."),
        N_("We cannot tell whether the intervention pays for itself once the one-off money ends."),
    ),
    "cashable_gains": (
        N_("{share} of the gain can be taken home as money: places or hours that are no longer paid for."),
        N_(
            "Only {share} of the gain can be taken home as money. "
            "The rest is room for others, as long as no place or post is closed."
        ),
        N_("We cannot tell how much of the gain can be taken home as money."),
    ),
    "quadrant_clear": (
        N_("We are fairly sure whether it is dearer or cheaper, and whether it is better or worse."),
        N_(
            "Cost and quality are so uncertain together that it may be otherwise. "
            "{share} of the answers agree with what is shown."
        ),
        N_("We cannot tell whether it is dearer or cheaper, and better or worse."),
    ),
    "saving_with_loss": (
        N_("There is no saving that citizens pay for with a worse result."),
        N_(
            "It is cheaper, but the result for citizens is worse. "
            "That is no gain, and it should be discussed before it is spread."
        ),
        N_("It is cheaper, but the numbers cannot rule out that the result for citizens is worse."),
    ),
    "correlation_assumed": (
        N_("It is counted in how cost and quality hang together."),
        N_("It is not counted in how cost and quality hang together."),
        N_(
            "We do not know whether those who cost more also get more out of it. "
            "We have calculated as if the two had no connection."
        ),
    ),
    "capacity": (
        N_("Every place has staff for those who could start."),
        N_("Places without staff for all who could start: {districts} of {of}. Full-time employees missing: {staff}."),
        N_("We do not know whether there is staff for those who could start."),
    ),
    "scaled_effect": (
        N_("The effect has been measured where the intervention was spread."),
        N_("The effect was smaller where the intervention was spread."),
        N_(
            "We have calculated with {share} of the effect being left when the intervention is spread ({share_low} to "
            "{share_high}). Nobody knows until it is measured."
        ),
    ),
    "go_rule": (
        N_("There is a {share} chance that it pays back for the one who runs it. That is enough to go on ({share_limit})."),
        N_("There is a {share} chance that it pays back for the one who runs it. Going on asks for {share_limit}."),
        N_("We cannot tell how likely it is to pay back."),
    ),
}
