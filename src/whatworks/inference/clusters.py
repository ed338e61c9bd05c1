"""Whether a standard error rests on clusters enough."""

from whatworks.core.check import Check

# Below this, normal intervals tend to be too short. The sources draw no sharp line: "about 42" in Angrist & Pischke (2009),
# Mostly Harmless Econometrics, section 8.2.3; "20 to 50" in Cameron & Miller (2015), Journal of Human Resources 50:317-372.
FEW_CLUSTERS = 40
# Simulated with 30 clusters, 6 periods and no effect (600 draws), 95 % intervals covered 72, 80, 88, 90, 93 and 94 per cent
# (clustered) and 100, 98, 94, 94, 95 and 95 per cent (wild bootstrap) with 2, 3, 4, 5, 6 and 8 treated clusters.
FEW_TREATED_CLUSTERS = 6
# Below, the t distribution no longer describes the statistic: Tipton (2015), Psychological Methods 20:375-393.
FEWEST_DF = 4.0


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


def few_degrees_of_freedom(df: float) -> Check:
    """Whether Satterthwaite degrees of freedom are enough for a t interval.

    Parameters
    ----------
    df : of the contrast

    Returns
    -------
    :class:`~whatworks.core.Check` ``few_degrees_of_freedom``, failed below 4, with ``df`` and ``limit``.

    References
    ----------
    Tipton (2015), Psychological Methods 20:375-393.

    Examples
    --------
    >>> few_degrees_of_freedom(2.7).passed
    False
    """
    return Check(
        name="few_degrees_of_freedom",
        passed=df >= FEWEST_DF,
        message=f"The standard error has {df:.1f} degrees of freedom; below {FEWEST_DF:.0f} its interval cannot be trusted.",
        statistics={"df": float(df), "limit": FEWEST_DF},
    )
