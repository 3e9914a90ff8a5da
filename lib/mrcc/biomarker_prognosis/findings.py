"""Summary of findings: higher against lower pAKT."""

from __future__ import annotations

from collections.abc import Mapping

from evidence.findings.effect_words import Effect
from evidence.findings.summary import SummaryLine, find, seen, tabulate_summary
from evidence.record.results import Result
from evidence.sources.certainty import judge_certainty
from evidence.sources.data import Evidence
from evidence.tables.table import Table
from mrcc.biomarker_prognosis.parameters import BiomarkerPrognosis
from mrcc.biomarker_prognosis.printed_marker import QUESTION

# An association is no cause: the words say what goes with what.
_PROGRESSION = Effect(
    "Higher pAKT",
    "progression",
    ("is associated with later progression", "be associated with later progression", ""),
    ("is associated with earlier progression", "be associated with earlier progression", ""),
    "the association of pAKT with progression",
)
_SURVIVAL = Effect(
    "Higher pAKT",
    "survival",
    ("is associated with longer survival", "be associated with longer survival", ""),
    ("is associated with shorter survival", "be associated with shorter survival", ""),
    "the association of pAKT with survival",
)


def find_all(
    evidence: Evidence, results: Mapping[str, Result], p: BiomarkerPrognosis
) -> dict[str, SummaryLine]:
    """Return the association with each outcome per SD, and whether it predicts benefit."""
    at_mean = results.get("predicted_plus_0_sd")
    return {
        "pfs": find(
            "Free of progression at one year, pAKT one SD higher",
            judge_certainty(evidence, QUESTION, "association_pfs"),
            _PROGRESSION,
            seen(results["pfs_hr_per_sd"]),
            name="hazard ratio per SD",
            baseline=None if at_mean is None else at_mean.value,
        ),
        "os": find(
            "Overall survival, pAKT one SD higher",
            judge_certainty(evidence, QUESTION, "association_os"),
            _SURVIVAL,
            seen(results["os_hr_per_sd"]),
            name="hazard ratio per SD",
        ),
        "prediction": SummaryLine(
            "Benefit from adding interferon-alfa, by pAKT",
            None,
            "Unknown: no test of interaction is in the abstract.",
        ),
    }


def summarise(evidence: Evidence, results: Mapping[str, Result], p: BiomarkerPrognosis) -> Table:
    """Return the summary of findings."""
    return tabulate_summary(
        list(find_all(evidence, results, p).values()),
        caption="Summary of findings: pAKT one SD above the mean against the mean",
        without="At the mean",
        with_="One SD higher",
        notes=(
            "The abstract does not give the number of patients with tissue. Those free of "
            "progression at the mean are read off the Weibull curve of the parameters, of both "
            "arms together (the main question takes an exponential curve of sorafenib alone); no "
            "such curve can be had for survival.",
        ),
    )
