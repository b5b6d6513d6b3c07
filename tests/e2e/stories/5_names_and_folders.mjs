import assert from "node:assert/strict";
import path from "node:path";

export const title = "a path with spaces and other letters; two folders in one window";

export async function play(scene) {
  const { workbench, step } = scene.parts();
  const { editor, problems, terminal } = workbench;
  const first = scene.folder("orders", "Größte Läden 2024 (工程)/erste Zahlen");
  const second = scene.folder("orders", "zweite, Ñandú");
  second.change("pipeline.yaml", "params:", "parms:");
  first.change("scripts/clean.py", 'row["price"]]', 'row["prize"]]');
  const folders = [first, second].map((one) => ({ path: one.root }));
  first.write("../both.code-workspace", JSON.stringify({ folders }));

  await step("open two folders", () => workbench.open(path.join(first.root, "..", "both.code-workspace")));
  await step("a problem in the second", async () => {
    await editor.open("Ñandú/pipeline.yaml");
    const row = await problems.row("parms");
    assert.match(row.file, /Ñandú/);
  });
  await step("run in the first", async () => {
    await editor.open("erste Zahlen/pipeline.yaml");
    await editor.pressLens("- source: steps.load", /Run/);
    await terminal.says(/✓ load done/);
    await editor.lens("- source: steps.load", /fresh/);
    assert.ok(first.has("out/orders.csv"));
    assert.ok(!second.has("out"));
  });
  await step("a failure in the first is at its line", async () => {
    await editor.pressLens("- source: scripts/clean.py", /Run/);
    await terminal.says(/✗ clean failed/);
    const row = await problems.row((one) => one.code === "task-failed");
    assert.equal(row.line, 14);
    assert.match(row.file, /erste Zahlen/);
  });
  await step("its place in the terminal is a link, spaces and all", async () => {
    await workbench.closeAll();
    await workbench.command("Terminal: Focus Terminal");
    await terminal.follow("clean.py:14", "clean.py");
    await editor.at(14);
  });
  await step("it is opened, and run again to that line", async () => {
    await editor.open("erste Zahlen/pipeline.yaml");
    await editor.pressLens("- source: scripts/clean.py", /Open failure/);
    await workbench.debugger.stopped(/clean\.py.*14/);
    await workbench.debugger.rerun();
    await workbench.debugger.stopped(/clean\.py.*14/);
    await workbench.debugger.stop();
  });
  await step("run in the second: a terminal of its own", async () => {
    await editor.open("Ñandú/pipeline.yaml");
    await editor.replaceLine(6, "    params:");
    await editor.save();
    await problems.gone("parms");
    await editor.pressLens("- source: steps.load", /Run/);
    await editor.lens("- source: steps.load", /fresh/);
    assert.ok(second.has("out/orders.csv"));
    assert.equal((await terminal.titles()).length, 2);
  });
}
