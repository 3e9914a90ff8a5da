"""Does adding interferon-alfa to anything help? The numbers of that chapter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evidence.figures.ratio_forest import RatioRow
from evidence.record.page import Page
from evidence.sources.data import Evidence
from evidence.sources.responses import arm_response
from evidence.sources.vocabulary import study_words, treatment_words, words
from evidence.tables.table import Table, make_table
from evidence_stats.estimates import Estimate, NotEstimable
from evidence_stats.rates.two_proportions import risk_difference
from mrcc.adding_interferon.add_on_contrasts import (
    AddOn,
    Effect,
    find_add_ons,
    find_added_to,
    response_effect,
    survival_effect,
)
from mrcc.adding_interferon.parameters import AddingInterferon

# Name of the question in data/certainty.csv and of its chapter.
QUESTION = "adding_interferon"

DRUG = "IFN"
# Fewer studies than this are shown, never pooled (METHODS: no headline for one or two studies).
MIN_POOLED = 3


_HOLLOW = (
    "Hollow squares: something else than interferon-alfa differs as well, or no source gives the "
    "ratio. Points without a line: reported without what an interval needs. Behind a label: events "
    "and patients of both arms, where they are given. Not pooled."
)
RESPONSE_CAPTION = (
    f"Response with interferon-alfa added, over the same treatment without. {_HOLLOW}"
)
SURVIVAL_CAPTION = (
    f"Hazard ratios for progression (PFS) and death (OS) with interferon-alfa added, over the same "
    f"treatment without; from medians where no hazard ratio was found. {_HOLLOW}"
)

# Where the dose of an arm is not in million units a week.
_NO_DOSE = "\N{EN DASH}"


@dataclass(frozen=True, slots=True)
class Compared:
    """A contrast and what is known of one outcome."""

    contrast: AddOn
    effect: Effect

    @property
    def key(self) -> str:
        """Name of the number on the page."""
        return f"{self.contrast.study_id}_{self.contrast.arm}_{self.effect.outcome}".replace(
            "-", "_"
        )

    @property
    def interval(self) -> tuple[float, float | None] | None:
        """Limits of the ratio, the upper one None where it has none; None without an interval."""
        made = self.effect.estimate
        if isinstance(made, NotEstimable) or made.low is None:
            return None
        return made.low, made.high

    @property
    def derived(self) -> bool:
        """True for a hazard ratio that no source gives: from medians or from other ratios."""
        made = self.effect.estimate
        return self.effect.outcome != "orr" and isinstance(made, Estimate) and made.grade > "D1"

    @property
    def outcome_words(self) -> str:
        """The outcome as figures and tables name it, with how its ratio was had."""
        return self.effect.outcome.upper() + (", derived" if self.derived else "")

    @property
    def patients(self) -> str:
        """Events and patients of both arms, as far as they are known."""
        made = self.effect.estimate
        if isinstance(made, NotEstimable) or made.n is None:
            return ""
        return f"n = {made.n}" if made.events is None else f"{made.events}/{made.n}"

    @property
    def words(self) -> str:
        """What was compared, in words."""
        ratio = "response ratio" if self.effect.outcome == "orr" else "hazard ratio"
        return (
            f"{self.contrast.name}: {ratio}, {words(self.effect.outcome)}, "
            f"{treatment_words(self.contrast.treatment)} over "
            f"{treatment_words(self.contrast.backbone)}"
        )


def compare(evidence: Evidence, contrasts: list[AddOn], p: AddingInterferon) -> list[Compared]:
    """Return every outcome of every contrast that has anything reported."""
    found = []
    for contrast in contrasts:
        effects = [
            response_effect(evidence, contrast, method=p.ratio_method, level=p.level),
            *(
                survival_effect(evidence, contrast, outcome, level=p.level, rho=p.multiarm_rho)
                for outcome in ("pfs", "os")
            ),
        ]
        found += [Compared(contrast, effect) for effect in effects if effect is not None]
    return found


def add_ons(evidence: Evidence, p: AddingInterferon) -> list[Compared]:
    """Return what adding interferon-alfa did, by contrast and outcome."""
    return compare(evidence, find_add_ons(evidence, DRUG), p)


def reversed_contrasts(evidence: Evidence, p: AddingInterferon) -> list[Compared]:
    """Return what adding something to interferon-alfa did: another question."""
    return compare(evidence, find_added_to(evidence, DRUG), p)


def prepare(evidence: Evidence) -> None:
    """Compute what most variants of the page share; results are kept by the functions called."""
    p = AddingInterferon()
    add_ons(evidence, p)
    reversed_contrasts(evidence, p)


def response_difference(evidence: Evidence, item: Compared, level: float) -> Estimate | None:
    """Return the difference in response; None for other outcomes and without counts."""
    if item.effect.outcome != "orr" or item.interval is None:
        return None
    arm, control = (arm_response(evidence, row).counts for row in item.contrast.rows[:2])
    return risk_difference(*arm, *control, level=level)


def record(page: Page[AddingInterferon], compared: list[Compared], prefix: str = "") -> None:
    """Write the number of every contrast and outcome."""
    for item in compared:
        rows = [*item.effect.rows, *item.contrast.rows]
        page.record(f"{prefix}{item.key}", item.effect.estimate, item.words, rows)
        gap = response_difference(page.evidence, item, page.parameters.level)
        if gap is not None:
            words = item.words.replace("response ratio", "difference in response")
            page.record(f"{prefix}{item.key}_difference", gap, words, rows)


def count(compared: list[Compared], p: AddingInterferon) -> dict[str, tuple[Estimate, str]]:
    """Return how many contrasts there are, how many clean, how many with an interval."""
    clean = [item for item in compared if not item.contrast.flag or p.include_flagged]
    by_outcome = {
        outcome: [
            item.interval
            for item in clean
            if item.effect.outcome == outcome and item.interval is not None
        ]
        for outcome in ("orr", "pfs", "os")
    }
    studies = {item.contrast.study_id for item in compared}

    def number(value: int) -> Estimate:
        return Estimate(value, unit="count", method="count")

    return {
        "studies": (number(len(studies)), "Randomized studies that added interferon-alfa"),
        "clean_studies": (
            number(len({item.contrast.study_id for item in clean})),
            "Of these, studies in which nothing else differs",
        ),
        **{
            f"with_interval_{outcome}": (
                number(len(intervals)),
                f"Trials in which nothing else differs, with an interval for {words(outcome)}",
            )
            for outcome, intervals in by_outcome.items()
        },
        "favourable_orr": (
            number(sum(low > 1 for low, _ in by_outcome["orr"])),
            "Of these, with an interval of response wholly above 1",
        ),
        "favourable_os": (
            number(sum(high is not None and high < 1 for _, high in by_outcome["os"])),
            "Of these, with an interval for survival wholly below 1",
        ),
    }


def forest_rows(
    compared: list[Compared], outcomes: tuple[str, ...]
) -> list[RatioRow] | NotEstimable:
    """Return the lines of a forest plot for some outcomes."""
    found = [
        RatioRow(
            label=f"{item.contrast.name}, on {item.contrast.backbone}",
            note=", ".join(
                filter(None, (item.outcome_words if len(outcomes) > 1 else "", item.patients))
            ),
            estimate=item.effect.estimate,
            treatment=item.contrast.treatment,
            flagged=bool(item.contrast.flag) or item.derived,
        )
        for item in compared
        if item.effect.outcome in outcomes and isinstance(item.effect.estimate, Estimate)
    ]
    return found or NotEstimable("no ratio was found or follows from what was")


def key_of(compared: Sequence[Compared], outcomes: tuple[str, ...]) -> str:
    """Return what the abbreviations of a forest plot stand for, as a sentence of its caption."""
    codes = {item.contrast.backbone for item in compared if item.effect.outcome in outcomes}
    return "; ".join(f"{code} {treatment_words(code)}" for code in sorted(codes)) + "."


def median_rows(compared: list[Compared]) -> list[tuple[str, str]]:
    """Return the rows of the medians from which a hazard ratio is derived."""
    found = [item.contrast.median_rows(item.effect.outcome) for item in compared if item.derived]
    return [rows for rows in found if set(rows) <= {r for i in compared for r in i.effect.rows}]


def tabulate_contrasts(evidence: Evidence, compared: list[Compared], caption: str) -> Table:
    """Return one line per contrast: arms, doses, what else differs, what is reported.

    Why a ratio cannot be had stands below the table.
    """
    seen: dict[tuple[str, str, str], list[Compared]] = {}
    for item in compared:
        contrast = item.contrast
        seen.setdefault((contrast.study_id, contrast.arm, contrast.comparator), []).append(item)
    rows = []
    for items in seen.values():
        contrast = items[0].contrast
        arm = evidence.row(contrast.rows[0])
        study = evidence.study(contrast.study_id)
        rows.append(
            [
                contrast.name,
                f"{treatment_words(contrast.treatment)} v {treatment_words(contrast.backbone)}",
                # Two doses of one arm are those of its first and its later weeks.
                arm["ifn_weekly_mu"].replace("-", " rising to ") or _NO_DOSE,
                study_words(study, "line"),
                study_words(study, "blinding"),
                contrast.flag or "nothing known",
                "; ".join(item.outcome_words for item in items),
            ]
        )
    columns = ["Study", "Compared", "MU/week", "Line", "Blinding", "What else differs", "Outcomes"]
    missing = tuple(
        f"{item.words}: {item.effect.estimate}."
        for item in compared
        if isinstance(item.effect.estimate, NotEstimable)
    )
    doses = [f"{_NO_DOSE}: no weekly dose in million units follows from what was read."]
    notes = (*missing, *(doses if any(row[2] == _NO_DOSE for row in rows) else ()))
    return make_table(columns, rows, caption=caption, numeric=("MU/week",), footnotes=notes)
