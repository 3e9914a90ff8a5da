"""Formulas as MathML, made by docutils when the book is built: no engine runs in the page."""

from __future__ import annotations

from docutils import nodes
from docutils.utils.math import latex2mathml
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number
from sphinx.writers.html5 import HTML5Translator

_LOG = logging.getLogger(__name__)


def formula(latex: str, *, block: bool) -> str:
    """Return a formula in LaTeX as MathML.

    Parameters
    ----------
    latex : str
        The formula, without the signs around it.
    block : bool
        True for one on lines of its own.

    Raises
    ------
    ValueError
        Where it is no LaTeX, or uses a command that docutils does not know.
    """
    try:
        return str(latex2mathml.tex2mathml(latex, as_block=block))
    except (SyntaxError, latex2mathml.MathError) as error:
        raise ValueError(f"expected a formula in LaTeX, got {latex!r}: {error}") from None


def _write(self: HTML5Translator, node: nodes.Element, *, block: bool) -> str:
    try:
        return formula(node.astext(), block=block)
    except ValueError as error:
        _LOG.error(str(error), location=node)
        return str(self.encode(node.astext()))


def _visit_inline(self: HTML5Translator, node: nodes.math) -> None:
    self.body.append(_write(self, node, block=False))
    raise nodes.SkipNode


def _visit_block(self: HTML5Translator, node: nodes.math_block) -> None:
    # On a phone a long one scrolls, by the keyboard too.
    self.body.append(self.starttag(node, "div", CLASS="math", tabindex="0"))
    if node["number"]:
        number = get_node_equation_number(self, node)
        self.body.append(f'<span class="equation-number">({number})</span>')
    self.body.append(f"{_write(self, node, block=True)}</div>\n")
    raise nodes.SkipNode


def connect(app: Sphinx) -> None:
    """Register the renderer; `_config.yml` chooses it by its name, `mathml`."""
    app.add_html_math_renderer("mathml", (_visit_inline, None), (_visit_block, None))
