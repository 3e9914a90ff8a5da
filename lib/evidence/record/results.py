"""Results: every number of a page, with what it rests on, as JSON in the notebook's own output.

Everything downstream reads this JSON: the `{num}` role, the tests, the comparison of two runs.
This module imports no data library, so that a book can be rendered without one.

Vocabulary
----------
**Result**: one number under a key, with its words, interval, data rows and grade.
**Withheld**: a result whose grade lies beyond what the reader asked for (`provenance_max`).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from evidence.files.text_files import read_json_file
from evidence.record.canonical import canonical
from evidence.record.stored_parts import check_field, read_claim, read_figure
from evidence.sources.readings import Readings
from evidence.tables.formatting import format_estimate, format_interval, format_p, format_part
from evidence_stats.estimates import Estimate, Grade, IntervalKind, Unit
from evidence_stats.printed.unseen import visible

RESULT_MIME = "application/vnd.evidence.result+json"
CLAIM_MIME = "application/vnd.evidence.claim+json"
PAGE_MIME = "application/vnd.evidence.page+json"
FIGURE_MIME = "application/vnd.evidence.figure+json"
# Variable of a kernel; "none" where only numbers are wanted: a figure is then its data and words.
PICTURES = "EVIDENCE_PICTURES"
# A summary of findings: what is compared, and its lines.
FINDINGS_MIME = "application/vnd.evidence.findings+json"
# What the page asked of the data since its output before this one.
READINGS_MIME = "application/vnd.evidence.readings+json"
GRADES: dict[str, str] = {
    "D0": "reported in a source",
    "D1": "arithmetic on reported numbers",
    "D2": "needs a named model",
    "D3": "simulated or reconstructed, not patient data",
}
# A number as a source has it: "7.39 months (5.52 to 9.20)", "0.44 (0.35 to 0.55, P <0.01)".
_AS_PRINTED = re.compile(
    r"(?P<value>[^ (]+)(?P<unit>[^(]*?)"
    r"(?: \((?P<low>[^ (]+) to (?P<high>[^ ,)]+)(?:, (?:one-sided )?P[^)]*)?\))?\Z"
)


@dataclass(frozen=True, slots=True)
class Result:
    """One number of a page.

    Attributes
    ----------
    key : str
        Name on its page, used in prose as {num}`key`.
    label : str
        What the number is, in words.
    text : str
        The number as it is written, with its interval.
    value, low, high, level, p : float or None
        As in `Estimate`, to six significant digits.
    kind, unit, method : str
        As in `Estimate`.
    n, events : int or None
        As in `Estimate`.
    rows : tuple of str
        Ids of the data rows it rests on.
    conventions : tuple of str
        Keys of the conventions ledger.
    grade : str
        D0 to D3.
    external : bool
        True where a row was read outside the source documents (grade E).
    withheld : bool
        True where the reader asked not to be shown numbers of this grade.
    """

    key: str
    label: str
    text: str
    value: float | None
    low: float | None
    high: float | None
    level: float | None
    kind: IntervalKind
    unit: Unit
    p: float | None
    n: int | None
    events: int | None
    rows: tuple[str, ...]
    method: str
    conventions: tuple[str, ...]
    grade: Grade
    external: bool
    withheld: bool = False

    @property
    def provenance(self) -> str:
        """Grade as it is shown: "D1", "D1 + E", or "E" for a number reported elsewhere."""
        if not self.external:
            return self.grade
        return "E" if self.grade == "D0" else f"{self.grade}\u00a0+\u00a0E"

    def part(self, name: str) -> str:
        """Return one part of the number as text.

        Parameters
        ----------
        name : str
            value, interval, low, high, p, n, events, level, counts, comma (the whole,
            for use inside brackets), method, or "" for the whole.

        Raises
        ------
        KeyError
            Where the result has no such part.
        """
        if name == "" or self.withheld or self.value is None:
            return self.text
        estimate = self.estimate()
        parts: dict[str, str] = {
            "value": format_part(estimate),
            "interval": format_interval(estimate),
            "low": format_part(estimate, "low"),
            "high": format_part(estimate, "high"),
            "p": "" if self.p is None else format_p(self.p),
            "n": "" if self.n is None else str(self.n),
            "events": "" if self.events is None else str(self.events),
            "counts": "" if self.n is None else f"{self.events}/{self.n}",
            "comma": format_estimate(estimate, brackets=False),
            "method": self.method,
            "level": "" if self.level is None else f"{self.level * 100:g} %",
        }
        parts |= self._as_printed()
        if not parts.get(name):
            known = ", ".join(sorted(part for part, text in parts.items() if text))
            raise KeyError(f"expected one of the parts {known} of {self.key}, got {name}")
        return parts[name]

    def _as_printed(self) -> dict[str, str]:
        """Return the parts that a source has, with the digits and the unit that it has there."""
        found = _AS_PRINTED.match(self.text) if self.method == "as reported" else None
        if found is None:
            return {}
        unit = found["unit"]
        parts = {"value": found["value"] + unit}
        if found["low"] and self.level is not None:
            interval = f"{found['low']} to {found['high']}"
            comma = f"{parts['value']}, {self.level * 100:g} % CI {interval}"
            parts |= {"interval": interval, "comma": comma}
            sides = {"low": self.low, "high": self.high}
            parts |= {side: found[side] + unit for side in sides if sides[side] is not None}
        return parts

    def estimate(self) -> Estimate:
        """Return the number as an estimate, to six significant digits.

        Raises
        ------
        ValueError
            Where no number was reported, or it is withheld.
        """
        if self.value is None:
            raise ValueError(f"expected a number, got {self.key}: {self.text}")
        return Estimate(
            value=self.value,
            low=self.low,
            high=self.high,
            level=self.level,
            kind=self.kind,
            unit=self.unit,
            p=self.p,
            n=self.n,
            events=self.events,
            method=self.method,
            conventions=self.conventions,
            grade=self.grade,
        )

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {name: list(v) if isinstance(v, tuple) else v for name, v in asdict(self).items()}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Result:
        """Return the result stored as JSON."""
        for name, value in stored.items():
            check_field(name, value)
        fields: dict[str, Any] = {
            name: tuple(v) if isinstance(v, list) else v for name, v in stored.items()
        }
        return cls(**fields)


def _hidden(value: float | None) -> None:
    return None


def make_result(
    key: str,
    label: str,
    estimate: Estimate | None,
    rows: Sequence[str],
    *,
    external: bool,
    text: str = "",
    grade_max: str = "D3",
) -> Result:
    """Return the result for an estimate, or for a reported text without a number (None).

    Raises
    ------
    ValueError
        Where the estimate is not a finite number.
    """
    estimate = estimate or Estimate(math.nan, grade="D0", method="as reported")
    if math.isinf(estimate.value) or (math.isnan(estimate.value) and not text):
        raise ValueError(f"expected a finite number for {key}, got {estimate.value}")
    withheld = estimate.grade > grade_max
    number = _hidden if withheld else canonical
    return Result(
        key=key,
        label=label,
        text=f"[withheld: {estimate.grade}]" if withheld else text or format_estimate(estimate),
        value=number(estimate.value),
        low=number(estimate.low),
        high=number(estimate.high),
        level=estimate.level,
        kind=estimate.kind,
        unit=estimate.unit,
        p=number(estimate.p),
        n=estimate.n,
        events=estimate.events,
        rows=tuple(rows),
        method=estimate.method,
        conventions=estimate.conventions,
        grade=estimate.grade,
        external=external,
        withheld=withheld,
    )


@dataclass(frozen=True, slots=True)
class PageResults:
    """What a notebook recorded.

    Attributes
    ----------
    results : dict of str to Result
        By key, in the order of recording.
    claims : dict of str to dict
        By key; JSON form of `claims.Claim`.
    facts : dict
        What the page said of itself: name, parameters, what it read.
    figures : list of dict
        Name, caption, alternative text and data (CSV) of every figure.
    asked : Readings
        What it asked of the data, all or those of one study.
    """

    results: dict[str, Result]
    claims: dict[str, dict[str, Any]]
    facts: dict[str, Any]
    figures: list[dict[str, Any]]
    asked: Readings = field(default_factory=Readings)


def iterate_outputs(notebook: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the data of every rich output of a notebook, in order."""
    for cell in notebook.get("cells", []):
        for output in cell.get("outputs", []):
            if "data" in output:
                yield output["data"]


def read_results(path: Path) -> PageResults:
    """Return what the notebook at `path` recorded.

    Raises
    ------
    ValueError
        Where the file is no notebook of a book of this kind, or a key was recorded twice.
    """
    try:
        return read_recorded(read_json_file(path))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        reason = visible(" ".join(str(error).split()))
        raise ValueError(f"{path.name}: expected a notebook of the book, got {reason}") from None


def read_recorded(notebook: Mapping[str, Any]) -> PageResults:
    """Return what the outputs of a notebook recorded; see `read_results` for the errors."""
    found = PageResults({}, {}, {}, [])
    for data in iterate_outputs(notebook):
        for stored in data.get(RESULT_MIME, {}).get("results", []):
            if stored["key"] in found.results:
                raise ValueError(f"result {stored['key']} is recorded twice")
            found.results[stored["key"]] = Result.from_json(stored)
        if CLAIM_MIME in data:
            found.claims[data[CLAIM_MIME]["key"]] = read_claim(data[CLAIM_MIME])
        if FIGURE_MIME in data:
            found.figures.append(read_figure(data[FIGURE_MIME]))
        found.facts.update(data.get(PAGE_MIME, {}))
        found.asked.add(Readings.from_json(data.get(READINGS_MIME, {})))
    return found
