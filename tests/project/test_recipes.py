"""Every recipe of CONTRIBUTING.md is followed from start to end, on a copy of the project."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from evidence.files.paths import notebook_path
from evidence.record.results import read_results
from evidence.sources.data import load_evidence
from evidence_book.__main__ import app
from evidence_book.commands.check import find_problems
from evidence_book.kernels.execute import refresh
from evidence_book.reports.releases import release_date
from evidence_book.runs.freshness import why_stale
from tests.conftest import ROOT, run

PAGE = "questions/tolerability"
GUIDE = (ROOT / "CONTRIBUTING.md").read_text()
# Where each recipe is followed to its end.
FOLLOWED = {
    "Add a study": "test_new_study::test_a_made_up_study_enters_every_synthesis",
    "Add or correct a row": "test_recipes::test_a_row",
    "Add a claim": "test_recipes::test_a_claim",
    "Add a figure": "test_recipes::test_a_figure",
    "Add a parameter to a page": "test_recipes::test_a_parameter",
    "Add a method": "test_recipes::test_a_method",
    "Add a question": "test_new_question::test_a_new_question_runs_at_once",
    "Keep the book up with its literature": "test_screen::test_an_included_record_begins_a_study",
    "Make the aggregates of a cohort again": "test_cohort::test_an_analysts_own_file",
    "Renew the lock": "test_recipes::test_the_lock",
    "Release an edition": "test_recipes::test_an_edition",
}


def test_every_recipe_is_followed_by_a_test():
    assert list(FOLLOWED) == re.findall(r"^### (.+)$", GUIDE, re.MULTILINE)
    for place in FOLLOWED.values():
        file, _, name = place.partition("::")
        (path,) = (ROOT / "tests").rglob(f"{file}.py")
        assert f"\ndef {name}" in path.read_text(), place


@pytest.mark.parametrize("name", ["CONTRIBUTING.md", "docs/architecture.md", "tests/README.md"])
def test_every_path_and_command_that_a_guide_names_exists(name):
    text = (ROOT / name).read_text()
    text = text.replace("QUESTION", "tolerability").replace("quality_of_life", "tolerability")
    paths = re.findall(r"`((?:lib|tests|data|docs|chapters|bin)/[^`\s]*)`", text)
    assert len(paths) > 5
    written = ("data/released/", "lib/evidence/figures/NAME.py")
    none_yet = {"chapters/questions/tolerability.switch.yml"}
    none_yet |= {f"data/{name}.csv" for name in ("searches", "screening", "notices")}
    missing = [path for path in paths if not path.startswith(written) and path not in none_yet]
    assert [path for path in missing if not (ROOT / path).exists()] == []
    commands = {one.name or one.callback.__name__ for one in app.registered_commands} | {"new"}
    assert set(re.findall(r"`evidence ([a-z]+)", text)) <= commands
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"`make ([a-z-]+)", text)) <= targets


def edit(path, old, new):
    text = path.read_text()
    assert text.count(old) == 1, f"{path.name}: {old}"
    path.write_text(text.replace(old, new))


def edit_cells(change, page=PAGE):
    path = notebook_path(page)
    notebook = json.loads(path.read_text())
    change(notebook["cells"])
    path.write_text(json.dumps(notebook))


def say(words):
    """Write a line at the end of the first cell of the chapter."""

    def add(cells):
        cells[0]["source"] = "".join(cells[0]["source"]) + f"\n\n{words}"

    edit_cells(add)


def succeeds(project, *words):
    done = run(project, *words)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def is_refused(project, message):
    done = run(project, "evidence_book", "check")
    assert done.returncode == 1
    assert message in done.stderr


def test_a_row(project):
    row = "ryan-2007.ae_fatigue_grade_3.percent.sorafenib_ifn"
    with (project / "data" / "outcomes.csv").open("a") as stream:
        stream.write(
            f"{row},ryan-2007,sorafenib_ifn,,,ae_fatigue_grade_3,percent,10,,,,,,,percent,62,6,"
            'assessable patients,,ryan2007,"abstract, results",'
            "https://doi.org/10.1200/JCO.2007.11.1047,verified,\n"
        )
    assert find_problems() == []
    before = read_results(notebook_path(PAGE)).results["rates"].value
    pages = ["studies/ryan-2007", PAGE]
    assert ["data" in why_stale(page, load_evidence()) for page in pages] == [True, True]
    assert [done.error for done in refresh(pages)] == ["", ""]
    assert read_results(notebook_path(PAGE)).results["rates"].value == before + 1
    printed = read_results(notebook_path(pages[0])).results[row.partition(".")[2]]
    assert (printed.value, list(printed.rows)) == (0.1, [row])


CLAIM = """page.claim(
    "many_rates",
    tested=ev.value("rates") > 10,
    holds="There are {rates} rates of severe events.",
    falls="There are only {rates} rates of severe events.",
    unclear="How many rates of severe events there are is unknown.",
)"""


def test_a_claim(project):
    def add(cells):
        codes = [n for n, cell in enumerate(cells) if cell["cell_type"] == "code"]
        found = next(n for n in codes if "nothing_compared" in "".join(cells[n]["source"]))
        new = {**cells[found], "id": "many-rates", "source": CLAIM, "outputs": []}
        cells.insert(found + 1, new)

    edit_cells(add)
    say("\n{claim}`many_rates`")
    (problem,) = find_problems()
    assert "expected a conclusion that questions/tolerability recorded" in str(problem)
    assert [done.error for done in refresh([PAGE])] == [""]
    assert find_problems() == []
    claim = read_results(notebook_path(PAGE)).claims["many_rates"]
    assert claim["state"] == "holds"
    assert "{" not in claim["text"]


FIGURE = '''"""Reported rates of severe events as points."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from evidence.figures.style import INK, Figure, new_figure, use_theme


def draw_printed_rates(rates: Mapping[str, float]) -> Figure:
    """Return one point per rate.

    Parameters
    ----------
    rates : mapping of str to float
        Per cent, by what was reported.
    """
    data = pd.DataFrame({"event": list(rates), "percent": list(rates.values())})
    with use_theme():
        fig, ax = new_figure()
        ax.plot(data["percent"], range(len(data)), "o", color=INK)
        ax.set_xlabel("Patients with the event, per cent")
    words = f"{len(data)} reported rates of severe events"
    return Figure(fig, data, "printed-rates", f"{words}.", f"{words}, each a point.", "D0")
'''


def test_a_figure(with_library):
    (with_library / "lib" / "evidence" / "figures" / "printed_rates.py").write_text(FIGURE)
    succeeds(with_library, "ruff", "check", "lib/evidence/figures")
    source = (
        "from evidence.figures.printed_rates import draw_printed_rates\n\n"
        "shown = {rate.row_id: 100 * rate.estimate.value for rate in rates if rate.estimate}\n"
        "page.show(draw_printed_rates(shown))"
    )
    cell = {"cell_type": "code", "id": "printed-rates", "metadata": {"tags": ["hide-input"]}}
    cell |= {"source": source, "outputs": [], "execution_count": None}
    edit_cells(lambda cells: cells.insert(5, cell))
    say("All of them are in {numref}`printed-rates`.")
    is_refused(with_library, "expected the name of a figure or place")
    succeeds(with_library, "evidence_book", "run", "tolerability", "--no-menus")
    assert find_problems() == []
    (figure,) = read_results(notebook_path(PAGE)).figures
    assert (figure["name"], figure["data"][:14]) == ("printed-rates", "event,percent\n")
    assert "<svg" in notebook_path(PAGE).read_text()


def test_a_parameter(with_library):
    package = with_library / "lib" / "mrcc" / "tolerability"
    with (package / "parameters.py").open("a") as stream:
        stream.write(
            "    least_percent: float = Field(\n        0.0, ge=0, le=100, "
            'description="Reported rates below this are left out."\n    )\n'
        )
    edit(
        package / "analysis.py",
        "not in p.treatments:\n",
        "not in p.treatments or (exact_number(row['value_reported']) or 0) < p.least_percent:\n",
    )
    is_refused(with_library, "tolerability.ipynb: expected the parameters level, provenance_max")

    def add(cells):
        (cell,) = [one for one in cells if "parameters" in one["metadata"].get("tags", [])]
        line = "\nleast_percent = 0.0  # Reported rates below this are left out."
        cell["source"] = "".join(cell["source"]) + line

    edit_cells(add)
    succeeds(with_library, "evidence_book", "check")
    shown = succeeds(with_library, "evidence_book", "params", "tolerability")
    assert "a number from 0 to 100; default 0" in " ".join(shown.split())
    (with_library / "tests" / "test_least_percent.py").write_text(
        "from evidence.sources.data import load_evidence\n"
        "from mrcc.tolerability.analysis import event_rates\n"
        "from mrcc.tolerability.parameters import Tolerability\n\n\n"
        "def test_rates_below_the_least_are_left_out():\n"
        "    evidence = load_evidence()\n"
        "    whole = event_rates(evidence, Tolerability())\n"
        "    assert 0 < len(event_rates(evidence, Tolerability(least_percent=25))) < len(whole)\n"
    )
    succeeds(with_library, "pytest", "-q", "-p", "no:cacheprovider", "tests")
    before = read_results(notebook_path(PAGE)).results["rates"]
    succeeds(with_library, "evidence_book", "run", "tolerability", "--no-menus")
    after = read_results(notebook_path(PAGE)).results
    assert (after["rates"], after["parameter.least_percent"].text) == (before, "0")


METHOD = '''"""Rate of events per unit of time at risk."""

from __future__ import annotations

from scipy.stats import chi2

from evidence_stats.estimates import Estimate

CONVENTIONS = {
    "event_rate_exact": "Event rates have the exact interval of Garwood (1936)."
}


def event_rate(events: int, time: float, *, level: float = 0.95) -> Estimate:
    """Return events per unit of time with the exact interval of Garwood (1936).

    Parameters
    ----------
    events : int
        Number of events.
    time : float
        Time at risk.
    level : float
        Level of the interval.
    """
    tail = (1 - level) / 2
    low = chi2.ppf(tail, 2 * events) / 2 / time if events else 0.0
    high = chi2.isf(tail, 2 * events + 2) / 2 / time
    return Estimate(events / time, low=float(low), high=float(high), method="event_rate_exact")
'''
# As `add("rate.10_100", poisson.test(10, 100)$conf.int, "stats::poisson.test")` pins it.
REFERENCE = {"rate.10_100": {"value": [0.04795389, 0.18390356], "r": "stats::poisson.test"}}
METHOD_TEST = """import json
from pathlib import Path

import evidence as ev
from evidence.conventions.ledger import ledger
from tests.tolerance import near

STORED = json.loads((Path(__file__).parents[1] / "reference" / "rates.json").read_text())
VALUES = {key: entry["value"] for key, entry in STORED.items()}


def test_an_event_rate_equals_r():
    found = ev.event_rate(10, 100)
    assert [found.low, found.high] == near(VALUES["rate.10_100"], "interval")
    assert found.method in ledger()


def test_a_rate_scales_with_time():
    assert ev.event_rate(3, 20).high == near(ev.event_rate(3, 10).high / 2)
"""


def test_a_method(with_library):
    tests = with_library / "tests"
    (with_library / "lib" / "evidence_stats" / "rates" / "event_rate.py").write_text(METHOD)
    face = '    "forest": "evidence.figures.pooled_forest",\n'
    line = '    "event_rate": "evidence_stats.rates.event_rate",\n'
    edit(with_library / "lib" / "evidence" / "__init__.py", face, line + face)
    (tests / "reference").mkdir()
    (tests / "reference" / "rates.json").write_text(json.dumps(REFERENCE))
    for folder in (tests, tests / "evidence_stats"):
        folder.mkdir(exist_ok=True)
        (folder / "__init__.py").touch()
    shutil.copy(ROOT / "tests" / "tolerance.py", tests)
    (tests / "evidence_stats" / "test_event_rate.py").write_text(METHOD_TEST)
    succeeds(with_library, "ruff", "check", "lib", "tests")
    said = succeeds(with_library, "pytest", "-q", "-p", "no:cacheprovider", "tests")
    assert "2 passed" in said
    # What `make reference` runs takes in every script of the folder by its subject.
    assert "tests/reference/make_reference.R" in recipe_of("reference")
    pattern = re.search(
        r'pattern = "([^"]+)"', (ROOT / "tests/reference/make_reference.R").read_text()
    )
    scripts = {path.name for path in (ROOT / "tests" / "reference").glob("*.R")}
    matched = {name for name in scripts if re.search(pattern[1].replace("\\\\", "\\"), name)}
    assert scripts - matched == {"make_reference.R"}


def recipe_of(target):
    """Return the commands that `make` would run for a target."""
    done = subprocess.run(
        ["make", "--dry-run", "--always-make", target], cwd=ROOT, capture_output=True, text=True,
        check=True, env={**os.environ, "MAKEFLAGS": ""},
    )  # fmt: skip
    return done.stdout


def test_the_lock(project):
    command = recipe_of("lock").replace("\\\n", " ")
    assert "uv pip compile pyproject.toml" in command
    assert "--generate-hashes" in command
    assert "--output-file requirements.lock" in command
    stated = (ROOT / "pyproject.toml").read_text()
    extras = stated.partition("[project.optional-dependencies]")[2].partition("\n[")[0]
    # What reads the R files of a cohort: no page and no test needs it (decision 0020).
    extras = extras.replace("\ncohort = [", "\n# cohort = [")
    for extra in re.findall(r"^(\w+) = \[", extras, re.MULTILINE):
        assert f"--extra {extra} " in command
    reasons = (ROOT / "docs" / "decisions" / "0002-dependencies.md").read_text()
    wanted = re.findall(r'^  "([\w-]+)[^"]*",$', stated.partition("[tool.")[0], re.MULTILINE)
    assert len(wanted) > 30
    assert [name for name in wanted if name not in reasons] == []
    # Another lock, another environment: each page says why it is stale.
    with (project / "requirements.lock").open("a") as stream:
        stream.write("made-up==1.0\n")
    assert "environment" in why_stale(PAGE, load_evidence())


def test_an_edition(project):
    shutil.copy(ROOT / "CHANGELOG.md", project)
    edit_first(project / "CHANGELOG.md", "## ", "## 9.8.7 (2031-12-30)\n\n- Data: none.\n\n## ")
    citation = project / "CITATION.cff"
    with pytest.raises(ValueError, match=r"CITATION\.cff: expected version: 9\.8\.7"):
        release_date("9.8.7")
    citation.write_text(re.sub(r"(?m)^version: .+$", "version: 9.8.7", citation.read_text()))
    assert release_date("9.8.7") == "2031-12-30"
    # `make archive` asks for the version that the citation file names.
    assert "evidence archive" in recipe_of("archive")
    assert "CITATION.cff" in recipe_of("archive")


def edit_first(path: Path, old: str, new: str) -> None:
    path.write_text(path.read_text().replace(old, new, 1))
