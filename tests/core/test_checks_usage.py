from __future__ import annotations

import pytest

from pipelens.core.problems import CreateFile, Edit, Place, problem
from pipelens.core.sources import MissingSource, UnreadableSource, UnresolvedFunction
from pipelens.core.spec import Hooks, Meta
from tests.core.building import ROOT, Pipeline, at, dotted, function, notebook


def with_load(**more: object) -> Pipeline:
    return Pipeline(**more).task(  # pyright: ignore[reportArgumentType]
        "load", function("load"), product={"nb": "/out/load.ipynb", "data": "/out/load.csv"}
    )


def test_a_key_that_the_upstream_lacks_suggests_the_near_one() -> None:
    source = function("fit", "product, upstream", reads=[("load", "dta")])
    (found,) = with_load().task("fit", source).problems()
    assert (found.code, found.severity) == ("unknown-product-key", "error")
    assert found.message == "the product of 'load' has no key 'dta'; did you mean 'data'?"
    assert found.fixes[0].edits == (Edit(found.place, "data"),)


def test_a_key_of_a_single_product_is_a_warning() -> None:
    source = function("fit", "product, upstream", reads=[("load", "data")])
    pipeline = Pipeline().task("load", function("load")).task("fit", source)
    assert [(found.code, found.severity) for found in pipeline.problems()] == [
        ("unknown-product-key", "warning")
    ]


def test_a_key_after_an_unserializer_is_the_objects_own() -> None:
    source = function("fit", "product, upstream", reads=[("load", "column")])
    assert with_load(unserializer=dotted("io.load")).task("fit", source).codes() == []


def test_the_second_subscript_of_a_wildcard_is_a_task() -> None:
    def reading(key: str) -> list[str]:
        pipeline = Pipeline().task("fit-0", function("fit")).task("fit-1", function("fit"), product="/x/1")
        return pipeline.task("all", function("all", "product, upstream", reads=[("fit-*", key)])).codes()

    assert reading("fit-1") == []
    assert reading("fit-2") == ["unknown-product-key"]


def test_a_name_that_a_cell_surely_reads_without_declaring_it_is_an_error() -> None:
    source = notebook(
        "fit",
        upstream=["load"],
        uses=["upstream"],
        reads=[("load", None), ("clean", None)],
        code='upstream = ["load"]\na = upstream["load"], upstream["clean"]\n',
    )
    pipeline = with_load().task("clean", function("clean")).task("fit", source)
    (found,) = pipeline.problems()
    assert (found.code, found.severity) == ("undeclared-reference", "error")


@pytest.mark.parametrize(
    "code",
    [
        'if flag:\n    upstream["clean"]\n',
        'def f(upstream):\n    return upstream["clean"]\n',
        'upstream = {"clean": 1}\nupstream["clean"]\n',
        'upstream["clean"] = 1\nupstream["clean"]\n',
        '%matplotlib inline\nupstream["clean"]\n',
    ],
)
def test_a_name_that_may_never_be_read_is_a_warning(code: str) -> None:
    source = notebook("fit", uses=["upstream"], reads=[("clean", None)], code=f"upstream = None\n{code}")
    (found,) = Pipeline().task("fit", source).problems()
    assert (found.code, found.severity) == ("undeclared-reference", "warning")


def test_an_upstream_that_nothing_reads_is_an_info() -> None:
    (found,) = with_load().task("fit", notebook("fit", upstream=["load"])).problems()
    assert (found.code, found.severity, found.unnecessary) == ("unused-upstream", "info", True)


def test_one_unread_name_beside_a_read_one_is_a_hint() -> None:
    source = notebook("fit", upstream=["load", "clean"], uses=["upstream"], reads=[("load", None)])
    (found,) = with_load().task("clean", function("clean")).task("fit", source).problems()
    assert (found.code, found.severity) == ("unused-upstream", "hint")


def test_a_loop_over_upstream_reads_all_of_it() -> None:
    source = notebook("fit", upstream=["load"], uses=["upstream", "items"])
    assert with_load().task("fit", source).codes() == []


def test_a_param_that_the_parameters_cell_lacks_is_a_warning_with_the_near_name() -> None:
    source = notebook("fit", params={"depth": "1"}, uses=["depth"])
    (found,) = Pipeline().task("fit", source, params={"depht": 3}).problems()
    assert (found.code, found.severity) == ("undeclared-param", "warning")
    assert "did you mean 'depth'?" in found.message
    assert found.fixes[1].title == "Declare 'depht' in the parameters cell"


def test_an_undeclared_param_that_a_cell_uses_is_an_info_and_else_a_warning() -> None:
    (used,) = Pipeline().task("fit", notebook("fit", uses=["depth"]), params={"depth": 3}).problems()
    (idle,) = Pipeline().task("fit", notebook("fit"), params={"depth": 3}).problems()
    assert [(one.code, one.severity) for one in (used, idle)] == [
        ("undeclared-param", "info"),
        ("undeclared-param", "warning"),
    ]


def test_a_param_that_nothing_uses_is_an_info() -> None:
    source = notebook("fit", params={"depth": "1"})
    (found,) = Pipeline().task("fit", source, params={"depth": 3}).problems()
    assert (found.code, found.severity, found.unnecessary) == ("unused-param", "info", True)


def test_only_a_param_without_value_counts_as_not_passed() -> None:
    source = notebook("fit", params={"depth": "None", "rate": "0.1"})
    (found,) = Pipeline().task("fit", source).problems()
    assert (found.code, found.severity, found.place.path) == ("missing-param", "info", source.path)


def test_strict_mode_leaves_params_to_the_static_analysis() -> None:
    source = notebook("fit", params={"depth": "None"})
    pipeline = Pipeline().task("fit", source, params={"x": 1}, options={"static_analysis": "strict"})
    assert pipeline.codes() == []


def test_the_params_of_a_grid_are_told_once() -> None:
    pipeline = Pipeline()
    for i in range(3):
        pipeline.task(f"fit{i}", notebook("fit"), params={"x": i}, entry=0, product=f"/x/{i}", grid_index=i)
    assert pipeline.codes() == ["undeclared-param"]


@pytest.mark.parametrize(
    ("parameters", "params", "codes"),
    [
        ("product", {}, []),
        ("product, depth", {"depth": 1}, []),
        ("product, depth=1", {}, []),
        ("product, upstream=None", {}, []),
        ("product, depth", {}, ["missing-argument"]),
        ("product", {"depth": 1}, ["unexpected-argument"]),
        ("product, upstream", {}, ["missing-argument"]),
        ("", {}, ["unexpected-argument"]),
        ("product, *args", {}, ["missing-argument"]),
        ("product, **kwargs", {"depth": 1}, ["missing-argument", "unexpected-argument"]),
        ("/product", {}, ["missing-argument"]),
    ],
)
def test_what_is_passed_must_be_what_the_function_takes(
    parameters: str, params: dict[str, object], codes: list[str]
) -> None:
    pipeline = Pipeline().task("fit", function("fit", parameters), params=params)
    assert pipeline.codes() == codes
    assert {found.severity for found in pipeline.problems()} <= {"error"}


def test_a_needed_argument_is_told_at_the_function_and_an_extra_one_at_the_param() -> None:
    (needed,) = Pipeline().task("fit", function("fit", "product, depth")).problems()
    assert needed.place == Place(f"{ROOT}/steps.py", at(0, 20, 25))
    (extra,) = Pipeline().task("fit", function("fit", "product"), params={"x": 1}).problems()
    assert extra.place.entry == 0


def test_a_function_that_reads_upstream_must_take_it() -> None:
    source = function("fit", "product", reads=[("load", None)])
    (found,) = with_load().task("fit", source).problems()
    assert (found.code, found.place) == ("unexpected-argument", Place(source.path, source.span))
    assert found.related[0].place.span == at(10, 10, 14)


def test_a_function_whose_only_upstream_matches_nothing_is_told_where_it_reads_it() -> None:
    source = function("all", "product, upstream", reads=[("fit-*", None)])
    (found,) = Pipeline().task("all", source).problems()
    assert (found.code, found.severity, found.place.span) == ("missing-argument", "error", at(10, 10, 15))


def test_a_hook_that_is_no_function_is_told_in_the_yaml() -> None:
    value = UnreadableSource("/p/hooks.py", (problem("not-a-function", "a value", Place("/p/hooks.py")),))
    pipeline = Pipeline(hooks=Hooks(on_finish=dotted("hooks.f")), callables={"hooks.f": value})
    (found,) = pipeline.problems()
    assert found.place.span == at(0, 6, 7)
    assert found.related[0].place.path == "/p/hooks.py"


def test_with_a_serializer_the_function_must_not_take_product() -> None:
    serializer = dotted("io.save")
    assert Pipeline(serializer=serializer).task("a", function("a", "")).codes() == []
    (found,) = Pipeline(serializer=serializer).task("a", function("a", "product")).problems()
    assert (found.code, found.severity) == ("unexpected-argument", "error")


def test_a_null_serializer_switches_the_pipelines_off() -> None:
    pipeline = Pipeline(serializer=dotted("io.save"))
    pipeline.task("a", function("a"), key_places={"serializer": Place("x", at(1))})
    assert pipeline.codes() == []


def test_an_async_function_is_a_warning() -> None:
    (found,) = Pipeline().task("a", function("a", is_async=True)).problems()
    assert (found.code, found.severity) == ("async-task", "warning")


def test_a_missing_script_can_be_created() -> None:
    pipeline = Pipeline(meta=Meta(extract_product=True)).task(
        "fit", MissingSource(f"{ROOT}/fit.py"), params={"depth": 1}
    )
    (found,) = pipeline.problems()
    assert (found.code, found.severity) == ("source-missing", "error")
    (edit,) = found.fixes[0].edits
    assert isinstance(edit, CreateFile)
    assert edit.path == f"{ROOT}/fit.py"
    assert 'tags=["parameters"]' in edit.text
    assert (
        edit.text.index("upstream = None")
        < edit.text.index("product = None")
        < edit.text.index("depth = None")
    )


def test_problems_of_a_source_are_those_of_its_task() -> None:
    inner = problem("async-task", "text", Place("/project/x.py"))
    pipeline = Pipeline().task("a", UnreadableSource("/project/x.py", (inner,)))
    assert [found.task for found in pipeline.problems()] == ["a"]


def test_a_dotted_path_is_told_at_the_part_that_is_not_there() -> None:
    lost = UnresolvedFunction("steps.laod", 1, "'steps' has no function 'laod'", suggestions=("load",))
    pipeline = Pipeline(callables={"steps.laod": lost}, serializer=dotted("steps.laod"))
    (found,) = pipeline.problems()
    assert (found.code, found.severity) == ("dotted-path-not-found", "error")
    assert found.place.span == at(0, 6, 10)
    assert found.fixes[0].edits == (Edit(found.place, "load"),)


def test_a_dotted_path_that_only_an_import_could_follow_is_an_info() -> None:
    lost = UnresolvedFunction("pkg.f", 0, "'pkg' is not part of the project", certain=False)
    (found,) = Pipeline(callables={"pkg.f": lost}, serializer=dotted("pkg.f")).problems()
    assert found.severity == "info"


def hooked(parameters: str, *, decorated: bool = False, **arguments: object) -> list[tuple[str, str]]:
    pipeline = Pipeline(callables={"hooks.f": function("f", parameters, decorated=decorated)})
    pipeline.task("a", function("a"), hooks=Hooks(on_finish=dotted("hooks.f", **arguments)))
    return [(found.code, found.severity) for found in pipeline.problems()]


def test_a_task_hook_may_ask_for_what_the_engine_gives() -> None:
    assert hooked("product, params, task, client, other=1") == []
    assert hooked("product, limit", limit=1) == []


def test_a_task_hook_that_asks_for_more_is_an_error() -> None:
    assert hooked("product, upstream") == [("hook-argument", "error")]
    assert hooked("product, upstream", decorated=True) == [("hook-argument", "info")]


def test_a_hook_mapping_cannot_override_the_engine() -> None:
    assert hooked("product", product="x") == [("hook-engine-argument", "warning")]


def test_a_hook_mapping_with_an_argument_that_the_hook_lacks_is_told() -> None:
    assert hooked("product", limit=1) == [("call-argument", "warning")]


@pytest.mark.parametrize(
    ("hooks", "parameters", "severity"),
    [
        (Hooks(on_render=dotted("hooks.f")), "dag, report", "error"),
        (Hooks(on_finish=dotted("hooks.f")), "dag, report", None),
        (Hooks(on_finish=dotted("hooks.f")), "product", "warning"),
        (Hooks(on_failure=dotted("hooks.f")), "traceback", None),
    ],
)
def test_pipeline_hooks_have_arguments_of_their_own(
    hooks: Hooks, parameters: str, severity: str | None
) -> None:
    found = Pipeline(hooks=hooks, callables={"hooks.f": function("f", parameters)}).problems()
    assert [one.severity for one in found] == ([severity] if severity else [])


def test_a_client_factory_is_called_with_exactly_its_arguments() -> None:
    def calling(parameters: str, **arguments: object) -> list[str]:
        clients = {"SQLScript": dotted("db.connect", **arguments)}
        return Pipeline(clients=clients, callables={"db.connect": function("connect", parameters)}).codes()

    assert calling("uri", uri="x") == []
    assert calling("**options", uri="x") == []
    assert calling("uri") == ["call-argument"]
    assert calling("name=1", nmae="x") == ["call-argument"]


def test_what_a_decorated_function_takes_is_not_certain() -> None:
    (found,) = Pipeline().task("a", function("a", "product, x", decorated=True)).problems()
    assert (found.code, found.severity) == ("missing-argument", "warning")
