"""Books on other questions: commands in their folder, and words of ours that none may have."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from evidence.sources.book import read_book
from evidence.sources.data import load_evidence

ROOT = Path(__file__).resolve().parents[1]
# Parts of the names of our treatments that any book may use.
_COMMON = {
    "any", "arms", "pooled", "control", "without", "with", "then", "the", "drug", "compared",
    "immunotherapy", "placebo", "alfa", "AMG", "2", "386", "",
}  # fmt: skip


def words_of_ours(*, also_theirs=()):
    """Return a pattern of drugs, studies and the disease of this book, but for words of both."""
    drugs = {part for words in read_book().treatments.values() for part in re.split(r"\W+", words)}
    studies = load_evidence().tables["studies"]["study_id"]
    words = {*(drugs - _COMMON), *studies, "renal", "kidney", "pAKT"} - {*also_theirs}
    return re.compile("|".join(rf"\b{re.escape(word)}\b" for word in sorted(words)), re.IGNORECASE)


def files_with(pattern, folder):
    """Return the text files below a folder in which a pattern is found."""
    found = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue
        if pattern.search(text):
            found.append(path.relative_to(folder).as_posix())
    return found


def run_in(folder, *command):
    """Run a command in the folder of a book with the programs of this environment; it succeeds."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("EVIDENCE_")}
    programs = Path(sys.executable).parent
    environment = kept | {"PATH": f"{programs}{os.pathsep}{kept['PATH']}"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def built_copy(example, repository):
    """Return a copy of an example in which its book was built, in the folders of a repository."""
    folder = repository / "examples" / example.name
    shutil.copytree(example, folder, ignore=shutil.ignore_patterns("_build", "__pycache__"))
    # The environment is that of the engine, two folders above.
    shutil.copy(ROOT / "requirements.lock", repository)
    run_in(folder, "evidence", "build")
    return folder


def lines_of_code(example):
    """Return how many lines of Python a book has of its own."""
    code = [path for name in ("lib", "tests") for path in (example / name).rglob("*.py")]
    return sum(len(path.read_text().splitlines()) for path in code)
