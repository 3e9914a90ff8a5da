"""The live server answers the book's own pages, and nobody else; no request runs or reads more."""

import json

import pytest
from starlette.requests import ClientDisconnect

from evidence_book.live.book_files import find_file, with_panel
from evidence_book.live.guard import MOST_BYTES
from evidence_book.live.server import live_app
from tests.live_requests import HOST, TOKEN, ask, post

PAGE = "questions/one"
SECRET = "what stands outside of the book"
PATH = f"/{TOKEN}/chapters/questions/one.html"
_RULES = "default-src 'none'; script-src 'self'"
_POLICY = f'<meta http-equiv="Content-Security-Policy" content="{_RULES}" />'


class Book:
    """A session that runs nothing, and remembers what it was asked to run."""

    data_words = ()

    def draft(self, page):
        return ""

    def __init__(self, html):
        self.html = html
        self.asked = []

    async def panel(self, page):
        return {"page": page, "groups": []}

    async def run(self, page, runs):
        self.asked.append((page, runs))
        yield {"html": "<main></main>"}


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    folder = tmp_path_factory.mktemp("project")
    html = folder / "html"
    (html / "chapters" / "questions").mkdir(parents=True)
    (html / "_static").mkdir()
    (html / ".hidden").mkdir()
    for path in (folder / "secret.txt", html / ".hidden" / "a.txt", html / ".lock"):
        path.write_text(SECRET)
    (html / "index.html").write_text("<html><head></head></html>")
    (html / "chapters/questions/one.html").write_text(f"<html><head>{_POLICY}</head></html>")
    (html / "_static" / "own.css").write_text("p {}")
    (html / "link.txt").symlink_to(folder / "secret.txt")
    (html / "linked").symlink_to(folder)
    return Book(html)


@pytest.fixture(scope="module")
def app(book):
    hosts = (HOST, "localhost:8888")
    return live_app(book, frozenset({PAGE}), TOKEN, hosts)


def test_the_books_own_requests_are_answered(app, book):
    assert ask(app, PATH).status == 200
    assert ask(app, PATH, host="localhost:8888").status == 200
    assert ask(app, f"/{TOKEN}/_static/own.css").text == "p {}"
    assert ask(app, f"/{TOKEN}/").headers["location"] == f"/{TOKEN}/index.html"
    assert ask(app, f"/{TOKEN}/_live/panel?page={PAGE}").status == 200
    done = post(app, "run", {"page": PAGE, "runs": [{"level": "0.9"}]})
    assert json.loads(done.text) == {"html": "<main></main>"}
    assert book.asked[-1] == (PAGE, [{"level": "0.9"}])


def test_no_answer_is_kept_or_framed_or_tells_others_the_address(app):
    for path in (PATH, "/", f"/{TOKEN}/no-such-file"):
        headers = ask(app, path).headers
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-frame-options"] == "DENY"
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"
        assert "access-control-allow-origin" not in headers


OTHER_HOSTS = [
    None, "", "evil.example", "evil.example:8888", "127.0.0.1", "127.0.0.1:80", "localhost",
    "localhost:8889", "127.0.0.1:8888.evil.example", "evil.example@127.0.0.1:8888", "[::1]:8888",
    "0.0.0.0:8888", "127.1:8888", "2130706433:8888", "127.0.0.1:8888 ", "LOCALHOST.:8888",
    "127.0.0.1:08888", "127.0.0.1:8888, evil.example", "localhost:8888\t", "x.localhost:8888",
]  # fmt: skip


@pytest.mark.parametrize("host", OTHER_HOSTS)
def test_another_host_is_refused(app, host):
    for path in (PATH, f"/{TOKEN}/_live/news"):
        reply = ask(app, path, host=host)
        assert reply.status == 421
        assert "Expected the address" in reply.text


def test_two_hosts_are_refused(app):
    assert ask(app, PATH, headers=[("host", "evil.example")]).status == 421


OTHER_SITES = [
    ("origin", "null"), ("origin", ""), ("origin", "https://evil.example"),
    ("origin", "http://evil.example:8888"), ("origin", "https://127.0.0.1:8888"),
    ("origin", "http://127.0.0.1"), ("origin", "http://127.0.0.1:8889"),
    ("origin", "http://127.0.0.1:8888.evil.example"), ("origin", "http://127.0.0.1:8888/"),
    ("origin", "http://127.0.0.1:8888@evil.example"), ("origin", "file://"),
    ("origin", "http://localhost:88880"), ("origin", "HTTP://127.0.0.1:8888"),
    ("origin", "chrome-extension://abcdef"), ("origin", "http://[::1]:8888"),
    ("sec-fetch-site", "cross-site"), ("sec-fetch-site", "same-site"),
    ("sec-fetch-site", "SAME-ORIGIN"), ("sec-fetch-site", "anything"),
]  # fmt: skip


@pytest.mark.parametrize(("header", "text"), OTHER_SITES)
def test_another_site_is_refused(app, book, header, text):
    before = len(book.asked)
    assert ask(app, PATH, headers=[(header, text)]).status == 403
    assert ask(app, f"/{TOKEN}/_live/news", headers=[(header, text)]).status == 403
    told = {"page": PAGE, "runs": [{}]}
    assert post(app, "run", told, headers=[(header, text)]).status == 403
    assert len(book.asked) == before


WITHOUT_TOKEN = [
    "/", "", "/index.html", "/chapters/questions/one.html", "/_live/news", "/_live/panel",
    f"/{TOKEN}x/index.html", f"/{TOKEN[:-1]}/index.html", f"/{TOKEN.upper()}/index.html",
    f"//{TOKEN}/index.html", f"/./{TOKEN}/index.html", f"/x/../{TOKEN}/index.html",
    f"/?token={TOKEN}", f"/index.html?token={TOKEN}", f"/{TOKEN}%00/index.html",
    f"/%2F{TOKEN}/index.html", f"/{TOKEN};x/index.html", f"/{TOKEN}%20/index.html",
    f"/ {TOKEN}/index.html", f"/{TOKEN}\\index.html", "/%61-token/index.html", "/*/index.html",
    "/\u00e4/index.html",
]  # fmt: skip


@pytest.mark.parametrize("path", WITHOUT_TOKEN)
def test_without_the_token_nothing_is_answered(app, path):
    reply = ask(app, path)
    assert reply.status == 403
    assert "with its token" in reply.text


OUTSIDE = [
    "../secret.txt", "../../secret.txt", "chapters/../../secret.txt", "..%2Fsecret.txt",
    "%2e%2e/secret.txt", "%2e%2e%2fsecret.txt", "%252e%252e%252fsecret.txt", "..%5csecret.txt",
    "..\\secret.txt", "....//secret.txt", "./../secret.txt", "chapters/./one.html",
    "/etc/passwd", "//etc/passwd", "%2Fetc%2Fpasswd", "etc/passwd%00.html", "index.html%00",
    "index.html/", "index.html/..", "index.html/../../secret.txt", "C:/secret.txt",
    "file:///etc/passwd", "link.txt", "linked/secret.txt", ".lock",
    ".hidden/a.txt", "chapters/.hidden", "_static/../.lock", "_static//own.css", "_static",
    "_static/", "chapters", "chapters/questions/one", "no-such.html", "index.html%0a",
    "index.html%0d%0aX: y", "%c0%ae%c0%ae/secret.txt", "\uff0e\uff0e/secret.txt", "~/secret.txt",
    "~root/.ssh/id_rsa", "$HOME/x", "*.html", "index.htm?", "_live", "_live/", "_live/server.py",
    "_live/../server.py", "_live/live.js/..", "_live/%2e%2e/guard.py", "_live/live.jsx",
    "proc/self/environ", "CON", "aux.html", "index.html::$DATA", "a" * 5000, "../" * 500,
]  # fmt: skip


@pytest.mark.parametrize("path", OUTSIDE)
def test_no_file_outside_the_book_is_served(app, path):
    reply = ask(app, f"/{TOKEN}/{path}")
    assert reply.status in (403, 404, 405)
    assert SECRET not in reply.text
    assert "root:" not in reply.text


WRONG_METHODS = ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "PROPFIND"]


@pytest.mark.parametrize("method", WRONG_METHODS)
def test_files_are_only_read(app, method):
    told = [("content-type", "application/json")]
    assert ask(app, PATH, method=method, headers=told).status == 405
    news = ask(app, f"/{TOKEN}/_live/news", method=method, headers=told)
    assert news.status == 405


TYPES = [
    None, "", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x",
    "application/json; charset=utf-8, text/plain", "text/json", "application/jsonx",
]  # fmt: skip


@pytest.mark.parametrize("kind", TYPES)
def test_a_form_of_another_site_can_send_is_no_request(app, kind):
    told = [] if kind is None else [("content-type", kind)]
    reply = ask(app, f"/{TOKEN}/_live/run", method="POST", body=b"{}", headers=told)
    assert reply.status == 415


TOO_LARGE = [
    ("content-length", str(MOST_BYTES + 1)), ("content-length", "9" * 400),
    ("content-length", "-1"), ("content-length", "1e3"), ("content-length", "\u00b2"),
    ("content-length", "0x10"), ("content-length", ""), ("content-length", " "),
]  # fmt: skip


@pytest.mark.parametrize(("header", "text"), TOO_LARGE)
def test_a_length_that_is_too_large_or_none_is_refused(app, header, text):
    assert post(app, "run", b"{}", headers=[(header, text)]).status == 413


def test_a_body_is_not_read_on_that_is_longer_than_it_said(app, book):
    before = len(book.asked)
    with pytest.raises(ClientDisconnect):
        post(app, "run", b'{"page": "' + b"x" * (MOST_BYTES + 1) + b'"}')
    assert len(book.asked) == before


NOT_ASKED = [
    b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b"{'page': 1}", b"[" * 30_000,
    {}, {"page": PAGE}, {"page": PAGE, "runs": []}, {"page": PAGE, "runs": {}},
    {"page": PAGE, "runs": [{}, {}, {}]}, {"page": PAGE, "runs": "level=0.9"},
    {"page": PAGE, "runs": [None]}, {"page": PAGE, "runs": [["level", "0.9"]]},
    {"page": PAGE, "runs": [{"level": 0.9}]}, {"page": PAGE, "runs": [{"level": None}]},
    {"page": PAGE, "runs": [{"level": {"x": 1}}]}, {"page": PAGE, "runs": [{"level": ["0.9"]}]},
    {"page": PAGE, "runs": [{"level": "x" * 2001}]},
    {"page": PAGE, "runs": [{f"p{n}": "1" for n in range(101)}]},
]  # fmt: skip
NAMES = [
    "", " ", "a b", "a=b", "a;b", "a\nimport os", "import os; os.system('x')", "__import__('os')",
    "a.b", "a[0]", "a-b", "-c", "--data", "--set", "1a", "\u0430lpha", "l\u00e9vel", "x" * 101,
    "level ", "level\x00", "<script>", "$(x)", "`x`", "../x", "level#", "level:float",
]  # fmt: skip
PAGES = [
    None, "", 1, [], {}, "one", "questions", "questions/two", "questions/one/", "/questions/one",
    "../questions/one", "questions/../questions/one", "chapters/questions/one", "--data=/etc",
    "questions/one.ipynb", "questions/one\n", "questions/one\x00", "QUESTIONS/ONE", "-h", "*",
]  # fmt: skip


@pytest.mark.parametrize("content", [
    *NOT_ASKED,
    *({"page": PAGE, "runs": [{name: "1"}]} for name in NAMES),
    *({"page": page, "runs": [{}]} for page in PAGES),
])  # fmt: skip
def test_what_is_no_page_or_no_parameter_is_run_by_nobody(app, book, content):
    before = len(book.asked)
    reply = post(app, "run", content)
    assert reply.status in (400, 404)
    assert "Expected" in reply.text
    assert len(book.asked) == before


@pytest.mark.parametrize("content", [
    *({"page": PAGE, "set": {name: "1"}} for name in NAMES),
    *({"page": page, "set": {"level": "0.9"}} for page in PAGES),
    {"page": PAGE}, {"page": PAGE, "set": {}}, {"page": PAGE, "set": [["level", "1"]]},
])  # fmt: skip
def test_what_is_no_page_or_no_parameter_is_kept_by_nobody(app, content, monkeypatch):
    def never(*words, **options):
        raise AssertionError(words)

    monkeypatch.setattr("asyncio.create_subprocess_exec", never)
    assert post(app, "keep", content).status in (400, 404)


def test_a_page_may_ask_its_server_and_runs_no_script_before_its_policy():
    html = f"<html><head>\n<meta charset='utf-8'>{_POLICY}<title>x</title></head></html>"
    made = with_panel(html, PAGE, 2)
    policy, script = made.index("Content-Security-Policy"), made.index("<script")
    assert policy < script
    assert "default-src 'none'; script-src 'self'; connect-src 'self'" in made
    assert 'src="../../_live/live.js" data-page="questions/one" data-own="../../_live"' in made
    assert made.count("<head>") == 1
    # A second rule for the same would be ignored.
    assert with_panel(made, PAGE, 2).count("connect-src") == 1


def test_a_page_without_head_stays_as_it_is():
    assert with_panel("<p>x</p>", PAGE, 0) == "<p>x</p>"


def test_a_file_is_found_by_its_name_alone(book):
    assert find_file(book.html, "_static/own.css") == book.html / "_static" / "own.css"
    assert find_file(book.html, "_static/own.css/") is None
