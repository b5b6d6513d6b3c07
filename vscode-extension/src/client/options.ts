/** What the language client is told: which documents, and how what the server says is shown. */
import * as vscode from "vscode";
import {
  CloseAction,
  type ConfigurationParams,
  ErrorAction,
  type LanguageClientOptions,
  RevealOutputChannelOn,
} from "vscode-languageclient/node";
import type { InitializationOptions } from "../protocol.gen.ts";
import { SHOWN_IN, SOURCES } from "./documents.ts";

/** Links of a hover may call these, and nothing else. */
export const HOVER_COMMANDS = [
  "pipelens.runTask",
  "pipelens.runTaskWithUpstream",
  "pipelens.forceRunTask",
  "pipelens.openProduct",
  "pipelens.showInjectedCell",
] as const;

/** Settings that only this extension reads. */
const OURS = ["server", "run", "trace", "log"];

export interface Wanted {
  readonly told: InitializationOptions;
  readonly log: vscode.LogOutputChannel;
  /** The path that a value of `pipelens.interpreter` stands for. */
  readonly interpreterAt: (value: unknown, scope: vscode.Uri | undefined) => string | null;
  readonly diagnosticsCame: () => void;
}

export function clientOptions(wanted: Wanted): LanguageClientOptions {
  return {
    documentSelector: [...SHOWN_IN, ...SOURCES],
    outputChannel: wanted.log,
    traceOutputChannel: wanted.log,
    revealOutputChannelOn: RevealOutputChannelOn.Never,
    diagnosticCollectionName: "pipelens",
    initializationOptions: wanted.told,
    initializationFailedHandler: () => false,
    markdown: { isTrusted: { enabledCommands: [...HOVER_COMMANDS] }, supportHtml: true },
    // Whether it is started again is decided by `Lifecycle`, from the end of the process.
    errorHandler: {
      error: () => ({ action: ErrorAction.Continue, handled: true }),
      closed: () => ({ action: CloseAction.DoNotRestart, message: "The connection is closed.", handled: true }),
    },
    middleware: {
      handleDiagnostics(uri, diagnostics, next) {
        next(uri, diagnostics);
        wanted.diagnosticsCame();
      },
      workspace: {
        async configuration(params, token, next) {
          const values = await next(params, token);
          const all = Array.isArray(values) ? (values as unknown[]) : [];
          return all.map((value, index) => forServer(value, params, index, wanted));
        },
      },
    },
  };
}

/** Our section as the server understands it: interpreters as absolute paths, without what is ours alone. */
function forServer(value: unknown, params: ConfigurationParams, index: number, wanted: Wanted): unknown {
  const item = params.items[index];
  if (item?.section !== "pipelens" || typeof value !== "object" || value === null || Array.isArray(value)) {
    return value;
  }
  const kept: Record<string, unknown> = Object.fromEntries(
    Object.entries(value).filter(([name]) => !OURS.includes(name)),
  );
  const scope = item.scopeUri === undefined ? undefined : vscode.Uri.parse(item.scopeUri);
  return { ...kept, interpreter: wanted.interpreterAt(kept["interpreter"], scope) };
}
