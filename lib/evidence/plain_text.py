"""Text that came from outside: what in it would not be seen as it is, and showing it all the same.

Vocabulary
----------
**Unseen**: a character that a reader does not see, or not as what it is, but a program acts on:
control characters, line breaks and odd spaces of Unicode, marks that reverse the direction of text
or have no width, and code points that stand for nothing.
"""

from __future__ import annotations

import re

# Longest text of a message; a megabyte in a cell is no reason for a megabyte on the screen.
_SHOWN = 200
# What spreadsheets take for the begin of a formula, in either width.
_FORMULA = re.compile("[=+\\-@\uff1d\uff0b\uff0d\uff20\t\r]")
_NUMBER = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?(?: ?%)?\Z")
# The begin of an element, of its end, of a comment, or of a processing instruction.
_MARKUP = re.compile(r"<[a-zA-Z/!?]")


def has_unseen(text: str) -> bool:
    """Return True where a text has a character that is not seen but acted on."""
    return not text.isprintable()


def has_markup(text: str) -> bool:
    """Return True where a text holds the begin of an HTML element; "P <0.01" does not."""
    return _MARKUP.search(text) is not None


def is_formula(text: str) -> bool:
    """Return True where a spreadsheet would run a text; "-1.5" is a number and is not run."""
    return _FORMULA.match(text) is not None and _NUMBER.match(text) is None


def visible(text: str) -> str:
    """Return a text for a message: unseen characters spelt out, and not too long."""
    if len(text) <= _SHOWN:
        return spelt_out(text)
    return f"{spelt_out(text[: _SHOWN - 3])}... ({len(text)} characters)"


def spelt_out(text: str) -> str:
    """Return a text with every unseen character as its escape."""
    if not has_unseen(text):
        return text
    return "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in text)
