import assert from "node:assert/strict";

import { below } from "../stage/processes.mjs";
import { until } from "../stage/waiting.mjs";

export const title = "tasks are debugged where they are written: a script, a function, an entry of pipeline.yaml";

export async function play(scene) {
  const { workbench, step, page, server } = scene.parts();
  const { debugger: debug, editor } = workbench;
  const folder = scene.folder("orders");
  const adapters = () => below(server.pid).filter(({ command }) => /\bdap\b|debugpy|worker/.test(command.join(" ")));

  await step("open the folder", async () => {
    await workbench.open(folder.root);
    await editor.open("pipeline.yaml");
    await editor.lens("- source: steps.load", /Debug/);
  });
  await step("a breakpoint in a script, F5: what it needs is built first", async () => {
    await editor.open("scripts/clean.py");
    await editor.lens("# %% [markdown]", /Debug/);
    await editor.go(15, 1);
    await debug.toggle();
    await debug.startEarly(workbench.dialog);
    await workbench.answer("Build First");
  });
  await step("it stops there, with its variables", async () => {
    await debug.stopped(/clean\.py.*15/);
    await debug.variable(/^upstream = .*load/);
    assert.ok(folder.has("out/orders.csv"));
  });
  await scene.portrait("debug", { x: 0, y: 30, width: 1110, height: 560 });
  await step("a step, and what the console evaluates", async () => {
    await debug.press(/Step Over/);
    await debug.stopped(/clean\.py.*18/);
    await debug.evaluate("len(orders)");
    await debug.console(/^5$/m);
  });
  await step("it goes on to its end; nothing is left behind", async () => {
    await debug.press(/Continue/);
    await debug.ended();
    assert.ok(folder.has("out/clean.csv"));
    await until(() => adapters().length === 0, "no adapter to be left");
    await editor.lens("# %% [markdown]", /fresh/);
  });

  await step("a function, by its lens", async () => {
    await editor.open("steps.py");
    await editor.go(9, 1);
    await debug.toggle();
    await editor.pressLens("def load", /Debug/);
    await debug.stopped(/steps\.py.*9/);
    await debug.variable(/^rows = 6/);
  });
  await step("restart", async () => {
    const workers = () => below(server.pid).filter(({ command }) => command.some((word) => word.endsWith("debugpy/adapter")));
    const [before] = workers();
    await debug.press(/Restart/);
    await until(() => workers().some(({ pid }) => pid !== before.pid), "another process");
    await until(() => workers().length === 1, "the old process to be gone");
    await debug.stopped(/steps\.py.*9/);
    await debug.variable(/^rows = 6/);
  });
  await step("stop", async () => {
    await debug.press(/Stop/);
    await debug.ended();
    await until(() => adapters().length === 0, "no adapter to be left");
  });

  await step("F5 in pipeline.yaml: the task where the cursor is", async () => {
    await editor.open("pipeline.yaml");
    await editor.go(6, 5);
    await debug.start();
    await debug.stopped(/steps\.py.*9/);
    await debug.stop();
  });
  await step("F5 where no task is: a word about it", async () => {
    folder.write("helper.py", "x = 1\n");
    await editor.open("helper.py");
    await debug.start();
    await workbench.notification("helper.py is no source of a task");
    await workbench.clearNotifications();
  });
  await step("Select and Start Debugging", async () => {
    await editor.open("scripts/clean.py");
    await workbench.command("Debug: Select and Start Debugging");
    await workbench.choose("Pipelens...");
    await workbench.choose("Debug clean");
    await debug.answeredOrStopped(/clean\.py.*15/, () => workbench.answer("Use What Is There"));
    await debug.stop();
  });
  await step("launch.json: a task by its name, which Ctrl+F5 only runs", async () => {
    const configuration = { type: "pipelens", request: "launch", name: "Clean", task: "clean", upstream: "ignore" };
    folder.write(".vscode/launch.json", JSON.stringify({ version: "0.2.0", configurations: [configuration] }));
    await until(async () => {
      await page.keyboard.press("Control+F5");
      await debug.toolbar.waitFor({ timeout: 2_000 });
      return true;
    }, "a session");
    await debug.ended();
    await debug.console(/orders have a price/);
  });
}
