"""A15: results that rest on other patients than those they are said to describe."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

from evidence.audit.counts import patients_counted
from evidence.audit.findings import Finding, Settings, Severity
from evidence.audit.percentages import shares
from evidence.audit.printed import Printed, Row, group, is_safety

# Who came in, and who was analysed.
_ENTERED = ("registered", "enrolled", "randomized", "included")
_ANALYSED = ("analysed", "evaluated", "eligible")
# Events that are counted among all patients.
_EVENTS = ("deaths", "pfs_events", "os_events", "ttp_events")
# Fewer than one in twenty lost leads to little bias (Schulz and Grimes 2002, Lancet 359:781).
_FEW_LOST = 0.05
# The disease that the book is about, as a characteristic of an arm.
_DISEASE = "renal_cell_carcinoma"
_DECIMAL = Decimal("0.1")
# study.outcome.statistic.arm
_PLAIN_DOTS = 3


def _share(events: int, n: int) -> str:
    share = (Decimal(100 * events) / n).quantize(_DECIMAL, rounding=ROUND_HALF_UP)
    return f"{events}/{n} = {share}"


def a15(printed: Printed, settings: Settings) -> Iterator[Finding]:
    """Compare denominators with the patients who entered, and with their disease."""
    yield from _other_disease(printed)
    yield from _lost(printed)
    yield from _subsets(printed)
    yield from _unnamed(printed)
    yield from _other_randomized(printed)


def _other_disease(printed: Printed) -> Iterator[Finding]:
    for about in printed.characteristics:
        n = printed.patients(about)
        own = patients_counted(about)
        if about["characteristic"] != _DISEASE or own is None or n is None or own >= n:
            continue
        for row in shares(printed):
            same_arm = all(row[name] == about[name] for name in ("study_id", "arm"))
            if not same_arm or printed.patients(row) != n or not own > 0:
                continue
            events = int(row["events"]) if row["events"] else None
            if events is None:
                events = int(
                    (Decimal(row["value_reported"]) * n / 100).quantize(
                        Decimal(1), rounding=ROUND_HALF_UP
                    )
                )
            low, high = max(0, events - (n - own)), min(events, own)
            second_hand = row["source_key"] not in _publications(printed, row["study_id"])
            yield Finding(
                "A15", "warning" if second_hand else "note", row["study_id"],
                (row["row_id"], about["row_id"]),
                f"{printed.say(row)}: {n - own} of the {n} patients had another disease.",
                printed.text(row["row_id"]),
                f"{events}/{n}; of the {own} with the disease itself between "
                f"{_share(low, own)} and {_share(high, own)}",
                "none: all patients should have the disease",
                "" if second_hand else "The paper says so.",
            )  # fmt: skip


def _publications(printed: Printed, study_id: str) -> list[str]:
    return printed.study[study_id]["publications"].split(";")


def _lost(printed: Printed) -> Iterator[Finding]:
    """Compare those who entered with those in the analysis, arm by arm or as a whole."""
    counted = [r for r in printed.outcomes_with("count") if not r["analysis_set"]]
    for study_id, rows in group(counted, lambda r: r["study_id"]).items():
        entered = [r for r in rows if r["outcome"] in _ENTERED and r["status"] != "derived"]
        analysed = [r for r in rows if r["outcome"] in _ANALYSED]
        for late in analysed:
            early = _entered(printed, entered, late["arm"])
            now = patients_counted(late)
            if early and now is not None and now < early[0]:
                yield _loss(printed, study_id, early, now, (late["row_id"],), printed.say(late), "")
        for late, early, n in _rates(printed, entered, study_id):
            share = ""
            if late["events"] and late["arm"] != "all":
                share = f"; {_share(int(late['events']), n)}, of all entered "
                share += _share(int(late["events"]), early[0])
            yield _loss(printed, study_id, early, n, (late["row_id"],), printed.say(late), share)


def _entered(printed: Printed, entered: list[Row], arm: str) -> tuple[int, tuple[str, ...]] | None:
    """Return the most patients who entered an arm, or all arms together, and the rows."""
    own: list[tuple[int, tuple[str, ...]]] = [
        (patients_counted(r) or 0, (r["row_id"],)) for r in entered if r["arm"] == arm
    ]
    if arm == "all":
        for rows in group(entered, lambda r: (r["outcome"], r["source_key"])).values():
            arms = {
                r["arm"]
                for r in printed.arms_of(rows[0]["study_id"])
                if r["role"] not in ("pooled", "cohort")
            }
            parts = [r for r in rows if r["arm"] in arms]
            if {r["arm"] for r in parts} == arms and len(parts) == len(arms):
                total = sum(patients_counted(r) or 0 for r in parts)
                own.append((total, tuple(r["row_id"] for r in parts)))
    return max(own, default=None)


def _rates(
    printed: Printed, entered: list[Row], study_id: str
) -> Iterator[tuple[Row, tuple[int, tuple[str, ...]], int]]:
    """Yield response rates whose reported denominator is below those who entered the arm."""
    for row in printed.outcomes_with("percent"):
        if row["study_id"] != study_id or row["outcome"] != "orr" or not row["n"]:
            continue
        # A subgroup, which its row names beside its arm, has patients of its own.
        if row["population"] and row["row_id"].count(".") > _PLAIN_DOTS:
            continue
        early = _entered(printed, entered, row["arm"])
        if early and int(row["n"]) < early[0]:
            yield row, early, int(row["n"])
    # Arms whose size at entry is not printed: their denominators together against the whole.
    rows = [
        r
        for r in printed.outcomes_with("percent")
        if r["study_id"] == study_id and r["outcome"] == "orr" and r["n"] and not r["population"]
        and printed.arm_n(study_id, r["arm"]) is None
    ]  # fmt: skip
    early = _entered(printed, entered, "all")
    total = sum(int(r["n"]) for r in rows)
    if len(rows) > 1 and len({r["arm"] for r in rows}) == len(rows) and early:
        arms = [r for r in printed.arms_of(study_id) if r["role"] not in ("pooled", "cohort")]
        if len(arms) == len(rows) and total < early[0]:
            both = {**rows[0], "arm": "all"}
            yield both, early, total


def _loss(
    printed: Printed,
    study_id: str,
    early: tuple[int, tuple[str, ...]],
    now: int,
    rows: tuple[str, ...],
    what: str,
    share: str,
) -> Finding:
    lost = 1 - now / early[0]
    severity: Severity = "note" if lost <= _FEW_LOST else "warning"
    return Finding(
        "A15", severity, study_id, (*rows, *early[1]),
        f"{what}: {now} of the {early[0]} patients who entered.",
        "; ".join(printed.text(row_id) for row_id in (*rows, *early[1])),
        f"1 - {now}/{early[0]} = {100 * lost:.1f} % left out{share}",
        f"none; up to {_FEW_LOST:.0%} is a note",
        "Few patients." if severity == "note" else "",
    )  # fmt: skip


def _subsets(printed: Printed) -> Iterator[Finding]:
    """Say where a rate has fewer patients than its arm, and the row names no subset."""
    for row in shares(printed):
        n = printed.arm_n(row["study_id"], row["arm"])
        named = row.get("population", "") or row.get("analysis_set", "")
        if not row["n"] or n is None or int(row["n"]) == n or named or is_safety(row):
            continue
        larger = int(row["n"]) > n
        yield Finding(
            "A15", "warning" if larger else "info", row["study_id"], (row["row_id"],),
            f"{printed.say(row)}: of {row['n']} patients, {n} are in the arm or study.",
            printed.text(row["row_id"]), f"{row['n']} v {n}", "the patients of the arm",
            "" if larger else "A subset: patients with a specimen, or evaluable ones.",
        )  # fmt: skip


def _unnamed(printed: Printed) -> Iterator[Finding]:
    """Ask events and comparisons, which count everybody, for the patients of arms and study."""
    counted = {
        (row["study_id"], row["arm"], patients_counted(row))
        for row in printed.outcomes_with("count")
    }
    for row in printed.outcomes:
        everybody = row["outcome"] in _EVENTS or row["statistic"] == "hazard_ratio"
        named = row["population"] or row["analysis_set"] or row["row_id"].endswith(".combined")
        if not everybody or not row["n"] or named or is_safety(row):
            continue
        arms = [row["arm"]] if row["arm"] else [row["arm_a"], row["arm_b"]]
        sizes = [printed.arm_n(row["study_id"], arm) for arm in arms]
        n, total = int(row["n"]), sum(size or 0 for size in sizes)
        if None in sizes or n in (total, printed.arm_n(row["study_id"], "all")):
            continue
        if (row["study_id"], row["arm"] or "all", n) not in counted:
            yield Finding(
                "A15", "warning", row["study_id"], (row["row_id"],),
                f"{printed.say(row)}: of {n} patients, and no row says which.",
                printed.text(row["row_id"]), f"{n} v {total}",
                "the patients of the arms or the study, or a number that another row counts",
                "A subset that the row does not name, or a wrong digit.",
            )  # fmt: skip


def _other_randomized(printed: Printed) -> Iterator[Finding]:
    """Ask the patients whom a trial's own paper says it randomized to be those of the arm."""
    for row in printed.outcomes_with("count"):
        n, own = patients_counted(row), printed.arm_n(row["study_id"], row["arm"])
        of_paper = row["source_key"] in _publications(printed, row["study_id"])
        named = row["population"] or row["analysis_set"]
        if row["outcome"] != "randomized" or row["arm"] == "all" or not of_paper or named:
            continue
        if n is not None and own is not None and n != own:
            yield Finding(
                "A15", "warning", row["study_id"], (row["row_id"],),
                f"{printed.say(row)}: {n} where the arm has {own}.",
                printed.text(row["row_id"]), f"{n} v {own}", "the patients of the arm",
                "Patients left out after randomization, or a wrong digit.",
            )  # fmt: skip
