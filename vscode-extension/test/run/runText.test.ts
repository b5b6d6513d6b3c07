import assert from "node:assert/strict";
import { test } from "node:test";
import { stripVTControlCharacters } from "node:util";
import { RunText, duration, openingIn, taskIn } from "../../src/run/runText.ts";
import type { Happening } from "../../src/run/runs.ts";
import { began, end, output, problem, task } from "./happenings.ts";

function shown(...events: Happening[]): string {
  const text = new RunText();
  return stripVTControlCharacters(events.map((event) => text.of(event)).join(""));
}

test("a run reads as the command line prints it", () => {
  const events = [
    began(),
    task(2, "started", "load", { number: 1, total: 1, reason: "it has not run yet" }),
    output(3, "loading\n"),
    task(4, "finished", "load", { seconds: 2.15 }),
    end(5, "ok", { ran: ["load"] }),
  ];
  assert.deepEqual(shown(...events).split("\r\n"), [
    "Python /usr/bin/python3 (it is on PATH)",
    "[1/1] load: running (it has not run yet)",
    "loading",
    "✓ load done in 2.1 s",
    "✓ 1 done (4.0 s)",
    "",
    "",
  ]);
});

test("lines of ours begin a line, whatever the task printed before", () => {
  assert.equal(shown(output(1, "half a li"), task(2, "finished")), "half a li\r\n✓ clean done\r\n");
  assert.equal(shown(output(1, "a"), output(2, "\n"), output(3, "")), "a\r\n");
});

test("line ends of any kind move the cursor to the left", () => {
  assert.equal(shown(output(1, "a\nb\r\nc\rd\n")), "a\r\nb\r\nc\rd\r\n");
});

test("a failure keeps the places of the traceback as plain text", () => {
  const traceback = 'Traceback (most recent call last):\n  File "/p/x.py", line 6, in f\n    g()\nKeyError: \'a\'\n';
  const text = new RunText().of(problem(1, { traceback }));
  assert.ok(text.includes('\r\n  File "/p/x.py", line 6, in f\r\n'), text);
  assert.ok(text.endsWith("  at /p/x.py:6\r\n"), text);
});

test("the place in a notebook is told as cell and line", () => {
  const text = shown(problem(1, { path: "/p/n.ipynb", line: 40, cell: 2, cellLine: 1 }));
  assert.ok(text.endsWith("  at /p/n.ipynb (cell 3, line 2)\r\n"), text);
});

test("a run that never began says why", () => {
  const text = shown(end(1, "failed", { message: "pipelens: another build of this pipeline is running\n", seconds: 0 }));
  assert.equal(text, "another build of this pipeline is running\r\n✗ nothing ran\r\n\r\n");
});

test("a stopped run says what it left", () => {
  assert.equal(shown(task(1, "started", "b", { total: 3 }), end(2, "stopped", { ran: ["a"] })).split("\r\n").slice(1).join("\r\n"), "■ stopped: 1 done, 2 not run (4.0 s)\r\n\r\n");
});

test("durations are seconds, then minutes", () => {
  assert.deepEqual([0.04, 59.94, 60, 185.2].map(duration), ["0.0 s", "59.9 s", "1 min 0 s", "3 min 5 s"]);
});

test("task names are found in lines of ours alone", () => {
  assert.deepEqual(taskIn("[1/12] load data: running (it has not run yet)"), { start: 7, name: "load data" });
  assert.deepEqual(taskIn("[1/12] load: running"), { start: 7, name: "load" });
  assert.deepEqual(taskIn("✓ load done in 2.2 s"), { start: 2, name: "load" });
  assert.deepEqual(taskIn("✗ load failed in 2.2 s: KeyError"), { start: 2, name: "load" });
  assert.equal(taskIn("load failed in 2 s"), null);
  assert.equal(taskIn("✗ 1 failed, 2 done (4.0 s)"), null);
});

test("what a failure recorded is offered on a line of its own, which is told from what tasks print", () => {
  const text = shown(problem(1, { dump: "/p/.pipelens/failures/x.plpm" }));
  assert.ok(text.endsWith("\r\n  Open failure of clean\r\n"), text);
  assert.ok(!shown(problem(1)).includes("Open failure"));
  assert.deepEqual(openingIn("  Open failure of load data  "), { start: 2, length: 25, name: "load data" });
  assert.equal(openingIn("Open failure of x"), null);
  assert.equal(openingIn("   Open failure of x"), null);
});
