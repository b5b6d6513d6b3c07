/**
 * Whether VS Code offers our debugger: `pipelens.debugsHere`. Where it does not, it starts no session
 * of ours either, so the key also holds for what we start ourselves and while a session is there.
 */
import * as vscode from "vscode";
import type { Connection, Disposable } from "../client/connection.ts";
import { type Window, isOffered } from "./offered.ts";

const PYTHON_DEBUGGERS = ["ms-python.debugpy", "ms-python.python"];
/** Files of tasks are asked for again behind news of the pipelines. */
const REST = 1_000;

export class Offering implements vscode.Disposable {
  private readonly parts: Disposable[];
  private sources = new Set<string>();
  private isSet: boolean | undefined;
  private sessions = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly connection: Connection) {
    const again = () => {
      void this.tell();
    };
    this.parts = [
      connection.onState(({ kind }) => {
        if (kind === "running") {
          this.later(0);
        }
      }),
      connection.onNotification("pipelens/stateChanged", () => {
        this.later(REST);
      }),
      connection.onNotification("pipelens/status", () => {
        // After a start the first sign that pipelines have been read: whoever presses F5 now must not wait.
        if (this.sources.size === 0) {
          this.later(0);
        }
      }),
      vscode.window.onDidChangeActiveTextEditor(again),
      vscode.window.onDidChangeActiveNotebookEditor(again),
      vscode.extensions.onDidChange(again),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration("launch")) {
          again();
        }
      }),
      vscode.debug.onDidStartDebugSession(({ type }) => {
        this.sessions += type === "pipelens" ? 1 : 0;
        again();
      }),
      vscode.debug.onDidTerminateDebugSession(({ type }) => {
        this.sessions -= type === "pipelens" ? 1 : 0;
        again();
      }),
    ];
    this.later(0);
  }

  dispose(): void {
    clearTimeout(this.timer);
    vscode.Disposable.from(...this.parts).dispose();
  }

  /** For a session that is about to be started. */
  async always(): Promise<void> {
    await this.set(true);
  }

  private later(rest: number): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      void this.ask();
    }, rest);
  }

  private async ask(): Promise<void> {
    try {
      const files = await this.connection.request("pipelens/taskFiles", undefined);
      this.sources = new Set(files.map((uri) => vscode.Uri.parse(uri).fsPath));
    } catch {
      return; // no server: it stays as it is
    }
    await this.tell();
  }

  private async tell(): Promise<void> {
    await this.set(isOffered(this.window()));
  }

  private window(): Window {
    const document = vscode.window.activeTextEditor?.document;
    const notebook = vscode.window.activeNotebookEditor?.notebook;
    const written = vscode.workspace.getConfiguration("launch").get<unknown>("configurations");
    return {
      path: notebook?.uri.fsPath ?? document?.uri.fsPath,
      language: document?.languageId,
      sources: this.sources,
      hasOtherDebugger: PYTHON_DEBUGGERS.some((id) => vscode.extensions.getExtension(id) !== undefined),
      configurations: Array.isArray(written) ? written : [],
      sessions: this.sessions,
    };
  }

  private async set(wanted: boolean): Promise<void> {
    if (this.isSet !== wanted) {
      this.isSet = wanted;
      await vscode.commands.executeCommand("setContext", "pipelens.debugsHere", wanted);
    }
  }
}
