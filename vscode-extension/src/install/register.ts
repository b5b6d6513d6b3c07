/** The installer in the workbench. */
import { readdirSync } from "node:fs";
import * as path from "node:path";
import * as vscode from "vscode";
import type { ServerState } from "../client/connection.ts";
import type { Machine } from "../client/machine.ts";
import { foldersOf } from "../client/window.ts";
import type { Parts } from "../parts.ts";
import { Installer, type Screen, type Server, type Workspace } from "./installer.ts";
import { runProgram } from "./program.ts";
import { INSTALL_COMMAND } from "./remedy.ts";

const RUNS_BUNDLED = "pipelens.runsBundled";

type Needed = Pick<Parts, "context" | "log" | "client" | "commands" | "trust">;

/** Milliseconds for a start that a changed setting asks for to begin. */
const SOON = 1_000;

export function register(parts: Needed, machine: Machine): Installer {
  const { context, commands, trust } = parts;
  const installer = new Installer({
    machine,
    screen: screenOf(parts.log),
    server: new RunningServer(parts),
    workspace: new ThisWorkspace(context.workspaceState),
    running: runProgram,
    storage: context.globalStorageUri.fsPath,
    wheel: wheelOf(vscode.Uri.joinPath(context.extensionUri, "bundled", "wheel").fsPath),
  });
  commands.register(INSTALL_COMMAND, async (python) => {
    if (await trust.require()) {
      await installer.offer({ kind: "wanted", python: typeof python === "string" ? python : undefined });
    }
  });
  return installer;
}

function screenOf(log: vscode.LogOutputChannel): Screen {
  return {
    async ask(message, detail, buttons) {
      return vscode.window.showInformationMessage(message, { modal: true, detail }, ...buttons);
    },
    async tell(kind, message, buttons) {
      return kind === "error"
        ? vscode.window.showErrorMessage(message, ...buttons)
        : vscode.window.showInformationMessage(message, ...buttons);
    },
    async progress(title, work) {
      const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
      return vscode.window.withProgress(options, async (progress, token) => {
        const cancel = new AbortController();
        token.onCancellationRequested(() => { cancel.abort(); });
        return work((message) => { progress.report({ message }); }, cancel.signal);
      });
    },
    log(line) {
      log.info(`install: ${line}`);
    },
    showLog() {
      log.show(true);
    },
  };
}

class RunningServer implements Server {
  constructor(private readonly parts: Needed) {}

  get located() {
    return this.parts.client.located;
  }

  get isRunning(): boolean {
    return this.parts.client.state.kind === "running";
  }

  settled(): Promise<void> {
    return this.until((state) => state.kind !== "starting");
  }

  async startAgain(): Promise<void> {
    await this.parts.client.restart();
    await this.settled();
  }

  private until(holds: (state: ServerState) => boolean): Promise<void> {
    const { client } = this.parts;
    return new Promise((resolve) => {
      if (holds(client.state)) {
        resolve();
        return;
      }
      const listening = client.onState((state) => {
        if (holds(state)) {
          listening.dispose();
          resolve();
        }
      });
    });
  }
}

class ThisWorkspace implements Workspace {
  constructor(private readonly memory: vscode.Memento) {}

  get folders(): readonly string[] {
    return foldersOf();
  }

  get current(): string | undefined {
    const { activeTextEditor, activeNotebookEditor } = vscode.window;
    return (activeNotebookEditor?.notebook.uri ?? activeTextEditor?.document.uri)?.fsPath;
  }

  get runsBundled(): boolean {
    return this.memory.get<boolean>(RUNS_BUNDLED) ?? false;
  }

  set runsBundled(value: boolean) {
    void this.memory.update(RUNS_BUNDLED, value);
  }

  /** Waits until the changed setting has made its own start begin, so that no other one interrupts a run. */
  async choose(folder: string, environment: string): Promise<void> {
    const scope = vscode.Uri.file(folder);
    const below = path.relative(folder, environment).split(path.sep).join("/");
    const isInside = below !== "" && !below.startsWith("../") && !path.isAbsolute(below);
    const value = isInside ? `\${workspaceFolder}/${below}` : environment;
    const settings = vscode.workspace.getConfiguration("pipelens", scope);
    await settings.update("interpreter", value, vscode.ConfigurationTarget.WorkspaceFolder);
    await new Promise((resolve) => setTimeout(resolve, SOON));
  }
}

function wheelOf(folder: string): string | undefined {
  try {
    const name = readdirSync(folder).find((one) => /^pipelens-.*\.whl$/.test(one));
    return name === undefined ? undefined : path.join(folder, name);
  } catch {
    return undefined;
  }
}
