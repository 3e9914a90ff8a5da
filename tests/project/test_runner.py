"""`python -m tests` itself: a step that stands still ends, and says where it stood."""

import sys
import time

import psutil
import pytest

from tests import __main__ as runner

# A test that waits for a process of its own session, which ignores SIGTERM.
STANDS_STILL = """
import subprocess, sys
def test_that_waits():
    code = "import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(600)"
    child = subprocess.Popen([sys.executable, "-c", code], start_new_session=True)
    open("child", "w").write(str(child.pid))
    child.wait()
"""


def test_a_step_that_stands_still_is_ended_and_says_where_it_stood(tmp_path, monkeypatch, capfd):
    (tmp_path / "test_still.py").write_text(STANDS_STILL)
    monkeypatch.setattr(runner, "ROOT", tmp_path)
    began = time.monotonic()
    assert not runner.run_step(runner.Step("still", ["pytest", "-n", "1", "."], minutes=0.15))
    assert time.monotonic() - began < 60
    assert not psutil.pid_exists(int((tmp_path / "child").read_text()))
    out, err = capfd.readouterr()
    assert "== still: not ended after 0.15 minutes" in out
    assert "in test_that_waits" in err


def test_a_step_passes_where_its_command_does(tmp_path, monkeypatch):
    monkeypatch.setattr(runner, "ROOT", tmp_path)
    assert runner.run_step(runner.Step("lists", ["json.tool", "--help"]))
    assert not runner.run_step(runner.Step("fails", ["json.tool", "missing.json"]))


def test_what_fails_is_named_and_what_follows_it_still_runs(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(runner, "ROOT", tmp_path)
    write = "import pathlib; pathlib.Path('ran').touch()"
    (tmp_path / "touch.py").write_text(write)
    steps = [runner.Step("first", ["missing_module"]), runner.Step("second", ["touch"])]
    monkeypatch.setattr(runner, "STEPS", steps)
    assert runner.main() == 1
    assert (tmp_path / "ran").exists()
    assert "== failed: first" in capsys.readouterr().out


def test_a_step_beside_others_is_named_where_it_fails_with_what_it_said(
    tmp_path, monkeypatch, capfd
):
    monkeypatch.setattr(runner, "ROOT", tmp_path)
    (tmp_path / "says.py").write_text("print('seen', flush=True); raise SystemExit(1)")
    steps = [runner.Step("beside", ["says"], beside=True), runner.Step("other", ["this"])]
    monkeypatch.setattr(runner, "STEPS", steps)
    assert runner.main() == 1
    said = capfd.readouterr().out
    assert "== beside: says\nseen\n" in said
    assert said.endswith("== failed: beside\n")


def test_steps_are_run_by_name_and_help_runs_none(capsys):
    assert [step.name for step in runner.chosen_steps([])] == [one.name for one in runner.STEPS]
    assert [step.name for step in runner.chosen_steps(["types", "style"])] == ["style", "types"]
    for words, code, said in ([["--help"], 0, "layout"], [["typs"], 2, "expected one of style"]):
        with pytest.raises(SystemExit) as ended:
            runner.chosen_steps(words)
        assert ended.value.code == code
        assert said in "".join(capsys.readouterr())


def test_every_step_runs_with_this_interpreter(monkeypatch, capfd, tmp_path):
    monkeypatch.setattr(runner, "ROOT", tmp_path)
    (tmp_path / "tell.py").write_text("import sys; print(sys.executable)")
    assert runner.run_step(runner.Step("tells", ["tell"]))
    assert sys.executable in capfd.readouterr().out
