"""How many one-digit errors the check and the audit find, and how often they doubt what is right.

Run by hand: `.venv/bin/python -m benchmarks.planted_errors [COUNT]`. An error is one digit of one
printed number that is another digit; it is found where `evidence check` refuses the tables, or
where the audit has a finding that it did not have before. The rows are those of the book, and
those of made trials whose numbers are right (`made_trials`); the same ones in every run.
"""

from __future__ import annotations

import random
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace

from benchmarks.made_trials import MadeTrial
from evidence.audit import SEVERITIES, Finding, audit
from evidence.sources.consistency import RULES
from evidence.sources.data import Evidence, load_evidence, narrow_to_study
from evidence.sources.schema import TABLES

# The columns that hold printed numbers.
NUMBERS = (
    "value_reported", "ci_low_reported", "ci_high_reported", "low_reported", "high_reported",
    "p_reported", "n", "events", "n_reported", "n_total",
)  # fmt: skip
_SEEN = ("refused", *reversed(SEVERITIES))
WARNING = ("refused", "error", "warning")


@dataclass(frozen=True)
class Planted:
    """One error and what was made of it.

    Attributes
    ----------
    row_id, column, before, after : str
        Where, and what stands there in place of what.
    kind : str
        Statistic and column: what number it is.
    found : str
        refused, the gravest new severity, or "".
    """

    row_id: str
    column: str
    before: str
    after: str
    kind: str
    found: str


def other_digit(text: str, draw: random.Random) -> str:
    """Return a number with one digit replaced by another; none begins with a new zero."""
    places = [place for place, sign in enumerate(text) if sign.isdigit()]
    place = draw.choice(places)
    leading = place == 0 and len(text) > 1 and text[1].isdigit()
    digits = [d for d in "0123456789" if d != text[place] and not (leading and d == "0")]
    return text[:place] + draw.choice(digits) + text[place + 1 :]


def _cells(evidence: Evidence) -> list[tuple[str, int, str]]:
    """Return the printed numbers that do not stand alone in their row."""
    found = []
    for name in ("studies", "arms", "outcomes", "characteristics", "biomarkers"):
        table = evidence.tables[name]
        columns = [column for column in NUMBERS if column in table]
        for position, cells in enumerate(table[columns].to_numpy().tolist()):
            filled = [
                c for c, text in zip(columns, cells, strict=True) if any(map(str.isdigit, text))
            ]
            found += [(name, position, column) for column in filled]
    return found


def _with_cell(evidence: Evidence, place: tuple[str, int, str], text: str) -> Evidence:
    name, position, column = place
    table = evidence.tables[name].copy()
    columns = [column]
    if table.get("statistic", table.iloc[:, 0]).iloc[position] == "p_value":
        # A P value of its own stands in two cells, typed once.
        columns = ["value_reported", "p_reported"]
    for each in columns:
        table.iloc[position, table.columns.get_loc(each)] = text
    return replace(evidence, tables={**evidence.tables, name: table})


def _refused(evidence: Evidence, name: str, column: str, text: str) -> bool:
    checks = TABLES[name].columns[column].checks
    if not all(check._check_fn(text) for check in checks):
        return True
    return any(True for rule in RULES for _ in rule(evidence.tables, evidence.bibliography))


def _new(before: tuple[Finding, ...], evidence: Evidence) -> str:
    """Return the gravest severity that a rule did not have for these rows before."""
    known = {(one.rule, one.severity, one.rows) for one in before}
    for one in audit(evidence):
        if (one.rule, one.severity, one.rows) not in known:
            return one.severity
    return ""


def plant(evidence: Evidence, count: int, draw: random.Random) -> Iterator[Planted]:
    """Yield errors planted one at a time in the rows of one study, and what was made of each."""
    before = audit(evidence)
    cells = _cells(evidence)
    for _ in range(count):
        place = draw.choice(cells)
        name, position, column = place
        row = evidence.tables[name].iloc[position]
        after = other_digit(row[column], draw)
        wrong = _with_cell(evidence, place, after)
        found = "refused" if _refused(wrong, name, column, after) else _new(before, wrong)
        statistic = row.get("statistic", name)
        yield Planted(row.iloc[0], column, row[column], after, f"{statistic} {column}", found)


def own_studies(count: int, seed: int = 1) -> Iterator[Planted]:
    """Yield errors planted in the book's own rows."""
    draw = random.Random(seed)
    evidence = load_evidence()
    weights = {}
    for study in evidence.tables["studies"]["study_id"]:
        tables = narrow_to_study(evidence.tables, study)
        missing = {name: evidence.tables[name].iloc[:0] for name in evidence.tables}
        own = Evidence({**missing, **tables}, evidence.bibliography, reads=study)
        recorded = own.tables["discrepancies"].iloc[:0]
        own = replace(own, tables={**own.tables, "discrepancies": recorded})
        weights[study] = (len(_cells(own)), own)
    chosen = draw.choices(list(weights), [size for size, _ in weights.values()], k=count)
    for study in sorted(set(chosen)):
        yield from plant(weights[study][1], chosen.count(study), draw)


def made_trials(count: int, seed: int = 1, each: int = 5) -> Iterator[Planted]:
    """Yield errors planted in made trials."""
    draw = random.Random(seed)
    for number in range(count // each):
        yield from plant(MadeTrial(number).evidence(), each, draw)


def false_alarms(trials: int) -> tuple[int, dict[str, int]]:
    """Return how many right rows were made, and how many of them a rule doubts, by severity."""
    rows = 0
    doubted: dict[str, set[tuple[int, str]]] = defaultdict(set)
    for number in range(trials):
        evidence = MadeTrial(10_000 + number).evidence()
        problems = [p for rule in RULES for p in rule(evidence.tables, evidence.bibliography)]
        assert not problems, problems
        rows += len(evidence.tables["outcomes"])
        for one in audit(evidence):
            doubted[one.severity] |= {(number, row) for row in one.rows or (one.what,)}
    return rows, {severity: len(found) for severity, found in doubted.items()}


def share(found: list[Planted], *severities: str) -> float:
    """Return the share of errors that were found with one of the severities."""
    return sum(one.found in severities for one in found) / len(found)


def _report(name: str, found: list[Planted]) -> None:
    print(f"{name}: {len(found)} errors, {share(found, *WARNING):.1%} refused, error or warning, "
          f"{share(found, *WARNING, 'note'):.1%} with notes, "
          f"{share(found, *_SEEN):.1%} with notes and infos")  # fmt: skip
    kinds: dict[str, list[Planted]] = defaultdict(list)
    for one in found:
        kinds[one.kind].append(one)
    for kind, own in sorted(kinds.items(), key=lambda pair: -len(pair[1])):
        print(f"  {len(own):5} {kind:32} {share(own, *WARNING):.0%} {share(own, *_SEEN):.0%}")


def main() -> None:
    """Plant, count and print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 540
    _report("own rows", list(own_studies(count)))
    _report("made trials", list(made_trials(count)))
    rows, doubted = false_alarms(count // 10)
    for severity in reversed(SEVERITIES):
        number = doubted.get(severity, 0)
        print(f"right rows with an {severity}: {number} of {rows} = {number / rows:.2%}")


if __name__ == "__main__":
    main()
