"""Linear algebra and inference shared by the estimators; nothing here knows a design or a data source."""

from whatworks.inference.binary import BinaryFit, fit_binary
from whatworks.inference.rank import independent_columns

__all__ = ["BinaryFit", "fit_binary", "independent_columns"]
