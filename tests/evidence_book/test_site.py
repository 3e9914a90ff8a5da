"""The reader of built HTML finds what is wrong with it."""

import pytest

from evidence_book.rendering.site import check_site

GOOD = (
    '<html><body><article><h1 id="top">Title</h1><a href="#top">up</a>'
    '<a href="other.html#there">other</a>'
    '<img src="picture.svg" alt="The difference is minus five points"></article></body></html>'
)


@pytest.fixture
def site(tmp_path):
    (tmp_path / "other.html").write_text('<html><article id="there">x</article></html>')
    (tmp_path / "picture.svg").write_text("<svg/>")

    def write(html):
        (tmp_path / "page.html").write_text(html)
        return [str(problem) for problem in check_site(tmp_path)]

    return write


def test_a_good_page_passes(site):
    assert site(GOOD) == []


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("other.html#", "gone.html#", "links that lead somewhere, got gone.html#there"),
        ("#there", "#nowhere", "links to places that exist, got other.html#nowhere"),
        ("picture.svg", "gone.svg", "images that exist, got gone.svg"),
        ("The difference is minus five points", "", 'finding in words, got alt=""'),
        ("The difference is minus five points", "a94a8fe5ccb19ba61c4c0873d391e9.svg", "in words"),
        ("Title", "{num}`orr`", "unresolved role"),
        ("Title", "<Figure size 720x412 with 1 Axes>".replace("<", "&lt;"), "raw object"),
        ("Title", "nan to 1.54", "NaN"),
        ("Title", '<span class="problematic">x</span>', "no error text"),
    ],
)
def test_a_fault_is_named(site, old, new, message):
    problems = site(GOOD.replace(old, new))
    assert any(problem.startswith("page.html: ") and message in problem for problem in problems)


def test_an_empty_folder_is_no_book(tmp_path):
    assert "no HTML page" in str(check_site(tmp_path)[0])
