/** `Pipelens: Doctor`: a report in an editor, with or without a server. */
import * as vscode from "vscode";
import { doctorReport } from "./doctorReport.ts";
import type { Parts } from "./parts.ts";

const SCHEME = "pipelens-doctor";
const REPORT = vscode.Uri.from({ scheme: SCHEME, path: "/Pipelens Doctor.md" });

/** Milliseconds that the server's part of the report is waited for. */
const PATIENCE = 20_000;

export function register(parts: Parts): void {
  const changed = new vscode.EventEmitter<vscode.Uri>();
  let report = "";
  const content = { onDidChange: changed.event, provideTextDocumentContent: () => report };
  parts.context.subscriptions.push(changed, vscode.workspace.registerTextDocumentContentProvider(SCHEME, content));
  parts.commands.register("pipelens.doctor", async () => {
    report = await reportOf(parts);
    changed.fire(REPORT);
    const document = await vscode.workspace.openTextDocument(REPORT);
    await vscode.window.showTextDocument(document, { preview: true });
  });
}

async function reportOf(parts: Parts): Promise<string> {
  const { client, context } = parts;
  const extension = context.extension.packageJSON as { version?: unknown };
  return doctorReport({
    state: client.state,
    located: client.located,
    trusted: parts.trust.granted,
    versions: {
      extension: String(extension.version),
      editor: `${vscode.env.appName} ${vscode.version}`,
      "where it runs": vscode.env.remoteName ?? "this machine",
      system: `${process.platform} ${process.arch}`,
      "Python extension": parts.python.isPresent ? "installed" : "not installed",
      "YAML extension": vscode.extensions.getExtension("redhat.vscode-yaml") === undefined ? "not installed" : "installed",
    },
    health: client.state.kind === "running" ? await healthOf(parts) : undefined,
  });
}

async function healthOf({ client }: Parts): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<string>((resolve) => {
    timer = setTimeout(() => {
      resolve("The server gave no report in time.");
    }, PATIENCE);
  });
  try {
    const asked = client.request("pipelens/health", undefined).then((health) => health.markdown);
    return await Promise.race([asked, limit]);
  } catch (error) {
    return `The server gave no report: ${error instanceof Error ? error.message : String(error)}`;
  } finally {
    clearTimeout(timer);
  }
}
