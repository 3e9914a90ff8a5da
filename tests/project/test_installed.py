"""The library installed alone, away from the project: a wheel that has all it needs, typed."""

import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("evidence_stats", "evidence", "mrcc", "evidence_book")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Build the wheel without a network, from a copy: building leaves files beside the source."""
    source, made = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("made")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    shutil.copytree(ROOT / "lib", source / "lib", ignore=shutil.ignore_patterns("*.egg-info"))
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps"]
    command += ["--no-build-isolation", "--no-index", "--wheel-dir", str(made), str(source)]
    subprocess.run(command, check=True, capture_output=True)
    (path,) = made.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    folder = tmp_path_factory.mktemp("installed")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*command, "--target", str(folder), str(wheel)], check=True, capture_output=True)
    return folder


def run(code, installed, folder, **more):
    """Run code with the installed packages, in a folder that is no project."""
    environment = {"PYTHONPATH": str(installed), "MPLBACKEND": "agg", "HOME": str(folder), **more}
    done = subprocess.run(
        [sys.executable, "-P", "-c", code],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_wheel_has_every_file_of_the_packages_and_says_that_they_are_typed(wheel):
    with zipfile.ZipFile(wheel) as archive:
        inside = {name for name in archive.namelist() if ".dist-info/" not in name}
    wanted = {
        path.relative_to(ROOT / "lib").as_posix()
        for package in PACKAGES
        for path in (ROOT / "lib" / package).rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    assert inside == wanted
    assert {f"{package}/py.typed" for package in PACKAGES} <= inside


def test_three_lines_pool_and_draw_away_from_the_project(installed, tmp_path):
    code = (
        "import evidence as ev\n"
        "pooled = ev.pool_hazard_ratios({'A': (0.63, 0.52, 0.75), 'B': (0.71, 0.61, 0.83),"
        " 'C': (0.90, 0.50, 1.60)})\n"
        "ev.forest(pooled).save('forest.svg')\n"
        "print(ev.__file__, pooled.estimate, sep='\\n')"
    )
    where, estimate = run(code, installed, tmp_path).splitlines()
    assert Path(where).is_relative_to(installed)
    assert estimate.startswith("0.68")
    assert "<svg" in (tmp_path / "forest.svg").read_text()


def test_the_tables_of_a_book_are_read_from_anywhere(installed, tmp_path):
    code = "import evidence as ev; print(ev.load_evidence())"
    assert "studies" in run(code, installed, tmp_path, EVIDENCE_ROOT=str(ROOT))
    code = (
        f"import evidence as ev\ntry: ev.load_evidence({str(ROOT / 'data')!r})\n"
        "except Exception as error: print(error)"
    )
    assert "outside of one, EVIDENCE_ROOT names it" in run(code, installed, tmp_path)


@pytest.mark.everywhere
def test_an_editor_knows_the_types_of_what_is_installed(installed, tmp_path):
    (tmp_path / "used.py").write_text(
        "from evidence_stats.rates import proportion\nreveal_type(proportion(3, 10).value)\n"
    )
    code = (
        "import sys; from mypy import api; "
        "print(api.run(['--python-executable', sys.executable, 'used.py'])[0])"
    )
    assert 'Revealed type is "float"' in run(code, installed, tmp_path).replace("builtins.", "")


def test_in_an_environment_of_its_own_every_face_and_the_command_work(wheel, tmp_path):
    environment = tmp_path / "environment"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    python = environment / "bin" / "python"
    (own,) = environment.glob("lib/python*/site-packages")
    command = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet"]
    command += ["--no-deps", "--no-index", str(wheel)]
    subprocess.run(command, check=True, capture_output=True)
    # The packages of the lock, whose files alone are shared: no network is needed to install them.
    (own / "locked.pth").write_text(sysconfig.get_path("purelib"))
    code = (
        "import importlib, pkgutil, evidence, evidence_stats\n"
        "for package in (evidence, evidence_stats):\n"
        "    rooms = [package.__name__, *(f'{package.__name__}.{one.name}' for one in"
        " pkgutil.iter_modules(package.__path__) if one.ispkg)]\n"
        "    for room in map(importlib.import_module, rooms):\n"
        "        names = getattr(room, '__all__', ())\n"
        "        print(room.__name__, room.__file__, sum(hasattr(room, name) for name in names) =="
        " len(names))\n"
    )
    kept = {"HOME": str(tmp_path), "MPLBACKEND": "agg", "PATH": os.environ["PATH"]}
    done = subprocess.run([python, "-P", "-c", code], env=kept, cwd=tmp_path, check=True,
                          capture_output=True, text=True)  # fmt: skip
    rooms = [line.split() for line in done.stdout.splitlines()]
    assert len(rooms) > 15
    for name, where, whole in rooms:
        assert Path(where).is_relative_to(environment), name
        assert whole == "True", name
    book = ["new", "book", "book", "--question", "Does it help?", "--treatment", "A",
            "--treatment", "B", "--outcome", "falls", "--better", "fewer"]  # fmt: skip
    subprocess.run([environment / "bin" / "evidence", *book], env=kept, cwd=tmp_path, check=True,
                   capture_output=True)  # fmt: skip
    assert (tmp_path / "book" / "book.yml").exists()
