/** Sessions that show a recorded failure, and *Re-run to this point*: the task again, with a breakpoint there. */
import { isAbsolute } from "node:path";
import * as vscode from "vscode";
import { TYPE, launchOf, text } from "./configuration.ts";
import { type FailurePoint, failurePoint } from "./failurePoint.ts";

/** pipeline: a URI. */
export type Start = (pipeline: string, configuration: vscode.DebugConfiguration) => Promise<void>;

export class RecordedSessions implements vscode.Disposable {
  private readonly listening: vscode.Disposable;

  constructor(private readonly start: Start) {
    this.listening = vscode.Disposable.from(
      vscode.debug.onDidChangeActiveDebugSession((session) => {
        void vscode.commands.executeCommand("setContext", "pipelens.isRecordedFailure", isRecorded(session));
      }),
      vscode.debug.registerDebugAdapterTrackerFactory(TYPE, {
        createDebugAdapterTracker: (session) => (isRecorded(session) ? new Watch(showVariables) : undefined),
      }),
    );
  }

  dispose(): void {
    this.listening.dispose();
  }

  async rerun(): Promise<void> {
    const session = vscode.debug.activeDebugSession;
    if (session === undefined || !isRecorded(session)) {
      void vscode.window.showInformationMessage(vscode.l10n.t("Open a failure first."));
      return;
    }
    const point = failurePoint(await session.customRequest("pipelens/failure"));
    const pipeline = pipelineOf(session, point);
    if (point === undefined || pipeline === undefined) {
      void vscode.window.showErrorMessage(
        vscode.l10n.t("The pipeline of this failure is not here, so its task cannot run again."),
      );
      return;
    }
    await stopAt(point);
    await vscode.debug.stopDebugging(session);
    const uri = vscode.Uri.file(pipeline);
    await this.start(uri.toString(), launchOf(point.task, uri.fsPath));
  }
}

function isRecorded(session: vscode.DebugSession | undefined): boolean {
  return session?.type === TYPE && session.configuration.request === "attach";
}

/** How long the place of the error may take to be shown. */
const PATIENCE = 2_000;

/** Calls once the place of the error is shown, for which VS Code asks what the error was; or it takes too long. */
class Watch implements vscode.DebugAdapterTracker {
  private timer: NodeJS.Timeout | undefined;
  private isDone = false;

  constructor(private readonly shown: () => void) {}

  onDidSendMessage(message: unknown): void {
    const { type, event, command } = message as { type?: unknown; event?: unknown; command?: unknown };
    if (type === "event" && event === "stopped") {
      this.timer ??= setTimeout(() => {
        this.end();
      }, PATIENCE);
    } else if (type === "response" && command === "exceptionInfo") {
      this.end();
    }
  }

  onExit(): void {
    this.isDone = true;
    clearTimeout(this.timer);
  }

  private end(): void {
    clearTimeout(this.timer);
    if (!this.isDone) {
      this.isDone = true;
      this.shown();
    }
  }
}

/** VS Code does so by itself at breakpoints alone; here they are what it is about. */
function showVariables(): void {
  if (vscode.workspace.getConfiguration("debug").get("openDebug") !== "neverOpen") {
    void vscode.commands.executeCommand("workbench.debug.variablesView.open", { preserveFocus: true });
  }
}

/** As the session was started with it; a recording from elsewhere names one that may be elsewhere, too. */
function pipelineOf(session: vscode.DebugSession, point: FailurePoint | undefined): string | undefined {
  const path = text(session.configuration, "pipeline") ?? point?.pipeline;
  return path !== undefined && isAbsolute(path) ? path : undefined;
}

/** A breakpoint at the failing line, as if it had been set there by hand. */
async function stopAt({ path, line, cell, isChanged }: FailurePoint): Promise<void> {
  if (path === null || line === null) {
    return;
  }
  const uri = await documentOf(path, cell);
  const there = vscode.debug.breakpoints.find(
    (one): one is vscode.SourceBreakpoint =>
      one instanceof vscode.SourceBreakpoint &&
      one.location.uri.toString() === uri.toString() &&
      one.location.range.start.line === line - 1,
  );
  if (there?.enabled !== true || there.condition !== undefined || there.logMessage !== undefined) {
    if (there !== undefined) {
      vscode.debug.removeBreakpoints([there]);
    }
    vscode.debug.addBreakpoints([
      new vscode.SourceBreakpoint(new vscode.Location(uri, new vscode.Position(line - 1, 0))),
    ]);
  }
  if (isChanged) {
    const name = vscode.workspace.asRelativePath(path);
    void vscode.window.showWarningMessage(
      vscode.l10n.t("{0} has changed since: the breakpoint is at the line number that failed then.", name),
    );
  }
}

async function documentOf(path: string, cell: number | null): Promise<vscode.Uri> {
  const uri = vscode.Uri.file(path);
  if (cell === null || !path.endsWith(".ipynb")) {
    return uri;
  }
  const notebook = await vscode.workspace.openNotebookDocument(uri);
  return cell < notebook.cellCount ? notebook.cellAt(cell).document.uri : uri;
}
