"""A12: parts and wholes, in patients and in %."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from evidence.audit.findings import Finding, Settings, Severity
from evidence.audit.printed import Printed, Row, group, number

# Groups into which every patient of an arm falls.
_FAMILIES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("men and women", ("male", "female")),
    ("performance status", ("ecog_0", "ecog_1", "ecog_2")),
    ("risk groups", ("mskcc_favourable", "mskcc_intermediate", "mskcc_poor", "mskcc_missing")),
    ("earlier cytokine or none", ("prior_cytokine", "no_prior_cytokine", "treatment_naive")),
)
# Without these a family is not complete, and its sum says nothing.
_NEEDED: dict[str, tuple[tuple[str, ...], ...]] = {
    "men and women": (("male", "female"),),
    "performance status": (("ecog_0", "ecog_1"),),
    "risk groups": (("mskcc_favourable", "mskcc_intermediate", "mskcc_poor"),),
    "earlier cytokine or none": (
        ("prior_cytokine", "no_prior_cytokine"),
        ("prior_cytokine", "treatment_naive"),
    ),
}
_TOLERANCE = "none: patients are counted"


def patients_counted(row: Row) -> int | None:
    """Return the patients that a row counts; None where it gives no count."""
    if row["events"]:
        return int(row["events"])
    if row["statistic"] == "count" and row["value_reported"].isdigit():
        return int(row["value_reported"])
    return None


def a12(printed: Printed, settings: Settings) -> Iterator[Finding]:
    """Ask parts to add up to their whole."""
    yield from _responses(printed)
    yield from _arms(printed)
    for name, members in _FAMILIES:
        yield from _family(printed, name, members)


def _single(rows: Sequence[Row], outcome: str) -> tuple[int, Row] | None:
    """Return the count of one outcome, where all rows that give it agree."""
    found = [(count, r) for r in rows if r["outcome"] == outcome
             and (count := patients_counted(r)) is not None]  # fmt: skip
    return found[0] if found and len({count for count, _ in found}) == 1 else None


def _responses(printed: Printed) -> Iterator[Finding]:
    rows = [row for row in printed.outcomes if row["arm"]]
    groups = group(rows, lambda r: (r["study_id"], r["arm"], r["population"]))
    for (study_id, arm, _), members in groups.items():
        best = {name: _single(members, name) for name in ("cr", "pr", "orr", "sd", "pd")}
        cr, pr, orr = best["cr"], best["pr"], best["orr"]
        if cr and pr and orr and cr[0] + pr[0] != orr[0]:
            too_many = cr[0] + pr[0] > orr[0]
            yield Finding(
                "A12", "error" if too_many else "warning", study_id,
                tuple(item[1]["row_id"] for item in (cr, pr, orr)),
                f"Complete and partial responses of {printed.label(study_id, arm)} do not add to "
                f"the responses.",
                "; ".join(printed.text(item[1]["row_id"]) for item in (cr, pr, orr)),
                f"{cr[0]} + {pr[0]} = {cr[0] + pr[0]}, reported {orr[0]}", _TOLERANCE,
                "" if too_many else "Some responses may be unconfirmed or of another category.",
            )  # fmt: skip
        n = printed.arm_n(study_id, arm)
        responders = [orr] if orr and not (cr and pr) else [cr, pr]
        parts = [item for item in (*responders, best["sd"], best["pd"]) if item]
        if n is None or len(parts) < 2 or not (best["sd"] or best["pd"]):
            continue
        total = sum(item[0] for item in parts)
        complete = bool(best["sd"] and best["pd"] and (orr or (cr and pr)))
        if total > n or (complete and total < n):
            yield _sum(
                printed, study_id, parts, n,
                f"Best responses of {printed.label(study_id, arm)} add to {total} of {n} patients.",
                "Patients without a second scan are not evaluable.",
            )  # fmt: skip


def _sum(
    printed: Printed,
    study_id: str,
    parts: Sequence[tuple[int, Row]],
    n: int,
    what: str,
    explanation: str,
) -> Finding:
    total = sum(count for count, _ in parts)
    terms = " + ".join(str(count) for count, _ in parts)
    return Finding(
        "A12", "error" if total > n else "note", study_id,
        tuple(row["row_id"] for _, row in parts), what,
        "; ".join(printed.text(row["row_id"]) for _, row in parts),
        f"{terms} = {total}, patients {n}", _TOLERANCE, "" if total > n else explanation,
    )  # fmt: skip


def _arms(printed: Printed) -> Iterator[Finding]:
    """Ask the counts of the arms to add to the count of the whole study."""
    own = {
        (arm["study_id"], arm["arm"])
        for arm in printed.arms
        if arm["role"] not in ("cohort", "pooled")
    }
    columns = ("study_id", "outcome", "analysis_set", "population")
    rows = [r for r in printed.outcomes_with("count") if patients_counted(r) is not None]
    for key, members in group(rows, lambda r: tuple(r[c] for c in columns)).items():
        arms = {arm for study, arm in own if study == key[0]}
        parts = [(patients_counted(r) or 0, r) for r in members if (key[0], r["arm"]) in own]
        wholes = [r for r in members if r["arm"] == "all" and r["status"] != "derived"]
        if len(parts) != len(arms) or {r["arm"] for _, r in parts} != arms:
            continue
        for whole in wholes:
            total, given = sum(count for count, _ in parts), patients_counted(whole) or 0
            if total != given and len(arms) > 1:
                terms = " + ".join(str(count) for count, _ in parts)
                same = {r["source_key"] for _, r in parts} == {whole["source_key"]}
                yield Finding(
                    "A12", "error" if same else "note", key[0],
                    (*(r["row_id"] for _, r in parts), whole["row_id"]),
                    f"{printed.say(whole)}: the arms do not add to it.",
                    "; ".join(printed.text(r["row_id"]) for _, r in (*parts, (0, whole))),
                    f"{terms} = {total}, reported {given}", _TOLERANCE,
                    "" if same else "Two sources may describe two analyses.",
                )  # fmt: skip


def _family(printed: Printed, name: str, members: tuple[str, ...]) -> Iterator[Finding]:
    rows = [row for row in printed.characteristics if row["characteristic"] in members]
    groups = group(rows, lambda r: (r["study_id"], r["arm"], r["source_key"]))
    for (study_id, arm, _), found in groups.items():
        by_part = {row["characteristic"]: row for row in found}
        if len(by_part) != len(found):
            continue
        if not any(set(needed) <= set(by_part) for needed in _NEEDED[name]):
            continue
        counts = [(patients_counted(row), row) for row in by_part.values()]
        n = printed.arm_n(study_id, arm)
        if all(count is not None for count, _ in counts) and n is not None:
            parts = [(count, row) for count, row in counts if count is not None]
            total = sum(count for count, _ in parts)
            if total != n:
                yield _sum(
                    printed, study_id, parts, n,
                    f"{name.capitalize()} of {printed.label(study_id, arm)} add to {total} of {n} "
                    f"patients.",
                    "Missing values, or a group that is not reported.",
                )  # fmt: skip
        elif all(row["unit"] == "percent" for row in found):
            yield from _percent(printed, study_id, arm, name, found)


def _percent(
    printed: Printed, study_id: str, arm: str, name: str, rows: Sequence[Row]
) -> Iterator[Finding]:
    numbers = [number(row["value_reported"]) for row in rows]
    shares = [one for one in numbers if one is not None]
    if len(shares) != len(rows):
        return
    total = sum((one.digits for one in shares), Decimal(0))
    slack = sum((one.half_unit for one in shares), Decimal(0))
    if abs(total - 100) <= slack:
        return
    severity: Severity = "warning" if total > 100 else "info"
    yield Finding(
        "A12", severity, study_id, tuple(row["row_id"] for row in rows),
        f"{name.capitalize()} of {printed.label(study_id, arm)} add to {total} %.",
        "; ".join(printed.text(row["row_id"]) for row in rows),
        f"{' + '.join(row['value_reported'] for row in rows)} = {total}",
        f"half a unit of each last digit, {slack} in all",
        "Groups may overlap." if total > 100 else "Missing values, or a group not reported.",
    )  # fmt: skip
