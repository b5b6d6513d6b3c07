import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";

import { bareFolder } from "../stage/pythons.mjs";

export const title = "a hostile folder leaves no trace before trust, and after it only what was chosen is started";

export const server = (scratch) => ({ settings: {}, env: { PATH: bareFolder(scratch) } });

/** Modules that a Python would import by itself, or a careless server with the folder on its path. */
const MODULES = ["yaml", "sitecustomize", "usercustomize", "pygls", "jinja2", "pipelens", "json"];

export async function play(scene) {
  const { workbench, step } = scene.parts();
  const { editor, problems } = workbench;
  const folder = scene.folder("orders");
  const traces = path.join(scene.scratch, "traces");
  fs.mkdirSync(traces);
  const found = () => fs.readdirSync(traces).sort();
  folder.change("pipeline.yaml", "params:", "parms:");
  for (const name of MODULES) {
    folder.write(`${name}.py`, `open(${JSON.stringify(path.join(traces, name))}, "w").close()\n`);
  }
  const trap = (name) => {
    folder.write(name, `#!/bin/sh\n: > ${JSON.stringify(path.join(traces, path.basename(name)))}\nexit 1\n`);
    fs.chmodSync(folder.path(name), 0o755);
    return folder.path(name);
  };
  trap(".venv/bin/python");
  folder.write(".venv/pyvenv.cfg", "home = /usr/bin\n");
  trap("pipelens");
  folder.write(
    ".vscode/settings.json",
    JSON.stringify({
      "pipelens.interpreter": trap("chosen"),
      "pipelens.server.command": [trap("program"), "lsp"],
      "pipelens.server.env": { PYTHONPATH: folder.root, PYTHONSTARTUP: folder.path("yaml.py") },
    }),
  );

  await step("open the folder, and what is in it", async () => {
    await workbench.open(folder.root);
    await editor.open("pipeline.yaml");
    await problems.row("parms");
    await editor.hover(4, 16, /load/);
  });
  await step("commands that start something", async () => {
    await editor.dismiss();
    await workbench.command("Pipelens: Restart Server");
    await editor.replaceLine(6, "    params:");
    await problems.gone("parms");
    await editor.pressLens("- source: steps.load", /Run/);
    await workbench.notification("Restricted Mode");
    await workbench.clearNotifications();
    await workbench.command("Pipelens: Doctor");
    await workbench.tab("Pipelens Doctor.md");
  });
  await step("no trace", () => assert.deepEqual(found(), []));
  await step("trust: what was chosen is asked, and nothing else", async () => {
    const known = scene.server.log().length;
    await workbench.trust();
    await scene.logged(/server ready/, { after: known });
    await editor.open("pipeline.yaml");
    await editor.replaceLine(6, "    parms:");
    await problems.row("parms");
    assert.deepEqual(found(), ["chosen", "program"]);
  });
}
