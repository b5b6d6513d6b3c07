import assert from "node:assert/strict";
import { test } from "node:test";
import { RunBook, newRun, reduce, title, words } from "../../src/run/runs.ts";
import { PIPELINE, began, end, message, output, plan, problem, task } from "./happenings.ts";

const after = (...events: Parameters<typeof reduce>[1][]) => events.reduce(reduce, newRun("r", PIPELINE));

test("a run knows its process, its steps and where it is", () => {
  const run = after(began(), plan(2, "run", "skip", "run"), task(3, "started"));
  assert.equal(run.pid, 7);
  assert.equal(run.steps, 2);
  assert.deepEqual([run.task, run.number, run.total], ["clean", 3, 12]);
  assert.equal(run.seq, 3);
});

test("a plan that comes in parts is counted as a whole", () => {
  const run = after(plan(1, "run", "run"), { ...plan(1, "run", "skip"), first: 2 });
  assert.equal(run.steps, 3);
});

test("what ended is done or failed", () => {
  const run = after(task(1, "finished", "load"), task(2, "failed"), end(3, "failed"));
  assert.deepEqual([run.done, run.failed, run.ending], [["load"], ["clean"], "failed"]);
});

test("an event of a kind from the future changes nothing but the count", () => {
  const later = JSON.parse('{"kind": "weather", "seq": 9}') as Parameters<typeof reduce>[1];
  assert.deepEqual(after(later), { ...newRun("r", PIPELINE), seq: 9 });
});

test("the title follows the run", () => {
  assert.equal(title(newRun("r", PIPELINE), "pipeline.yaml"), "↻ pipeline.yaml");
  assert.equal(title(after(task(1, "started")), "pipeline.yaml"), "↻ clean 3/12");
  assert.equal(title(after(task(1, "started", "clean", { number: 1, total: 1 })), "pipeline.yaml"), "↻ clean");
  assert.equal(title(after(task(1, "started"), task(2, "failed"), end(3, "failed")), "pipeline.yaml"), "✗ clean");
  assert.equal(title(after(task(1, "started"), end(3, "stopped")), "pipeline.yaml"), "■ clean");
  assert.equal(title(after(task(1, "started"), end(3)), "pipeline.yaml"), "✓ pipeline.yaml");
  assert.equal(title(after(task(1, "started", "clean", { total: 1 }), end(3)), "pipeline.yaml"), "✓ clean");
});

test("events that were told before are no news", () => {
  const book = new RunBook();
  book.apply(message("r", began(), task(2, "started"), output(3, "a")));
  const { events, run } = book.apply(message("r", began(), task(2, "started"), output(3, "a"), output(4, "b")));
  assert.deepEqual(events.map((event) => event.seq), [4]);
  assert.equal(run.task, "clean");
});

test("a run that this window did not start is under way, too", () => {
  const book = new RunBook();
  assert.equal(book.apply(message("r", began())).before, null);
  assert.deepEqual(book.active(PIPELINE).map((run) => run.id), ["r"]);
  assert.deepEqual(book.active("file:///other.yaml"), []);
  book.apply(message("r", end(2)));
  assert.deepEqual(book.active(), []);
});

test("a run that nobody found again is lost, once", () => {
  const book = new RunBook();
  book.apply(message("r", began()));
  assert.equal(book.lose("r")?.ending, "lost");
  assert.equal(book.lose("r"), null);
});

test("only the newest of the runs that ended are kept", () => {
  const book = new RunBook();
  book.apply(message("going", began()));
  for (let number = 0; number < 80; number++) {
    book.apply(message(`r${number}`, end(1)));
  }
  assert.equal(book.get("r0"), undefined);
  assert.notEqual(book.get("r79"), undefined);
  assert.notEqual(book.get("going"), undefined);
});

test("who waits is told for whom", () => {
  assert.equal(words(after(task(1, "started")), true), "the run that is at clean");
  assert.equal(words(after(began()), false), "the run under way, which was started elsewhere (process 7)");
});

test("a problem alone moves nothing", () => {
  assert.deepEqual(after(problem(1)), { ...newRun("r", PIPELINE), seq: 1 });
});
