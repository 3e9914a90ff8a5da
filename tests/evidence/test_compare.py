"""What moved between two runs, what flipped, what stayed, and why."""

import math
from dataclasses import replace

import pytest

from evidence.record.causes import find_causes
from evidence.record.compare import compare_pages, same_number
from evidence.record.edition_changes import compare_editions
from evidence.record.editions import Edition, EditionError, Snapshot, edition_text, read_edition
from evidence.record.results import PageResults, make_result
from evidence_stats.estimates import Estimate

PAGE = "questions/here"


def result(key="hr", value=1.0, low=0.5, high=2.0, *, unit="ratio", **facts):
    level = None if low is None else 0.95
    kind = "" if low is None else "confidence"
    estimate = Estimate(value, low, high, level=level, kind=kind, unit=unit, **facts)
    return make_result(key, f"label of {key}", estimate, ["a-2000.x"], external=False)


def claim(key="c", state="holds", text="It is so.", rests_on=("hr",)):
    return {"key": key, "state": state, "text": text, "tested": "hr is above 1", "certainty": "low",
            "rests_on": list(rests_on)}  # fmt: skip


def recorded(*results, claims=(), parameters=None):
    facts = {"page": PAGE, "parameters": parameters or {}, "reads": "all"}
    return PageResults({r.key: r for r in results}, {c["key"]: c for c in claims}, facts, [])


def only_move(old, new):
    (moved,) = compare_pages(PAGE, recorded(old), recorded(new)).moved
    return moved


def test_a_ratio_moves_by_a_fraction_of_the_width_of_the_old_log_interval():
    moved = only_move(result(), result(value=1.2, low=0.6, high=2.4))
    assert moved.scale == "log"
    assert moved.fraction == pytest.approx(math.log(1.2) / math.log(4), abs=1e-6)
    assert moved.reach == pytest.approx(moved.fraction, abs=1e-6)
    assert (moved.value, moved.low, moved.high) == pytest.approx((0.2, 0.1, 0.4))


def test_a_proportion_moves_on_its_own_scale_and_the_reach_is_of_the_furthest_limit():
    old = result(value=0.30, low=0.20, high=0.40, unit="proportion")
    moved = only_move(old, result(value=0.31, low=0.20, high=0.50, unit="proportion"))
    assert moved.scale == "linear"
    assert moved.fraction == pytest.approx(0.05)
    assert moved.reach == pytest.approx(0.5)
    assert moved.low == 0.0


@pytest.mark.parametrize("unit", ["count", "p_value"])
def test_counts_and_p_values_have_no_width(unit):
    moved = only_move(result(value=1, unit=unit), result(value=2, unit=unit))
    assert (moved.fraction, moved.reach, moved.scale) == (None, None, "")
    assert moved.value == 1.0


@pytest.mark.parametrize(("low", "high"), [(None, None), (None, 2.0), (1.0, 1.0)])
def test_without_two_limits_apart_there_is_no_fraction(low, high):
    moved = only_move(result(low=low, high=high), result(value=1.5, low=low, high=high))
    assert moved.fraction is None
    assert moved.value == 0.5


def test_a_difference_below_the_sixth_digit_is_not_a_move():
    assert same_number(0.123456, 0.123457)
    assert not same_number(0.123456, 0.123458)
    assert same_number(None, None)
    assert not same_number(None, 0.0)
    assert not same_number(0.0, 1e-300)
    made = compare_pages(PAGE, recorded(result(value=1.23456)), recorded(result(value=1.23457)))
    assert made.is_same
    assert (made.numbers, made.unchanged) == (1, 1)


def test_the_furthest_comes_first_and_what_has_no_width_last():
    old = [result("p", 0.1, None, None, unit="p_value"), result("near"), result("far")]
    new = [replace(old[0], value=0.9, text="0.90"), result("near", 1.1), result("far", 1.9)]
    made = compare_pages(PAGE, recorded(*old), recorded(*new))
    assert [one.key for one in made.moved] == ["far", "near", "p"]


def test_numbers_that_come_go_or_are_withheld_are_said_to():
    old = recorded(result("gone"), result("hidden", grade="D3"), result("back", grade="D3"))
    hidden = make_result("hidden", "label", Estimate(1.0, grade="D3"), ["a-2000.x"],
                         external=False, grade_max="D1")  # fmt: skip
    new = recorded(result("new"), hidden, result("back", grade="D3"))
    made = compare_pages(PAGE, old, new)
    assert {one.key: one.change for one in made.moved} == {
        "gone": "gone", "hidden": "withheld", "new": "appeared",
    }  # fmt: skip
    assert (made.numbers, made.unchanged) == (4, 1)
    back = compare_pages(PAGE, new, old)
    assert {one.change for one in back.moved} == {"appeared", "gone", "shown again"}


def test_the_same_number_by_another_method_is_no_move():
    made = compare_pages(PAGE, recorded(result()), recorded(result(method="by hand", grade="D2")))
    assert made.moved == ()
    (reworded,) = made.reworded
    assert ("method", "none", "by hand") in reworded.what
    assert ("grade", "D1", "D2") in reworded.what
    assert made.unchanged == 0


def test_a_number_written_in_other_words_is_no_move_but_other_digits_are():
    old = replace(result(), text="1.00 (95 % CI 0.50 to 2.00)")
    words = replace(old, text="1.00 (95 % interval 0.50 to 2.00)")
    digits = replace(old, text="1.01 (95 % CI 0.50 to 2.00)")
    made = compare_pages(PAGE, recorded(old), recorded(words))
    assert (len(made.moved), len(made.reworded)) == (0, 1)
    assert only_move(old, digits).new == digits.text


def test_a_fact_without_a_number_moves_with_its_words():
    old, new = (
        replace(result(), value=None, low=None, high=None, text=text)
        for text in ("not reached", "not reported")
    )
    moved = only_move(old, new)
    assert (moved.old, moved.new, moved.reach) == ("not reached", "not reported", None)


def test_patients_that_change_are_a_move_of_the_number_that_rests_on_them():
    moved = only_move(result(n=40), result(n=41))
    assert moved.also == ("n 40 \u2192 41",)
    assert moved.reach == 0.0


def test_parameters_are_causes_and_never_count_as_numbers():
    one, other = result("parameter.level", 0.9), result("parameter.level", 0.95)
    made = compare_pages(PAGE, recorded(one, result()), recorded(other, result()))
    assert made.moved == ()
    assert made.numbers == 1


def test_a_flipped_conclusion_names_the_numbers_that_moved_under_it():
    old = recorded(result(), result("n", 1, None, None, unit="count"), claims=[claim()])
    now = claim(state="does not hold", text="It is not.", rests_on=("hr", "n"))
    new = recorded(result(value=1.5), result("n", 1, None, None, unit="count"), claims=[now])
    (flipped,) = compare_pages(PAGE, old, new).flipped
    assert (flipped.old, flipped.new) == ("holds", "does not hold")
    assert flipped.moved == ("hr",)
    assert (flipped.old_text, flipped.text) == ("It is so.", "It is not.")


def test_conclusions_in_other_words_or_gone_are_told_apart():
    old = recorded(result(), claims=[claim("a"), claim("b"), claim("c")])
    new = recorded(result(), claims=[claim("a"), claim("b", text="Still so."), claim("d")])
    made = compare_pages(PAGE, old, new)
    assert made.restated == ("b",)
    assert {one.key: (one.old, one.new) for one in made.flipped} == {
        "c": ("holds", ""), "d": ("", "holds"),
    }  # fmt: skip
    assert (made.claims, made.unchanged_claims) == (4, 1)


PRINTS = {"code": "c", "data": "d", "library": "l", "environment": "e"}


def edition(*, prints=PRINTS, rows=None, parameters=None, value=1.0, **foundations):
    snapshot = Snapshot(recorded(result(value=value), parameters=parameters), dict(prints))
    rows = {"a-2000.x": {"value_reported": "7.39"}} if rows is None else rows
    return Edition("one", {PAGE: snapshot}, rows=rows, **foundations)


def causes(old, new):
    found = find_causes(old.pages[PAGE], new.pages[PAGE], old, new)
    return [(one.kind, one.name, one.old, one.new) for one in found]


def test_a_parameter_is_named_with_both_values():
    old, new = edition(parameters={"level": 0.95}), edition(parameters={"level": 0.9})
    assert causes(old, new) == [("parameter", "level", "0.95", "0.9")]


def test_a_data_row_is_named_with_its_column():
    new = edition(prints=PRINTS | {"data": "x"}, rows={"a-2000.x": {"value_reported": "7.40"}})
    assert causes(edition(), new) == [("data", "a-2000.x: value_reported", "7.39", "7.40")]


def using(*row_ids, data):
    """Return an edition whose number rests on these rows; it stores no others."""
    used = replace(result(), rows=row_ids)
    snapshot = Snapshot(recorded(used), PRINTS | {"data": data})
    rows = {row_id: {"value_reported": "1"} for row_id in row_ids}
    return Edition("one", {PAGE: snapshot}, rows=rows)


def test_rows_that_a_parameter_changed_for_others_are_not_called_removed():
    found = causes(using("a.pfs", "a.both", data="d"), using("a.both", "a.os", data="x"))
    assert found == [("data", "a.os", "", "newly used"), ("data", "a.pfs", "", "no longer used")]


def test_a_row_under_no_number_is_named_by_its_table():
    old = edition(tables={"outcomes.csv": "1", "arms.csv": "1"})
    new = edition(prints=PRINTS | {"data": "x"}, tables={"outcomes.csv": "2", "arms.csv": "1"})
    ((kind, name, _, what),) = causes(old, new)
    assert (kind, name) == ("data", "data/outcomes.csv")
    assert "no row that a number of this page rests on" in what


def test_modules_and_packages_are_named():
    old = edition(modules={"pooling.py": "1", "network.py": "1"}, packages={"scipy": "1.16.0"})
    prints = PRINTS | {"library": "x", "environment": "y", "code": "z"}
    new = edition(prints=prints, modules={"pooling.py": "2", "network.py": "1"},
                  packages={"scipy": "1.17.0"})  # fmt: skip
    assert causes(old, new) == [
        ("code", "cells of the page", "", "changed"),
        ("library", "pooling.py", "", "changed"),
        ("environment", "scipy", "1.16.0", "1.17.0"),
    ]


def test_what_was_not_recorded_is_said():
    found = causes(edition(prints={"code": "c"}), edition())
    assert [one[0] for one in found] == ["unknown"] * 3
    assert causes(edition(), edition()) == []


def test_an_edition_reads_back_as_it_was_written():
    made = edition(parameters={"level": 0.9}, modules={"a.py": "1"}, date="2026-01-02")
    text = edition_text(made)
    again = read_edition(text, "here")
    assert edition_text(again) == text
    assert again.pages[PAGE].recorded.results == made.pages[PAGE].recorded.results
    assert compare_editions(made, again).changed == ()


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"pages": {}, "format": 99}',
                                  '{"pages": {"a": 1}, "format": 1, "name": "x"}'])  # fmt: skip
def test_a_file_that_is_no_edition_is_refused_with_its_name(text):
    with pytest.raises(EditionError, match="here: expected an edition"):
        read_edition(text, "here")


def test_zero_is_a_number_in_an_edition():
    zero = Edition("one", {PAGE: Snapshot(recorded(result(value=0.0, low=0.0, unit="points")))})
    again = read_edition(edition_text(zero), "here").pages[PAGE].recorded
    assert again.results["hr"] == zero.pages[PAGE].recorded.results["hr"]


def test_pages_that_only_one_edition_has_are_listed_and_none_in_common_is_an_error():
    one = edition()
    other = replace(one, pages=one.pages | {"studies/new": one.pages[PAGE]})
    assert compare_editions(one, other).added == ("studies/new",)
    assert compare_editions(other, one).removed == ("studies/new",)
    assert compare_editions(replace(one, whole=False), other).added == ()
    with pytest.raises(ValueError, match="a page in common"):
        compare_editions(one, replace(one, pages={"studies/new": one.pages[PAGE]}))
