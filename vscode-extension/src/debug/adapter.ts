/** Starts `pipelens dap`, always ours and never what a configuration names. */
import * as vscode from "vscode";
import type { Client } from "../client/client.ts";
import { NotRunning } from "../client/errors.ts";
import type { Machine } from "../client/machine.ts";
import { interpreterPath } from "../client/paths.ts";
import { adapterProgram } from "./program.ts";

export class AdapterFactory implements vscode.DebugAdapterDescriptorFactory {
  constructor(
    private readonly client: Client,
    private readonly machine: Machine,
  ) {}

  async createDebugAdapterDescriptor(session: vscode.DebugSession): Promise<vscode.DebugAdapterDescriptor> {
    await this.client.settled();
    const program = adapterProgram(this.client.located, this.interpreter(session.workspaceFolder), process.env);
    if (program === undefined) {
      throw new NotRunning();
    }
    const { command, args, cwd, env } = program;
    // Undefined values are more than the API declares; they take a variable away.
    return new vscode.DebugAdapterExecutable(command, [...args], { cwd, env: env as Record<string, string> });
  }

  /** The Python for tasks that was chosen for a folder, as the server is told. */
  private interpreter(folder: vscode.WorkspaceFolder | undefined): string | null {
    const scope = folder ?? vscode.workspace.workspaceFolders?.[0];
    const written = vscode.workspace.getConfiguration("pipelens", scope?.uri ?? null).get("interpreter");
    return interpreterPath(this.machine, written, scope?.uri.fsPath) ?? this.client.chosenInterpreter;
  }
}
