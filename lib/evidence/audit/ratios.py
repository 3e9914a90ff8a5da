"""A4 to A6: hazard and odds ratios against their intervals and P values."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from evidence.audit.findings import Finding, RuleId, Settings, Severity
from evidence.audit.printed import Printed, Row, level_of, number, p_value
from evidence_stats.normal import critical_value, z_from_p
from evidence_stats.printed.rounding import (
    SMALL_SHIFT,
    PrintedNumber,
    RoundingPolygon,
    read_printed,
    rounding_polygon,
    shift_from_middle,
)

# A test of one direction; its P is half of the two-sided one.
_ONE_SIDED = ("one-sided", "superiority", "inferiority")
# Below one standard error a share of z means nothing, so the tolerance is a share of one.
_SMALLEST_Z = 1.0
# What software prints where P is smaller still.
_FLOORS = ("0.0001", "0.001", "0.01")
# Bounds on P have one significant digit, but for these; above the largest they say nothing.
_USUAL_BOUNDS = ("0.025", "0.15", "0.25", "0.75")
_LARGEST_BOUND = 0.1
# A bound of .001 is the weakest that journals ask for; below this it could have been used.
_WEAK_BOUND, _STRONG_P = 0.001, 0.0001
_P_TOLERANCE = "P of the Wald test anywhere in the rounding polygon"


@dataclass(frozen=True)
class Ratio:
    """A reported ratio with its interval, and what its digits allow."""

    row: Row
    level: float
    polygon: RoundingPolygon
    log: float
    se: float

    @property
    def z(self) -> float:
        """Distance from 1 in standard errors, by the reported digits."""
        return abs(self.log) / self.se


def ratios(printed: Printed) -> Iterator[Ratio]:
    """Yield every ratio that is reported with both limits."""
    for row in (*printed.outcomes, *printed.biomarkers):
        cells = [row[f"{name}_reported"] for name in ("value", "ci_low", "ci_high")]
        if row["statistic"] not in ("hazard_ratio", "odds_ratio") and row["unit"] != "ratio":
            continue
        value, low, high = (number(cell) for cell in cells)
        level = level_of(row)
        if value is None or low is None or high is None or level is None:
            continue
        if value.low <= 0 or high.low <= 0 or not low.digits <= value.digits <= high.digits:
            continue
        se = _standard_error(value, low, high, level)
        if se <= 0:
            continue
        polygon = rounding_polygon(cells[0], cells[1], cells[2], level=level)
        yield Ratio(row, level, polygon, math.log(value.digits), se)


def _standard_error(
    value: PrintedNumber, low: PrintedNumber, high: PrintedNumber, level: float
) -> float:
    """Return the standard error of a log ratio by its reported digits; 0 where they give none."""
    z = critical_value(level)
    if low.digits == 0:
        # Printed 0.00: the upper half of the interval is all that is known.
        return math.log(high.digits / value.digits) / z
    return math.log(high.digits / low.digits) / (2 * z)


def two_sided_range(p: PrintedNumber, *, one_sided: bool) -> tuple[float, float]:
    """Return the two-sided P values that a reported P stands for."""
    low, high = max(p.low, 0.0), min(p.high, 1.0)
    if not one_sided:
        return low, high
    if high <= 0.5:
        return 2 * low, 2 * high
    if low >= 0.5:
        return 2 * (1 - high), 2 * (1 - low)
    return 2 * min(low, 1 - high), 1.0


def says_one_sided(row: Row) -> bool:
    """Return True where the test or the note of a row calls its P value one-sided."""
    text = f"{row.get('test', '')}".lower()
    said = any(word in text for word in _ONE_SIDED)
    return said or "p value is one-sided" in row["note"].lower()


def a4(printed: Printed, settings: Settings) -> Iterator[Finding]:
    """Ask the limits of a ratio to be symmetric about it on the log scale."""
    for ratio in ratios(printed):
        if ratio.polygon.vertices:
            continue
        row = ratio.row
        low = float(row["ci_low_reported"]) or read_printed(row["ci_low_reported"]).high
        value, high = float(row["value_reported"]), float(row["ci_high_reported"])
        middle, shift = shift_from_middle(value, low, high, ratio.se)
        small = shift <= min(settings.allow_other_test_factor, SMALL_SHIFT)
        yield Finding(
            "A4", "note" if small else "warning", row["study_id"], (row["row_id"],),
            f"{printed.say(row)}: the limits are not symmetric about it on the log scale.",
            printed.text(row["row_id"]),
            f"sqrt({row['ci_low_reported']} x {row['ci_high_reported']}) = {middle:.4g}, reported "
            f"{row['value_reported']}: {shift:.2f} standard errors away",
            "half a unit of the last digit of all three numbers",
            "Limits of another kind: profile likelihood, bootstrap, or from inverting a test.",
        )  # fmt: skip


def a5(printed: Printed, settings: Settings) -> Iterator[Finding]:
    """Compare a P value with the hazard ratio and interval beside it."""
    for ratio in ratios(printed):
        allowed = ratio.polygon.p
        p = p_value(ratio.row)
        yield from _limit_at_one(printed, ratio, p)
        if p is None or p.bound or allowed is None or _lost_sign(p, ratio):
            continue
        low, high = allowed.low or 0.0, allowed.high or 0.0
        said = says_one_sided(ratio.row)
        given = two_sided_range(p, one_sided=said)
        doubled = two_sided_range(p, one_sided=True)
        words = f"the interval allows P {low:.3g} to {high:.3g}"
        if _overlap(given, (low, high)):
            if said:
                what = "the P value is one-sided and fits its interval when doubled"
                yield _about_p("A5", "info", printed, ratio, what, words, "One-sided test.")
        elif not said and _overlap(doubled, (low, high)):
            what = "the P value is half of what the interval implies"
            yield _about_p("A5", "note", printed, ratio, what, words, "Probably one-sided.")
        else:
            yield _disagreement("A5", printed, settings, ratio, given, words)


def _overlap(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return one[0] <= other[1] and other[0] <= one[1]


def _disagreement(
    rule: RuleId,
    printed: Printed,
    settings: Settings,
    ratio: Ratio,
    given: tuple[float, float],
    words: str,
) -> Finding:
    z = [z_from_p(min(max(p, 1e-300), 1.0)) for p in given]
    distance = max(ratio.z - max(z), min(z) - ratio.z, 0.0) / max(ratio.z, _SMALLEST_Z)
    soft = settings.p_tolerance == "allow_other_test"
    close = soft and distance <= settings.allow_other_test_factor
    explanation = "A stratified, log-rank or likelihood ratio test can differ by so much."
    if soft and not close:
        explanation = "Another test may differ, but seldom by so much."
    return _about_p(
        rule, "note" if close else "warning", printed, ratio,
        "the P value does not fit the interval",
        f"{words}; z of the interval {ratio.z:.2f}, of P {min(z):.2f}, {distance:.0%} apart",
        explanation,
    )  # fmt: skip


def _about_p(
    rule: RuleId,
    severity: Severity,
    printed: Printed,
    ratio: Ratio,
    what: str,
    words: str,
    why: str,
) -> Finding:
    row = ratio.row
    return Finding(
        rule, severity, row["study_id"], (row["row_id"],),
        f"{printed.say(row)}: {what}.", printed.text(row["row_id"]), words, _P_TOLERANCE, why,
    )  # fmt: skip


def _limit_at_one(printed: Printed, ratio: Ratio, p: PrintedNumber | None) -> Iterator[Finding]:
    """Say what a limit reported as 1 must be, where a P value decides it."""
    row = ratio.row
    if p is None or says_one_sided(row):
        return
    texts = [row[f"{name}_reported"] for name in ("value", "ci_low", "ci_high")]
    whole = rounding_polygon(texts[0], texts[1], texts[2], row["p_reported"], level=ratio.level)
    for text, sign in ((texts[1], -1.0), (texts[2], 1.0)):
        if float(text) != 1.0 or not whole.consistent:
            continue
        z = sign * critical_value(ratio.level)
        limits = [math.exp(b + z * s) for piece in whole.pieces for b, s in piece]
        yield _about_p(
            "A5", "info", printed, ratio,
            f"the limit reported as {text} decides significance, and the P value places it",
            f"limit {min(limits):.4f} to {max(limits):.4f} where hazard ratio, interval and P "
            f"all give it",
            "In order: the three numbers agree.",
        )  # fmt: skip


def _lost_sign(p: PrintedNumber, ratio: Ratio) -> bool:
    """Return True where a P stands at a customary floor and the interval puts it far below."""
    allowed = ratio.polygon.p
    at_floor = f"{p.digits.normalize():f}" in _FLOORS
    return at_floor and allowed is not None and (allowed.high or 0.0) < p.low


def _odd_bounds(printed: Printed) -> Iterator[Finding]:
    """Doubt bounds that nobody gives, such as <.9001 in place of <.0001."""
    for row in (*printed.outcomes, *printed.biomarkers):
        p = p_value(row)
        if p is None or not p.bound:
            continue
        digits = p.digits.normalize()
        empty = p.bound == "<" and float(p.digits) > _LARGEST_BOUND
        spelled = len(digits.as_tuple().digits) > 1 and f"{digits:f}" not in _USUAL_BOUNDS
        if empty or spelled:
            yield Finding(
                "A6", "warning", row["study_id"], (row["row_id"],),
                f"{printed.say(row)}: a bound on P that is hardly ever reported.",
                printed.text(row["row_id"]),
                f"P {p.bound}{p.digits} is no bound of one digit"
                if spelled else f"P {p.bound}{p.digits} says next to nothing",
                f"a bound of one significant digit, at most {_LARGEST_BOUND:g}",
                "A digit that was reported or typed wrongly.",
            )  # fmt: skip


def a6(printed: Printed, settings: Settings) -> Iterator[Finding]:
    """Compare a bound on P with the hazard ratio and interval beside it."""
    yield from _odd_bounds(printed)
    for ratio in ratios(printed):
        allowed = ratio.polygon.p
        p = p_value(ratio.row)
        if p is None or allowed is None:
            continue
        low, high = allowed.low or 0.0, allowed.high or 0.0
        words = f"the interval allows P {low:.2g} to {high:.2g}"
        if not p.bound:
            if _lost_sign(p, ratio):
                what = "the P value is far larger than the interval implies"
                why = "Probably a bound that lost its sign."
                yield _about_p("A6", "warning", printed, ratio, what, words, why)
            continue
        given = two_sided_range(p, one_sided=says_one_sided(ratio.row))
        if not _overlap(given, (low, high)):
            yield _disagreement("A6", printed, settings, ratio, given, words)
        elif p.bound == "<" and float(p.digits) > _WEAK_BOUND and high < _STRONG_P:
            what = "the bound is true but far weaker than the interval allows"
            yield _about_p("A6", "info", printed, ratio, what, words, "House style of bounds.")
