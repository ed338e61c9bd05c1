"""Words for doubts about matched and weighted comparisons."""

from collections.abc import Mapping

from whatworks.findings.names import N_

# By name of the check: the doubt did not come true, it did, and the data cannot settle it.
MATCHING: Mapping[str, tuple[str, str, str]] = {
    "balance": (
        N_("Once matched, the groups are alike in what we compared. The largest difference is {worst_smd} standard deviations."),
        N_(
            "Even when matched, the groups differ. The largest difference is {worst_smd} standard deviations and should be below "
            "{limit}. Part of the result may come from that."
        ),
        N_("We cannot tell whether the groups are alike."),
    ),
    "common_support": (
        N_("Almost everyone we want to know about has someone in the other group who looks alike."),
        N_(
            "{share_outside} of those we want to know about have nobody in the other group who looks alike. "
            "About them we can say nothing."
        ),
        N_("We cannot tell whether everyone has someone in the other group who looks alike."),
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
    "neighbours_short": (
        N_("Nearly everyone is compared with as many others as we asked for ({ratio})."),
        N_(
            "There are too few to compare with. {share} of those we want to know about are compared with fewer than {ratio} "
            "others, so the answer is less certain than it could be."
        ),
        N_("We do not know how many others each person is compared with."),
    ),
    "unadjusted": (
        N_("The comparison takes differences between the groups into account."),
        N_("The groups are compared as they are. Those who got the intervention may differ from the others in many ways."),
        N_("We do not know whether the comparison takes differences between the groups into account."),
    ),
    "extreme_weights": (
        N_("No single person decides the answer."),
        N_("One person counts for {largest_share} of the average of their group. So the answer rests a great deal on few."),
        N_("We do not know how much single people count."),
    ),
    "trimmed": (
        N_("Everyone we asked about is part of the answer and counts in full."),
        N_(
            "Some people are left out or count for less, because hardly anyone looks like them. "
            "So the answer is not about exactly those we asked about."
        ),
        N_("We do not know whether everyone we asked about is part of the answer."),
    ),
    "ties_broken": (
        N_("It hardly matters to the answer how we chose between people who look equally alike."),
        N_(
            "For {share} of the people there were several others who looked equally alike, and any one of them was chosen. "
            "Another choice can give another answer."
        ),
        N_("We do not know how often we had to choose between people who look equally alike."),
    ),
    "optimum_proved": (
        N_("These are the largest groups that are alike."),
        N_("There may be larger groups that are alike. The calculation was stopped before we knew."),
        N_("We do not know whether there are larger groups that are alike."),
    ),
    "outcome_among_covariates": (
        N_("As far as we know, the groups are only made alike in what was measured before the start."),
        N_(
            "The groups are made alike in something that the intervention may itself have changed. "
            "The comparison is therefore not reliable."
        ),
        N_("Some of the background may be measured after the start. If it is, part of the difference may be hidden."),
    ),
    "missing_information": (
        N_("Missing information makes the answer somewhat less certain. {share} of what we could have known is lost."),
        N_(
            "A great deal of information is missing. {share} of what we could have known is lost, "
            "and the answer rests largely on a qualified guess."
        ),
        N_("We do not know how much the missing information matters."),
    ),
    "hidden_factor": (
        N_(
            "A hidden difference between the groups as strong as the strongest we have measured would not take the result away. "
            "A stronger one could."
        ),
        N_("A hidden difference between the groups as strong as the strongest we have measured could take the result away."),
        N_("The range reaches zero already. So there is no result that a hidden difference could take away."),
    ),
    "placebo": (
        N_(
            "Where the intervention cannot make a difference, we see no clear difference either. "
            "That speaks for the comparison, but does not settle it."
        ),
        N_(
            "We also find a difference where the intervention cannot have made one. "
            "Part of the result may therefore come from something else."
        ),
        N_(
            "Where the intervention cannot make a difference, we see no clear difference. "
            "But the numbers are too uncertain to rule one out."
        ),
    ),
    "specification_curve": (
        N_("The answer nearly always points the same way, however we calculate. Ways we tried: {n_specifications}."),
        N_("The answer depends on how we calculate. In {share_other_way} of {n_specifications} ways it points the other way."),
        N_("We cannot tell whether the answer depends on how we calculate."),
    ),
    "failed_specifications": (
        N_("Every way of calculating that we tried gave an answer."),
        N_("Ways of calculating that gave no answer: {n_failed} of {n_specifications}."),
        N_("We do not know whether every way of calculating gave an answer."),
    ),
    "many_subgroups": (
        N_("We looked at few subgroups ({subgroups}). So there is little risk that chance makes one of them stand out."),
        N_(
            "We looked at {subgroups} subgroups. Even if the intervention made no difference in any of them, chance alone would "
            "make at least one stand out in {false_alarm} of such studies."
        ),
        N_("We do not know how many subgroups were looked at."),
    ),
    "balance_within_subgroups": (
        N_("The groups are also alike within each subgroup. The largest difference is {worst_smd} standard deviations."),
        N_(
            "Within the subgroups the groups differ. The largest difference is {worst_smd} standard deviations and should be "
            "below {limit}. So the answers about subgroups are uncertain."
        ),
        N_("We cannot tell whether the groups are alike within each subgroup."),
    ),
}
