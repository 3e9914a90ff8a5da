"""How the answers on pAKT change with each assumption that the sources leave open."""

from __future__ import annotations

from collections.abc import Mapping

from evidence.record.page import Page
from evidence.sources.data import Evidence
from evidence.tables.table import Table, make_table
from mrcc import Numbers
from mrcc.biomarker_prognosis.analysis import rescale, shrink, weigh
from mrcc.biomarker_prognosis.parameters import BiomarkerPrognosis
from mrcc.biomarker_prognosis.printed_marker import PrintedEffect, printed_effects

# One assumption at a time, over the range that the trial's size, follow-up and field allow: words,
# what is changed, and the numbers that rest on it.
_EVENTS, _POWER = ("hr_per_sd", "power", "exaggeration"), ("power", "exaggeration")
_VARIATIONS: dict[str, tuple[str, dict[str, object], tuple[str, ...]]] = {
    "events_few": (
        "fewer events: 60 progressions, 20 deaths", {"events_pfs": 60, "events_os": 20}, _EVENTS,
    ),
    "events_many": (
        "more events: 78 progressions, 40 deaths", {"events_pfs": 78, "events_os": 40}, _EVENTS,
    ),
    "hypotheses_two": ("only these two hypotheses tested", {"n_hypotheses": 2}, ("p_adjusted",)),
    "hypotheses_twenty": ("twenty hypotheses tested", {"n_hypotheses": 20}, ("p_adjusted",)),
    "adjusted_bh": (
        "false discovery rate instead of Holm", {"multiplicity": "bh"}, ("p_adjusted",),
    ),
    "prior_half": ("even odds before the trial", {"prior_h1": 0.5}, ("posterior",)),
    "prior_sceptical": ("one chance in fifty before the trial", {"prior_h1": 0.02}, ("posterior",)),
    "true_small": ("a true hazard ratio per SD of 1.1", {"power_hr_per_sd": 1.1}, _POWER),
    "true_large": ("a true hazard ratio per SD of 1.5", {"power_hr_per_sd": 1.5}, _POWER),
}  # fmt: skip
# What each line shows: key after the outcome, and words.
_SHOWN = {
    "hr_per_sd": "hazard ratio per SD",
    "p_adjusted": "adjusted P",
    "posterior": "probability of an effect at best",
    "power": "power",
    "exaggeration": "exaggeration",
}

Varied = Mapping[str, tuple[str, Numbers]]


def _numbers(effects: tuple[PrintedEffect, ...], p: BiomarkerPrognosis) -> Numbers:
    return rescale(effects, p) | weigh(effects, p) | shrink(effects, p)


def vary(evidence: Evidence, p: BiomarkerPrognosis) -> Varied:
    """Return, for each assumption, its words and the numbers that rest on it.

    Keys are `sens_<assumption>_<outcome>_<number>`, the same whatever the parameters.
    """
    found = {}
    for name, (words, change, shown) in _VARIATIONS.items():
        changed = p.model_copy(update=change)
        numbers = _numbers(printed_effects(evidence, changed), changed)
        moved: Numbers = {
            f"sens_{name}_{key}": (estimate, f"{label}; {words}")
            for key, (estimate, label) in numbers.items()
            if key.partition("_")[2] in shown
        }
        found[name] = (words, moved)
    return found


def record(page: Page[BiomarkerPrognosis], varied: Varied, rows: list[str]) -> None:
    """Write every number under every assumption."""
    for _, numbers in varied.values():
        page.record_all(numbers, rows)


def tabulate_sensitivity(page: Page[BiomarkerPrognosis], varied: Varied) -> Table:
    """Return one line per assumption and number that rests on it, PFS and OS side by side."""
    lines = []
    for name, (words, numbers) in varied.items():
        for key, shown in _SHOWN.items():
            keys = [f"sens_{name}_{outcome}_{key}" for outcome in ("pfs", "os")]
            if keys[0] not in numbers:
                continue
            cells = [page.results[key].text for key in keys]
            base = [page.results[f"{outcome}_{key}"].text for outcome in ("pfs", "os")]
            line = f"{words[:1].upper()}{words[1:]}: {shown}"
            lines.append([line, base[0], cells[0], base[1], cells[1]])
    columns = ["Assumption and number", "PFS, as on this page", "PFS", "OS, as on this page", "OS"]
    return make_table(
        columns, lines, caption="Sensitivity: one assumption at a time", numeric=columns[1:]
    )
