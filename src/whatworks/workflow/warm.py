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
from pathlib import Path

# Seconds of importing for what no report uses: jsonschema builds a grammar of addresses, pandera asks for frames of Dask. Both
# do without where there is none.
_LEFT_OUT = ("rfc3987_syntax", "dask.dataframe")
_ROOMS = (
    *("benchmarking", "did", "documentation", "economics", "evidence", "matching", "synthesis"),
    *("documentation.exposure", "documentation.panel_reading", "documentation.windows"),
    *("findings.diagnostics", "findings.hidden_factors", "findings.question", "findings.report"),
    *("findings.investment_page", "findings.benchmark_page"),
)
_STACK = ("matplotlib.pyplot", "matplotlib.backends.backend_agg", "nbclient", "nbconvert", "papermill")
# What a shell draws in only when its first cell runs.
_SHELL = (
    *("IPython.core.application", "IPython.core.completerlib", "IPython.core.magics.ast_mod", "IPython.core.magics.execution"),
    *("IPython.core.magics.pylab", "IPython.core.oinspect", "IPython.core.pylabtools", "matplotlib_inline.config", "sqlite3"),
)

# Name environment variables: the packages that a project's notebooks import beside these, and the folder of its evidence.
ALSO = "WHATWORKS_IMPORTED"
EVIDENCE = "WHATWORKS_EVIDENCE"


def rehearse() -> None:
    """Write the shortest pages and draw a small figure once, and forget them: what both compile and look up is then at hand."""
    _write_pages()
    _draw_figure()
    _show_table()


def _write_pages() -> None:
    """Templates, selectors, schemas and the names of characters."""
    import nbformat

    from whatworks.findings import Finding
    from whatworks.findings.language import LANGUAGES
    from whatworks.findings.rendering import prepare
    from whatworks.workflow import markup, pages

    prepare()
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("*x* &aelig;"), nbformat.v4.new_code_cell("x")])
    nbformat.validate(notebook)
    finding = Finding(target_group="x", method="x", outcome=None, design="reviews", labels={})
    for language in LANGUAGES:
        pages.finding_page(finding, language=language, languages=(language,))
        pages.report_page(notebook, finding, language=language, languages=(language,))
    markup.finished("<p>&aelig;</p>")


def _draw_figure() -> None:
    """Fonts, ticks, the writer of pictures; in a figure that pyplot never hears of."""
    import io

    from matplotlib.backends.registry import backend_registry
    from matplotlib.figure import Figure

    backend_registry.list_all()
    figure = Figure()
    axes = figure.add_subplot(title="x", xlabel="$x^2$", ylabel="y")
    axes.plot([0.0, 1.0], [0.0, 1.0], marker="o", label="x")
    axes.legend()
    figure.savefig(io.BytesIO(), format="png", bbox_inches="tight")


def _show_table() -> None:
    """A frame as a notebook shows it, and as a file."""
    import pandas as pd

    table = pd.DataFrame({"group": ["a", "b"], "mean": [1.5, 2.5]}).groupby("group", as_index=False)["mean"].mean()
    for write in (table._repr_html_, table.__repr__, table.to_csv):
        write()


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


# Thousands of modules, and nothing among them to collect: looking for it again and again would take a tenth of the time.
gc.disable()
# What fails here fails in every report too, where it is told; a server that dies could tell nobody.
with suppress(Exception), _left_out():
    for name in (
        *_STACK,
        *_SHELL,
        *(f"whatworks.{room}" for room in _ROOMS),
        "whatworks.workflow.engines",
        "whatworks.workflow.report",
        "whatworks.workflow.documentation_pages",
        "whatworks.workflow.shared_pages",
    ):
        import_module(name)
    rehearse()
for name in filter(None, os.environ.get(ALSO, "").split(",")):
    with suppress(Exception):
        import_module(name)
if os.environ.get(EVIDENCE):
    with suppress(Exception):
        from whatworks.workflow.known import evidence_base

        evidence_base(Path(os.environ[EVIDENCE]))
# Memory that is shared with every report stays shared: the collector of a report never visits, and so never copies it. What
# could be collected now is little and would take a tenth of the time as well.
gc.freeze()
gc.enable()
atexit.register(gc.unfreeze)
