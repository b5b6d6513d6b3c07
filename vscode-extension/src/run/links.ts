/** Task names in the terminals of runs open the task; paths are made links by VS Code itself. */
import * as vscode from "vscode";
import type { Connection } from "../client/connection.ts";
import { taskIn } from "./runText.ts";

class TaskLink extends vscode.TerminalLink {
  constructor(
    start: number,
    readonly pipeline: string,
    readonly task: string,
  ) {
    super(start, task.length, vscode.l10n.t("Open task {0}", task));
  }
}

/** pipelineOf: whose runs a terminal shows, undefined for terminals that are not ours. */
export function registerLinks(
  connection: Connection,
  pipelineOf: (terminal: vscode.Terminal) => string | undefined,
): vscode.Disposable {
  return vscode.window.registerTerminalLinkProvider({
    provideTerminalLinks(context) {
      const pipeline = pipelineOf(context.terminal);
      const found = pipeline === undefined ? null : taskIn(context.line);
      if (pipeline === undefined || found === null) {
        return [];
      }
      return [new TaskLink(found.start, pipeline, found.name)];
    },
    async handleTerminalLink(link) {
      if (link instanceof TaskLink) {
        await openTask(connection, link.pipeline, link.task);
      }
    },
  });
}

async function openTask(connection: Connection, pipeline: string, task: string): Promise<void> {
  const uri = vscode.Uri.parse(pipeline);
  const runnables = await connection.request("pipelens/runnables", { textDocument: { uri: pipeline } });
  const range = runnables.find((one) => one.pipeline === pipeline && one.task === task)?.range;
  const selection =
    range === undefined
      ? undefined
      : new vscode.Range(range.start.line, range.start.character, range.end.line, range.end.character);
  await vscode.window.showTextDocument(uri, selection === undefined ? {} : { selection });
}
