/** Debugging: its commands, configurations and adapter, and what a recorded failure offers. */
import * as vscode from "vscode";
import type { Machine } from "../client/machine.ts";
import type { Parts } from "../parts.ts";
import type { Runs } from "../run/register.ts";
import { AdapterFactory } from "./adapter.ts";
import { TYPE, attachOf, launchOf } from "./configuration.ts";
import { Offering } from "./offering.ts";
import { ConfigurationProvider } from "./provider.ts";
import { RecordedSessions } from "./recordedSessions.ts";

export function register({ context, client, commands, trust, runnable }: Parts, runs: Runs, machine: Machine): void {
  const { asking, save } = runs;
  const offering = new Offering(client);
  const isBundled = () => client.located?.choice?.rung === "bundled";
  const provider = new ConfigurationProvider({ connection: client, asking, trust, runnable, isBundled, save });

  const start = async (pipeline: string, configuration: vscode.DebugConfiguration) => {
    await offering.always();
    await vscode.debug.startDebugging(folderOf(pipeline), configuration);
  };

  commands.register("pipelens.debugTask", async (argument) => {
    const task = (await runnable.require()) ? await asking.task(argument, { verb: "debug" }) : undefined;
    if (task !== undefined) {
      await start(task.pipeline, launchOf(task.task, vscode.Uri.parse(task.pipeline).fsPath));
    }
  });
  commands.register("pipelens.openFailure", async (argument) => {
    const task = (await trust.require()) ? await asking.failed(argument) : undefined;
    if (task === undefined) {
      return;
    }
    const { pipeline } = task;
    const told = await client.command("pipelens.debugConfiguration", { pipeline, task: task.task, failure: true });
    if (told !== null) {
      await start(pipeline, attachOf(told));
    }
  });

  const recorded = new RecordedSessions(start);
  commands.register("pipelens.rerunToHere", async () => {
    await recorded.rerun();
  });

  context.subscriptions.push(
    offering,
    recorded,
    vscode.debug.registerDebugConfigurationProvider(TYPE, provider),
    vscode.debug.registerDebugConfigurationProvider(TYPE, provider, vscode.DebugConfigurationProviderTriggerKind.Dynamic),
    vscode.debug.registerDebugAdapterDescriptorFactory(TYPE, new AdapterFactory(client, machine)),
  );
}

function folderOf(pipeline: string): vscode.WorkspaceFolder | undefined {
  return vscode.workspace.getWorkspaceFolder(vscode.Uri.parse(pipeline)) ?? vscode.workspace.workspaceFolders?.[0];
}
