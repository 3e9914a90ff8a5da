"""A variant shows other parameters on a page of its own and leaves the book alone."""

import json

import pytest
from bs4 import BeautifulSoup
from evidence.book.variant import VariantError, make_variant
from evidence.paths import build_folder, notebook_path
from evidence.validation import ParameterError

PAGE = "questions/biomarker_prognosis"


def words_on(path):
    article = BeautifulSoup(path.read_text(), "html.parser").article
    return " ".join(article.get_text(" ").split())


def test_a_variant_moves_numbers_flips_claims_and_says_what_it_is(project):
    before = notebook_path(PAGE).read_bytes()
    variant = make_variant(PAGE, {"n_hypotheses": 2, "nsim": 200})
    assert notebook_path(PAGE).read_bytes() == before
    assert variant.moved["os_p_adjusted"] == ("0.14", "0.035")
    assert variant.moved["parameter.n_hypotheses"] == ("8", "2")
    assert "pfs_hr" not in variant.moved
    assert variant.flipped["association_fragile"] == ("holds", "does not hold")

    stored = json.loads(variant.results.read_text())
    assert stored["parameters"]["n_hypotheses"] == 2
    assert stored["results"]["os_p_adjusted"]["text"] == "0.035"

    page = words_on(variant.html)
    assert "Variant, not the published page" in page
    assert "n_hypotheses = 2" in page
    assert "does not hold" in page
    # Other pages of the variant's book still show the published numbers.
    assert "8 hypotheses" in words_on(variant.html.parents[1] / "index.html")
    assert not list(build_folder().glob("variants/.*"))


def test_a_wrong_parameter_starts_no_kernel(project):
    with pytest.raises(ParameterError, match="no such parameter"):
        make_variant(PAGE, {"nothing": 1})
    assert not (build_folder() / "variants").exists()


def test_a_notebook_that_raises_leaves_nothing_behind(project):
    path = notebook_path(PAGE)
    path.write_text(path.read_text().replace("question.conclude(page)", "1 / 0"))
    with pytest.raises(VariantError, match=r"code cell 4 .*ZeroDivisionError: division by zero"):
        make_variant(PAGE, {"n_hypotheses": 3})
    assert not list((build_folder() / "variants").glob("*"))


def test_markup_in_a_value_stays_text(project):
    given = {"hr_pfs": ["<script>alert(1)</script>", "1.00", "1.08", ".0411"]}
    with pytest.raises((VariantError, ParameterError)) as caught:
        make_variant(PAGE, given)
    assert "script" in str(caught.value)
