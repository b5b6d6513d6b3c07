import assert from "node:assert/strict";

import { languageServers } from "../stage/processes.mjs";
import { bareFolder } from "../stage/pythons.mjs";
import { SLOW } from "../stage/waiting.mjs";

export const title = "an empty machine: nothing but the extension and a bare Python";

/** Seconds that a person may wait in all, on a quiet machine. */
const MOST = 60;

export const server = (scratch) => ({ settings: {}, env: { PATH: bareFolder(scratch) } });

export async function play(scene) {
  const { workbench, server, step } = scene.parts();
  const { editor, problems, terminal } = workbench;
  const folder = scene.folder("orders");
  folder.change("pipeline.yaml", "params:", "parms:");
  let waited = 0;
  const wait = async (title, act) => {
    const begin = performance.now();
    await step(title, act);
    waited += (performance.now() - begin) / 1000;
  };

  await wait("open the folder", () => workbench.open(folder.root));
  await wait("trust it", () => workbench.trust());
  await wait("open pipeline.yaml: the bundled server marks a misspelt key", async () => {
    await editor.open("pipeline.yaml");
    await problems.row("parms");
    assert.match(languageServers(server.pid)[0].command.join(" "), /bundled\/start\.py lsp$/);
  });
  await step("correct it", async () => {
    await editor.replaceLine(6, "    params:");
    await editor.save();
    await problems.gone("parms");
  });
  await wait("Run offers to install Pipelens, and says how", async () => {
    await editor.pressLens("- source: steps.load", /Run/);
    await workbench.dialog.filter({ hasText: "Install Pipelens" }).waitFor();
    const text = await workbench.dialog.innerText();
    assert.match(text, /\.venv/);
    assert.match(text, /pip install/);
  });
  await wait("Install, and the run goes on by itself", async () => {
    await workbench.answer("Install");
    await terminal.says(/✓ load done/, { seconds: 60 });
  });
  await wait("its freshness turns; the server is that of the new environment", async () => {
    await editor.lens("- source: steps.load", /fresh/);
    assert.ok(folder.has(".venv/bin/pipelens"));
    const command = languageServers(server.pid)[0].command.join(" ");
    assert.ok(command.startsWith(folder.path(".venv")), command);
  });
  await step("the whole pipeline is built in it", async () => {
    await editor.pressLens("tasks:", /Build/);
    await terminal.title(/✓ pipeline.yaml/);
    await editor.lens("- source: notebooks/total.ipynb", /fresh/);
    assert.equal(folder.read("out/total.json"), "37.5");
  });
  scene.figure(`waited ${waited.toFixed(1)} s in all until the first run was done (at most ${MOST} s)`);
  assert.ok(waited < MOST * SLOW, `${waited} s`);
}
