import assert from "node:assert/strict";

export const title = "a failed task is opened, looked at, and run again to where it failed";

const PRICES = 'prices = [float(row["price"]) for row in orders]\n';

export async function play(scene) {
  const { workbench, step } = scene.parts();
  const { debugger: debug, editor, problems, terminal } = workbench;
  const folder = scene.folder("orders");
  folder.change("scripts/clean.py", ' if row["price"]]', "]");
  folder.change("scripts/clean.py", "# %%\nwith open(product", `# %%\n${PRICES}\n# %%\nwith open(product`);

  await step("a build that fails", async () => {
    await workbench.open(folder.root);
    await editor.open("pipeline.yaml");
    await editor.pressLens("tasks:", /Build/);
    await terminal.title(/✗/);
    await terminal.says(/Open failure of clean/);
  });
  await step("Open failure by the lens: the call stack and its variables", async () => {
    await editor.pressLens("- source: scripts/clean.py", /Open failure/);
    await debug.stopped(/clean\.py/);
    await debug.error(/ValueError/);
    await debug.variable(/^row = .*'price': ''/);
  });
  await scene.portrait("open-failure", { x: 0, y: 30, width: 1110, height: 560 });
  await step("what was recorded is evaluated, what was not says so", async () => {
    await debug.evaluate("row['item']");
    await debug.console(/'item 0'/);
    await debug.evaluate("open('x')");
    await debug.console(/Re-run to this point/);
  });
  await step("Open failure by the terminal", async () => {
    await debug.stop();
    await workbench.command("Terminal: Focus Terminal");
    await terminal.press("Open failure of clean", () => debug.stopped(/clean\.py/, { seconds: 2 }));
    await debug.stop();
  });
  await step("the problem's code leads there, too", async () => {
    const row = await problems.row("clean failed here");
    assert.match(row.code, /task-failed/);
  });
  await step("Open failure by the quick fix of the problem", async () => {
    await editor.open("scripts/clean.py");
    assert.ok((await editor.fixes(18, 3)).some((one) => /Open failure of clean/.test(one)));
    await editor.takeFix(/Open failure of clean/);
    await debug.stopped(/clean\.py/);
  });
  await step("Re-run to this point", async () => {
    await debug.rerun();
    await debug.stopped(/<module>.*clean\.py.*18/);
    await debug.variable(/^orders = \[/);
  });
  await scene.portrait("rerun", { x: 0, y: 30, width: 1110, height: 560 });
  await step("stop", async () => {
    await debug.stop();
  });
  await step("by a command; a change since then is told", async () => {
    await editor.open("scripts/clean.py");
    await editor.replaceLine(3, "# Every order counts.");
    await editor.save();
    await workbench.command("Pipelens: Open Failure");
    await debug.stopped(/clean\.py/);
    await workbench.tab("as it was when the task failed");
    await debug.stop();
  });
}
