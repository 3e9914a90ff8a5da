"""Made trials whose printed numbers are right: patients are drawn, analysed, and printed.

As abstracts print them: percentages with counts or with an exact interval, medians of Kaplan-Meier
curves with log-log limits, a Cox hazard ratio with a Wald or log-rank P, in the decimals of one
house style. Nothing here is evidence.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pandas as pd
from lifelines import CoxPHFitter
from lifelines.statistics import logrank_test

from evidence.sources.bibliography import Publication
from evidence.sources.data import Evidence
from evidence.sources.schema import TABLES
from evidence_stats.rates.proportions import proportion
from evidence_stats.rates.two_by_two import equality_p_value
from evidence_stats.survival.kaplan_meier import km_curve, km_median
from evidence_stats.survival.reconstruction import TO_THE_END

Row = dict[str, str]
STUDY = "made-2001"
ARMS = ("added", "control")
_ABOUT = {
    "study_id": STUDY, "source_key": "made2001", "locator": "abstract", "read_at": "nowhere",
    "status": "verified",
}  # fmt: skip


def shown(value: float, decimals: int) -> str:
    """Return a number as printed, ties away from zero."""
    unit = Decimal(1).scaleb(-decimals)
    return str(Decimal(repr(value)).quantize(unit, rounding=ROUND_HALF_UP))


def shown_p(p: float, decimals: int) -> str:
    """Return a P value as printed: a bound where it rounds to nothing."""
    least = 10.0**-decimals
    return f"<{shown(least, decimals)}" if p < least / 2 else shown(min(p, 0.999), decimals)


class MadeTrial:
    """One trial of two arms, and what its abstract prints."""

    def __init__(self, seed: int) -> None:
        self.rng = rng = np.random.default_rng([20100101, seed])
        first = int(rng.integers(25, 360))
        self.sizes = (first, first + int(rng.integers(-3, 4)))
        self.percent_decimals = int(rng.integers(0, 2))
        self.ratio_decimals = int(rng.integers(2, 4))
        self.p_decimals = int(rng.integers(3, 5))
        self.counts_printed = bool(rng.integers(0, 2))
        self.scan = float(rng.choice([0.0, 1.4, 1.84, 2.8]))
        # Scans on the day, as a central reading dates them, or within a fortnight of it.
        self.jitter = float(rng.choice([0.0, 0.25]))

    def fact(self, outcome: str, statistic: str, arm: str, value: str, **cells: object) -> Row:
        """Return one row; "a_v_b" stands for a comparison."""
        one, _, other = arm.partition("_v_")
        units = {"percent": "percent", "median": "months", "count": "patients",
                 "hazard_ratio": "ratio", "p_value": "probability"}  # fmt: skip
        words = {name: str(cell) for name, cell in cells.items()}
        if "ci_low_reported" in words:
            words |= {"ci_kind": "confidence", "ci_level": "95"}
        return {
            **_ABOUT, "row_id": f"{STUDY}.{outcome}.{statistic}.{arm}", "outcome": outcome,
            "statistic": statistic, "arm": "" if other else one, "arm_a": one if other else "",
            "arm_b": other, "value_reported": value, "unit": units[statistic], **words,
        }  # fmt: skip

    def outcomes(self) -> Iterator[Row]:
        """Yield everything that is printed of the outcomes."""
        for arm, n in zip(ARMS, self.sizes, strict=True):
            yield self.fact("randomized", "count", arm, str(n))
        yield self.fact("randomized", "count", "all", str(sum(self.sizes)))
        yield from self._responses()
        yield from self._harms()
        for outcome, scale, shape in (("pfs", 1.0, self.rng.uniform(0.9, 1.4)),
                                      ("os", 2.3, self.rng.uniform(0.9, 1.3))):  # fmt: skip
            yield from self._survival(outcome, scale, shape)

    def _responses(self) -> Iterator[Row]:
        rates = self.rng.uniform(0.08, 0.45, 2)
        events = [int(self.rng.binomial(n, p)) for n, p in zip(self.sizes, rates, strict=True)]
        for arm, x, n in zip(ARMS, events, self.sizes, strict=True):
            interval = proportion(x, n)
            limits = {
                f"ci_{side}_reported": shown(100 * (end or 0.0), 1)
                for side, end in (("low", interval.low), ("high", interval.high))
            }
            text = shown(100 * x / n, self.percent_decimals)
            cells = {"n": n, "events": x} if self.counts_printed else limits
            yield self.fact("orr", "percent", arm, text, **cells)
            if self.counts_printed:
                complete = int(self.rng.integers(0, min(x, 4) + 1))
                yield self.fact("cr", "count", arm, str(complete))
                yield self.fact("pr", "count", arm, str(x - complete))
        test = self.rng.choice(["fisher", "chi_squared"])
        p = equality_p_value(events[0], self.sizes[0], events[1], self.sizes[1], test)
        text = shown_p(p, self.p_decimals)
        yield self.fact("orr", "p_value", "added_v_control", text, p_reported=text)

    def _harms(self) -> Iterator[Row]:
        for event in ("ae_fatigue", "ae_rash"):
            for arm, n in zip(ARMS, self.sizes, strict=True):
                x = int(self.rng.binomial(n, self.rng.uniform(0.05, 0.7)))
                text = shown(100 * x / n, self.percent_decimals)
                yield self.fact(event, "percent", arm, text, n=n, events=x)

    def _survival(self, outcome: str, scale: float, shape: float) -> Iterator[Row]:
        hr = float(self.rng.uniform(0.55, 1.05))
        middle = scale * float(self.rng.uniform(4, 9))
        times, events, added = [], [], []
        for arm, n in zip(ARMS, self.sizes, strict=True):
            factor = hr ** (-1 / shape) if arm == "added" else 1.0
            months = middle * factor * (self.rng.exponential(1, n) / np.log(2)) ** (1 / shape)
            seen = self.rng.uniform(1.2 * middle, 4 * middle, n)
            if self.scan and outcome == "pfs":
                months = np.ceil(months / self.scan) * self.scan
                months = months + self.rng.uniform(-self.jitter, self.jitter, n)
            times.append(np.minimum(months, seen))
            events.append(months <= seen)
            added.append(np.full(n, arm == "added"))
        for arm, t, e in zip(ARMS, times, events, strict=True):
            yield self.fact(
                f"{outcome}_events", "count", arm, str(int(e.sum())), n=t.size, events=int(e.sum())
            )
            median = km_median(km_curve(t, e))
            ends = [median.low, median.high]
            words = ["not attained" if end is None else shown(end, 1) for end in ends]
            value = "not reached" if median.value is None else shown(median.value, 1)
            if median.value is None:
                yield self.fact(outcome, "median", arm, value)
            else:
                yield self.fact(outcome, "median", arm, value,
                                ci_low_reported=words[0], ci_high_reported=words[1])  # fmt: skip
        patients = pd.DataFrame(
            {
                "months": np.concatenate(times),
                "event": np.concatenate(events),
                "added": np.concatenate(added).astype(float),
            }
        )
        cox = CoxPHFitter().fit(patients, "months", "event", fit_options=TO_THE_END)
        names = ("exp(coef)", "exp(coef) lower 95%", "exp(coef) upper 95%", "p")
        ratio, low, high, p = (float(cox.summary.loc["added", name]) for name in names)
        if self.rng.integers(0, 2):
            p = float(logrank_test(times[0], times[1], events[0], events[1]).p_value)
        places = self.ratio_decimals
        yield self.fact(
            outcome, "hazard_ratio", "added_v_control", shown(ratio, places),
            ci_low_reported=shown(low, places), ci_high_reported=shown(high, places),
            p_reported=shown_p(p, self.p_decimals),
        )  # fmt: skip

    def evidence(self) -> Evidence:
        """Return the trial as tables."""
        study = {
            **_ABOUT, "short_name": "Made", "title": "A made trial", "design": "randomized trial",
            "randomized": "yes", "blinding": "open label", "line": "first", "chapter": "no",
            "read_as": "abstract",
            "n_total": str(sum(self.sizes)), "publications": "made2001",
        }  # fmt: skip
        arms = [
            {**_ABOUT, "arm_id": f"{STUDY}.{arm}", "arm": arm, "label": arm.capitalize(),
             "treatment": code, "role": role, "n_reported": str(n), "ifn_type": "none"}
            for arm, code, role, n in zip(
                ARMS, ("SUN", "SOR"), ("experimental", "control"), self.sizes, strict=True
            )
        ]  # fmt: skip
        rows = {"studies": [study], "arms": arms, "outcomes": list(self.outcomes())}
        tables = {
            name: pd.DataFrame(
                [[row.get(c, "") for c in schema.columns] for row in rows.get(name, [])],
                columns=list(schema.columns),
                dtype=object,
            )
            for name, schema in TABLES.items()
        }
        return Evidence(tables, _BIBLIOGRAPHY)


_BIBLIOGRAPHY = {
    "made2001": Publication("made2001", "A made trial", "2001", "", (), "", "", "", volume="")
}
