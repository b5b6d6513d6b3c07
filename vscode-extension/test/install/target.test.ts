import assert from "node:assert/strict";
import { test } from "node:test";
import type { Described } from "../../src/install/described.ts";
import { activePython, findTarget, type Target } from "../../src/install/target.ts";
import { described, unixWith } from "./machines.ts";

const SYSTEM = described("/usr/bin/python3", { kind: "system", prefix: "/usr", isManaged: true });

function find(
  pythons: readonly Described[],
  chosen: string | undefined,
  files: readonly string[] = [],
): Promise<Target> {
  const machine = unixWith([...pythons.map((one) => one.python), ...files]);
  const describing = (python: string) => Promise.resolve(pythons.find((one) => one.python === python));
  return findTarget(machine, describing, chosen, "/w");
}

function because(target: Target): string {
  assert.notEqual(target.kind, "into");
  return target.kind === "into" ? "" : target.because;
}

test("the chosen environment is taken", async () => {
  for (const kind of ["venv", "conda"] as const) {
    const chosen = described("/envs/a/bin/python", { kind });
    assert.deepEqual(await find([chosen, SYSTEM], chosen.python), { kind: "into", environment: chosen, uv: undefined });
  }
});

for (const [what, more] of [
  ["a system Python", { kind: "system" }],
  ["a system Python that root could write to", { kind: "system", isManaged: false, isWritable: true }],
  ["conda's base environment", { kind: "conda-base" }],
  ["the environment of a program", { kind: "tool" }],
  ["a conda environment that its owner marked", { kind: "conda", isManaged: true }],
] as const) {
  test(`nothing is put into ${what}: a new environment is made`, async () => {
    const chosen = described("/there/bin/python", more);
    const target = await find([chosen, SYSTEM], chosen.python);
    assert.match(because(target), /nothing is installed into it/);
    assert.equal(target.kind === "new" && target.environment, "/w/.venv");
  });
}

test("the new environment has the Python that the tasks have today", async () => {
  const chosen = described("/opt/py/bin/python3.11", { kind: "system" });
  const target = await find([SYSTEM, chosen], chosen.python);
  assert.equal(target.kind === "new" && target.base, chosen);
});

test("a Python that is too old for a server is no base for a new environment", async () => {
  const chosen = described("/opt/py/bin/python3.8", { kind: "system", version: "3.8.18" });
  const target = await find([chosen, SYSTEM], chosen.python);
  assert.equal(target.kind === "new" && target.base, SYSTEM);
});

test("a project's environment with an old Python is not replaced by another", async () => {
  const chosen = described("/w/.venv/bin/python", { version: "3.9.1" });
  assert.match(because(await find([chosen, SYSTEM], chosen.python)), /Python 3\.9\.1; Pipelens needs 3\.10/);
});

test("an environment that cannot be written to is not tried", async () => {
  const chosen = described("/envs/a/bin/python", { isWritable: false });
  assert.match(because(await find([chosen, SYSTEM], chosen.python)), /cannot be written/);
});

test("a .venv that is there is taken, though something else was chosen", async () => {
  const there = described("/w/.venv/bin/python");
  const target = await find([there, SYSTEM], SYSTEM.python);
  assert.deepEqual(target, { kind: "into", environment: there, uv: undefined });
});

test("a folder called .venv that is no environment stays as it is", async () => {
  const target = await find([SYSTEM], SYSTEM.python, ["/w/.venv/notes.txt"]);
  assert.equal(target.kind, "none");
  assert.match(because(target), /is no environment/);
});

test("without a folder there is no place for a new environment", async () => {
  const alone = await findTarget(unixWith([SYSTEM.python]), () => Promise.resolve(SYSTEM), SYSTEM.python, undefined);
  assert.match(because(alone), /Open a folder/);
  const nothing = await findTarget(unixWith([SYSTEM.python]), () => Promise.resolve(SYSTEM), undefined, undefined);
  assert.equal(nothing.kind, "none");
});

test("a machine whose Pythons cannot make environments says what to install", async () => {
  const bare = { ...SYSTEM, makesVenv: false };
  assert.match(because(await find([bare], bare.python)), /python3-venv/);
});

test("uv makes the environment where Python cannot", async () => {
  const bare = { ...SYSTEM, makesVenv: false };
  const target = await find([bare], bare.python, ["/home/me/.local/bin/uv"]);
  assert.equal(target.kind === "new" && target.uv, "/home/me/.local/bin/uv");
});

test("the environment that the editor was started in counts as chosen", () => {
  const files = ["/envs/a/bin/python", "/envs/c/bin/python"];
  assert.equal(activePython(unixWith(files, { CONDA_PREFIX: "/envs/c" })), "/envs/c/bin/python");
  assert.equal(activePython(unixWith(files, { VIRTUAL_ENV: "/envs/a", CONDA_PREFIX: "/envs/c" })), "/envs/a/bin/python");
  assert.equal(activePython(unixWith(files, { VIRTUAL_ENV: "/gone" })), undefined);
});
