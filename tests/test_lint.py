"""The prose lint finds what a reader must not meet, and lets names with digits pass."""

import pytest
from evidence.book.lint import lint_prose


def complaints(text):
    return [(problem.line, problem.given) for problem in lint_prose(text, "page.md")]


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("The hazard ratio was 0.98.", '"0.98."'),
        ("Response was 25 %.", '"25"'),
        ("It was 12/40.", '"12"'),
    ],
)
def test_a_naked_number_is_found(text, given):
    assert (1, given) in complaints(text)


@pytest.mark.parametrize(
    "text",
    [
        "The phase 2 trial of 2010, NCT00126594, gave interferon alfa-2b; see Table 1.",
        "Grades 3 and 4, grade 3-4, VEGFR-2, SWOG S0412, grade D3.",
        "Response was {num}`orr:value` {cite:p}`jonasch2010`.",
        "`code 123` and $x = 1$ and [a link](page-2.html).",
        "```\n42\n```",
    ],
)
def test_names_roles_and_code_may_hold_digits(text):
    assert complaints(text) == []


def test_the_line_of_the_fault_is_given():
    assert complaints("One.\nTwo.\nThree was 3.14 here.")[0][0] == 3


def test_significant_needs_a_number_beside_it():
    assert complaints("The difference was significant.") == [(1, '"significant"')]
    assert complaints("The difference was significant (P {num}`p`).") == []


def test_no_effect_is_never_said():
    assert complaints("The drug had no effect.") == [(1, '"had no effect"')]


def test_leftovers_and_paths_of_one_machine_are_found():
    assert complaints("TODO: write.") == [(1, '"TODO"')]
    assert complaints("See /home/me/book/page.") == [(1, '"/home/me/book/page."')]


def test_directives_around_prose_and_their_options_are_no_prose():
    text = ":::{grid} 1 2 3\n:gutter: 2\nGiven for 12 weeks.\n:::\n"
    found = list(lint_prose(text, "a.md"))
    assert [one.given for one in found] == ['"12"']


def test_the_labels_of_a_small_figure_are_names():
    figure = "::::{intervals}\n:left: one\nAt latitude 13 | questions/x.hr\n::::\n"
    assert complaints(figure) == []
    assert complaints(figure + "It was 14.") == [(5, '"14."')]
