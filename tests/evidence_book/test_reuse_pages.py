"""Every page says how to take it away, cite it and run it; addresses only where one is known."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest
import yaml
from bs4 import BeautifulSoup

from evidence_book.extras.linked_data import article, script
from evidence_book.rendering.build import copy_sources
from evidence_book.rendering.site import check_site
from evidence_book.runs.addresses import Addresses, read_addresses

ROOT = Path(__file__).resolve().parents[2]
PAGES = ("questions/interferon_dose", "studies/ryan-2007", "appendix/reuse")
# What a project says that has a repository and a place where it is published.
PUBLISHED = {
    "repository_url": "https://github.com/somebody/a-book",
    "repository_branch": "main",
    "launch_buttons": {
        "notebook_interface": "jupyterlab",
        "binderhub_url": "https://mybinder.org",
        "colab_url": "https://colab.research.google.com",
    },
}


def build(folder, base="", **theme):
    """Render a book of a few pages with these settings by plain jupyter-book."""
    source = folder / "source"
    copy_sources(source)
    contents = {
        "format": "jb-book",
        "root": "chapters/index",
        "chapters": [{"file": f"chapters/{page}"} for page in PAGES],
    }
    (source / "_toc.yml").write_text(yaml.safe_dump(contents))
    config = yaml.safe_load((source / "_config.yml").read_text())
    config["html"]["baseurl"] = base
    config["sphinx"]["config"]["html_theme_options"] |= theme
    (source / "_config.yml").write_text(yaml.safe_dump(config))
    # Links to pages that this book leaves out are warnings, so they are not made errors here.
    done = subprocess.run(
        ["jupyter-book", "build", str(source), "--path-output", str(folder), "--all", "-q"],
        capture_output=True, text=True, check=False,
        env={**os.environ, "PATH": f"{ROOT}/.venv/bin:{os.environ['PATH']}"},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "_build" / "html"


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    return build(tmp_path_factory.mktemp("here"))


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    return build(tmp_path_factory.mktemp("published"), "https://example.org/book", **PUBLISHED)


def read(book, page):
    return BeautifulSoup((book / "chapters" / f"{page}.html").read_text(), "html.parser")


def linked(book, page):
    found = read(book, page).head.find_all("script", type="application/ld+json")
    assert len(found) == 1
    return json.loads(found[0].string)


def test_every_page_lists_its_files_and_each_of_them_is_there(here):
    box = read(here, "questions/interferon_dose").article.find(class_="reuse")
    links = [link["href"] for link in box.find_all("a", download=True)]
    assert links[:3] == [
        "../../downloads/questions/interferon_dose.ipynb",
        "../../downloads/questions/interferon_dose.parameters.yml",
        "../../downloads/questions/interferon_dose.results.json",
    ]
    for link in links:
        assert (here / "chapters" / "questions" / link).resolve().exists()
    assert box.find("a", href="../appendix/reuse.html")
    assert "Is a higher dose of interferon-alfa" in box.find(class_="cite-this").text


def test_the_reuse_page_lists_the_edition_and_its_licences(here):
    article_ = read(here, "appendix/reuse").article
    for link in article_.find(class_="downloads").find_all("a"):
        assert (here / "chapters" / "appendix" / link["href"]).resolve().exists()
    text = article_.get_text(" ")
    assert "BSD-3-Clause" in text
    assert "CC-BY-4.0" in text


def test_a_download_that_is_not_there_is_a_broken_link(here):
    gone = here / "downloads" / "questions" / "interferon_dose.parameters.yml"
    content = gone.read_bytes()
    gone.unlink()
    try:
        problems = [str(one) for one in check_site(here)]
    finally:
        gone.write_bytes(content)
    assert any("interferon_dose.parameters.yml" in problem for problem in problems)


def test_no_address_is_made_up(here):
    for path in (here / "chapters").rglob("*.html"):
        text = path.read_text()
        assert "cite-as" not in text, path.name
        for host in ("mybinder", "colab", "executablebooks/jupyter-book"):
            assert host not in text, (path.name, host)


def test_a_published_page_has_an_address_to_cite_and_opens_in_binder_and_colab(published):
    page = read(published, "questions/interferon_dose")
    address = "https://example.org/book/chapters/questions/interferon_dose.html"
    assert page.head.find("link", rel="cite-as")["href"] == address
    box = page.article.find(class_="reuse")
    assert address in box.find(class_="cite-this").text
    links = {link.text: link["href"] for link in box.find_all("a", class_="external")}
    path = "chapters/questions/interferon_dose.ipynb"
    assert links == {
        "Open in Binder": f"https://mybinder.org/v2/gh/somebody/a-book/main?urlpath=lab/tree/{path}",
        "Open in Colab": f"https://colab.research.google.com/github/somebody/a-book/blob/main/{path}",
    }
    notebook = json.loads((ROOT / path).read_text())
    tags = [cell["metadata"].get("tags", []) for cell in notebook["cells"]]
    assert sum("parameters" in tag for tag in tags) == 1
    assert linked(published, "questions/interferon_dose")["url"] == address
    # A page without a notebook opens nowhere.
    assert (
        not read(published, "appendix/reuse")
        .article.find(class_="reuse")
        .find("a", class_="external")
    )


def test_the_index_describes_the_book_and_its_data(here):
    assert " In: " not in read(here, "index").article.find(class_="cite-this").text
    book = linked(here, "index")
    assert book["@type"] == "Book"
    data, code = book["hasPart"]
    assert data["@type"] == "Dataset"
    assert "creativecommons.org/licenses/by/4.0" in data["license"]
    assert "bsd-3-clause" in code["license"]
    for one in data["distribution"]:
        assert (here / "chapters" / one["contentUrl"]).resolve().exists()


def test_a_study_page_is_about_a_trial_and_cites_its_publication(here):
    chapter = linked(here, "studies/ryan-2007")
    assert chapter["@type"] == "Chapter"
    assert chapter["about"]["@type"] in ("MedicalTrial", "MedicalStudy")
    (cited,) = [one for one in chapter["citation"] if one["@type"] == "ScholarlyArticle"]
    assert cited["identifier"].startswith("https://doi.org/10.")


def test_a_question_page_is_an_article_with_its_sources(here):
    question = linked(here, "questions/interferon_dose")
    assert "MedicalScholarlyArticle" in question["@type"]
    assert len(question["citation"]) > 3
    assert question["abstract"].endswith(".")


def test_no_text_ends_the_script_that_holds_it():
    hostile = "</script><script>alert(1)</script><!-- & \u2028"
    made = script({"name": hostile})
    assert made.count("<") == 2
    assert made.count("</script>") == 1
    inside = re.fullmatch(r'<script type="application/ld\+json">(.*)</script>', made)
    assert json.loads(inside[1])["name"] == hostile


def test_what_is_in_no_journal_is_no_scholarly_article():
    entry = {"type": "misc", "title": "A page", "year": "2014", "authors": [], "url": ""}
    assert article(entry)["@type"] == "CreativeWork"
    assert "author" not in article(entry)


@pytest.mark.parametrize(
    ("options", "launches"),
    [
        ({}, []),
        ({"repository_url": "https://github.com/executablebooks/jupyter-book"}, []),
        ({"repository_url": "http://github.com/a/b"}, []),
        ({"repository_url": "https://gitlab.com/a/b"}, ["Binder"]),
        ({"repository_url": "https://github.com/a/b"}, ["Binder", "Colab"]),
        ({"repository_url": "https://example.org/a/b"}, []),
    ],
)
def test_launch_links_need_a_repository_that_the_service_knows(options, launches):
    services = {"binderhub_url": "https://b.org", "colab_url": "https://c.org"}
    found = read_addresses(None, {**options, "launch_buttons": services})
    assert list(found.launches("chapters/x.ipynb")) == launches
    assert found.page("x.html") == ""


def test_a_book_below_a_folder_of_its_repository_is_found_there():
    addresses = Addresses(
        repository="https://github.com/a/b", folder="books/one", branch="v1", binder="https://b.org"
    )
    assert addresses.launches("chapters/x.ipynb") == {
        "Binder": "https://b.org/v2/gh/a/b/v1?urlpath=lab/tree/books/one/chapters/x.ipynb"
    }


def test_addresses_that_could_run_script_are_left_out():
    assert read_addresses("javascript:alert(1)", {}).book == ""
