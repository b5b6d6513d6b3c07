from __future__ import annotations

from pipelens.core.env import Env, EnvValue
from pipelens.core.problems import Edit
from tests.core.building import ROOT, SPEC, Pipeline, at, function, notebook


def test_a_pipeline_without_faults_has_no_problems() -> None:
    pipeline = (
        Pipeline()
        .task("load", function("load"))
        .task("fit", notebook("fit", upstream=["load"], uses=["upstream"], reads=[("load", None)]))
    )
    assert pipeline.problems() == []


def test_the_second_of_two_tasks_with_one_name_is_told_and_points_at_the_first() -> None:
    pipeline = Pipeline().task("load", function("load")).task("load", product=f"{ROOT}/other", named=True)
    (found,) = pipeline.problems()
    assert (found.code, found.severity, found.place.entry) == ("duplicate-task-name", "error", 1)
    assert found.related[0].place.entry == 0
    assert found.fixes[0].title == "Rename to 'load-2'"


def test_a_grid_that_makes_one_name_twice_is_told_once() -> None:
    pipeline = Pipeline()
    for i in range(3):
        pipeline.task("fit", function("fit"), entry=0, product=f"{ROOT}/out-{i}", named=True, grid_index=i)
    assert pipeline.codes() == ["duplicate-task-name"]


def test_an_unknown_upstream_suggests_the_near_name_and_changes_the_source() -> None:
    pipeline = (
        Pipeline()
        .task("load", function("load"))
        .task("fit", notebook("fit", upstream=["laod"], uses=["upstream"]))
    )
    (found,) = pipeline.problems()
    assert found.code == "unknown-upstream"
    assert found.place.path == f"{ROOT}/fit.py"
    assert found.message == "no task is called 'laod'; did you mean 'load'?"
    assert found.fixes[0].edits == (Edit(found.place, "load"),)


def test_an_unknown_upstream_in_the_yaml_is_told_there() -> None:
    pipeline = Pipeline().task("fit", notebook("fit", uses=["upstream"]), upstream=["nothing"])
    (found,) = pipeline.problems()
    assert (found.code, found.place.path, found.place.entry) == ("unknown-upstream", SPEC, 0)
    assert found.fixes == ()


def test_a_placeholder_that_is_not_known_yet_is_no_unknown_upstream() -> None:
    assert Pipeline().task("fit", notebook("fit"), upstream=["{{git}}"]).codes() == []


def test_a_task_that_needs_itself_is_told_once() -> None:
    source = function("fit", "product, upstream", reads=[("fit", None)])
    assert Pipeline().task("fit", source).codes() == ["self-upstream"]


def test_a_wildcard_that_matches_its_own_task_is_an_error() -> None:
    source = function("all", "product, upstream", reads=[("fit-*", None)])
    (found,) = Pipeline().task("fit-all", source).problems()
    assert (found.code, found.severity) == ("self-upstream", "error")


def test_a_wildcard_that_matches_nothing_is_a_warning() -> None:
    (found,) = Pipeline().task("all", notebook("all", upstream=["fit-*"], uses=["upstream"])).problems()
    assert (found.code, found.severity) == ("wildcard-no-match", "warning")


def test_each_member_of_a_cycle_is_pointed_at_where_it_names_the_next() -> None:
    pipeline = Pipeline()
    for name, needs in (("a", "b"), ("b", "c"), ("c", "a"), ("d", "a")):
        pipeline.task(name, notebook(name, upstream=[needs], uses=["upstream"]))
    found = pipeline.problems()
    assert [(one.code, one.task, one.place.path) for one in found] == [
        ("cycle", name, f"{ROOT}/{name}.py") for name in "abc"
    ]
    assert found[0].message == "'a' needs itself in a circle: a → b → c → a"
    assert found[0].related[0].place.path == f"{ROOT}/b.py"


def test_a_very_large_cycle_is_told_without_searching_all_ways() -> None:
    pipeline = Pipeline()
    for i in range(70):
        pipeline.task(f"t{i}", notebook(f"t{i}", upstream=[f"t{(i + 1) % 70}"], uses=["upstream"]))
    found = pipeline.problems()
    assert len(found) == 70
    assert found[0].message == "'t0' and 't1' are on a circle of 70 tasks"


def test_a_product_of_two_tasks_is_told_at_the_second() -> None:
    pipeline = (
        Pipeline().task("a", product="/x/out.csv").task("b", product={"nb": "/x/b", "data": "/x/out.csv"})
    )
    (found,) = pipeline.problems()
    assert (found.code, found.task, found.place.entry) == ("duplicate-product", "b", 1)
    assert found.related[0].place.entry == 0


def test_a_product_twice_in_one_task_is_told_at_the_second_key() -> None:
    pipeline = Pipeline().task("a", product={"nb": "/x/a", "data": "/x/a"})
    (found,) = pipeline.problems()
    assert found.code == "duplicate-product"
    assert found.place.span == at(2, 30, 34)


def test_grid_tasks_with_one_product_have_a_code_of_their_own() -> None:
    pipeline = Pipeline()
    for i in range(3):
        pipeline.task(f"fit{i}", function("fit"), entry=0, product="/x/model", grid_index=i)
    assert pipeline.codes() == ["grid-product-same"]


def test_a_file_and_a_relation_of_one_name_are_two_products() -> None:
    pipeline = Pipeline().task("a", product="x").task("b", product="x", product_class="SQLiteRelation")
    assert pipeline.codes() == []


def test_a_product_over_a_source_is_a_warning() -> None:
    (found,) = Pipeline().task("a", product=f"{ROOT}/b.py").task("b").problems()
    assert (found.code, found.severity, found.task) == ("product-is-source", "warning", "a")


def test_data_that_one_task_makes_and_another_uploads_is_fine() -> None:
    pipeline = Pipeline().task("a", product=f"{ROOT}/b.py").task("b")
    spec, source, needs = pipeline.specs[1]
    from dataclasses import replace

    pipeline.specs[1] = (replace(spec, class_name="SQLUpload"), source, needs)
    assert pipeline.codes() == []


def test_the_time_in_a_product_path_is_told() -> None:
    now = "2024-05-01T10:20:30.123456"
    env = Env(values={"now": EnvValue("now", now, "default")})
    (found,) = Pipeline(env=env).task("a", product=f"/x/{now}/a.csv").problems()
    assert (found.code, found.severity) == ("now-in-product", "info")
    given = Env(values={"now": EnvValue("now", now, "file")})
    assert Pipeline(env=given).task("a", product=f"/x/{now}/a.csv").problems() == []


def test_a_plain_relation_is_an_info() -> None:
    (found,) = Pipeline().task("a", product="numbers", product_class="SQLRelation").problems()
    assert (found.code, found.severity) == ("relation-never-fresh", "info")
