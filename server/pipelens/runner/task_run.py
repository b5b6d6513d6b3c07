"""One task, from its intent to its metadata (section 12.3 of the format)."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, cast

from pipelens.core.project import Task
from pipelens.core.sources import FunctionSource, NotebookSource, TemplateSource, UnresolvedFunction
from pipelens.runner.disk_room import advice
from pipelens.runner.events import TaskProblem
from pipelens.runner.failures import trim_failures
from pipelens.runner.intents import end_intent, void_changed, write_intent
from pipelens.runner.interpreter import HOW_TO_CHANGE
from pipelens.runner.kernel_engine import kernel_of
from pipelens.runner.metadata import RESOURCES, called_params, stored_params, write_metadata
from pipelens.runner.notebook_formats import is_converted
from pipelens.runner.notebook_output import ExecutedNotebook, ExportError, write_notebook
from pipelens.runner.place import Place, Status
from pipelens.runner.plan_file import write_plan
from pipelens.runner.state import file_name, state_path
from pipelens.runner.static_check import static_problems
from pipelens.runner.task_plan import (
    RECORDED_KINDS,
    TaskNotReady,
    function_plan,
    hooks_value,
    kernel_plan,
    notebook_plan,
    read_notebook,
    task_plan,
    with_dump,
)
from pipelens.runner.task_reports import TaskReports
from pipelens.runner.whole_file import write_whole
from pipelens.runner.worker_reports import (
    Ended,
    Engine,
    Order,
    WorkerNotStarted,
    carry_out,
)

if TYPE_CHECKING:
    from pipelens.runner.hook_runs import HookRunner


@dataclass(slots=True)
class TaskRun:
    """The run of one task. told: what the worker told. died: it did not end by itself."""

    place: Place
    task: Task
    told: TaskReports = field(init=False)
    died: bool = False

    def __post_init__(self) -> None:
        self.told = TaskReports(self.place, self.task)

    @property
    def problems(self) -> list[TaskProblem]:
        return self.told.problems

    def run(self) -> Status:
        """Execute the task and leave its records in order, whatever happens."""
        products = self.products
        for path in products:
            os.makedirs(os.path.dirname(path), exist_ok=True)
        project = self.place.project
        intent = write_intent(project.root, project.path, self.task.name, self.place.run, products)
        status: Status = "failed"
        try:
            status = self.executed_status()
            if status == "ok":
                status = self.recorded()
        finally:
            if status != "ok":
                void_changed(intent)
                self.keep_partial_notebook()
                self.tell_dump()
            end_intent(project.root, project.path, self.task.name)
        return status

    @property
    def products(self) -> tuple[str, ...]:
        assert self.task.products is not None
        return tuple(product.path for product in self.task.products.items)

    def advise(self) -> None:
        """Say what to do about the failure where a full disk is to blame for it."""
        if not self.problems or self.problems[0].advice:
            return
        first = self.problems[0]
        folders = [*map(os.path.dirname, self.products), state_path(self.place.project.root)]
        told = advice(f"{first.message} {first.traceback}", dict.fromkeys(folders))
        self.problems[0] = replace(first, advice=told)

    def fail(self, message: str, **fields: Any) -> Status:
        self.problems.append(TaskProblem(self.task.name, message, **fields))
        return "failed"

    def executed_status(self) -> Status:
        """Run the task's code, its notebook's export and its `on_finish`."""
        made = self.plan()
        if isinstance(made, TaskNotReady):
            return self.fail(made.message, path=made.path, line=made.line)
        if self.problems:
            return "failed"
        if made["kind"] in RECORDED_KINDS:
            made = with_dump(made, self.place, self.state_file("failures", "plpm"))
        try:
            status = self.worked(made)
        finally:
            if self.told.script is not None:
                self.told.script.remove()
        if status == "ok" and self.told.executed is not None:
            conversions, scratch = self.place.engines.conversions, self.state_file("plans", "ipynb")
            try:
                write_notebook(self.told.executed, self.task, conversions, scratch, self.place.stop)
            except ExportError as error:
                status = self.fail(str(error))
        if self.task.kind == "function":
            return self.after_death(status)
        return self.hooked(status)

    def hooked(self, status: Status) -> Status:
        """Call the hooks of a notebook or script task, in a process of their own: they must see
        the products that are written after the worker ended."""
        hooks = hooks_value(self.task.spec.hooks)
        phase = {"ok": "on_finish", "failed": "on_failure", "early_stop": "on_failure"}.get(status)
        if phase is None or phase not in hooks:
            return status
        done = self.hook_runner().call_task(self.task, phase, hooks[phase])
        self.problems.extend(done.problems)
        if done.status == "ok" or (phase == "on_failure" and done.status == "early_stop"):
            return status
        return done.status

    def after_death(self, status: Status) -> Status:
        """A function's worker calls the hooks itself, unless it did not live to do so."""
        hooks = hooks_value(self.task.spec.hooks)
        if status == "failed" and self.died and "on_failure" in hooks:
            done = self.hook_runner().call_task(self.task, "on_failure", hooks["on_failure"])
            self.problems.extend(done.problems)
        return status

    def hook_runner(self) -> HookRunner:
        from pipelens.runner.hook_runs import HookRunner

        return HookRunner(self.place)

    def plan(self) -> dict[str, object] | TaskNotReady:
        project, task = self.place.project, self.task
        match task.source:
            case FunctionSource():
                return function_plan(project, task, cwd=self.place.cwd, events=self.events_path)
            case UnresolvedFunction(certain=certain, reason=reason, path=path) if certain:
                return TaskNotReady(f"its function {task.spec.source} was not found: {reason}", path)
            case UnresolvedFunction():
                return function_plan(project, task, cwd=self.place.cwd, events=self.events_path)
            case NotebookSource(path=path):
                return self.cells_plan(path)
            case TemplateSource() if task.kind == "shell":
                return self.script_plan()
            case _:
                return TaskNotReady(f"its source {task.spec.source} cannot be read", task.spec.source_path)

    def script_plan(self) -> dict[str, object] | TaskNotReady:
        from pipelens.runner.shell_run import Script

        project, cwd, task = self.place.project, self.place.cwd, self.task
        if task.spec.calls:
            # The script is made of values that only running tells.
            plan = {**task_plan(project, task, cwd=cwd, events=self.events_path), "kind": "values"}
            if self.worked(plan, self.place.engines.of(None)) != "ok":
                return plan
        self.told.script = Script(task, self.state_file("plans", "sh"))
        called = {name: self.told.params[name] for name in called_params(task)}
        fault = self.told.script.write(project, called)
        return fault or self.told.script.plan(project, cwd=cwd, events=self.events_path)

    def cells_plan(self, path: str) -> dict[str, object] | TaskNotReady:
        try:
            with open(path, encoding="utf-8", newline="") as file:
                text = file.read()
        except (OSError, ValueError) as error:
            return TaskNotReady(f"its source cannot be read: {error}", path)
        found = read_notebook(self.task, text)
        if isinstance(found, TaskNotReady):
            return found
        self.told.notebook = found
        self.problems.extend(static_problems(self.task, path, found.found))
        if self.task.kind == "notebook":
            self.told.executed = ExecutedNotebook(found, text)
            if is_converted(self.task):
                self.place.engines.conversions.prepare()
        plan = notebook_plan(
            self.place.project, self.task, found, cwd=self.working_folder, events=self.events_path
        )
        kernel = kernel_of(self.task, self.place.engines.chosen)
        if kernel is None or self.told.executed is None or self.problems:
            return plan
        if self.worked({**plan, "kind": "values"}, self.place.engines.of(None)) != "ok":
            return plan
        return kernel_plan(plan, kernel, self.told.executed.injected, self.task)

    @property
    def working_folder(self) -> str:
        """Where the code runs: a script in its own folder, a notebook with `local_execution` or
        `executor_params.cwd` as these say, all else where the command was given."""
        options, path = self.task.spec.options, self.task.source_path
        if path and (self.task.kind == "script" or options.get("local_execution")):
            return os.path.dirname(path)
        for name in ("executor_params", "papermill_params"):
            given = options.get(name)
            if isinstance(given, Mapping) and given.get("cwd"):
                return os.path.join(self.place.cwd, str(given["cwd"]))
        return self.place.cwd

    @property
    def events_path(self) -> str:
        return self.state_file("plans", "events.jsonl")

    def state_file(self, folder: str, extension: str) -> str:
        name = f"{file_name(self.task.name)}-{self.place.run}.{extension}"
        return state_path(self.place.project.root, folder, name)

    def worked(self, plan: Mapping[str, object], engine: Engine | None = None) -> Status:
        """Start the worker with `plan` and follow it to its end."""
        plan_path = self.state_file("plans", "json")
        engine = engine or self.place.engines.of(self.task)
        marks = os.urandom(8).hex() if engine.name in ("warm", "process") and self.told.executed else None
        write_plan(
            plan_path, {**plan, "outputs": {**cast("dict[str, object]", plan["outputs"]), "marks": marks}}
        )
        order = Order(plan_path, self.events_path, str(plan["cwd"]), self.place.environ, marks)
        try:
            ended = carry_out(engine, order, self.place.stop, self.told.hear)
        except WorkerNotStarted as error:
            return self.fail(str(error), advice=HOW_TO_CHANGE)
        finally:
            for path in (plan_path, self.events_path):
                if os.path.exists(path):
                    os.unlink(path)
        return self.status_of(ended)

    def status_of(self, ended: Ended) -> Status:
        if self.place.stop.is_set and (ended.status != "ok" or ended.was_killed):
            return "interrupted"
        match ended.status:
            case "ok" if ended.was_killed:
                self.died = True
                return self.fail(f"the process of the task {ended.in_words} before it had ended")
            case "ok" | "failed" | "early_stop":
                if self.told.script is not None and self.told.script.status is not None:
                    self.problems.append(self.told.script.problem())
                return ended.status
            case "interrupted":
                return self.fail("it was interrupted", error="KeyboardInterrupt")
            case _:
                self.died = True
                return self.fail(f"the process of the task {ended.in_words} before it was done")

    def recorded(self) -> Status:
        """Check that the products are there, then write the metadata beside them."""
        missing = [path for path in self.products if not os.path.exists(path)]
        if missing:
            root = self.place.project.root
            listed = ", ".join(os.path.relpath(path, root) for path in missing)
            return self.fail(
                f"it ran, but did not make its product{'s' if len(missing) > 1 else ''} {listed}",
                path=self.task.source_path,
                line=self.task.source_line,
            )
        script = self.told.script
        code = script.text if script is not None else self.task.code  # read anew each time
        code = self.told.code if code is None else code
        if code is None:
            return "ok"
        try:
            params = self.stored()
            for path in self.products:
                write_metadata(path, time.time(), code, params)
        except OSError as error:
            return self.fail(f"the record of its run cannot be written: {error.filename}: {error.strerror}")
        return "ok"

    def stored(self) -> dict[str, object]:
        """The params to store: ours as they are, called ones with the values that they had."""
        called = called_params(self.task)
        merged = {
            name: self.told.params[name] if name in called else value
            for name, value in self.task.params.items()
            if name not in called or name in self.told.params
        }
        return stored_params({k: v for k, v in merged.items() if k != RESOURCES}, self.task.spec.resources)

    def tell_dump(self) -> None:
        """Say where the worker recorded the failure, where it did."""
        root, path = self.place.project.root, self.state_file("failures", "plpm")
        if self.problems and os.path.exists(path):
            self.problems[0] = replace(self.problems[0], dump=os.path.relpath(path, root))
            trim_failures(root)

    def keep_partial_notebook(self) -> None:
        """What ran of a failed notebook is kept in the state folder, not in the product's place."""
        if self.told.executed is None:
            return
        root = self.place.project.root
        path = state_path(root, "failures", f"{file_name(self.task.name)}-{self.place.run}.ipynb")
        try:
            write_whole(path, self.told.executed.as_bytes(compact=True), mode=0o600)
        except OSError:
            return
        if self.problems:
            self.problems[0] = replace(self.problems[0], notebook=os.path.relpath(path, root))
