/** The process of the server: its end is told once, and it always comes to one. */
import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { createInterface } from "node:readline";
import type { Environment } from "./machine.ts";

/** Milliseconds between asking it to end and ending it. */
const GRACE = 2_000;
const KEPT_LINES = 5;

export class ServerProcess {
  readonly child: ChildProcessWithoutNullStreams;
  /** Settles when the process is gone, with how it ended, in words. */
  readonly ended: Promise<string>;
  private readonly last: string[] = [];

  constructor(command: readonly string[], env: Environment, cwd: string, said: (line: string) => void) {
    const [program = "", ...words] = command;
    this.child = spawn(program, words, { cwd, env: { ...env }, stdio: "pipe", windowsHide: true });
    this.child.stdin.on("error", () => undefined); // it may be gone while we write
    createInterface({ input: this.child.stderr, crlfDelay: Infinity }).on("line", (line) => {
      this.last.push(line);
      this.last.splice(0, this.last.length - KEPT_LINES);
      said(line);
    });
    this.ended = new Promise((resolve) => {
      this.child.once("error", (error) => {
        resolve(`it cannot be started: ${error.message}`);
      });
      this.child.once("close", (code, signal) => {
        const how = signal === null ? `exit code ${code ?? "unknown"}` : `signal ${signal}`;
        const said = this.last.at(-1)?.trim() ?? "";
        resolve(said === "" ? how : `${how}, ${said}`);
      });
    });
  }

  /** Waits a moment for it to end by itself. */
  async end(): Promise<void> {
    for (const signal of [undefined, "SIGTERM", "SIGKILL"] as const) {
      if (signal !== undefined) {
        this.child.kill(signal);
      }
      let timer: NodeJS.Timeout | undefined;
      const waited = new Promise<"waited">((resolve) => {
        timer = setTimeout(() => {
          resolve("waited");
        }, GRACE);
      });
      const first = await Promise.race([this.ended, waited]);
      clearTimeout(timer);
      if (first !== "waited") {
        return;
      }
    }
  }
}
