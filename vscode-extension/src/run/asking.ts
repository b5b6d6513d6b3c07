/** From a command's argument to the task or the pipeline that is meant, with a question where it is not clear. */
import * as vscode from "vscode";
import type { Connection } from "../client/connection.ts";
import type { Runnable, TaskRef, Verb } from "../protocol.gen.ts";
import { type Spot, able, candidates, meant } from "./arguments.ts";

export type Task = TaskRef & { readonly task: string };

/** verb: what shall be done with the task. pipeline: the URI of the one that it must be of. */
export interface Wish {
  readonly verb?: Verb;
  readonly pipeline?: string;
}

export class Asking {
  constructor(private readonly connection: Connection) {}

  /** The task, or undefined: none, or none was chosen. */
  async task(argument: unknown, wish: Wish = {}): Promise<Task | undefined> {
    const { verb = "run" } = wish;
    const found = meant(argument);
    if (found !== null && "ref" in found) {
      const { pipeline, task } = found.ref;
      return task === null || task === undefined ? this.task(vscode.Uri.parse(pipeline), wish) : { pipeline, task };
    }
    const spot = found?.spot ?? active();
    if (spot === null) {
      return this.pickTask(able(await this.tasksOfAll(), verb));
    }
    const of = wish.pipeline === undefined ? undefined : vscode.Uri.parse(wish.pipeline).fsPath;
    const isOf = (one: Runnable) => of === undefined || vscode.Uri.parse(one.pipeline).fsPath === of;
    const runnables = (await this.runnables(spot.uri)).filter(isOf);
    if (runnables.length === 0) {
      void vscode.window.showInformationMessage(vscode.l10n.t("{0} is no source of a task.", nameOf(spot.uri)));
      return undefined;
    }
    const cursor = active();
    const here = cursor?.uri === spot.uri ? cursor.line : null;
    // A cursor means a task only where the user sees both: a title's button stands for the whole file.
    const line = spot.line ?? (isPipeline(runnables, spot) ? here : null);
    return this.pickTask(able(candidates(runnables, line, here), verb));
  }

  /** A task whose failure was recorded; without an argument, of all pipelines, else the one that is looked at. */
  async failed(argument: unknown): Promise<Task | undefined> {
    if (meant(argument) !== null) {
      return this.task(argument, { verb: "failure" });
    }
    const failures = await this.connection.request("pipelens/failures", undefined);
    const found = failures.filter(({ problem }) => problem.dump !== null);
    if (found.length === 0 && (await this.here()).length > 0) {
      return this.task(undefined, { verb: "failure" });
    }
    if (found.length === 0) {
      void vscode.window.showInformationMessage(vscode.l10n.t("No failure is recorded: no task failed in its last run."));
    }
    const items = found.map(({ pipeline, problem }) => ({
      label: problem.task,
      description: nameOf(pipeline),
      detail: problem.message.split("\n", 1)[0] ?? "",
      one: { pipeline, task: problem.task },
    }));
    const [first] = items;
    return items.length < 2
      ? first?.one
      : (await vscode.window.showQuickPick(items, { title: vscode.l10n.t("Which failure?") }))?.one;
  }

  /** What can be done in the document that the user looks at. */
  async here(): Promise<Runnable[]> {
    const spot = active();
    return spot === null ? [] : candidates(await this.runnables(spot.uri), null, spot.line);
  }

  /** The URI of the pipeline's file as the server writes it, or undefined. */
  async pipeline(argument: unknown): Promise<string | undefined> {
    const found = meant(argument);
    if (found !== null && "ref" in found) {
      return found.ref.pipeline;
    }
    const all = await this.connection.request("pipelens/pipelines", undefined);
    const spot = found?.spot ?? active();
    let uris = all.map((one) => one.uri);
    if (spot !== null) {
      const path = vscode.Uri.parse(spot.uri).fsPath;
      const exact = uris.filter((one) => vscode.Uri.parse(one).fsPath === path);
      const of = exact.length > 0 ? exact : (await this.runnables(spot.uri)).map((one) => one.pipeline);
      uris = of.length > 0 ? [...new Set(of)] : uris;
    }
    if (uris.length === 0) {
      void vscode.window.showInformationMessage(vscode.l10n.t("There is no pipeline in this workspace."));
    }
    return this.pickPipeline(uris);
  }

  async pickPipeline(uris: readonly string[]): Promise<string | undefined> {
    if (uris.length < 2) {
      return uris[0];
    }
    const items = uris.map((uri) => ({ label: nameOf(uri), uri }));
    return (await vscode.window.showQuickPick(items, { title: vscode.l10n.t("Which pipeline?") }))?.uri;
  }

  async tasksOfAll(): Promise<Runnable[]> {
    const pipelines = await this.connection.request("pipelens/pipelines", undefined);
    return (await Promise.all(pipelines.map(async (one) => this.runnables(one.uri)))).flat();
  }

  async pickTask(found: readonly Runnable[]): Promise<Task | undefined> {
    if (found.length < 2) {
      return found[0];
    }
    const several = new Set(found.map((one) => one.pipeline)).size > 1;
    const items = found.map((one) => ({
      label: one.task,
      description: `${one.freshness.state.replace("_", " ")}${several ? ` · ${nameOf(one.pipeline)}` : ""}`,
      detail: one.freshness.reason,
      one,
    }));
    const options = { title: vscode.l10n.t("Which task?"), matchOnDescription: true };
    return (await vscode.window.showQuickPick(items, options))?.one;
  }

  private async runnables(uri: string): Promise<Runnable[]> {
    return this.connection.request("pipelens/runnables", { textDocument: { uri } });
  }
}

function isPipeline(runnables: readonly Runnable[], spot: Spot): boolean {
  const path = vscode.Uri.parse(spot.uri).fsPath;
  return runnables.some((one) => vscode.Uri.parse(one.pipeline).fsPath === path);
}

/** The document that the user looks at; a notebook's for its cells. */
function active(): { readonly uri: string; readonly line: number | null } | null {
  const editor = vscode.window.activeTextEditor;
  const notebook = vscode.window.activeNotebookEditor?.notebook;
  if (notebook !== undefined) {
    return { uri: notebook.uri.toString(), line: null };
  }
  return editor === undefined || editor.document.uri.scheme !== "file"
    ? null
    : { uri: editor.document.uri.toString(), line: editor.selection.active.line };
}

function nameOf(uri: string): string {
  return vscode.workspace.asRelativePath(vscode.Uri.parse(uri));
}
