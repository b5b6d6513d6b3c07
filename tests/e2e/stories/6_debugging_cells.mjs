import assert from "node:assert/strict";

export const title = "a notebook is debugged in its cells, and a failure in one is opened there";

export async function play(scene) {
  const { workbench, step } = scene.parts();
  const { debugger: debug, editor, notebook, terminal } = workbench;
  const folder = scene.folder("orders");

  await step("open the folder and build", async () => {
    await workbench.open(folder.root);
    await editor.open("pipeline.yaml");
    await editor.pressLens("tasks:", /Build/);
    await terminal.title(/✓ pipeline.yaml/);
  });
  await step("a breakpoint in a cell, F5", async () => {
    await notebook.open("notebooks/total.ipynb");
    await notebook.lens(1, /Debug/);
    await notebook.go(2, 1);
    await debug.toggle();
    await debug.start();
  });
  await step("it stops in the cell", async () => {
    await debug.stopped(/total\.ipynb.*1/);
    await debug.variable(/^digits = 2/);
    await debug.variable(/^upstream = /);
    await notebook.cell(2).locator(".debug-top-stack-frame-line").first().waitFor();
  });
  await scene.portrait("debug-cell", { x: 0, y: 30, width: 1110, height: 560 });
  await step("to the end, by Continue, without the breakpoint: a with statement is passed twice", async () => {
    await notebook.go(2, 1);
    await debug.toggle();
    await debug.press(/Continue/);
    await debug.ended();
    assert.equal(folder.read("out/total.json"), "37.5");
  });

  await step("the notebook fails", async () => {
    await notebook.append(2, "\nprices[9]");
    await notebook.pressLens(1, /Run/);
    await terminal.title(/✗/);
  });
  await step("its failure is opened in the cell", async () => {
    await notebook.pressLens(1, /Open failure/);
    await debug.stopped(/total\.ipynb.*3/);
    await debug.error(/IndexError/);
    await debug.variable(/^prices = \[/);
  });
  await step("Re-run to this point", async () => {
    await debug.rerun();
    await debug.stopped(/total\.ipynb.*3/);
    await debug.evaluate("len(prices)");
    await debug.console(/^5$/m);
    await debug.stop();
  });
}
