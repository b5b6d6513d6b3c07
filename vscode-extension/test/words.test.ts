/** What people read: the status item, Doctor, messages. */
import assert from "node:assert/strict";
import test from "node:test";
import { Commands } from "../src/commands.ts";
import { BadSetting, ExitedEarly, NoPython, TooOld } from "../src/client/errors.ts";
import { Presenter } from "../src/client/presenter.ts";
import { atLeast } from "../src/client/version.ts";
import { locate } from "../src/client/locate.ts";
import { doctorReport } from "../src/doctorReport.ts";
import { statusText } from "../src/statusText.ts";
import { python, TableMachine, windowWith } from "./tableMachine.ts";

const RUNNING = { kind: "running", version: "0.1.0", from: "PATH" } as const;

test("the status says the server's words, its version and where it is from", () => {
  const told = { text: "12 tasks · 2 stale", severity: "info" } as const;
  assert.deepEqual(statusText(RUNNING, told, undefined), {
    text: "12 tasks · 2 stale — server 0.1.0 from PATH",
    severity: "info",
    busy: false,
  });
});

test("a server that is down is an error in the status, one that was stopped is not", () => {
  const problem = new NoPython("3.10");
  assert.equal(statusText({ kind: "failed", problem }, undefined, undefined).severity, "error");
  assert.equal(statusText({ kind: "stopped", asked: true }, undefined, undefined).severity, "warning");
});

test("what was amiss stays in the status while another server runs", () => {
  const shown = statusText(RUNNING, undefined, new BadSetting("pipelens.interpreter", "x").message);
  assert.equal(shown.severity, "warning");
  assert.match(shown.text, /server 0\.1\.0 from PATH\. The setting pipelens\.interpreter cannot be followed/);
});

test("Doctor names each rung with its reason, also without a server", async () => {
  const machine = new TableMachine({ files: ["/house/.venv/pyvenv.cfg"], programs: { "/house/.venv/bin/python": python("3.11.0") } });
  const located = await locate(machine, windowWith({ bundled: "/none" }));
  const problem = located.problem ?? assert.fail();
  const report = doctorReport({ state: { kind: "failed", problem }, located, trusted: true, versions: { extension: "0.1.0" }, health: undefined });
  for (const line of [
    "- ✗ Pipelens is not installed in /house/.venv/bin/python, and this extension carries no server of its own.",
    "- `pipelens.server.command`: not set",
    "- ✗ chosen interpreter: `/house/.venv/bin/python`: it has no pipelens installed",
    "- `PATH`: there is no pipelens on it",
    "- ✗ bundled copy: `/none`: this build of the extension carries no server",
    "- extension: 0.1.0",
  ]) {
    assert.ok(report.includes(`${line}\n`), `${line}\n\n${report}`);
  }
});

test("Doctor adds the server's own report when there is one", async () => {
  const located = await locate(new TableMachine({ programs: { "/py": python("3.11.0", "0.1.0") } }), windowWith({ interpreter: "/py" }));
  const report = doctorReport({ state: RUNNING, located, trusted: false, versions: {}, health: "# Pipelens\n\n- ✓ **python**: fine\n" });
  assert.match(report, /## What the server found\n\n- ✓ \*\*python\*\*: fine\n$/);
  assert.match(report, /✓ chosen interpreter: `\/py -E -P -m pipelens`: pipelens 0\.1\.0/);
  assert.match(report, /Restricted Mode/);
});

test("a problem is shown once with its buttons, and the pressed one is carried out", async () => {
  const shown: unknown[] = [];
  const run: string[] = [];
  const presenter = new Presenter({
    show: (...told) => {
      shown.push(told);
      return Promise.resolve("Show Log");
    },
    run: (remedy) => Promise.resolve(run.push(remedy.command)),
  });
  await presenter.tell("error", new ExitedEarly("signal SIGKILL"));
  await presenter.tell("error", new ExitedEarly("exit code 1"));
  assert.deepEqual(shown, [["error", "The Pipelens server ended: signal SIGKILL.", ["Show Log", "Restart"]]]);
  assert.deepEqual(run, ["pipelens.showLog"]);
  await presenter.tell("warning", new TooOld("/py", "0.0.1", "0.1.0"));
  assert.equal(shown.length, 2);
});

test("a command that fails tells so and does not reject", async () => {
  const handlers = new Map<string, (...given: unknown[]) => Promise<unknown>>();
  const failed: unknown[] = [];
  const commands = new Commands(
    (id, handler) => {
      handlers.set(id, handler);
      return { dispose: () => undefined };
    },
    (id, error) => failed.push([id, String(error)]),
  );
  commands.register("pipelens.doctor", () => {
    throw new Error("no");
  });
  assert.equal(await handlers.get("pipelens.doctor")?.(), undefined);
  assert.deepEqual(failed, [["pipelens.doctor", "Error: no"]]);
  assert.deepEqual(commands.ids, ["pipelens.doctor"]);
});

test("versions are compared by their numbers", () => {
  assert.ok(atLeast("0.10", "0.9"));
  assert.ok(atLeast("1.0.0rc1", "1.0"));
  assert.ok(atLeast("3.10", "3.10.0"));
  assert.ok(!atLeast("0.1", "0.1.1"));
  assert.ok(!atLeast("unknown", "0.1"));
});
