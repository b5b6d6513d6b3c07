/** The window as runs need it: one terminal per pipeline, questions, unsaved files. */
import * as vscode from "vscode";
import type { Connection } from "../client/connection.ts";
import type { Lane, Stage } from "./running.ts";
import { matters } from "./saving.ts";
import { RunTerminal } from "./terminal.ts";

export class WindowStage implements Stage {
  private readonly terminals = new Map<string, RunTerminal>();

  /** stop: asks the runs of a pipeline to end; whether there were any. */
  constructor(
    private readonly connection: Connection,
    private readonly stop: (pipeline: string, hard: boolean) => boolean,
  ) {}

  lane(pipeline: string): Lane {
    const known = this.terminals.get(pipeline);
    if (known !== undefined) {
      return known;
    }
    const made = new RunTerminal(
      this.name(pipeline),
      (hard) => this.stop(pipeline, hard),
      () => {
        this.terminals.delete(pipeline);
      },
    );
    this.terminals.set(pipeline, made);
    return made;
  }

  opened(pipeline: string): Lane | undefined {
    return this.terminals.get(pipeline);
  }

  /** The pipeline whose runs a terminal shows. */
  pipelineOf(terminal: vscode.Terminal): string | undefined {
    return [...this.terminals].find(([, one]) => one.terminal === terminal)?.[0];
  }

  name(pipeline: string): string {
    return vscode.workspace.asRelativePath(vscode.Uri.parse(pipeline));
  }

  async save(pipeline: string): Promise<boolean> {
    const uri = vscode.Uri.parse(pipeline);
    const wish = vscode.workspace.getConfiguration("pipelens.run", uri).get<string>("save", "all");
    if (wish === "never") {
      return true;
    }
    const texts = vscode.workspace.textDocuments.filter((one) => one.isDirty && one.uri.scheme === "file");
    const notebooks = vscode.workspace.notebookDocuments.filter((one) => one.isDirty && one.uri.scheme === "file");
    if (texts.length + notebooks.length === 0) {
      return true;
    }
    const [pipelines, sources] = await Promise.all([
      this.connection.request("pipelens/pipelines", undefined),
      this.connection.request("pipelens/taskFiles", undefined),
    ]);
    const root = pipelines.find((one) => vscode.Uri.parse(one.uri).fsPath === uri.fsPath)?.root;
    const folder = root === undefined ? vscode.Uri.joinPath(uri, "..").fsPath : vscode.Uri.parse(root).fsPath;
    const paths = new Set(sources.map((one) => vscode.Uri.parse(one).fsPath));
    const unsaved = [...texts, ...notebooks].filter((one) => matters(one.uri.fsPath, folder, paths));
    if (unsaved.length === 0) {
      return true;
    }
    if (wish === "ask" && !(await this.maySave(unsaved.map((one) => vscode.workspace.asRelativePath(one.uri))))) {
      return false;
    }
    const saved = await Promise.all(unsaved.map(async (one) => one.save()));
    if (saved.includes(false)) {
      this.warn(vscode.l10n.t("Not every file could be saved; nothing was run."));
      return false;
    }
    return true;
  }

  private async maySave(names: readonly string[]): Promise<boolean> {
    const save = vscode.l10n.t("Save and Run");
    const text = vscode.l10n.t("Not saved: {0}. A task reads what is on the disk.", names.join(", "));
    return (await vscode.window.showWarningMessage(text, { modal: true }, save)) === save;
  }

  async offer(text: string, button: "force" | "upstream"): Promise<boolean> {
    const title = button === "force" ? vscode.l10n.t("Run Anyway") : vscode.l10n.t("Run with Upstream");
    return (await vscode.window.showInformationMessage(text, title)) === title;
  }

  warn(text: string): void {
    void vscode.window.showWarningMessage(text);
  }

  dispose(): void {
    for (const { terminal } of [...this.terminals.values()]) {
      terminal.dispose();
    }
  }
}
