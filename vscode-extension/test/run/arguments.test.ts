import assert from "node:assert/strict";
import { test } from "node:test";
import type { Runnable } from "../../src/protocol.gen.ts";
import { able, candidates, meant } from "../../src/run/arguments.ts";
import { PIPELINE } from "./happenings.ts";

const uri = (path: string) => ({ scheme: "file", path, toString: () => `file://${path}` });

const at = (task: string, line: number): Runnable => ({
  pipeline: PIPELINE,
  task,
  range: { start: { line, character: 0 }, end: { line, character: 4 } },
  freshness: { state: "fresh", reason: "" },
  can: ["run"],
});
const names = (found: readonly Runnable[]) => found.map((one) => one.task);

test("a lens hands over a task", () => {
  assert.deepEqual(meant(at("load", 1)), { ref: { pipeline: PIPELINE, task: "load" } });
  assert.deepEqual(meant({ pipeline: PIPELINE }), { ref: { pipeline: PIPELINE, task: null } });
});

test("the explorer and an editor's title hand over a Uri", () => {
  assert.deepEqual(meant(uri("/p/x.py")), { spot: { uri: "file:///p/x.py", line: null } });
  assert.deepEqual(meant("file:///p/x.py"), { spot: { uri: "file:///p/x.py", line: null } });
});

test("the line numbers' menu counts from 1", () => {
  assert.deepEqual(meant({ lineNumber: 4, uri: uri("/p/x.py") }), { spot: { uri: "file:///p/x.py", line: 3 } });
});

test("a notebook's toolbar hands over the notebook editor", () => {
  const given = { ui: true, notebookEditor: { notebookUri: uri("/p/n.ipynb") } };
  assert.deepEqual(meant(given), { spot: { uri: "file:///p/n.ipynb", line: null } });
});

test("the palette hands over nothing, and what is strange is nothing", () => {
  for (const given of [undefined, null, 3, {}, [], { pipeline: 3 }, { uri: "x" }, { scheme: "file" }]) {
    assert.equal(meant(given), null);
  }
});

test("a line means the task that begins at it or nearest above", () => {
  const all = [at("load", 1), at("clean", 5), at("fit", 9)];
  assert.deepEqual(names(candidates(all, 5, null)), ["clean"]);
  assert.deepEqual(names(candidates(all, 8, null)), ["clean"]);
  assert.deepEqual(names(candidates(all, 0, null)), ["load", "clean", "fit"]);
});

test("tasks that share a line are all meant, each once", () => {
  const all = [at("a", 1), at("b", 1), at("a", 1)];
  assert.deepEqual(names(candidates(all, 3, null)), ["a", "b"]);
});

test("a whole file means all of its tasks, those nearest to the cursor first", () => {
  const all = [at("load", 1), at("clean", 5), at("fit", 9)];
  assert.deepEqual(names(candidates(all, null, null)), ["load", "clean", "fit"]);
  assert.deepEqual(names(candidates(all, null, 6)), ["clean", "load", "fit"]);
});

test("a file without tasks means none", () => {
  assert.deepEqual(candidates([], 3, 3), []);
});

test("a wish picks those with which it can be done, and all where it can be done with none", () => {
  const debuggable = { ...at("load", 1), can: ["run", "debug"] } satisfies Runnable;
  assert.deepEqual(names(able([debuggable, at("sh", 5)], "debug")), ["load"]);
  assert.deepEqual(names(able([at("a", 1), at("sh", 5)], "debug")), ["a", "sh"]);
});
