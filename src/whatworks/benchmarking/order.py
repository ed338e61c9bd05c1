"""Names in the order of the Danish alphabet, so that no order can be read as a rank."""

from collections.abc import Iterable

# Private-use characters sort after every letter; the three stand in the order of the alphabet.
_LAST = str.maketrans("æøå", "\ue000\ue001\ue002")


def alphabetical(names: Iterable[str]) -> list[int]:
    """Places of the names in Danish order: æ, ø, å last, and Aa as Å.

    Examples
    --------
    >>> names = ["Aarhus", "Ærø", "Viborg", "Ølstykke"]
    >>> [names[place] for place in alphabetical(names)]
    ['Viborg', 'Ærø', 'Ølstykke', 'Aarhus']
    """
    keys = [str(name).casefold().replace("aa", "å").translate(_LAST) for name in names]
    return sorted(range(len(keys)), key=lambda place: (keys[place], place))
