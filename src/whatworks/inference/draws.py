"""How many random draws are asked for."""

from numbers import Integral

from whatworks.core.errors import InvalidOption


def checked_draws(draws: int, *, name: str = "draws", fewest: int = 1) -> int:
    """The number of draws, if it is one.

    Parameters
    ----------
    draws : whole number, ``fewest`` or more
    name : of the option, for the message

    Returns
    -------
    The number, as it was given.

    Raises
    ------
    InvalidOption

    Examples
    --------
    >>> checked_draws(999)
    999
    """
    if isinstance(draws, bool) or not isinstance(draws, Integral) or draws < fewest:
        raise InvalidOption(f"{name}={draws!r} must be a whole number of at least {fewest}, such as 999.")
    return int(draws)
