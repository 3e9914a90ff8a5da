"""Summary of findings: higher against lower pAKT."""

from __future__ import annotations

from collections.abc import Mapping

from evidence.record.results import Result
from evidence.sources.certainty import judge_certainty
from evidence.sources.data import Evidence
from evidence.tables.table import Table
from mrcc.biomarker_prognosis.parameters import BiomarkerPrognosis
from mrcc.biomarker_prognosis.printed_marker import QUESTION
from mrcc.summary_of_findings import Effect, Finding, find, seen, tabulate_findings

# An association is no cause: the words say what goes with what.
_PROGRESSION = Effect(
    "Higher pAKT",
    ("goes with later progression", "go with later progression"),
    ("goes with earlier progression", "go with earlier progression"),
)
_SURVIVAL = Effect(
    "Higher pAKT",
    ("goes with longer survival", "go with longer survival"),
    ("goes with shorter survival", "go with shorter survival"),
)


def summarise(evidence: Evidence, results: Mapping[str, Result], p: BiomarkerPrognosis) -> Table:
    """Return the association with each outcome per SD, and whether it predicts benefit."""
    rating = judge_certainty(evidence, QUESTION, "association")
    at_mean = results.get("predicted_plus_0_sd")
    findings = [
        find(
            "Free of progression at one year, pAKT one SD higher",
            rating,
            _PROGRESSION,
            seen(results["pfs_hr_per_sd"]),
            name="hazard ratio per SD",
            good_below_one=True,
            baseline=None if at_mean is None else at_mean.value,
        ),
        find(
            "Overall survival, pAKT one SD higher",
            rating,
            _SURVIVAL,
            seen(results["os_hr_per_sd"]),
            name="hazard ratio per SD",
            good_below_one=True,
        ),
        Finding(
            "Benefit from adding interferon-alfa, by pAKT",
            judge_certainty(evidence, QUESTION, "prediction"),
            "We cannot tell: no interaction of pAKT with treatment is printed.",
        ),
    ]
    return tabulate_findings(
        findings,
        caption="Summary of findings: pAKT one SD above the mean against the mean",
        without="Per 1000 at the mean",
        with_="Per 1000 one SD higher",
        notes=(
            "Patients with tissue are not printed. Those free of progression at the mean are read "
            "off the Weibull curve of the parameters; no such curve can be had for survival.",
        ),
    )
