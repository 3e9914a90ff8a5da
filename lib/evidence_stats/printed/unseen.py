"""Signs that a reader does not see, or not as what they are, and showing them all the same.

Control characters, line breaks and odd spaces of Unicode, marks that reverse the direction of text
or have no width, and code points that stand for nothing: programs act on them.
"""

from __future__ import annotations

# Longest text of a message; a megabyte in a cell is no reason for a megabyte on the screen.
_SHOWN = 200


def has_unseen(text: str) -> bool:
    """Return True where a text has a character that is not seen but acted on."""
    return not text.isprintable()


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
