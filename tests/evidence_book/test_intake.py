"""Exports of six databases are taken in: nothing lost, nothing twice, bad files refused whole."""

import itertools
import random
import re
from datetime import date

import pytest

from evidence.sources.data import load_evidence
from evidence.sources.problems import DataError
from evidence_book.commands.check import find_problems
from evidence_book.intake.candidates import read_screening, screening_path, write_screening
from evidence_book.intake.exports import read_export
from evidence_book.intake.intake import take_exports, told_of
from tests.evidence_book.test_command_line import evidence
from tests.made_exports import EXPORTS, JONASCH, NBIB, write_exports

TODAY = date(2026, 11, 29)
# Publications and registrations of all six exports, counted by hand, each once.
PUBLICATIONS = 6
REGISTRATIONS = 2


def take(*paths, update="2026-11", **options):
    return take_exports(
        paths, **{"database": "", "update": update, "today": TODAY, "dry_run": False, **options}
    )


def by_title(rows, begin):
    (found,) = [row for row in rows if row["title"].startswith(begin)]
    return found


def records(name, text, folder, **options):
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_export(path, **options)


@pytest.mark.parametrize(
    ("name", "count"),
    [("pubmed.nbib", 3), ("embase.ris", 3), ("central.ris", 2), ("scopus.bib", 2),
     ("pubmed.xml", 1), ("register.json", 2)],
)  # fmt: skip
def test_every_record_of_an_export_is_read(name, count, tmp_path):
    found, _ = records(name, EXPORTS[name], tmp_path)
    assert len(found) == count


def test_nbib_gives_what_pubmed_says(tmp_path):
    (jonasch, group, russian), unread = records("pubmed.nbib", NBIB, tmp_path)
    assert (jonasch.title, jonasch.line) == (f"{JONASCH}.", 2)
    assert jonasch.doi == "10.1002/cncr.24685"
    assert (jonasch.pmid, jonasch.nct) == ("19862815", "NCT00126594")
    assert (jonasch.authors, jonasch.year, jonasch.journal) == ("Jonasch et al.", "2010", "Cancer")
    # A line of an abstract that looks like a tag is not one.
    assert jonasch.abstract.endswith("IL - 2 is an option.")
    assert group.authors == "A Group of European Urologists"
    assert (russian.authors, russian.journal) == ("Иванов", "Вопросы онкологии")
    assert unread == []


def test_pubmed_xml_keeps_words_in_italics_and_leaves_cited_works_out(tmp_path):
    ((one,), _) = records("pubmed.xml", EXPORTS["pubmed.xml"], tmp_path)
    assert one.title == "Vinblastine with IFN-\N{GREEK SMALL LETTER ALPHA}: a made-up trial."
    assert (one.doi, one.pmid, one.year) == ("10.1000/made-up.2", "90000003", "2022")
    assert (one.authors, one.abstract, one.line) == ("Pyrhönen et al.", "To show.", 5)


def test_bibtex_is_read_as_text_and_a_key_that_comes_twice_loses_nothing(tmp_path):
    (paper, reply), _ = records("scopus.bib", EXPORTS["scopus.bib"], tmp_path)
    assert (paper.authors, paper.database) == ("Pyrhönen et al.", "Scopus")
    assert paper.title.startswith("Vinblastine with IFN-")
    assert "{" not in paper.title
    assert reply.title.startswith("Vinblastine with interferon: a reply")


def test_a_registration_gives_number_sponsor_and_year(tmp_path):
    (one, _), _ = records("register.json", EXPORTS["register.json"], tmp_path)
    assert (one.nct, one.authors, one.year) == ("NCT00126594", "A Hospital", "2005")
    assert (one.journal, one.abstract) == ("ClinicalTrials.gov", "Who and why.")


def test_a_title_that_a_spreadsheet_would_run_and_markup_become_plain_words(tmp_path):
    (_, _, odd), unread = records("embase.ris", EXPORTS["embase.ris"], tmp_path)
    assert odd.title == "'=SUM(A1) in vivo & P <0.01"
    (told,) = map(str, unread)
    assert told == ("embase.ris:24 doi: expected a DOI such as 10.1002/cncr.24685, got not given")


def test_six_exports_give_every_publication_and_registration_once(project, tmp_path):
    take(*write_exports(tmp_path))
    rows = read_screening()
    assert len(rows) == PUBLICATIONS + REGISTRATIONS
    jonasch = by_title(rows, "Upfront")
    assert jonasch["database"] == "PubMed;Embase"
    assert jonasch["file"] == "pubmed.nbib;embase.ris"
    # Embase gave the DOI, PubMed the number; alpha is a word there and a letter here.
    group = by_title(rows, "Interferon-")
    assert (group["doi"], group["pmid"]) == ("10.1000/made-up.1", "90000001")
    assert by_title(rows, "[A made-up trial of tablets]")["database"] == "PubMed;CENTRAL"
    # Two registrations of one title are two; that of the trial of Jonasch is no paper.
    registered = {
        row["nct"]: row["database"] for row in rows if row["journal"] == "ClinicalTrials.gov"
    }
    assert registered == {"NCT00126594": "CENTRAL;ClinicalTrials.gov",
                          "NCT90000001": "ClinicalTrials.gov"}  # fmt: skip
    assert find_problems() == []
    load_evidence()


def test_what_was_taken_in_does_not_depend_on_the_order_of_the_exports(project, tmp_path):
    paths = write_exports(tmp_path)
    found = set()
    for order in itertools.islice(itertools.permutations(paths), 0, 720, 60):
        screening_path().unlink(missing_ok=True)
        take(*order)
        found.add(tuple(sorted((row["doi"], row["pmid"], row["nct"]) for row in read_screening())))
    assert len(found) == 1
    assert len(found.pop()) == PUBLICATIONS + REGISTRATIONS


def test_the_same_files_again_change_no_byte(project, tmp_path):
    paths = write_exports(tmp_path)
    take(*paths)
    before = screening_path().read_bytes()
    again = take(*paths, today=date(2027, 1, 1))
    assert screening_path().read_bytes() == before
    assert sum(len(taken.added) for taken in again.taken.values()) == 0


@pytest.mark.parametrize("name", EXPORTS)
@pytest.mark.parametrize(
    "change",
    [
        lambda text: b"\xef\xbb\xbf" + text.encode(),
        lambda text: text.replace("\n", "\r\n").encode(),
        lambda text: text.encode("utf-16"),
        lambda text: text.strip().encode(),
        lambda text: (text + "\n\n  \n").encode(),
    ],
    ids=["byte order mark", "Windows line ends", "UTF-16", "no last line end", "blank lines"],
)
def test_how_a_file_is_stored_changes_nothing(name, change, tmp_path):
    def plain(found):
        return [(one.title, one.authors, one.year, one.doi, one.pmid, one.nct) for one in found[0]]

    expected = plain(records(name, EXPORTS[name], tmp_path))
    assert plain(records(name, change(EXPORTS[name]), tmp_path)) == expected


def test_a_record_that_proves_two_rows_to_be_one_joins_them(project, tmp_path):
    head, end = "TY  - JOUR\n", "DB  - A\nER  - \n"
    first = f"{head}TI  - One name\nDO  - 10.1000/a\n{end}"
    second = f"{head}TI  - Another name of the same publication\nAN  - PMID: 77\n{end}"
    third = f"{head}TI  - A third name\nDO  - 10.1000/a\nN1  - PMID: 77\n{end}"
    (tmp_path / "two.ris").write_text(first + second)
    (tmp_path / "third.ris").write_text(third)
    take(tmp_path / "two.ris")
    assert len(read_screening()) == 2
    done = take(tmp_path / "third.ris")
    (row,) = read_screening()
    assert (row["doi"], row["pmid"]) == ("10.1000/a", "77")
    assert "  C0002 is the same as C0001: one row now" in told_of(done)


def test_an_identifier_that_a_row_got_from_another_record_finds_it_again(project, tmp_path):
    text = "TY  - JOUR\nTI  - {}\n{}\nDB  - A\nER  - \n"
    chain = [("A long enough title of a paper", "DO  - 10.1000/a"),
             ("A long enough title of a paper", "N1  - PMID: 77"),
             ("Another title of the same paper", "N1  - PMID: 77")]  # fmt: skip
    (tmp_path / "chain.ris").write_text("".join(text.format(*one) for one in chain))
    take(tmp_path / "chain.ris")
    (row,) = read_screening()
    assert (row["doi"], row["pmid"]) == ("10.1000/a", "77")


def test_two_decisions_about_one_publication_are_left_to_a_person(project, tmp_path):
    test_text = "TY  - JOUR\nTI  - {}\n{}\nDB  - A\nER  - \n"
    (tmp_path / "a.ris").write_text(
        test_text.format("One", "DO  - 10.1000/a") + test_text.format("Two", "N1  - PMID: 77")
    )
    take(tmp_path / "a.ris")
    rows = read_screening()
    for row, decision in zip(rows, ("include", "exclude"), strict=True):
        row.update(decision=decision, reason="why", reader="me")
    write_screening(rows)
    (tmp_path / "b.ris").write_text(test_text.format("Three", "DO  - 10.1000/a\nN1  - PMID: 77"))
    done = take(tmp_path / "b.ris")
    assert len(read_screening()) == 2
    assert any("two decisions" in line for line in told_of(done))


LONG = "TI  - A long enough title of a paper\n"
RESEMBLING = {
    "replies in two journals": ("TI  - Reply\nAU  - Doe, J.\nJO  - A", "TI  - Reply\nJO  - B"),
    "papers of two years": (f"{LONG}PY  - 2009", f"{LONG}PY  - 2010"),
    "papers of two authors": (f"{LONG}AU  - Doe, J.", f"{LONG}AU  - Roe, J."),
    "papers with two DOIs": (f"{LONG}DO  - 10.1000/a", f"{LONG}DO  - 10.1000/b"),
    "two papers of one trial": (
        "TI  - Results\nDO  - 10.1000/a\nC1  - NCT00000001",
        "TI  - Late results\nDO  - 10.1000/b\nC1  - NCT00000001",
    ),
    "a registration and its paper": (
        f"{LONG}DO  - 10.1000/a\nC1  - NCT00000001",
        f"{LONG}JO  - https://clinicaltrials.gov/show/NCT00000001",
    ),
}


@pytest.mark.parametrize(("one", "other"), RESEMBLING.values(), ids=RESEMBLING)
def test_what_only_resembles_is_kept_apart(project, tmp_path, one, other):
    for name, text in (("a.ris", one), ("b.ris", other)):
        (tmp_path / name).write_text(f"TY  - JOUR\n{text}\nDB  - A\nER  - \n")
    take(tmp_path / "a.ris", tmp_path / "b.ris")
    assert len(read_screening()) == 2


def test_a_later_update_leaves_the_column_of_an_earlier_one(project, tmp_path):
    take(*write_exports(tmp_path, "pubmed.nbib"), update="2026-05")
    take(*write_exports(tmp_path, "embase.ris"), update="2026-11")
    rows = read_screening()
    jonasch = by_title(rows, "Upfront")
    assert (jonasch["update"], jonasch["database"]) == ("2026-05", "PubMed")
    # The identifier that Embase adds is kept all the same.
    assert by_title(rows, "Interferon-")["doi"] == "10.1000/made-up.1"
    assert by_title(rows, "'=SUM")["update"] == "2026-11"


def test_a_publication_of_a_study_of_the_book_is_included_by_itself(project, tmp_path):
    done = take(*write_exports(tmp_path))
    included = {row["title"][:7]: row["reason"] for row in done.included}
    # The paper and the registration of one study.
    assert included == {
        "Upfront": "of the study jonasch-2010",
        "Sorafen": "of the study jonasch-2010",
    }
    assert done.waiting == PUBLICATIONS + REGISTRATIONS - 2


ER_MISSING = "expected ER at the end of the record that begins on line 1, got"
ANY_FORMAT = "expected RIS, nbib, PubMed XML, BibTeX or"
NO_NAME = "expected a title, a DOI, a PubMed number or a registration, got none of them"
NCT = "a.json studies[0].protocolSection.identificationModule.nctId"
# Begin of the message, and the file that it is about.
REFUSED = {
    f"a.ris:3 ER: {ER_MISSING} another TY":
        "TY  - JOUR\nTI  - One\nTY  - JOUR\nTI  - Two\nER  - \n",
    f"a.ris:4 ER: {ER_MISSING} the end of the file": "TY  - JOUR\nTI  - One\nDB  - A\n",
    "a.ris:5 TI: expected TY at the begin of a record, got TI  - Two":
        "TY  - JOUR\nTI  - One\nDB  - A\nER  - \nTI  - Two\nER  - \n",
    f"a.ris:1 title: {NO_NAME}": "TY  - JOUR\nAU  - Doe, J.\nDB  - A\nER  - \n",
    "a.ris:1 database: expected the database that it comes from (--database says it), got none":
        "TY  - JOUR\nTI  - One\nER  - \n",
    "a.ris:1 title: expected at most 1500 characters":
        f"TY  - JOUR\nTI  - {'x' * 1600}\nDB  - A\nER  - \n",
    f"a.ris:1: {ANY_FORMAT}": "Dear colleague,\n",
    f"b.ris:1: {ANY_FORMAT}": "",
    "a.ris:2: expected text in UTF-8": "TY  - JOUR\nTI  - Pyrhönen\n".encode("latin-1"),
    'a.nbib:3: expected a tag such as "TI  - ", or six spaces, got without a tag':
        "PMID- 1\nTI  - One\nwithout a tag\n",
    "a.nbib:1 TI: expected PMID at the begin of a record": "TI  - One\nPMID- 1\n",
    "a.bib:4: expected BibTeX": "@article{a,\n  title = {One,\n}\n",
    "a.bib:1: expected entries and no macros": '@string{j = "J"}\n@article{a, title = j}\n',
    "a.xml:3: expected XML": "<PubmedArticleSet>\n<PubmedArticle>\n</PubmedArticleSet>",
    "a.xml:1: expected PubMed XML, with elements PubmedArticle": "<html><p>x</p></html>",
    "a.xml: expected XML without entities of its own":
        '<!DOCTYPE a [<!ENTITY b "c">]><PubmedArticleSet>&b;</PubmedArticleSet>',
    "a.json:2: expected JSON": '{"studies": [\n{"protocolSection": ',
    f"{NCT}: expected a number such as NCT00126594":
        '[{"protocolSection": {"identificationModule": {"briefTitle": "x"}}}]',
    "a.json: expected at least one record, got none": '{"studies": []}',
}  # fmt: skip


@pytest.mark.parametrize(("expected", "content"), REFUSED.items())
def test_a_bad_file_is_refused_with_line_and_field_and_nothing_is_written(
    project, tmp_path, expected, content
):
    bad = tmp_path / re.match(r"\w+\.\w+", expected)[0]
    bad.write_bytes(content if isinstance(content, bytes) else content.encode())
    good = write_exports(tmp_path, "pubmed.nbib")
    package = (project / "data" / "datapackage.json").read_bytes()
    with pytest.raises(DataError) as caught:
        take(*good, bad)
    assert str(caught.value).startswith(expected)
    assert not screening_path().exists()
    assert (project / "data" / "datapackage.json").read_bytes() == package


def test_a_file_that_is_not_there_and_a_folder_are_named(project, tmp_path):
    with pytest.raises(DataError) as caught:
        take(tmp_path / "nothing.ris", tmp_path)
    assert "nothing.ris: expected a file, got none" in str(caught.value)
    assert "expected a file, got a folder, pipe or device" in str(caught.value)


def test_the_problems_of_all_files_are_said_at_once(project, tmp_path):
    for name in ("a.ris", "b.ris"):
        (tmp_path / name).write_text("Dear colleague,")
    with pytest.raises(DataError) as caught:
        take(tmp_path / "a.ris", tmp_path / "b.ris")
    assert [problem.file for problem in caught.value.problems] == ["a.ris", "b.ris"]


def test_the_command_says_what_it_would_add_and_then_adds_it(project, tmp_path):
    (path,) = write_exports(tmp_path, "register.json")
    code, said = evidence("intake", str(path), "--dry-run", cwd=project)
    assert code == 0
    assert "register.json: 2 would be added, 0 known already" in said
    assert not screening_path().exists()
    code, said = evidence("intake", str(path), cwd=project)
    assert code == 0
    assert "register.json: 2 added, 0 known already" in said
    assert "C0001 is included: of the study jonasch-2010" in said
    assert len(read_screening()) == 2


def test_an_update_that_is_no_date_is_refused(project, tmp_path):
    (path,) = write_exports(tmp_path, "register.json")
    code, said = evidence("intake", str(path), "--update", "autumn", cwd=project)
    assert code == 1
    assert "--update: expected a date such as 2026-11, got 'autumn'" in said


def test_a_comment_on_a_pull_request_says_what_it_would_add_and_runs_nothing(project, tmp_path):
    path = tmp_path / "hostile.ris"
    title = "``` @everyone [l](javascript:x) <script>alert(1)</script>"
    path.write_text(f"TY  - JOUR\nTI  - {title}\nDO  - none\nDB  - A\nER  - \n")
    told = tmp_path / "added.md"
    words = ["intake", str(path), "--dry-run", "--markdown", str(told)]
    code, _ = evidence(*words, cwd=project)
    assert code == 0
    first, empty, fence, *lines, last = told.read_text().splitlines()
    assert (first, empty, fence, last) == (
        "### What the exports would add", "", "```text", "```",
    )  # fmt: skip
    assert "hostile.ris: 1 would be added, 0 known already" in lines
    assert "  C0001  ''' @everyone [l](javascript:x) alert(1)" in lines
    assert any("doi: expected a DOI" in line for line in lines)
    # Nothing that it holds ends the block of code.
    assert not any("`" in line for line in lines)
    assert not screening_path().exists()


def damaged(text, draw):
    """Return an export in which something was lost, doubled or put in."""
    lines = text.split("\n")
    place = draw.randrange(len(lines))
    change = draw.randrange(4)
    if change == 0:
        return text[: draw.randrange(len(text))]
    if change == 1:
        return "\n".join([*lines[:place], *lines[place + 1 :]])
    if change == 2:
        return "\n".join([*lines[:place], draw.choice(lines), *lines[place:]])
    sign = draw.choice([*'{}"<>&\\@,=#', "\x00", "\u202e", "TY  - ", "ER  - ", "PMID- ", "null"])
    return text.replace(lines[place], lines[place] + sign, 1)


@pytest.mark.parametrize("name", EXPORTS)
def test_a_damaged_export_is_read_or_refused_in_words(name, tmp_path):
    draw = random.Random(name)
    for _ in range(150):
        text = damaged(damaged(EXPORTS[name], draw), draw)
        try:
            found, _ = records(name, text, tmp_path)
        except DataError as error:
            assert "expected" in str(error)
            continue
        assert found
        if name.endswith(".ris"):
            # Nothing was passed over.
            assert len(found) == len(re.findall("^TY  -", text, re.MULTILINE))
