/**
 * The cell that a task receives, as a read-only document `pipelens-injected:/PIPELINE/TASK (injected).py`.
 * The server provides such documents and refreshes them (`workspace/textDocumentContent`).
 */
import * as vscode from "vscode";
import type { Connection } from "./client/connection.ts";
import { injectedUri } from "./injectedUri.ts";
import type { Asking } from "./run/asking.ts";

export async function showInjectedCell(connection: Connection, asking: Asking, argument: unknown): Promise<void> {
  const task = await asking.task(argument);
  if (task === undefined) {
    return;
  }
  const cell = await connection.request("pipelens/injectedCell", { pipeline: task.pipeline, task: task.task });
  if (cell === null) {
    void vscode.window.showInformationMessage(vscode.l10n.t("{0} receives no cell.", task.task));
    return;
  }
  const uri = vscode.Uri.parse(injectedUri(task.pipeline, task.task, cell.languageId), true);
  await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), {
    viewColumn: vscode.ViewColumn.Beside,
    preserveFocus: true,
    preview: true,
  });
}
