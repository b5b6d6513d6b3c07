"""What a function receives, returns and asks for."""

from __future__ import annotations

from pipelens.core.spec import Hooks
from pipelens.runner.events import TaskProblem
from tests.runner.making import Pipeline, dotted

RECEIVES = """
import os
from pathlib import Path

def load(product):
    assert isinstance(product, os.PathLike) and os.path.isabs(str(product))
    Path(product).write_text("1")

def many(product):
    assert "a" in product and len(product) == 2 and product.get("missing") is None
    assert [Path(p).name for p in product] == ["a.txt", "b.txt"]
    assert not isinstance(product, os.PathLike)
    for one in product:
        Path(one).write_text("2")

def user(product, upstream, resources_, called):
    assert list(upstream) == ["load", "m*"]
    assert Path(upstream["load"]).read_text() == "1"
    assert Path(upstream["m*"]["many"]["a"]).read_text() == "2"
    for missing in (lambda: upstream["nope"], lambda: upstream.get("nope"), lambda: upstream.first):
        try:
            missing()
        except KeyError as error:
            assert "'load'" in str(error)
        else:
            raise AssertionError
    assert upstream["m*"].first["b"].exists()
    assert Path(resources_["words"]).read_text() == "words"
    Path(product).write_text(str(called))

def numbers():
    return [1, 2]

def factor(by):
    return 10 * by
"""


def test_a_function_gets_products_upstream_resources_and_called_params(pipeline: Pipeline) -> None:
    pipeline.write("tasks.py", RECEIVES)
    pipeline.write("words.txt", "words")
    pipeline.task("tasks.load", "out/l.txt")
    pipeline.task("tasks.many", {"a": "out/a.txt", "b": "out/b.txt"})
    pipeline.task(
        "tasks.user",
        "out/u.txt",
        upstream=("load", "m*"),
        resources={"words": "words.txt"},
        params={"called": "tasks::numbers"},
    )
    assert [problem.traceback for problem in pipeline.build().problems] == []
    assert (pipeline.root / "out/u.txt").read_text() == "[1, 2]"
    record = (pipeline.root / "out/.u.txt.metadata").read_text()
    assert '"called": [1, 2]' in record
    assert '"resources_": {"words": "' in record
    assert set(pipeline.states().values()) == {"fresh"}
    pipeline.write("words.txt", "other")
    assert pipeline.freshness()["user"].reason == "a resource file changed"


def test_a_called_param_with_arguments(pipeline: Pipeline) -> None:
    pipeline.write("tasks.py", RECEIVES + "\ndef one(product, n):\n    Path(product).write_text(str(n))\n")
    pipeline.task("tasks.one", "out/o.txt", params={"n": {"dotted_path": "tasks::factor", "by": 4}})
    assert pipeline.build().problems == ()
    assert (pipeline.root / "out/o.txt").read_text() == "40"


STORE = """
import json
from pathlib import Path

def write(value, product, **options):
    Path(product).write_text(json.dumps(value, **options))

def read(product):
    return json.loads(Path(product).read_text())
"""


def test_serializers_store_and_unserializers_load(pipeline: Pipeline) -> None:
    pipeline.write("store.py", STORE)
    pipeline.write(
        "tasks.py",
        "def load():\n    return [1, 2]\n\ndef double(upstream):\n    return [2 * n for n in upstream['load']]\n\ndef nothing(upstream):\n    pass\n",
    )
    pipeline.serializer, pipeline.unserializer = dotted("store.write", indent=None), dotted("store.read")
    pipeline.task("tasks.load", "out/l.json")
    pipeline.task("tasks.double", "out/d.json", upstream=("load",))
    pipeline.task("tasks.nothing", "out/n.json", upstream=("load",))
    result = pipeline.build()
    assert result.failed == ("nothing",)
    assert "returned None" in result.problems[0].message
    assert (pipeline.root / "out/d.json").read_text() == "[2, 4]"


def test_decorated_serializers_work_without_ploomber(pipeline: Pipeline) -> None:
    pipeline.write(
        "store.py",
        "from ploomber.io import serializer, unserializer\n\n@serializer(fallback=True, defaults=['.json'], unpack=True)\ndef write(obj, product):\n    raise AssertionError\n\n@unserializer(fallback=True, defaults=['.json'], unpack=True)\ndef read(product):\n    raise AssertionError\n",
    )
    pipeline.write(
        "tasks.py",
        "def load():\n    return {'a': [1], 'b': {2}}\n\ndef same(upstream):\n    assert upstream['load'] == {'a': [1], 'b': {2}}, upstream\n    return 1\n",
    )
    pipeline.serializer, pipeline.unserializer = dotted("store.write"), dotted("store.read")
    pipeline.task("tasks.load", {"a": "out/a.json", "b": "out/b.pkl"})
    pipeline.task("tasks.same", "out/s.json", upstream=("load",))
    assert [problem.traceback for problem in pipeline.build().problems] == []


HOOKS = """
from pathlib import Path
LOG = Path(__file__).with_name("log.txt")

def note(text):
    with LOG.open("a") as file:
        file.write(text + "\\n")

def rendered(task):
    note("rendered " + task.name)

def finished(product, params, word, extra="default"):
    note("finished " + Path(product).read_text() + f" {params['n']} {word} {extra}")

def failed(task, client):
    note(f"failed {task.name} {client}")

def nothing():
    note("nothing asked")

def asks(what):
    note("never")

def pipeline_rendered(dag):
    note("pipeline rendered " + " ".join(dag))

def pipeline_finished(dag, report):
    note(f"pipeline finished {report['name']} {report['Ran?']} {dag['make'].product.exists()}")

def pipeline_failed(traceback):
    note("pipeline failed " + traceback["build"].strip().splitlines()[-1])
"""


def logged(pipeline: Pipeline) -> list[str]:
    path = pipeline.root / "log.txt"
    lines = path.read_text().splitlines() if path.exists() else []
    path.unlink(missing_ok=True)
    return lines


def test_hooks_get_exactly_what_they_ask_for(pipeline: Pipeline) -> None:
    pipeline.write("hooks.py", HOOKS)
    pipeline.write("tasks.py", "def make(product, n):\n    open(product, 'w').write('made')\n")
    hooks = Hooks(dotted("hooks.rendered"), dotted("hooks.finished", word="hello"), dotted("hooks.failed"))
    pipeline.hooks = Hooks(
        dotted("hooks.pipeline_rendered"), dotted("hooks.pipeline_finished"), dotted("hooks.pipeline_failed")
    )
    pipeline.task("tasks.make", "out/m.txt", params={"n": 1}, hooks=hooks)
    assert [problem.traceback for problem in pipeline.build().problems] == []
    assert logged(pipeline) == [
        "rendered make",
        "pipeline rendered make",
        "finished made 1 hello default",
        "pipeline finished ['make'] [True] True",
    ]
    pipeline.build()
    assert logged(pipeline)[2:] == ["pipeline finished ['make'] [False] True"]
    pipeline.edit("tasks.py", "open(", "1 / 0; open(")
    pipeline.build()
    assert logged(pipeline)[2:] == ["failed make None", "pipeline failed ZeroDivisionError: division by zero"]


def test_hooks_find_the_tasks_that_theirs_needs_by_name(pipeline: Pipeline) -> None:
    pipeline.write(
        "hooks.py",
        HOOKS
        + """
def looks(task):
    note(" ".join(f"{name}={Path(up.product).name}" for name, up in task.upstream.items()))

def looks_everywhere(dag):
    note(f"{dag['use'].upstream['fit-1'].upstream} {list(dag['use'].upstream)}")
""",
    )
    make = "def make(product):\n    open(product, 'w').write('made')\n"
    use = "def use(product, upstream):\n    upstream['make'], upstream['fit-*']['fit-1']\n    make(product)\n"
    pipeline.write("tasks.py", make + use)
    pipeline.hooks = Hooks(on_finish=dotted("hooks.looks_everywhere"))
    pipeline.task("tasks.make", "out/m.txt")
    pipeline.task("tasks.make", "out/f.txt", name="fit-1")
    pipeline.task(
        "tasks.use", "out/u.txt", upstream=("make", "fit-*"), hooks=Hooks(on_finish=dotted("hooks.looks"))
    )
    assert [problem.traceback for problem in pipeline.build().problems] == []
    assert logged(pipeline) == ["make=m.txt fit-1=f.txt", "{} ['make', 'fit-1']"]


def test_a_hook_that_asks_for_what_nobody_has_fails_the_task(pipeline: Pipeline) -> None:
    pipeline.write("hooks.py", HOOKS)
    pipeline.write("tasks.py", "def make(product):\n    open(product, 'w').write('made')\n")
    pipeline.task("tasks.make", "out/m.txt", hooks=Hooks(on_finish=dotted("hooks.asks")))
    result = pipeline.build()
    assert result.failed == ("make",)
    assert (
        "asks for what, which a hook cannot have; it may ask for: task, client, product, params"
        in result.problems[0].message
    )
    assert not (pipeline.root / "out/.m.txt.metadata").exists()


def test_hooks_of_a_notebook_see_its_products(pipeline: Pipeline) -> None:
    pipeline.write(
        "hooks.py", HOOKS + "\ndef look(product):\n    note(str('printed' in Path(product).read_text()))\n"
    )
    pipeline.write(
        "nb.py", '# %% tags=["parameters"]\nupstream = None\nproduct = None\n\n# %%\nprint("printed")\n'
    )
    pipeline.task(
        "nb.py",
        "out/nb.html",
        hooks=Hooks(on_finish=dotted("hooks.look"), on_failure=dotted("hooks.nothing")),
    )
    assert [problem.traceback for problem in pipeline.build().problems] == []
    assert logged(pipeline) == ["True"]
    pipeline.edit("nb.py", 'print("printed")', "1 / 0")
    pipeline.build()
    assert logged(pipeline) == ["nothing asked"]


def test_nothing_runs_when_on_render_fails(pipeline: Pipeline) -> None:
    pipeline.write("hooks.py", HOOKS)
    pipeline.write("tasks.py", "def make(product):\n    open(product, 'w').write('made')\n")
    pipeline.hooks = Hooks(on_render=dotted("hooks.asks"))
    pipeline.task("tasks.make", "out/m.txt")
    result = pipeline.build()
    assert (result.exit_code, result.ran, result.not_run) == (1, (), ("make",))
    assert pipeline.of_kind(TaskProblem)[0].message.startswith("the pipeline's on_render raised TypeError")


def test_an_early_stop_is_a_quiet_end(pipeline: Pipeline) -> None:
    pipeline.write("hooks.py", HOOKS)
    pipeline.write(
        "tasks.py",
        "from ploomber.exceptions import DAGBuildEarlyStop\n\ndef make(product):\n    raise DAGBuildEarlyStop('enough')\n\ndef after(product, upstream): ...\n",
    )
    pipeline.hooks = Hooks(on_finish=dotted("hooks.nothing"), on_failure=dotted("hooks.nothing"))
    pipeline.task("tasks.make", "out/m.txt", hooks=Hooks(on_failure=dotted("hooks.failed")))
    pipeline.task("tasks.after", "out/a.txt", upstream=("make",))
    result = pipeline.build()
    assert (result.exit_code, result.early_stop, result.failed, result.problems) == (0, True, (), ())
    assert result.not_run == ("make", "after")
    assert logged(pipeline) == ["failed make None"]


def test_a_missing_product_is_named_and_leaves_no_metadata(pipeline: Pipeline) -> None:
    pipeline.write("tasks.py", "def make(product):\n    open(product['a'], 'w').close()\n")
    pipeline.task("tasks.make", {"a": "out/a.txt", "b": "out/b.txt"})
    result = pipeline.build()
    assert result.problems[0].message.endswith("did not make its product out/b.txt")
    assert sorted(path.name for path in (pipeline.root / "out").iterdir()) == ["a.txt"]


def test_exit_in_a_function_is_a_failure(pipeline: Pipeline) -> None:
    pipeline.write("tasks.py", "import sys\n\ndef make(product):\n    sys.exit(0)\n")
    pipeline.task("tasks.make", "out/m.txt")
    assert pipeline.build().problems[0].error == "SystemExit"


def test_an_async_function_is_told_to_do_nothing(pipeline: Pipeline) -> None:
    pipeline.write("tasks.py", "def make(product):\n    return go()\n\nasync def go(): ...\n")
    pipeline.task("tasks.make", "out/m.txt")
    assert "async function" in pipeline.build().problems[0].message
