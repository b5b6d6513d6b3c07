/** Whether this workspace may run what is in it. */
import * as vscode from "vscode";

/** What code that runs something asks before it does. */
export interface Trust {
  readonly granted: boolean;
  /** True in a trusted workspace; else says so, offers Manage Trust, and answers false. */
  require(): Promise<boolean>;
}

export class WorkspaceTrust implements Trust {
  get granted(): boolean {
    return vscode.workspace.isTrusted;
  }

  async require(): Promise<boolean> {
    if (this.granted) {
      return true;
    }
    const manage = vscode.l10n.t("Manage Trust");
    const chosen = await vscode.window.showWarningMessage(
      vscode.l10n.t("This workspace is in Restricted Mode: Pipelens checks it, but runs nothing of it."),
      manage,
    );
    if (chosen === manage) {
      await vscode.commands.executeCommand("workbench.trust.manage");
    }
    return false;
  }
}
