/** What a command's argument means: a task, a file, a line of one, or nothing. */
import type { Runnable, TaskRef, Verb } from "../protocol.gen.ts";

/** A document by its URI, and maybe a line of it (from 0). */
export interface Spot {
  readonly uri: string;
  readonly line: number | null;
}

export type Meant = { readonly ref: TaskRef } | { readonly spot: Spot } | null;

/**
 * Reads what VS Code and the server hand to a command: a `TaskRef` (or more) of a lens, a `Uri` of the
 * explorer or an editor's title, `{lineNumber, uri}` of the line numbers' menu (lines from 1), the
 * notebook editor of a notebook's toolbar, or nothing.
 */
export function meant(argument: unknown): Meant {
  if (typeof argument === "string") {
    return { spot: { uri: argument, line: null } };
  }
  if (!isRecord(argument)) {
    return null;
  }
  if (typeof argument["pipeline"] === "string") {
    const task = argument["task"];
    return { ref: { pipeline: argument["pipeline"], task: typeof task === "string" ? task : null } };
  }
  if (isRecord(argument["notebookEditor"]) && isUri(argument["notebookEditor"]["notebookUri"])) {
    return { spot: { uri: written(argument["notebookEditor"]["notebookUri"]), line: null } };
  }
  if (isUri(argument["uri"])) {
    const line = argument["lineNumber"];
    return { spot: { uri: written(argument["uri"]), line: typeof line === "number" ? Math.max(0, line - 1) : null } };
  }
  return isUri(argument) ? { spot: { uri: written(argument), line: null } } : null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

interface UriLike {
  readonly scheme: string;
  readonly path: string;
  toString(): string;
}

/** A `vscode.Uri`, told by what every one of them has. */
function isUri(value: unknown): value is UriLike {
  return isRecord(value) && typeof value["scheme"] === "string" && typeof value["path"] === "string";
}

function written(uri: UriLike): string {
  return uri.toString();
}

/**
 * The tasks that a line means: those that begin at it, or nearest above it; above all of them, or
 * without a line: every task, those nearest to `cursor` first.
 */
export function candidates(runnables: readonly Runnable[], line: number | null, cursor: number | null): Runnable[] {
  const once = [...new Map(runnables.map((one) => [JSON.stringify([one.pipeline, one.task]), one])).values()];
  if (line === null) {
    const from = cursor ?? 0;
    const away = (one: Runnable) => (one.range.start.line <= from ? from - one.range.start.line : Infinity);
    return cursor === null ? once : once.sort((one, other) => compare(away(one), away(other)));
  }
  const above = once.filter((one) => one.range.start.line <= line);
  const nearest = Math.max(...above.map((one) => one.range.start.line));
  return above.length === 0 ? once : above.filter((one) => one.range.start.line === nearest);
}

/** Those with which it can be done; where it can be done with none, all: then it is said why not. */
export function able(found: readonly Runnable[], verb: Verb): Runnable[] {
  const can = found.filter((one) => one.can.includes(verb));
  return can.length > 0 ? can : [...found];
}

function compare(one: number, other: number): number {
  return one === other ? 0 : one < other ? -1 : 1;
}
