import assert from "node:assert/strict";
import { test } from "node:test";
import { commandLine, installEnvironment, stepsFor } from "../../src/install/steps.ts";
import type { Target } from "../../src/install/target.ts";
import { described, unixWith } from "./machines.ts";

const WHEEL = "/ext/bundled/wheel/pipelens-0.1.0-py3-none-any.whl";
const MACHINE = unixWith([]);

function commands(target: Target): string[] {
  const steps = stepsFor(MACHINE, target, WHEEL);
  return typeof steps === "string" ? [steps] : steps.map((step) => commandLine(step.command));
}

const environment = described("/e/bin/python");
const into = (more: Partial<typeof environment>, uv?: string): Target => ({
  kind: "into",
  environment: { ...environment, ...more },
  uv,
});

test("pip of the environment itself installs the wheel, isolated from the workspace", () => {
  assert.deepEqual(commands(into({})), [`/e/bin/python -I -m pip install --no-compile ${WHEEL}`]);
});

test("an environment of uv is served by uv", () => {
  assert.deepEqual(commands(into({ byUv: true, hasPip: false }, "/u/uv")), [
    `/u/uv pip install --python /e/bin/python ${WHEEL}`,
  ]);
});

test("an environment without pip gets it first", () => {
  assert.deepEqual(commands(into({ hasPip: false })), [
    "/e/bin/python -I -m ensurepip --default-pip",
    `/e/bin/python -I -m pip install --no-compile ${WHEEL}`,
  ]);
});

test("an environment that nothing can install into says what is missing", () => {
  assert.match(commands(into({ hasPip: false, hasEnsurepip: false }))[0] ?? "", /has no pip: install pip or uv/);
  assert.match(commands(into({ hasPip: false, byUv: true }))[0] ?? "", /uv made it, and is not on PATH/);
});

test("a new environment is made first", () => {
  const base = described("/usr/bin/python3", { kind: "system" });
  const made: Target = { kind: "new", environment: "/w x/.venv", base, uv: undefined, because: "" };
  assert.deepEqual(commands(made), [
    '/usr/bin/python3 -I -m venv "/w x/.venv"',
    `"/w x/.venv/bin/python" -I -m pip install --no-compile ${WHEEL}`,
  ]);
  assert.deepEqual(commands({ ...made, base: { ...base, makesVenv: false }, uv: "/u/uv" }), [
    '/u/uv venv --python /usr/bin/python3 "/w x/.venv"',
    `/u/uv pip install --python "/w x/.venv/bin/python" ${WHEEL}`,
  ]);
});

test("the user's index stays, what puts packages elsewhere or waits for an answer does not", () => {
  const made = installEnvironment({ PIP_INDEX_URL: "https://index.example/simple", PIP_USER: "1", PIP_TARGET: "/t" });
  assert.equal(made["PIP_INDEX_URL"], "https://index.example/simple");
  assert.equal(made["PIP_USER"], "0");
  assert.equal(made["PIP_TARGET"], undefined);
  assert.equal(made["PIP_NO_INPUT"], "1");
});
