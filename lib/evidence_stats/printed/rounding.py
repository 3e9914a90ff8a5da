"""What reported digits allow: the rounding polygon of a hazard ratio, its interval and its P.

Vocabulary
----------
**Polygon**: all pairs (log hazard ratio b, standard error s) whose hazard ratio and Wald limits
round to the reported digits. Each reported number bounds a linear function of b and s, so the set
is convex and its corners are exact.
**Rounding box**: a reported number plus and minus half a unit of its last digit, both ends in.
**Consistent**: some pair (b, s) rounds to everything that is reported, P included.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from evidence_stats.estimates import Estimate
from evidence_stats.normal import critical_value, two_sided_p, z_from_p
from evidence_stats.printed.unseen import visible

CONVENTIONS: dict[str, str] = {
    "rounding_box": (
        "A reported number stands for everything within half a unit of its last digit, both ends "
        "included, so that half-up (SAS), half-even (R, Python) and either reading of binary "
        "fractions all fit."
    ),
    "rounding_wald": (
        "Interval and P are taken as Wald statistics of one model, as R's summary.coxph, SAS "
        "PHREG and lifelines give; a P from a log-rank or likelihood ratio test can lie outside "
        "the polygon without being wrong."
    ),
}

Point = tuple[float, float]
Bound = Literal["", "<", ">"]

# A printed number: an optional sign of inequality, then plain digits with an optional point.
_PRINTED = re.compile(
    r"\s*(?P<bound><=|>=|[<>≤≥]|=)?\s*(?P<digits>[0-9]{1,12}(\.[0-9]{0,12})?|\.[0-9]{1,12})\s*"
)
# Profile likelihood moves the middle of an interval by a few hundredths of a standard error; a
# digit that is wrong by one moves it by more in any trial of a hundred events.
SMALL_SHIFT = 0.05
# Corners closer than this to an edge are on it: double precision on numbers of order 1.
_EDGE = 1e-13


@dataclass(frozen=True, slots=True)
class PrintedNumber:
    """A number as reported: its digits, and whether it is a bound such as "<.0001".

    Attributes
    ----------
    digits : Decimal
        The reported digits, exactly.
    bound : str
        "" for a value, "<" for an upper bound, ">" for a lower bound.

    Examples
    --------
    >>> number = read_printed("1.00")
    >>> number.low, number.high
    (0.995, 1.005)
    """

    digits: Decimal
    bound: Bound = ""

    @property
    def half_unit(self) -> Decimal:
        """Half a unit of the last reported digit."""
        exponent = self.digits.as_tuple().exponent
        return Decimal((0, (5,), int(exponent) - 1))

    @property
    def low(self) -> float:
        """Smallest value that rounds to it, not below 0."""
        if self.bound:
            return float(self.digits) if self.bound == ">" else 0.0
        return max(float(self.digits - self.half_unit), 0.0)

    @property
    def high(self) -> float:
        """Largest value that rounds to it; infinite for a lower bound."""
        if self.bound:
            return float(self.digits) if self.bound == "<" else math.inf
        return float(self.digits + self.half_unit)


def read_printed(text: str) -> PrintedNumber:
    """Return the printed number in `text`, such as "1.00", ".0411" or "<.0001".

    Parameters
    ----------
    text : str
        Plain digits, with an inequality sign where a bound is reported.

    Returns
    -------
    PrintedNumber
        Digits exactly as reported.

    Raises
    ------
    ValueError
        Where `text` is not plain digits with an optional inequality sign.

    Examples
    --------
    >>> read_printed("<.0001")
    PrintedNumber(digits=Decimal('0.0001'), bound='<')
    """
    match = _PRINTED.fullmatch(text)
    if match is None:
        given = visible(repr(text))
        raise ValueError(f"expected a reported number such as '1.00' or '<.0001'; got {given}")
    sign = match["bound"] or ""
    bound: Bound = "<" if sign in ("<", "<=", "≤") else ">" if sign in (">", ">=", "≥") else ""
    return PrintedNumber(Decimal(match["digits"]), bound)


@dataclass(frozen=True, slots=True)
class RoundingPolygon:
    """Everything that a reported hazard ratio, interval and P allow.

    Attributes
    ----------
    vertices : tuple of (float, float)
        Corners (log hazard ratio, standard error) allowed by hazard ratio and interval; empty
        where these three numbers contradict one another.
    pieces : tuple of tuple of (float, float)
        The part of it that the reported P allows too: one polygon, or two where the hazard ratio
        may lie on either side of 1. Equal to `vertices` where no P is printed.
    hr, log_hr_se : Estimate or None
        Ranges of hazard ratio and standard error of its log over `pieces`; None where empty.
    p : Estimate or None
        Range of the Wald P allowed by hazard ratio and interval alone; None where empty.
    consistent : bool
        Whether anything is left with all reported numbers.

    Examples
    --------
    >>> rounding_polygon("1.04", "1.00", "1.08", ".0411").log_hr_se
    0.01919 (range 0.01807 to 0.02038)
    """

    vertices: tuple[Point, ...]
    pieces: tuple[tuple[Point, ...], ...]
    hr: Estimate | None
    log_hr_se: Estimate | None
    p: Estimate | None
    consistent: bool


def _clip(polygon: list[Point], inside: Callable[[Point], float]) -> list[Point]:
    """Return the part of a convex polygon where a linear function is not negative."""
    kept: list[Point] = []
    values = [inside(point) for point in polygon]
    for i, (point, value) in enumerate(zip(polygon, values, strict=True)):
        before, value_before = polygon[i - 1], values[i - 1]
        if (value > _EDGE and value_before < -_EDGE) or (value < -_EDGE and value_before > _EDGE):
            t = value_before / (value_before - value)
            kept.append(
                (before[0] + t * (point[0] - before[0]), before[1] + t * (point[1] - before[1]))
            )
        if value >= -_EDGE:
            kept.append(point)
    return kept


def _half_plane(on_b: float, on_s: float, constant: float) -> Callable[[Point], float]:
    return lambda point: on_b * point[0] + on_s * point[1] + constant


def _polygon(hr: PrintedNumber, low: PrintedNumber, high: PrintedNumber, z: float) -> list[Point]:
    """Return the corners allowed by a reported hazard ratio and interval."""
    if hr.low <= 0.0 or high.low <= 0.0:
        raise ValueError(f"expected hr and high that cannot be 0; got {hr.digits}, {high.digits}")
    left, right = math.log(hr.low), math.log(hr.high)
    # Any standard error beyond this puts the upper limit outside its box.
    top = max((math.log(high.high) - left) / z, 0.0) + 1.0
    corners = [(left, 0.0), (right, 0.0), (right, top), (left, top)]
    corners = _clip(corners, _half_plane(1.0, z, -math.log(high.low)))
    corners = _clip(corners, _half_plane(-1.0, -z, math.log(high.high)))
    corners = _clip(corners, _half_plane(-1.0, z, math.log(low.high)))
    if low.low > 0.0:
        corners = _clip(corners, _half_plane(1.0, -z, -math.log(low.low)))
    return corners


def _with_p(polygon: list[Point], p: PrintedNumber) -> list[list[Point]]:
    """Return the parts of a polygon whose |b| / s gives a P that prints as `p`."""
    pieces = []
    for side in (1.0, -1.0):
        piece = _clip(polygon, _half_plane(side, 0.0, 0.0))
        if 0.0 < p.high < 1.0:
            piece = _clip(piece, _half_plane(side, -z_from_p(p.high), 0.0))
        if 0.0 < p.low < 1.0:
            piece = _clip(piece, _half_plane(-side, z_from_p(p.low), 0.0))
        if piece:
            pieces.append(piece)
    return pieces


def _p_range(polygon: list[Point], level: float) -> Estimate | None:
    if not polygon:
        return None
    # |b| / s is monotone along every edge that does not cross b = 0: its extremes are corners.
    ratios = [abs(b) / s if s > 0.0 else math.inf for b, s in polygon]
    crosses = min(b for b, _ in polygon) <= 0.0 <= max(b for b, _ in polygon)
    middle = _centre(polygon)
    return Estimate(
        value=two_sided_p(middle[0] / middle[1]),
        low=two_sided_p(max(ratios)),
        high=1.0 if crosses else two_sided_p(min(ratios)),
        kind="range",
        unit="p_value",
        method=f"Wald P allowed by the reported hazard ratio and {100 * level:g}% interval",
        conventions=("rounding_box", "rounding_wald"),
    )


def _centre(polygon: list[Point]) -> Point:
    count = len(polygon)
    return sum(b for b, _ in polygon) / count, sum(s for _, s in polygon) / count


def _range(values: list[float], unit: Literal["ratio", "number"], method: str) -> Estimate:
    low, high = min(values), max(values)
    return Estimate(
        value=math.sqrt(low * high),
        low=low,
        high=high,
        kind="range",
        unit=unit,
        method=method,
        conventions=("rounding_box", "rounding_wald"),
    )


def shift_from_middle(ratio: float, low: float, high: float, se: float) -> tuple[float, float]:
    """Return the middle of two limits on the log scale, and how many `se` a ratio is from it.

    Wald limits have their ratio in the middle; more than `SMALL_SHIFT` is another kind of limit,
    or a slip of the pen.
    """
    middle = math.sqrt(low * high)
    return middle, abs(math.log(ratio / middle)) / se


def rounding_polygon(
    hr: str, low: str, high: str, p: str | None = None, *, level: float = 0.95
) -> RoundingPolygon:
    """Return everything that a reported hazard ratio, its interval and its P allow.

    Parameters
    ----------
    hr, low, high : str
        As reported, with every digit: "1.00" and "1.0" differ.
    p : str or None
        Reported two-sided P such as ".0411" or "<.0001"; None where none is reported.
    level : float
        Coverage of the reported interval, 0 to 1.

    Returns
    -------
    RoundingPolygon
        See there. The point value of a range is its geometric middle, for P that at the mean of
        the corners.

    Raises
    ------
    ValueError
        Where a text is not a reported number, a bound stands where a value belongs, or the hazard
        ratio or upper limit may be 0.

    References
    ----------
    The same idea for means: Brown & Heathers 2017, Soc Psychol Personal Sci 8:363 (GRIM).

    Examples
    --------
    >>> found = rounding_polygon("1.04", "1.00", "1.08", ".0411")
    >>> found.consistent, found.hr
    (True, 1.04 (range 1.038 to 1.043))
    """
    numbers = [read_printed(text) for text in (hr, low, high)]
    if any(number.bound for number in numbers):
        raise ValueError(f"hr, low and high must be values, not bounds; got {hr}, {low}, {high}")
    polygon = _polygon(numbers[0], numbers[1], numbers[2], critical_value(level))
    pieces = [polygon] if polygon else []
    if p is not None and polygon:
        pieces = _with_p(polygon, read_printed(p))
    points = [point for piece in pieces for point in piece]
    method = "range allowed by the reported digits"
    return RoundingPolygon(
        vertices=tuple(polygon),
        pieces=tuple(tuple(piece) for piece in pieces),
        hr=_range([math.exp(b) for b, _ in points], "ratio", method) if points else None,
        log_hr_se=_range([s for _, s in points], "number", method) if points else None,
        p=_p_range(polygon, level),
        consistent=bool(points),
    )
