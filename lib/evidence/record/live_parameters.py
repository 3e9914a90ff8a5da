"""Parameters of a notebook that somebody works on: edited, misspelt, not yet taken in.

papermill runs every cell once. In Jupyter the parameters cell is edited and run while the page
that was opened with its old values still stands.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from evidence.record.cell_ledger import REOPEN, past_inputs
from evidence.record.validation import ParameterError, given_in, shown

_PLAIN = (bool, int, float, str, list, tuple, dict, type(None))


class OpenedParameters:
    """The values with which a page was opened, and the notebook that they stand in.

    Attributes
    ----------
    closed : bool
        True once the notebook has begun to open its page again.
    """

    def __init__(self, fields: Collection[str], namespace: Mapping[str, Any]) -> None:
        self.closed = False
        self._namespace = namespace
        self._values = copy.deepcopy({name: namespace.get(name) for name in fields})

    def require_unchanged(self) -> None:
        """Refuse to go on with a page whose parameters were refused, or edited since.

        Raises
        ------
        ParameterError
            With what to do.
        """
        if self.closed:
            raise ParameterError(
                f"expected an open page, got one whose parameters no longer count; {REOPEN}"
            )
        for name, before in self._values.items():
            now = self._namespace.get(name)
            if not isinstance(now, _PLAIN) or now != before:
                raise ParameterError(
                    f"{name}: expected {shown(before)}, with which the page was opened, "
                    f"got {shown(now)}; {REOPEN}"
                )


def given_by_cells(
    namespace: Mapping[str, Any], fields: Collection[str], *, opened: bool
) -> dict[str, Any]:
    """Return the parameters of a notebook whose cells may have been edited and run again.

    Where its page was `opened` before, later cells have made names of their own: then the fields
    count, and what the last parameters cell assigns. A name that only an earlier form of that cell
    assigned has been corrected since.
    """
    cells = parameters_cells(past_inputs(), fields)
    last = cells[-1] if cells else set()
    corrected = set().union(*cells) - last - set(fields)
    given = given_in(namespace, only={*fields, *last} if opened else None)
    return {name: value for name, value in given.items() if name not in corrected}


def parameters_cells(sources: Sequence[str], fields: Collection[str]) -> list[set[str]]:
    """Return the names that parameters cells assign: plain values alone, of a field among them."""
    assigned = (_plainly_assigned(source) for source in sources)
    return [names for names in assigned if names & set(fields)]


def _plainly_assigned(source: str) -> set[str]:
    """Return the names that a cell assigns plain values to, none where it does anything else."""
    names = set()
    try:
        for statement in ast.parse(source).body:
            match statement:
                case ast.Assign(targets=[ast.Name(id=name)], value=ast.expr() as value):
                    names.add(name)
                case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                    names.add(name)
                case _:
                    return set()
            ast.literal_eval(value)
    except (SyntaxError, ValueError, TypeError, MemoryError, RecursionError):
        return set()
    return names
