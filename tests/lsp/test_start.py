"""What a server imports until an ordinary pipeline is answered for: a start is mostly imports."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from pipelens.lsp.late_imports import MODULES
from tests.workspace.keeping import write

DEAR = {
    "networkx",
    "jupytext",
    "nbformat",
    "nbconvert",
    "jsonschema",
    "jinja2",
    "pyflakes",
    "rich",
    "IPython",
    "debugpy",
}
"""Libraries that take many milliseconds to import, and that ordinary pipelines do without."""

LATE = set(MODULES)
"""Of ours, what no diagnostics need."""

PROGRAM = """
import os, sys
import pipelens.lsp.server, pipelens.lsp.features
from pipelens.workspace.buffers import Buffer
from pipelens.workspace.host import Host

folder = sys.argv[1]
host = Host([folder], environ=dict(os.environ))
path = os.path.join(folder, "pipeline.yaml")
with open(path, encoding="utf-8") as file:
    host.open(path, Buffer("", file.read(), 1))
found = host.findings()
assert [one.problem.code for one in found[path]] == ["unused-param"], found
print(*sys.modules)
"""


def test_nothing_dear_is_imported_for_an_ordinary_pipeline(tmp_path: Path) -> None:
    script = '# %% tags=["parameters"]\nupstream = None\nproduct = None\nsize = 1\n\n# %%\nprint(product)\n'
    light = '# + tags=["parameters"]\nupstream = ["one"]\nproduct = None\n# -\n\nprint(upstream["one"])\n'
    write(
        tmp_path,
        {
            "pipeline.yaml": "tasks:\n"
            "  - source: one.py\n    product: out/one.ipynb\n    params: {size: 2}\n"
            "  - source: two.py\n    product: out/two.ipynb\n"
            "  - source: steps.three\n    product: out/three.csv\n",
            "one.py": script,
            "two.py": light,
            "steps.py": "def three(product):\n    pass\n",
        },
    )
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    imported = set(done.stdout.split())
    assert not {name.partition(".")[0] for name in imported} & DEAR
    assert not imported & LATE


PREPARED = """
import json, sys
from pipelens.lsp import message_types
message_types.prepare()
from lsprotocol import types
from pygls.protocol.json_rpc import JsonRPCResponseMessage
from pipelens.lsp.late_imports import late_imports
from pipelens.lsp.server import make_server

server = make_server()
assert sum(1 for _ in late_imports(server)) > 40
generated = []
compile_ = compile
import cattrs.gen
cattrs.gen.compile = lambda *given, **how: (generated.append(given[1]), compile_(*given, **how))[1]

at = {"line": 0, "character": 0}
params = {
    "textDocument": {"uri": "file:///a"}, "position": at, "range": {"start": at, "end": at}, "newName": "x",
    "context": {"includeDeclaration": True, "triggerKind": 1, "diagnostics": []},
}
for name in ("hover", "definition", "completion", "references", "codeLens", "inlayHint", "codeAction", "rename"):
    asked = {"jsonrpc": "2.0", "id": 1, "method": "textDocument/" + name, "params": params}
    assert server.protocol.structure_message(asked).method == "textDocument/" + name
place = types.Range(types.Position(0, 0), types.Position(0, 1))
text = types.MarkupContent(types.MarkupKind.Markdown, "x")
edit = types.TextEdit(place, "a")
for answer in (
    types.Hover(text, place),
    [types.LocationLink("a", place, place, place), types.Location("a", place)],
    types.CompletionList(False, [types.CompletionItem("x", documentation=text, text_edit=edit)]),
    types.WorkspaceEdit(changes={"a": [edit]}),
):
    message = JsonRPCResponseMessage(id=1, result=answer, jsonrpc="2.0")
    json.dumps(message, default=server.protocol._serialize_message)
assert not generated, generated
"""


def test_nothing_is_left_to_make_for_the_first_questions() -> None:
    done = subprocess.run([sys.executable, "-c", PREPARED], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


COMPLETED = """
from pipelens.lsp import message_types
message_types.prepare()
import copy, attrs
from lsprotocol import converters, types

place = types.Location("file:///a", types.Range(types.Position(1, 2), types.Position(3, 4)))
converter = converters.get_converter()
assert converter.structure(converter.unstructure(place), types.Location) == place
assert repr(place.range) == "1:2-3:4" and place.range.start < place.range.end
assert copy.deepcopy(place) == place and attrs.evolve(place, uri="file:///b") != place
assert attrs.has(types.Hover) and [one.name for one in attrs.fields(types.Hover)] == ["contents", "range"]
told = {"contents": {"kind": "markdown", "value": "x"}}
assert converter.structure(told, types.Hover).contents == types.MarkupContent(types.MarkupKind.Markdown, "x")
try:
    types.Position(-1, 0)
except ValueError:
    pass
else:
    raise AssertionError("not validated")
whole = {name for name, one in vars(types).items() if isinstance(one, type) and attrs.has(one)}
assert len(whole) > 500
for name in whole:
    attrs.resolve_types(getattr(types, name), types.ALL_TYPES_MAP, {})
    assert not any(isinstance(one.type, str) for one in attrs.fields(getattr(types, name)))
"""


def test_the_protocols_classes_are_whole_when_they_are_used() -> None:
    done = subprocess.run([sys.executable, "-c", COMPLETED], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


MEETING = """
import sys
from lsprotocol import types
from pipelens.lsp.server import make_server

make_server().meet(types.InitializeParams(types.ClientCapabilities()))
print(*sys.modules)
"""


def test_initialize_is_answered_before_what_reads_pipelines_is_imported() -> None:
    done = subprocess.run([sys.executable, "-c", MEETING], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert not set(done.stdout.split()) & {"yaml", "pipelens.workspace.host", "pipelens.core.checks"}
