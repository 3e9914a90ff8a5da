"""The words for codes in the tables: one name per code, on every page."""

from __future__ import annotations

import pandas as pd

OUTCOMES = {
    "orr": "objective response",
    "cr": "complete response",
    "pr": "partial response",
    "sd": "stable disease",
    "pd": "progressive disease",
    "sd_or_unconfirmed_pr": "stable disease or unconfirmed partial response",
    "pfs": "progression-free survival",
    "os": "overall survival",
    "dor": "duration of response",
    "dlt": "dose-limiting toxicity",
    "follow_up": "follow-up",
    "pakt": "phosphorylated AKT",
    "ecog": "ECOG performance status",
    "ecog_0": "ECOG performance status 0",
    "ecog_1": "ECOG performance status 1",
    "mskcc_favourable": "MSKCC risk favourable",
    "mskcc_intermediate": "MSKCC risk intermediate",
    "mskcc_poor": "MSKCC risk poor",
    "mskcc_missing": "MSKCC risk missing",
    "ifn_dose": "interferon-alfa dose",
    "vegf": "VEGF",
    "svegfr2": "soluble VEGF receptor 2",
    "caix": "CAIX",
    "timp1": "TIMP-1",
    "ras_p21": "Ras p21",
    "vhl": "VHL",
}
STATISTICS = {
    "count": "patients",
    "percent": "",
    "median": "median",
    "hazard_ratio": "hazard ratio",
    "p_value": "P value",
    "rate": "rate",
    "duration": "",
    "value": "",
}
TREATMENTS = {
    "SOR": "sorafenib",
    "SOR+IFN": "sorafenib + interferon-alfa",
    "IFN": "interferon-alfa",
    "PLA": "placebo",
    "PAZ": "pazopanib",
}
# Qualifiers at the end of a row id.
_QUALIFIERS = {
    "pdq": "as the PDQ summary prints it",
    "case_table": "as the case report's table prints it",
    "highlight": "as a research highlight prints it",
    "naive": "no prior cytokine",
    "pretreated": "after a cytokine",
    "crossover_censored": "crossover censored",
    "interim": "interim analysis",
    "period2": "second period",
    "legend": "as the figure legend prints it",
    "on_treatment": "on treatment",
}


def words(code: str) -> str:
    """Return a code in words."""
    return OUTCOMES.get(code, code.replace("_", " "))


def describe_row(row: pd.Series, arm_labels: dict[str, str]) -> str:
    """Return in words what a data row is about.

    Parameters
    ----------
    row : Series
        A row of outcomes, characteristics or biomarkers.
    arm_labels : dict of str to str
        Label of each arm of the study by its short name.
    """
    topic = words(row.get("outcome", "") or row.get("characteristic", ""))
    if row.get("marker"):
        topic = ": ".join(filter(None, (words(row["marker"]), topic)))
    what = " ".join(filter(None, (STATISTICS[row["statistic"]], topic)))
    sides = [row.get("arm", "")] if row.get("arm") else [row.get("arm_a", ""), row.get("arm_b", "")]
    who = " v ".join(arm_labels.get(side, side) for side in sides if side and side != "all")
    last = row["row_id"].rpartition(".")[2]
    parts = [what, who, row.get("population", "") or "", _QUALIFIERS.get(last, "")]
    text = ", ".join(dict.fromkeys(filter(None, parts)))
    return text[:1].upper() + text[1:]
