/**
 * Task names in the terminals of runs open the task, places the line or the cell: those that VS Code, which
 * makes links of most paths itself, does not know.
 */
import * as vscode from "vscode";
import type { Connection } from "../client/connection.ts";
import type { TaskRef } from "../protocol.gen.ts";
import { type LinkedPlace, placeIn } from "./linkedPlaces.ts";
import { openingIn, taskIn } from "./runText.ts";

class TaskLink extends vscode.TerminalLink {
  constructor(
    start: number,
    readonly pipeline: string,
    readonly task: string,
  ) {
    super(start, task.length, vscode.l10n.t("Open task {0}", task));
  }
}

class FailureLink extends vscode.TerminalLink {
  constructor(
    start: number,
    length: number,
    readonly pipeline: string,
    readonly task: string,
  ) {
    super(start, length, vscode.l10n.t("Open what {0} recorded when it failed", task));
  }
}

class PlaceLink extends vscode.TerminalLink {
  constructor(readonly place: LinkedPlace) {
    super(place.start, place.length);
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
      if (pipeline === undefined) {
        return [];
      }
      const task = taskIn(context.line);
      if (task !== null) {
        return [new TaskLink(task.start, pipeline, task.name)];
      }
      const opening = openingIn(context.line);
      if (opening !== null) {
        return [new FailureLink(opening.start, opening.length, pipeline, opening.name)];
      }
      const place = placeIn(context.line);
      return place === null ? [] : [new PlaceLink(place)];
    },
    async handleTerminalLink(link) {
      if (link instanceof TaskLink) {
        await openTask(connection, link.pipeline, link.task);
      } else if (link instanceof FailureLink) {
        const task: TaskRef = { pipeline: link.pipeline, task: link.task };
        await vscode.commands.executeCommand("pipelens.openFailure", task);
      } else if (link instanceof PlaceLink) {
        await openPlace(link.place);
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

async function openPlace({ path, line, cell }: LinkedPlace): Promise<void> {
  const uri = vscode.Uri.file(path);
  const selection = new vscode.Range(line, 0, line, 0);
  if (cell === null) {
    await vscode.window.showTextDocument(uri, { selection });
    return;
  }
  const notebook = await vscode.workspace.openNotebookDocument(uri);
  const cells = new vscode.NotebookRange(cell, cell + 1);
  const editor = await vscode.window.showNotebookDocument(notebook, { selections: [cells] });
  editor.revealRange(cells, vscode.NotebookEditorRevealType.InCenterIfOutsideViewport);
  if (cell < notebook.cellCount) {
    await vscode.window.showTextDocument(notebook.cellAt(cell).document, { selection });
  }
}
