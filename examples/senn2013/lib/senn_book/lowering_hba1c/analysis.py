"""Which drugs lower HbA1c in diabetes? The network of that page.

The network adds and subtracts differences, whatever they are of; here they are mean differences,
where the library's own questions have log ratios.
"""

from __future__ import annotations

from collections.abc import Mapping

from evidence.sources.data import Evidence
from evidence.sources.vocabulary import treatment_words
from evidence_stats.estimates import Estimate
from evidence_stats.networks.contrasts import Contrast
from evidence_stats.networks.treatment_network import NetworkResult, network
from evidence_stats.normal import critical_value
from senn_book import Numbers
from senn_book.lowering_hba1c.parameters import LoweringHba1c

OUTCOME, REFERENCE = "hba1c", "PLACEBO"


def read(evidence: Evidence) -> dict[str, Contrast]:
    """Return the mean difference of each comparison with its standard error, by its data row."""
    found = {}
    names = dict(evidence.values("studies", "study_id", "short_name"))
    rows = evidence.where("outcomes", outcome=OUTCOME, statistic="mean_difference")
    for _, row in rows.iterrows():
        difference, error = evidence.estimate(row["row_id"]), evidence.estimate(error_row(row))
        if difference is None or error is None:
            continue
        study = row["study_id"]
        a, b = (evidence.row(f"{study}.{row[side]}")["treatment"] for side in ("arm_a", "arm_b"))
        found[row["row_id"]] = Contrast(
            names[study], a, b, log_ratio=difference.value, se=error.value
        )
    return found


def error_row(row: Mapping[str, str]) -> str:
    """Return the data row of the standard error of a difference."""
    return row["row_id"].replace(".mean_difference.", ".standard_error.")


def rows(contrasts: Mapping[str, Contrast]) -> list[str]:
    """Return the data rows that the network rests on."""
    return [one for row in contrasts for one in (row, error_row({"row_id": row}))]


def fit(contrasts: Mapping[str, Contrast], p: LoweringHba1c) -> NetworkResult:
    """Return the network."""
    return network(list(contrasts.values()), model=p.model, level=p.level)


def differences(fitted: NetworkResult) -> dict[str, Estimate]:
    """Return the mean difference of each drug from placebo, percentage points, lowest first."""
    found = {}
    for drug in fitted.treatments:
        if drug != REFERENCE:
            value, se = fitted.difference(drug, REFERENCE)
            half = critical_value(fitted.level) * se
            found[drug] = Estimate(
                value, value - half, value + half, level=fitted.level, kind="confidence", se=se,
                method=f"network meta-analysis, {fitted.model} effects", grade="D2",
                conventions=("nma_graph", *(("nma_dl",) if fitted.model == "random" else ())),
            )  # fmt: skip
    return dict(sorted(found.items(), key=lambda item: item[1].value))


def describe(contrasts: Mapping[str, Contrast], fitted: NetworkResult) -> Numbers:
    """Return the numbers of the page: key, estimate, words."""
    studies = len({one.study for one in contrasts.values()})
    found: Numbers = {
        drug.lower(): (one, f"Mean difference in HbA1c, {treatment_words(drug)} minus placebo")
        for drug, one in differences(fitted).items()
    }
    found["studies"] = (Estimate(studies, unit="count", method="count"), "Trials compared")
    found["q"] = (Estimate(fitted.q, method="Q of the common-effect network"), "Q of the network")
    if fitted.p is not None and fitted.tau2 is not None:
        p = Estimate(fitted.p, unit="p_value", method="chi-squared test of Q")
        found["q_p"] = (p, "P value of Q")
        tau2 = Estimate(fitted.tau2, method="moments", conventions=("nma_dl",), grade="D2")
        found["tau2"] = (tau2, "Variance between trials")
    return found
