"""Text that came from outside: what a program would run, or a reader take for another sign."""

from __future__ import annotations

import re
import unicodedata

# What spreadsheets take for the begin of a formula, in either width.
_FORMULA = re.compile("[=+\\-@\uff1d\uff0b\uff0d\uff20\t\r]")
_NUMBER = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?(?: ?%)?\Z")
# Greek small letters that look like Latin ones: omicron, upsilon, nu, and lunate sigma.
_GREEK_LIKE_LATIN = "\u03bf\u03c5\u03bd\u03f2"
# The begin of an element, of its end, of a comment, or of a processing instruction.
_MARKUP = re.compile(r"<[a-zA-Z/!?]")


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
