"""An outcome counted in two arms of each study: what a pairwise meta-analysis begins with."""

from __future__ import annotations

from dataclasses import dataclass

from evidence.sources.data import Evidence
from evidence_stats.pooling.counts import Counts
from evidence_stats.printed.reported import exact_number


@dataclass(frozen=True, slots=True)
class TwoArms:
    """One study that counts an outcome with and without a treatment.

    Attributes
    ----------
    study_id, name : str
        Its id, and its name in figures.
    counts : tuple of int
        Events and people with the treatment, then with the comparator.
    rows : tuple of str
        The two data rows, and those of the arms that say how many people there were.
    """

    study_id: str
    name: str
    counts: Counts
    rows: tuple[str, ...]


def count_two_arms(
    evidence: Evidence, outcome: str, treatment: str, comparator: str
) -> list[TwoArms]:
    """Return every study that counts an outcome in one arm of each treatment, in their order.

    Parameters
    ----------
    evidence : Evidence
        The tables. The rows are those of the whole study, `study.outcome.count.arm`; people are
        the denominator of the row, or the patients of its arm.
    outcome : str
        Code of the outcome.
    treatment, comparator : str
        Codes of the two treatments.

    Returns
    -------
    list of TwoArms
        None for a study without such a row, or with a bound such as "<5" in its place.

    Raises
    ------
    ValueError
        Where a study has several arms of one of the treatments: which of them is compared is for
        the book to say.
    """
    found = []
    for study_id, name in evidence.values("studies", "study_id", "short_name"):
        sides = [_count(evidence, study_id, outcome, code) for code in (treatment, comparator)]
        if sides[0] is not None and sides[1] is not None:
            (events_a, n_a, rows_a), (events_b, n_b, rows_b) = sides[0], sides[1]
            counts = (events_a, n_a, events_b, n_b)
            found.append(TwoArms(study_id, name, counts, (*rows_a, *rows_b)))
    return found


def _count(
    evidence: Evidence, study_id: str, outcome: str, treatment: str
) -> tuple[int, int, tuple[str, ...]] | None:
    """Return events, people and rows of the arm with a treatment; None where they are not given."""
    arms = evidence.values("arms", "arm", study_id=study_id, treatment=treatment)
    if len(arms) > 1:
        names = ", ".join(arm for (arm,) in arms)
        raise ValueError(f"{study_id}: expected one arm with {treatment}, got {names}")
    if not arms:
        return None
    ((arm,),) = arms
    row = evidence.find(f"{study_id}.{outcome}.count.{arm}")
    events = None if row is None else exact_number(row["value_reported"])
    if row is None or events is None:
        return None
    arm_id = f"{study_id}.{arm}"
    if row["n"]:
        return int(events), int(row["n"]), (row["row_id"],)
    people = evidence.row(arm_id)["n_reported"]
    return (int(events), int(people), (row["row_id"], arm_id)) if people else None
