import assert from "node:assert/strict";
import { test } from "node:test";
import type { Failure } from "../../src/protocol.gen.ts";
import { Failures, keyOf, openingCommand } from "../../src/run/failures.ts";
import { PIPELINE, problem } from "./happenings.ts";

const failure = (run: string, task = "clean", seq = 5): Failure => ({ pipeline: PIPELINE, run, problem: problem(seq, { task }) });
const tasks = (failures: Failures) => failures.all.map((one) => `${one.problem.task} ${one.run}`);
const none: ReadonlySet<string> = new Set();

test("a failure stands until its task runs again", () => {
  const failures = new Failures();
  assert.ok(failures.failed(failure("r1")));
  assert.ok(!failures.failed(failure("r1")));
  assert.ok(!failures.began(PIPELINE, "load"));
  assert.deepEqual(tasks(failures), ["clean r1"]);
  assert.ok(failures.began(PIPELINE, "clean"));
  assert.deepEqual(tasks(failures), []);
});

test("a warning of a run is no failure", () => {
  const failures = new Failures();
  assert.ok(!failures.failed({ ...failure("r1"), problem: problem(1, { severity: "warning" }) }));
});

test("the history tells of runs that this window did not see", () => {
  const failures = new Failures();
  assert.ok(failures.settle([failure("r1"), failure("r1", "fit")], none, none));
  assert.ok(!failures.settle([failure("r1"), failure("r1", "fit")], none, none));
  assert.ok(failures.settle([failure("r1", "fit")], none, none), "clean ran well elsewhere");
  assert.deepEqual(tasks(failures), ["fit r1"]);
});

test("the events of a run under way say more than the history", () => {
  const failures = new Failures();
  failures.failed(failure("r2"));
  failures.settle([failure("r1")], new Set(["r2"]), none);
  assert.deepEqual(tasks(failures), ["clean r2"]);
});

test("a task that runs again has no failure, though the history still tells of one", () => {
  const failures = new Failures();
  failures.failed(failure("r1"));
  failures.began(PIPELINE, "clean");
  failures.settle([failure("r1")], new Set(["r2"]), new Set([keyOf(PIPELINE, "clean")]));
  assert.deepEqual(tasks(failures), []);
});

test("a problem leads to what was recorded, where something was", () => {
  assert.equal(openingCommand(failure("r1")), null);
  const recorded = { ...failure("r1"), problem: problem(1, { dump: "/p/x.plpm" }) };
  const [command, query = ""] = openingCommand(recorded)?.split("?") ?? [];
  assert.equal(command, "command:pipelens.openFailure");
  assert.deepEqual(JSON.parse(decodeURIComponent(query)), [{ pipeline: PIPELINE, task: "clean" }]);
});
