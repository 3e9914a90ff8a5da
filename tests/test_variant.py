"""A variant shows other parameters on a page of its own and leaves the book alone."""

import json
from pathlib import Path

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
    moved = {one.key: (one.old, one.new) for one in variant.comparison.moved}
    assert moved["os_p_adjusted"] == ("0.14", "0.035")
    assert "pfs_hr" not in moved
    (flipped,) = variant.comparison.flipped
    assert flipped.key == "association_fragile"
    assert (flipped.old, flipped.new) == ("holds", "does not hold")
    assert {"os_p_adjusted", "pfs_p_adjusted"} <= set(flipped.moved)
    causes = {one.name: (one.old, one.new) for one in variant.changes.pages[0].causes}
    assert causes["n_hypotheses"] == ("8", "2")

    stored = json.loads(variant.results.read_text())
    assert stored["parameters"]["n_hypotheses"] == 2
    assert stored["results"]["os_p_adjusted"]["text"] == "0.035"
    assert set(stored["fingerprints"]) == {"code", "data", "library", "environment"}
    assert stored["rows"]["jonasch-2010.pfs.hazard_ratio.pakt"]["value_reported"]
    report = json.loads((variant.folder / "report.json").read_text())
    assert report["pages"][0]["comparison"]["flipped"][0]["new"] == "does not hold"
    assert "does not hold" in (variant.folder / "report.md").read_text()

    page = words_on(variant.html)
    assert "Variant, not the published page" in page
    assert "Variant: n_hypotheses = 2, nsim = 200" in page
    assert page.index("Conclusions that changed") < page.index("Numbers that moved")
    assert "holds does not hold" in page
    assert str(Path.cwd()) not in variant.html.read_text()
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
