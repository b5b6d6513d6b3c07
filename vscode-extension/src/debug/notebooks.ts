/** The notebook that a task is written in: saved, and its cells told to the adapter. */
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import * as vscode from "vscode";
import { cellsStored, cellUris } from "./cells.ts";

export type NotebookCells = Record<string, (string | null)[]>;

/**
 * The cells' addresses by the notebook's path; none for other sources. Undefined, with a message,
 * where breakpoints would be set in other cells than those that run.
 */
export async function notebookCells(source: string | null | undefined): Promise<NotebookCells | undefined> {
  if (source === null || source === undefined || !source.endsWith(".ipynb")) {
    return {};
  }
  // Read, not shown: then a stop in it opens the cell, whether or not the notebook was open.
  const notebook = await vscode.workspace.openNotebookDocument(vscode.Uri.file(source));
  if (notebook.isDirty && !(await notebook.save())) {
    refuse(vscode.l10n.t("{0} could not be saved; nothing was run.", basename(source)));
    return undefined;
  }
  const stored = cellsStored(await readFile(source, "utf-8"));
  if (stored !== undefined && stored !== notebook.cellCount) {
    refuse(
      vscode.l10n.t(
        "{0} has {1} cells on the disk and {2} in the editor: another program has written it. Close it and open it again.",
        basename(source),
        stored,
        notebook.cellCount,
      ),
    );
    return undefined;
  }
  return { [source]: cellUris(notebook.getCells()) };
}

/** The same for a recorded failure, of which nothing runs: nothing is saved, and what cannot be read has no cells. */
export async function recordedCells(source: string | null | undefined): Promise<NotebookCells> {
  const open = vscode.workspace.notebookDocuments.filter((one) => one.uri.scheme === "file");
  if (source === null || source === undefined) {
    return Object.fromEntries(open.map((one) => [one.uri.fsPath, cellUris(one.getCells())]));
  }
  if (!source.endsWith(".ipynb")) {
    return {};
  }
  try {
    const notebook = await vscode.workspace.openNotebookDocument(vscode.Uri.file(source));
    return { [source]: cellUris(notebook.getCells()) };
  } catch {
    return {};
  }
}

function refuse(why: string): void {
  void vscode.window.showErrorMessage(why);
}
