import assert from "node:assert/strict";
import { test } from "node:test";
import { attachOf, filledIn, isBlank, launchOf, launchWith, named } from "../../src/debug/configuration.ts";
import type { DebugConfiguration } from "../../src/protocol.gen.ts";

const TOLD: DebugConfiguration = {
  type: "pipelens",
  request: "launch",
  name: "Debug clean",
  task: "clean",
  pipeline: "/p/pipeline.yaml",
  cwd: "/p",
};

test("F5 without launch.json is blank, with or without a debugger", () => {
  assert.ok(isBlank({}));
  assert.ok(isBlank({ noDebug: true }));
  assert.ok(!isBlank({ type: "pipelens" }));
  assert.ok(!isBlank({ name: "x" }));
});

test("a launch that names no task means the file that is open", () => {
  assert.equal(filledIn({ type: "pipelens" }, true)["file"], "${file}");
  assert.equal("file" in filledIn({ type: "pipelens" }, false), false);
  assert.equal("file" in filledIn({ request: "launch", task: "clean" }, true), false);
  assert.equal(filledIn({ file: "x.py" }, true)["file"], "x.py");
});

test("an attach that names nothing means the last failure", () => {
  assert.equal(filledIn({ request: "attach" }, true)["failure"], "last");
  assert.equal(filledIn({ request: "attach", task: "clean" }, true)["failure"], "last");
  assert.equal("failure" in filledIn({ request: "attach", dump: "x.plpm" }, true), false);
  assert.equal("file" in filledIn({ request: "attach" }, true), false);
});

test("paths count from cwd, and that from the folder of the workspace", () => {
  assert.deepEqual(named({ file: "a.py", pipeline: "q/pipeline.yaml", cwd: "sub" }, "/w"), {
    task: undefined,
    file: "/w/sub/a.py",
    pipeline: "/w/sub/q/pipeline.yaml",
    cwd: "/w/sub",
  });
  assert.equal(named({ file: "/x/a.py" }, undefined).file, "/x/a.py");
  assert.equal(named({ file: "a.py" }, undefined).file, undefined);
  assert.equal(named({ task: "clean" }, "/w").cwd, "/w");
});

test("what is no text counts as not written", () => {
  assert.deepEqual(named({ task: 3, file: null, cwd: "" }, undefined), {
    task: undefined,
    file: undefined,
    pipeline: undefined,
    cwd: undefined,
  });
});

test("what was written goes along, but for the file that has become a task", () => {
  const written = { type: "pipelens", request: "launch", name: "Mine", file: "/p/a.py", justMyCode: false, env: { A: "1" } };
  assert.deepEqual(launchWith(written, TOLD, "build", {}), {
    type: "pipelens",
    request: "launch",
    name: "Mine",
    justMyCode: false,
    env: { A: "1" },
    task: "clean",
    pipeline: "/p/pipeline.yaml",
    cwd: "/p",
    upstream: "build",
  });
});

test("a notebook's cells go along, and nothing is said where nothing was answered", () => {
  const made = launchWith(launchOf("clean", "/p/pipeline.yaml", { noDebug: true }), TOLD, undefined, { "/p/n.ipynb": [null, "u"] });
  assert.deepEqual(made["notebookCells"], { "/p/n.ipynb": [null, "u"] });
  assert.equal(made["noDebug"], true);
  assert.equal("upstream" in made, false);
});

test("a failure is attached to by its recording", () => {
  const made = attachOf({ ...TOLD, name: "Failure of clean", dump: "/p/x.plpm", source: "/p/n.ipynb" });
  assert.equal(made.request, "attach");
  assert.equal(made["dump"], "/p/x.plpm");
  assert.equal(made["source"], "/p/n.ipynb");
});
