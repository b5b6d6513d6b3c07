import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";

import { TRUSTING } from "../stage/quiet.mjs";
import { withoutPrograms } from "../stage/pythons.mjs";

export const title = "no Python at all: one message with a button, commands that exist, and a start once there is one";

export const server = (scratch) => ({ settings: { ...TRUSTING, ...withoutPrograms(scratch) } });

export async function play(scene) {
  const { workbench, step, server } = scene.parts();
  const { editor, problems } = workbench;
  const folder = scene.folder("orders");
  folder.change("pipeline.yaml", "params:", "parms:");

  await step("open the folder: what is missing is said, once", async () => {
    await workbench.open(folder.root);
    await editor.open("pipeline.yaml");
    assert.match(await workbench.notification("needs Python"), /found none/);
    assert.equal(await workbench.toasts.getByRole("button", { name: "Select Interpreter" }).count(), 1);
    await workbench.status(/needs Python/);
  });
  await step("commands exist", async () => {
    await workbench.away();
    await workbench.clearNotifications();
    const titles = (await workbench.commandTitles("Pipelens:")).join("\n");
    for (const one of ["Run Task", "Build Pipeline", "Restart Server", "Select Interpreter", "Show Log", "Doctor"]) {
      assert.match(titles, new RegExp(one));
    }
  });
  await step("a command that needs the server says why it cannot", async () => {
    await editor.go(4, 10);
    await workbench.command("Pipelens: Run Task");
    await workbench.notification("not running");
    await workbench.clearNotifications();
  });
  await step("Doctor tells what was tried", async () => {
    await workbench.command("Pipelens: Doctor");
    await workbench.tab("Pipelens Doctor.md");
    await workbench.closeAll();
  });
  await step("with a Python it starts by itself", async () => {
    fs.writeFileSync(path.join(server.profile, "Machine", "settings.json"), JSON.stringify(TRUSTING));
    await editor.open("pipeline.yaml");
    await problems.row("parms");
  });
}
