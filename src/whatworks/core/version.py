"""The version that every result carries in its provenance."""

__version__ = "0.1.0"
