/** The machine that the extension runs on. */
import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { Environment, Machine, Ran } from "./machine.ts";

/** For a program to say its version: a cold disk and a virus scanner are slow, a hung program is for ever. */
const TIME_LIMIT = 15_000;
const LONGEST_ANSWER = 64 * 1024;

export class NodeMachine implements Machine {
  readonly platform = process.platform;
  readonly env: Environment = process.env;
  readonly home = os.homedir();

  isFile(name: string): boolean {
    return fs.statSync(name, { throwIfNoEntry: false })?.isFile() ?? false;
  }

  isFolder(name: string): boolean {
    return fs.statSync(name, { throwIfNoEntry: false })?.isDirectory() ?? false;
  }

  linkOf(name: string): string | undefined {
    try {
      return path.resolve(path.dirname(name), fs.readlinkSync(name));
    } catch {
      return undefined;
    }
  }

  realPath(name: string): string {
    try {
      return fs.realpathSync.native(name);
    } catch {
      return name;
    }
  }

  async run(command: readonly string[], env: Environment, cwd: string): Promise<Ran> {
    const [program = "", ...words] = command;
    await fs.promises.mkdir(cwd, { recursive: true });
    return new Promise((resolve) => {
      const options = {
        cwd,
        env: { ...env },
        timeout: TIME_LIMIT,
        killSignal: "SIGKILL",
        maxBuffer: LONGEST_ANSWER,
        windowsHide: true,
      } as const;
      try {
        const child = execFile(program, words, options, (error, stdout, stderr) => {
          if (error === null) {
            resolve({ kind: "ended", code: 0, stdout, stderr });
          } else if (error.killed === true) {
            resolve({ kind: "failed", reason: `it gave no answer in ${TIME_LIMIT / 1000} seconds` });
          } else if (typeof error.code === "number") {
            resolve({ kind: "ended", code: error.code, stdout, stderr });
          } else {
            resolve({ kind: "failed", reason: `it cannot be started (${error.code ?? error.message})` });
          }
        });
        child.stdin?.on("error", () => undefined);
        child.stdin?.end();
      } catch (error) {
        resolve({ kind: "failed", reason: `it cannot be started (${String(error)})` });
      }
    });
  }
}
