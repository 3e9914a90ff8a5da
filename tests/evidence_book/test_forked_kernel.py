"""Forked kernels: as the stock kernel to the byte, and nothing is left of them."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from evidence.files.paths import notebook_path
from evidence_book.kernels import forked_kernel, forking
from evidence_book.kernels.execute import execute, kernel_environment
from evidence_book.kernels.forking import close_zygotes, zygote_for
from evidence_book.runs.normalise import normalise, serialise


@pytest.fixture(scope="module")
def environment():
    return kernel_environment()


@pytest.fixture(autouse=True)
def _kernels(monkeypatch, environment):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("EVIDENCE_KERNEL", "forked")
    # Shared with no other test, and gone when this process has left it.
    monkeypatch.setenv("EVIDENCE_LINGER", "0")


@pytest.fixture(autouse=True, scope="module")
def _ended():
    yield
    close_zygotes()


def notebook(path, *cells):
    made = [
        {"cell_type": "code", "id": f"c{i}", "metadata": {}, "source": source, "outputs": []}
        | {"execution_count": None}
        for i, source in enumerate(cells)
    ]
    path.write_text(json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    return path


def printed(path):
    cells = json.loads(path.read_text())["cells"]
    return ["".join("".join(o.get("text", "")) for o in cell["outputs"]) for cell in cells]


def processes():
    """Return the ids of all processes that fork kernels, and of their kernels."""
    found = subprocess.run(["ps", "-eo", "pid,args"], capture_output=True, text=True, check=True)
    return {int(line.split()[0]) for line in found.stdout.splitlines() if "kernels.zygote" in line}


def gone(pids, within=5.0):
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        if not pids & processes():
            return True
        time.sleep(0.05)
    return False


def test_a_page_comes_out_byte_for_byte_as_with_the_stock_kernel(tmp_path, monkeypatch):
    page = "questions/adding_interferon"
    made = {}
    for kind in ("forked", "stock"):
        monkeypatch.setenv("EVIDENCE_KERNEL", kind)
        target = tmp_path / f"{kind}.ipynb"
        assert execute(notebook_path(page), target) == ""
        made[kind] = serialise(normalise(json.loads(target.read_text())))
    assert made["forked"] == made["stock"]


def test_two_kernels_share_no_random_state_no_names_and_no_directory(tmp_path, monkeypatch):
    source = notebook(
        tmp_path / "a.ipynb",
        "import os, random, uuid\nimport numpy as np\nprint(os.getpid(), os.getppid())",
        "print(random.random(), np.random.random(), uuid.uuid4())",
        "print('left' in globals(), os.environ.get('LEFT'), os.getcwd())",
        "left = 1\nos.environ['LEFT'] = '1'\nos.chdir('/')",
    )
    said = []
    for name in ("b.ipynb", "c.ipynb"):
        assert execute(source, tmp_path / name) == ""
        said.append(printed(tmp_path / name))
    (first_pid, first_parent), (second_pid, second_parent) = (one[0].split() for one in said)
    assert first_pid != second_pid
    assert first_parent == second_parent
    assert not set(said[0][1].split()) & set(said[1][1].split())
    assert said[0][2] == said[1][2] == f"False None {os.environ['EVIDENCE_ROOT']}\n"


WHERE = """import json
from ipykernel.connect import get_connection_info
told = json.loads(get_connection_info())
print(told["transport"], told["ip"])"""


def test_messages_go_through_files_and_none_are_left(tmp_path):
    assert execute(notebook(tmp_path / "a.ipynb", WHERE), tmp_path / "b.ipynb") == ""
    transport, path = printed(tmp_path / "b.ipynb")[0].split()
    assert transport == "ipc"
    assert not Path(path).parent.exists()


def test_where_the_path_of_a_socket_would_be_too_long_messages_go_through_ports(
    tmp_path, monkeypatch
):
    deep = tmp_path / ("deep" * 20)
    deep.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(deep))
    assert execute(notebook(tmp_path / "a.ipynb", WHERE), tmp_path / "b.ipynb") == ""
    assert printed(tmp_path / "b.ipynb")[0] == "tcp 127.0.0.1\n"
    assert not list(deep.iterdir())


@pytest.mark.parametrize(
    ("cell", "seconds", "message"),
    [
        ("1 / 0", 60, "code cell 1 (1 / 0): ZeroDivisionError: division by zero"),
        (
            "import time\ntime.sleep(60)",
            1,
            "code cell 1 (import time): stopped after 1 s, the most",
        ),
        ("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", 60, "DeadKernelError"),
    ],
)
def test_what_goes_wrong_in_a_cell_is_said(cell, seconds, message, tmp_path):
    source = notebook(tmp_path / "a.ipynb", cell)
    assert execute(source, tmp_path / "b.ipynb", seconds=seconds).startswith(message)
    assert all(not zygote.running for zygote in forking._zygotes.values())


def test_a_kernel_can_be_interrupted():
    forked_kernel.kernel_options()
    manager = forked_kernel.ForkedKernelManager()

    async def run():
        await manager.start_kernel()
        client = manager.client()
        client.start_channels()
        try:
            await client.wait_for_ready(60)
            client.execute("import time\nprint('asleep')\ntime.sleep(60)")
            while (await client.get_iopub_msg(timeout=30))["msg_type"] != "stream":
                pass
            await manager.interrupt_kernel()
            reply = await client.get_shell_msg(timeout=30)
        finally:
            client.stop_channels()
            await manager.shutdown_kernel(now=True)
        return reply["content"]["ename"], await manager.is_alive()

    assert asyncio.run(run()) == ("KeyboardInterrupt", False)


def test_a_library_or_an_environment_that_changed_gets_a_new_process(monkeypatch):
    first = zygote_for(os.environ)
    assert zygote_for(os.environ) is first
    monkeypatch.setenv("PYTHONHASHSEED", "1")
    second = zygote_for(os.environ)
    assert second is not first
    digest = type("Digest", (), {"__wrapped__": staticmethod(lambda: "other")})
    monkeypatch.setattr(forking, "library_digest", digest)
    assert zygote_for(os.environ) not in (first, second)
    assert not first.is_alive()
    assert not second.is_alive()


ASKING = """
import os, sys
from evidence_book.kernels.forking import zygote_for
print(zygote_for(os.environ).ask({"poll": 0})["status"], flush=True)
print(sys.stdin.readline())
"""


@contextmanager
def asking():
    """Start a process that asks the warm one, and have it leave at the end."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-c", ASKING], **pipes) as process:
        assert process.stdout.readline() == "-9\n"
        yield
        process.communicate("leave\n")


@pytest.mark.skipif(not Path("/proc").exists(), reason="looks for processes as Linux shows them")
@pytest.mark.parametrize(("seconds", "count"), [("60", 1), ("0", 2)])
def test_processes_share_a_warm_one_also_after_it_was_left_for_a_while(
    seconds, count, monkeypatch, tmp_path
):
    monkeypatch.setenv("EVIDENCE_LINGER", seconds)
    # A variable that no other test has: a warm process of their own.
    monkeypatch.setenv("EVIDENCE_TEST", str(tmp_path))
    seen = set()
    for _ in range(2):
        with asking():
            first = warmed(tmp_path)
            with asking():
                assert warmed(tmp_path) == first
            seen |= first
        assert seconds != "0" or gone(first)
    assert len(seen) == count
    for pid in seen & processes():
        os.kill(pid, signal.SIGKILL)


def warmed(folder):
    """Return the ids of the warm processes that were started with a folder in their variables."""
    found = set()
    for pid in processes():
        with suppress(OSError):
            if f"EVIDENCE_TEST={folder}".encode() in Path(f"/proc/{pid}/environ").read_bytes():
                found.add(pid)
    return found


def test_in_a_folder_that_others_may_enter_no_process_is_shared(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setenv("EVIDENCE_TEST", "1")
    (tmp_path / f"evidence-{os.getuid()}").mkdir(mode=0o755)
    source = notebook(tmp_path / "a.ipynb", "print(1 + 1)")
    assert execute(source, tmp_path / "b.ipynb") == ""
    assert printed(tmp_path / "b.ipynb") == ["2\n"]
    assert "expected a folder of this user alone" in caplog.text


def test_where_no_process_can_be_forked_the_stock_kernel_runs(tmp_path, monkeypatch, caplog):
    def refuse(environment):
        raise OSError("no more processes")

    monkeypatch.setattr(forked_kernel, "zygote_for", refuse)
    source = notebook(tmp_path / "a.ipynb", "print(1 + 1)")
    assert execute(source, tmp_path / "b.ipynb") == ""
    assert printed(tmp_path / "b.ipynb") == ["2\n"]
    assert "starting a stock kernel: no more processes" in caplog.text


def test_a_wrong_name_of_a_kernel_is_said(monkeypatch):
    monkeypatch.setenv("EVIDENCE_KERNEL", "spooned")
    with pytest.raises(ValueError, match="EVIDENCE_KERNEL: expected forked or stock, got spooned"):
        forked_kernel.kernel_options()


PARENT = """
import os, sys
from pathlib import Path
from evidence_book.kernels.execute import execute
execute(Path(sys.argv[1]), Path(sys.argv[2]))
"""


@pytest.mark.skipif(not Path("/proc").exists(), reason="looks for processes as Linux shows them")
@pytest.mark.parametrize("victim", ["parent", "zygote"])
def test_nothing_is_left_when_the_parent_or_the_forking_process_is_killed(victim, tmp_path):
    started = tmp_path / "started"
    said = "f'{os.getppid()} ' + told['ip']"
    cell = f"{WHERE}\nimport os, time\nopen({str(started)!r}, 'w').write({said})\ntime.sleep(60)"
    source = notebook(tmp_path / "a.ipynb", cell)
    before = processes()
    command = [sys.executable, "-c", PARENT, str(source), str(tmp_path / "b.ipynb")]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as parent:
        deadline = time.monotonic() + 60
        while not started.exists() or not started.read_text():
            assert time.monotonic() < deadline
            time.sleep(0.05)
        ours = processes() - before
        # Other tests fork kernels meanwhile: ours are the process that forked, and its group.
        zygote, sockets = started.read_text().split()
        zygote = int(zygote)
        ours = {p for p in ours if p == zygote or _parent(p) == zygote}
        assert len(ours) == 2
        os.kill(parent.pid if victim == "parent" else zygote, signal.SIGKILL)
        assert gone(ours)
        parent.wait(20)
        assert not Path(sockets).parent.exists()


def test_a_process_that_ends_before_its_warm_process_has_nothing_left_to_wait_for(tmp_path):
    source = notebook(tmp_path / "a.ipynb", "print(1)")
    told = {**os.environ, "EVIDENCE_NEW_WARM_PROCESS": str(tmp_path), "EVIDENCE_LINGER": "5"}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", PARENT, str(source), str(tmp_path / "b.ipynb")],
        env=told, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "ResourceWarning" not in done.stderr
    assert printed(tmp_path / "b.ipynb") == ["1\n"]


def _parent(pid):
    stat = Path(f"/proc/{pid}/stat")
    return int(stat.read_text().rpartition(")")[2].split()[1]) if stat.exists() else 0
