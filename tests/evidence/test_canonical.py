"""What is written has the digits that every processor gives: numbers, their text, drawings."""

import math

import pytest

from evidence.figures.canonical_svg import on_grid
from evidence.record.canonical import canonical, settled, stored_text
from evidence.tables.formatting import format_p, format_value


def nudged(value):
    """Return a number as processors that differ in the last places may compute it."""
    return [value + steps * math.ulp(value) for steps in range(-4, 5)]


# Ties on paper: the last place alone would decide how they are rounded.
TIES = [0.125, 0.1665, 2.675, 24.25, 0.99995, 0.0449995, 1 / 8, 29 / 200]


@pytest.mark.parametrize("tie", TIES)
def test_a_tie_is_rounded_one_way_whatever_its_last_places(tie):
    assert len({settled(value) for value in nudged(tie)}) == 1
    assert len({canonical(value) for value in nudged(tie)}) == 1
    assert len({stored_text(value) for value in nudged(tie)}) == 1
    assert len({format_value(value, "ratio") for value in nudged(tie)}) == 1
    assert len({format_value(value, "proportion") for value in nudged(tie)}) == 1


@pytest.mark.parametrize("p", [0.001, 0.01, 0.1, 0.045, 0.00095, 0.995])
def test_a_p_value_at_a_bound_is_written_one_way(p):
    assert len({format_p(value) for value in nudged(p)}) == 1


@pytest.mark.parametrize("value", [math.nan, math.inf, None])
def test_what_is_no_number_is_not_stored_as_one(value):
    assert canonical(value) is None


@pytest.mark.parametrize(
    ("drawn", "written"),
    [
        ('<path d="M 249.574437 1.005"/>', '<path d="M 249.57 1.01"/>'),
        ('<path d="M 249.574438 1.004999"/>', '<path d="M 249.57 1"/>'),
        ('<path d="M -0 -0.001"/>', '<path d="M 0 0"/>'),
        ('<g transform="translate(1.239 -0) scale(0.015625)">', None),
        ("<!-- 0.985 -->", "<!-- 0.985 -->"),
        ('<?xml version="1.0"?>', '<?xml version="1.0"?>'),
    ],
)
def test_coordinates_are_written_to_a_hundredth_of_a_point(drawn, written):
    assert on_grid(drawn) == (written or '<g transform="translate(1.24 0) scale(0.015625)">')


def clip(name, x):
    return f'<clipPath id="{name}">\n <rect x="{x}"/>\n</clipPath>'


def test_names_follow_from_the_rounded_drawing():
    one = f'<path clip-path="url(#p0123456789)"/>{clip("p0123456789", "1.234001")}'
    other = f'<path clip-path="url(#pabcdef0123)"/>{clip("pabcdef0123", "1.233999")}'
    moved = f'<path clip-path="url(#pabcdef0123)"/>{clip("pabcdef0123", "1.25")}'
    assert on_grid(one) == on_grid(other) != on_grid(moved)
    name = on_grid(one).partition('id="')[2].partition('"')[0]
    assert f"url(#{name})" in on_grid(one)


def test_what_differs_only_in_its_last_places_is_defined_once():
    twice = f"<defs>{clip('p0123456789', '1.234001')}{clip('pabcdef0123', '1.233999')}</defs>"
    used = '<a clip-path="url(#p0123456789)"/><b clip-path="url(#pabcdef0123)"/>'
    once = f"<defs>{clip('p0123456789', '1.234001')}</defs>"
    both = '<a clip-path="url(#p0123456789)"/><b clip-path="url(#p0123456789)"/>'
    assert on_grid(twice + used) == on_grid(once + both)
