"""A checkout is the same whatever line ends somebody's git is set to write."""

import shutil
import subprocess

from evidence_book.rendering.fingerprints import hash_files
from tests.conftest import ROOT

# A file of each kind, among them what a shell, pip and the fingerprints of pages read.
FILES = (
    ".gitattributes", "Makefile", "bin/setup-environment", "requirements.lock", "_toc.yml",
    "data/outcomes.csv", "data/references.bib", "chapters/index.md",
    "lib/evidence_stats/pooling/inverse_variance.py",
    "chapters/studies/ryan-2007.ipynb", "lib/evidence/figures/theme.mplstyle",
    "lib/evidence_book/theme/static/book.css",
)  # fmt: skip


def git(*words, cwd):
    who = ["-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *who, *words], cwd=cwd, check=True, capture_output=True)


def test_a_clone_with_other_line_ends_has_the_same_bytes(tmp_path):
    origin, clone = tmp_path / "origin", tmp_path / "clone"
    for name in FILES:
        (origin / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, origin / name)
    git("init", "--quiet", cwd=origin)
    git("add", "--all", cwd=origin)
    git("commit", "--quiet", "--message", "all", cwd=origin)
    git("clone", "--quiet", "-c", "core.autocrlf=true", str(origin), str(clone), cwd=tmp_path)
    for folder in (origin, clone):
        shutil.rmtree(folder / ".git")
    found = hash_files(clone)
    assert set(found) == set(FILES)
    assert found == hash_files(origin)
