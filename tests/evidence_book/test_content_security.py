"""No page runs or loads what is not the book's own, from a disk and from a server."""

import re
import threading
import time
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from evidence_book.rendering.inline_scripts import inline_scripts
from evidence_book.rendering.site import read_page
from tests.parsed_pages import parse

# A page of each kind, with what must work on it.
KINDS = {
    "chapters/index.html": "document.querySelectorAll('.claim').length > 1",
    "chapters/questions/combination_vs_monotherapy.html":
        "document.querySelectorAll('#switch select').length > 1"
        " && document.querySelectorAll('.table-tools input').length > 0",
    "chapters/studies/jonasch-2010.html": "document.querySelectorAll('table').length > 3",
    "chapters/appendix/provenance.html":
        "document.querySelectorAll('.table-tools input').length > 0",
    "chapters/methods/conventions.html":
        "document.querySelectorAll('math mfrac').length > 1",
    "search.html?q=sorafenib": "document.querySelectorAll('#search-results li').length > 5",
    "genindex.html": "document.querySelectorAll('article a, main a').length > 0",
}  # fmt: skip
LISTEN = """window.refused = [];
document.addEventListener('securitypolicyviolation',
  event => window.refused.push(`${event.effectiveDirective} ${event.blockedURI}`));"""
# What loads when it is used is used.
USE = """document.querySelectorAll('details').forEach(one => { one.open = true; });
document.querySelectorAll('.table-tools button').forEach(one => one.click());
document.dispatchEvent(new PointerEvent('pointermove'));"""
INJECTED = """<script>window.ran = 'script'</script>
<img src="nowhere.png" onerror="window.ran = 'onerror'">
<svg onload="window.ran = 'onload'"></svg>
<img src="https://attacker.invalid/pixel.png">
<iframe src="https://attacker.invalid/frame.html"></iframe>
<link rel="stylesheet" href="https://attacker.invalid/style.css">
<script src="https://attacker.invalid/script.js"></script>
<script src="data:text/javascript,window.ran='data'"></script>
<a id="lure" href="javascript:window.ran='link'">lure</a></body>"""


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *words):
        pass


@contextmanager
def served(folder, way):
    if way == "disk":
        yield folder.as_uri()
        return
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def opened(browser, address):
    context = browser.new_context()
    tab = context.new_page()
    tab.add_init_script(LISTEN)
    tab.goto(address, wait_until="load")
    try:
        yield tab
    finally:
        context.close()


def wait_until(tab, holds):
    """Wait as `wait_for_function` would, which evaluates a text and is refused, too."""
    deadline = time.monotonic() + 20
    while not tab.evaluate(holds):
        assert time.monotonic() < deadline, f"{tab.url}: {holds}, {tab.evaluate('window.refused')}"
        time.sleep(0.05)


def pages_of(site):
    for path in sorted(site.rglob("*.html")):
        # The first page only leads to the index.
        if "_static" not in path.parts and path != site / "index.html":
            yield path.relative_to(site).as_posix(), path.read_bytes().decode()


@pytest.mark.parametrize("way", ["disk", "server"])
def test_all_that_a_page_of_each_kind_needs_works_and_nothing_is_refused(site, browser, way):
    with served(site, way) as base:
        for page, works in KINDS.items():
            with opened(browser, f"{base}/{page}") as tab:
                tab.evaluate(USE)
                wait_until(tab, works)
                assert tab.evaluate("window.refused") == [], page


@pytest.mark.parametrize("way", ["disk", "server"])
def test_what_was_injected_into_a_page_neither_runs_nor_loads(site, browser, way, tmp_path):
    page = site / "chapters" / "how-to-read.html"
    broken = page.with_name(f"injected-{way}.html")
    broken.write_text(page.read_text().replace("</body>", INJECTED))
    try:
        with (
            served(site, way) as base,
            opened(browser, f"{base}/chapters/{broken.name}") as tab,
        ):
            tab.evaluate("document.getElementById('lure').click()")
            wait_until(tab, "window.refused.length >= 8")
            assert tab.evaluate("window.ran") is None
            refused = " ".join(tab.evaluate("window.refused"))
            for directive in ("script-src-elem", "script-src-attr", "img-src", "frame-src",
                              "style-src-elem"):  # fmt: skip
                assert directive in refused
    finally:
        broken.unlink()


def test_every_page_has_one_policy_before_its_first_script(site):
    for name, text in pages_of(site):
        assert text.count("Content-Security-Policy") == 1, name
        assert text.index("Content-Security-Policy") < text.index("<script"), name


def test_no_policy_names_another_origin_or_lets_inline_scripts_run(site):
    for name, _ in pages_of(site):
        page = parse(site / name)
        (stored,) = page.find_all("meta", attrs={"http-equiv": "Content-Security-Policy"})
        parts = dict(part.split(" ", 1) for part in stored["content"].split("; "))
        assert parts["default-src"] == "'none'", name
        words = {word for value in parts.values() for word in value.split()}
        assert words == {"'none'", "'self'", "'unsafe-inline'", "data:"}, name
        assert "unsafe" not in parts["script-src"], name
        assert "data:" not in parts["script-src"], name


def test_no_page_has_a_handler_in_an_attribute_or_a_link_that_is_a_script(site):
    for name, _ in pages_of(site):
        for tag in parse(site / name).find_all(True):
            assert not [key for key in tag.attrs if key.startswith("on")], name
            address = str(tag.get("href") or tag.get("src") or "")
            assert not re.match(r"\s*(javascript|vbscript):", address, re.IGNORECASE), name


def test_data_in_script_elements_is_no_script():
    html = (
        '<head></head><script type="application/json">{"a": 1}</script>'
        "<script src='own.js'></script><script>run()</script>"
    )
    assert inline_scripts(html) == ["run()"]


def test_no_page_of_the_book_has_a_script_that_stands_in_it(site):
    for name, html in pages_of(site):
        assert inline_scripts(html) == [], name


@pytest.mark.parametrize("way", ["disk", "server"])
def test_a_script_in_a_chapter_does_not_run_even_where_nobody_checked(site, browser, way):
    page = site / "chapters" / "how-to-read.html"
    broken = page.with_name(f"prose-{way}.html")
    raw = "</p><script>window.ran = 1; document.title = 'PWNED'</script><p>"
    broken.write_text(page.read_text().replace("</article>", f"{raw}</article>"))
    try:
        with served(site, way) as base, opened(browser, f"{base}/chapters/{broken.name}") as tab:
            wait_until(tab, "window.refused.length >= 1")
            assert tab.evaluate("window.ran") is None
            assert tab.evaluate("document.title") != "PWNED"
    finally:
        broken.unlink()


def test_a_page_in_which_something_foreign_runs_is_not_published(site):
    name = "chapters/how-to-read.html"
    html = (site / name).read_text()
    assert read_page("how-to-read.html", html).faults == []
    for raw in ("<script>run()</script>", "<b onclick='x'>b</b>", "<a href='javascript:x'>a</a>",
                "<iframe src='x'></iframe>"):  # fmt: skip
        (fault,) = read_page("a.html", html.replace("</article>", f"{raw}</article>", 1)).faults
        assert fault[0] == "a page in which nothing runs but the book's own"
