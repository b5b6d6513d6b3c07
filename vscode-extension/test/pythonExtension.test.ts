import assert from "node:assert/strict";
import test from "node:test";
import { PythonExtension } from "../src/python/interpreter.ts";

function extension(path: string) {
  const told: ((event: unknown) => void)[] = [];
  const environments = {
    getActiveEnvironmentPath: () => ({ path }),
    onDidChangeActiveEnvironmentPath: (listener: (event: unknown) => void) => {
      told.push(listener);
      return { dispose: () => undefined };
    },
  };
  return { told, isActive: false, exports: undefined, activate: () => Promise.resolve({ environments }) };
}

test("without the Python extension nothing is chosen", async () => {
  const python = new PythonExtension(() => undefined);
  assert.equal(python.isPresent, false);
  assert.equal(await python.chosen(), undefined);
});

test("its choice is asked for, and a change of it is told", async () => {
  const found = extension("/env/bin/python");
  const python = new PythonExtension(() => found);
  let changes = 0;
  python.onChange(() => (changes += 1));
  assert.equal(await python.chosen(), "/env/bin/python");
  found.told[0]?.({});
  assert.equal(changes, 1);
});

test("its word for nothing chosen is nothing", async () => {
  assert.equal(await new PythonExtension(() => extension("python")).chosen(), undefined);
});

test("an extension of that name with another API, or one that fails, is as none", async () => {
  const strange = { isActive: true, exports: { environments: {} }, activate: () => Promise.resolve(undefined) };
  assert.equal(await new PythonExtension(() => strange).chosen(), undefined);
  const failing = { isActive: false, exports: undefined, activate: () => Promise.reject(new Error("no")) };
  assert.equal(await new PythonExtension(() => failing).chosen(), undefined);
});
