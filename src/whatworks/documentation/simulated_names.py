"""Names of simulated services and organisations. They are invented and say so, whoever else may bear one like it."""

from collections.abc import Iterable

_FIRST = ("Nold", "Brist", "Fjalm", "Kvær", "Drang", "Svip", "Tjøl", "Plum", "Rask", "Vimp", "Gnav", "Hørl")
_LAST = ("erum", "inge", "ebo", "atoft", "ulund", "ikær", "ovang", "ydal", "æsled", "ømark", "ehave", "isholt")


def service_names(kind: str, count: int) -> list[str]:
    """So many different names of services, up to 144.

    Examples
    --------
    >>> service_names("Botilbuddet", 2)
    ['Botilbuddet Nolderum (opdigtet)', 'Botilbuddet Bristinge (opdigtet)']
    """
    # Both parts change from one name to the next; after twelve names the second part is one step ahead.
    pairs = [(_FIRST[i % 12], _LAST[(i + i // 12) % 12]) for i in range(count)]
    return [f"{kind} {first}{last} (opdigtet)" for first, last in pairs]


def organisation_names(municipality_names: Iterable[str]) -> list[str]:
    """The municipalities as bodies that run services. They are real; what they run in a simulation is not.

    Examples
    --------
    >>> organisation_names(["Aarhus"])
    ['Aarhus Kommune']
    """
    return [f"{name} Kommune" for name in municipality_names]
