/**
 * What menus ask for: `resourcePath in pipelens.taskFiles`, and the same of `pipelens.pipelineFiles`.
 * Objects with plain paths as keys.
 */
import * as vscode from "vscode";
import type { Connection, Disposable } from "../client/connection.ts";

const REST = 1_000;

export class ContextKeys implements vscode.Disposable {
  private readonly parts: Disposable[];
  private readonly set = new Map<string, string>();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly connection: Connection) {
    this.parts = [
      connection.onNotification("pipelens/stateChanged", () => {
        this.later(REST);
      }),
      connection.onState(({ kind }) => {
        if (kind === "running") {
          this.later(0);
        }
      }),
      vscode.window.onDidChangeActiveTextEditor(() => {
        this.later(REST);
      }),
    ];
    if (connection.state.kind === "running") {
      this.later(0);
    }
  }

  dispose(): void {
    clearTimeout(this.timer);
    vscode.Disposable.from(...this.parts).dispose();
  }

  private later(rest: number): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      void this.ask();
    }, rest);
  }

  private async ask(): Promise<void> {
    try {
      const [files, pipelines] = await Promise.all([
        this.connection.request("pipelens/taskFiles", undefined),
        this.connection.request("pipelens/pipelines", undefined),
      ]);
      this.tell("pipelens.taskFiles", files);
      this.tell(
        "pipelens.pipelineFiles",
        pipelines.map((one) => one.uri),
      );
    } catch {
      return; // no server: the menus stay as they are
    }
  }

  private tell(key: string, uris: readonly string[]): void {
    const paths = Object.fromEntries(uris.map((uri) => [vscode.Uri.parse(uri).fsPath, true]));
    const told = JSON.stringify(paths);
    if (this.set.get(key) !== told) {
      this.set.set(key, told);
      void vscode.commands.executeCommand("setContext", key, paths);
    }
  }
}
