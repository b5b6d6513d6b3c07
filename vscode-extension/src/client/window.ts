/** What of this window the search for a server depends on. */
import * as path from "node:path";
import * as vscode from "vscode";
import type { PythonExtension } from "../python/interpreter.ts";
import { LAUNCH_SETTINGS, launchSettings, type LaunchSettings } from "./launchSettings.ts";
import type { Window } from "./locate.ts";

const PIPELINE = /^pipeline(\..+)?\.ya?ml$/;

export function foldersOf(): string[] {
  return (vscode.workspace.workspaceFolders ?? []).flatMap((folder) =>
    folder.uri.scheme === "file" ? [folder.uri.fsPath] : [],
  );
}

/** As the first folder has them: there is one server for all. */
export function wantedSettings(): LaunchSettings {
  const settings = vscode.workspace.getConfiguration(undefined, vscode.workspace.workspaceFolders?.[0]?.uri ?? null);
  const values = Object.fromEntries(LAUNCH_SETTINGS.map((name) => [name, settings.get<unknown>(name)]));
  return launchSettings(values as Record<(typeof LAUNCH_SETTINGS)[number], unknown>);
}

export async function windowOf(context: vscode.ExtensionContext, python: PythonExtension): Promise<Window> {
  const settings = wantedSettings();
  const first = vscode.workspace.workspaceFolders?.[0]?.uri;
  return {
    settings,
    trusted: vscode.workspace.isTrusted,
    folders: foldersOf(),
    pipelineFolders: await pipelineFolders(),
    pythonExtension: settings.interpreter === undefined ? await python.chosen(first) : undefined,
    storage: context.globalStorageUri.fsPath,
    bundled: vscode.Uri.joinPath(context.extensionUri, "bundled", "start.py").fsPath,
    bundledVersion: String((context.extension.packageJSON as { version?: unknown }).version),
  };
}

/** Folders of pipelines that are open, and those above them in the workspace. */
function pipelineFolders(): Promise<string[]> {
  const roots = foldersOf();
  const found = vscode.workspace.textDocuments
    .map((document) => document.uri)
    .filter((uri) => uri.scheme === "file" && PIPELINE.test(path.basename(uri.fsPath)))
    .flatMap((uri) => upTo(path.dirname(uri.fsPath), roots));
  return Promise.resolve([...new Set(found)]);
}

function upTo(folder: string, roots: readonly string[]): string[] {
  const root = roots.find((one) => folder === one || folder.startsWith(one + path.sep));
  const all = [folder];
  for (let at = folder; root !== undefined && at !== root; at = path.dirname(at)) {
    all.push(path.dirname(at));
  }
  return all;
}
