"""A drawing on a fixed grid, so that it is the same text on every processor.

Matplotlib writes coordinates to a millionth of a point, where processors differ, and names markers
and clip paths after what it drew before rounding, so that one last place renames them, or makes two
of what is one.
"""

from __future__ import annotations

import hashlib
import re
from decimal import ROUND_HALF_UP, Decimal

# A hundredth of a point is a third of what a good printer resolves.
_GRID = Decimal("0.01")
# The declaration, comments, scales of glyphs and what a reader reads stay as they are: a ratio of
# 1.40 is not printed as 1.4.
_COORDINATE = re.compile(
    r"(<\?xml.*?\?>|<!--.*?-->|scale\([^)]*\)|(?<=>)[^<>]+(?=</text>))"
    r'|-?\d+\.\d+|(?<=[\s("])-0(?=[\s)"])',
    re.DOTALL,
)
# What Matplotlib names after its content: kind, and ten digits of a hash.
_NAMED = re.compile(
    r'\s*<(?P<tag>\w+) id="(?P<id>(?P<kind>C[0-9a-f]+_[0-9a-f]+_|[a-z]+)[0-9a-f]{10})"'
    r"(?P<content>[^>]*?/>|.*?</(?P=tag)>)",
    re.DOTALL,
)
# Verdana was drawn with nearly the same widths (DejaVu comes from Bitstream Vera, its likeness);
# what a phone has instead is narrower, so that no label runs into another.
_FAMILY = "font-family: 'DejaVu Sans'"
_FAMILIES = f"{_FAMILY}, Verdana, sans-serif"
_NOTHING_DEFINED = re.compile(r"\s*<defs>\s*</defs>")


def on_grid(svg: str) -> str:
    """Return a drawing with coordinates to 0.01 point, and names made from what it then holds.

    Parameters
    ----------
    svg : str
        As Matplotlib writes it.
    """
    rounded = _COORDINATE.sub(_round, svg).replace(_FAMILY, _FAMILIES)
    names: dict[str, str] = {}
    once = _NAMED.sub(lambda found: _define(found, names), rounded)
    if not names:
        return rounded
    named = re.sub("|".join(map(re.escape, names)), lambda found: names[found[0]], once)
    return _NOTHING_DEFINED.sub("", named)


def _round(found: re.Match[str]) -> str:
    if found[1]:
        return found[0]
    # Half up from the text, not from a binary number: a tie of six decimals stays one.
    text = f"{Decimal(found[0]).quantize(_GRID, ROUND_HALF_UP).normalize():f}"
    return "0" if text == "-0" else text


def _define(found: re.Match[str], names: dict[str, str]) -> str:
    """Note the new name of a definition; return it, or "" where the same one stands before."""
    name = f"{found['kind']}{hashlib.sha256(found['content'].encode()).hexdigest()[:10]}"
    known = name in names.values()
    names[found["id"]] = name
    return "" if known else found[0]
