"""A process of our own interpreter that runs one notebook in a Jupyter kernel and tells the runner
the same events as a worker does: nbclient speaks to the kernel.

The kernel is a session of its own, so its number is kept in a file: whoever ends this process ends
the kernel by it, and this process ends it when the runner is gone.
"""

from __future__ import annotations

import json
import os
import re
import threading
import time
from typing import Any

from pipelens.runner.state import system

_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_LINE = re.compile(r"(?:Cell In\s?\[\d+\](?:, line |\s+in\s.*?, line |.*?:)|line )(\d+)")


def serve(plan_path: str, pid_path: str, lifeline: str | None = None) -> int:
    with open(plan_path, encoding="utf-8") as file:
        plan: dict[str, Any] = json.load(file)
    if lifeline is not None:
        threading.Thread(target=_watch, args=(int(lifeline), pid_path), daemon=True).start()
    told = _Told(plan["outputs"]["events"])
    try:
        return _run(plan, told, pid_path)
    except KeyboardInterrupt:
        told.send("end", status="interrupted")
        return 130
    finally:
        if os.path.exists(pid_path):
            os.unlink(pid_path)


class _Told:
    def __init__(self, path: str) -> None:
        self._fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def send(self, kind: str, **fields: Any) -> None:
        if kind == "cell":
            fields["at"] = time.time()
        data = json.dumps({"kind": kind, **fields}, default=str).encode("ascii") + b"\n"
        while data:
            data = data[os.write(self._fd, data) :]


def _watch(lifeline: int, pid_path: str) -> None:
    """End the kernel and this process when the runner is gone."""
    os.read(lifeline, 1)
    end_kernel(pid_path)
    os._exit(1)


def end_kernel(pid_path: str) -> None:
    """End the kernel whose number the file holds, at once."""
    try:
        with open(pid_path, encoding="ascii") as file:
            pid = int(file.read())
    except (OSError, ValueError):
        return
    system.end_group(pid)


def _run(plan: dict[str, Any], told: _Told, pid_path: str) -> int:
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    cells = plan["cells"]
    counts = {"last": 0}

    class Client(NotebookClient):
        def process_message(self, msg: Any, cell: Any, cell_index: int) -> Any:
            _tell_message(told, msg, cells[cell_index]["index"])
            return super().process_message(msg, cell, cell_index)

    def started(cell: Any, cell_index: int) -> None:
        if cell.cell_type == "code" and cell.source.strip():
            counts["last"] += 1
            counts["cell"] = cell_index
            told.send(
                "cell", state="started", index=cells[cell_index]["index"], execution_count=counts["last"]
            )

    def executed(cell: Any, cell_index: int, execute_reply: Any) -> None:
        failed = execute_reply["content"]["status"] == "error"
        told.send("cell", state="failed" if failed else "finished", index=cells[cell_index]["index"])
        counts["cell"] = cell_index

    made = {"code": nbformat.v4.new_code_cell, "markdown": nbformat.v4.new_markdown_cell}
    node = nbformat.v4.new_notebook(
        cells=[made.get(cell["kind"], nbformat.v4.new_raw_cell)(cell["source"]) for cell in cells]
    )
    for cell, given in zip(node.cells, cells, strict=True):
        cell.metadata["tags"] = list(given.get("tags") or ())
    client: Any = Client(
        node,
        kernel_name=plan["kernel"],
        timeout=plan.get("timeout"),
        startup_timeout=plan.get("startup_timeout") or 60,
        on_cell_start=started,
        on_cell_executed=executed,
        resources={"metadata": {"path": plan["cwd"]}},
        store_widget_state=False,
    )
    manager: Any = client.create_kernel_manager()
    start = manager.start_kernel

    async def start_and_note(**options: Any) -> Any:
        await start(**options)
        pid = getattr(manager.provisioner, "pid", None)
        with open(pid_path, "w", encoding="ascii") as file:
            file.write(str(pid))

    manager.start_kernel = start_and_note
    try:
        client.execute()
    except CellExecutionError as error:
        if error.ename == "KeyboardInterrupt":
            raise KeyboardInterrupt from None
        _tell_failure(told, error, cells, counts.get("cell"))
        told.send("end", status="failed")
        return 1
    except (CellTimeoutError, DeadKernelError, RuntimeError) as error:
        message = f"the kernel died: {error}"
        if isinstance(error, CellTimeoutError):
            message = f"the cell took longer than {plan['timeout']} seconds (execution_timeout)"
        fields = _described(type(error).__name__, message, "")
        if "cell" in counts:
            told.send("cell", state="failed", index=cells[counts["cell"]]["index"])
            fields.update(_place(cells[counts["cell"]], 0))
        told.send("failure", phase="cell", **fields)
        told.send("end", status="failed")
        return 1
    told.send("end", status="ok")
    return 0


def _tell_message(told: _Told, msg: Any, index: int | None) -> None:
    kind, content = msg["msg_type"], msg["content"]
    display = (content.get("transient") or {}).get("display_id")
    if kind == "stream":
        output = {"output_type": "stream", "name": content["name"], "text": content["text"]}
    elif kind in ("display_data", "execute_result"):
        output = {"output_type": kind, "data": content["data"], "metadata": content.get("metadata") or {}}
        if kind == "execute_result":
            output["execution_count"] = content.get("execution_count")
        if display:
            output["transient"] = {"display_id": display}
    elif kind == "error":
        output = {"output_type": kind, **{name: content[name] for name in ("ename", "evalue", "traceback")}}
    elif kind == "update_display_data":
        told.send("update", display_id=display, data=content["data"], metadata=content.get("metadata") or {})
        return
    elif kind == "clear_output":
        told.send("clear", cell=index, wait=bool(content.get("wait")))
        return
    else:
        return
    told.send("output", cell=index, output=output)


def _tell_failure(told: _Told, error: Any, cells: list[dict[str, Any]], position: int | None) -> None:
    plain = _ANSI.sub("", str(error.traceback))
    fields = _described(error.ename, error.evalue, plain)
    if position is not None:
        cell = cells[position]
        lines = [
            int(number) for number in _LINE.findall(plain) if int(number) <= cell["source"].count("\n") + 1
        ]
        own = lines[0] - 1 if lines else 0
        fields.update(_place(cell, own))
    early = error.ename == "DAGBuildEarlyStop"
    told.send("failure", phase="cell", early_stop=early, **fields)


def _place(cell: dict[str, Any], own: int) -> dict[str, Any]:
    """Where a line of a cell (0-based) is in the source."""
    at = cell.get("lines") or range(cell["line"], cell["line"] + cell["source"].count("\n") + 1)
    return {"cell": cell["index"], "cell_line": own, "path": cell["filename"], "line": at[own] - 1}


def _described(error: str, message: str, traceback: str) -> dict[str, Any]:
    return {"error": error, "message": message, "traceback": traceback, "path": None, "line": None}
