"""Whatever a parameter is called and holds: a valid model, or a ParameterError in words."""

import json
import math
import re

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from evidence.multiverse.design import DesignError, read_design
from evidence.record.chapter_parameters import Study
from evidence.record.validation import ParameterError, validate
from evidence_book.grids.sweep_grid import MAX_RUNS, list_runs, read_grid
from evidence_book.grids.switch_grid import SwitchError, read_switch_grid
from evidence_book.runs.own_library import question_models
from evidence_book.runs.variant import checked_parameters, read_parameters
from tests.fuzzing import examples, hostile
from tests.page_cells import real

MODELS = {**question_models(), "studies/jonasch-2010": Study}
NAMES = sorted({name for model in MODELS.values() for name in model.model_fields})
NASTY_NAMES = ("", "__class__", "x=1;import os#", "level\n", "level ", "l\u0435vel",
               "__builtins__", "page",
               "model_config", "study_id", "data", "\x00", "a" * 10_000)  # fmt: skip
scalars = st.one_of(
    st.none(), st.booleans(), st.integers(-10, 10), st.integers(), st.floats(), hostile,
    st.sampled_from(("glmm", "pfs", "os", "IFN", "hksj", "D1", "ryan-2007.sorafenib_ifn", 10**400)),
)  # fmt: skip
values = st.one_of(
    scalars,
    st.lists(scalars, max_size=4),
    st.dictionaries(st.one_of(st.sampled_from(("risk_of_bias", "luck")), hostile), scalars,
                    max_size=3),
)  # fmt: skip
names = st.one_of(st.sampled_from(NAMES), st.sampled_from(NASTY_NAMES), st.text(max_size=10))
parameters = st.dictionaries(names, values, max_size=4)


def said(error):
    """Check that a message is one that can be shown; return it."""
    for line in str(error).splitlines():
        assert line.isprintable(), line
        assert len(line) < 2000, line
    assert re.search(r"expected|no such parameter|has no parameters|chapter is that", str(error))
    return str(error)


@pytest.mark.parametrize("page", sorted(MODELS))
@examples(60)
@given(given_parameters=parameters)
def test_parameters_are_a_valid_model_or_refused_in_words(page, given_parameters):
    try:
        model = validate(MODELS[page], given_parameters, real())
    except ParameterError as error:
        said(error)
        return
    for value in json.loads(model.model_dump_json()).values():
        for number in value if isinstance(value, list) else [value]:
            assert not isinstance(number, float) or math.isfinite(number)


def valid_values(model, name):
    """Return values of the type of a parameter, on both sides of its bounds."""
    default = model.model_fields[name].get_default()
    if isinstance(default, bool):
        return st.booleans()
    if isinstance(default, int | float):
        near = [default, 0, 1, -1, 0.5, 2, 1e9, 0.9999]
        return st.sampled_from([type(default)(one) for one in near])
    if isinstance(default, list) and default:
        inner = st.sampled_from([*default, type(default[0])(1), type(default[0])(0)])
        return st.lists(inner, max_size=4)
    return st.just(default)


@pytest.mark.parametrize("page", sorted(question_models()))
@examples(40)
@given(data=st.data())
def test_values_of_the_right_type_are_taken_as_they_were_given_or_refused(page, data):
    model = question_models()[page]
    chosen = data.draw(st.lists(st.sampled_from(sorted(model.model_fields)), max_size=3))
    wanted = {name: data.draw(valid_values(model, name)) for name in chosen}
    try:
        found = checked_parameters(page, wanted, real())
    except ParameterError as error:
        assert set(said(error).replace(":", " ").split()) & {*wanted, "prior_orr"}
        return
    assert found == json.loads(json.dumps(wanted))


@examples(200)
@given(st.lists(st.one_of(hostile, st.tuples(names, hostile).map("=".join)), max_size=3))
def test_words_of_the_command_line_are_read_or_refused(words):
    try:
        found = read_parameters(words, None)
    except ParameterError as error:
        said(error)
        return
    assert len(found) == len(words)
    try:
        checked_parameters("questions/landscape", found, real())
    except ParameterError as error:
        said(error)


@examples(120)
@given(st.one_of(hostile, parameters.map(lambda made: yaml.safe_dump(made, allow_unicode=True))))
def test_a_file_of_parameters_is_read_or_refused(tmp_path_factory, text):
    path = tmp_path_factory.getbasetemp() / "fuzzed.yml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        found = read_parameters([], path)
    except ParameterError as error:
        assert "--params" in said(error)
        return
    assert all(isinstance(name, str) for name in found)


grids = st.one_of(
    values,
    st.dictionaries(st.one_of(names, st.sampled_from(("runs", "fixed"))),
                    st.one_of(values, st.lists(parameters, max_size=3), parameters), max_size=4),
)  # fmt: skip


@examples(200)
@given(grids)
def test_a_grid_is_a_list_of_runs_or_refused(grid):
    try:
        runs = list_runs(grid)
    except ParameterError as error:
        said(error)
        return
    assert 0 < len(runs) <= MAX_RUNS
    assert all(isinstance(run, dict) for run in runs)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a: &a [x, x]\nb: [*a, *a]\n", "an alias"),
        ("level: [0.9]\nlevel: [0.8]\n", 'each name once, got "level" again'),
        ("!!python/object/apply:os.system ['true']", "could not determine a constructor"),
        ("!!python/name:os.system", "could not determine a constructor"),
        ("[" * 5000, "at most 40 levels"),
        ("a: [" + ",".join(["{b: 1}"] * 3), "got an error"),
        ("seed: [" + "9" * 5000 + "]", "Exceeds the limit"),
        ("d: [2001-99-99]", "month must be in"),
        ("x" * 2_100_000, "at most 2000 kB"),
        ("\n".join(f"n{i}: [1, 2]" for i in range(60)), "at most 20000 runs"),
        ("? [a]\n: [b]\n", "unhashable"),
    ],
)
def test_a_grid_that_would_never_end_or_run_code_is_refused(tmp_path, text, reason):
    path = tmp_path / "grid.yml"
    path.write_text(text)
    with pytest.raises(ParameterError, match=re.escape(reason)) as caught:
        read_grid(path)
    said(caught.value)


def test_a_table_of_a_hundred_thousand_names_is_read_in_seconds(tmp_path):
    path = tmp_path / "grid.yml"
    path.write_text("".join(f"n{number}: []\n" for number in range(100_000)))
    with pytest.raises(ParameterError, match="expected"):
        read_grid(path)


menus = st.dictionaries(
    st.sampled_from(("menus", "not_computed", "x")),
    st.one_of(values, st.dictionaries(names, st.one_of(values, st.fixed_dictionaries(
        {"label": hostile, "values": st.one_of(values, st.lists(st.tuples(scalars, hostile).map(
            list), max_size=3))})), max_size=2)),
    max_size=3,
)  # fmt: skip


@examples(120)
@given(st.one_of(hostile, menus.map(lambda made: yaml.safe_dump(made, allow_unicode=True))))
def test_a_file_of_menus_is_read_or_refused(tmp_path_factory, text):
    root = tmp_path_factory.getbasetemp() / "menus"
    (root / "chapters" / "questions").mkdir(parents=True, exist_ok=True)
    path = root / "chapters" / "questions" / "landscape.switch.yml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EVIDENCE_ROOT", str(root))
        try:
            grid = read_switch_grid("questions/landscape")
        except SwitchError as error:
            assert "landscape.switch.yml" in said(error)
            return
    grid.cells()


blocks = st.fixed_dictionaries(
    {},
    optional={
        "name": hostile, "title": hostile, "shows": hostile, "claims": st.one_of(values),
        "choices": st.dictionaries(names, st.one_of(values, st.lists(
            st.tuples(scalars, hostile).map(list), max_size=3)), max_size=3),
        "fixed": values, "left_out": st.one_of(values, st.lists(parameters, max_size=2)),
    },
)  # fmt: skip


@examples(120)
@given(
    st.one_of(hostile, st.lists(blocks, max_size=2).map(
        lambda made: yaml.safe_dump({"page": "questions/landscape", "blocks": made},
                                    allow_unicode=True))))  # fmt: skip
def test_a_file_of_choices_is_read_or_refused(tmp_path_factory, text):
    folder = tmp_path_factory.getbasetemp() / "choices"
    (folder / "multiverse").mkdir(parents=True, exist_ok=True)
    (folder / "multiverse" / "x.yml").write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EVIDENCE_DATA", str(folder))
        try:
            design = read_design("x")
        except DesignError as error:
            assert "x.yml" in said(error)
            return
    for block in design.blocks:
        block.specifications()
