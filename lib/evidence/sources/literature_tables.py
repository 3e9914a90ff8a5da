"""The tables that keep a book up with its literature: what was searched, found, and withdrawn."""

from __future__ import annotations

import pandera.pandas as pa

from evidence.sources.bibliography import DOI, PMID
from evidence.sources.columns import (
    SOURCE_KEY,
    choice,
    day,
    pattern,
    quoted,
    table,
    text,
    whole,
)

# What a publisher says of a publication after it appeared, in the words of a row and of a page.
NOTICES = {
    "retracted": "has been retracted",
    "expression of concern": "is under an expression of concern",
    "corrected": "has been corrected",
}
CANDIDATE = "C[0-9]{4,6}"
UPDATE = r"[0-9]{4}(-[0-9]{2}){0,2}"

LITERATURE: dict[str, pa.DataFrameSchema] = {
    "screening": table(
        {
            "candidate_id": pattern(
                "Name of the record, stable for ever.",
                CANDIDATE,
                "an id such as C0001",
                unique=True,
            ),
            "title": quoted("Title as the database gives it, without markup."),
            "authors": quoted("First author, and whether there are others."),
            "year": pattern("Year.", "[0-9]{4}", "a year", required=False),
            "journal": quoted("Journal, or register of trials."),
            "doi": pattern(
                "DOI, in lower case.", DOI, "a DOI such as 10.1002/cncr.24685", required=False
            ),
            "pmid": pattern("PubMed number.", PMID, "a PubMed number", required=False),
            "nct": pattern(
                "Registrations that the record names.",
                "NCT[0-9]{8}(;NCT[0-9]{8})*",
                "numbers such as NCT00126594 joined by ;",
                required=False,
            ),
            "database": text("Where it was found in this update, joined by ;.", required=True),
            "file": text("Exports that hold it in this update, joined by ;.", required=True),
            "taken_in": day("Day on which it was taken in."),
            "update": pattern(
                "Update of the book that it was found for.", UPDATE, "a date such as 2026-11"
            ),
            "decision": choice(
                "Decision; empty while it waits.", "include", "exclude", required=False
            ),
            "reason": quoted("Why; a record that is left out has one."),
            "reader": quoted("Who decided."),
        },
        "Records of databases, each once, and what was decided about them.",
    ),
    "searches": table(
        {
            "search": pattern(
                "Name of the search.",
                "[a-z0-9_]+",
                "lower-case letters, digits, _",
                unique=True,
            ),
            "database": text("Database or register.", required=True),
            "query": text("Query as it was run.", required=True),
            "last_run": day("Day on which it was last run."),
            "hits": whole("Records that it found then."),
            "promise_days": whole("It is run again after at most so many days."),
            "note": text("What a reader must know."),
        },
        "Saved searches, when each was last run, and how often it is to be.",
    ),
    "notices": table(
        {
            "source_key": pattern(
                "Publication concerned, key of references.bib.", SOURCE_KEY, "a bibliography key"
            ),
            "kind": choice("What its publisher says of it.", *NOTICES),
            "noticed_on": day("Date of the notice."),
            "identifier": text("DOI, PubMed number or address of the notice.", required=True),
            "note": text("What it changes for the rows of this book."),
        },
        "Retractions, corrections and expressions of concern about publications of this book.",
    ),
}
