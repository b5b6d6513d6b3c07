import assert from "node:assert/strict";
import test from "node:test";
import type { ServerState } from "../src/client/connection.ts";
import { ExitedEarly, NoPython } from "../src/client/errors.ts";
import { type Clock, Lifecycle, type RunningServer, WELL_AFTER } from "../src/client/lifecycle.ts";

/** A clock that is turned by hand. */
class HandClock implements Clock {
  private time = 0;
  private readonly due: { at: number; work: () => void }[] = [];

  now(): number {
    return this.time;
  }

  after(milliseconds: number, work: () => void) {
    const one = { at: this.time + milliseconds, work };
    this.due.push(one);
    return { dispose: () => void this.due.splice(this.due.indexOf(one), this.due.includes(one) ? 1 : 0) };
  }

  async turn(milliseconds: number): Promise<void> {
    this.time += milliseconds;
    for (const one of this.due.filter(({ at }) => at <= this.time)) {
      this.due.splice(this.due.indexOf(one), 1);
      one.work();
    }
    await settled();
  }
}

async function settled(): Promise<void> {
  for (let times = 0; times < 20; times++) {
    await Promise.resolve();
  }
}

interface Started extends RunningServer {
  kill(how: string): Promise<void>;
  stopped: boolean;
}

function setUp(launch?: () => Promise<RunningServer>) {
  const clock = new HandClock();
  const servers: Started[] = [];
  const states: ServerState[] = [];
  const lifecycle = new Lifecycle(
    launch ??
      (() => {
        let end: (how: string) => void = () => undefined;
        const ended = new Promise<string>((resolve) => (end = resolve));
        const server: Started = {
          version: "1",
          from: "here",
          ended,
          stopped: false,
          kill(how) {
            end(how);
            return settled();
          },
          stop() {
            server.stopped = true;
            end("asked to");
            return Promise.resolve();
          },
        };
        servers.push(server);
        return Promise.resolve(server);
      }),
    clock,
  );
  lifecycle.onState((state) => states.push(state));
  return { clock, servers, states, lifecycle, last: () => servers.at(-1) as Started };
}

test("a server that is killed comes back after 1, 4 and 16 seconds, and then not again", async () => {
  const { clock, servers, states, lifecycle, last } = setUp();
  await lifecycle.start();
  for (const [index, seconds] of [1, 4, 16].entries()) {
    await last().kill("signal SIGKILL");
    assert.deepEqual(states.at(-1), {
      kind: "starting",
      again: { seconds, why: "The Pipelens server ended: signal SIGKILL." },
    });
    await clock.turn(seconds * 1000 - 1);
    assert.equal(servers.length, index + 1);
    await clock.turn(1);
    assert.equal(servers.length, index + 2);
    assert.equal(lifecycle.state.kind, "running");
  }
  await last().kill("signal SIGKILL");
  assert.equal(lifecycle.state.kind, "failed");
  await clock.turn(60_000);
  assert.equal(servers.length, 4);
});

test("a server that was well for minutes has all its attempts again", async () => {
  const { clock, lifecycle, states, last } = setUp();
  await lifecycle.start();
  await last().kill("exit code 1");
  await clock.turn(1000);
  await clock.turn(WELL_AFTER);
  await last().kill("exit code 1");
  assert.deepEqual(states.at(-1), { kind: "starting", again: { seconds: 1, why: "The Pipelens server ended: exit code 1." } });
});

test("a stop is remembered: neither a changed setting nor a planned start undoes it", async () => {
  const { clock, servers, lifecycle, last } = setUp();
  await lifecycle.start();
  await last().kill("exit code 1");
  await lifecycle.stop();
  await clock.turn(60_000);
  await lifecycle.refresh();
  await lifecycle.start();
  assert.equal(servers.length, 1);
  assert.deepEqual(lifecycle.state, { kind: "stopped", asked: true });
});

test("a stopped server starts again when a person asks for it", async () => {
  const { servers, lifecycle } = setUp();
  await lifecycle.start();
  await lifecycle.stop();
  assert.equal(servers[0]?.stopped, true);
  await lifecycle.restart();
  assert.equal(servers.length, 2);
  assert.equal(lifecycle.state.kind, "running");
});

test("a restart while it starts waits for that start, and leaves one server", async () => {
  const { servers, lifecycle } = setUp();
  await Promise.all([lifecycle.start(), lifecycle.refresh(), lifecycle.restart()]);
  assert.deepEqual(servers.map((one) => one.stopped), [true, true, false]);
});

test("the end of a server that was stopped is no failure", async () => {
  const { states, lifecycle } = setUp();
  await lifecycle.start();
  await lifecycle.stop();
  await settled();
  assert.deepEqual(states.map((state) => state.kind), ["starting", "running", "stopped"]);
});

test("a problem that time does not heal is told at once", async () => {
  const { clock, lifecycle } = setUp(() => Promise.reject(new NoPython("3.10")));
  await lifecycle.start();
  assert.equal(lifecycle.state.kind, "failed");
  await clock.turn(60_000);
  assert.equal(lifecycle.state.kind, "failed");
});

test("a server that ends while it starts is tried again, too", async () => {
  let times = 0;
  const { clock, lifecycle } = setUp(() => {
    times += 1;
    return Promise.reject(new ExitedEarly("exit code 2"));
  });
  await lifecycle.start();
  for (const seconds of [1, 4, 16]) {
    await clock.turn(seconds * 1000);
  }
  assert.equal(times, 4);
  assert.equal(lifecycle.state.kind, "failed");
});
