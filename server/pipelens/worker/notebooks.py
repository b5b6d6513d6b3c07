"""Notebook and script tasks: all statements of all cells, one after another, in one loop."""

from __future__ import annotations

import ast
import builtins
import inspect
import os
import sys
import time
from types import ModuleType
from typing import Any, Callable, List, Mapping, Optional, Sequence

from . import cell_errors, cells, display, parameters, products, tracebacks
from .channel import Channel
from .main_module import main_module
from .marks import Marks
from .values import decode_params, storable

_OWN_CELL_MAGICS = ("%%time", "%%capture")


def prepare(plan: Mapping[str, Any]) -> Callable[[Mapping[str, Any], Channel], None]:
    """Import what running needs, before the project's folders are on the import path."""
    import asyncio  # noqa: F401
    from importlib.util import find_spec

    if find_spec("IPython") is None:
        return lambda plan, channel: _run(plan, channel, None)
    if find_spec("matplotlib_inline") is not None:
        os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    from . import shell

    return lambda plan, channel: _run(plan, channel, shell.make_shell)


def run_script(plan: Mapping[str, Any], channel: Channel) -> None:
    """All code cells as one script (section 7.2): no display, no magics, its exit code counts."""
    module = main_module(plan["source"])
    codes = _codes(plan, channel)
    for code in codes:
        cells.parse(code, lambda text: text)
    codes = _broken(codes) or codes
    compiler = cells.Compiler(allow_await=False)
    try:
        for code in codes:
            cell_errors.raise_syntax(code, "a script runs without IPython, so magics are syntax errors in it")
            for statement in code.statements:
                compiled = compiler.compile(statement, code.filename, False)
                with cells.users_code():
                    exec(compiled, module.__dict__)
    except SystemExit as error:
        if error.code not in (None, 0):
            raise


def _run(plan: Mapping[str, Any], channel: Channel, make_shell: Optional[Callable[..., Any]]) -> None:
    import asyncio

    module = main_module(None)
    codes = _codes(plan, channel)
    if plan["outputs"].get("marks"):
        channel.marks = Marks(plan["outputs"]["marks"])
    streams = display.take_streams(channel)
    shell = make_shell(module, channel) if make_shell is not None else None
    if plan.get("debug"):
        from . import debugging

        debugging.tidy(module.__dict__)
    engine = _Notebook(module, channel, shell, streams)
    for code in codes:
        engine.parse(code)
    codes = _broken(codes) or codes
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        loop.run_until_complete(engine.run(codes, plan["user_roots"]))
    except SystemExit as error:
        if error.code not in (None, 0):
            raise
    finally:
        engine.flush()


def _codes(plan: Mapping[str, Any], channel: Channel) -> List[cells.Code]:
    """The code cells; the injected one gets its text here, where called params are known."""
    with cells.users_code():
        params = decode_params(plan.get("params") or {})
    channel.send("params", values=storable(params))
    text = parameters.injected_text(
        params, products.upstream_text(plan.get("upstream") or {}), plan["product"]
    )
    channel.send("injected", text=text)
    found = []
    for cell in plan["cells"]:
        if cell["kind"] != "code":
            continue
        code = cells.Code(dict(cell, source=text) if cell.get("injected") else cell)
        if code.injected or cell.get("pseudo"):
            cells.register_text(code.filename, code.source)
        found.append(code)
    return found


def _broken(codes: List[cells.Code]) -> List[cells.Code]:
    """The first cell that does not parse: then it is told before anything runs."""
    return next(([code] for code in codes if code.error and not code.may_fail and not code.is_skipped), [])


class _Stopped(Exception):
    """A StopIteration of the user's code on its way through ours."""

    def __init__(self, error: StopIteration) -> None:
        super().__init__(error)
        self.error = error


class _Notebook:
    """The run of one notebook."""

    def __init__(
        self, module: ModuleType, channel: Channel, shell: Any, streams: Sequence[display.CellStream]
    ) -> None:
        self.module = module
        self.channel = channel
        self.shell = shell
        self.streams = streams
        self.compiler = cells.Compiler(allow_await=True)
        self.count = 0
        self.plain = display.PlainDisplay(channel)
        if shell is None:
            sys.displayhook = self.plain.hook
            builtins.display = self.plain.display  # type: ignore[attr-defined]

    def parse(self, code: cells.Code) -> None:
        if self.shell is None:
            cells.parse(code, lambda text: text)
            return
        first, _, rest = code.source.lstrip("\n").partition("\n")
        word, _, arguments = first.partition(" ")
        if (
            word in _OWN_CELL_MAGICS
            and not code.source.startswith("\n")
            and (rest.strip() or not arguments.strip())
        ):
            code.magic = (word[2:], arguments.strip())
            cells.parse(code, self.shell.transform_cell, skip=1)
        else:
            cells.parse(code, self.shell.transform_cell)

    async def run(self, codes: List[cells.Code], roots: List[str]) -> None:
        from asyncio import sleep

        for code in codes:
            if code.is_skipped:
                continue
            self.channel.cell = code.index
            self.count += 1
            self.plain.count = self.count
            self.channel.send("cell", state="started", index=code.index, execution_count=self.count)
            try:
                await self.run_cell(code)
            except BaseException as caught:
                error = caught.error if isinstance(caught, _Stopped) else caught
                self.flush()
                if isinstance(error, SystemExit) and error.code in (None, 0):
                    self.channel.send("cell", state="finished", index=code.index)
                    raise
                self.show(error, code)
                if code.may_fail and not isinstance(error, (SystemExit, KeyboardInterrupt)):
                    self.remember(error, code)
                else:
                    self.fail(error, code, roots)
                    raise error  # noqa: B904
            self.flush()
            self.channel.send("cell", state="finished", index=code.index)
            await sleep(0)
        self.channel.cell = None

    async def run_cell(self, code: cells.Code) -> None:
        cell_errors.raise_syntax(
            code, "magics need IPython: {} -m pip install ipython".format(sys.executable)
        )
        if self.shell is None:
            await self.run_statements(code, "last_expr")
            return
        from .shell import cell_info, set_count

        set_count(self.shell, self.count)
        events = self.shell.events
        events.trigger("pre_execute")
        events.trigger("pre_run_cell", cell_info(code.source))
        if self.shell.history_manager is not None:
            self.shell.history_manager.store_inputs(self.count, code.transformed, code.source)
        statements = self.shell.transform_ast(_module(code.statements)).body
        code.statements = statements
        await self.run_magic(code)
        self.after(code)

    def after(self, code: cells.Code, error: Optional[BaseException] = None) -> None:
        """Call what waits for the end of a cell: pending figures are shown there."""
        if self.shell is None:
            return
        from .shell import cell_result

        result = cell_result(code.source, self.count)
        result.error_in_exec = error
        self.shell.events.trigger("post_execute")
        self.shell.events.trigger("post_run_cell", result)

    async def run_magic(self, code: cells.Code) -> None:
        """The two cell magics whose body keeps its lines, else the statements as they are."""
        interactivity = self.shell.ast_node_interactivity
        if code.magic is None:
            await self.run_statements(code, interactivity)
        elif code.magic[0] == "time":
            await self.run_timed(code, interactivity)
        else:
            await self.run_captured(code, interactivity)

    async def run_timed(self, code: cells.Code, interactivity: str) -> None:
        """The times come before the value, and when the cell fails as well."""
        from .shell import times_text

        values: List[Any] = []
        shown, sys.displayhook = sys.displayhook, values.append
        wall, cpu = time.perf_counter(), os.times()
        try:
            await self.run_statements(code, interactivity)
        finally:
            now = os.times()
            took = times_text(now.user - cpu.user, now.system - cpu.system, time.perf_counter() - wall)
            sys.displayhook = shown
            sys.stdout.write(took + "\n")
        for value in values:
            shown(value)

    async def run_captured(self, code: cells.Code, interactivity: str) -> None:
        from .shell import capture_output

        assert code.magic is not None
        words = code.magic[1].split()
        names = [word for word in words if not word.startswith("-")]
        with capture_output(
            "--no-stdout" not in words, "--no-stderr" not in words, "--no-display" not in words
        ) as captured:
            await self.run_statements(code, interactivity)
        if names:
            self.module.__dict__[names[0]] = captured

    async def run_statements(self, code: cells.Code, interactivity: str) -> None:
        if interactivity == "last_expr_or_assign":
            cells.show_assigned(code.statements)
        last = len(code.statements) - 1
        quiet = cells.ends_with_semicolon(code.source)
        for i, statement in enumerate(code.statements):
            shown = interactivity == "all" or (interactivity.startswith("last") and i == last)
            shows = shown and not quiet and type(statement).__name__ == "Expr"
            compiled = self.compiler.compile(statement, code.filename, shows)
            with cells.users_code():
                if compiled.co_flags & inspect.CO_COROUTINE:
                    await eval(compiled, self.module.__dict__)
                else:
                    try:
                        exec(compiled, self.module.__dict__)
                    except StopIteration as error:
                        # A coroutine cannot raise it.
                        raise _Stopped(error) from None

    def flush(self) -> None:
        """What was printed is in its cell now, whatever the task has made of `sys.stdout`."""
        for stream in (sys.stdout, sys.stderr):
            if stream not in self.streams:
                try:
                    stream.flush()
                except Exception:
                    continue
        for own in self.streams:
            own.end_cell()

    def show(self, error: BaseException, code: cells.Code) -> None:
        """Put the error into the cell's output."""
        if self.shell is not None:
            from .shell import told_otherwise

            try:
                if told_otherwise(self.shell, error):
                    return
            finally:
                self.flush()
        self.channel.output(
            {
                "output_type": "error",
                "ename": type(error).__name__,
                "evalue": tracebacks.text_of(error),
                "traceback": cell_errors.formatted(error, self.shell),
            }
        )

    def remember(self, error: BaseException, code: cells.Code) -> None:
        """The notebook goes on: what asks for the last error finds it."""
        sys.last_type, sys.last_value = type(error), error
        sys.last_traceback = tracebacks.from_user_code(error)
        self.after(code, error)

    def fail(self, error: BaseException, code: cells.Code, roots: List[str]) -> None:
        """Tell the runner what failed, and where."""
        try:
            self.after(code, error)
            self.flush()
        except BaseException:
            # The first error is the one to tell.
            pass
        if tracebacks.is_interruption(error):
            self.channel.send("cell", state="failed", index=code.index)
            return
        described = tracebacks.described(error, roots)
        if described["path"] is None:
            described.update(path=code.filename, line=code.file_line(1) - 1)
        own = cell_errors.line_in_cell(error, code)
        place = None if own is None else (code.filename, code.file_line(own + 1) - 1)
        called = place is not None and place != (described["path"], described["line"])
        described.update(cell=code.index, cell_line=own, called=called)
        self.channel.send("cell", state="failed", index=code.index)
        self.channel.send("failure", phase="cell", early_stop=tracebacks.is_early_stop(error), **described)
        error._pipelens_told = True  # type: ignore[attr-defined]
        self.channel.message = described["message"]


def _module(body: List[Any]) -> Any:
    return ast.Module(body, [])
