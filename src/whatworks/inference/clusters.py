"""Whether a standard error rests on clusters enough."""

from whatworks.core.check import Check

# Below this, normal intervals tend to be too short. The sources draw no sharp line: "about 42" in Angrist & Pischke (2009),
# Mostly Harmless Econometrics, section 8.2.3; "20 to 50" in Cameron & Miller (2015), Journal of Human Resources 50:317-372.
FEW_CLUSTERS = 40
# The source's simulations turn from badly wrong to tolerable between four and eight treated clusters.
FEW_TREATED_CLUSTERS = 6


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


def few_treated_clusters(treated: int) -> Check:
    """Whether there are treated clusters enough for clustered standard errors and the wild bootstrap.

    Parameters
    ----------
    treated : clusters with a treated unit

    Returns
    -------
    :class:`~whatworks.core.Check` ``few_treated_clusters``, failed below 6, with ``treated`` and ``limit``.

    References
    ----------
    MacKinnon & Webb (2018), Econometrics Journal 21:114-135: with few treated clusters, intervals from the null-imposed wild
    bootstrap are far too wide and clustered ones far too short, however many clusters there are in all.

    Examples
    --------
    >>> few_treated_clusters(2).passed, few_treated_clusters(6).passed
    (False, True)
    """
    return Check(
        name="few_treated_clusters",
        passed=treated >= FEW_TREATED_CLUSTERS,
        message=(
            f"{treated} clusters are treated; below {FEW_TREATED_CLUSTERS}, clustered standard errors and the wild bootstrap "
            "are unreliable, and methods that learn the spread from comparison clusters are safer."
        ),
        statistics={"treated": float(treated), "limit": float(FEW_TREATED_CLUSTERS)},
    )
