import assert from "node:assert/strict";
import test from "node:test";
import { Changes } from "../src/client/changes.ts";

function setUp() {
  const due: { milliseconds: number; work: () => void; on: boolean }[] = [];
  const told: string[] = [];
  const clock = {
    now: () => 0,
    after(milliseconds: number, work: () => void) {
      const one = { milliseconds, work, on: true };
      due.push(one);
      return { dispose: () => void (one.on = false) };
    },
  };
  const fire = () => {
    due.filter((one) => one.on).forEach((one) => {
      one.work();
    });
  };
  return { changes: new Changes(clock, (why) => told.push(why)), due, told, fire };
}

test("trust alone starts the server again, half a second later", () => {
  const { changes, due, told, fire } = setUp();
  changes.trustGranted();
  assert.deepEqual(due.map((one) => one.milliseconds), [500]);
  fire();
  assert.deepEqual(told, ["this workspace is trusted now"]);
});

test("trust and the settings that it unveils start it once", () => {
  const { changes, told, fire } = setUp();
  changes.trustGranted();
  changes.settingsChanged();
  fire();
  assert.deepEqual(told, ["this workspace is trusted now"]);
});

test("many changed settings start it once", () => {
  const { changes, told, fire } = setUp();
  changes.settingsChanged();
  changes.settingsChanged();
  fire();
  assert.deepEqual(told, ["settings changed"]);
});
