import assert from "node:assert/strict";

import { CHOSEN } from "../stage/quiet.mjs";

export const title = "trust, mark, fix, run, break, see where, repair, run again";

export const server = { settings: { ...CHOSEN, "security.workspace.trust.startupPrompt": "always" } };

const CLEAN = "- source: scripts/clean.py";
const failure = (row) => row.code === "task-failed";

export async function play(scene) {
  const { workbench, step } = scene.parts();
  const { editor, problems, terminal } = workbench;
  const folder = scene.folder("orders");
  folder.change("pipeline.yaml", "params:", "parms:");

  await step("open the folder and trust it", async () => {
    await workbench.open(folder.root);
    await workbench.answer(/^Yes/);
    await workbench.restricted.waitFor({ state: "hidden" });
  });
  await step("a misspelt key is marked", async () => {
    await editor.open("pipeline.yaml");
    await problems.row("parms");
    await editor.squiggles("error").first().waitFor();
    await editor.lens("- source: steps.load", /Run/);
  });
  await step("the status tells the tasks and the server", async () => {
    scene.figure(await workbench.status(/3 tasks/));
  });
  await scene.portrait("status", { x: 820, y: 800, width: 580, height: 100 });
  await step("quick fixes are offered", async () => {
    await workbench.away();
    assert.ok((await editor.fixes(6, 7)).some((one) => /params/.test(one)));
  });
  await scene.portrait("squiggle", { x: 352, y: 30, width: 760, height: 380 });
  await step("a quick fix corrects it", async () => {
    await editor.takeFix(/params/);
    await problems.gone("parms");
    await editor.save();
  });

  await step("Run by the lens", async () => {
    await editor.pressLens("- source: steps.load", /Run/);
    await terminal.says(/✓ load done/);
    await terminal.title(/✓ load/);
  });
  await step("its freshness turns", async () => {
    await editor.lens("- source: steps.load", /fresh/);
    assert.ok(folder.has("out/orders.csv"));
  });
  await step("a task with stale upstream offers to run it, too", async () => {
    await editor.pressLens("- source: notebooks/total.ipynb", /Run/);
    assert.match(await workbench.notification("cannot run yet"), /clean/);
    await workbench.press("Run with Upstream", "cannot run yet");
    await terminal.says(/✓ total done/);
    await editor.lens(CLEAN, /fresh/);
    await editor.lens("- source: notebooks/total.ipynb", /fresh/);
  });
  await scene.portrait("lens-run", { x: 352, y: 30, width: 760, height: 530 });
  await step("what is up to date offers to run anyway", async () => {
    await editor.pressLens(CLEAN, /Run/);
    await workbench.notification("clean is up to date");
    await workbench.press("Run Anyway", "up to date");
    await terminal.title(/✓ clean/);
  });

  await step("an edit of a source makes it stale", async () => {
    await editor.open("scripts/clean.py");
    await editor.replaceLine(14, '    orders = [row for row in csv.DictReader(file) if row["prize"]]');
    await editor.save();
    await editor.top();
    await editor.lens("# %% [markdown]", /stale/);
  });
  await step("Run fails and says so in the terminal", async () => {
    await editor.pressLens("# %% [markdown]", /Run/);
    await terminal.says(/✗ clean failed/);
    await terminal.title(/✗ clean/);
    await editor.lens("# %% [markdown]", /failed/);
  });
  await step("the failing line is a problem", async () => {
    const row = await problems.row(failure);
    assert.equal(row.line, 14);
    assert.match(row.message, /KeyError/);
    await editor.squiggles("error").first().waitFor();
  });
  await scene.portrait("failure", { x: 352, y: 30, width: 960, height: 640 });
  await step("the place in the terminal is a link", async () => {
    await workbench.closeAll();
    await workbench.command("Terminal: Focus Terminal");
    await terminal.follow("clean.py:14", "clean.py");
    await editor.at(14);
  });
  await step("an edit alone does not take the problem away", async () => {
    await editor.replaceLine(14, '    orders = [row for row in csv.DictReader(file) if row.get("price")]');
    await editor.save();
    await editor.top();
    await editor.lens("# %% [markdown]", /stale/);
    await problems.row(failure);
  });
  await step("repaired and run again: the problem is gone", async () => {
    await editor.top();
    await editor.pressLens("# %% [markdown]", /Run/);
    await problems.gone(failure);
    await editor.lens("# %% [markdown]", /fresh/);
  });
  await step("force runs a task that is up to date", async () => {
    await editor.open("pipeline.yaml");
    await editor.go(4, 10);
    await workbench.command("Pipelens: Run Task Again (Force)");
    await terminal.title(/✓ load/);
  });
}
