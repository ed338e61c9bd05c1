"""Finding a file that is named from the project's folder, wherever inside it somebody works."""

from pathlib import Path


def found_above(path: str | Path) -> Path:
    """The path as it is, or, where a relative one leads nowhere, the same below a parent of the working directory.

    Notebooks work in ``notebooks/`` and name things from the project's folder, as parameter files do.

    Examples
    --------
    >>> found_above("no/such/file").as_posix()
    'no/such/file'
    """
    place = Path(path)
    if place.is_absolute() or place.exists():
        return place
    here = Path.cwd()
    return next((parent / place for parent in here.parents if (parent / place).exists()), place)
