"""What each reported result recomputes to: the second column of every study chapter.

The checks are functions of the rows, so that a new study is recomputed without new code.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import pandas as pd

from evidence.record.chapter_parameters import Study
from evidence.sources.data import Evidence
from evidence.sources.printed_medians import derived_ratios, read_contrast
from evidence.sources.printed_rows import printed_text
from evidence.sources.recomputed import (
    CannotTellError,
    Recomputed,
    Verdict,
    guarded,
    key_of,
    require_numbers,
)
from evidence.sources.responses import printed_median
from evidence.tables.formatting import format_p
from evidence_stats.estimates import Estimate, NotEstimable
from evidence_stats.printed.reported import read_level, read_reported
from evidence_stats.printed.rounding import rounding_polygon
from evidence_stats.rates.inversion import counts_printing_interval, counts_printing_percent
from evidence_stats.rates.proportions import proportion
from evidence_stats.survival.from_medians import (
    implied_exponential_events,
    implied_weibull_shape,
)
from evidence_stats.survival.median import Median
from evidence_stats.survival.two_medians import RULES

__all__ = ["CHECKS", "Check", "Recomputed", "recompute"]

# More answers than this say nothing about the counts behind a percentage.
_MOST_ANSWERS = 6


Check = Callable[[Evidence, Study], Iterator[Recomputed]]


def _rows(evidence: Evidence, statistic: str) -> Iterator[pd.Series]:
    for _, row in evidence.where("outcomes", statistic=statistic).iterrows():
        yield row


def _arm_size(evidence: Evidence, row: pd.Series) -> tuple[int, str] | None:
    """Return the patients of a row's arm, and the row that gives them."""
    arm_id = f"{row['study_id']}.{row['arm']}"
    arm = evidence.find(arm_id)
    if arm is None or not arm["n_reported"]:
        return None
    return int(arm["n_reported"]), arm_id


def percentages(evidence: Evidence, study: Study) -> Iterator[Recomputed]:
    """Yield, for every percentage, the counts that round to it and their exact interval."""
    for row in _rows(evidence, "percent"):
        printed = read_reported(row["value_reported"])
        if printed is not None and printed.value is not None:
            attempt = partial(_counts, evidence, study, row)
            yield from guarded(row, "counts", evidence.describe(row), attempt)


def _counts(evidence: Evidence, study: Study, row: pd.Series) -> Recomputed | None:
    percent = row["value_reported"]
    rows: tuple[str, ...] = (row["row_id"],)
    size = (int(row["n"]), "") if row["n"] else _arm_size(evidence, row)
    has_interval = row["ci_kind"] == "confidence" and not row["events"]
    if not has_interval and size is None:
        return None
    if percent.startswith("-"):
        raise CannotTellError("a change is no share of patients")
    require_numbers(row, "value_reported")
    if has_interval:
        require_numbers(row, "ci_low_reported", "ci_high_reported")
        found = counts_printing_interval(
            percent,
            row["ci_low_reported"],
            row["ci_high_reported"],
            level=read_level(row["ci_level"]),
            max_n=study.max_n,
            rounding=study.rounding,
        )
        comment = f"counts up to n = {study.max_n} whose exact interval gives it"
    elif size is not None:
        found = counts_printing_percent(percent, n=size[0], rounding=study.rounding)
        if row["events"]:
            found = tuple(pair for pair in found if pair[0] == int(row["events"]))
            comment = "reported count over reported denominator"
        else:
            comment = f"counts of {size[0]} that give it"
            if found and not counts_printing_percent(percent, n=size[0], rounding="half_up"):
                comment += " with digits cut off; none rounds to it"
        rows = (*rows, size[1]) if size[1] else rows
    return _percentage(row, found, rows, comment, evidence, study)


def _percentage(
    row: pd.Series,
    found: tuple[tuple[int, int], ...],
    rows: tuple[str, ...],
    comment: str,
    evidence: Evidence,
    study: Study,
) -> Recomputed:
    what = evidence.describe(row)
    key, printed = key_of(row, "counts"), printed_text(row)
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
    """Yield what the limits of each reported median imply about its curve."""
    for row in _rows(evidence, "median"):
        if row["ci_kind"] != "confidence" or row["outcome"] not in ("pfs", "os"):
            continue
        what = evidence.describe(row)
        for suffix, words, attempt in (
            ("implied_events", "events that an exponential curve would need", _implied_events),
            ("implied_shape", "Weibull shape that such limits need", _implied_shape),
        ):
            words = f"{what}: {words}"
            yield from guarded(row, suffix, words, partial(attempt, evidence, row, words))


def _median_of_patients(evidence: Evidence, row: pd.Series) -> tuple[Median, int, str] | None:
    """Return a median with both limits and the patients of its arm, None where one is missing."""
    median = printed_median(evidence, row["row_id"])
    size = _arm_size(evidence, row)
    if median.high is None or median.low is None or size is None:
        return None
    if not median.has_width:
        raise CannotTellError("the limits coincide, and their digits give no width")
    return median, *size


def _implied_events(evidence: Evidence, row: pd.Series, what: str) -> Recomputed | None:
    found = _median_of_patients(evidence, row)
    if found is None:
        return None
    median, n, arm_id = found
    events = implied_exponential_events(median)
    too_many = events.value > n
    return Recomputed(
        key_of(row, "implied_events"),
        what,
        printed_text(row),
        (row["row_id"], arm_id),
        events,
        "does not agree" if too_many else "adds",
        f"{'more than' if too_many else 'within'} the {n} patients of the arm",
    )


def _implied_shape(evidence: Evidence, row: pd.Series, what: str) -> Recomputed | None:
    found = _median_of_patients(evidence, row)
    if found is None:
        return None
    median, n, arm_id = found
    return Recomputed(
        key_of(row, "implied_shape"),
        what,
        printed_text(row),
        (row["row_id"], arm_id),
        implied_weibull_shape(median, n),
        "adds",
        "1 is exponential; above 1 the hazard rises",
    )


def recomputed_hazard_ratios(evidence: Evidence, study: Study) -> Iterator[Recomputed]:
    """Yield the P values that a reported hazard ratio and interval allow."""
    markers = evidence.where("biomarkers", statistic="hazard_ratio")
    rows = [*_rows(evidence, "hazard_ratio"), *(row for _, row in markers.iterrows())]
    for row in rows:
        if row["ci_low_reported"] or row["ci_high_reported"]:
            what = f"{evidence.describe(row)}: P that the interval allows"
            yield from guarded(row, "allowed_p", what, partial(_allowed_p, row, what))


def _allowed_p(row: pd.Series, what: str) -> Recomputed:
    limits = ("ci_low_reported", "ci_high_reported")
    require_numbers(row, "value_reported", *limits)
    if row.get("ci_kind", "confidence") != "confidence":
        raise CannotTellError("the limits are those of a range")
    p = read_reported(row["p_reported"])
    in_words = p is not None and p.value is None
    polygon = rounding_polygon(
        row["value_reported"],
        row["ci_low_reported"],
        row["ci_high_reported"],
        None if p is None or in_words else p.text,
        level=read_level(row["ci_level"]) if row["ci_level"] else 0.95,
    )
    if polygon.p is None:
        verdict: Verdict = "does not agree"
        comment = "no hazard ratio and standard error give these three numbers"
    elif p is None:
        verdict, comment = "adds", "no P is reported"
    else:
        verdict = "agrees" if polygon.consistent else "does not agree"
        low, high = (format_p(p or 0.0) for p in (polygon.p.low, polygon.p.high))
        comment = f"reported P {p.text}, allowed {low} to {high} by a Wald test"
        verdict = "cannot tell" if in_words else verdict
    rows = (row["row_id"],)
    key = key_of(row, "allowed_p")
    return Recomputed(key, what, printed_text(row), rows, polygon.p, verdict, comment)


def ratios_of_medians(evidence: Evidence, study: Study) -> Iterator[Recomputed]:
    """Yield the hazard ratio that two reported medians imply if both curves are exponential."""
    medians = evidence.where("outcomes", statistic="median", outcome=["pfs", "os"])
    controls = {arm for (arm,) in evidence.values("arms", "arm", role="control")}
    groups = medians.groupby(["outcome", "population", "source_key", "analysis_set"], sort=False)
    for _, group in groups:
        one = group[~group["arm"].isin(controls)]
        other = group[group["arm"].isin(controls)]
        if len(one) != 1 or len(other) != 1:
            continue
        a, b = one.iloc[0], other.iloc[0]
        labels = evidence.arm_labels(b["study_id"])
        what = f"{evidence.describe(a)} over {labels.get(b['arm'], b['arm'])}"
        what = f"{what}: hazard ratio from the medians"
        yield from guarded(a, "hazard_ratio", what, partial(_ratio, evidence, a, b, what))


def _ratio(evidence: Evidence, one: pd.Series, other: pd.Series, what: str) -> Recomputed | None:
    contrast = read_contrast(evidence, (one["row_id"], other["row_id"]))
    a, b = contrast.medians
    if isinstance(a, NotEstimable) or isinstance(b, NotEstimable):
        return None
    made = derived_ratios(contrast, level=0.95)
    if isinstance(made, NotEstimable):
        estimate = Estimate(
            b.months() / a.months(),
            unit="ratio",
            method="ratio of medians, exponential",
            conventions=("hazard_ratio_from_medians",),
            grade="D2",
        )
        comment = f"no interval: {_why_no_interval(a, b)}"
    else:
        estimate, comment = made[0].estimate, f"interval from the {RULES[made[0].rule]}"
        comment += "" if made[0].rule == "limits" else f", as {_why_no_interval(a, b)}"
    return Recomputed(
        key_of(one, "hazard_ratio"),
        what,
        f"{printed_text(one)} v {printed_text(other)}",
        contrast.rows if isinstance(made, NotEstimable) else made[0].rows,
        estimate,
        "adds",
        comment,
    )


def _why_no_interval(a: Median, b: Median) -> str:
    limits = (a.low, a.high, b.low, b.high)
    if None in limits:
        missing = all(limit is None for limit in limits)
        return "the medians are reported without limits" if missing else "a limit is not reported"
    if a.has_width and b.has_width:
        return "the limits of the two medians have two levels"
    return "the limits of a median coincide"


CHECKS: tuple[Check, ...] = (percentages, recomputed_hazard_ratios, ratios_of_medians, medians)


def recompute(evidence: Evidence, study: Study) -> list[Recomputed]:
    """Return every reported result of a study that can be recomputed, with its verdict."""
    return [found for check in CHECKS for found in check(evidence, study)]
