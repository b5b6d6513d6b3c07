import assert from "node:assert/strict";
import { test } from "node:test";
import type { PlanAnswer } from "../../src/protocol.gen.ts";
import { verdict } from "../../src/run/plan.ts";

const answer = (more: Partial<PlanAnswer>): PlanAnswer => ({ steps: [], command: [], refused: null, ...more });

test("what has something to run starts", () => {
  const told = answer({ steps: [{ task: "load", action: "run", reason: "" }] });
  assert.deepEqual(verdict(told, "task", "load", "p"), { kind: "start" });
});

test("a fresh task is offered to be run all the same", () => {
  const told = answer({ refusal: "fresh", refused: "load is up to date; use --force to run it all the same" });
  assert.deepEqual(verdict(told, "task", "load", "p"), { kind: "offer", text: "load is up to date.", mode: "force" });
});

test("a task with stale upstream is offered with it", () => {
  const told = answer({ refusal: "upstream", refused: "…", needed: ["load", "clean"] });
  const text = "fit cannot run yet: upstream load, clean is not up to date.";
  assert.deepEqual(verdict(told, "task", "fit", "p"), { kind: "offer", text, mode: "upstream" });
});

test("what cannot run says why", () => {
  const told = answer({ refusal: "cycle", refused: "the tasks depend on each other in a circle: a, b" });
  const text = "p was not run: the tasks depend on each other in a circle: a, b.";
  assert.deepEqual(verdict(told, "build", null, "p"), { kind: "refuse", text });
  const future = answer({ refusal: "unknown", refused: "the moon is full" });
  assert.equal(verdict(future, "task", "load", "p").kind, "refuse");
});

test("a build of what is all up to date offers to run it anyway", () => {
  const told = answer({ steps: [{ task: "load", action: "skip", reason: "up to date" }] });
  const text = "Every task of p is up to date.";
  assert.deepEqual(verdict(told, "build", null, "p"), { kind: "offer", text, mode: "force" });
  assert.equal(verdict(told, "upstream", "load", "p").kind, "offer");
});
