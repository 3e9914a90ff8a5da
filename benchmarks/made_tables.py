"""Rows of studies that never were: as many as asked for, valid by the schema, the same every time.

Only to see how long things take in a book of hundreds of studies. Nothing here is evidence, and
nothing here is ever written into the book.
"""

from __future__ import annotations

import csv
import math
import random
from collections.abc import Iterator
from pathlib import Path

from evidence.sources.schema import TABLES

Row = dict[str, str]
_ADDED = ("IFN", "SUN", "PAZ", "AXI", "TIV", "BEV", "TEM", "EVE")
_EVENTS = ("fatigue", "fever", "anorexia", "diarrhoea", "rash", "nausea")
_DOMAINS = (
    "randomization process", "deviations from intended interventions", "missing outcome data",
    "measurement of the outcome", "selection of the reported result",
)  # fmt: skip
_BIB = """@article{{{key},
  author = {{Made, Anna and Made, Berta}},
  title = {{A made trial of {words}}},
  journal = {{Journal of Made Trials}},
  year = {{{year}}},
  doi = {{10.0000/made.{number}}},
}}
"""


def study_ids(count: int) -> list[str]:
    """Return the ids of the first studies; more studies never rename those before them."""
    return [f"made-{number:04d}" for number in range(1, count + 1)]


class _Study:
    """One randomized trial of two arms, drawn from the number of the study alone."""

    def __init__(self, study_id: str, seed: int) -> None:
        draw = random.Random(f"{seed} {study_id}")
        self.study_id = study_id
        self.source = study_id.replace("-", "")
        self.code = draw.choice(_ADDED)
        self.size = draw.randrange(40, 400)
        self.weekly = draw.choice((9, 18, 27)) if self.code == "IFN" else 0
        self.rates = [draw.uniform(0.05, 0.4), draw.uniform(0.05, 0.4)]
        self.medians = [draw.uniform(3, 9), draw.uniform(3, 15)]
        self.draw = draw

    @property
    def about(self) -> Row:
        return {
            "study_id": self.study_id, "source_key": self.source, "locator": "abstract, results",
            "read_at": f"https://doi.org/10.0000/made.{self.study_id[-4:]}", "status": "verified",
        }  # fmt: skip

    def fact(self, what: str, statistic: str, arm: str, **cells: object) -> Row:
        words = {name: str(value) for name, value in cells.items()}
        side = dict(zip(("arm_a", "arm_b"), arm.split("_v_"), strict=False))
        place = side if len(side) == 2 else {"arm": arm}
        row_id = f"{self.study_id}.{what}.{statistic}.{arm}"
        return {**self.about, "row_id": row_id, **place, "statistic": statistic, **words}

    def study(self) -> Row:
        return {
            **self.about, "short_name": self.study_id.capitalize().replace("-", " "),
            "title": f"A made trial of {self.code} against sorafenib", "design": "randomized trial",
            "phase": "3", "randomized": "yes", "blinding": "open label", "line": "first",
            "histology": "clear cell", "n_total": str(2 * self.size), "publications": self.source,
            "registry_id": f"NCT9{self.study_id[-4:]:0>7}", "networks": "pfs", "chapter": "yes",
            "read_as": "abstract",
        }  # fmt: skip

    def arms(self) -> Iterator[Row]:
        for arm, code, role in (
            ("control", "SOR", "control"),
            ("added", self.code, "experimental"),
        ):
            weekly = self.weekly if arm == "added" else 0
            dose = {"ifn_type": "alfa-2a" if weekly else "none"}
            if weekly:
                dose |= {"ifn_mu_per_dose": str(weekly // 3), "ifn_doses_per_week": "3"}
                dose |= {"ifn_weekly_mu": str(weekly)}
            yield {
                **self.about, "arm_id": f"{self.study_id}.{arm}", "arm": arm, "role": role,
                "label": f"{arm.capitalize()} {code}", "treatment": code,
                "n_reported": str(self.size), **dose,
            }  # fmt: skip

    def outcomes(self) -> Iterator[Row]:
        for position, arm in enumerate(("control", "added")):
            events = round(self.rates[position] * self.size)
            shared = {"outcome": "orr", "n": self.size}
            yield self.fact(
                "orr", "count", arm, value_reported=events, events=events, unit="patients", **shared
            )
            percent = f"{100 * events / self.size:.1f}"
            yield self.fact("orr", "percent", arm, value_reported=percent, unit="percent", **shared)
            for outcome, factor in (("pfs", 1.0), ("os", 2.2)):
                median, spread = self.medians[position] * factor, math.exp(1.96 / self.size**0.5)
                yield self.fact(
                    outcome, "median", arm, outcome=outcome, value_reported=f"{median:.1f}",
                    ci_low_reported=f"{median / spread:.1f}", ci_kind="confidence", ci_level=95,
                    ci_high_reported=f"{median * spread:.1f}", unit="months", n=self.size,
                )  # fmt: skip
            for event in _EVENTS:
                count = self.draw.randrange(self.size // 3)
                yield self.fact(
                    event, "count", arm, outcome=event, value_reported=count, unit="patients",
                    n=self.size, events=count,
                )  # fmt: skip
        yield from self.ratios()

    def ratios(self) -> Iterator[Row]:
        for outcome in ("pfs", "os"):
            ratio, spread = (
                self.medians[0] / self.medians[1],
                math.exp(1.96 * (2 / self.size) ** 0.5),
            )
            yield self.fact(
                outcome, "hazard_ratio", "added_v_control", outcome=outcome, unit="ratio",
                value_reported=f"{ratio:.2f}", ci_low_reported=f"{ratio / spread:.2f}",
                ci_high_reported=f"{ratio * spread:.2f}", ci_kind="confidence", ci_level=95,
            )  # fmt: skip

    def characteristics(self) -> Iterator[Row]:
        for arm in ("control", "added"):
            age, men = self.draw.randrange(55, 66), self.draw.randrange(self.size)
            yield self.fact(
                "age", "median", arm, characteristic="age", unit="years", value_reported=age,
                low_reported=age - 30, high_reported=age + 20,
            )  # fmt: skip
            yield self.fact(
                "male", "count", arm, characteristic="male", unit="patients", value_reported=men,
                n=self.size, events=men,
            )  # fmt: skip

    def appraisals(self) -> Iterator[Row]:
        for number, domain in enumerate(_DOMAINS, start=1):
            yield {
                "study_id": self.study_id, "tool": "RoB 2", "domain": f"ORR: D{number} {domain}",
                "judgement": self.draw.choice(("low", "some concerns", "high")),
                "reason": "Drawn, not judged.", "basis": "nothing", "assessor": "nobody",
            }  # fmt: skip


def write_tables(folder: Path, count: int, *, seed: int = 1) -> None:
    """Write the tables of a made project and its bibliography into a folder.

    Tables of which no study has a row have their header alone.
    """
    made = [_Study(study_id, seed) for study_id in study_ids(count)]
    rows: dict[str, list[Row]] = {
        "studies": [study.study() for study in made],
        "arms": [row for study in made for row in study.arms()],
        "outcomes": [row for study in made for row in study.outcomes()],
        "characteristics": [row for study in made for row in study.characteristics()],
        "appraisals": [row for study in made for row in study.appraisals()],
    }
    for name, schema in TABLES.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, list(schema.columns), restval="", lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows.get(name, []))
    entries = [
        _BIB.format(
            key=one.source, words=one.code, number=one.study_id[-4:], year=1990 + number % 30
        )
        for number, one in enumerate(made)
    ]
    (folder / "references.bib").write_text("\n".join(entries), encoding="utf-8")
