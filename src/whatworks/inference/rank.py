"""Which columns of a design matrix say something that the columns before them do not."""

import numpy as np

# Share of a column's length that must be left after the earlier columns are taken out; the habit of lm() in R.
TOLERANCE = 1e-7
# Below this the squared lengths in the Gram matrix have lost half their digits, so the exact route is taken.
_GRAM_IS_SAFE = 1e-6


def independent_columns(X: np.ndarray, *, tolerance: float = TOLERANCE) -> np.ndarray:
    """Mark the columns that are not a linear combination of the columns to their left.

    Parameters
    ----------
    X : (n, k) design matrix, the constant first where there is one
    tolerance : smallest share of a column's length that counts as something of its own

    Returns
    -------
    (k,) boolean; False for columns to leave out. A column of zeros is False.

    References
    ----------
    Golub & Van Loan (2013), Matrix Computations, 4th ed., section 5.2.

    Examples
    --------
    >>> X = np.column_stack([np.ones(4), [1.0, 2, 3, 4], [3.0, 5, 7, 9]])
    >>> independent_columns(X).tolist()
    [True, True, False]
    """
    keep = np.ones(X.shape[1], dtype=bool)
    if len(X) == 0:
        return ~keep
    if is_surely_of_full_rank(X.T @ X):
        return keep
    lengths = np.sqrt(np.einsum("ij,ij->j", X, X))
    for column in range(X.shape[1]):
        upto = np.flatnonzero(keep[: column + 1])
        if len(upto) > len(X):
            keep[column] = False
            continue
        left = abs(np.asarray(np.linalg.qr(X[:, upto], mode="r"))[-1, -1])
        keep[column] = left > tolerance * lengths[column]
    return keep


def is_surely_of_full_rank(gram: np.ndarray) -> bool:
    """True when the products of columns already show full rank with digits to spare.

    Parameters
    ----------
    gram : (k, k) X'X

    Examples
    --------
    >>> is_surely_of_full_rank(np.eye(2)), is_surely_of_full_rank(np.ones((2, 2)))
    (True, False)
    """
    lengths = np.sqrt(np.diag(gram))
    if not (lengths > 0).all():
        return False
    return bool(np.linalg.eigvalsh(gram / np.outer(lengths, lengths))[0] > _GRAM_IS_SAFE)
