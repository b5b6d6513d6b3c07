"""Starting, ending, and what must never happen in between."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
from pathlib import Path

import pytest
from lsprotocol import types

from tests.lsp.conftest import PIPELINE
from tests.lsp.editor import PATIENCE, PIPELENS, editor

HEAVY = {"networkx", "jupytext", "nbformat", "nbconvert", "debugpy", "rich", "IPython", "jinja2", "pyflakes"}


def message(method: str, params: object = None, id: int | None = None) -> bytes:
    body = json.dumps(
        {"jsonrpc": "2.0", "method": method, "params": params} | ({} if id is None else {"id": id})
    ).encode()
    return b"Content-Length: %d\r\n\r\n%s" % (len(body), body)


INITIALIZE = message("initialize", {"processId": None, "rootUri": None, "capabilities": {}}, 1)


def serve(sent: bytes, **options: object) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([PIPELENS, "lsp"], input=sent, capture_output=True, timeout=PATIENCE, **options)


def answers(out: bytes) -> list[dict[str, object]]:
    """The messages in what a server wrote; anything else between them is an error."""
    found: list[dict[str, object]] = []
    while out:
        header, separator, rest = out.partition(b"\r\n\r\n")
        assert separator, f"not the protocol: {out!r}"
        fields = dict(line.split(": ", 1) for line in header.decode("ascii").split("\r\n"))
        length = int(fields["Content-Length"])
        found.append(json.loads(rest[:length]))
        out = rest[length:]
    return found


def test_initialize_is_answered_before_any_heavy_library_is_loaded() -> None:
    done = serve(
        INITIALIZE + message("initialized", {}) + message("shutdown", None, 2) + message("exit"),
        env={**os.environ, "PYTHONPROFILEIMPORTTIME": "1"},
    )
    loaded = {line.rsplit("|", 1)[-1].strip().split(".")[0] for line in done.stderr.decode().splitlines()}
    assert "lsprotocol" in loaded
    assert not loaded & HEAVY


def test_the_answer_to_initialize_names_the_protocol() -> None:
    [initialized, shut_down] = answers(
        serve(INITIALIZE + message("shutdown", None, 2) + message("exit")).stdout
    )
    capabilities = initialized["result"]["capabilities"]  # type: ignore[index]
    assert capabilities["experimental"]["pipelens"]["protocol"] == 1
    assert capabilities["positionEncoding"] == "utf-16"
    later = ("callHierarchyProvider", "semanticTokensProvider", "foldingRangeProvider", "diagnosticProvider")
    assert not [name for name in (*later, "documentFormattingProvider") if name in capabilities]
    assert shut_down["id"] == 2


@pytest.mark.parametrize(
    ("sent", "code"),
    [(b"", 1), (INITIALIZE, 1), (INITIALIZE + message("shutdown", None, 2) + message("exit"), 0)],
)
def test_the_server_ends_with_its_client(sent: bytes, code: int) -> None:
    assert serve(sent).returncode == code


@pytest.mark.skipif(os.name == "nt", reason="Windows has no request to terminate")
def test_a_request_to_terminate_ends_the_server() -> None:
    with subprocess.Popen([PIPELENS, "lsp"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(INITIALIZE)
        process.stdin.flush()
        process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE)


def test_what_is_not_the_protocol_kills_nothing() -> None:
    nonsense = b"Content-Length: 9\r\n\r\n{nonsense" + message("textDocument/didOpen", {"wrong": True})
    unknown = message("textDocument/didChange", {"textDocument": 3}) + message("pipelens/unknown", {}, 8)
    done = serve(INITIALIZE + nonsense + unknown + message("shutdown", None, 2) + message("exit"))
    told = answers(done.stdout)
    assert done.returncode == 0
    assert [one["id"] for one in told if "id" in one] == [1, 8, 2]
    assert not [one for one in told if one.get("method") == "window/showMessage"]


SHUTDOWN = message("shutdown", None, 90)
EXIT = message("exit")


def codes(done: subprocess.CompletedProcess[bytes]) -> dict[object, object]:
    """By the id of a request: the code of its error, None for a result."""
    told = [one for one in answers(done.stdout) if "id" in one and "method" not in one]
    return {one["id"]: one.get("error", {}).get("code") for one in told}  # type: ignore[attr-defined]


HOVER = {"textDocument": {"uri": "file:///x.py"}, "position": {"line": 0, "character": 0}}


def test_requests_before_the_first_are_refused_and_the_server_lives_on() -> None:
    early = (
        message("textDocument/hover", HOVER, 7) + message("textDocument/didOpen", {}) + message("x/y", {}, 8)
    )
    done = serve(early + message("shutdown", None, 9) + INITIALIZE + SHUTDOWN + EXIT)
    assert codes(done) == {7: -32002, 8: -32002, 9: -32002, 1: None, 90: None}
    assert done.returncode == 0


def test_requests_after_the_last_are_refused() -> None:
    done = serve(INITIALIZE + SHUTDOWN + message("textDocument/hover", HOVER, 7) + SHUTDOWN + EXIT)
    assert codes(done)[7] == -32600
    assert done.returncode == 0


def test_a_second_meeting_is_refused() -> None:
    again = message("initialize", {"processId": None, "rootUri": None, "capabilities": {}}, 5)
    assert codes(serve(INITIALIZE + again + SHUTDOWN + EXIT)) == {1: None, 5: -32600, 90: None}


def test_every_request_is_answered_even_one_that_makes_no_sense() -> None:
    sent = INITIALIZE
    for id, (method, params) in enumerate(
        [
            ("textDocument/hover", {"position": 3}),
            ("textDocument/hover", None),
            ("workspace/executeCommand", {"command": "pipelens.nothing"}),
            ("workspace/executeCommand", {"command": 3}),
            ("pipelens/unknown", {}),
            ("$/unknown", {}),
        ],
        10,
    ):
        sent += message(method, params, id)
    found = codes(serve(sent + SHUTDOWN + EXIT))
    assert [id for id in range(10, 16) if not found.get(id)] == []


def test_leaving_without_a_goodbye_is_told_by_the_exit_code() -> None:
    assert serve(INITIALIZE + EXIT).returncode == 1
    assert serve(EXIT).returncode == 1


@pytest.mark.parametrize(
    "sent",
    [
        b"Content-Le",
        b"Content-Length: 50\r\n",
        b"Content-Length: 50\r\n\r\n",
        b'Content-Length: 50\r\n\r\n{"jsonrpc": "2.0", "me',
        b"Content-Length: 9999999999\r\n\r\n{}",
        b"x" * 100_000,
    ],
    ids=["in a header", "behind a header", "before a body", "in a body", "in a huge body", "no protocol"],
)
def test_a_client_that_dies_in_a_message_takes_the_server_along(sent: bytes) -> None:
    assert serve(INITIALIZE + sent).returncode == 1


def test_headers_may_be_written_in_many_ways() -> None:
    body = message("shutdown", None, 90).partition(b"\r\n\r\n")[2]
    for header in (
        b"content-length:%d\r\n",
        b"Content-Type: x\r\nCONTENT-LENGTH :  %d \r\n",
        b"X: y\r\nContent-Length: %d\r\n",
    ):
        done = serve(INITIALIZE + header % len(body) + b"\r\n" + body + EXIT)
        assert codes(done) == {1: None, 90: None}
        assert done.returncode == 0


def test_nonsense_between_messages_is_passed_over() -> None:
    nonsense = b"\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n\xff\xfe\x00\n" + b"y" * 20_000
    done = serve(INITIALIZE + nonsense + SHUTDOWN + EXIT)
    assert codes(done) == {1: None, 90: None}
    for body in (
        b"[]",
        b"3",
        b"null",
        b"{}",
        b'"x"',
        b'{"jsonrpc": "2.0"}',
        b'{"jsonrpc": "1.0", "id": 4}',
        b"\xff",
        b"[" * 50_000,
    ):
        done = serve(INITIALIZE + b"Content-Length: %d\r\n\r\n%s" % (len(body), body) + SHUTDOWN + EXIT)
        assert codes(done)[90] is None, body[:40]
        assert done.returncode == 0


def test_a_huge_document_is_taken() -> None:
    text = "tasks:\n" + "  - source: a.py\n    product: out/a.ipynb\n" * 50_000
    item = {"uri": "file:///nowhere/pipeline.txt", "languageId": "yaml", "version": 1, "text": text}
    done = serve(INITIALIZE + message("textDocument/didOpen", {"textDocument": item}) + SHUTDOWN + EXIT)
    assert done.returncode == 0


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="only /proc tells the environment of processes")
async def test_the_end_leaves_no_process_behind(project: Path) -> None:
    mark = f"PIPELENS_TEST_MARK={project.name}-{os.getpid()}-{id(project)}"
    name, _, value = mark.partition("=")

    def marked() -> list[str]:
        found: list[str] = []
        for environ in Path("/proc").glob("[0-9]*/environ"):
            try:
                if mark.encode() in environ.read_bytes().split(b"\0"):
                    found.append(environ.parent.name)
            except OSError:
                continue
        return found

    async with editor(project, "visual-studio-code", **{name: value}) as it:
        it.open("pipeline.yaml")
        await it.shows("pipeline.yaml")
        await it.run_task("load")
        assert marked()
    for _ in range(int(PATIENCE * 20)):
        if not marked():
            break
        await asyncio.sleep(0.05)
    assert marked() == []


async def test_documents_that_are_no_files_are_left_alone(project: Path) -> None:
    async with editor(project) as it:
        item = types.TextDocumentItem("untitled:pipeline.yaml", "yaml", 1, "tasks: [")
        it.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
        await it.quiet()
        assert it.published == []
        assert it.client.error is None


MARK = """\
import os, pathlib
pathlib.Path(os.environ["MARK_FOLDER"]).joinpath({name!r}).touch()
"""


@pytest.mark.parametrize("inside", [True, False], ids=["started inside", "started outside"])
async def test_nothing_of_a_workspace_is_ever_imported_by_serving_it(
    project: Path, tmp_path: Path, inside: bool
) -> None:
    marks = tmp_path / "marks"
    marks.mkdir()
    names = ("yaml", "sitecustomize", "usercustomize", "json", "pygls", "lsprotocol", "jinja2", "jupytext")
    for name in (*names, "pyflakes", "asyncio", "pipelens", "attrs", "hook"):
        (project / f"{name}.py").write_text(MARK.format(name=name))
    steps = project / "steps.py"
    steps.write_text(MARK.format(name="steps") + steps.read_text())
    (project / "script.py").write_text("# %% tags=['parameters']\nupstream = None\n# %%\nundefined\n")
    (project / "pipeline.yaml").write_text(
        PIPELINE + "    on_finish: hook.check\n  - source: script.py\n    product: out/nb.ipynb\n"
    )
    cwd = project if inside else tmp_path
    async with editor(project, cwd=cwd, MARK_FOLDER=str(marks), PYTHONPATH="") as it:
        for name in ("pipeline.yaml", "steps.py", "script.py"):
            it.open(name)
        await it.diagnostics("pipeline.yaml")
        await it.lenses("pipeline.yaml")
        it.rewrite("pipeline.yaml", PIPELINE + "  - broken: [")
        await it.until(lambda: bool(it.codes("pipeline.yaml")))
        it.save("steps.py")
        await it.quiet()
    assert list(marks.iterdir()) == []
    assert not (project / ".pipelens").exists()


@pytest.mark.parametrize("inside", [True, False], ids=["started inside", "started outside"])
async def test_an_import_path_of_the_workspace_is_not_ours(
    project: Path, tmp_path: Path, inside: bool
) -> None:
    marks = tmp_path / "marks"
    marks.mkdir()
    for name in ("yaml", "pygls", "jinja2", "pyflakes"):
        (project / f"{name}.py").write_text(MARK.format(name=name))
    cwd = project if inside else tmp_path
    async with editor(project, cwd=cwd, MARK_FOLDER=str(marks), PYTHONPATH=str(project)) as it:
        it.open("pipeline.yaml")
        await it.shows("pipeline.yaml")
    assert list(marks.iterdir()) == []


async def test_a_run_outlives_the_editor(project: Path) -> None:
    steps = project / "steps.py"
    steps.write_text(steps.read_text().replace('print("loading")', "import time; time.sleep(2); print('x')"))
    async with editor(project) as it:
        it.open("pipeline.yaml")
        load = {"pipeline": it.uri("pipeline.yaml"), "task": "load"}
        await it.command("pipelens.runTask", load)
        await it.until(lambda: "load: running" in it.log)
    assert not (project / "out" / "load.txt").exists()
    product = project / "out" / "load.txt"
    for _ in range(int(PATIENCE * 20)):
        if product.exists():
            break
        await asyncio.sleep(0.05)
    assert product.read_text() == "1"
