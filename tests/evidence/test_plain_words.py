"""The summary in plain words is Cochrane's: no terms of method, and the verb of its certainty."""

import re

import pytest

from evidence.files.paths import chapters_folder, notebook_path
from evidence.record.results import read_results

# Cochrane's guidance for plain-language summaries names the first two; the others are their kind.
TERMS = (
    "low-certainty", "low certainty", "imprecision", "certainty of", "indirectness", "risk of bias",
    "confidence interval", "hazard ratio", "statistical", "significan", "randomi", "GRADE",
    "progression-free", "P value", "efficacy", "monotherapy",
)  # fmt: skip
# How the lay variant of the statements of GRADE says each certainty.
VERBS = {
    "high": r"(?!)",
    "moderate": r"\bprobably\b",
    "low": r"\bmay\b",
    "very low": r"[Ww]e do not know if|very uncertain about",
}


@pytest.fixture(scope="module")
def section():
    text = (chapters_folder() / "index.md").read_text(encoding="utf-8")
    return text.partition("## In plain words")[2].partition("\n## ")[0]


def sentences(section):
    plain = re.sub(r"\{num\}`[^`]*`", "7", section)
    return [one.strip() for one in re.split(r"(?<=[.?!])\s+", plain) if one.strip()]


def test_no_term_of_method_stands_in_the_plain_summary(section):
    plain = " ".join(sentences(section)).lower()
    assert not [term for term in TERMS if term.lower() in plain]


def test_its_sentences_are_short(section):
    lengths = [len(one.split()) for one in sentences(section)]
    assert max(lengths) <= 32
    assert sum(lengths) / len(lengths) <= 20


def test_its_verb_is_that_of_the_certainty_of_the_main_finding(section):
    claims = read_results(notebook_path("questions/combination_vs_monotherapy")).claims
    certainty = claims["benefit_not_shown"]["certainty"]
    own, others = VERBS[certainty], [verb for name, verb in VERBS.items() if name != certainty]
    told = [one for one in sentences(section) if "adding interferon-alfa" in one]
    assert told
    for one in told:
        assert re.search(own, one), one
        assert not any(re.search(verb, one) for verb in others), one
