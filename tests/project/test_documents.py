"""What stands beside the code for those who take it over: its links lead somewhere."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("0*.md"))
DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *ROOT.glob("*/README.md")]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_to_a_file_leads_to_one(path):
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", path.read_text())
    for link in links:
        assert ":" in link or (path.parent / link).exists(), link


def test_the_index_of_decisions_has_each_with_its_title():
    listed = (ROOT / "docs" / "decisions" / "README.md").read_text()
    assert len(DECISIONS) > 16
    for path in DECISIONS:
        number, title = re.match(r"# (\d{4}) (.+)", path.read_text()).groups()
        assert path.name.startswith(number)
        assert f"| {number} | [{title}]({path.name}) |" in listed
