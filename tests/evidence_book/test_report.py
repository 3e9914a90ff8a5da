"""The rerun report: checked by hand against two independent runs, and escaped in every form."""

import json
import math
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from evidence.record.causes import Cause
from evidence.record.compare import compare_pages
from evidence.record.edition_changes import EditionChanges, PageChanges
from evidence.record.results import PageResults, make_result
from evidence_book.reports import report
from evidence_stats.estimates import Estimate

ROOT = Path(__file__).resolve().parents[2]
EVIL = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "{num}`questions/x.y`",
    "`code` **bold** [link](javascript:alert(1)) | cell",
    "\n\n:::{raw} html\n<b>x</b>\n:::\n",
    "```{raw} html",
    "$x$ <!-- x -->",
    "\x1b[31mred\x07",
]


def recorded(value, text="", label="what", state="holds", sentence="So."):
    estimate = Estimate(value, 0.5, 2.0, level=0.95, kind="confidence", unit="ratio")
    made = make_result("hr", label, estimate, ["a-2000.x"], external=False, text=text)
    claim = {"key": "c", "state": state, "text": sentence, "tested": sentence, "certainty": "low",
             "rests_on": ["hr"]}  # fmt: skip
    return PageResults({"hr": made}, {"c": claim}, {}, [])


def changes(evil):
    made = compare_pages(
        "questions/x", recorded(1.0), recorded(1.5, evil, evil, "does not hold", evil)
    )
    cause = Cause("data", evil, evil, evil)
    return EditionChanges(evil, evil, (PageChanges(made, (cause,)),))


@pytest.mark.parametrize("evil", EVIL)
def test_no_text_becomes_markup_in_html(evil):
    html = report.html(changes(evil), lambda page: "../x.html")
    soup = BeautifulSoup(html, "html.parser")
    known = {"div", "p", "h2", "a", "table", "caption", "thead", "tbody", "tr", "th", "td"}
    assert {tag.name for tag in soup.find_all(True)} <= known
    assert not [tag for tag in soup.find_all(True) if set(tag.attrs) & {"onerror", "onclick"}]
    assert {tag["href"].partition("#")[0] for tag in soup.find_all("a")} <= {"../x.html"}
    assert evil.strip() in soup.get_text()


@pytest.mark.parametrize("evil", EVIL)
def test_no_text_becomes_markup_in_markdown(evil):
    from markdown_it import MarkdownIt

    rendered = MarkdownIt().enable("table").render(report.markdown(changes(evil)))
    soup = BeautifulSoup(rendered, "html.parser")
    assert not soup.find_all(["script", "img", "code", "strong", "em", "pre", "b", "a"])
    assert "{num}`" not in report.markdown(changes(evil))
    (first, second, third) = soup.find_all("table")
    assert len(first.find_all("tr")) == len(second.find_all("tr")) == len(third.find_all("tr")) == 2
    assert not [line for line in report.markdown(changes(evil)).splitlines() if ":::" in line[:4]]


@pytest.mark.parametrize("evil", EVIL)
def test_no_text_reaches_the_terminal_as_a_control(evil):
    lines = report.terminal_lines(changes(evil))
    assert not [c for line in lines for c in line if ord(c) < 32 or 127 <= ord(c) < 160]


def test_all_forms_say_the_same():
    made = changes("plain")
    (moved,) = made.pages[0].comparison.moved
    stored = made.to_json()["pages"][0]["comparison"]
    assert stored["moved"][0]["fraction"] == moved.fraction
    terminal = "\n".join(report.terminal_lines(made))
    for words in (terminal, report.markdown(made), str(report.html(made, str))):
        assert "1 of 1 number moved, 1 of 1 conclusion changed" in words
        assert "does not hold" in words
        assert f"+{moved.fraction * 100:.3g} %" in words
    assert "as before: 0 numbers, 0 conclusions" in terminal


def test_a_long_list_ends_and_says_how_much_more():
    made = compare_pages("x", recorded(1.0), recorded(1.5))
    many = tuple(replace(made.moved[0], key=f"k{n}") for n in range(report.MAX_ROWS + 3))
    long = EditionChanges("a", "b", (PageChanges(replace(made, moved=many), ()),))
    assert "  and 3 more" in report.terminal_lines(long)
    assert "and 3 more" in report.markdown(long)
    folded = BeautifulSoup(report.page_html(long.pages[0]), "html.parser").details
    assert folded.summary.text == "Numbers that moved, furthest first: 43 rows"
    assert len(long.to_json()["pages"][0]["comparison"]["moved"]) == report.MAX_ROWS + 3


def test_a_difference_without_a_recorded_cause_says_so():
    made = EditionChanges(
        "a", "b", (PageChanges(compare_pages("x", recorded(1), recorded(2)), ()),)
    )
    assert f"  {report.NO_CAUSE}" in report.terminal_lines(made)


def papermill(target, **parameters):
    words = [word for name, value in parameters.items() for word in ("-p", name, str(value))]
    page = ROOT / "chapters" / "questions" / "biomarker_prognosis.ipynb"
    subprocess.run(
        [sys.executable, "-m", "papermill", str(page), str(target), "--no-progress-bar", *words],
        check=True, capture_output=True,
    )  # fmt: skip
    results, claims = {}, {}
    for cell in json.loads(target.read_text())["cells"]:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            for one in data.get("application/vnd.evidence.result+json", {}).get("results", []):
                results[one["key"]] = one
            claim = data.get("application/vnd.evidence.claim+json")
            if claim:
                claims[claim["key"]] = claim["state"]
    return results, claims


def test_the_report_agrees_with_two_runs_by_plain_papermill_compared_by_hand(tmp_path):
    old, new = tmp_path / "old.ipynb", tmp_path / "new.ipynb"
    one, states = papermill(old, nsim=200, level=0.95)
    other, now = papermill(new, nsim=200, level=0.9, n_hypotheses=2)
    done = subprocess.run(
        [sys.executable, "-m", "evidence_book", "diff", str(old), str(new), "--json",
         "--markdown", str(tmp_path / "report.md")],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    (page,) = json.loads(done.stdout)["pages"]
    said = page["comparison"]

    numbers = ("value", "low", "high", "level", "p", "n", "events")
    plain = [key for key in one if not key.startswith("parameter.")]
    moved = {key for key in plain if any(one[key][n] != other[key][n] for n in numbers)}
    assert moved
    assert {found["key"] for found in said["moved"]} == moved
    assert said["numbers"] == len(plain)
    assert said["unchanged"] == len(plain) - len(moved) - len(said["reworded"])
    flipped = {key for key in states if states[key] != now[key]}
    assert "association_fragile" in flipped
    assert {found["key"] for found in said["flipped"]} == flipped
    assert said["unchanged_claims"] + len(said["restated"]) == len(states) - len(flipped)

    causes = [one for one in page["causes"] if one["kind"] == "parameter"]
    assert {one["name"]: (one["old"], one["new"]) for one in causes} == {
        "level": ("0.95", "0.9"),
        "n_hypotheses": ("8", "2"),
    }
    for found in said["moved"]:
        before, after = one[found["key"]], other[found["key"]]
        assert (found["old"], found["new"]) == (before["text"], after["text"])
        if found["value"] is not None:
            assert found["value"] == pytest.approx(after["value"] - before["value"], abs=1e-9)
        if found["scale"] == "log":
            width = math.log(before["high"] / before["low"])
            assert found["fraction"] == pytest.approx(
                math.log(after["value"] / before["value"]) / width, abs=1e-9
            )
            limits = [abs(math.log(after[n] / before[n])) / width for n in ("value", "low", "high")]
            assert found["reach"] == pytest.approx(max(limits), abs=1e-9)
    reaches = [found["reach"] for found in said["moved"] if found["reach"] is not None]
    assert reaches == sorted(reaches, reverse=True)
    assert "association\\_fragile" in (tmp_path / "report.md").read_text()


def test_numbers_that_differ_in_the_same_way_are_named_together_with_what_differs():
    rows = [f"a-{year}.x" for year in range(2000, 2039)]

    def page(named):
        made = {
            key: make_result(key, f"Number {key}", Estimate(1.0), named, external=False)
            for key in ("one", "two", "three")
        }
        return PageResults(made, {}, {}, [])

    made = compare_pages("questions/x", page(rows), page([*rows[1:], "b-2016.x"]))
    changes = EditionChanges("old", "new", (PageChanges(made, ()),))
    lines = report.terminal_lines(changes)
    line = "  3 numbers: one, two, three: the same, data rows: a-2000.x \u2192 b-2016.x"
    assert lines.count(line) == 1
    for text in ("\n".join(lines), report.markdown(changes), report.html(changes, str)):
        assert text.count("a-2000.x") == 1
        assert "a-2020.x" not in text


def test_modules_of_the_library_are_counted_unless_they_are_few_or_asked_for():
    made = compare_pages("questions/x", recorded(1.0), recorded(1.5))
    row = Cause("data", "a-2000.x: value", "1", "2")

    def changes(count):
        modules = [Cause("library", f"m{n}.py", "", "changed") for n in range(count)]
        return EditionChanges("old", "new", (PageChanges(made, (row, *modules)),))

    many, few = changes(30), changes(3)
    said = "\n".join(report.terminal_lines(many.folded()))
    assert "cause, library code: 30 modules: changed, added or removed" in said
    assert "m1.py" not in said
    assert "cause, data: a-2000.x: value: 1 \u2192 2" in said
    assert "m29.py" in "\n".join(report.terminal_lines(many)) + report.markdown(many)
    assert few.folded() == few
