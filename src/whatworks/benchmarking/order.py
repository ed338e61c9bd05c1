"""Names in the order of the Danish alphabet, so that no order can be read as a rank."""

from collections.abc import Iterable

from whatworks.core.alphabet import sort_key


def alphabetical(names: Iterable[str]) -> list[int]:
    """Places of the names in Danish order: æ, ø, å last, and Aa as Å.

    Examples
    --------
    >>> names = ["Aarhus", "Ærø", "Viborg", "Ølstykke"]
    >>> [names[place] for place in alphabetical(names)]
    ['Viborg', 'Ærø', 'Ølstykke', 'Aarhus']
    """
    keys = [sort_key(str(name), "da") for name in names]
    return sorted(range(len(keys)), key=lambda place: (keys[place], place))
