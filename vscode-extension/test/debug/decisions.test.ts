import assert from "node:assert/strict";
import { test } from "node:test";
import type { Located } from "../../src/client/locate.ts";
import { cellUris, cellsStored } from "../../src/debug/cells.ts";
import { failurePoint } from "../../src/debug/failurePoint.ts";
import { isOffered } from "../../src/debug/offered.ts";
import { adapterProgram } from "../../src/debug/program.ts";
import { type Answer, upstreamOf } from "../../src/debug/upstream.ts";

// -- which program

const LOCATED: Located = {
  choice: {
    rung: "interpreter",
    command: ["/py/bin/python", "-E", "-P", "-m", "pipelens"],
    version: "0.1.0",
    python: "3.12.1",
    from: "pipelens.interpreter",
  },
  problem: undefined,
  notices: [],
  lost: [],
  interpreter: undefined,
  env: { PATH: "/usr/bin", PYTHONSAFEPATH: "1" },
  cwd: "/storage",
};

test("the adapter is the server's program, in a folder of ours", () => {
  const made = adapterProgram(LOCATED, "/tasks/python", { PATH: "/bin", VSCODE_X: "1" });
  assert.deepEqual(made, {
    command: "/py/bin/python",
    args: ["-E", "-P", "-m", "pipelens", "dap", "--interpreter", "/tasks/python"],
    cwd: "/storage",
    env: { VSCODE_X: undefined, PATH: "/usr/bin", PYTHONSAFEPATH: "1" },
  });
});

test("the bundled copy has an adapter, too, and no interpreter is named where none was chosen", () => {
  const command = ["/usr/bin/python3", "-I", "/ext/bundled/start.py"];
  const bundled: Located = { ...LOCATED, choice: { rung: "bundled", command, version: "0.1.0", python: "3.12.1", from: "" } };
  assert.deepEqual(adapterProgram(bundled, null, {})?.args, ["-I", "/ext/bundled/start.py", "dap"]);
});

test("without a server there is no adapter", () => {
  assert.equal(adapterProgram(undefined, null, {}), undefined);
  assert.equal(adapterProgram({ ...LOCATED, choice: undefined }, null, {}), undefined);
});

// -- what it needs

async function decided(written: string | undefined, ready: boolean, setting: unknown, answer: Answer) {
  const done: string[] = [];
  const asked = {
    setting,
    ask: () => {
      done.push("asked");
      return Promise.resolve(answer);
    },
    remember: (upstream: string) => {
      done.push(`remembers ${upstream}`);
      return Promise.resolve();
    },
  };
  return [await upstreamOf(written, ready, asked), done];
}

test("nothing is asked where all is fresh, or where it is written or set", async () => {
  assert.deepEqual(await decided(undefined, true, "ask", "cancel"), [undefined, []]);
  assert.deepEqual(await decided("require", false, "ask", "cancel"), ["require", []]);
  assert.deepEqual(await decided(undefined, false, "build", "cancel"), ["build", []]);
  assert.deepEqual(await decided(undefined, false, "ignore", "cancel"), ["ignore", []]);
});

test("what is out of date is asked about, and remembered only where that was said", async () => {
  assert.deepEqual(await decided(undefined, false, "ask", "build"), ["build", ["asked"]]);
  assert.deepEqual(await decided(undefined, false, "ask", "ignore"), ["ignore", ["asked"]]);
  assert.deepEqual(await decided(undefined, false, "ask", "always"), ["build", ["asked", "remembers build"]]);
  assert.deepEqual(await decided(undefined, false, undefined, "cancel"), ["cancel", ["asked"]]);
});

// -- cells

test("each stored cell has its place, those with code their address", () => {
  const cell = (kind: number, uri: string) => ({ kind, document: { uri: { toString: () => uri } } });
  assert.deepEqual(cellUris([cell(1, "m"), cell(2, "vscode-notebook-cell://host:80/p#W1")]), [
    null,
    "vscode-notebook-cell://host:80/p#W1",
  ]);
});

test("what is no notebook stores no number of cells", () => {
  assert.equal(cellsStored('{"cells": [{}, {}]}'), 2);
  for (const text of ["", "[]", "null", '{"cells": 3}', '{"worksheets": []}']) {
    assert.equal(cellsStored(text), undefined);
  }
});

// -- where F5 is ours

const HERE = {
  path: "/p/helper.py",
  language: "python",
  sources: new Set(["/p/clean.py"]),
  hasOtherDebugger: true,
  configurations: [],
  sessions: 0,
};

test("another debugger for Python keeps the files that are of no task", () => {
  assert.equal(isOffered(HERE), false);
  assert.equal(isOffered({ ...HERE, path: "/p/clean.py" }), true);
  assert.equal(isOffered({ ...HERE, language: "yaml" }), true);
  assert.equal(isOffered({ ...HERE, hasOtherDebugger: false }), true);
});

test("a session of ours can be restarted, and a configuration of ours started, from every file", () => {
  assert.equal(isOffered({ ...HERE, sessions: 1 }), true);
  assert.equal(isOffered({ ...HERE, configurations: [null, 3, { type: "pipelens" }] }), true);
  assert.equal(isOffered({ ...HERE, configurations: [{ type: "debugpy" }] }), false);
});

test("without a task in the window nothing is offered", () => {
  assert.equal(isOffered({ ...HERE, sources: new Set(), hasOtherDebugger: false }), false);
});

// -- where it failed

test("the adapter says where a failure failed", () => {
  const told = { task: "clean", run: "r", pipeline: "/p/pipeline.yaml", created: 1, path: "/p/x.py", line: 8, isChanged: true };
  assert.deepEqual(failurePoint(told), {
    task: "clean",
    pipeline: "/p/pipeline.yaml",
    path: "/p/x.py",
    line: 8,
    cell: null,
    isChanged: true,
  });
  assert.equal(failurePoint({ ...told, cell: 2 })?.cell, 2);
});

test("a failure without a file here still names its task", () => {
  assert.deepEqual(failurePoint({ task: "clean", line: 0, path: "" }), {
    task: "clean",
    pipeline: "",
    path: null,
    line: null,
    cell: null,
    isChanged: false,
  });
  for (const told of [undefined, null, 3, {}, { task: 3 }, { task: "" }]) {
    assert.equal(failurePoint(told), undefined);
  }
});
