"""Text that came from outside: what in it would not be seen as it is, and showing it all the same.

Vocabulary
----------
**Unseen**: a character that a reader does not see, or not as what it is, but a program acts on:
control characters, line breaks and odd spaces of Unicode, marks that reverse the direction of text
or have no width, and code points that stand for nothing.
"""

from __future__ import annotations

import re
import unicodedata

# Longest text of a message; a megabyte in a cell is no reason for a megabyte on the screen.
_SHOWN = 200
# What spreadsheets take for the begin of a formula, in either width.
_FORMULA = re.compile("[=+\\-@\uff1d\uff0b\uff0d\uff20\t\r]")
_NUMBER = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?(?: ?%)?\Z")
# Greek small letters that look like Latin ones: omicron, upsilon, nu, and lunate sigma.
_GREEK_LIKE_LATIN = "\u03bf\u03c5\u03bd\u03f2"
# The begin of an element, of its end, of a comment, or of a processing instruction.
_MARKUP = re.compile(r"<[a-zA-Z/!?]")


def has_unseen(text: str) -> bool:
    """Return True where a text has a character that is not seen but acted on."""
    return not text.isprintable()


def has_markup(text: str) -> bool:
    """Return True where a text holds the begin of an HTML element; "P <0.01" does not."""
    return _MARKUP.search(text) is not None


def has_lookalikes(text: str) -> bool:
    """Return True where a sign is not the one that a reader takes it for.

    That is a mark that stands on the sign before it (an accented letter is one sign of its own),
    and a letter of another alphabet in a word of Latin ones; Greek small letters, as in TGF-beta,
    are no letters of ours.
    """
    if text.isascii():
        return False
    if any(unicodedata.combining(sign) for sign in text):
        return True
    return any(len(_alphabets(word)) > 1 for word in re.findall(r"[^\W\d_]+", text))


def _alphabets(word: str) -> set[str]:
    names = {sign: unicodedata.name(sign, "").split(" ") for sign in word}
    return {
        name[0]
        for sign, name in names.items()
        if not (name[0] == "GREEK" and sign.islower() and sign not in _GREEK_LIKE_LATIN)
        and name[0] not in ("MICRO", "FEMININE", "MASCULINE")
    }


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
