"""How many choices of a neighbour were between equally near people."""

from whatworks.core.check import Check
from whatworks.matching.doubts import ODD_SHARE

_BROKEN = {
    "first": "one of them was taken, as ties='first' says, so that another order of rows may give other pairs",
    "least": "the sum of distances is the same with any of them, and the order of rows decided",
    "average": "all of them were kept, each with its share",
}


def ties_broken(ties: int, choices: int, rule: str) -> Check:
    """Whether the pairs hang on how equally near people are told apart.

    Parameters
    ----------
    ties : people who had more equally near neighbours than places for them
    choices : people who have neighbours
    rule : ``"first"``, ``"average"``, or ``"least"`` where a sum of distances was made least

    Examples
    --------
    >>> ties_broken(3, 10, "average").passed
    True
    """
    share = ties / choices if choices else 0.0
    return Check(
        name="ties_broken",
        passed=rule == "average" or share <= ODD_SHARE,
        message=f"{ties} of {choices} people had several equally near neighbours to choose from"
        + (f"; {_BROKEN[rule]}" if ties else "")
        + f" (limit {ODD_SHARE:.0%} unless ties are averaged).",
        statistics={"n_ties": ties, "share": share},
    )
