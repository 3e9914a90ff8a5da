"""A page is added to the contents at the end of its part, whatever the part looks like."""

import pytest

from evidence_book.rendering.toc import toc_parts, with_chapter

HEAD = "format: jb-book\nroot: chapters/index\nparts:\n"
OTHER = "  - caption: Others\n    chapters:\n      - file: chapters/other\n"


@pytest.mark.parametrize(
    ("mine", "before"),
    [
        ("  - caption: Questions\n    chapters: []\n", []),
        ("  - caption: Questions\n    chapters:\n", []),
        ("  - caption: Questions\n", []),
        ("  - caption: Questions\n    numbered: false\n    chapters: []\n", []),
        ("  - caption: Questions\n    chapters:\n      - file: chapters/a\n", ["chapters/a"]),
        ("  - caption: Questions\n    chapters:\n    - file: chapters/a\n", ["chapters/a"]),
    ],
)
@pytest.mark.parametrize("last", [True, False])
def test_a_page_is_added_to_its_part(tmp_path, monkeypatch, mine, before, last):
    monkeypatch.setenv("EVIDENCE_ROOT", str(tmp_path))
    path = tmp_path / "_toc.yml"
    path.write_text(HEAD + (OTHER + mine if last else mine + OTHER))
    path.write_text(with_chapter("Questions", "chapters/new"))
    parts = dict(toc_parts())
    assert parts["Questions"] == [*before, "chapters/new"]
    assert parts["Others"] == ["chapters/other"]
    path.write_text(with_chapter("Questions", "chapters/newer"))
    assert dict(toc_parts())["Questions"] == [*before, "chapters/new", "chapters/newer"]
