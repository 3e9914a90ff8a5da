"""Appraisals as traffic lights: a symbol and a word for each judgement, never a colour alone."""

from __future__ import annotations

import pandas as pd
from markupsafe import Markup

from evidence.sources.data import Evidence
from evidence.sources.vocabulary import words
from evidence.tables.table import Table, make_table

# Symbols as in robvis (McGuinness and Higgins 2021, Res Synth Methods 12:55), one per judgement.
_SYMBOLS = {
    "low": "+",
    "yes": "+",
    "some concerns": "?",
    "moderate": "?",
    "unclear": "?",
    "high": "\u00d7",
    "no": "\u00d7",
    "no information": "\u00b7",
}
_LEVELS = {"+": "low", "?": "some", "\u00d7": "high", "\u00b7": "none"}
ROB2_DOMAINS = (
    "D1 randomization process",
    "D2 deviations from intended interventions",
    "D3 missing outcome data",
    "D4 measurement of the outcome",
    "D5 selection of the reported result",
    "overall",
)
_DOMAIN_HEADS = tuple(name.split(" ", 1)[-1].capitalize() for name in ROB2_DOMAINS)
# Beside the outcomes of one study; the reasons name the domains in full.
_SHORT_HEADS = (
    "Randomization", "Deviations", "Missing data", "Measurement", "Selection", "Overall",
)  # fmt: skip
_ROB2 = "RoB 2"
_KEY = ("+ low, ? some concerns, \u00d7 high, \u00b7 no information.",)


def _light(judgement: str, reason: str) -> Markup:
    symbol = _SYMBOLS.get(judgement, "\u00b7")
    return Markup('<span class="judgement judgement-{}" title="{}">{} {}</span>').format(
        _LEVELS[symbol], reason, symbol, judgement
    )


def tabulate_risk_of_bias(evidence: Evidence) -> Table:
    """Return RoB 2 by study and outcome, one column per domain."""
    table = evidence.where("appraisals", tool=_ROB2)
    rows: list[list[object]] = []
    for study_id in dict.fromkeys(table["study_id"]):
        own = table[table["study_id"] == study_id]
        for outcome in dict.fromkeys(own["domain"].str.partition(":")[0]):
            name = f"{evidence.study(study_id)['short_name']}, {outcome}"
            rows.append(_rob_row(own, outcome, name))
    columns = ["Study, outcome", *_DOMAIN_HEADS]
    return make_table(
        columns,
        rows,
        caption="Risk of bias by outcome (RoB 2), judged from the abstract alone by one reader",
        footnotes=_KEY,
    )


def _rob_row(own: pd.DataFrame, outcome: str, name: str) -> list[object]:
    judged = own.set_index("domain")
    row: list[object] = [name]
    for domain in ROB2_DOMAINS:
        key = f"{outcome}: {domain}"
        if key in judged.index:
            judgement, reason = (str(judged.loc[key, name]) for name in ("judgement", "reason"))
            row.append(_light(judgement, reason))
        else:
            row.append("not judged")
    return row


def tabulate_study_bias(evidence: Evidence) -> Table | None:
    """Return the risk of bias of one study by outcome (RoB 2); None where it was not judged so."""
    own = evidence.where("appraisals", tool=_ROB2)
    outcomes = dict.fromkeys(own["domain"].str.partition(":")[0]) if len(own) else {}
    rows = [_rob_row(own, outcome, outcome_words(outcome)) for outcome in outcomes]
    columns = ["Outcome", *_SHORT_HEADS]
    caption = "Risk of bias by outcome (RoB 2)"
    return make_table(columns, rows, caption=caption, footnotes=_KEY) if rows else None


def tabulate_study_items(evidence: Evidence) -> Table | None:
    """Return the judgements of other tools, an item per line; None where there are none."""
    items = [row for _, row in evidence.where("appraisals").iterrows() if row["tool"] != _ROB2]
    tools = ", ".join(dict.fromkeys(row["tool"] for row in items))
    rows = [[row["domain"], _light(row["judgement"], row["reason"])] for row in items]
    return make_table(["Item", "Judgement"], rows, caption=f"Appraisal: {tools}")


def tabulate_reasons(evidence: Evidence) -> Table:
    """Return the reason for each judgement of one study."""
    rows = [
        [row["domain"], row["judgement"], row["reason"], f"{row['tool']}, {row['assessor']}"]
        for _, row in evidence.where("appraisals").iterrows()
    ]
    columns = ["Domain", "Judgement", "Why", "Tool and assessor"]
    return make_table(columns, rows, caption="Reasons for these judgements")


def outcome_words(code: str) -> str:
    """Return an outcome as the tools abbreviate it, in words: "PFS" as the book names pfs."""
    named = words(code.lower())
    return named[:1].upper() + named[1:]


def tabulate_tool(evidence: Evidence, tool: str, caption: str) -> Table:
    """Return the judgements of another tool, one line per study and domain."""
    rows = [
        [
            f"{evidence.study(item['study_id'])['short_name']}: {item['domain']}",
            _light(item["judgement"], item["reason"]),
            item["reason"],
        ]
        for _, item in evidence.where("appraisals", tool=tool).iterrows()
    ]
    return make_table(["Study and domain", "Judgement", "Why"], rows, caption=caption)
