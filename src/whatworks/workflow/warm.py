"""What every report needs, imported once: worker processes are forked from here instead of starting from nothing.

Importing must leave nothing behind but modules and caches: no shell, no figure, no open file and no thread, as each of them
would be the same one in every report.
"""

import atexit
import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module

# Seconds of importing for what no report uses: jsonschema builds a grammar of addresses, pandera asks for frames of Dask. Both
# do without where there is none.
_LEFT_OUT = ("rfc3987_syntax", "dask.dataframe")
_ROOMS = (
    *("benchmarking", "did", "documentation", "economics", "evidence", "matching", "synthesis"),
    *("findings.diagnostics", "findings.question", "findings.investment_page", "findings.benchmark_page"),
)
_STACK = ("matplotlib.pyplot", "matplotlib.backends.backend_agg", "nbclient", "nbconvert", "papermill")

# Names an environment variable with the packages that a project's notebooks import beside these.
ALSO = "WHATWORKS_IMPORTED"


def rehearse() -> None:
    """Write the shortest pages once, and forget them: templates, selectors and schemas then stand compiled."""
    import nbformat

    from whatworks.findings import Finding
    from whatworks.findings.language import LANGUAGES
    from whatworks.workflow import pages

    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("*x* &aelig;"), nbformat.v4.new_code_cell("x")])
    nbformat.validate(notebook)
    finding = Finding(target_group="x", method="x", outcome=None, design="reviews", labels={})
    for language in LANGUAGES:
        pages.finding_page(finding, language=language, languages=(language,))
        pages.report_page(notebook, finding, language=language, languages=(language,))


@contextmanager
def _left_out() -> Iterator[None]:
    """For as long as the stack is imported these are not there; a notebook that asks for them gets them."""
    names = [name for name in _LEFT_OUT if name not in sys.modules]
    sys.modules.update(dict.fromkeys(names))  # type: ignore[arg-type]
    try:
        yield
    finally:
        for name in names:
            sys.modules.pop(name, None)


# What fails here fails in every report too, where it is told; a server that dies could tell nobody.
with suppress(Exception), _left_out():
    for name in (*_STACK, *(f"whatworks.{room}" for room in _ROOMS), "whatworks.workflow.engines", "whatworks.workflow.report"):
        import_module(name)
    rehearse()
for name in filter(None, os.environ.get(ALSO, "").split(",")):
    with suppress(Exception):
        import_module(name)
# Memory that is shared with every report stays shared: the collector of a report never visits, and so never copies it.
gc.collect()
gc.freeze()
atexit.register(gc.unfreeze)
