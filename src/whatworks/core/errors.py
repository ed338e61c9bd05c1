"""Errors that say what was found, what was needed, and the next step.

Messages name columns, files, lines and counts. They never carry a value that belongs to a person.
"""

from whatworks.core.unseen import spelt_out


class WhatworksError(Exception):
    """Anything the workbench refuses to do, with the way out in the message."""

    def __str__(self) -> str:
        """The message; a name in it that holds control characters cannot steer the terminal or the log it is told to."""
        return spelt_out(super().__str__())


class MissingColumn(WhatworksError):
    """A named column is not in the frame."""


class InvalidColumn(WhatworksError):
    """A column is there, but its type or values cannot be used as asked."""


class MissingValues(WhatworksError):
    """Rows lack a value that the method cannot do without."""


class DuplicateRows(WhatworksError):
    """Rows that must be unique are not."""


class EmptyData(WhatworksError):
    """No rows are left to estimate from."""


class InvalidOption(WhatworksError):
    """An argument is not one of the allowed values, or does not fit the others."""


class TooFewUnits(WhatworksError):
    """Too few units or rows for the method to answer."""


class NoComparisonGroup(WhatworksError):
    """Nobody to compare the treated with."""


class NoTreatedGroup(WhatworksError):
    """Nobody was treated."""


class TreatmentReversal(WhatworksError):
    """Treatment switches off, or its start changes within a unit."""


class NotIdentified(WhatworksError):
    """The data cannot tell the effect from something else (collinear, no variation, perfect separation)."""


class NotConverged(WhatworksError):
    """A search did not reach its optimum, so there is no answer to return."""


class NoMatches(WhatworksError):
    """No pair satisfies the matching rules."""


class TooFewStudies(WhatworksError):
    """Too few studies to pool."""


class InvalidEffect(WhatworksError):
    """An effect size, variance or interval that cannot be right."""


class InvalidResult(WhatworksError):
    """An ``EffectResult`` that breaks its own contract."""


class UnknownCode(WhatworksError):
    """A code that is not in its catalogue."""


class InvalidEvidence(WhatworksError):
    """One or more faults in the evidence base; the message lists them all with file and line."""


class InvalidParameters(WhatworksError):
    """One or more faults in a parameter file; the message lists them all with file and line."""


class PlanChanged(WhatworksError):
    """An analysis plan no longer says what was frozen."""


class DisclosureRisk(WhatworksError):
    """Publishing this would show something about too few people."""


class SiteBusy(WhatworksError):
    """Another run is writing the same site."""


class SiteNotWritable(WhatworksError):
    """The site's folder cannot be written."""


class MissingData(WhatworksError):
    """A data source that a question names is not installed or not delivered."""


class MissingAltText(WhatworksError):
    """A figure without alternative text; a page with it is not published."""
