"""The ``whatworks`` command. It parses and calls; what it calls is in the rooms below. One module for each command."""

# A command registers itself when its module is read.
from whatworks.cli import collect, ingest, init, plan, promote, reports, share, simulate, validate  # noqa: F401
from whatworks.cli.app import app

__all__ = ["app"]
