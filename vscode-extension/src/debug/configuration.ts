/** Debug configurations: what people wrote (of which nothing is sure), and what the adapter gets. */
import { isAbsolute, resolve } from "node:path";
import type { DebugConfiguration } from "../protocol.gen.ts";

export const TYPE = "pipelens";

/** As in `launch.json`, or as VS Code makes it up. */
export type Written = Readonly<Record<string, unknown>>;

/** A configuration that VS Code accepts. */
export interface Complete {
  readonly type: typeof TYPE;
  readonly request: "launch" | "attach";
  readonly name: string;
  readonly [key: string]: unknown;
}

/** F5 without `launch.json`: only `noDebug` may be said. */
export function isBlank(written: Written): boolean {
  return !["type", "request", "name"].some((key) => text(written, key) !== undefined);
}

/** What was left out, where it goes without saying. hasFile: whether `${file}` stands for something. */
export function filledIn(written: Written, hasFile: boolean): Complete {
  const attaches = text(written, "request") === "attach";
  const names = ["task", "file", "dump"].some((key) => text(written, key) !== undefined);
  const name = text(written, "name") ?? (attaches ? "Open failure" : "Debug task");
  if (attaches) {
    const failure = text(written, "failure") ?? (text(written, "dump") === undefined ? "last" : undefined);
    return { ...written, type: TYPE, request: "attach", name, ...(failure === undefined ? {} : { failure }) };
  }
  return { ...written, type: TYPE, request: "launch", name, ...(names || !hasFile ? {} : { file: "${file}" }) };
}

/** pipeline, file: absolute. */
export interface Named {
  readonly task: string | undefined;
  readonly file: string | undefined;
  readonly pipeline: string | undefined;
  readonly cwd: string | undefined;
}

/** Which task a configuration means, its variables replaced. folder: of the workspace. */
export function named(written: Written, folder: string | undefined): Named {
  const given = text(written, "cwd");
  const cwd = given === undefined || (folder === undefined && !isAbsolute(given)) ? folder : resolve(folder ?? "", given);
  const path = (key: string) => {
    const found = text(written, key);
    return found === undefined || (cwd === undefined && !isAbsolute(found)) ? undefined : resolve(cwd ?? "", found);
  };
  return { task: text(written, "task"), file: path("file"), pipeline: path("pipeline"), cwd };
}

/** Of one task, before the workbench replaces variables. pipeline: its path. */
export function launchOf(task: string, pipeline: string, more: Written = {}): Complete {
  return { ...more, type: TYPE, request: "launch", name: `Debug ${task}`, task, pipeline };
}

/** What the adapter is given: what was written, and what the server says of the task. */
export function launchWith(
  written: Written,
  told: DebugConfiguration,
  upstream: string | undefined,
  cells: Readonly<Record<string, readonly (string | null)[]>>,
): Complete {
  const kept = Object.fromEntries(Object.entries(written).filter(([key]) => key !== "file"));
  const { task, pipeline } = told;
  return {
    ...kept,
    type: TYPE,
    request: "launch",
    name: text(written, "name") ?? told.name,
    task,
    pipeline,
    cwd: text(written, "cwd") ?? told.cwd,
    ...(upstream === undefined ? {} : { upstream }),
    ...(Object.keys(cells).length === 0 ? {} : { notebookCells: cells }),
  };
}

/** Of a recorded failure, as the server found it. source: what the task is written in, for us. */
export function attachOf(told: Omit<DebugConfiguration, "type" | "request">): Complete {
  const { name, task, pipeline, cwd, dump, source } = told;
  return { type: TYPE, request: "attach", name, task, pipeline, cwd, dump, ...(source ? { source } : {}) };
}

/** A text under `key` that says something. */
export function text(written: Written, key: string): string | undefined {
  const value = written[key];
  return typeof value === "string" && value !== "" ? value : undefined;
}
