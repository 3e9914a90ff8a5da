"""Rendered pages as they are parsed: once for all tests of a process, which only read them."""

from functools import cache

from bs4 import BeautifulSoup


@cache
def parse(path):
    """Return the parsed page of a file; no test changes it."""
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def kind(tag):
    """Return what a rule of style or of axe can tell an element by, and whether it has words."""
    own = (tag.name, tuple(sorted(tag.get("class") or ())), tag.get("role"))
    parent = (tag.parent.name, tuple(sorted(tag.parent.get("class") or ())), tag.parent.get("role"))
    return own, parent, tuple(sorted(tag.attrs)), tag.get("style"), any(tag.stripped_strings)


def covering(pages, share=0.92):
    """Return few of the pages that together have nearly every kind of element that any of them has.

    The last kinds would take half as many pages again; `make test-everywhere` looks at all.
    """
    kinds = {page: {kind(tag) for tag in parse(page).body.find_all(True)} for page in pages}
    left, chosen = set().union(*kinds.values()), []
    most = (1 - share) * len(left)
    while len(left) > most:
        chosen.append(max(pages, key=lambda page: len(kinds[page] & left)))
        left -= kinds[chosen[-1]]
    return sorted(chosen)
