"""The bibliography for reference managers: BibTeX as it is, and RIS made from it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from evidence.sources.bibliography import read_entries

# Field of BibTeX by tag of RIS; DO, UR and the rest as reference managers read them.
_TAGS = {
    "TI": "title",
    "PY": "year",
    "VL": "volume",
    "IS": "number",
    "DO": "doi",
    "AN": "pmid",
    "UR": "url",
    "PB": "publisher",
    "N1": "note",
}
_TYPES = {
    "article": "JOUR",
    "book": "BOOK",
    "techreport": "RPRT",
    "inproceedings": "CPAPER",
    "incollection": "CHAP",
}
References = dict[str, dict[str, Any]]


def _plain(text: str) -> str:
    """Return the text of a BibTeX field on one line, without braces and escapes."""
    bare = text.replace("{", "").replace("}", "").replace("\\&", "&").replace("--", "\u2013")
    return " ".join(bare.split())


def read_references(path: Path) -> References:
    """Return the entries of a BibTeX file by key: fields as plain text, and whole authors.

    Raises
    ------
    DataError
        As `read_entries`.
    """
    found: References = {}
    for key, entry in read_entries(path).items():
        fields = {name.lower(): _plain(value) for name, value in entry.fields.items()}
        authors = [_author(person) for person in entry.persons.get("author", [])]
        found[key] = {**fields, "type": entry.type.lower(), "authors": authors}
    return found


def _author(person: Any) -> str:
    """Return "Last, First" as RIS wants it, or one name where there is no other."""
    last = _plain(" ".join([*person.prelast_names, *person.last_names]))
    first = _plain(" ".join([*person.first_names, *person.middle_names]))
    return f"{last}, {first}" if first else last


def container_of(entry: Mapping[str, Any]) -> str:
    """Return where an entry appeared: its journal, or what stands in its place."""
    names = ("journal", "booktitle", "howpublished")
    return str(next((entry[name] for name in names if entry.get(name)), ""))


def pages_of(entry: Mapping[str, Any]) -> tuple[str, str]:
    """Return first and last page of an entry, "" where it names none."""
    first, _, last = str(entry.get("pages", "")).partition("\u2013")
    return first.strip(), last.strip()


def _ris_entry(key: str, entry: Mapping[str, Any]) -> list[str]:
    first, last = pages_of(entry)
    pairs = [
        ("TY", _TYPES.get(entry["type"], "GEN")),
        ("ID", key),
        *(("AU", author) for author in entry["authors"]),
        *((tag, entry.get(name, "")) for tag, name in _TAGS.items()),
        ("T2", container_of(entry)),
        ("SP", first),
        ("EP", last),
    ]
    return [*(f"{tag}  - {text}" for tag, text in pairs if text), "ER  - "]


def ris_text(references: Mapping[str, Mapping[str, Any]]) -> str:
    """Return all entries as RIS, in the order of the file."""
    entries = ["\n".join(_ris_entry(key, entry)) for key, entry in references.items()]
    return "\n\n".join(entries) + "\n"
