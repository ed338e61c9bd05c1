"""What is known: catalogues, and published effects with where they come from."""

from whatworks.evidence.catalogues import Entry
from whatworks.evidence.comparison import citation, comparable, link
from whatworks.evidence.measures import MEASURES, Measure
from whatworks.evidence.registry import Registry, load
from whatworks.evidence.reviews import counted

__all__ = ["MEASURES", "Entry", "Measure", "Registry", "citation", "comparable", "counted", "link", "load"]
