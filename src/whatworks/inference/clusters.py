"""Whether a standard error rests on clusters enough."""

from whatworks.core.check import Check

# Below this, normal intervals tend to be too short. The sources draw no sharp line: "about 42" in Angrist & Pischke (2009),
# Mostly Harmless Econometrics, section 8.2.3; "20 to 50" in Cameron & Miller (2015), Journal of Human Resources 50:317-372.
FEW_CLUSTERS = 40


def few_clusters(clusters: int) -> Check:
    """Whether there are independent clusters enough for normal intervals.

    Parameters
    ----------
    clusters : independent clusters, or units where each stands alone, that a standard error rests on

    Returns
    -------
    :class:`~whatworks.core.Check` ``few_clusters``, failed below 40, with ``clusters`` and ``limit``.

    References
    ----------
    Angrist & Pischke (2009), Mostly Harmless Econometrics, section 8.2.3; Cameron & Miller (2015), Journal of Human Resources
    50:317-372.

    Examples
    --------
    >>> few_clusters(12).passed, few_clusters(40).passed
    (False, True)
    """
    return Check(
        name="few_clusters",
        passed=clusters >= FEW_CLUSTERS,
        message=f"The standard error rests on {clusters} clusters; below {FEW_CLUSTERS} intervals tend to be too short.",
        statistics={"clusters": float(clusters), "limit": float(FEW_CLUSTERS)},
    )
