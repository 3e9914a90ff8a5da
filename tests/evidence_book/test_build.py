"""Building again gives the book that building from nothing gives, and a whole book at any time."""

import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from evidence.files.paths import build_folder
from evidence.sources.problems import DataError
from evidence_book.rendering import publishing, rendering
from evidence_book.rendering.build import build_book, render
from evidence_book.rendering.exclusive import hold_project, lock_file
from evidence_book.rendering.fingerprints import hash_files, present_key
from evidence_book.rendering.publishing import is_up_to_date
from evidence_book.rendering.renderer import BuildError
from evidence_book.rendering.rendering import kept_html, render_variant
from tests.small_book import make_book, write_figure, write_number

BUILD = """
from evidence_book.rendering.build import build_book
from evidence_book.rendering.fingerprints import present_key
build_book(lambda words: print(words, flush=True), proven=present_key())
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return make_book(tmp_path_factory.mktemp("books") / "book")


@pytest.fixture
def book(folder, monkeypatch):
    """Return the small book, published; what one test keeps the next one begins from."""
    monkeypatch.setenv("EVIDENCE_ROOT", str(folder))
    if not is_up_to_date():
        build()
    return folder


def build():
    """Build the book; return the lines that the user is told."""
    said = []
    build_book(said.append, proven=present_key())
    return said


def published():
    return hash_files(build_folder() / "html")


def stamps():
    """Return what changes for every file that is written, of the published book."""
    files = sorted((build_folder() / "html").rglob("*"))
    return [(path, path.stat().st_ino, path.stat().st_mtime_ns) for path in files]


def clean(book, tmp_path):
    """Return the files of the book rendered from nothing, by plain jupyter-book."""
    render(book, tmp_path / "clean")
    return hash_files(tmp_path / "clean" / "_build" / "html")


def edit(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def read_again():
    """Return a list to which the pages are added that Sphinx reads: from its kept environment."""
    times = {}

    def pages():
        code = (
            "import pickle, sys, sphinx.application\n"
            "for name, read in pickle.load(open(sys.argv[1], 'rb')).all_docs.items():"
            " print(name, read)"
        )
        path = kept_html().parent / ".doctrees" / "environment.pickle"
        said = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True)
        now = dict(line.split() for line in said.stdout.splitlines())
        new = {name for name, read in now.items() if times.get(name) != read}
        times.update(now)
        return new

    pages()
    return pages


def dates(html):
    """Return when each page was written, in a rendering whose other pages are copies."""
    pages = sorted((html / "chapters").rglob("*.html"))
    return {str(path.relative_to(html))[:-5]: path.stat().st_mtime_ns for path in pages}


def pages_in_which(one, other):
    return {name for name in one.keys() | other.keys() if one.get(name) != other.get(name)}


def correct_a_row(book):
    edit(book / "data" / "outcomes.csv", "pfs,median,7.39,", "pfs,median,7.93,")
    write_number(book, "2.5")


def mend_prose(book):
    edit(book / "chapters" / "methods" / "two.md", "See ", "See here.\n\nSee ")


def rename_a_page(book):
    edit(book / "chapters" / "methods" / "two.md", "# Two", "# Two by another name")
    # A word that no page has any more.
    edit(book / "chapters" / "methods" / "two.md", "Drawn.", "Sketched.")


def draw_another_figure(book):
    write_number(book, "2.5", radius=3)
    write_figure(book, 3)


def add_a_page(book):
    (book / "chapters" / "methods" / "three.md").write_text("# Three\n\nMore.\n")
    edit(book / "_toc.yml", "      - file: chapters/app", "      - file: chapters/methods/three\n"
         "      - file: chapters/app")  # fmt: skip


def remove_a_page(book):
    (book / "chapters" / "methods" / "three.md").unlink()
    edit(book / "_toc.yml", "      - file: chapters/methods/three\n", "")


INDEX, ONE, TWO = "chapters/index", "chapters/questions/one", "chapters/methods/two"
EVERY = {INDEX, ONE, TWO, "chapters/appendix/terms"}


# Sphinx writes the index whenever it writes a page.
# Two changes of different pages, one after the other, are compared together with a build from
# nothing: what the first one left stale the second one does not mend.
@pytest.mark.parametrize(("change", "read", "written", "compared"), [
    (correct_a_row, {ONE, INDEX}, {ONE, INDEX}, False),
    (mend_prose, {TWO}, {TWO, INDEX}, False),
    (draw_another_figure, {ONE, INDEX, TWO}, {ONE, INDEX, TWO}, True),
    (rename_a_page, {TWO}, EVERY, True),
    (add_a_page, None, EVERY | {"chapters/methods/three"}, True),
    (remove_a_page, None, EVERY | {"chapters/methods/three"}, False),
])  # fmt: skip
def test_building_on_kept_work_gives_the_bytes_of_building_from_nothing(
    book, tmp_path, change, read, written, compared
):
    pages_read, dated = read_again(), dates(kept_html())
    before = published()
    change(book)
    assert not is_up_to_date()
    said = build()
    assert is_up_to_date()
    assert published() != before
    assert not compared or published() == clean(book, tmp_path)
    assert pages_in_which(dates(kept_html()), dated) == written
    if read is None:
        assert said == ["every page is rendered: _toc.yml shows on every page"]
    else:
        assert (said, pages_read()) == ([], read)


def test_a_book_to_which_nothing_was_done_is_left_alone(book):
    from evidence_book.__main__ import app

    before = stamps()
    for path in (book / "chapters").rglob("*.md"):
        os.utime(path)  # Dates are no reason.
    done = CliRunner().invoke(app, ["build"])
    assert done.exit_code == 0
    assert "nothing changed since the book was published" in done.output
    assert stamps() == before


@pytest.mark.parametrize("harm", ["flip", "delete", "add"])
def test_a_published_book_that_was_tampered_with_is_noticed_and_healed(book, harm):
    before = published()
    page = build_folder() / "html" / "chapters" / "index.html"
    if harm == "flip":
        content = bytearray(page.read_bytes())
        content[len(content) // 2] ^= 1
        date = page.stat().st_mtime_ns
        page.write_bytes(content)
        os.utime(page, ns=(date, date))
    elif harm == "delete":
        page.unlink()
    else:
        (page.parent / "more.html").write_text("x")
    assert not is_up_to_date()
    assert build() == ["the published book was changed by other means: it is published again"]
    assert published() == before


@pytest.mark.parametrize("name", ["_build/.doctrees/environment.pickle", "record.json"])
def test_kept_work_with_a_flipped_byte_is_noticed_and_thrown_away(book, name):
    path = build_folder() / "rendering" / "kept" / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 64
    path.write_bytes(content)
    mend_prose(book)
    (said,) = build()
    assert "what was kept of the last rendering is damaged" in said
    assert is_up_to_date()


def test_a_page_with_a_mistake_leaves_the_book_and_what_is_kept(book):
    before, pages_read = published(), read_again()
    edit(book / "chapters" / "index.md", "one.size", "one.sise")
    # The file of the project, not that of the copy that is rendered; no codes of colours.
    with pytest.raises(BuildError) as failed:
        build()
    (line,) = [one for one in str(failed.value).splitlines() if "sise" in one]
    assert line.startswith("chapters/index.md:3: ERROR: num: no result named sise")
    assert line.isprintable()
    assert published() == before
    edit(book / "chapters" / "index.md", "one.sise", "one.size")
    assert is_up_to_date()
    edit(book / "chapters" / "methods" / "two.md", "## A place", "## Another place")
    with pytest.raises(BuildError, match="one.ipynb.*a-place"):
        build()
    assert published() == before
    edit(book / "chapters" / "methods" / "two.md", "## Another place", "## A place")
    assert build() == []
    assert pages_read() == set()


def test_a_script_in_prose_is_not_published(book):
    before = published()
    edit(book / "chapters" / "index.md", "It opens", "<script>run()</script>\n\nIt opens")
    with pytest.raises(DataError, match=r"chapters/index.html: .*nothing runs but the book's own"):
        build()
    assert published() == before
    edit(book / "chapters" / "index.md", "<script>run()</script>\n\nIt opens", "It opens")
    assert is_up_to_date()


def test_a_page_that_renders_and_is_wrong_is_not_published(book):
    before = published()
    # What was found on pages before is not believed where a byte of it is another one.
    edit(rendering.facts_file(), "two.html#a-place", "two.html#b-place")
    edit(
        book / "chapters" / "methods" / "two.md", ":alt: A circle of some size on white", ":alt: O"
    )
    for _ in range(2):
        with pytest.raises(DataError, match="an image with its finding in words"):
            build()
    assert published() == before
    edit(
        book / "chapters" / "methods" / "two.md", ":alt: O", ":alt: A circle of some size on white"
    )
    build()
    assert published() == before


def test_a_variant_is_rendered_on_kept_work_and_has_the_bytes_of_one_from_nothing(book, tmp_path):
    copy = tmp_path / "sources"
    rendering.copy_sources(copy)
    number = (book / "chapters" / "questions" / "one.ipynb").read_text()

    def write(source):
        (source / "_base" / "questions").mkdir(parents=True)
        (source / "_base" / "questions" / "one.ipynb").write_text(number)
        write_number(source, "9.9", radius=4)

    write(copy)
    before, kept = published(), hash_files(kept_html().parent)
    render_variant("questions/one", write, tmp_path / "variant")
    assert hash_files(tmp_path / "variant") == clean(copy, tmp_path)
    assert "9.9" in (tmp_path / "variant" / "chapters" / "questions" / "one.html").read_text()
    assert "9.9" not in (tmp_path / "variant" / "chapters" / "index.html").read_text()
    assert pages_in_which(dates(tmp_path / "variant"), dates(kept_html())) == {ONE, INDEX}
    # Nothing of the variant gets into the book.
    assert (published(), hash_files(kept_html().parent)) == (before, kept)
    assert is_up_to_date()


def start_build(book):
    environment = os.environ | {"EVIDENCE_ROOT": str(book)}
    return subprocess.Popen(
        [sys.executable, "-c", BUILD], env=environment, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, start_new_session=True,
    )  # fmt: skip


def test_a_killed_build_leaves_a_whole_book_and_the_next_build_succeeds(book, tmp_path):
    whole = [published()]
    chance = random.Random(14)
    start = time.monotonic()
    mend_prose(book)
    first = start_build(book)
    first.communicate()
    assert first.returncode == 0
    usual = time.monotonic() - start
    whole.append(published())
    for _ in range(3):
        mend_prose(book)
        killed = start_build(book)
        time.sleep(chance.uniform(0.3, 1.1) * usual)
        killed.send_signal(signal.SIGKILL)
        killed.communicate()
        found = published()
        if found not in whole:
            # It was killed after it published.
            assert is_up_to_date() or rendering._read_kept(print).key == present_key()
            whole.append(found)
    build()
    assert published() == clean(book, tmp_path)
    leftovers = [path.name for path in build_folder().glob(".*") if path.is_dir()]
    assert leftovers == []
    assert sorted(path.name for path in (build_folder() / "rendering").iterdir()) == [
        "facts.json", "kept", "source"
    ]  # fmt: skip


def test_of_two_builds_at_once_the_second_waits_and_names_the_first(book):
    mend_prose(book)
    with hold_project("evidence run"):
        second = start_build(book)
        line = second.stdout.readline()
        assert second.poll() is None
    owner = rf"waiting for evidence run \(process {os.getpid()} on \S+, since 2\d\d\d-.*\)"
    assert re.fullmatch(owner, line.strip())
    third = start_build(book)
    second.communicate()
    third.communicate()
    assert (second.returncode, third.returncode) == (0, 0)
    assert is_up_to_date()


def test_a_lock_ends_with_its_owner(book):
    code = (
        "import time; from evidence_book.rendering.exclusive import hold_project\n"
        "with hold_project('a test'): print(1, flush=True); time.sleep(60)"
    )
    owner = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    owner.stdout.readline()
    owner.kill()
    owner.communicate()
    assert json.loads(lock_file().read_text())["command"] == "a test"
    said = []
    with hold_project("another", said.append):
        assert said == []


@pytest.mark.parametrize("place", ["copying", "rendering", "publishing"])
def test_a_full_disk_ends_in_one_message_and_leaves_the_book(book, monkeypatch, capfd, place):
    from evidence_book.commands.build import build as command

    before = published()
    mend_prose(book)
    monkeypatch.setattr("evidence_book.commands.build.refresh_pages", lambda *a, **k: None)
    monkeypatch.setattr("evidence_book.commands.build.check", lambda: None)

    def full(*words, **more):
        raise OSError(28, "No space left on device", "/somewhere")

    if place == "copying":
        monkeypatch.setattr(rendering, "copy_sources", full)
    elif place == "publishing":
        monkeypatch.setattr(publishing.shutil, "copytree", full)
    if place == "rendering":
        limit_file_size(monkeypatch)
    with pytest.raises(BaseException) as stopped:
        command()
    assert getattr(stopped.value, "exit_code", None) == 1
    said = capfd.readouterr().err
    assert "No space left on device" in said or "File too large" in said
    assert said.strip().endswith("the published book is as it was")
    assert "Traceback" not in said
    monkeypatch.undo()
    monkeypatch.setenv("EVIDENCE_ROOT", str(book))
    assert published() == before
    build()
    assert published() != before


def limit_file_size(monkeypatch):
    """Let no file that is written from now on grow above a few bytes, as on a full disk."""
    import resource

    real = rendering.Renderer.render

    def limited(self, source, target):
        resource.prlimit(self._process.pid, resource.RLIMIT_FSIZE, (4096, 4096))
        real(self, source, target)

    monkeypatch.setattr(rendering.Renderer, "render", limited)


def test_folders_are_swapped_and_a_rename_cut_in_two_is_mended(tmp_path, monkeypatch):
    monkeypatch.setenv("EVIDENCE_ROOT", str(tmp_path))
    html = build_folder() / "html"
    html.mkdir(parents=True)
    (html / "page").write_text("old")
    for able in (True, False):
        if not able:
            monkeypatch.setattr(publishing, "_swapped", lambda one, other: False)
        built = build_folder() / "built"
        built.mkdir()
        (built / "page").write_text(f"new {able}")
        publishing.publish(built, html)
        assert (html / "page").read_text() == f"new {able}"
        assert [path.name for path in build_folder().iterdir()] == ["html"]
    dead = subprocess.Popen(["true"])
    dead.wait()
    html.rename(html.with_name(f".html.old-{dead.pid}"))
    living = build_folder() / f".staging-{os.getpid()}"
    living.mkdir()
    (build_folder() / f".staging-{dead.pid}").mkdir()
    (build_folder() / f".facts.json.{dead.pid}-77").touch()
    publishing.remove_leftovers()
    assert (html / "page").read_text() == "new False"
    assert sorted(path.name for path in build_folder().iterdir()) == [living.name, "html"]


def test_this_system_swaps_two_folders_in_one_step(tmp_path):
    if not Path("/proc/sys/kernel").exists():
        pytest.skip("not Linux")
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        (tmp_path / name / name).touch()
    assert publishing._swapped(tmp_path / "one", tmp_path / "other")
    assert (tmp_path / "one" / "other").exists()


def test_what_rendering_imports_is_there_before_it_is_told_what_to_render(book):
    code = (
        "import sys, yaml; from pathlib import Path\n"
        "from evidence_book.rendering import render_process\n"
        "folder = Path.cwd(); render_process._import_all(folder)\n"
        "config = yaml.safe_load((folder / '_config.yml').read_text())\n"
        "names = config['sphinx']['config']['extensions']\n"
        "names += ['evidence_book.sphinx.roles', 'evidence_book.sphinx.theme']\n"
        "print([name for name in names if name not in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=book, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
