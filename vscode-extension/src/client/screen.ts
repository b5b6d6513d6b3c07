/** Messages of VS Code. */
import * as vscode from "vscode";
import type { Screen } from "./presenter.ts";

export const screen: Screen = {
  show: (severity, message, buttons) =>
    severity === "error"
      ? vscode.window.showErrorMessage(message, ...buttons)
      : vscode.window.showWarningMessage(message, ...buttons),
  run: (remedy) => vscode.commands.executeCommand(remedy.command, ...(remedy.args ?? [])),
};
