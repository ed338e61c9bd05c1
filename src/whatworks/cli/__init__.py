"""The ``whatworks`` command. It parses and calls; what it calls is in the rooms below."""

from whatworks.cli.commands import app

__all__ = ["app"]
