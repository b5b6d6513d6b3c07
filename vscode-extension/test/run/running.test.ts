import assert from "node:assert/strict";
import { test } from "node:test";
import type { Connection, ServerState } from "../../src/client/connection.ts";
import type { PlanAnswer, RunEvent, RunRequest } from "../../src/protocol.gen.ts";
import { type Lane, Running, type Stage } from "../../src/run/running.ts";
import { PIPELINE, began, end, message, task } from "./happenings.ts";

/** A server and a window that write down what is asked of them. */
class Scene implements Stage {
  readonly did: string[] = [];
  plan: Partial<PlanAnswer> = { steps: [{ task: "load", action: "run", reason: "" }] };
  accepts = true;
  starting: () => void = () => undefined;
  saves = true;
  private runs = 0;
  private told: (message: RunEvent) => void = () => undefined;
  private onState: (state: ServerState) => void = () => undefined;

  readonly connection = {
    state: { kind: "running", version: "1", from: "here" },
    onState: (told: (state: ServerState) => void) => {
      this.onState = told;
      return { dispose: () => undefined };
    },
    onNotification: (method: string, told: (params: never) => void) => {
      if (method === "pipelens/runEvent") {
        this.told = told as (message: RunEvent) => void;
      }
      return { dispose: () => undefined };
    },
    request: () => Promise.resolve([]),
    command: (id: string, params: unknown) => {
      if (id === "pipelens.plan") {
        return Promise.resolve({ steps: [], command: [], ...this.plan });
      }
      if (id === "pipelens.startRun") {
        const { tasks, mode } = params as RunRequest;
        this.starting();
        this.did.push(`start ${tasks?.join(" ") ?? ""} ${mode ?? ""}`);
        return Promise.resolve({ id: `r${++this.runs}`, pipeline: PIPELINE, tasks, mode, startedAt: "", state: "running" });
      }
      this.did.push(`${id} ${JSON.stringify(params)}`);
      return Promise.resolve();
    },
  } as unknown as Connection;

  readonly running = new Running(this.connection, this);

  hear(run: string, ...events: Parameters<typeof message>[1][]): void {
    this.told(message(run, ...events));
  }
  restarted(): void {
    this.onState({ kind: "running", version: "1", from: "here" });
  }

  // -- the window

  readonly shown: Lane = {
    show: () => undefined,
    say: (text) => {
      this.did.push(`say ${text}`);
    },
    begin: () => undefined,
    tell: ({ events }) => {
      this.did.push(...events.map((event) => `tell ${event.kind}`));
    },
    lost: () => {
      this.did.push("lost");
    },
  };
  lane = () => this.shown;
  opened = () => this.shown;
  name = () => "pipeline.yaml";
  save = () => Promise.resolve(this.saves);
  offer = (text: string, button: string) => {
    this.did.push(`offer ${button}: ${text}`);
    return Promise.resolve(this.accepts);
  };
  warn = (text: string) => {
    this.did.push(`warn ${text}`);
  };
}

const load = { pipeline: PIPELINE, task: "load" };

test("a run is started and told in its terminal", async () => {
  const scene = new Scene();
  await scene.running.run(load, "task");
  scene.hear("r1", began(), task(2, "started", "load"), end(3));
  assert.deepEqual(scene.did, ["start load task", "tell run", "tell task", "tell end"]);
});

test("nothing runs where files were not saved", async () => {
  const scene = new Scene();
  scene.saves = false;
  await scene.running.run(load, "task");
  assert.deepEqual(scene.did, []);
});

test("upstream and what is fresh run only when the person says so", async () => {
  const scene = new Scene();
  scene.plan = { refusal: "upstream", refused: "…", needed: ["get"] };
  await scene.running.run(load, "task");
  scene.accepts = false;
  scene.hear("r1", end(1));
  scene.plan = { refusal: "fresh", refused: "…" };
  await scene.running.run(load, "task");
  assert.deepEqual(scene.did, [
    "offer upstream: load cannot run yet: upstream get is not up to date.",
    "start load upstream",
    "tell end",
    "offer force: load is up to date.",
  ]);
});

test("a second run waits, says for whom, and begins when the first has ended", async () => {
  const scene = new Scene();
  await scene.running.run(load, "task");
  scene.hear("r1", began(), task(2, "started", "load"));
  scene.did.length = 0;
  const second = scene.running.run({ pipeline: PIPELINE }, "build");
  await new Promise(setImmediate);
  assert.deepEqual(scene.did, ["say pipeline.yaml waits for the run that is at load."]);
  scene.hear("r1", end(3));
  await second;
  assert.deepEqual(scene.did.slice(1), ["tell end", "start  build"]);
});

test("a run that was started elsewhere opens no terminal, and is waited for", async () => {
  const scene = new Scene();
  scene.hear("there", began(), task(2, "started", "fit"));
  assert.equal(scene.did.length, 0);
  const own = scene.running.run(load, "task");
  await new Promise(setImmediate);
  assert.match(scene.did.join(), /load waits for the run that is at fit, which was started elsewhere \(process 7\)/);
  scene.hear("there", end(3));
  await own;
  assert.equal(scene.did.at(-1), "start load task");
});

test("a stop ends what runs, and what waits does not begin", async () => {
  const scene = new Scene();
  await scene.running.run(load, "task");
  const second = scene.running.run(load, "force");
  await new Promise(setImmediate);
  assert.ok(await scene.running.stop(PIPELINE));
  await second;
  scene.hear("r1", end(1, "stopped"));
  assert.deepEqual(scene.did.slice(2), ['pipelens.cancelRun {"run":"r1","hard":false}', "tell end"]);
  assert.ok(!(await scene.running.stop(PIPELINE)));
});

test("events that come before the answer are not lost", async () => {
  const scene = new Scene();
  const started = scene.running.run(load, "force");
  scene.starting = () => {
    scene.hear("r1", began());
  };
  await started;
  assert.deepEqual(scene.did, ["start load force", "tell run"]);
});

test("a run that a new server does not find is lost, and the next may begin", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const scene = new Scene();
  await scene.running.run(load, "task");
  scene.restarted();
  context.mock.timers.tick(20_000);
  assert.deepEqual(scene.did, ["start load task", "lost"]);
  await scene.running.run(load, "task");
  assert.equal(scene.did.at(-1), "start load task");
});
