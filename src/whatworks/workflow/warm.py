"""What every report needs, imported once: worker processes start from here instead of from nothing."""

import nbclient
import nbconvert
import nbformat
import papermill

from whatworks.workflow import pages, render

__all__ = ["nbclient", "nbconvert", "nbformat", "pages", "papermill", "render"]
