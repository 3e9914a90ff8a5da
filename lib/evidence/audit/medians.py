"""A7, A9 and A10: medians against hazard ratios, follow-up and patients."""

from __future__ import annotations

import math
from collections.abc import Iterator

from evidence.audit.events import standard_error
from evidence.audit.findings import Finding, Settings, Severity
from evidence.audit.printed import Printed, Row, beside, group, level_of, number, p_value
from evidence.audit.ratios import says_one_sided, two_sided_range
from evidence_stats.normal import z_from_p
from evidence_stats.printed.reported import NOT_REACHED
from evidence_stats.printed.rounding import PrintedNumber, read_printed
from evidence_stats.survival.from_medians import implied_exponential_events, implied_weibull_shape
from evidence_stats.survival.median import Median

# Outcomes in which every patient of an arm is at risk from randomization.
_FROM_START = ("pfs", "os", "ttp", "total_pfs")
# More than two standard errors is beyond chance, more than one worth a note.
_FAR, _NEAR = 2.0, 1.0
# Trials are reported when a third of their patients have progressed or died, seldom before.
_EVENTS_AT_LEAST = 0.33
# The level that papers call significant: a conclusion rests on such a P value.
_SIGNIFICANT = 0.05
# The shape that the width of the limits needs, below which there is a note, and a warning. Of right
# intervals (curves of shape 0.7 to 2, 15 to 300 patients) one in a hundred lies beyond a note.
_WIDE = (0.4, 0.3)
# The same above: days of death are exact, while visits bunch progressions, so that fifteen is
# nothing unusual and says nothing.
_NARROW = {"os": (3.0, 4.0), "visits": (math.inf, math.inf)}
# How far a median of survival lies between its limits on the log scale; right ones lie within.
_PLACES = (0.15, 0.88)
_EXPONENTIAL = (
    "Hazards that are not constant or not proportional, scans at fixed visits, or another analysis."
)


def _pair(printed: Printed, row: Row) -> tuple[Row, Row] | None:
    """Return the medians of both arms of a comparison, from the same place."""
    reached = [r for r in printed.outcomes_with("median") if number(r["value_reported"])]
    found = [beside(reached, row, row[side]) for side in ("arm_a", "arm_b")]
    if any(len(medians) != 1 for medians in found):
        return None
    one, other = found[0][0], found[1][0]
    return (one, other) if one["unit"] == other["unit"] else None


def _log_ratio(a: PrintedNumber, b: PrintedNumber) -> tuple[float, float, float]:
    """Return ln(b / a) of two medians: by the digits, least and most."""
    return (
        math.log(float(b.digits / a.digits)),
        math.log(max(b.low, 1e-9) / a.high),
        math.log(b.high / max(a.low, 1e-9)),
    )


def a7(printed: Printed, settings: Settings) -> Iterator[Finding]:
    """Compare medians with the hazard ratio or P value beside them, on exponential curves."""
    for row in printed.outcomes:
        if row["statistic"] not in ("hazard_ratio", "p_value") or not row["arm_a"]:
            continue
        pair = _pair(printed, row) if row["outcome"] in _FROM_START else None
        if pair is None:
            continue
        numbers = [read_printed(one["value_reported"]) for one in pair]
        if min(one.digits for one in numbers) <= 0:
            continue
        ratio = _log_ratio(numbers[0], numbers[1])
        rows = (row["row_id"], pair[0]["row_id"], pair[1]["row_id"])
        if row["statistic"] == "hazard_ratio":
            yield from _with_hazard_ratio(printed, row, rows, ratio)
        else:
            yield from _with_p(printed, row, rows, ratio)


def _least_error(printed: Printed, row: Row) -> float:
    """Return the standard error with every patient an event: rule A8 speaks of a smaller one."""
    sizes = [printed.arm_n(row["study_id"], row[name]) for name in ("arm_a", "arm_b")]
    if sizes[0] is None or sizes[1] is None:
        return 0.0
    return math.sqrt(1 / sizes[0] + 1 / sizes[1])


def _with_hazard_ratio(
    printed: Printed, row: Row, rows: tuple[str, ...], ratio: tuple[float, float, float]
) -> Iterator[Finding]:
    value, least = number(row["value_reported"]), _least_error(printed, row)
    se = standard_error(row)
    if se is None and least:
        # Neither interval nor P: as if every third patient were an event.
        se = least / math.sqrt(_EVENTS_AT_LEAST)
    if se is None or value is None or value.low <= 0 or se < least:
        return
    low, high = math.log(value.low), math.log(value.high)
    apart = abs(ratio[0] - math.log(float(value.digits))) / se
    beyond = max(ratio[1] - high, low - ratio[2], 0.0) / se
    if apart <= _NEAR:
        return
    severity: Severity = "warning" if beyond > _FAR else "note"
    yield Finding(
        "A7", severity, row["study_id"], rows,
        f"{printed.say(row)}: the medians give {math.exp(ratio[0]):.3f} on exponential curves.",
        "; ".join(printed.text(row_id) for row_id in rows),
        f"|ln {math.exp(ratio[0]):.3f} - ln {row['value_reported']}| is {apart:.1f} standard "
        f"errors of {se:.3f}, {beyond:.1f} beyond rounding",
        f"{_NEAR:g} standard error for a note, {_FAR:g} beyond rounding for a warning",
        _EXPONENTIAL,
    )  # fmt: skip


def _with_p(
    printed: Printed, row: Row, rows: tuple[str, ...], ratio: tuple[float, float, float]
) -> Iterator[Finding]:
    sizes = [printed.arm_n(row["study_id"], row[name]) for name in ("arm_a", "arm_b")]
    p = p_value(row)
    if sizes[0] is None or sizes[1] is None or p is None or row["population"]:
        return
    given = two_sided_range(p, one_sided=says_one_sided(row))[1]
    # With every patient an event the standard error is as small as it can be.
    se = math.sqrt(1 / sizes[0] + 1 / sizes[1])
    z = max(abs(ratio[1]), abs(ratio[2])) / se
    if not 0 < given <= _SIGNIFICANT or p.bound == ">" or z >= _NEAR:
        return
    needed = z_from_p(given)
    yield Finding(
        "A7", "warning", row["study_id"], rows,
        f"{printed.say(row)}: the medians lie too close together for such a P value.",
        "; ".join(printed.text(row_id) for row_id in rows),
        f"with all {sizes[0] + sizes[1]} patients as events it needs a hazard ratio of "
        f"{math.exp(-needed * se):.2f} or its reciprocal; the medians give "
        f"{math.exp(ratio[0]):.2f}, z at most {z:.2f} with rounding",
        f"medians at least {_NEAR:g} standard error apart where P is below {_SIGNIFICANT:g}",
        "Late separation or crossing of the curves.",
    )  # fmt: skip


def _months(printed: Printed, row: Row) -> tuple[float, float | None, float | None] | None:
    estimate = printed.evidence.estimate(row["row_id"])
    if estimate is None or estimate.unit != "months":
        return None
    return estimate.value, estimate.low, estimate.high


def a9(printed: Printed, settings: Settings) -> Iterator[Finding]:
    """Compare a median and its limits with the median follow-up of the same publication."""
    follow = group(
        (r for r in printed.outcomes_with("median") if r["outcome"] == "follow_up"),
        lambda r: (r["study_id"], r["source_key"]),
    )
    for row in printed.outcomes_with("median"):
        if row["outcome"] not in _FROM_START or not number(row["value_reported"]):
            continue
        for seen in follow.get((row["study_id"], row["source_key"]), []):
            own, length = _months(printed, row), _months(printed, seen)
            if seen["arm"] not in ("all", row["arm"]) or own is None or length is None:
                continue
            yield from _beyond(printed, row, seen, own, length[0])


def _beyond(
    printed: Printed,
    row: Row,
    seen: Row,
    own: tuple[float, float | None, float | None],
    length: float,
) -> Iterator[Finding]:
    value, low, high = own
    beyond = [
        name
        for name, months in (("lower limit", low), ("median", value), ("upper limit", high))
        if months is not None and months > length
    ]
    if not beyond:
        return
    severity: Severity = "warning" if "lower limit" in beyond else "note"
    if beyond == ["upper limit"]:
        severity = "info"
    shown = ", ".join(f"{months:.4g}" for months in (low, value, high) if months is not None)
    yield Finding(
        "A9", severity, row["study_id"], (row["row_id"], seen["row_id"]),
        f"{printed.say(row)}: {' and '.join(beyond)} beyond the median follow-up.",
        f"{printed.text(row['row_id'])}; follow-up {printed.text(seen['row_id'])}",
        f"{shown} months v {length:.4g}", "no longer than the median follow-up",
        "It rests on the patients followed longest; follow-up may count those who died.",
    )  # fmt: skip


def a10(printed: Printed, settings: Settings) -> Iterator[Finding]:
    """Ask the limits of a median to be such as the patients of the arm can give."""
    for row in printed.outcomes_with("median"):
        if row["value_reported"] in NOT_REACHED and row["ci_kind"] == "confidence":
            yield from _limit_of_none(printed, row)
        n, level = printed.patients(row), level_of(row)
        if row["ci_kind"] != "confidence" or row["outcome"] not in _FROM_START or not n:
            continue
        cells = [number(row[f"{name}_reported"]) for name in ("ci_low", "value", "ci_high")]
        low, value, high = cells
        if low is None or value is None or high is None or level is None or low.low <= 0:
            continue
        finding = _width(printed, row, n, level, (low, value, high))
        if finding is not None:
            yield finding


def _limit_of_none(printed: Printed, row: Row) -> Iterator[Finding]:
    """Refuse an upper limit of a median that was not reached: half the curve's band lies above."""
    if number(row["ci_high_reported"]) is None:
        return
    yield Finding(
        "A10", "error", row["study_id"], (row["row_id"],),
        f"{printed.say(row)}: it has an upper limit and was not reached.",
        printed.text(row["row_id"]),
        f"a curve that stays above one half has no upper limit; reported {row['ci_high_reported']}",
        "an upper limit that was not reached",
    )  # fmt: skip


def _width(
    printed: Printed,
    row: Row,
    n: int,
    level: float,
    numbers: tuple[PrintedNumber, PrintedNumber, PrintedNumber],
) -> Finding | None:
    low, value, high = numbers
    middle = float(value.digits)
    wide = Median(middle, low.low, high.high, level)
    least, fewest = implied_weibull_shape(wide, n).value, implied_exponential_events(wide).value
    shown = Median(middle, float(low.digits), float(high.digits), level)
    kind = "os" if row["outcome"] == "os" else "visits"
    # At a visit where half have progressed the median and its limits may be one day.
    bunched = kind == "visits" and value.digits in (low.digits, high.digits)
    if not shown.has_width:
        shown = wide
    shape, events = implied_weibull_shape(shown, n).value, implied_exponential_events(shown).value
    narrow, unheard = _NARROW[kind]
    place = math.log(middle / low.low) / math.log(high.high / low.low)
    severity: Severity = "note"
    what = f"limits of this width need a Weibull shape of {shape:.2f}"
    if shape < _WIDE[1] or (least > unheard and not bunched):
        severity = "warning"
    elif kind == "os" and not _PLACES[0] <= place <= _PLACES[1]:
        severity = "warning"
        what = f"it lies {place:.0%} of the way between its limits, on the log scale"
    elif bunched and fewest > n:
        severity = "info"
        what = "the median and a limit are one number"
    elif fewest > n and least <= narrow:
        severity = "info"
        what = f"an exponential curve would need more events than the {n} patients"
    elif _WIDE[0] <= shape and least <= narrow:
        return None
    return Finding(
        "A10", severity, row["study_id"], (row["row_id"],), f"{printed.say(row)}: {what}.",
        printed.text(row["row_id"]),
        f"n = {n}: shape {shape:.2f}, 1/SE^2 = {events:.1f} events; with the limits as "
        f"wide as rounding allows {least:.2f} and {fewest:.1f}",
        f"shape {_WIDE[0]:g} or more, a warning below {_WIDE[1]:g}"
        + (f"; at most {narrow:g}, a warning above {unheard:g}" if kind == "os" else ""),
        "Scans at fixed visits bunch progressions, which narrows the limits."
        if shape > 1 else "Censoring before the median widens the limits.",
    )  # fmt: skip
