"""A8: the events that a ratio implies, against patients, events and other end points."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import combinations

from evidence.audit.findings import Finding, Settings
from evidence.audit.printed import Printed, Row, group, level_of, number, p_value
from evidence.audit.ratios import Ratio, ratios, says_one_sided, two_sided_range
from evidence_stats.normal import z_from_p
from evidence_stats.printed.rounding import PrintedNumber, rounding_polygon
from evidence_stats.survival.hazard_ratio import log_hr_se_from_interval

# Two end points in the same patients differ in information by the ratio of their events. In
# AVOREN at unblinding there were 505 progressions and 251 deaths; four times is out of reach.
_MOST_INFORMATION_RATIO = 4.0
# No trial reports a hazard ratio with fewer events than this share of its patients.
_FEWEST_EVENTS = 0.02


def allocation(printed: Printed, row: Row) -> float:
    """Return r(1-r), r the share of patients in the first arm; 1/4 where it is not found."""
    sizes = [printed.arm_n(row["study_id"], row.get(name, "")) for name in ("arm_a", "arm_b")]
    if sizes[0] is None or sizes[1] is None:
        return 0.25
    return sizes[0] * sizes[1] / (sizes[0] + sizes[1]) ** 2


def implied_events(printed: Printed, ratio: Ratio) -> tuple[float, float, float]:
    """Return the events that the interval implies: by its digits, least and most.

    1 / (r(1-r) SE**2), which is 4/SE**2 for arms of one size (Schoenfeld 1981).
    """
    share = allocation(printed, ratio.row)
    ends = [ratio.se, ratio.se]
    if ratio.polygon.vertices:
        spread = [s for _, s in ratio.polygon.vertices if s > 0]
        ends = [max(spread), min(spread)]
    low, high = (1 / (share * se**2) for se in ends)
    return 1 / (share * ratio.se**2), low, high


def a8(printed: Printed, settings: Settings) -> Iterator[Finding]:
    """Compare the events that an interval implies with patients, events and other end points."""
    for ratio in ratios(printed):
        row = ratio.row
        if row["statistic"] != "hazard_ratio" or "arm_a" not in row:
            continue
        middle, low, high = implied_events(printed, ratio)
        sizes = [printed.arm_n(row["study_id"], row[name]) for name in ("arm_a", "arm_b")]
        n = int(row["n"]) if row["n"] else None
        if n is None and sizes[0] is not None and sizes[1] is not None:
            n = sizes[0] + sizes[1]
        n = n or printed.arm_n(row["study_id"], "all")
        words = f"events implied {middle:.0f} ({low:.0f} to {high:.0f}, from rounding)"
        if n is not None and low > n:
            yield Finding(
                "A8", "warning", row["study_id"], (row["row_id"],),
                f"{printed.say(row)}: the interval needs more events than there are patients.",
                printed.text(row["row_id"]), f"{words}, patients {n}",
                "the fewest events that the rounded limits imply",
                "A model of another kind than Cox's may be more precise.",
            )  # fmt: skip
        elif row["events"]:
            given, factor = int(row["events"]), 1 + settings.allow_other_test_factor
            if not low / factor**2 <= given <= high * factor**2:
                yield Finding(
                    "A8", "note", row["study_id"], (row["row_id"],),
                    f"{printed.say(row)}: the interval does not fit the events reported.",
                    printed.text(row["row_id"]), f"{words}, reported {given}",
                    f"standard error within {settings.allow_other_test_factor:.0%}",
                    "Stratified or adjusted analyses have wider intervals.",
                )  # fmt: skip
    yield from _from_p_alone(printed)
    yield from _information(printed)


def _from_p_alone(printed: Printed) -> Iterator[Finding]:
    """Ask whether the P value of a ratio without interval is within reach of the patients."""
    for row in printed.outcomes_with("hazard_ratio"):
        value = number(row["value_reported"])
        sizes = [printed.arm_n(row["study_id"], row[name]) for name in ("arm_a", "arm_b")]
        p = p_value(row)
        if value is None or value.low <= 0 or p is None or row["ci_low_reported"]:
            continue
        if sizes[0] is None or sizes[1] is None or p.bound == ">":
            continue
        least = math.sqrt(1 / sizes[0] + 1 / sizes[1])
        far = max(abs(math.log(value.low)), abs(math.log(value.high)))
        said = says_one_sided(row)

        def widest(one_sided: bool, p: PrintedNumber = p, far: float = far) -> float:
            high = two_sided_range(p, one_sided=one_sided)[1]
            return far / z_from_p(high) if 0 < high < 1 else math.inf

        narrowest = _narrowest(value, p, said)
        if narrowest * math.sqrt(_FEWEST_EVENTS) > least:
            yield Finding(
                "A8", "warning", row["study_id"], (row["row_id"],),
                f"{printed.say(row)}: such a P value needs hardly any events.",
                printed.text(row["row_id"]),
                f"standard error {narrowest:.3f} at least, {least:.4f} with all "
                f"{sizes[0] + sizes[1]} patients as events",
                f"that of {_FEWEST_EVENTS:.0%} of the patients as events", "",
            )  # fmt: skip
        if widest(said) >= least:
            continue
        halved = not said and widest(True) >= least
        yield Finding(
            "A8", "note" if halved else "warning", row["study_id"], (row["row_id"],),
            f"{printed.say(row)}: such a P value needs more events than there are patients.",
            printed.text(row["row_id"]),
            f"standard error {widest(said):.4f} at most, {least:.4f} with all "
            f"{sizes[0] + sizes[1]} patients as events"
            + (f"; {widest(True):.3f} if P is one-sided" if halved else ""),
            "the widest that the reported digits allow",
            "Probably a one-sided P value." if halved else "Another test or an adjusted ratio.",
        )  # fmt: skip


def _narrowest(value: PrintedNumber, p: PrintedNumber, one_sided: bool) -> float:
    """Return the smallest standard error that a reported ratio and its P value allow."""
    if p.bound or value.low <= 1 <= value.high:
        return 0.0
    low = two_sided_range(p, one_sided=one_sided)[0]
    near = min(abs(math.log(value.low)), abs(math.log(value.high)))
    return near / z_from_p(low) if 0 < low < 1 else 0.0


def _information(printed: Printed) -> Iterator[Finding]:
    """Compare the precision of one marker's hazard ratios for two end points."""
    markers = [ratio for ratio in ratios(printed) if ratio.row.get("marker")]
    keyed = {ratio.row["row_id"]: ratio for ratio in markers}
    columns = ("study_id", "marker", "model", "source_key", "arm")
    for rows in group((r.row for r in markers), lambda r: tuple(r[c] for c in columns)).values():
        for one, other in combinations(rows, 2):
            a, b = sorted((keyed[r["row_id"]] for r in (one, other)), key=lambda ratio: ratio.se)
            spread = [_errors(ratio) for ratio in (a, b)]
            if not all(spread):
                continue
            low = (min(spread[1]) / max(spread[0])) ** 2
            high = (max(spread[1]) / min(spread[0])) ** 2
            if low <= _MOST_INFORMATION_RATIO:
                continue
            yield Finding(
                "A8", "warning", a.row["study_id"], (a.row["row_id"], b.row["row_id"]),
                f"{printed.say(a.row)} would rest on {low:.1f} to {high:.1f} times as many events "
                f"as {printed.say(b.row)} in one model of the same patients.",
                f"{printed.text(a.row['row_id'])}; {printed.text(b.row['row_id'])}",
                f"(SE {b.se:.4f} / SE {a.se:.4f})^2 = {(b.se / a.se) ** 2:.1f}",
                f"at most {_MOST_INFORMATION_RATIO:g} times, over the rounding polygons",
                "Scale, patients or covariates must differ between the two models.",
            )  # fmt: skip


def _errors(ratio: Ratio) -> list[float]:
    """Return standard errors that all reported numbers allow, the P value too where it can be."""
    texts = [ratio.row[f"{name}_reported"] for name in ("value", "ci_low", "ci_high")]
    told = p_value(ratio.row) is not None and not says_one_sided(ratio.row)
    p = ratio.row["p_reported"] if told else None
    whole = rounding_polygon(texts[0], texts[1], texts[2], p, level=ratio.level)
    pieces = whole.pieces or (whole.vertices,)
    return [s for piece in pieces for _, s in piece if s > 0]


def standard_error(row: Row) -> float | None:
    """Return the standard error of a log hazard ratio from its interval, else from its P."""
    value = number(row["value_reported"])
    if value is None or value.digits <= 0:
        return None
    hr = float(value.digits)
    limits = [number(row[f"ci_{side}_reported"]) for side in ("low", "high")]
    level, p = level_of(row), p_value(row)
    if limits[0] is not None and limits[1] is not None and level is not None:
        low, high = (float(limit.digits) for limit in limits if limit is not None)
        if 0 < low <= hr <= high and low < high:
            return log_hr_se_from_interval(hr, low, high, level)
    if p is not None and p.low > 0 and hr != 1:
        low_p, high_p = two_sided_range(p, one_sided=says_one_sided(row))
        middle = (low_p + high_p) / 2
        if not p.bound and 0 < middle < 1:
            return abs(math.log(hr)) / z_from_p(middle)
    return None
