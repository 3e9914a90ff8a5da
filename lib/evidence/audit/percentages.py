"""A1 to A3: percentages and their intervals against whole numbers of patients."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from evidence.audit.findings import Finding, Settings, Severity
from evidence.audit.printed import Printed, Row, group, is_safety, number
from evidence_stats.printed.reported import read_level
from evidence_stats.rates.inversion import (
    Rounding,
    counts_printing_interval,
    counts_printing_percent,
    prints,
    sizes_printing,
)
from evidence_stats.rates.proportions import ProportionMethod

_CONVENTIONS: tuple[Rounding, ...] = ("half_up", "half_even", "trunc")
_WORDS = {"half_up": "half-up", "half_even": "half-even", "trunc": "cut off"}
# A change from baseline is a mean or median in %, not a share of patients.
_NOT_SHARES = ("change",)
# Sizes that leave more than one in ten possibilities open say little about the denominator.
_INFORMATIVE_SHARE = 10
# Above so many patients an interval is compared with them alone, and so many other denominators
# are tried for a share.
_MOST_TRIED = 2000
# Mid-P intervals are not tried: reports of trials do not print them, and they take seconds.
_OTHER_INTERVALS: tuple[ProportionMethod, ...] = ("wilson", "jeffreys", "agresti_coull")


def shares(printed: Printed) -> Iterator[Row]:
    """Yield the rows that give a share of patients in %."""
    for row in (*printed.outcomes, *printed.characteristics, *printed.biomarkers):
        if row["statistic"] != "percent" or number(row["value_reported"]) is None:
            continue
        if not row.get("outcome", "").startswith(_NOT_SHARES):
            yield row


def fitting(percent: str, events: int | None, n: int) -> frozenset[str]:
    """Return the rounding conventions under which a count of `n` prints as `percent`."""
    found = set()
    for convention in _CONVENTIONS:
        if events is not None:
            fits = prints(events, n, percent, convention)
        else:
            fits = bool(counts_printing_percent(percent, n=n, rounding=convention))
        if fits:
            found.add(convention)
    return frozenset(found)


def _exact(events: int, n: int) -> str:
    share = (Decimal(100 * events) / n).quantize(Decimal("0.001")).normalize()
    return f"{events}/{n} = {share:f}"


def _arithmetic(row: Row, n: int, fits: frozenset[str]) -> str:
    percent = row["value_reported"]
    if row["events"]:
        counts = [int(row["events"])]
    elif fits:
        counts = [events for events, _ in counts_printing_percent(percent, n=n)]
    else:
        nearest = int(Decimal(percent) * n / 100)
        counts = [events for events in (nearest, nearest + 1) if events <= n]
    parts = ", ".join(_exact(events, n) for events in counts[:3])
    if not fits:
        return f"{parts}; none rounds to {percent}"
    return f"{parts} -> {percent} {' or '.join(_WORDS[c] for c in _CONVENTIONS if c in fits)} only"


def _other_sizes(row: Row, n: int) -> tuple[int, ...]:
    """Return smaller denominators of which the row's share rounds to it."""
    percent, events = row["value_reported"], row["events"]
    first = max(int(events or 0), 1, n - _MOST_TRIED)
    return tuple(
        size
        for size in range(first, n)
        if fitting(percent, int(events) if events else None, size) & {"half_up", "half_even"}
    )


def a1(printed: Printed, settings: Settings) -> Iterator[Finding]:
    """GRIM: a percentage against its denominator (Brown and Heathers 2017)."""
    conventions: dict[str, dict[str, frozenset[str]]] = {}
    for row in shares(printed):
        n = printed.patients(row)
        if n is None or n < 1 or (row["events"] and int(row["events"]) > n):
            continue
        events = int(row["events"]) if row["events"] else None
        fits = fitting(row["value_reported"], events, n)
        if fits:
            if row["events"] or not is_safety(row):
                conventions.setdefault(row["study_id"], {})[row["row_id"]] = fits
            yield from _one_convention(printed, settings, row, n, fits)
        else:
            yield _no_count(printed, row, n)
    for study_id, by_row in conventions.items():
        if not frozenset.intersection(*by_row.values()):
            yield _mixed(printed, study_id, by_row)


def _one_convention(
    printed: Printed, settings: Settings, row: Row, n: int, fits: frozenset[str]
) -> Iterator[Finding]:
    wanted = {settings.rounding} if settings.rounding != "any" else {"half_up", "half_even"}
    if wanted <= fits:
        return
    names = " or ".join(_WORDS[c] for c in _CONVENTIONS if c in fits)
    refused = settings.rounding != "any"
    harm = is_safety(row) and not row["events"]
    severity: Severity = "note" if (refused or fits == {"trunc"}) and not harm else "info"
    yield Finding(
        "A1", severity, row["study_id"], (row["row_id"],),
        f"{printed.say(row)}: fits only if rounded {names}.",
        printed.text(row["row_id"]), _arithmetic(row, n, fits),
        "half-up, half-even and cut-off digits are tried",
        "Journals, SAS and spreadsheets round half up; R and Python round half to even."
        if not harm else "Digits may be cut off, or only patients who took a dose counted.",
    )  # fmt: skip


def _no_count(printed: Printed, row: Row, n: int) -> Finding:
    own = bool(row["n"])
    sizes = _other_sizes(row, n)
    severity: Severity = "note"
    if own and row["events"]:
        # Count, denominator and share stand together in print: no denominator is left to vary.
        severity = "error"
    elif own or not sizes:
        severity = "warning"
    elif is_safety(row):
        severity = "info"
    explanation = ""
    if sizes and severity != "error":
        span = (
            f"{sizes[0]}" if len(sizes) == 1 else f"{len(sizes)} sizes, {sizes[0]} to {sizes[-1]}"
        )
        kind = "only patients who took a dose" if is_safety(row) else "another denominator"
        explanation = f"Perhaps {kind}: {span}, would give it."
    whole = "subset" if printed.named_subset(row) else "arm"
    of = f"{n} patients" if own else f"the {n} patients of the {whole}"
    return Finding(
        "A1", severity, row["study_id"], (row["row_id"],),
        f"{printed.say(row)}: {row['value_reported']} % is no whole number of {of}.",
        printed.text(row["row_id"]), _arithmetic(row, n, frozenset()),
        "half-up, half-even and cut-off digits are tried", explanation,
    )  # fmt: skip


def _mixed(printed: Printed, study_id: str, by_row: dict[str, frozenset[str]]) -> Finding:
    decided = {
        row_id: fits for row_id, fits in by_row.items() if not {"half_up", "half_even"} <= fits
    }
    parts = [
        f"{printed.text(row_id)}: {' or '.join(_WORDS[c] for c in _CONVENTIONS if c in fits)}"
        for row_id, fits in decided.items()
    ]
    return Finding(
        "A1", "note", study_id, tuple(decided),
        "No one rounding convention gives all percentages of the study.",
        "; ".join(printed.text(row_id) for row_id in decided), "; ".join(parts),
        "one convention for all", "Several people or programs rounded.",
    )  # fmt: skip


def a2(printed: Printed, settings: Settings) -> Iterator[Finding]:
    """Find the smallest denominator of which several percentages can be shares."""
    columns = ("study_id", "arm", "source_key", "population", "analysis_set")
    rows = [row for row in shares(printed) if not row["n"] and not row["events"]]
    groups = group(rows, lambda r: (*(r.get(c, "") for c in columns), str(is_safety(r))))
    for key, members in groups.items():
        percents = sorted({row["value_reported"] for row in members})
        n = printed.arm_n(key[0], key[1])
        if len(percents) < 2 or (n or 0) > settings.max_n:
            continue
        sizes = sizes_printing(percents, max_n=settings.max_n, rounding=settings.rounding)
        if len(sizes) * _INFORMATIVE_SHARE > settings.max_n or (len(sizes) == 0 and n is None):
            continue
        shown = ", ".join(map(str, sizes[:4])) + (" ..." if len(sizes) > 4 else "") or "none"
        agrees = n is None or n in sizes
        of = f"; the arm has {n}" if n else ""
        of_whom = printed.label(key[0], key[1])
        yield Finding(
            "A2", "info" if agrees or is_safety(members[0]) else "note", key[0],
            tuple(row["row_id"] for row in members),
            f"{len(percents)} percentages of {of_whom} in one source are together "
            f"shares of {sizes[0]} patients at least." if sizes else
            f"{len(percents)} percentages of {of_whom} in one source are together "
            f"shares of no number of patients.",
            "; ".join(percents), f"sizes up to {settings.max_n}: {shown}{of}",
            f"every size up to {settings.max_n} is tried",
            "" if agrees else "The percentages may have different denominators.",
        )  # fmt: skip


def a3(printed: Printed, settings: Settings) -> Iterator[Finding]:
    """Turn the interval of a percentage back into counts."""
    for row in shares(printed):
        limits = [row.get(f"ci_{side}_reported", "") for side in ("low", "high")]
        if row.get("ci_kind") != "confidence" or any(number(limit) is None for limit in limits):
            continue
        n = printed.patients(row)
        top = max(settings.max_n, n or 0)
        level = read_level(row["ci_level"])
        # A search over all sizes takes the square of the largest.
        alone = n if n is not None and n > _MOST_TRIED else None
        texts = (row["value_reported"], limits[0], limits[1])

        def fits(
            method: ProportionMethod,
            texts: tuple[str, str, str] = texts,
            level: float = level,
            top: int = top,
            alone: int | None = alone,
        ) -> tuple[tuple[int, int], ...]:
            return counts_printing_interval(
                *texts, level=level, method=method, n=alone, max_n=top, rounding=settings.rounding
            )

        sizes = f"n = {n}" if alone else f"n up to {top}"
        yield from _interval(printed, row, n, sizes, fits("clopper_pearson"), {
            method: found for method in _OTHER_INTERVALS if (found := fits(method))
        })  # fmt: skip


def _interval(
    printed: Printed,
    row: Row,
    n: int | None,
    sizes: str,
    exact: tuple[tuple[int, int], ...],
    others: dict[ProportionMethod, tuple[tuple[int, int], ...]],
) -> Iterator[Finding]:
    known = (int(row["events"]), n) if row["events"] and n else None

    def agrees(pairs: tuple[tuple[int, int], ...]) -> bool:
        return known in pairs if known else n is None or n in {size for _, size in pairs}

    answers = ", ".join(f"{x}/{size}" for x, size in exact[:6])
    computation = f"exact interval, {sizes}: {answers or 'none'}"
    explanation = ""
    severity: Severity = "info"
    if exact and agrees(exact):
        if len(exact) > 1:
            return
        what = f"the exact interval identifies {answers} among all counts"
        names: list[str] = [m for m, found in others.items() if agrees(found)]
        also = f"also reported by {', '.join(names)}" if names else "no other usual interval fits"
        computation += f"; {also}"
    elif any(agrees(found) for found in others.values()):
        names = [str(method).replace("_", "-") for method, found in others.items() if agrees(found)]
        what = f"the interval is not exact but {' or '.join(names)}"
        explanation = "Another method of interval."
    elif exact:
        severity = "note"
        what = f"the exact interval fits {answers}, not {n} patients"
        explanation = "Another denominator, such as patients with measurable disease."
    else:
        severity = "warning"
        what = "no usual interval of any count gives it"
        computation += f"; nor {', '.join(_OTHER_INTERVALS)}"
    yield Finding(
        "A3", severity, row["study_id"], (row["row_id"],),
        f"{printed.say(row)}: {what}.", printed.text(row["row_id"]), computation,
        "each of the three numbers may be rounded its own way", explanation,
    )  # fmt: skip
