"""A page that runs in no time, in a copy of the project; it writes down that it ran."""

import json

from evidence.files.paths import notebook_path
from evidence_book.runs.freshness import read_notebook

PAGE = "questions/adding_interferon"
_OPEN = """
import os
from pathlib import Path
from evidence.record.opening import open_page
from evidence.record.predicates import value
from evidence_stats.estimates import Estimate
from mrcc.adding_interferon.parameters import AddingInterferon

page = open_page(AddingInterferon, globals())
rho = page.parameters.multiarm_rho
"""
_RECORD = """
row = "jonasch-2010.pfs.median.sorafenib"
page.record("twice", Estimate(2 * rho, low=rho, high=3 * rho), "Twice the correlation", [row])
page.claim("low", tested=value("twice") < 0.5, holds="It is low.", falls="It is not low.",
           unclear="It is unknown.", certainty="low")
with open(Path(os.environ["EVIDENCE_ROOT"]) / "ran.txt", "a") as log:
    log.write(f"{rho}\\n")
"""
# Ends the worker that asked for this kernel.
KILL_WORKER = """
import signal, time
os.kill(int(os.environ["JPY_PARENT_PID"]), signal.SIGKILL)
time.sleep(60)
"""


def make_small(cell=""):
    """Put the small page in place of a real one; `cell` runs before it records."""
    path = notebook_path(PAGE)
    notebook = read_notebook(path)
    parameters, *others = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    for made, source in zip(others, (_OPEN, cell, _RECORD), strict=False):
        made["source"], made["outputs"] = source, []
    notebook["cells"] = [parameters, *others[:3]]
    path.write_text(json.dumps(notebook))


def ran(project):
    """Return the parameter of every time that the page ran to its end."""
    log = project / "ran.txt"
    return [float(line) for line in log.read_text().split()] if log.exists() else []
