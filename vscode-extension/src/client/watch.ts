/** Listens to what a start of the server depends on. */
import * as vscode from "vscode";
import type { PythonExtension } from "../python/interpreter.ts";
import { Changes } from "./changes.ts";
import type { Client } from "./client.ts";
import { CLOCK } from "./clock.ts";
import { LAUNCH_SETTINGS } from "./launchSettings.ts";
import { wantedSettings } from "./window.ts";

export function watch(client: Client, python: PythonExtension): vscode.Disposable {
  const changes = new Changes(CLOCK, (why) => void client.refresh(why));
  const differs = async () => {
    if (wantedSettings().interpreter !== undefined || client.located === undefined) {
      return;
    }
    const chosen = await python.chosen(vscode.workspace.workspaceFolders?.[0]?.uri);
    if (chosen !== client.pythonExtension) {
      changes.interpreterChanged();
    }
  };
  return vscode.Disposable.from(
    changes,
    python.onChange(() => void differs()),
    vscode.workspace.onDidGrantWorkspaceTrust(() => {
      changes.trustGranted();
    }),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (LAUNCH_SETTINGS.some((name) => event.affectsConfiguration(name))) {
        changes.settingsChanged();
      }
    }),
  );
}
