/** Runs: their commands, terminals, links, problems and progress. */
import * as vscode from "vscode";
import type { Connection } from "../client/connection.ts";
import type { Commands } from "../commands.ts";
import { showInjectedCell } from "../injected.ts";
import { openProduct, registerPreviews } from "../products.ts";
import type { Mode } from "../protocol.gen.ts";
import { showText } from "../showText.ts";
import type { Trust } from "../trust.ts";
import { Asking } from "./asking.ts";
import { ContextKeys } from "./contextKeys.ts";
import { registerLinks } from "./links.ts";
import { RunProblems } from "./problems.ts";
import { registerProgress } from "./progress.ts";
import { Running } from "./running.ts";
import { WindowStage } from "./stage.ts";

/** What debugging shares with runs. */
export interface Runs {
  readonly asking: Asking;
  /** Saves what a run of a pipeline would miss; whether to go on. */
  readonly save: (pipeline: string) => Promise<boolean>;
}

export function registerRuns(
  context: Pick<vscode.ExtensionContext, "subscriptions">,
  connection: Connection,
  trust: Trust,
  commands: Pick<Commands, "register">,
): Runs {
  const stage: WindowStage = new WindowStage(connection, (pipeline, hard) => {
    const isRunning = running.book.active(pipeline).length > 0;
    void running.stop(pipeline, hard);
    return isRunning;
  });
  const running = new Running(connection, stage);
  const asking = new Asking(connection);

  const runs = (mode: Mode) => async (argument: unknown) => {
    const task = (await trust.require()) ? await asking.task(argument) : undefined;
    if (task !== undefined) {
      await running.run({ pipeline: task.pipeline, task: task.task }, mode);
    }
  };
  commands.register("pipelens.runTask", runs("task"));
  commands.register("pipelens.runTaskWithUpstream", runs("upstream"));
  commands.register("pipelens.forceRunTask", runs("force"));
  commands.register("pipelens.buildPipeline", async (argument) => {
    const pipeline = (await trust.require()) ? await asking.pipeline(argument) : undefined;
    if (pipeline !== undefined) {
      await running.run({ pipeline }, "build");
    }
  });
  commands.register("pipelens.stopRun", async (argument) => {
    await stopRun(running, asking, argument);
  });
  commands.register("pipelens.openProduct", async (argument) => {
    await openProduct(connection, asking, argument);
  });
  commands.register("pipelens.showInjectedCell", async (argument) => {
    await showInjectedCell(connection, asking, argument);
  });
  commands.register("pipelens.showText", showText);

  context.subscriptions.push(
    running,
    stage,
    new RunProblems(connection, running),
    new ContextKeys(connection),
    registerLinks(connection, (terminal) => stage.pipelineOf(terminal)),
    registerProgress(running, (pipeline) => stage.name(pipeline)),
    registerPreviews(connection),
  );
  return { asking, save: async (pipeline) => stage.save(pipeline) };
}

async function stopRun(running: Running, asking: Asking, argument: unknown): Promise<void> {
  const active = [...new Set(running.book.active().map((run) => run.pipeline))];
  const given =
    typeof argument === "object" && argument !== null && "pipeline" in argument ? argument.pipeline : undefined;
  const found = typeof given === "string" ? active.filter((one) => one === given) : active;
  if (found.length === 0) {
    void vscode.window.showInformationMessage(vscode.l10n.t("Nothing is running."));
    return;
  }
  const pipeline = await asking.pickPipeline(found);
  if (pipeline !== undefined) {
    await running.stop(pipeline);
  }
}
