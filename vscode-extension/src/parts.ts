/** What the extension is made of: each room's `register(parts)` gets all of it. */
import type * as vscode from "vscode";
import type { Client } from "./client/client.ts";
import type { Commands } from "./commands.ts";
import type { PythonExtension } from "./python/interpreter.ts";
import type { Trust } from "./trust.ts";

export interface Parts {
  readonly context: vscode.ExtensionContext;
  readonly log: vscode.LogOutputChannel;
  readonly client: Client;
  readonly commands: Commands;
  readonly trust: Trust;
  /** What a run asks instead: trust, and where the bundled server is used, whether to install first. */
  readonly runnable: Trust;
  readonly python: PythonExtension;
}
