"""The panel offers every parameter of a page, as its class and its menus say it."""

import pytest

from evidence.record.validation import describe
from evidence.sources.data import load_evidence
from evidence_book.grids.switch_grid import read_switch_grid, switch_path
from evidence_book.live.page_writer import with_figures
from evidence_book.live.panel import panel_of
from evidence_book.runs.freshness import list_pages
from evidence_book.runs.own_library import model_of
from evidence_book.runs.variant import checked_parameters, read_parameters

PAGES = [page for page in list_pages() if page.startswith("questions/")]
PAGES += ["studies/ryan-2007", "studies/tcga-kirc"]
FIGURE = (
    '<figure class="a" id="{0}"><img class="figure-light" alt="x" src="../_images/1.svg">'
    '<img class="figure-dark" loading="lazy" src="../downloads/figures/{0}.dark.svg">'
    '<figcaption>Words<p class="figure-files">files</p></figcaption></figure>'
)


def fields_of(page):
    has_menus = switch_path(page).exists()
    menus = {one.parameter: one for one in read_switch_grid(page).menus} if has_menus else {}
    groups = panel_of(model_of(page), menus, load_evidence())
    return menus, groups, {one["name"]: one for group in groups for one in group["fields"]}


@pytest.mark.parametrize("page", PAGES)
def test_every_parameter_with_a_default_has_one_field(page):
    _, groups, fields = fields_of(page)
    named = [one["name"] for group in groups for one in group["fields"]]
    assert sorted(named) == sorted(
        row["name"] for row in describe(model_of(page)) if row["default"]
    )
    assert all(field["meaning"].endswith(".") for field in fields.values())
    assert groups[-1]["title"] == "Every page"


@pytest.mark.parametrize("page", PAGES)
def test_a_default_is_written_as_the_command_line_reads_it(page):
    _, _, fields = fields_of(page)
    words = [f"{name}={field['default']}" for name, field in fields.items()]
    model = model_of(page)
    read = checked_parameters(page, read_parameters(words, None))
    assert read == {name: model.model_fields[name].get_default() for name in fields}


@pytest.mark.parametrize("page", PAGES)
def test_every_choice_is_one_that_the_class_takes_and_has_the_words_of_its_menu(page):
    menus, _, fields = fields_of(page)
    model = model_of(page)
    for name, field in fields.items():
        texts = [text for text, _ in field.get("choices", [])]
        assert len(set(texts)) == len(texts)
        for text in texts:
            given = read_parameters([f"{name}={text}"], None)
            # Another parameter may exclude it; by itself it is a value of this one.
            fixed = {"study_id": page.rpartition("/")[2]} if page == "studies/ryan-2007" else {}
            assert getattr(model(**fixed, **given), name) == given[name]
        if name in menus:
            assert field["label"] == menus[name].label
            # A number between bounds stays one; its menu offers some of them.
            said = {words for _, words in field.get("choices", [])}
            assert not said or set(menus[name].words) <= said
    assert fields["level"]["min"] == 0.8
    assert fields["level"]["max"] == 0.99


def test_a_parameter_that_names_a_study_lists_those_of_the_data():
    _, _, fields = fields_of("questions/landscape")
    assert "jonasch-2010" in fields["exclude_studies"]["known"]


def test_a_figure_that_moved_holds_its_pictures_and_offers_no_file():
    page = FIGURE.format("one") + FIGURE.format("two")
    made = with_figures(page, {"two": '<svg fill="#000000"><a/></svg>'})
    assert made.startswith(FIGURE.format("one"))
    moved = made.removeprefix(FIGURE.format("one"))
    assert moved.count('src="data:image/svg+xml;charset=utf-8,%3Csvg') == 2
    assert "files" not in moved
    assert 'alt="x"' in moved
