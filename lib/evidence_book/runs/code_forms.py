"""What code says, apart from how it is written: comments, docstrings, blank lines, line ends.

A fingerprint of the bytes of a file would make pages stale for a word in a docstring, and for a
checkout with other line ends. The form is the syntax tree, written the same by every Python.
"""

from __future__ import annotations

import ast
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
# The comment of a line of requirements or of a matplotlib style; a sign within a word is none, and
# neither is one that may stand between quotes.
_LINE_COMMENT = re.compile(r"(?:^|\s)#[^'\"]*$")


@dataclass(frozen=True, slots=True)
class Code:
    """What a piece of Python says.

    Attributes
    ----------
    form : str
        Fingerprint of it without comments and docstrings; of the text where it is no Python.
    modules : tuple of str
        Names that it imports when it is run, wherever in it; `from a import b` gives a and a.b.
    aliases : tuple of (str, str)
        Names under which it knows whole modules: `import a as b` gives (b, a).
    attributes : tuple of (str, str)
        What it asks of names: `b.x` gives (b, x).
    """

    form: str
    modules: tuple[str, ...]
    aliases: tuple[tuple[str, str], ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()


@lru_cache(maxsize=1024)
def read_code(text: str, *, cell: bool = False) -> Code:
    """Return what a piece of Python says.

    Parameters
    ----------
    text : str
        The code.
    cell : bool
        True for the cell of a notebook: a text that stands alone in it is shown, and a semicolon
        hides what would be.
    """
    as_written = hashlib.sha256(text.replace("\r\n", "\n").encode()).hexdigest()
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return Code(as_written, ())
    nodes = list(_run(tree))
    modules = tuple(sorted(_modules(nodes)))
    known = tuple(sorted(set(_aliases(nodes)))), tuple(sorted(set(_attributes(nodes))))
    if cell and ";" in text:
        return Code(as_written, modules, *known)
    parts: list[str] = []
    _write(tree, parts, spared=tree if cell else None)
    return Code(hashlib.sha256("\0".join(parts).encode()).hexdigest(), modules, *known)


def _aliases(nodes: list[ast.AST]) -> Iterator[tuple[str, str]]:
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from ((one.asname or one.name, one.name) for one in node.names)


def _attributes(nodes: list[ast.AST]) -> Iterator[tuple[str, str]]:
    for node in nodes:
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield node.value.id, node.attr


def _modules(nodes: list[ast.AST]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            # A name may be a module of the package or something inside it.
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)


def _run(node: ast.AST) -> Iterator[ast.AST]:
    """Yield every node that is run: all but what stands below `if TYPE_CHECKING:`."""
    waiting = [node]
    while waiting:
        node = waiting.pop()
        yield node
        skipped = isinstance(node, ast.If) and _for_annotations(node.test)
        for name in node._fields:
            value = getattr(node, name, None)
            if isinstance(value, ast.AST):
                waiting.append(value)
            elif isinstance(value, list) and not (skipped and name == "body"):
                waiting += [child for child in value if isinstance(child, ast.AST)]


def _for_annotations(test: ast.expr) -> bool:
    return isinstance(test, ast.Name) and test.id == "TYPE_CHECKING"


def _write(node: object, parts: list[str], spared: ast.AST | None = None) -> None:
    """Add the form of a node; `ast.dump` writes the same tree otherwise in other Pythons."""
    if isinstance(node, list):
        parts.append("[")
        for item in node:
            _write(item, parts)
        parts.append("]")
    elif isinstance(node, ast.AST):
        parts += (type(node).__name__, "(")
        for name in node._fields:
            value = getattr(node, name, None)
            if name == "body" and node is not spared and isinstance(node, _DOCUMENTED):
                value = _without_docstring(node.body)
            if name == "values" and isinstance(node, ast.JoinedStr):
                value = _joined(node.values)
            # Fields that an older Python does not know are empty where they are not used.
            if value is not None and value != []:
                parts.append(name)
                _write(value, parts)
        parts.append(")")
    else:
        parts.append(f"{type(node).__name__} {node!a}")


def _without_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    first = body[0] if body else None
    if (
        isinstance(first, ast.Expr)
        and isinstance(first.value, ast.Constant)
        and isinstance(first.value.value, str)
    ):
        return body[1:]
    return body


def _joined(values: list[ast.expr]) -> list[object]:
    """Return the parts of an f-string, its letters in one piece wherever a Python cuts them."""
    made: list[object] = []
    for value in values:
        text = value.value if isinstance(value, ast.Constant) else None
        if not isinstance(text, str):
            made.append(value)
        elif made and isinstance(made[-1], str):
            made[-1] += text
        elif text:
            made.append(text)
    return made


def lines_form(text: str) -> str:
    """Return a fingerprint of lines without comments, blank ones and spaces at their ends."""
    lines = [_LINE_COMMENT.sub("", line).rstrip() for line in text.splitlines()]
    return hashlib.sha256("\n".join(filter(None, lines)).encode()).hexdigest()
