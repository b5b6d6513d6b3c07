import assert from "node:assert/strict";

import { languageServers } from "../stage/processes.mjs";
import { until } from "../stage/waiting.mjs";

export const title = "a server that was killed comes back; stop, restart, log and Doctor";

export async function play(scene) {
  const { workbench, step, server, page } = scene.parts();
  const { editor, problems } = workbench;
  const folder = scene.folder("orders");
  const pids = () => languageServers(server.pid).map((one) => one.pid);

  await step("open the folder", async () => {
    await workbench.open(folder.root);
    await editor.open("pipeline.yaml");
    await editor.lens("- source: steps.load", /never run/);
  });
  await step("killed, it comes back", async () => {
    const [pid, ...more] = pids();
    assert.deepEqual(more, []);
    process.kill(pid, "SIGKILL");
    await until(() => pids().length === 1 && pids()[0] !== pid, "another server");
  });
  await step("edits are checked again", async () => {
    await editor.replaceLine(6, "    parms:");
    await problems.row("parms");
    await editor.replaceLine(6, "    params:");
    await problems.gone("parms");
  });
  await step("Stop Server stops it until it is asked for", async () => {
    await workbench.command("Pipelens: Stop Server");
    await until(() => pids().length === 0, "no server");
    await workbench.status(/stopped/);
  });
  await step("Restart Server starts it", async () => {
    await workbench.away();
    await workbench.command("Pipelens: Restart Server");
    await until(() => pids().length === 1, "a server");
    await workbench.status(/server \d/);
    await workbench.away();
    await editor.replaceLine(6, "    parms:");
    await problems.row("parms");
  });
  await step("Show Log", async () => {
    await workbench.command("Pipelens: Show Log");
    await page.locator(".panel .monaco-editor .view-line").filter({ hasText: "server ready" }).first().waitFor();
  });
  await step("Doctor", async () => {
    await workbench.command("Pipelens: Doctor");
    await workbench.tab("Pipelens Doctor.md");
    await until(async () => /Python/.test((await editor.lines()).join("\n")), "the report");
  });
}
