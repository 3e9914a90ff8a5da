"""PubMed XML, read by the XML parser of Python with its traps closed (defusedxml)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from evidence.sources.problems import DataError, Problem
from evidence_book.intake.record import Entry

_BEGIN = re.compile(r"<(?:PubmedArticle|PubmedBookArticle)[\s>]")
_RECORDS = ("PubmedArticle", "PubmedBookArticle")


def read_pubmed_xml(name: str, text: str) -> Iterator[Entry]:
    """Yield the entries of a PubMed XML export.

    Raises
    ------
    DataError
        Where it is not XML, with the line; where it is other XML; where it defines entities.
    """
    try:
        # As bytes: a declaration of the encoding is not believed, for the text was decoded.
        root = fromstring(re.sub(r"\A<\?xml[^>]*\?>", "", text).encode("utf-8"))
    except ParseError as error:
        raise DataError([Problem(name, error.position[0], "", "XML", str(error))]) from None
    except DefusedXmlException as error:
        given = type(error).__name__
        raise DataError([Problem(name, 0, "", "XML without entities of its own", given)]) from None
    records = [one for one in root.iter() if one.tag in _RECORDS]
    if not records:
        expected = "PubMed XML, with elements PubmedArticle"
        raise DataError([Problem(name, 1, "", expected, f"<{root.tag}>")])
    begins = [text.count("\n", 0, found.start()) + 1 for found in _BEGIN.finditer(text)]
    for number, record in enumerate(records):
        yield _entry(begins[number] if number < len(begins) else 0, record)


def _entry(line: int, record: Element) -> Entry:
    # References of the article have identifiers and titles, too.
    for parent in record.iter("PubmedData"):
        for cited in parent.findall("ReferenceList"):
            parent.remove(cited)
    title = _text(record, ".//ArticleTitle") or _text(record, ".//BookTitle")
    ids = [one for path in ("ArticleId", "ELocationID") for one in record.iter(path)]
    about = [f"{one.get('IdType') or one.get('EIdType')} {one.text or ''}" for one in ids]
    about += ["".join(one.itertext()) for one in record.iter("AccessionNumber")]
    authors = record.findall(".//AuthorList/Author")
    return Entry(
        line=line,
        title=title
        if title not in ("", "[Not Available].")
        else _text(record, ".//VernacularTitle"),
        authors=tuple(_text(one, "LastName") or _text(one, "CollectiveName") for one in authors),
        # Year, month and day are elements, which nothing may separate.
        year=_text(record, ".//JournalIssue/PubDate", " ") or _text(record, ".//Book/PubDate", " "),
        journal=_text(record, ".//Journal/Title") or _text(record, ".//MedlineTA"),
        pmid=_text(record, ".//PMID"),
        database="PubMed",
        abstract=" ".join("".join(one.itertext()) for one in record.iter("AbstractText")),
        about=tuple(about),
    )


def _text(parent: Element, path: str, between: str = "") -> str:
    found = parent.find(path)
    return "" if found is None else between.join(found.itertext()).strip()
