import assert from "node:assert/strict";

import { until } from "../stage/waiting.mjs";

export const title = "what the server answers, in pipeline.yaml, in a script and in a notebook's cells";

export async function play(scene) {
  const { workbench, step, page } = scene.parts();
  const { editor, notebook, problems, terminal } = workbench;
  const folder = scene.folder("orders");

  await step("open the folder and build", async () => {
    await workbench.open(folder.root);
    await editor.open("pipeline.yaml");
    await editor.pressLens("tasks:", /Build/);
    await terminal.title(/✓ pipeline.yaml/);
  });

  await step("pipeline.yaml: lenses, hints, links", async () => {
    await page.keyboard.press("Control+KeyJ"); // without the panel
    await editor.lens("- source: notebooks/total.ipynb", /fresh/);
    await until(async () => (await editor.inlayHints()).some((one) => one.includes("NotebookRunner")), "hints");
    await until(async () => (await editor.links()).join(" ").includes("scripts/clean.py"), "links");
  });
  await step("pipeline.yaml: hover", async () => {
    await editor.hover(13, 14, /5 rows|price/);
  });
  await scene.portrait("hover", { x: 352, y: 30, width: 760, height: 460 });
  await step("pipeline.yaml: completion", async () => {
    await editor.dismiss();
    await editor.replaceLine(22, "  - source: scripts/");
    await page.keyboard.press("End");
    assert.ok((await editor.suggestions()).some((one) => /clean\.py/.test(one)));
  });
  await step("pipeline.yaml: definition of a function", async () => {
    await editor.dismiss();
    await editor.replaceLine(22, "");
    await editor.definition(4, 19);
    await workbench.tab("steps.py");
    await editor.at(7);
  });

  await step("a script: hover and definition of an upstream", async () => {
    await editor.open("scripts/clean.py");
    await editor.hover(13, 22, /load/);
    await editor.dismiss();
    await editor.definition(13, 22);
    await until(async () => !(await workbench.activeTab()).includes("clean.py"), "another tab");
  });
  await step("a script: completion of upstream names", async () => {
    await editor.open("scripts/clean.py");
    await editor.replaceLine(9, 'upstream = ["load", "t"]');
    await editor.go(9, 23);
    assert.ok((await editor.suggestions()).some((one) => /total/.test(one)));
    await editor.dismiss();
    await editor.replaceLine(9, 'upstream = ["load"]');
    await editor.save();
  });
  await step("a script: an unknown name is marked, and its fix offered", async () => {
    await editor.replaceLine(9, 'upstream = ["laod"]');
    await problems.row("laod");
    assert.ok((await editor.fixes(9, 15)).some((one) => /load/.test(one)));
    await editor.takeFix(/load/);
    await problems.gone("laod");
    await editor.save();
  });
  await step("a script: rename of a task writes all its places", async () => {
    await editor.rename(9, 15, "orders");
    await until(async () => (await editor.lines()).join("\n").includes('upstream["orders"]'), "the new name");
    await workbench.command("File: Save All");
    await until(() => /name: orders/.test(folder.read("pipeline.yaml")), "the new name in pipeline.yaml");
    assert.match(folder.read("scripts/clean.py"), /upstream = \["orders"\]/);
    assert.deepEqual(await problems.rows(), []);
  });

  await step("a notebook: Run above the parameters cell", async () => {
    await notebook.open("notebooks/total.ipynb");
    await notebook.lens(1, /Run/);
    assert.deepEqual(await notebook.lenses(0), []);
  });
  await step("a notebook: a problem in a cell, live", async () => {
    await notebook.append(2, '\nupstream["claen"]');
    const row = await problems.row("claen");
    assert.match(row.file, /total\.ipynb/);
    await notebook.cell(2).locator(".squiggly-error, .squiggly-warning").first().waitFor();
  });
  await step("a notebook: hover in a cell", async () => {
    await page.keyboard.press("Control+KeyZ");
    await problems.gone("claen");
    assert.match(await notebook.hover(2, "clean"), /clean/);
    await editor.dismiss();
  });
  await step("a notebook: Run by the lens of a cell", async () => {
    await notebook.pressLens(1, /Run/);
    await workbench.press(/Run with Upstream|Run Anyway/, "total");
    await notebook.lens(1, /fresh/);
  });

  await step("the injected cell", async () => {
    await workbench.command("Pipelens: Show Injected Cell");
    await workbench.tab("total (injected).py");
    await until(async () => (await page.locator(".view-lines").allInnerTexts()).join("\n").includes("digits"), "its text");
  });
  await step("a product is opened", async () => {
    await workbench.closeAll();
    await editor.open("pipeline.yaml");
    await editor.go(13, 10); // in `clean`, which the new name has moved down
    await workbench.command("Pipelens: Open Product");
    await workbench.choose("out/clean.csv");
    await workbench.tab("clean.csv");
    await until(async () => (await editor.lines())[0] === "item,price", "the text of the product");
  });
}
