"""One record of a database, in the words that a table may hold."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from evidence.files.plain_text import is_formula
from evidence.sources.bibliography import DOI, PMID

_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
# The name of the register in the column of journals.
REGISTER = "ClinicalTrials.gov"
_YEAR = re.compile(r"(?<![0-9])(?:18|19|20)[0-9]{2}(?![0-9])")
_PMID_NAMED = re.compile(
    r"(?:PMID|PUBMED|pubmed\.ncbi\.nlm\.nih\.gov)[:/\s]*([0-9]{1,9})(?![0-9])", re.IGNORECASE
)
_DOI = re.compile(DOI)
_NCT = re.compile(r"NCT[0-9]{8}", re.IGNORECASE)
# "Jonasch E", "De Souza PL": the initials of a name without a comma.
_INITIALS = re.compile(r"\s+(?:[A-Z]\.?-?){1,4}\Z")


@dataclass(frozen=True, slots=True)
class Entry:
    """What an export says of one publication or registration, as it is written there.

    Attributes
    ----------
    line : int
        Line of the export on which it begins, 0 where the format has no lines.
    title, year, journal, doi, pmid, database, abstract : str
        As written; "" where the export has none.
    authors : tuple of str
        As written, in order.
    about : tuple of str
        Other fields, which may hold a DOI, a PubMed number or a registration.
    """

    line: int
    title: str = ""
    authors: tuple[str, ...] = ()
    year: str = ""
    journal: str = ""
    doi: str = ""
    pmid: str = ""
    database: str = ""
    abstract: str = ""
    about: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """An entry in the words of a row of `data/screening.csv`; the abstract is in no row."""

    line: int
    title: str
    authors: str
    year: str
    journal: str
    doi: str
    pmid: str
    nct: str
    database: str
    abstract: str


def make_record(entry: Entry) -> Record:
    """Return an entry in plain words, with the identifiers that any of its fields holds."""
    names = [last_name(name) for name in entry.authors if name.strip()]
    nct = find_registrations(entry.about)
    journal = plain_words(entry.journal)
    return Record(
        line=entry.line,
        title=plain_words(entry.title),
        authors=f"{names[0]} et al." if len(names) > 1 else "".join(names),
        year=find_year(entry.year),
        # Cochrane gives the address of a registration in place of a journal.
        journal=REGISTER if nct and REGISTER.lower() in journal.lower() else journal,
        doi=find_doi(entry.doi, *entry.about),
        pmid=find_pmid(entry.pmid, *entry.about),
        nct=";".join(nct),
        database=plain_words(entry.database).replace(";", ","),
        abstract=plain_words(entry.abstract),
    )


def plain_words(text: str) -> str:
    r"""Return a text on one line without markup and without signs that are not seen.

    A leading sign that a spreadsheet would run gets an apostrophe before it.

    Examples
    --------
    >>> plain_words("<i>In vivo</i> &amp; in\u00a0vitro,\n P &lt;0.01")
    'In vivo & in vitro, P <0.01'
    """
    words = _TAG.sub("", html.unescape(text))
    # An element that was never closed is no element.
    words = unicodedata.normalize("NFC", re.sub(r"<(?=[a-zA-Z/!?])", "< ", words))
    seen = (sign for sign in words if unicodedata.category(sign) != "Cf")
    words = "".join(s if s.isprintable() or s.isspace() else "\ufffd" for s in seen)
    words = " ".join(words.split())
    return f"'{words}" if is_formula(words) else words


def last_name(name: str) -> str:
    """Return the last name of a person as databases write them, or a group as it is.

    Examples
    --------
    >>> last_name("Jonasch, Eric"), last_name("Jonasch E."), last_name("SWOG Group")
    ('Jonasch', 'Jonasch', 'SWOG Group')
    """
    words = plain_words(name)
    return words.partition(",")[0].strip() if "," in words else _INITIALS.sub("", words)


def find_doi(*texts: str) -> str:
    """Return the first DOI in some texts, in lower case; "" where there is none.

    Examples
    --------
    >>> find_doi("", "https://doi.org/10.1002/CNCR.24685 [doi]")
    '10.1002/cncr.24685'
    """
    for text in texts:
        found = _DOI.search(text)
        if found:
            return found[0].rstrip(".,;").lower()
    return ""


def find_year(*texts: str) -> str:
    """Return the first year from 1800 to 2099 in some texts, "" where there is none.

    Examples
    --------
    >>> find_year("", "2010 Jan 1")
    '2010'
    """
    found = (_YEAR.search(text) for text in texts)
    return next((one[0] for one in found if one), "")


def find_pmid(given: str, *others: str) -> str:
    """Return the PubMed number that is given, else the first that another text names as one.

    Examples
    --------
    >>> find_pmid("", "EMBASE 358", "PUBMED 19862815"), find_pmid("19862815", "PMID: 1")
    ('19862815', '19862815')
    """
    if re.fullmatch(PMID, given.strip()):
        return given.strip().lstrip("0")
    found = (_PMID_NAMED.search(text) for text in others)
    return next((one[1].lstrip("0") for one in found if one), "")


def find_registrations(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the numbers of ClinicalTrials.gov in some texts, each once, in order.

    Examples
    --------
    >>> find_registrations(["ClinicalTrials.gov/NCT00126594", "nct00126594"])
    ('NCT00126594',)
    """
    return tuple(dict.fromkeys(nct.upper() for text in texts for nct in _NCT.findall(text)))
