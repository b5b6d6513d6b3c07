import assert from "node:assert/strict";

import { below } from "../stage/processes.mjs";
import { until } from "../stage/waiting.mjs";

export const title = "builds show how far they are; Ctrl+C, Stop and Cancel end them";

const SECOND = "- source: steps.second";

export async function play(scene) {
  const { workbench, step, server } = scene.parts();
  const { editor, terminal } = workbench;
  const folder = scene.folder("waiting");
  const builds = () => below(server.pid).filter((one) => one.command.includes("build"));
  const noBuild = () => until(() => builds().length === 0, "no build to be left");

  await step("open the folder", async () => {
    await workbench.open(folder.root);
    await editor.open("pipeline.yaml");
  });
  await step("build the pipeline: the title tells the progress", async () => {
    await editor.pressLens("tasks:", /Build/);
    await terminal.title(/↻ second 2\/3/);
    await terminal.says(/^waiting/m);
    await workbench.toasts.filter({ hasText: "Building pipeline.yaml" }).waitFor();
    await editor.lens(SECOND, /running/);
    assert.ok(builds().length > 0);
  });
  await step("Ctrl+C in the terminal stops it", async () => {
    await terminal.interrupt();
    await terminal.says(/stopped/);
    await terminal.title(/■/);
    await editor.lens("- source: steps.first", /fresh/);
    await noBuild();
  });
  await step("run with upstream, by a command", async () => {
    await editor.open("pipeline.yaml");
    await editor.go(6, 10);
    await workbench.command("Pipelens: Run Task with Upstream");
    await terminal.title(/↻ second/);
    await editor.lens(SECOND, /running/);
  });
  await step("Stop Run stops it", async () => {
    await workbench.command("Pipelens: Stop Run");
    await terminal.title(/■/);
    await noBuild();
    await workbench.command("Pipelens: Stop Run");
    await workbench.notification("Nothing is running");
    await workbench.clearNotifications();
  });
  await step("Cancel of the progress stops it", async () => {
    await editor.pressLens("tasks:", /Build/);
    await terminal.title(/↻ second/);
    await workbench.press("Cancel", "Building pipeline.yaml");
    await terminal.title(/■/);
    await noBuild();
  });
  await step("a build goes on when its terminal is closed", async () => {
    await editor.pressLens("tasks:", /Build/);
    await terminal.title(/↻ second/);
    await workbench.command("Terminal: Kill All Terminals");
    await until(async () => (await terminal.titles()).length === 0, "no terminal");
    folder.write("go", "");
    await editor.lens("- source: steps.third", /fresh/);
    assert.equal(folder.read("out/third.txt"), "first second third");
    await noBuild();
  });
}
