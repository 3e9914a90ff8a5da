"""Files of the last rendering are taken over only where they would be the same."""

import json

import pytest

from evidence_book.rendering.earlier_files import EARLIER, EarlierFiles
from evidence_book.rendering.fingerprints import digest


@pytest.fixture
def rendered(tmp_path):
    """Return the HTML folder of a second rendering, and its record: the first one wrote a.txt."""
    record = tmp_path / ".doctrees" / "files.json"
    record.parent.mkdir()
    first = EarlierFiles(tmp_path / "html", record)
    first.write("one", "key", lambda: {"downloads/a.txt": b"a"})
    first.close()
    (tmp_path / "html").rename(tmp_path / EARLIER)
    return tmp_path / "html", record


def never():
    raise AssertionError("made again")


def test_the_same_key_takes_the_file_over_without_making_it(rendered):
    html, record = rendered
    second = EarlierFiles(html, record)
    second.write("one", "key", never)
    second.close()
    assert (html / "downloads" / "a.txt").read_bytes() == b"a"
    assert list(json.loads(record.read_text())) == ["one"]


@pytest.mark.parametrize("harm", ["key", "file", "record", "folder"])
def test_anything_else_makes_it_anew(rendered, harm):
    html, record = rendered
    if harm == "file":
        (html.parent / EARLIER / "downloads" / "a.txt").unlink()
    if harm == "record":
        record.unlink()
    if harm == "folder":
        (html.parent / EARLIER).rename(html.parent / "elsewhere")
    second = EarlierFiles(html, record)
    second.write("one", "another" if harm == "key" else "key", lambda: {"downloads/b.txt": b"b"})
    assert [path.name for path in (html / "downloads").iterdir()] == ["b.txt"]


def test_a_group_that_is_no_longer_offered_leaves_nothing(rendered):
    html, record = rendered
    second = EarlierFiles(html, record)
    second.write("two", "key", lambda: {"downloads/c.txt": b"c"})
    second.close()
    assert [path.name for path in (html / "downloads").iterdir()] == ["c.txt"]
    assert list(json.loads(record.read_text())) == ["two"]


def test_keys_tell_where_one_part_ends_and_the_next_begins():
    assert digest({"one": "a", "two": "bc"}) != digest({"one": "ab", "two": "c"})
    assert digest({"one": "a", "two": "b"}) == digest({"one": "a", "two": "b"})
