"""Faces of packages: the names they give, each imported when it is first used.

Importing all modules of a package for one of its names would cost seconds, and a page would depend
on all of them.
"""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any


def make_face(
    package: str, names: Mapping[str, str]
) -> tuple[list[str], Callable[[str], Any], Callable[[], list[str]]]:
    """Return `__all__`, `__getattr__` and `__dir__` of a package.

    Parameters
    ----------
    package : str
        Its name.
    names : mapping of str to str
        By name that it gives, the module that defines it; a module that is itself given is its
        own.
    """

    def get(name: str) -> Any:
        if name not in names:
            listed = ", ".join(sorted(names))
            raise AttributeError(f"module {package} has no {name}; its face is {listed}")
        module = import_module(names[name])
        return module if names[name] == f"{package}.{name}" else getattr(module, name)

    return sorted(names), get, lambda: sorted(names)
