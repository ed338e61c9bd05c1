"""What a notebook may hold: parameters, imports, calls, displays, prose. Everything else belongs in the library."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
LONGEST_CELL = 10
LOGIC = {
    ast.FunctionDef: "def",
    ast.AsyncFunctionDef: "def",
    ast.ClassDef: "class",
    ast.For: "a loop",
    ast.AsyncFor: "a loop",
    ast.While: "a loop",
    ast.comprehension: "a loop",
    ast.Try: "try",
    ast.TryStar: "try",
    ast.Lambda: "lambda",
    ast.With: "with",
}
# Where a digit in prose is no result: code, links, addresses, list markers, years of what is cited, names such as CR2.
NO_RESULT = re.compile(
    r"```.*?```|`[^`]*`|\]\([^)]*\)|<?https?://\S+|doi:\S+|^\s*\d+\.\s|[A-Za-z]+\d+"
    r"|(?<=[(, ])(?:18|19|20)\d\d[a-z]?(?=[),;:]|\s*$)",
    re.DOTALL | re.MULTILINE,
)
# A figure that is only drawn has no words, no table and one language.
DRAWN_ONLY = ("plot", "hist", "boxplot", "imshow", "savefig")


def faults(notebook: dict[str, Any]) -> list[str]:
    """Every rule that a notebook breaks, with the number of the cell."""
    cells = [{**cell, "source": "".join(cell["source"])} for cell in notebook["cells"]]
    found = list(_parameter_faults(cells))
    importing = []
    for number, cell in enumerate(cells, start=1):
        if len(cell["source"].splitlines()) > LONGEST_CELL and cell["cell_type"] == "code":
            found.append(f"cell {number}: more than {LONGEST_CELL} lines")
        if cell["cell_type"] == "markdown":
            digits = re.findall(r"\d[\d.,]*", NO_RESULT.sub(" ", cell["source"]))
            found += [f"cell {number}: the number {digit} is typed into prose" for digit in digits]
        if cell["cell_type"] != "code":
            continue
        if cell.get("outputs") or cell.get("execution_count") is not None:
            found.append(f"cell {number}: stored outputs")
        try:
            tree = ast.parse(cell["source"])
        except SyntaxError:
            found.append(f"cell {number}: not plain Python")
            continue
        found += [f"cell {number}: {fault}" for fault in _code_faults(tree)]
        if any(isinstance(node, (ast.Import, ast.ImportFrom)) for node in ast.walk(tree)):
            importing.append(number)
            if not all(isinstance(statement, (ast.Import, ast.ImportFrom)) for statement in tree.body):
                found.append(f"cell {number}: imports mixed with other code")
    if len(importing) != 1:
        found.append(f"imports stand in {len(importing)} cells; one is needed")
    return found


def _parameter_faults(cells: list[dict[str, Any]]) -> Iterator[str]:
    tagged = [cell for cell in cells if "parameters" in cell["metadata"].get("tags", [])]
    if len(tagged) != 1:
        yield f"{len(tagged)} cells are tagged 'parameters'; one is needed"
        return
    for statement in ast.parse(tagged[0]["source"]).body:
        value = getattr(statement, "value", None)
        try:
            ast.literal_eval(value)
            plain = isinstance(statement, (ast.Assign, ast.AnnAssign))
        except (ValueError, TypeError):
            plain = False
        if not plain:
            yield f"parameters: line {statement.lineno} is not name = literal"


def _code_faults(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if type(node) in LOGIC:
            yield f"{LOGIC[type(node)]} in a notebook"
        # Cells of one design stand aside when a researcher runs the notebook with another.
        if isinstance(node, ast.If) and "design" not in {name.id for name in ast.walk(node.test) if isinstance(name, ast.Name)}:
            yield "an if that does not ask for the design"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in DRAWN_ONLY:
            yield f"a figure without words (.{node.func.attr}); show it with ww.findings.show"


@pytest.mark.parametrize("path", sorted(NOTEBOOKS.rglob("*.ipynb")), ids=lambda path: path.name)
def test_a_notebook_is_wiring_and_reading(path):
    assert faults(json.loads(path.read_text(encoding="utf-8"))) == []


def code(source: str, *, tags: tuple[str, ...] = (), **extra: Any) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "source": source,
        "metadata": {"tags": list(tags)},
        "outputs": [],
        "execution_count": None,
        **extra,
    }


def text(source: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "source": source, "metadata": {}}


GOOD = [
    code("outcome = 'earnings'\nk: int = 5", tags=("parameters",)),
    text(
        "# Effect\n\nAfter Callaway and Sant'Anna (2021), see [there](https://doi.org/10.1/2) and `k = 5`, with CR2.\n\n1. First"
    ),
    code("import whatworks as ww\nimport pandas as pd"),
    code("effect = ww.did.att_gt(panel, outcome=outcome)\nww.findings.show(effect)"),
]


def test_a_notebook_that_keeps_the_rules_has_no_fault():
    assert faults({"cells": GOOD}) == []


@pytest.mark.parametrize(
    ("cell", "fault"),
    [
        (text("The effect is 12.5 points."), "cell 5: the number 12.5 is typed into prose"),
        (text("In 2021 it fell by 3."), "cell 5: the number 3. is typed into prose"),
        (text("About 40 per cent (2021)."), "cell 5: the number 40 is typed into prose"),
        (code("def f():\n    return 1"), "cell 5: def in a notebook"),
        (code("class A:\n    pass"), "cell 5: class in a notebook"),
        (code("for x in y:\n    x"), "cell 5: a loop in a notebook"),
        (code("[x for x in y]"), "cell 5: a loop in a notebook"),
        (code("while x:\n    x"), "cell 5: a loop in a notebook"),
        (code("if x:\n    y"), "cell 5: an if that does not ask for the design"),
        (code("try:\n    x\nexcept ValueError:\n    y"), "cell 5: try in a notebook"),
        (code("y(lambda x: x)"), "cell 5: lambda in a notebook"),
        (code("panel.plot(x='a')"), "cell 5: a figure without words (.plot); show it with ww.findings.show"),
        (code("%matplotlib inline"), "cell 5: not plain Python"),
        (code("\n".join("xxxxxxxxxxx")), "cell 5: more than 10 lines"),
        (code("x", outputs=[{"output_type": "stream"}]), "cell 5: stored outputs"),
        (code("x", execution_count=1), "cell 5: stored outputs"),
        (code("import os"), "imports stand in 2 cells; one is needed"),
        (code("import os\nx = 1"), "cell 5: imports mixed with other code"),
        (code("a = 1", tags=("parameters",)), "2 cells are tagged 'parameters'; one is needed"),
    ],
)
def test_a_planted_fault_is_found(cell, fault):
    assert fault in faults({"cells": [*GOOD, cell]})


@pytest.mark.parametrize("line", ["k = 2 + n", "print('x')", "k = f(1)"])
def test_parameters_are_literals(line):
    cells = [code(f"outcome = 'a'\n{line}", tags=("parameters",)), *GOOD[1:]]
    assert faults({"cells": cells}) == ["parameters: line 2 is not name = literal"]
