"""Formulas as MathML, which browsers set themselves: no script, no font, nothing fetched. docutils translates the LaTeX."""

from docutils import nodes
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.application import Sphinx
from sphinx.util.math import get_node_equation_number
from sphinx.writers.html5 import HTML5Translator


def setup(app: Sphinx) -> dict:
    app.add_html_math_renderer("mathml", inline_renderers=(_inline, None), block_renderers=(_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _inline(writer: HTML5Translator, node: nodes.math) -> None:
    writer.body.append(tex2mathml(node.astext()))
    raise nodes.SkipNode


def _block(writer: HTML5Translator, node: nodes.math_block) -> None:
    name = f' id="{node["ids"][0]}"' if node.get("number") and node["ids"] else ""
    number = f'<span class="eqno">({get_node_equation_number(writer, node)})</span>' if node.get("number") else ""
    writer.body.append(f'<div class="formula"{name} tabindex="0" role="region" aria-label="Formula">')
    writer.body.append(f"{tex2mathml(node.astext(), as_block=True)}{number}</div>\n")
    raise nodes.SkipNode
