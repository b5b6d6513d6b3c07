/** F5: from what was written, or from where the cursor is, to one task or one recorded failure. */
import * as vscode from "vscode";
import type { Connection } from "../client/connection.ts";
import type { Runnable } from "../protocol.gen.ts";
import type { Asking, Task } from "../run/asking.ts";
import type { Trust } from "../trust.ts";
import { type Complete, TYPE, attachOf, filledIn, isBlank, launchOf, launchWith, named, text } from "./configuration.ts";
import { notebookCells, recordedCells } from "./notebooks.ts";
import { upstreamQuestion } from "./questions.ts";
import { upstreamOf } from "./upstream.ts";

/** runnable: what launching asks; opening a failure runs nothing and asks for trust alone. */
export interface Needs {
  readonly connection: Connection;
  readonly asking: Asking;
  readonly trust: Trust;
  readonly runnable: Trust;
  /** Whether the server is the copy in the extension, which carries no debugger. */
  readonly isBundled: () => boolean;
  readonly save: (pipeline: string) => Promise<boolean>;
}

type Resolved = Promise<vscode.DebugConfiguration | undefined>;

export class ConfigurationProvider implements vscode.DebugConfigurationProvider {
  constructor(private readonly needs: Needs) {}

  /** VS Code's variables are not replaced yet, so that a `${file}` of ours will be. */
  resolveDebugConfiguration(_: vscode.WorkspaceFolder | undefined, written: vscode.DebugConfiguration): Resolved {
    return told(async () => {
      if (!isBlank(written)) {
        return filledIn(written, vscode.window.activeTextEditor !== undefined || activeNotebook() !== undefined);
      }
      const task = await this.needs.asking.task(undefined, { verb: "debug" });
      return task && launchOf(task.task, pathOf(task.pipeline), written);
    });
  }

  resolveDebugConfigurationWithSubstitutedVariables(
    folder: vscode.WorkspaceFolder | undefined,
    written: vscode.DebugConfiguration,
  ): Resolved {
    return told(async () => (written.request === "attach" ? this.attach(folder, written) : this.launch(folder, written)));
  }

  /** What can be begun here: under *Select and Start Debugging*. Asked once for each folder, and once for none. */
  provideDebugConfigurations(folder: vscode.WorkspaceFolder | undefined): Promise<vscode.DebugConfiguration[]> {
    return folder === undefined ? Promise.resolve([]) : this.offered(folder).catch(() => []);
  }

  private async attach(folder: vscode.WorkspaceFolder | undefined, written: vscode.DebugConfiguration): Resolved {
    if (!(await this.needs.trust.require())) {
      return undefined;
    }
    const { cwd, pipeline } = named(written, folder?.uri.fsPath);
    const found = pipeline ?? (text(written, "dump") === undefined ? await this.onlyPipeline() : undefined);
    const { source, ...kept } = written;
    const cells = await recordedCells(typeof source === "string" ? source : undefined);
    return {
      ...kept,
      type: TYPE,
      request: "attach",
      name: written.name,
      trusted: this.needs.trust.granted,
      ...(Object.keys(cells).length === 0 ? {} : { notebookCells: cells }),
      ...(cwd === undefined ? {} : { cwd }),
      ...(found === undefined ? {} : { pipeline: found }),
    };
  }

  private async launch(folder: vscode.WorkspaceFolder | undefined, written: vscode.DebugConfiguration): Resolved {
    const { connection, runnable, save } = this.needs;
    if (!(await runnable.require())) {
      return undefined;
    }
    if (this.needs.isBundled()) {
      void offerInstall();
      return undefined;
    }
    const wanted = await this.wanted(folder, written);
    if (wanted === "cancelled") {
      return undefined;
    }
    if (wanted === "unknown") {
      // What is wrong the adapter says better.
      const { cwd, pipeline } = named(written, folder?.uri.fsPath);
      return { ...written, ...(cwd === undefined ? {} : { cwd }), ...(pipeline === undefined ? {} : { pipeline }) };
    }
    if (!(await save(wanted.pipeline))) {
      return undefined;
    }
    const told = await connection.command("pipelens.debugConfiguration", wanted);
    if (told === null) {
      return undefined; // the server said why
    }
    const asked = upstreamQuestion(told.task, vscode.Uri.parse(wanted.pipeline));
    const upstream = await upstreamOf(text(written, "upstream"), told.upstreamReady ?? true, asked);
    const cells = upstream === "cancel" ? undefined : await notebookCells(told.source);
    return cells && launchWith(written, told, upstream, cells);
  }

  private async wanted(
    folder: vscode.WorkspaceFolder | undefined,
    written: vscode.DebugConfiguration,
  ): Promise<{ pipeline: string; task: string } | "unknown" | "cancelled"> {
    const { connection, asking } = this.needs;
    if (connection.state.kind !== "running") {
      return "unknown";
    }
    const { task, file, pipeline } = named(written, folder?.uri.fsPath);
    const of = pipeline === undefined ? undefined : vscode.Uri.file(pipeline).toString();
    let found: Task | undefined;
    if (task !== undefined) {
      if (of !== undefined) {
        return { pipeline: of, task };
      }
      const all = (await asking.tasksOfAll()).filter((one) => one.task === task);
      if (all.length === 0) {
        return "unknown";
      }
      found = await asking.pickTask(all);
    } else {
      const uri = file === undefined ? undefined : vscode.Uri.file(file);
      found = await asking.task(uri, { verb: "debug", ...(of === undefined ? {} : { pipeline: of }) });
    }
    return found === undefined ? "cancelled" : { pipeline: found.pipeline, task: found.task };
  }

  private async onlyPipeline(): Promise<string | undefined> {
    const { connection, asking } = this.needs;
    if (connection.state.kind !== "running") {
      return undefined;
    }
    const uri = await asking.pipeline(undefined);
    return uri === undefined ? undefined : pathOf(uri);
  }

  private async offered(folder: vscode.WorkspaceFolder): Promise<vscode.DebugConfiguration[]> {
    const { connection, asking } = this.needs;
    const here = await asking.here();
    const isHere = (one: Runnable) => vscode.workspace.getWorkspaceFolder(vscode.Uri.parse(one.pipeline)) === folder;
    const tasks = here.filter((one) => isHere(one) && one.can.includes("debug"));
    const offered: Complete[] = tasks.map((one) => launchOf(one.task, pathOf(one.pipeline)));
    for (const failure of await connection.request("pipelens/failures", undefined)) {
      const uri = vscode.Uri.parse(failure.pipeline);
      if (failure.problem.dump !== null && vscode.workspace.getWorkspaceFolder(uri) === folder) {
        const name = vscode.l10n.t("Open failure of {0}", failure.problem.task);
        const { dump, task } = failure.problem;
        offered.push(attachOf({ name, task, pipeline: uri.fsPath, cwd: folder.uri.fsPath, dump, source: failure.problem.path }));
      }
    }
    return offered;
  }
}

async function offerInstall(): Promise<void> {
  const install = vscode.l10n.t("Install");
  const text = vscode.l10n.t("The server that came with the extension cannot debug. Install Pipelens for this project first.");
  if ((await vscode.window.showWarningMessage(text, install)) === install) {
    await vscode.commands.executeCommand("pipelens.installServer");
  }
}

function activeNotebook(): vscode.NotebookEditor | undefined {
  return vscode.window.activeNotebookEditor;
}

function pathOf(uri: string): string {
  return vscode.Uri.parse(uri).fsPath;
}

/** A provider that rejects leaves the person without a word. */
async function told(resolve: () => Resolved): Resolved {
  try {
    return await resolve();
  } catch (error) {
    void vscode.window.showErrorMessage(error instanceof Error ? error.message : String(error));
    return undefined;
  }
}
