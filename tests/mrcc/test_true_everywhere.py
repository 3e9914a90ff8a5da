"""Every conclusion is true of the numbers beside it, under every menu and choice of analysis.

What a card says was tested is read as a reader would read it, and judged by the numbers of that
combination; then what the sentence says in words is compared with the intervals it gives.
"""

import json
import math
import re
from dataclasses import asdict

import pytest
from bs4 import BeautifulSoup

from evidence.files.paths import chapters_folder, notebook_path
from evidence.multiverse.outcomes import read_multiverse
from evidence.record.results import read_results
from evidence_book.grids.switch import stored_switch
from evidence_book.grids.switch_grid import switched_pages
from tests.page_cells import compute, real
from tests.random_settings import PAGES as PARAMETERIZED
from tests.random_settings import random_settings

PAGES = sorted(
    path.relative_to(chapters_folder()).with_suffix("").as_posix()
    for path in chapters_folder().rglob("*.ipynb")
)
NUMBER = r"\u2212?\d+(?:\.\d+)?"
INTERVAL = re.compile(rf"({NUMBER})(?: %| points| months)?,? \(?(?:\d+ % )?"
                      rf"(?:CI |range |prediction interval |credible interval )?"
                      rf"({NUMBER}) to ({NUMBER})")  # fmt: skip
QUOTED = "\u201c([^\u201d]*)\u201d"
ATOM = re.compile(
    rf"^(?:the (lower|upper) limit of )?{QUOTED} is (below|above|at least|at most) "
    rf"(?:(?:the (lower|upper) limit of )?{QUOTED}|({NUMBER})( %| points)?)(?: \({QUOTED}\))?$"
)
INCLUDES = re.compile(rf"^the .*?(?:interval|range) of {QUOTED} includes ({NUMBER})( points)?$")
HELD = {
    "below": lambda a, b: a < b,
    "above": lambda a, b: a > b,
    "at least": lambda a, b: a >= b,
    "at most": lambda a, b: a <= b,
}
STATES = {True: "holds", False: "does not hold"}


def as_number(text):
    return float(text.replace("\u2212", "-"))


def parts_of(text):
    """Return value, lower and upper limit as a page writes them; None where it has none."""
    found = INTERVAL.search(text)
    if found:
        return tuple(as_number(one) for one in found.groups())
    alone = re.match(NUMBER, text)
    return (as_number(alone[0]), None, None) if alone else None


def atom_holds(atom, numbers):
    """Return whether one test holds, None where digits or words do not tell."""
    found = INCLUDES.match(atom)
    if found:
        parts, null = numbers.get(found[1]), as_number(found[2])
        if parts is None or parts[1] is None or null in parts[1:]:
            return None
        return parts[1] < null < parts[2]
    found = ATOM.match(atom)
    if not found:
        return None
    limit, label, relation, other_limit, other, given, _, _ = found.groups()
    sides = [(limit, label), (other_limit, other)]
    values = []
    for part, name in sides:
        if name is None:
            values.append(as_number(given))
            continue
        parts = numbers.get(name)
        values.append(None if parts is None else parts[{None: 0, "lower": 1, "upper": 2}[part]])
    if None in values or values[0] == values[1]:
        return None
    return HELD[relation](*values)


def judged(tested, numbers):
    """Return the state that the words of a test lead to; None where they do not tell."""
    if ", or " in tested and ", and " in tested:
        return None
    word = ", or " if ", or " in tested else ", and "
    atoms = [atom_holds(atom, numbers) for atom in tested.split(word)]
    settles = word == ", or "
    if settles in atoms:
        return STATES[settles]
    return None if None in atoms else STATES[not settles]


def combinations(page):
    """Yield each combination of the menus of a page: name, conclusions, numbers by label."""
    stored = read_results(notebook_path(page))
    results = {key: (one.label, one.text) for key, one in stored.results.items()}
    cells = stored_switch(page)["cells"] if page in switched_pages() else {"as published": {}}
    for name, cell in cells.items():
        shown = dict(results)
        for key, told in cell.get("numbers", {}).items():
            shown[key] = (told["label"], told[""]) if told else ("", "")
        claims = {key: cell.get("claims", {}).get(key, one) for key, one in stored.claims.items()}
        claims |= {k: v for k, v in cell.get("claims", {}).items() if v}
        yield (
            f"{page} {name}",
            {k: v for k, v in claims.items() if v},
            {label: parts_of(text) for label, text in shown.values() if label},
        )


def everything():
    return [one for page in PAGES for one in combinations(page)]


def assert_states_follow(where, claims, numbers):
    """Compare each state with what its test leads to; return how many could be told."""
    told = 0
    for key, claim in claims.items():
        state = judged(claim["tested"], numbers)
        if state is None or claim["state"] == "cannot tell":
            continue
        told += 1
        assert claim["state"] == state, (where, key, claim["tested"])
    return told


def test_what_a_card_says_was_tested_leads_to_the_state_that_it_shows():
    # Most tests can be read off the page, in some hundred combinations.
    assert sum(assert_states_follow(*one) for one in everything()) > 300


# A sweep may ask for any value that a parameter class allows; runs of other seeds are many.
SAMPLES = [(8, 1), pytest.param((400, 2), marks=pytest.mark.everywhere)]
QUESTIONS = [page for page in PARAMETERIZED if page.startswith("questions/")]


@pytest.mark.parametrize("sample", SAMPLES, ids=str)
def test_conclusions_are_true_of_their_numbers_at_whatever_values_a_sweep_may_ask_for(sample):
    count, seed = sample
    told = 0
    for page, given in random_settings(count, seed, QUESTIONS):
        made = compute(page, real(), **given)["page"]
        numbers = {one.label: parts_of(one.text) for one in made.results.values()}
        claims = {key: asdict(claim) for key, claim in made._ledger.claims.items()}
        where = f"{page} {given}"
        told += assert_states_follow(where, claims, numbers)
        for key, claim in claims.items():
            assert not list(contradictions(claim["text"])), (where, key, claim["text"])
    assert told > count


# What a sentence says, and what every interval that it or the next one gives must then be.
SAYS = {
    r"clear (?:difference|relation|disagreement)|as the best guess": lambda low, high: (
        low <= 1 <= high or low <= 0 <= high
    ),
    r"does not exclude no difference": lambda low, high: low <= 1 <= high,
    r"(?<!not )excludes? (?:no difference|agreement)": lambda low, high: high < 1 or low > 1,
    r"delayed progression compared": lambda low, high: high < 1,
    r"would still favour": lambda low, high: high < 1,
    r"may favour either": lambda low, high: low <= 1 <= high,
    r"^(?!.*not shown).*associated with longer survival: hazard": lambda low, high: high < 1,
    r"no clear association": lambda low, high: low <= 1 <= high,
}
SENTENCE = re.compile(r"(?<=[.:])\s+(?=[A-Z])|;\s+")


def contradictions(text):
    """Yield what a sentence says that an interval beside it does not bear out."""
    sentences = SENTENCE.split(text)
    for place, sentence in enumerate(sentences):
        for words, holds in SAYS.items():
            if not re.search(words, sentence):
                continue
            around = sentences[max(0, place - 1) : place + 2]
            near = [s for s in (sentence, *around) if INTERVAL.search(s)][:1]
            for found in INTERVAL.finditer(near[0] if near else ""):
                low, high = as_number(found[2]), as_number(found[3])
                if not holds(low, high):
                    yield words, found[0]


def test_no_sentence_says_what_its_interval_does_not():
    seen = set()
    for where, claims, _ in everything():
        for key, claim in claims.items():
            assert not list(contradictions(claim["text"])), (where, key, claim["text"])
            seen |= {words for words in SAYS if re.search(words, claim["text"])}
    assert len(seen) >= 5


@pytest.mark.parametrize(
    "text",
    [
        "No clear difference was seen (hazard ratio 0.70, 95 % CI 0.55 to 0.90).",
        "Hazard ratio 0.91 (95 % CI 0.66 to 1.25), which excludes no difference.",
        "Axitinib delayed progression compared with sorafenib: hazard ratios 0.9, 0.7 to 1.1.",
    ],
)
def test_a_sentence_that_says_too_much_is_found(text):
    assert list(contradictions(text))


def test_a_state_that_its_test_does_not_lead_to_is_found():
    tested = "the 95 % confidence interval of \u201cHR\u201d includes 1"
    assert judged(tested, {"HR": (0.7, 0.5, 0.9)}) == "does not hold"
    assert judged(f"{tested}, and \u201cX\u201d is above 2", {"HR": (0.7, 0.5, 0.9)}) == (
        "does not hold"
    )
    assert judged(tested, {"HR": (0.7, 0.5, 1.1)}) == "holds"


VERBS = {"high": r"", "moderate": r"\bprobably\b", "low": r"\bmay\b"}


def summaries(page):
    """Yield the lines of every summary of findings of a page and of its menus."""
    tables = []
    if page in switched_pages():
        tables += [made["html"] for made in stored_switch(page)["pool"].values() if "html" in made]
    cells = json.loads(notebook_path(page).read_text(encoding="utf-8"))["cells"]
    for cell in cells:
        for output in cell.get("outputs", []):
            tables.append("".join(output.get("data", {}).get("text/html", "")))
    for html in tables:
        table = BeautifulSoup(html, "html.parser")
        if "Summary of findings" not in (table.caption.text if table.caption else ""):
            continue
        for row in table.tbody.find_all("tr"):
            outcome, *_, effect, _, certainty, words = (
                cell.text for cell in row.find_all(["th", "td"])
            )
            yield f"{page}: {outcome}", effect, certainty, words


def test_every_line_of_every_summary_says_its_effect_in_the_verb_of_its_certainty():
    lines = {line for page in PAGES for line in summaries(page)}
    assert len(lines) > 40
    for where, effect, certainty, words in lines:
        level = next((one for one in ("very low", *VERBS) if f" {one}" in certainty), None)
        parts = parts_of(effect.partition("ratio ")[2] or effect.partition("difference ")[2])
        if level is None:
            assert not re.search(r"\b(?:probably|may)\b", words), (where, words)
        elif level == "very low":
            assert "very uncertain" in words, (where, words)
        else:
            assert re.search(VERBS[level], words), (where, certainty, words)
            assert ("probably" in words) == (level == "moderate"), (where, words)
        if level in (None, "very low") or parts is None or "points" in effect or "odds" in effect:
            continue
        if "response ratio" in effect:
            continue
        value, low, high = parts
        if "little to no difference" in words:
            assert 0.9 <= value <= 1 / 0.9, (where, effect, words)
        elif re.search(r"delay|lengthen|gain|longer|later", words):
            assert value < 1, (where, effect, words)
        else:
            assert value > 1, (where, effect, words)
        if "important benefit" in words:
            assert low <= 0.805, (where, effect, words)
        if "important harm" in words:
            assert high >= 1.245, (where, effect, words)
        if "no difference remains possible" in words:
            assert low <= 1 <= high, (where, effect, words)


@pytest.mark.parametrize("question", ["biomarker_prognosis", "combination_vs_monotherapy"])
def test_every_specification_of_the_multiverse_has_the_state_of_its_own_number(question):
    told = 0
    made = read_multiverse(question)
    page = read_results(notebook_path(made.design.page))
    fixed = {one.label: parts_of(one.text) for one in page.results.values()}
    for outcome in made.outcomes:
        for one in outcome.specifications:
            shown = one.shown if isinstance(one.shown, dict) else one.shown.to_json()
            numbers = {shown["label"]: parts_of(shown["text"])}
            for key, state in one.states.items():
                tested = page.claims[key]["tested"]
                # Other numbers move with the choices: only a test of what is shown can be told.
                labels = re.findall(QUOTED, tested)
                constant = {name: fixed[name] for name in labels if name.startswith("Difference")}
                if set(labels) - set(numbers) - set(constant):
                    continue
                expected = judged(tested, numbers | constant)
                if expected is not None and state != "cannot tell":
                    told += 1
                    assert state == expected, (key, one.parameters, shown["text"])
    assert told >= (0 if question == "biomarker_prognosis" else 40)


def test_numbers_are_read_as_pages_write_them():
    assert parts_of("0.98 (95 % CI 0.62 to 1.54)") == (0.98, 0.62, 1.54)
    assert parts_of("\u22125.0 points (95 % CI \u221224.5 to 14.8)") == (-5.0, -24.5, 14.8)
    assert parts_of("0.065") == (0.065, None, None)
    assert parts_of("not reached") is None
    assert math.isclose(as_number("\u22120.5"), -0.5)
