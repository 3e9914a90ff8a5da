"""The words for codes in the tables: one name per code, on every page."""

from __future__ import annotations

import re

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
    "ttp": "time to progression",
    "total_pfs": "progression-free survival over both treatments",
    "event_free_1_year": "event-free at one year",
    "os_1_year": "survival at one year",
    "os_5_years": "survival at five years",
    "os_median_gain": "gain in median survival",
    "death_1_year": "death within one year",
    "sae": "serious adverse events",
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
    "odds_ratio": "odds ratio",
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
    "SOR+IL2": "sorafenib + interleukin-2",
    "AMG386+SOR": "sorafenib + AMG 386",
    "SUN": "sunitinib",
    "AXI": "axitinib",
    "TIV": "tivozanib",
    "BEV": "bevacizumab",
    "BEV+IFN": "bevacizumab + interferon-alfa",
    "TEM": "temsirolimus",
    "TEM+IFN": "temsirolimus + interferon-alfa",
    "EVE": "everolimus",
    "IL2": "interleukin-2",
    "IL2+IFN": "interleukin-2 + interferon-alfa",
    "MPA": "medroxyprogesterone",
    "VLB": "vinblastine",
    "VLB+IFN": "vinblastine + interferon-alfa",
    "NEPH+IFN": "nephrectomy, then interferon-alfa",
    "MIX": "arms without the drug compared, pooled",
    "MIX+IFN": "arms with interferon-alfa, pooled",
    "MIX+IL2": "arms with interleukin-2, pooled",
    "IMM": "any immunotherapy",
    "CON": "control without immunotherapy",
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
    "final": "final analysis",
    "update": "updated analysis",
    "review": "as a review prints it",
    "cochrane": "as a Cochrane review prints it",
    "label": "as a report of the label prints it",
    "meeting": "as a meeting report prints it",
    "stratified": "stratified analysis",
    "adjusted": "adjusted for baseline factors",
    "wilcoxon": "Wilcoxon test",
    "investigator": "assessed by investigators",
    "reduced": "interferon dose reduced",
    "combined": "this trial and EORTC 30947 together",
}


_ADVERSE_EVENT = re.compile(
    r"ae_(?:any|(?P<event>.*?))?_?(?:grade_(?P<low>\d)(?:_(?P<high>\d))?)?\Z"
)


def words(code: str) -> str:
    """Return a code in words: "ae_rash_grade_3_4" becomes "rash, grade 3 to 4"."""
    found = _ADVERSE_EVENT.match(code)
    if found is None:
        return OUTCOMES.get(code, code.replace("_", " "))
    event = (found["event"] or "any adverse event").replace("_", " ")
    grade = " to ".join(filter(None, (found["low"], found["high"])))
    return f"{event}, grade {grade}" if grade else event


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
