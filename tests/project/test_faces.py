"""What others rely on, names, parameters and commands, is not taken from them unawares."""

import json

import pytest

from tests.faces import STORED, broken, faces

OLD = {"evidence": {"pool": ["studies", "level=", "*model="]}}


def test_code_written_for_the_last_release_runs_with_this_state():
    said = broken(json.loads(STORED.read_text("utf-8")), faces())
    assert said == [], "\n".join(
        [*said, "meant? name it in CHANGELOG.md; `python -m tests.faces` at the next release"]
    )


def test_the_stored_faces_hold_what_the_readme_shows():
    stored = json.loads(STORED.read_text("utf-8"))
    assert "pool_hazard_ratios" in stored["evidence"]
    assert "*params=" in stored["command line"]["evidence run"]


@pytest.mark.parametrize(
    ("now", "fault"),
    [
        ([], "parameter studies is gone"),
        (["studies", "*model="], "parameter level is gone"),
        (["studies", "level", "*model="], "parameter level must now be given"),
        (["studies", "*level=", "*model="], "parameter level is now taken by its name alone"),
        (["studies", "level=", "*model=", "*tau2"], "parameter tau2 is new and must be given"),
        (["level=", "studies", "*model="], "parameters stand in another order, level, studies"),
        (["x=", "studies", "level=", "*model="], "parameters stand in another order, x, studies,"),
    ],
)
def test_what_breaks_is_said_by_name(now, fault):
    said = broken(OLD, {"evidence": {"pool": now}})
    assert any(one.startswith(f"evidence: pool: {fault}") for one in said), said


def test_a_name_that_is_gone_is_said_and_a_parameter_more_is_no_fault():
    assert broken(OLD, {"evidence": {}}) == ["evidence: pool is gone"]
    more = ["studies", "level=", "adjust=", "*model=", "*tau2="]
    assert broken(OLD, {"evidence": {"pool": more, "other": []}}) == []
