/** A program of an installation: what it says is passed on line by line, and it can be cancelled. */
import { spawn, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import type { Environment } from "../client/machine.ts";

export type Outcome =
  | { readonly kind: "done" }
  | { readonly kind: "cancelled" }
  | { readonly kind: "failed"; readonly how: string };

export type Running = (
  command: readonly string[],
  env: Environment,
  cwd: string,
  said: (line: string) => void,
  cancel: AbortSignal,
) => Promise<Outcome>;

/** Milliseconds for it to clean up after itself. */
const GRACE = 3_000;

export const runProgram: Running = (command, env, cwd, said, cancel) => {
  const [program = "", ...words] = command;
  if (cancel.aborted) {
    return Promise.resolve({ kind: "cancelled" });
  }
  return new Promise((resolve) => {
    // A group of its own, so that what it has started ends with it.
    const child = spawn(program, words, {
      cwd,
      env: { ...env },
      stdio: ["ignore", "pipe", "pipe"],
      windowsHide: true,
      detached: process.platform !== "win32",
    });
    const cancelled = () => { end(child); };
    cancel.addEventListener("abort", cancelled, { once: true });
    const ended = (outcome: Outcome) => {
      cancel.removeEventListener("abort", cancelled);
      resolve(cancel.aborted ? { kind: "cancelled" } : outcome);
    };
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream, crlfDelay: Infinity }).on("line", said);
    }
    child.once("error", (error) => {
      ended({ kind: "failed", how: `${program} cannot be started (${error.message})` });
    });
    child.once("close", (code, signal) => {
      ended(code === 0 ? { kind: "done" } : { kind: "failed", how: signal ?? `exit code ${code ?? "unknown"}` });
    });
  });
};

function end(child: ChildProcess): void {
  const { pid } = child;
  if (pid === undefined) {
    return;
  }
  if (process.platform === "win32") {
    spawn("taskkill", ["/pid", String(pid), "/T", "/F"], { stdio: "ignore", windowsHide: true }).once("error", () => undefined);
    return;
  }
  signal(pid, "SIGTERM");
  const later = setTimeout(() => { signal(pid, "SIGKILL"); }, GRACE);
  child.once("close", () => { clearTimeout(later); });
}

function signal(group: number, name: NodeJS.Signals): void {
  try {
    process.kill(-group, name);
  } catch {
    // It has ended meanwhile.
  }
}
