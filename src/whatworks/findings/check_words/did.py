"""Words for doubts about comparisons before and after a start."""

from collections.abc import Mapping

from whatworks.findings.names import N_

# By name of the check: the doubt did not come true, it did, and the data cannot settle it.
DID: Mapping[str, tuple[str, str, str]] = {
    "parallel_pretrends": (
        N_(
            "Just before the start we see no clear difference. "
            "That does not prove that the groups would have moved together after it."
        ),
        N_("The groups developed differently already before the start. The comparison is therefore not reliable."),
        N_("We cannot tell whether the groups developed alike before the start. There are too few earlier measurements."),
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
        N_("Nobody, or hardly anyone, is compared with someone who had already started."),
        N_("In {share} of the calculation the comparison is with someone who had already started. That can distort the result."),
        N_("We cannot tell how much of the calculation compares with someone who had already started."),
    ),
    "no_never_treated": (
        N_("Some never got the intervention, so there is someone to compare with all the way."),
        N_("Everyone got the intervention sooner or later. We can only compare with those who had not started yet."),
        N_("Everyone got the intervention sooner or later. We can only compare with those who had not started yet."),
    ),
    "collinear_covariates": (
        N_("Every background variable could be used."),
        N_("Some background variables told nothing new in parts of the calculation and were left out there: {covariates}."),
        N_("We do not know whether every background variable could be used."),
    ),
    "robust_to_trends": (
        N_(
            "The result holds even if the groups drift as much apart after the start as they did at most before it. "
            "It does not hold for every drift."
        ),
        N_("The result no longer holds if the groups drift as much apart after the start as they did at most before it."),
        N_("The range reaches zero already. So there is no result that drifting groups could upset."),
    ),
    "many_leads": (
        N_("There are independent groups enough for the number of measurements before the start."),
        N_(
            "There are many measurements before the start ({leads}) beside the number of independent groups ({clusters}). "
            "The range may be too narrow."
        ),
        N_("We cannot tell whether there are independent groups enough for the number of measurements before the start."),
    ),
    "anticipation": (
        N_("The last measurement before the start does not clearly stand out from those before it."),
        N_(
            "The last measurement before the start stands out from those before it. Something may have begun already, "
            "and that can tilt the result."
        ),
        N_("We cannot tell whether something began already before the start. There are too few earlier measurements."),
    ),
    "composition": (
        N_("We see no important difference between the groups in who is measured before and after the start."),
        N_(
            "After the start the share who are measured changed differently in the two groups. The difference is {difference} "
            "percentage points. Part of the result may come from that."
        ),
        N_("Everyone got the intervention sooner or later. So we cannot tell whether those measured would have changed anyway."),
    ),
    "national_event": (
        N_("We see no clear sign that something that happened in the whole country hit the groups differently."),
        N_(
            "Something that happened in the whole country hit the groups differently. "
            "Part of the result may come from that and not from the intervention."
        ),
        N_("We cannot tell whether something that happened in the whole country hit the groups differently."),
    ),
    "spillover": (
        N_("We see no clear sign that the intervention also affected the neighbours we compare with."),
        N_("Neighbours seem to be affected by the intervention too. They are left out, but others may be affected as well."),
        N_("Some of those we could compare with are neighbours. We cannot tell whether they are affected, so they are left out."),
    ),
    "cohorts_of_one_cluster": (
        N_("At every starting time several independent groups began."),
        N_(
            "Starting times when only one independent group began: {cohorts}. There we cannot tell the intervention from "
            "anything else that happened in the same place, and the uncertainty is larger than shown."
        ),
        N_("We do not know how many independent groups began at each starting time."),
    ),
    "unimputed_rows": (
        N_("For every measurement after the start we can calculate what would probably have happened without the intervention."),
        N_(
            "Measurements that are left out of the answer, because we cannot calculate what would have happened without the "
            "intervention: {rows} of {of}."
        ),
        N_("We do not know whether measurements are missing from the answer."),
    ),
    "dropped_sub_experiments": (
        N_("All starting times are part of the answer."),
        N_(
            "Starting times that are not part of the answer, because measurements or someone to compare with are missing: "
            "{cohorts} of {of}. The answer is only about the others."
        ),
        N_("We do not know whether all starting times are part of the answer."),
    ),
    "incomplete_windows": (
        N_("Everyone is measured the whole way."),
        N_(
            "Places or people that are left out because they were not measured the whole way: {units}. "
            "If they differ from the others, that can tilt the result."
        ),
        N_("We do not know whether everyone is measured the whole way."),
    ),
    "few_controls": (
        N_("There are places enough to compare with ({n_comparison}) to see how much the numbers vary by themselves."),
        N_(
            "Places we can compare with: {n_comparison}. That is few for seeing how much the numbers vary by themselves, "
            "and the uncertainty may be larger than shown."
        ),
        N_("We do not know how many places there are to compare with."),
    ),
    "sizes_overlap": (
        N_("The places with the intervention are of much the same size as places they are compared with."),
        N_(
            "Places with the intervention that are smaller or larger than all they are compared with: {units}. "
            "For them it is hard to judge how uncertain the number is."
        ),
        N_("We cannot tell whether the places are of much the same size."),
    ),
    "as_if_random": (
        N_("A draw of lots decided who started when."),
        N_("It was not by chance who started when. So the calculation of the uncertainty does not hold."),
        N_("The calculation takes for granted that it was by chance who started when. The data cannot show whether it was."),
    ),
    "synthetic_fit": (
        N_(
            "Before the start the comparison followed the places with the intervention closely. The distance was {share} of the "
            "usual difference between places."
        ),
        N_(
            "Before the start the comparison did not follow the places with the intervention closely. "
            "The distance was {share} of the usual difference between places. Part of the result may come from that."
        ),
        N_("We cannot tell whether the comparison followed the places with the intervention before the start."),
    ),
    "leave_one_donor_out": (
        N_("The answer points the same way, whichever place we take out of the comparison."),
        N_("The answer depends on single places. Places that turn the answer round when we take them out: {turned}."),
        N_("We cannot tell whether the answer depends on single places."),
    ),
    "outside_sample": (
        N_("Places or people in the data that were not chosen for the comparison and are left out: {n_outside}."),
        N_("Some of those chosen for the comparison are missing from the data."),
        N_("We do not know whether everyone chosen for the comparison is in the data."),
    ),
    "clustered_by_matched_set": (
        N_("The uncertainty takes into account that those compared were chosen because they look alike."),
        N_("The uncertainty does not take into account that those compared were chosen because they look alike."),
        N_("We cannot tell whether the uncertainty takes into account how those compared were chosen."),
    ),
    "weights_taken_as_known": (
        N_("The uncertainty takes into account that the choice of those compared is itself uncertain."),
        N_("The choice of those compared is itself uncertain, and that is not counted in. The range is therefore not right."),
        N_(
            "The choice of those compared is itself uncertain, and that is not counted in. "
            "The range may be too narrow or too wide."
        ),
    ),
}
# Trends before the start, by whether steps are quarters and whether there is one: a passed test names what it looked at.
BEFORE: Mapping[tuple[bool, bool], str] = {
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
# There are earlier measurements, and still no test.
TOO_FEW_GROUPS = N_("We cannot tell whether the groups developed alike before the start. There are too few independent groups.")
# The same question about bends rather than drift, which need not be as large as any before the start.
ROBUST_TO_BENDS: tuple[str, str, str] = (
    N_("The result holds even if the groups do not move quite alike after the start. It does not hold for every difference."),
    N_("The result only holds if the groups would have moved exactly alike after the start."),
    DID["robust_to_trends"][2],
)
