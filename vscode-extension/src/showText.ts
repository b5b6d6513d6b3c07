/** What a lens that only tells has to say: the hover at its place, or the text itself. */
import * as vscode from "vscode";

/** argument: a text, or the `Runnable` of a lens, whose place the active editor shows. */
export async function showText(argument: unknown): Promise<void> {
  if (typeof argument === "string") {
    void vscode.window.showInformationMessage(argument);
    return;
  }
  const editor = vscode.window.activeTextEditor;
  const told = runnable(argument);
  if (told === undefined) {
    return;
  }
  if (editor !== undefined && told.line < editor.document.lineCount) {
    const at = new vscode.Position(told.line, told.character);
    const found = await vscode.commands.executeCommand<vscode.Hover[]>(
      "vscode.executeHoverProvider",
      editor.document.uri,
      at,
    );
    if (found.length > 0) {
      editor.selection = new vscode.Selection(at, at);
      await vscode.commands.executeCommand("editor.action.showHover");
      return;
    }
  }
  void vscode.window.showInformationMessage(told.text);
}

interface Told {
  readonly line: number;
  readonly character: number;
  readonly text: string;
}

function runnable(argument: unknown): Told | undefined {
  if (typeof argument !== "object" || argument === null || !("task" in argument) || !("range" in argument)) {
    return undefined;
  }
  const { task, range, freshness } = argument as {
    task: string;
    range: { start: { line: number; character: number } };
    freshness?: { state: string; reason: string };
  };
  const state = freshness === undefined ? "" : ` is ${freshness.state.replace("_", " ")}: ${freshness.reason}`;
  return { ...range.start, text: `${task}${state}` };
}
