"""The live book: what it shows is what papermill gives, and nothing that happens to it harms it."""

import asyncio
import json
import os
import shutil
import signal
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import papermill
import psutil
import pytest
from bs4 import BeautifulSoup

from evidence.files.paths import notebook_path
from evidence.record.results import read_results
from evidence.record.validation import ParameterError
from evidence_book.grids.sweep import sweep
from evidence_book.kernels.execute import kernel_environment
from evidence_book.live.book_files import THEME, theme_file
from evidence_book.live.session import Session
from evidence_book.runs.variant import checked_parameters, read_parameters
from tests.conftest import ROOT
from tests.live_server import built_project, served
from tests.random_settings import PAGES, random_settings

SAMPLE, MANY = 2, 300


def text_of(value):
    return value if isinstance(value, str) else json.dumps(value)


async def _shown(settings, data=None):
    session = Session(1, data)
    session.start_pages()
    try:
        pages = []
        for page, given in settings:
            asked = {name: text_of(value) for name, value in given.items()}
            pages.append([answer async for answer in session.run(page, [asked])][-1])
        return pages
    finally:
        session.stop()


def shown_live(settings, data=None):
    """Return what the live server answers to each of these settings."""
    return asyncio.run(_shown(settings, data))


def assert_shows(answer, recorded):
    """Every number and every conclusion of the page is that of the run, and there is no other."""
    assert "html" in answer, answer
    page = BeautifulSoup(answer["html"], "html.parser")
    numbers = {
        row["id"].removeprefix("result-"): row.select_one("td.number").get_text()
        for row in page.select('tr[id^="result-"]')
    }
    assert numbers == {key: result.text for key, result in recorded.results.items()}
    claims = {
        row["id"].removeprefix("claim-"): (row.th.get_text(), row.find_all("td")[1].get_text())
        for row in page.select('tr[id^="claim-"]')
    }
    assert claims == {k: (claim["text"], claim["state"]) for k, claim in recorded.claims.items()}
    for link in page.select('a.num[href^="#result-"]'):
        part = [name[5:] for name in link["class"] if name.startswith("part-")]
        result = recorded.results[link["href"].removeprefix("#result-")]
        assert link.get_text() == result.part(part[0] if part else "")


def test_pages_with_random_settings_show_what_plain_papermill_gives(tmp_path, monkeypatch):
    settings = random_settings(SAMPLE)
    answers = shown_live(settings)
    for name, value in kernel_environment().items():
        monkeypatch.setenv(name, value)
    for number, ((page, given), answer) in enumerate(zip(settings, answers, strict=True)):
        target = tmp_path / f"{number}.ipynb"
        papermill.execute_notebook(
            str(notebook_path(page)), str(target), given, kernel_name="python3",
            progress_bar=False,
        )  # fmt: skip
        assert_shows(answer, read_results(target))


@pytest.mark.everywhere
def test_pages_with_many_random_settings_show_what_papermill_gives():
    settings = random_settings(MANY, seed=1)
    answers = shown_live(settings)
    for page in PAGES:
        mine = [number for number, (name, _) in enumerate(settings) if name == page]
        for number, run in zip(
            mine, sweep(page, [settings[n][1] for n in mine], keep_notebook=True), strict=True
        ):
            assert not run.error
            assert_shows(answers[number], read_results(run.notebook))


@pytest.mark.everywhere
def test_a_page_is_run_on_own_data_and_says_so(tmp_path):
    mine = tmp_path / "mine"
    shutil.copytree(ROOT / "data", mine)
    table = mine / "outcomes.csv"
    row = "ryan-2007.pfs.median.sorafenib_ifn,ryan-2007,sorafenib_ifn,,,pfs,median,7,{},11"
    assert row.format(4) in table.read_text()
    table.write_text(table.read_text().replace(row.format(4), row.format(5)))
    (answer,) = shown_live([("studies/ryan-2007", {})], mine)
    assert answer["words"] == 'data from "mine"'
    assert answer["command"] == "evidence run studies/ryan-2007 --data mine"
    assert "ryan-2007.pfs.median.sorafenib_ifn" in answer["report"]
    assert "5 to 11" in answer["html"]


@pytest.fixture(scope="module")
def project(_rendered, tmp_path_factory):
    return built_project(_rendered, tmp_path_factory.mktemp("live") / "project")


@pytest.fixture(scope="module")
def server(project):
    with served(project) as server:
        yield server


@pytest.fixture
def apart(project, tmp_path):
    """Another copy: one server at a time holds a project."""
    shutil.copytree(
        project, tmp_path / "apart", ignore=shutil.ignore_patterns("live*", "rendering")
    )
    return tmp_path / "apart"


def everything(project):
    folders = project / "chapters", project / "_build" / "html", project / "data"
    return {
        path: path.read_bytes()
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_wrong_value_is_refused_with_the_words_of_the_command_line(server):
    page, asked = "questions/landscape", {"level": "3", "outcom": "os", "multiarm_rho": "x"}
    words = [f"{name}={text}" for name, text in asked.items()]
    with pytest.raises(ParameterError) as refused:
        checked_parameters(page, read_parameters(words, None))
    (answer,) = server.run(page, asked)
    assert answer == {"problems": str(refused.value).splitlines()}
    (answer,) = server.run(page, {"level": "[", "outcome": "pfs"})
    assert answer["problems"][0].startswith("--set level:")


def test_clients_at_once_each_get_their_own_page(server):
    levels = ["0.8", "0.85", "0.9", "0.92", "0.97"]
    asked = [(page, level) for page in ("studies/ryan-2007", "questions/tolerability")
             for level in levels]  # fmt: skip

    def run(one):
        return server.run(one[0], {"level": one[1]})[-1]

    with ThreadPoolExecutor(len(asked)) as pool:
        answers = list(pool.map(run, asked))
    for (page, level), answer in zip(asked, answers, strict=True):
        assert answer["parameters"] == {"level": float(level)}
        assert f"--set level={level}" in answer["command"]
        shown = BeautifulSoup(answer["html"], "html.parser")
        assert f"level = {level}" in shown.select_one(".tag_injected-parameters").get_text()
        assert page in shown.select_one(".highlight-sh").get_text()


def test_a_run_tells_its_progress_and_two_are_compared(server):
    *steps, last = server.run("questions/landscape", {"level": "0.9"}, {"model": "random"})
    cells = [step["cell"] for step in steps]
    assert cells[:3] == [0, 1, 2]
    assert all(step["cell"] < step["of"] for step in steps)
    assert last["words"] == 'model = "random"'
    assert "parameter" in last["report"]
    assert "level" in last["report"]


def test_an_edit_of_prose_is_shown_before_the_book_is_built(server, project):
    path = project / "chapters" / "index.md"
    good = path.read_text()
    path.write_text(f"{good}\n\nA sentence that nobody has read before.\n")
    server.wait_for_news(lambda news: news.get("changed") == ["chapters/index.html"])
    with urllib.request.urlopen(server.page("index")) as reply:
        shown = reply.read().decode()
    built = (project / "_build" / "html" / "chapters" / "index.html").read_text()
    path.write_text(good)
    assert "A sentence that nobody has read before." in shown
    assert "A sentence that nobody has read before." not in built


def test_styles_and_scripts_of_the_theme_are_served_as_they_were_last_saved():
    assert theme_file("_static/book.css").read_text() == (THEME / "book.css").read_text()
    for other in ("_static/search_texts.js", "_static/../book.css", "book.css", "_static/"):
        assert theme_file(other) is None


def test_an_edit_that_is_wrong_is_said_with_its_place_until_it_is_mended(server, project):
    path = project / "data" / "outcomes.csv"
    good = path.read_text()
    lines = good.splitlines(keepends=True)
    lines[1] = lines[1].replace(lines[1].split(",")[1], "no-such-study", 1)
    path.write_text("".join(lines))
    told = server.wait_for_news(lambda news: news.get("problems"))
    assert any(line.startswith("data/outcomes.csv:2") for line in told["problems"])
    path.write_text(good)
    server.wait_for_news(lambda news: news.get("problems") == [] and not news.get("doing"))
    assert "html" in server.run("studies/ryan-2007", {"level": "0.81"})[-1]


def test_a_server_that_is_killed_leaves_the_book_whole_and_no_process(apart, monkeypatch):
    # What kernels are forked from is shared with other commands, and outlives them for a while.
    monkeypatch.setenv("EVIDENCE_LINGER", "0")
    before = everything(apart)
    with served(apart) as server, ThreadPoolExecutor(1) as pool:
        pending = pool.submit(
            server.run, "questions/combination_vs_monotherapy", {"ensemble_size": "5000"}
        )
        deadline = time.monotonic() + 60
        me = psutil.Process(server.process.pid)
        while len(me.children(recursive=True)) < 5 and time.monotonic() < deadline:
            time.sleep(0.1)
        time.sleep(2)
        children = me.children(recursive=True)
        os.kill(server.process.pid, signal.SIGKILL)
        # What it had told by then breaks off.
        assert pending.exception(60) is not None or "html" not in str(pending.result())
        gone, left = psutil.wait_procs(children, timeout=30)
        assert len(gone) >= 5
        assert left == []
    assert everything(apart) == before


def test_a_server_ends_when_it_is_told_to_though_a_browser_listens(apart):
    with served(apart) as server, ThreadPoolExecutor(1) as pool:
        listening = pool.submit(server.wait_for_news, lambda news: False)
        time.sleep(1)
        children = psutil.Process(server.process.pid).children(recursive=True)
        server.process.send_signal(signal.SIGHUP)
        server.process.wait(15)
        assert listening.exception(15) is not None
        assert psutil.wait_procs(children, timeout=15)[1] == []
