"""Rendered pages as they are parsed: once for all tests of a process, which only read them."""

from functools import cache

from bs4 import BeautifulSoup


@cache
def parse(path):
    """Return the parsed page of a file; no test changes it."""
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
