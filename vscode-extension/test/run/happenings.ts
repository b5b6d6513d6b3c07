/** Events as a server tells them. */
import type { EndTold, OutputTold, PlanTold, ProblemTold, RunBegan, RunEvent, TaskTold } from "../../src/protocol.gen.ts";
import type { Happening } from "../../src/run/runs.ts";

export const PIPELINE = "file:///p/pipeline.yaml";

export const began = (seq = 1): RunBegan => ({
  kind: "run", seq, at: 0, pid: 7, interpreter: "/usr/bin/python3", why: "it is on PATH", mode: "build", root: "/p", cwd: "/p",
});

export const plan = (seq: number, ...actions: PlanTold["steps"][number]["action"][]): PlanTold => ({
  kind: "plan", seq, at: 0, first: 0, total: actions.length,
  steps: actions.map((action, number) => ({ task: `t${number}`, action, reason: "" })),
});

export const task = (seq: number, state: TaskTold["state"], name = "clean", more: Partial<TaskTold> = {}): TaskTold => ({
  kind: "task", seq, at: 0, task: name, state, reason: "", seconds: null, number: 3, total: 12, products: [], ...more,
});

export const output = (seq: number, text: string): OutputTold => ({
  kind: "output", seq, at: 0, task: "clean", stream: "stdout", text, cell: null,
});

export const problem = (seq: number, more: Partial<ProblemTold> = {}): ProblemTold => ({
  kind: "problem", seq, at: 0, task: "clean", severity: "error", message: "KeyError: 'a'", path: "/p/x.py", line: 5,
  cell: null, cellLine: null, called: false, error: "KeyError", traceback: "", advice: "", notebook: null, dump: null, ...more,
});

export const end = (seq: number, state: EndTold["state"] = "ok", more: Partial<EndTold> = {}): EndTold => ({
  kind: "end", seq, at: 0, state, exitCode: 0, seconds: 4, ran: [], failed: [], skipped: [], notRun: [], message: "", ...more,
});

export const message = (run: string, ...events: Happening[]): RunEvent => ({
  run, pipeline: PIPELINE, seq: events.at(-1)?.seq ?? 0, events,
});
