"""What each printed result recomputes to: the second column of every study chapter.

The checks are functions of the rows, so that a new study is recomputed without new code.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from evidence.data import Evidence
from evidence.estimates import Estimate
from evidence.formatting import format_p
from evidence.inversion import counts_printing_interval, counts_printing_percent
from evidence.parameters import Study
from evidence.printed_rows import printed_text
from evidence.proportions import proportion
from evidence.reported import read_number
from evidence.responses import printed_median
from evidence.rounding import rounding_polygon
from evidence.survival import (
    hazard_ratio_from_medians,
    implied_exponential_events,
    implied_weibull_shape,
)

Verdict = Literal["agrees", "does not agree", "adds", "cannot tell"]
# More answers than this say nothing about the counts behind a percentage.
_MOST_ANSWERS = 6


@dataclass(frozen=True, slots=True)
class Recomputed:
    """One printed result and what it recomputes to.

    Attributes
    ----------
    key : str
        Name of the recomputed number on the study's page.
    what : str
        What was recomputed.
    printed : str
        As printed.
    rows : tuple of str
        Data rows behind it.
    estimate : Estimate or None
        The recomputed number; None where nothing fits.
    verdict : str
        agrees, does not agree, adds (nothing printed to compare with), or cannot tell.
    comment : str
        Why.
    """

    key: str
    what: str
    printed: str
    rows: tuple[str, ...]
    estimate: Estimate | None
    verdict: Verdict
    comment: str


Check = Callable[[Evidence, Study], Iterator[Recomputed]]


def _rows(evidence: Evidence, statistic: str) -> Iterator[pd.Series]:
    for _, row in evidence.where("outcomes", statistic=statistic).iterrows():
        yield row


def _key(row: pd.Series, suffix: str) -> str:
    return f"{row['row_id'].partition('.')[2]}.{suffix}"


def _arm_size(evidence: Evidence, row: pd.Series) -> tuple[int, str] | None:
    """Return the patients of a row's arm, and the row that prints them."""
    arm_id = f"{row['study_id']}.{row['arm']}"
    arm = evidence.find(arm_id)
    if arm is None or not arm["n_reported"]:
        return None
    return int(arm["n_reported"]), arm_id


def percentages(evidence: Evidence, study: Study) -> Iterator[Recomputed]:
    """Yield, for every printed percentage, the counts that print so and their exact interval."""
    rounding = study.rounding
    for row in _rows(evidence, "percent"):
        percent = row["value_reported"]
        rows: tuple[str, ...] = (row["row_id"],)
        size = (int(row["n"]), "") if row["n"] else _arm_size(evidence, row)
        if read_number(percent) is None:
            continue
        if row["ci_low_reported"] and not row["events"]:
            found = counts_printing_interval(
                percent,
                row["ci_low_reported"],
                row["ci_high_reported"],
                level=int(row["ci_level"]) / 100,
                max_n=study.max_n,
                rounding=rounding,
            )
            comment = f"counts up to n = {study.max_n} whose exact interval prints so"
        elif size is not None:
            found = counts_printing_percent(percent, n=size[0], rounding=rounding)
            if row["events"]:
                found = tuple(pair for pair in found if pair[0] == int(row["events"]))
                comment = "printed count over printed denominator"
            else:
                comment = f"counts of {size[0]} that print so"
            rows = (*rows, size[1]) if size[1] else rows
        else:
            continue
        yield _percentage(row, found, rows, comment, evidence, study)


def _percentage(
    row: pd.Series,
    found: tuple[tuple[int, int], ...],
    rows: tuple[str, ...],
    comment: str,
    evidence: Evidence,
    study: Study,
) -> Recomputed:
    what = evidence.describe(row)
    key, printed = _key(row, "counts"), printed_text(row)
    if not found:
        return Recomputed(key, what, printed, rows, None, "does not agree", f"no {comment}")
    answers = ", ".join(f"{events}/{n}" for events, n in found)
    if len(found) > 1:
        many = f"{len(found)} {comment}"
        comment = f"{comment}: {answers}" if len(found) <= _MOST_ANSWERS else many
        return Recomputed(key, what, printed, rows, None, "cannot tell", comment)
    events, n = found[0]
    estimate = proportion(events, n, method=study.ci_method, level=study.level)
    return Recomputed(key, what, printed, rows, estimate, "agrees", f"{comment}: {answers}")


def medians(evidence: Evidence, study: Study) -> Iterator[Recomputed]:
    """Yield what the limits of each printed median imply about its curve."""
    for row in _rows(evidence, "median"):
        if row["ci_kind"] != "confidence" or row["outcome"] not in ("pfs", "os"):
            continue
        median = printed_median(evidence, row["row_id"])
        size = _arm_size(evidence, row)
        if median.high is None or median.low is None or size is None:
            continue
        what = evidence.describe(row)
        rows = (row["row_id"], size[1])
        events = implied_exponential_events(median)
        too_many = events.value > size[0]
        yield Recomputed(
            _key(row, "implied_events"),
            f"{what}: events that an exponential curve would need",
            printed_text(row),
            rows,
            events,
            "does not agree" if too_many else "adds",
            f"{'more than' if too_many else 'within'} the {size[0]} patients of the arm",
        )
        yield Recomputed(
            _key(row, "implied_shape"),
            f"{what}: Weibull shape that such limits need",
            printed_text(row),
            rows,
            implied_weibull_shape(median, size[0]),
            "adds",
            "1 is exponential; above 1 the hazard rises",
        )


def hazard_ratios(evidence: Evidence, study: Study) -> Iterator[Recomputed]:
    """Yield the P values that a printed hazard ratio and interval allow."""
    markers = evidence.where("biomarkers", statistic="hazard_ratio")
    rows = [*_rows(evidence, "hazard_ratio"), *(row for _, row in markers.iterrows())]
    for row in rows:
        if not (row["ci_low_reported"] and row["ci_high_reported"]):
            continue
        level = int(row["ci_level"] or 95) / 100
        polygon = rounding_polygon(
            row["value_reported"],
            row["ci_low_reported"],
            row["ci_high_reported"],
            row["p_reported"] or None,
            level=level,
        )
        what = f"{evidence.describe(row)}: P that the interval allows"
        if polygon.p is None:
            verdict: Verdict = "does not agree"
            comment = "no hazard ratio and standard error print these three numbers"
        elif not row["p_reported"]:
            verdict, comment = "adds", "no P is printed"
        else:
            verdict = "agrees" if polygon.consistent else "does not agree"
            low, high = (format_p(p or 0.0) for p in (polygon.p.low, polygon.p.high))
            comment = f"printed P {row['p_reported']}, allowed {low} to {high} by a Wald test"
        yield Recomputed(
            _key(row, "allowed_p"),
            what,
            printed_text(row),
            (row["row_id"],),
            polygon.p,
            verdict,
            comment,
        )


def ratios_of_medians(evidence: Evidence, study: Study) -> Iterator[Recomputed]:
    """Yield the hazard ratio that two printed medians imply if both curves are exponential."""
    medians = evidence.where("outcomes", statistic="median", outcome=["pfs", "os"])
    controls = {arm for (arm,) in evidence.values("arms", "arm", role="control")}
    groups = medians.groupby(["outcome", "population", "source_key", "analysis_set"], sort=False)
    for _, group in groups:
        one = group[~group["arm"].isin(controls)]
        other = group[group["arm"].isin(controls)]
        if len(one) != 1 or len(other) != 1:
            continue
        yield from _ratio(evidence, one.iloc[0], other.iloc[0])


def _ratio(evidence: Evidence, one: pd.Series, other: pd.Series) -> Iterator[Recomputed]:
    a, b = (printed_median(evidence, row["row_id"]) for row in (one, other))
    if a.value is None or b.value is None:
        return
    if all(m.low is not None and m.high is not None for m in (a, b)):
        estimate = hazard_ratio_from_medians(a, b)
        comment = "with the limits of both medians"
    else:
        estimate = Estimate(
            b.value / a.value,
            unit="ratio",
            method="ratio of medians, exponential",
            conventions=("hazard_ratio_from_medians",),
            grade="D2",
        )
        comment = "no interval: the medians are printed without limits"
    what = f"{evidence.describe(one)} over {evidence.arm_labels(other['study_id'])[other['arm']]}"
    yield Recomputed(
        _key(one, "hazard_ratio"),
        f"{what}: hazard ratio from the medians",
        f"{printed_text(one)} v {printed_text(other)}",
        (one["row_id"], other["row_id"]),
        estimate,
        "adds",
        comment,
    )


CHECKS: tuple[Check, ...] = (percentages, hazard_ratios, ratios_of_medians, medians)


def recompute(evidence: Evidence, study: Study) -> list[Recomputed]:
    """Return every printed result of a study that can be recomputed, with its verdict."""
    return [found for check in CHECKS for found in check(evidence, study)]
