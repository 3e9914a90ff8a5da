"""A small figure in the text: ratios with their intervals, one line each, on a log axis.

It is drawn in the colour of the text around it, so that it is legible in any theme and in print.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from evidence.record.results import Result

# Units of the drawing: about one pixel each in a card on the index page.
_WIDTH, _LINE, _AXIS = 320, 19, 32
# The lines lie to the right of their labels.
_LEFT, _RIGHT = 118, 312
# What fits before them in letters of 12 pixels; a longer label would run into its interval.
_MOST_SIGNS = 19
# Ratios beyond these end in an arrow; 4 and 1/4 hold nearly all ratios of this field.
_LIMITS = (0.25, 4.0)
_TICKS = (0.25, 0.5, 1.0, 2.0, 4.0)


@dataclass(frozen=True, slots=True)
class StripLine:
    """One ratio.

    Attributes
    ----------
    label : str
        What stands before it.
    result : Result
        A ratio with an interval.
    """

    label: str
    result: Result


def draw_strip(lines: Sequence[StripLine], left: str, right: str) -> Markup:
    """Return the lines as an SVG element.

    Parameters
    ----------
    lines : sequence of StripLine
        From the top.
    left, right : str
        What a ratio below 1, and above 1, favours.

    Raises
    ------
    ValueError
        Where a result is no ratio with an interval, or a label has no room.
    """
    height = _LINE * len(lines) + _AXIS
    drawn = Markup("").join(_line(_LINE * (n + 0.5), line) for n, line in enumerate(lines))
    bottom = _LINE * len(lines)
    return Markup(
        '<svg class="strip" viewBox="0 0 {} {}" role="img" aria-label="{}" focusable="false">'
        "{}{}</svg>"
    ).format(_WIDTH, height, _words(lines, left, right), _axis(bottom, left, right), drawn)


def _words(lines: Sequence[StripLine], left: str, right: str) -> str:
    told = "; ".join(f"{line.label}: {line.result.text}" for line in lines)
    return f"{told}. Below 1 {left}, above 1 {right}."


def _x(ratio: float) -> float:
    low, high = map(math.log, _LIMITS)
    share = (math.log(ratio) - low) / (high - low)
    return round(_LEFT + share * (_RIGHT - _LEFT), 1)


def _axis(bottom: float, left: str, right: str) -> Markup:
    ticks = Markup("").join(
        Markup('<text x="{}" y="{}" text-anchor="middle">{}</text>').format(
            _x(tick), bottom + 13, f"{tick:g}"
        )
        for tick in _TICKS
    )
    sides = Markup(
        '<text x="{}" y="{}" text-anchor="end">\u2190 {}</text><text x="{}" y="{}">{} \u2192</text>'
    ).format(_x(1) - 4, bottom + 27, left, _x(1) + 4, bottom + 27, right)
    null = Markup('<line x1="{0}" x2="{0}" y1="0" y2="{1}" class="strip-null"/>')
    return Markup('<g class="strip-axis">{}{}{}</g>').format(
        null.format(_x(1), bottom + 3), ticks, sides
    )


def _line(y: float, line: StripLine) -> Markup:
    result = line.result
    if result.unit != "ratio" or result.value is None or not result.low or result.high is None:
        raise ValueError(f"expected a ratio with an interval, got {result.key}: {result.text}")
    if len(line.label) > _MOST_SIGNS:
        raise ValueError(f'expected a label of at most {_MOST_SIGNS} signs, got "{line.label}"')
    low, high = max(result.low, _LIMITS[0]), min(result.high, _LIMITS[1])
    value = min(max(result.value, _LIMITS[0]), _LIMITS[1])
    ends = Markup("").join(
        Markup('<path d="M{} {} l{} -4 v8 z"/>').format(_x(end), y, step)
        for end, limit, step in ((low, result.low, 7), (high, result.high, -7))
        if end != limit
    )
    return Markup(
        '<text x="0" y="{}">{}</text>'
        '<line x1="{}" x2="{}" y1="{}" y2="{}" class="strip-interval"/>{}'
        '<circle cx="{}" cy="{}" r="4"/>'
    ).format(y + 4, line.label, _x(low), _x(high), y, y, ends, _x(value), y)
