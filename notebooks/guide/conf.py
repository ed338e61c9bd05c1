"""The guide: how to use whatworks, why its methods are what they are, and every public name. Built offline.

python -m sphinx -W --keep-going -b html notebooks/guide .guide
"""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "_ext"))

from whatworks.core.version import __version__  # noqa: E402
from whatworks.findings.style import DARK, LIGHT  # noqa: E402

project = "whatworks"
author = "the whatworks contributors"
project_copyright = author
version = release = __version__
language = "en"

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "desk",
    "docstrings",
    "formulas",
    "rooms",
    "validation",
]
exclude_patterns = ["_ext"]
myst_enable_extensions = ["dollarmath", "colon_fence", "deflist"]
myst_heading_anchors = 3
suppress_warnings = ["config.cache"]

autodoc_typehints = "none"
autodoc_member_order = "alphabetical"
napoleon_google_docstring = False
# Our Returns are sentences, not a list of types.
napoleon_custom_sections = ["Returns"]

html_theme = "furo"
html_math_renderer = "mathml"
html_title = "whatworks"
html_static_path = ["_static"]
html_css_files = ["guide.css"]
html_copy_source = False
html_show_sourcelink = False
pygments_style = "friendly"
pygments_dark_style = "github-dark"


def _palette(colours: dict[str, str]) -> dict[str, str]:
    """The theme's variables in the colours that our pages and charts have."""
    # Figures of the desk know the colours by these names.
    return {name.removeprefix("--"): code for name, code in colours.items()} | {
        "color-brand-primary": colours["--accent"],
        "color-brand-content": colours["--accent"],
        "color-brand-visited": colours["--accent"],
        "color-background-primary": colours["--paper"],
        "color-background-secondary": colours["--card"],
        "color-background-border": colours["--line"],
        "color-foreground-primary": colours["--ink"],
        "color-foreground-secondary": colours["--ink-2"],
        "color-foreground-muted": colours["--ink-2"],
    }


html_theme_options = {
    "light_css_variables": _palette(LIGHT),
    "dark_css_variables": _palette(DARK),
}
