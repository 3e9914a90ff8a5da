"""Results and patients of a study with its arms as columns, one line per outcome."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pandas as pd
from markupsafe import Markup, escape

from evidence.sources.book import read_book
from evidence.sources.data import Evidence
from evidence.sources.printed_rows import printed_text
from evidence.sources.recomputation import Recomputed
from evidence.sources.recomputed import key_of
from evidence.sources.responses import QUALIFIERS, ArmResponse, find_response
from evidence.sources.vocabulary import missing_words, population_of, topic_of
from evidence.tables.formatting import format_estimate, format_interval
from evidence.tables.study_tables import read_as
from evidence.tables.table import Table, make_table, value_link
from evidence_stats.printed.reported import Reported, read_reported
from evidence_stats.rates.two_proportions import risk_difference

# One column of a table: the short name of an arm, and its heading.
_ALL = "all"
# Characteristics of a plan, not of patients.
_PLANNED = "planned_"
# Counts behind a percentage that no source gives are marked.
_FOUND = "*"
_FOUND_NOTE = "* No source gives the count: it is the only one that fits the percentage."
# study.outcome.statistic.arm
_PLAIN_PARTS = 4
# Not every line is compared: a missing test is said to be missing only between two medians.
_NO_TEST = "none given"
_AT_ONCE = "at once"
_SECOND_CHOICE = (".update", ".review")
_RATIOS = {
    "hazard_ratio": "hazard ratio",
    "odds_ratio": "odds ratio",
    "risk_ratio": "risk ratio",
}
_KINDS = {"median": "median", **_RATIOS}


def _heading(arm: pd.Series) -> Markup:
    n = arm["n_reported"]
    size = Markup("<br><small>n = {}</small>").format(n) if n else ""
    return escape(arm["label"]) + size


def _qualifier(row: pd.Series) -> str:
    """Return what follows the arm in the id of a row, with its dot; "" where nothing does."""
    parts = row["row_id"].split(".")
    return f".{parts[-1]}" if len(parts) > _PLAIN_PARTS else ""


def is_main(row: pd.Series) -> bool:
    """Return True for a result of the whole study as its own publications have it."""
    qualifier = _qualifier(row)
    return not qualifier or (qualifier in QUALIFIERS and not row.get("population", ""))


def without_repeats(rows: Sequence[pd.Series]) -> list[pd.Series]:
    """Leave out updates and reviews of what the paper gives as fully, and counts of a rate."""
    own = {_subject(row): row for row in rows if _qualifier(row) not in _SECOND_CHOICE}
    kept: list[pd.Series] = []
    for row in rows:
        if not _is_repeat(row, own):
            kept.append(row)
            if _qualifier(row) in _SECOND_CHOICE:
                # One of them is enough.
                own[_subject(row)] = row
    return kept


def _is_repeat(row: pd.Series, own: Mapping[tuple[str, ...], pd.Series]) -> bool:
    plain = own.get(_subject(row))
    if _qualifier(row) in _SECOND_CHOICE and plain is not None:
        return bool(plain["ci_low_reported"] or not row["ci_low_reported"])
    return row["statistic"] == "count" and ("percent", *_subject(row)[1:]) in own


def _subject(row: pd.Series) -> tuple[str, ...]:
    return tuple(row[name] for name in ("statistic", "outcome", "arm", "arm_a", "arm_b"))


def row_line(row: pd.Series, counts: str) -> Markup:
    """Return the number of a row with its interval and counts, linked to the row."""
    value, _, inside = printed_text(row).partition(" (")
    if row["statistic"] == "count" and counts:
        value, counts = counts, ""
    inside = inside.removesuffix(")")
    if " to " in inside:
        level = f"{row['ci_level']} % CI" if row.get("ci_level") else ""
        inside = f"{level or row.get('ci_kind') or 'range'} {inside}"
    if row["statistic"] in _RATIOS:
        value = f"{_KINDS[row['statistic']]} {value}"
    small = "; ".join(filter(None, (counts, inside, population_of(row))))
    shown = value_link(row["row_id"], value)
    return shown + Markup(" <small>{}</small>").format(small) if small else shown


def _counts(row: pd.Series, found: Mapping[str, Recomputed]) -> str:
    if row["events"] and row["n"]:
        return f"{row['events']}/{row['n']}"
    other = found.get(key_of(row, "counts"))
    if other is None or other.estimate is None or other.verdict != "agrees":
        return ""
    given = read_reported(row["value_reported"])
    # Digits that were cut off, not rounded, say too little to name a count by.
    if given is None or abs(100 * other.estimate.value - float(given.decimal)) > _half(given):
        return ""
    return f"{other.estimate.events}/{other.estimate.n}{_FOUND}"


def _half(given: Reported) -> float:
    return 0.5 * 10.0**-given.decimals + 1e-9


def _says_the_size(row: pd.Series, arm: pd.Series) -> bool:
    """Return True for a row that counts the patients of the arm, as its heading does."""
    return bool(row["statistic"] == "count" and row["value_reported"] == arm["n_reported"])


def _topic(rows: Sequence[pd.Series]) -> str:
    statistics = {row["statistic"] for row in rows}
    words = topic_of(rows[0]) + (", median" if "median" in statistics else "")
    if statistics == {"count"} and rows[0]["unit"] == "patients":
        words += " (patients)"
    return words[:1].upper() + words[1:]


def _rank(code: str) -> int:
    """Return the place of an outcome: in the order of `book.yml`, then others as they come."""
    named = list(read_book().outcomes)
    return named.index(code) if code in named else len(named)


def arm_cell(
    rows: Sequence[pd.Series], arm: str, found: Mapping[str, Recomputed] | None = None
) -> Markup:
    """Return the lines of one arm: every number with its interval, counts and population.

    Parameters
    ----------
    rows : sequence of Series
        Rows of one outcome.
    arm : str
        Whose rows are shown.
    found : mapping of str to Recomputed, optional
        What the rows recompute to, for counts that no source gives.
    """
    own = [row for row in rows if row["arm"] == arm]
    return joined_lines([row_line(row, _counts(row, found or {})) for row in own])


def joined_lines(lines: Sequence[Markup]) -> Markup:
    """Return the lines of one cell."""
    return Markup("<br>").join(lines)


def tabulate_results_by_arm(
    evidence: Evidence, recomputed: Sequence[Recomputed], level: float = 0.95
) -> Table:
    """Return the main results: an outcome per line, an arm per column, comparisons last.

    Left out are subgroups, interim analyses and what others report of the study: they stand in
    the table of every row. A comparison is marked as published, or as derived from the arms.
    """
    found = {item.key: item for item in recomputed}
    main = [row for _, row in evidence.where("outcomes").iterrows() if is_main(row)]
    rows = sorted(without_repeats(main), key=lambda row: _rank(row["outcome"]))
    arms = {arm["arm"]: arm for _, arm in evidence.where("arms").iterrows()}
    shown = [
        row for row in rows if row["arm"] in arms and not _says_the_size(row, arms[row["arm"]])
    ]
    used = [arm for name, arm in arms.items() if any(row["arm"] == name for row in shown)]
    compared = [row for row in rows if row["arm_a"]]
    by_outcome: dict[str, list[pd.Series]] = {}
    for row in (*shown, *compared):
        by_outcome.setdefault(row["outcome"], []).append(row)
    lines: list[list[object]] = []
    for outcome, own in by_outcome.items():
        cells = [arm_cell(own, arm["arm"], found) for arm in used]
        comparisons = [
            *_published(own, arms, [arm["arm"] for arm in used]),
            *_derived(evidence, outcome, own, used, found, level),
        ]
        expected = len(list(filter(None, cells))) > 1 and own[0]["statistic"] == "median"
        lines.append(
            [_topic(own), *cells, joined_lines(comparisons) or ("" if expected else _NO_TEST)]
        )
    is_compared = any(line[-1] not in ("", _NO_TEST) for line in lines)
    columns = ["Outcome", *map(_heading, used), *(["Comparison"] if is_compared else [])]
    return make_table(
        columns,
        lines if is_compared else [line[:-1] for line in lines],
        caption="Results by arm",
        footnotes=[_FOUND_NOTE] if _FOUND in str(lines) else [],
        missing=missing_words(read_as(evidence)),
    )


def _published(
    rows: Sequence[pd.Series], arms: dict[str, pd.Series], shown: Sequence[str]
) -> Iterator[Markup]:
    """Yield what compares two arms; it names them unless they are the columns of the table."""
    compared = [row for row in rows if row["arm_a"]]
    many = len({(row["arm_a"], row["arm_b"]) for row in compared}) > 1
    for row in compared:
        named = many or {row["arm_a"], row["arm_b"]} != set(shown)
        sides = " v ".join(arms[row[side]]["label"] for side in ("arm_a", "arm_b"))
        if row["test"].endswith(_AT_ONCE):
            # One P value of several arms does not compare two of them.
            named, sides = True, row["test"]
        yield row_line(row, f"published, {sides}" if named else "published")


def _derived(
    evidence: Evidence,
    outcome: str,
    rows: Sequence[pd.Series],
    arms: Sequence[pd.Series],
    found: dict[str, Recomputed],
    level: float,
) -> Iterator[Markup]:
    """Yield what follows from the two arms, where no source compares them by such a number."""
    statistics = {row["statistic"] for row in rows if row["arm_a"]}
    if statistics & _RATIOS.keys():
        return
    for row in rows:
        ratio = found.get(key_of(row, "hazard_ratio"))
        if ratio is not None and ratio.estimate is not None:
            words = f"hazard ratio {format_estimate(ratio.estimate)}"
            bare = "" if format_interval(ratio.estimate) else ", no interval"
            yield _marked(words, f"derived from the two medians, constant hazards assumed{bare}")
    if outcome == "orr" and len(arms) == 2:
        yield from _difference(evidence, arms, level)


def _difference(evidence: Evidence, arms: Sequence[pd.Series], level: float) -> Iterator[Markup]:
    """Yield the difference of two response rates: over the control, or of the last arm listed."""
    last_first = arms[::-1]
    control_last = sorted(last_first, key=lambda arm: arm["role"] == "control")
    one, other = (find_response(evidence, arm["arm_id"]) for arm in control_last)
    if isinstance(one, ArmResponse) and isinstance(other, ArmResponse):
        difference = risk_difference(*one.counts, *other.counts, level=level)
        names = " minus ".join(arm["label"] for arm in control_last)
        yield _marked(f"difference {format_estimate(difference)}", f"derived: {names}")


def _marked(words: str, how: str) -> Markup:
    return Markup("<em>{}</em> <small>{}</small>").format(words, how)


def tabulate_patients_by_arm(evidence: Evidence) -> Table | None:
    """Return the patients at the start, an arm per column; None where nothing is known of them.

    What others report of the study, such as the table of a case report, is left out, doses, which
    stand with the arms, and what was assumed when the study was planned.
    """
    doses = {code for column in read_book().arm_columns.values() for code in column.also_in}
    rows = [
        row
        for _, row in evidence.where("characteristics").iterrows()
        if is_main(row)
        and row["characteristic"] not in doses
        and not row["characteristic"].startswith(_PLANNED)
    ]
    if not rows:
        return None
    named = [(arm["arm"], _heading(arm)) for _, arm in evidence.where("arms").iterrows()]
    columns = [(name, head) for name, head in [*named, (_ALL, escape("All patients"))]
               if any(row["arm"] == name for row in rows)]  # fmt: skip
    lines: list[list[object]] = []
    for code in dict.fromkeys(row["characteristic"] for row in rows):
        own = [row for row in rows if row["characteristic"] == code]
        cells = [arm_cell(own, name) for name, _ in columns]
        lines.append([_topic(own), *cells])
    return make_table(
        ["At the start", *(head for _, head in columns)],
        lines,
        caption="Patients by arm",
        missing=missing_words(read_as(evidence)),
    )
