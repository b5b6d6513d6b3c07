import assert from "node:assert/strict";

import { languageServers } from "../stage/processes.mjs";
import { CHOSEN } from "../stage/quiet.mjs";

export const title = "in Restricted Mode everything is checked and nothing runs; trust needs no reload";

export const server = { settings: CHOSEN };

export async function play(scene) {
  const { workbench, step, server } = scene.parts();
  const { editor, problems, terminal } = workbench;
  const folder = scene.folder("orders");
  folder.change("pipeline.yaml", "params:", "parms:");

  await step("open the folder", () => workbench.open(folder.root));
  await step("open pipeline.yaml in Restricted Mode", async () => {
    await editor.open("pipeline.yaml");
    await workbench.restricted.waitFor();
  });
  await step("the misspelt key is marked", async () => {
    const row = await problems.row("parms");
    assert.equal(row.line, 6);
    await editor.squiggles("error").first().waitFor();
  });
  await step("hover tells of a task", async () => {
    await editor.hover(4, 16, /load/);
    await editor.dismiss();
  });
  const before = folder.listing();
  await step("Run says why it does not", async () => {
    await editor.pressLens("- source: scripts/clean.py", /Run/);
    assert.match(await workbench.notification("Restricted Mode"), /Restricted Mode/);
  });
  await scene.portrait("restricted", { x: 0, y: 0, width: 1400, height: 900 });
  await step("so does Debug", async () => {
    await workbench.clearNotifications();
    await editor.pressLens("- source: scripts/clean.py", /Debug/);
    await workbench.notification("Restricted Mode");
    assert.equal(await workbench.debugger.toolbar.count(), 0);
  });
  await step("nothing ran and nothing was written", async () => {
    assert.deepEqual(await terminal.titles(), []);
    assert.deepEqual(folder.listing(), before);
    await editor.lens("- source: scripts/clean.py", /never run/);
  });
  const servers = languageServers(server.pid).map((one) => one.pid);
  await step("Manage Trust, then trust", async () => {
    await workbench.press("Manage Trust", "Restricted Mode");
    await workbench.trust();
    await workbench.restricted.waitFor({ state: "hidden" });
  });
  await step("Run works without a reload", async () => {
    await editor.open("pipeline.yaml");
    await editor.replaceLine(6, "    params:");
    await editor.save();
    await problems.gone("parms");
    await editor.pressLens("- source: steps.load", /Run/);
    await terminal.says(/load/);
    await editor.lens("- source: steps.load", /fresh/);
    assert.ok(folder.has("out/orders.csv"));
  });
  assert.ok(servers.length > 0);
}
