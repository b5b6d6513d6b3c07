/** The question that a session may begin with, put to the person at the window. */
import * as vscode from "vscode";
import type { Asked } from "./upstream.ts";

export function upstreamQuestion(task: string, pipeline: vscode.Uri): Asked {
  const section = () => vscode.workspace.getConfiguration("pipelens.debug", pipeline);
  return {
    setting: section().get("upstream"),
    async ask() {
      const build = vscode.l10n.t("Build First");
      const always = vscode.l10n.t("Always Build First");
      const ignore = vscode.l10n.t("Use What Is There");
      const text = vscode.l10n.t("What {0} needs is out of date.", task);
      const chosen = await vscode.window.showInformationMessage(text, { modal: true }, build, always, ignore);
      return chosen === build ? "build" : chosen === always ? "always" : chosen === ignore ? "ignore" : "cancel";
    },
    async remember(upstream) {
      const inFolder = (vscode.workspace.workspaceFolders ?? []).length > 0;
      const target = inFolder ? vscode.ConfigurationTarget.Workspace : vscode.ConfigurationTarget.Global;
      await section().update("upstream", upstream, target);
    },
  };
}
