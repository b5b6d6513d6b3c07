/** The line at which a task failed, among the problems: until the task runs again, whatever is edited. */
import { readFile } from "node:fs/promises";
import * as vscode from "vscode";
import type { Connection, Disposable } from "../client/connection.ts";
import type { Failure } from "../protocol.gen.ts";
import { Failures, keyOf, openingCommand } from "./failures.ts";
import type { Running } from "./running.ts";

const CODE = "task-failed";
/** News of states come in flocks. */
const SETTLE = 300;

export class RunProblems implements vscode.Disposable {
  private readonly failures = new Failures();
  private readonly collection = vscode.languages.createDiagnosticCollection("pipelens run");
  private readonly parts: Disposable[];
  private timer: NodeJS.Timeout | undefined;
  private shown = 0;

  constructor(
    private readonly connection: Connection,
    private readonly running: Running,
  ) {
    const isNotebook = (notebook: vscode.NotebookDocument) => {
      if (this.failures.all.some(({ problem }) => problem.path === notebook.uri.fsPath)) {
        void this.show();
      }
    };
    this.parts = [
      this.collection,
      running.onNews(({ run, events }) => {
        let isNews = false;
        for (const event of events) {
          if (event.kind === "task" && event.state === "started") {
            isNews = this.failures.began(run.pipeline, event.task) || isNews;
          } else if (event.kind === "problem") {
            isNews = this.failures.failed({ pipeline: run.pipeline, run: run.id, problem: event }) || isNews;
          }
        }
        if (isNews) {
          void this.show();
        }
      }),
      connection.onNotification("pipelens/stateChanged", () => {
        this.later();
      }),
      connection.onState(({ kind }) => {
        if (kind === "running") {
          this.later();
        }
      }),
      vscode.workspace.onDidOpenNotebookDocument(isNotebook),
      vscode.workspace.onDidCloseNotebookDocument(isNotebook),
    ];
  }

  dispose(): void {
    clearTimeout(this.timer);
    vscode.Disposable.from(...this.parts).dispose();
  }

  /** Runs that this window did not see, or that ended before it: the server reads of them in the history. */
  private later(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      void this.settle();
    }, SETTLE);
  }

  private async settle(): Promise<void> {
    let told: Failure[];
    try {
      told = await this.connection.request("pipelens/failures", undefined);
    } catch {
      return; // no server: what is shown stays
    }
    const active = this.running.book.active();
    const under = new Set(active.map((run) => run.id));
    const at = new Set(active.flatMap((run) => (run.task === null ? [] : [keyOf(run.pipeline, run.task)])));
    if (this.failures.settle(told, under, at)) {
      await this.show();
    }
  }

  private async show(): Promise<void> {
    const turn = ++this.shown;
    const found = await Promise.all(this.failures.all.map(async (failure) => placed(failure)));
    if (turn !== this.shown) {
      return;
    }
    const byUri = new Map<string, [vscode.Uri, vscode.Diagnostic[]]>();
    for (const one of found) {
      if (one !== null) {
        const [uri, diagnostic] = one;
        const key = uri.toString();
        byUri.set(key, [uri, [...(byUri.get(key)?.[1] ?? []), diagnostic]]);
      }
    }
    this.collection.clear();
    this.collection.set([...byUri.values()]);
  }
}

async function placed(failure: Failure): Promise<[vscode.Uri, vscode.Diagnostic] | null> {
  const { problem } = failure;
  if (problem.path === null || problem.line === null) {
    return null;
  }
  const { uri, line, text } = await place(problem.path, problem.line, problem.cell, problem.cellLine);
  const begin = text.length - text.trimStart().length;
  const range = new vscode.Range(line, begin, line, Math.max(begin, text.trimEnd().length));
  const message = `${problem.task} failed here: ${problem.message.trim()}`;
  const diagnostic = new vscode.Diagnostic(range, message, vscode.DiagnosticSeverity.Error);
  diagnostic.source = "pipelens run";
  const opening = openingCommand(failure);
  diagnostic.code = opening === null ? CODE : { value: CODE, target: vscode.Uri.parse(opening, true) };
  return [uri, diagnostic];
}

/** The document that shows a line of a source, without opening one: in a notebook the cell's. */
async function place(
  path: string,
  line: number,
  cell: number | null,
  cellLine: number | null,
): Promise<{ uri: vscode.Uri; line: number; text: string }> {
  const uri = vscode.Uri.file(path);
  if (path.endsWith(".ipynb")) {
    const notebook = vscode.workspace.notebookDocuments.find((one) => one.uri.fsPath === uri.fsPath);
    const known = cell !== null && notebook !== undefined && cell < notebook.cellCount;
    const document = known ? notebook.cellAt(cell).document : undefined;
    return document === undefined
      ? { uri, line: 0, text: "" }
      : { uri: document.uri, line: cellLine ?? 0, text: lineOf(document, cellLine ?? 0) };
  }
  const open = vscode.workspace.textDocuments.find((one) => one.uri.fsPath === uri.fsPath && one.uri.scheme === "file");
  if (open !== undefined) {
    return { uri: open.uri, line, text: lineOf(open, line) };
  }
  const whole = await readFile(path, "utf8").catch(() => "");
  return { uri, line, text: whole.split(/\r?\n/)[line] ?? "" };
}

function lineOf(document: vscode.TextDocument, line: number): string {
  return line < document.lineCount ? document.lineAt(line).text : "";
}
